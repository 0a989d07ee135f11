"""Raw responses, with the value they decode to: the results of ``with_raw_response``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from .log import redacted_url
from .meta import Headers, Meta

__all__ = ["AsyncRawResponse", "RawResponse"]

T = TypeVar("T", covariant=True)


class RawResponse(Generic[T]):
    """The status, headers and bytes of a response. `parse` returns what the method itself would have returned."""

    def __init__(self, meta: Meta, content: bytes, parse: Callable[[], T]) -> None:
        self.meta = meta
        self.content = content
        self._parse = parse

    @property
    def status_code(self) -> int:
        return self.meta.status_code

    @property
    def headers(self) -> Headers:
        return self.meta.headers

    @property
    def request_id(self) -> str | None:
        return self.meta.request_id

    @property
    def idempotency_key(self) -> str | None:
        return self.meta.idempotency_key

    @property
    def attempts(self) -> int:
        """The number of requests sent to get this response."""
        return self.meta.attempts

    @property
    def url(self) -> str:
        return self.meta.url

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def json(self) -> object:
        """Return the body as plain Python values."""
        import json

        value: object = json.loads(self.content)
        return value

    def parse(self) -> T:
        return self._parse()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status_code} {redacted_url(self.url)} {len(self.content)} bytes>"


class AsyncRawResponse(RawResponse[T]):
    """The raw response of an asynchronous client. The body has been read, so that `parse` needs no ``await``."""
