"""INSERT statements that name only the columns with a value."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import compress, repeat
from operator import is_not
from typing import Any

from .interface import Statement

__all__ = ["LeanInsert"]

_MAX_TEXTS = 512
_NONES = repeat(None)


class LeanInsert:
    """An INSERT of rows of which many columns are empty: to bind NULL costs more than to write it.

    A column without a value gets its default, NULL, or 0 if it is one of `zeros`, or an empty text if it is one of
    `empty`. `tail` follows the values.
    """

    def __init__(
        self,
        table: str,
        columns: Sequence[str],
        tail: str = "",
        *,
        zeros: Collection[str] = (),
        empty: Collection[str] = (),
    ) -> None:
        self._table = table
        self._columns = columns
        self._tail = tail
        self._constants = {**dict.fromkeys(zeros, "0"), **dict.fromkeys(empty, "''")}
        self._texts: dict[tuple[bool, ...], str] = {}

    def statement(self, row: Sequence[Any]) -> Statement:
        """Return the statement that inserts a row, which has a value or None for each column."""
        given = tuple(map(is_not, row, _NONES))
        return self._texts.get(given) or self._text(given), tuple(compress(row, given))

    def _text(self, given: tuple[bool, ...]) -> str:
        if len(self._texts) >= _MAX_TEXTS:
            self._texts.clear()
        bound = [column for column, is_given in zip(self._columns, given, strict=True) if is_given]
        constants = [column for column in self._columns if column in self._constants and column not in bound]
        values = ", ".join([*("?" for _ in bound), *(self._constants[column] for column in constants)])
        text = f"INSERT INTO {self._table} ({', '.join([*bound, *constants])}) VALUES ({values}) {self._tail}".rstrip()
        self._texts[given] = text
        return text
