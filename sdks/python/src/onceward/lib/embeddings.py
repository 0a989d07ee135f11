"""Embedding helpers: base64 on the wire, floats for the user, decoded when a vector is first used.

Base64 is a quarter of the bytes, and decoding it costs a fiftieth of parsing numbers. A server that responds with
numbers anyway is accepted, and a server that refuses base64 gets the request again without it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, cast

from .._core.errors import BadRequestError, UnprocessableEntityError

__all__ = ["AsyncEmbeddingsHelpers", "EmbeddingsHelpers"]

_Refused = (BadRequestError, UnprocessableEntityError)


class EmbeddingsHelpers:
    """Mixed into the synchronous resource ``client.embeddings``: its `create` requests base64 by default."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        create: Callable[..., Any] = cast("Any", cls).create

        @wraps(create)
        def compact(self: Any, **params: Any) -> Any:
            if "encoding_format" in params:
                return create(self, **params)
            try:
                return create(self, **params, encoding_format="base64")
            except _Refused as error:
                if not _about_encoding(error):
                    raise
                return create(self, **params)

        cast("Any", cls).create = compact


class AsyncEmbeddingsHelpers:
    """Mixed into the asynchronous resource ``client.embeddings``."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        create: Callable[..., Awaitable[Any]] = cast("Any", cls).create

        @wraps(create)
        async def compact(self: Any, **params: Any) -> Any:
            if "encoding_format" in params:
                return await create(self, **params)
            try:
                return await create(self, **params, encoding_format="base64")
            except _Refused as error:
                if not _about_encoding(error):
                    raise
                return await create(self, **params)

        cast("Any", cls).create = compact


def _about_encoding(error: BadRequestError | UnprocessableEntityError) -> bool:
    return error.param == "encoding_format" or "encoding_format" in error.message
