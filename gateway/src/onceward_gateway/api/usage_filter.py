"""Conditions on usage: on the sums by group, and on the records themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..billing.report_sql import DIMENSION_FILTERS, RECORD_FILTERS, metadata_text

__all__ = ["UsageFilter", "metadata_member"]


def metadata_member(name: str, *, postgres: bool) -> tuple[str, list[str]]:
    """Return the SQL of a property of the metadata, and the values bound in it."""
    return metadata_text(postgres=postgres), [name] if postgres else [f'$."{name}"'] * 2


@dataclass(slots=True)
class UsageFilter:
    """Conditions on usage, and the values bound in them.

    `conditions` are on columns that records and their groups have; the other ones are met by records only.
    """

    conditions: list[str] = field(default_factory=list[str])
    values: list[Any] = field(default_factory=list[Any])
    start: float | None = None
    end: float | None = None
    customer: str | None = None
    metadata: tuple[str, str] | None = None
    records: dict[str, Any] = field(default_factory=dict[str, Any])

    def add(self, name: str, value: Any) -> None:
        """Add the condition of a name, unless the value is None."""
        if value is None:
            return
        if name in ("start", "end", "customer"):
            setattr(self, name, value)
        elif name in RECORD_FILTERS:
            self.records[name] = value
        else:
            text = DIMENSION_FILTERS[name]
            self.conditions.append(text)
            self.values += [value] * text.count("?")

    def add_metadata(self, given: str | None) -> None:
        """Require a property of the metadata, written `name=value`."""
        if given is not None:
            name, _, value = given.partition("=")
            self.metadata = (name, value)

    def any_of(self, conditions: list[tuple[str, tuple[Any, ...]]]) -> None:
        """Require one of several conditions; without any, match nothing."""
        if not conditions:
            self.conditions.append("1 = 0")
            return
        self.conditions.append("(" + " OR ".join(text for text, _ in conditions) + ")")
        for _, values in conditions:
            self.values += values

    def of_records(self, *, postgres: bool) -> tuple[list[str], list[Any]]:
        """Return the conditions on records but for the period, and the values bound in them."""
        conditions, values = [*self.conditions], [*self.values]
        if self.customer is not None:
            conditions.append("usage.customer = ?")
            values.append(self.customer)
        for name, value in self.records.items():
            conditions.append(RECORD_FILTERS[name])
            values.append(value)
        if self.metadata is not None:
            text, names = metadata_member(self.metadata[0], postgres=postgres)
            conditions.append(f"{text} = ?")
            values += [*names, self.metadata[1]]
        return conditions, values
