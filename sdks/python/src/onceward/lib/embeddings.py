"""Embeddings: base64 on the wire, floats to the user. A vector is decoded when it is first looked at, and not before.

Base64 is a quarter of the bytes, and decoding it costs a fiftieth of reading numbers. A server that answers with
numbers all the same is taken as it is, and one that refuses to be asked for base64 is asked again without it.
"""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from .._core.errors import BadRequestError, UnprocessableEntityError

if TYPE_CHECKING:
    from ._vectors import Embedding as Embedding

__all__ = ["AsyncEmbeddingsHelpers", "Embedding", "EmbeddingsHelpers", "vector_of"]

_Refused = (BadRequestError, UnprocessableEntityError)


def vector_of(embedding: bytes | str | list[float]) -> array[float]:
    """The vector as 32-bit floats: from their little-endian bytes, from base64 of those, or from numbers."""
    if isinstance(embedding, list):
        return array("f", embedding)
    vector = array("f", b64decode(embedding) if isinstance(embedding, str) else embedding)
    if sys.byteorder == "big":
        vector.byteswap()
    return vector


class EmbeddingsHelpers:
    """Mixed into the synchronous resource ``client.embeddings``: its `create` asks for base64 unless told otherwise."""

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


def __getattr__(name: str) -> Any:
    # The model needs Pydantic, which the mixins do not.
    if name == "Embedding":
        from ._vectors import Embedding

        return Embedding
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
