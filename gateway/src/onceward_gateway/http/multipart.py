"""Multipart forms whose fields are valid text in their declared encoding, by default UTF-8."""

from __future__ import annotations

from starlette.formparsers import MultiPartException, MultiPartParser

__all__ = ["StrictParser"]


class StrictParser(MultiPartParser):
    """A parser that rejects fields that cannot be decoded; Starlette's decodes them as Latin-1."""

    def on_part_end(self) -> None:
        """Reject a field that cannot be decoded."""
        part = self._current_part
        if part.file is None:
            try:
                part.data.decode(self._charset)
            except (UnicodeDecodeError, LookupError):
                raise MultiPartException(f"the field {part.field_name!r} is not a text in {self._charset}") from None
        super().on_part_end()
