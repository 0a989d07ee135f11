"""INSERT statements that name only the columns with a value."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from .interface import Statement

__all__ = ["LeanInsert"]

_MAX_TEXTS = 512


class LeanInsert:
    """An INSERT of rows of which many columns are empty: to bind NULL costs more than to write it.

    A column without a value gets its default, NULL, or 0 if it is one of `zeros`. `tail` follows the values.
    """

    def __init__(self, table: str, columns: Sequence[str], tail: str = "", *, zeros: Collection[str] = ()) -> None:
        self._table = table
        self._columns = columns
        self._tail = tail
        self._zeros = zeros
        self._texts: dict[tuple[bool, ...], str] = {}

    def statement(self, row: Sequence[Any]) -> Statement:
        """Return the statement that inserts a row, which has a value or None for each column."""
        absent = tuple([value is None for value in row])
        text = self._texts.get(absent) or self._text(absent)
        return text, tuple([value for value in row if value is not None])

    def _text(self, absent: tuple[bool, ...]) -> str:
        if len(self._texts) >= _MAX_TEXTS:
            self._texts.clear()
        given = [column for column, empty in zip(self._columns, absent, strict=True) if not empty]
        zeros = [column for column, empty in zip(self._columns, absent, strict=True) if empty and column in self._zeros]
        values = ", ".join([*("?" for _ in given), *("0" for _ in zeros)])
        text = f"INSERT INTO {self._table} ({', '.join([*given, *zeros])}) VALUES ({values}) {self._tail}".rstrip()
        self._texts[absent] = text
        return text
