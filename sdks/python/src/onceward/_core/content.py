"""Binary responses: bytes that can also be written to a file."""

from __future__ import annotations

import os
from collections.abc import Iterator

from .meta import Meta

__all__ = ["Content"]


class Content(bytes):
    """The body of a file or of speech. It is ``bytes`` with the metadata of its response."""

    _meta: Meta | None = None

    @property
    def content(self) -> bytes:
        return self

    @property
    def text(self) -> str:
        return self.decode("utf-8", "replace")

    @property
    def content_type(self) -> str | None:
        return self._meta.headers.get("content-type") if self._meta else None

    @property
    def _request_id(self) -> str | None:
        return self._meta.request_id if self._meta else None

    def read(self) -> bytes:
        return self

    def iter_bytes(self, chunk_size: int = 65536) -> Iterator[bytes]:
        for start in range(0, len(self), chunk_size):
            yield self[start : start + chunk_size]

    def write_to_file(self, path: str | os.PathLike[str]) -> None:
        with open(path, "wb") as file:
            file.write(self)

    def __repr__(self) -> str:
        return f"<Content {len(self)} bytes{', ' + self.content_type if self.content_type else ''}>"
