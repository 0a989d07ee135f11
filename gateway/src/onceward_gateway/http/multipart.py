"""Multipart forms whose fields are texts in the encoding that they say, and UTF-8 where they say none."""

from __future__ import annotations

from starlette.formparsers import MultiPartException, MultiPartParser

__all__ = ["StrictParser"]


class StrictParser(MultiPartParser):
    """A parser that refuses bytes which are no text, where Starlette's reads them as Latin-1."""

    def on_part_end(self) -> None:
        """Refuse a field that cannot be decoded; keep any other, and files."""
        part = self._current_part
        if part.file is None:
            try:
                part.data.decode(self._charset)
            except (UnicodeDecodeError, LookupError):
                raise MultiPartException(f"the field {part.field_name!r} is not a text in {self._charset}") from None
        super().on_part_end()
