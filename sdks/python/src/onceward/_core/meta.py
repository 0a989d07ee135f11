"""The metadata of a response: status, headers, ids, attempts. Attached to results, pages, streams and errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Headers", "Meta"]


class Headers(Mapping[str, str]):
    """Response headers: names in any case, several values joined by a comma, `get_list` for each of them."""

    __slots__ = ("_values", "raw")

    def __init__(self, raw: Iterable[tuple[str, str]] = ()) -> None:
        self.raw = tuple(raw)
        self._values: dict[str, str] | None = None

    def _table(self) -> dict[str, str]:
        # Made on first use: only few headers of most responses are read.
        if self._values is None:
            table: dict[str, str] = {}
            for name, value in self.raw:
                key = name.lower()
                table[key] = f"{table[key]}, {value}" if key in table else value
            self._values = table
        return self._values

    def __getitem__(self, name: str) -> str:
        return self._table()[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._table()

    def __iter__(self) -> Iterator[str]:
        return iter(self._table())

    def __len__(self) -> int:
        return len(self._table())

    def get_list(self, name: str) -> list[str]:
        return [value for key, value in self.raw if key.lower() == name.lower()]

    def __repr__(self) -> str:
        return f"Headers({self._table()!r})"

    def __reduce__(self) -> tuple[type[Headers], tuple[tuple[tuple[str, str], ...]]]:
        return (Headers, (self.raw,))


@dataclass(frozen=True, slots=True)
class Meta:
    """The metadata of a response. ``attempts`` is the number of requests sent; all carried ``idempotency_key``."""

    status_code: int
    headers: Headers
    request_id: str | None
    attempts: int
    idempotency_key: str | None
    method: str
    url: str
    call_id: str | None = None
