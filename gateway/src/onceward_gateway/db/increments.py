"""Increments: amounts added to rows that many calls change, summed up so that a transaction changes each row once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Increment", "IncrementedRow", "RowKey", "SharedStatement", "summed"]

RowKey = tuple[Any, ...]
# The name of a row, by which transactions order their locks; a statement that changes it, and its parameters.
SharedStatement = tuple[tuple[str, ...], str, Sequence[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Increment:
    """A statement that adds amounts to one row.

    It binds the key of the row and then the amounts, or the amounts first. `name` returns the name of a row.
    """

    sql: str
    name: Callable[[RowKey], tuple[str, ...]]
    amounts_first: bool = False


# A row by its key, and the amounts that are added to it.
IncrementedRow = tuple[Increment, RowKey, tuple[int, ...]]


def summed(increments: Iterable[IncrementedRow]) -> list[SharedStatement]:
    """Return one statement for each row, with the sums of the amounts."""
    rows: dict[tuple[Increment, RowKey], tuple[int, ...]] = {}
    for increment, key, amounts in increments:
        place = (increment, key)
        found = rows.get(place)
        rows[place] = amounts if found is None else tuple(map(int.__add__, found, amounts))
    return [
        (increment.name(key), increment.sql, (*amounts, *key) if increment.amounts_first else (*key, *amounts))
        for (increment, key), amounts in rows.items()
    ]
