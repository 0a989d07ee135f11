"""The evidence of a finished run, with lookups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from .journal import Began, Entry, Made, Seen, Told
from .records import Records, Row
from .work import ADMIN, Ask

__all__ = ["UNSEEN_EVENTS", "Complaint", "Evidence", "grouped"]

UNSEEN_EVENTS = 3
"""The events of a stream without text: role, end, usage."""
_PROMPT_FACTOR = 4
"""The maximum number of tokens that the gateway may estimate per token that this provider reports."""

T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Complaint:
    """A violation found by an audit: the name of the check, and the case."""

    check: str
    what: str

    def __str__(self) -> str:
        return f"{self.check}: {self.what}"


def grouped(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Return the items grouped by `key`, in their order."""
    groups: dict[K, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


@dataclass
class Evidence:
    """The journals of clients and provider, the database, and the gateway's reports (nano-USD)."""

    entries: list[Entry]
    records: Records
    reports: dict[str, int] = field(default_factory=dict)
    crashes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    counted: bool = True
    """True if the counter of concurrent calls was always up; while it is down, the configuration allows all calls."""

    @cached_property
    def began(self) -> list[Began]:
        return [entry for entry in self.entries if isinstance(entry, Began)]

    @cached_property
    def seen(self) -> list[Seen]:
        """The ends of model calls, as seen by their clients."""
        return [entry for entry in self.entries if isinstance(entry, Seen) and entry.account != ADMIN]

    @cached_property
    def things_made(self) -> list[Seen]:
        """The ends of requests that create keys and batches, as seen by their clients."""
        return [entry for entry in self.entries if isinstance(entry, Seen) and entry.account == ADMIN]

    @cached_property
    def made(self) -> list[Made]:
        return [entry for entry in self.entries if isinstance(entry, Made)]

    @cached_property
    def told(self) -> list[Told]:
        return [entry for entry in self.entries if isinstance(entry, Told)]

    @cached_property
    def asks(self) -> dict[str, Ask]:
        """The request of each marker."""
        return {entry.marker: entry.ask for entry in self.began if entry.ask is not None}

    @cached_property
    def succeeded(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.end == "whole"]

    @cached_property
    def told_of_call(self) -> dict[str, list[Told]]:
        return grouped(self.told, lambda told: told.call_id)

    def cuts_billed(self, row: Row, answer: tuple[int, int]) -> int:
        """Return the number of cut attempts in a record besides its response; 0 if the provider's journal has fewer.

        An attempt that started to respond and was cut before any content is billed together with the successful one:
        with the gateway's estimate of its prompt, and with no more than the provider sent.
        """
        cuts = [told for told in self.told_of_call.get(row.call_id, ()) if told.verdict == "cut" and not told.whole]
        prompt, completion = row.prompt_tokens - answer[0], row.completion_tokens - answer[1]
        if not row.estimated or prompt <= 0 or completion < 0:
            return 0
        most_prompt = most_completion = 0
        for count, told in enumerate(sorted(cuts, key=lambda told: -told.sent), 1):
            most_prompt += _PROMPT_FACTOR * told.prompt
            most_completion += told.sent + UNSEEN_EVENTS
            if prompt <= most_prompt and completion <= most_completion:
                return count
        return 0

    @cached_property
    def rows_of_call(self) -> dict[str, list[Row]]:
        return grouped(self.records.usage, lambda row: row.call_id)

    @cached_property
    def limits(self) -> dict[tuple[str, str], int]:
        """The limits by scope and id."""
        return {(made.scope, made.id): made.limit for made in self.made if made.limit is not None}

    @cached_property
    def key_of_account(self) -> dict[str, str]:
        return {made.alias: made.id for made in self.made if made.alias is not None and made.scope == "key"}
