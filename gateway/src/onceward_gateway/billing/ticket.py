"""A call's way through the ledger: its plan, what it holds, and what it was billed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..core.call_record import CallRecord
from ..core.principal import Bound, Principal
from ..ratelimit.limiter import Permit
from .budget_windows import BudgetWindow, Window
from .credits import Terms
from .reservations import Change, Reservation

__all__ = ["Bill", "BilledCall", "Plan", "Ticket"]


class BilledCall(Protocol):
    """The members of a running call that the ledger reads, and the ticket that it keeps there."""

    record: CallRecord
    ticket: Ticket | None
    price_name: str
    deployment: str | None
    cached: bool
    marks: dict[str, str]
    first_at: float | None
    # Tries that came to nothing and have to be paid: the provider, the name of the price, the usage.
    wasted: list[tuple[str, str, Mapping[str, Any]]]

    @property
    def tokens_produced(self) -> int:
        """Return the tokens that were produced so far."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What a caller's calls of one model count against, until one of its windows ends."""

    caller: Principal
    lines: tuple[BudgetWindow, ...]
    bounds: Sequence[Bound]
    terms: Terms | None
    owners: tuple[tuple[str, str], ...]
    charged: tuple[tuple[str, str], ...]
    windows: frozenset[Window]
    until: float

    @property
    def free(self) -> bool:
        return not self.lines and not self.bounds


class Ticket:
    """One call's way through the ledger: what it holds, and whether that is settled."""

    __slots__ = (
        "attempt",
        "billed",
        "call_id",
        "caller",
        "ended",
        "entered",
        "events",
        "headers",
        "hold",
        "kept",
        "metadata",
        "model",
        "node",
        "plan",
        "prompt_tokens",
        "run",
        "served_at",
        "settled",
        "started_at",
        "tags",
        "wasted",
    )

    def __init__(self, caller: Principal, model: str, plan: Plan, started_at: float, node: str) -> None:
        self.caller = caller
        self.model = model
        self.plan = plan
        self.started_at = started_at
        self.node = node
        self.tags: tuple[str, ...] = ()
        self.metadata: str | None = None
        self.prompt_tokens = 0
        self.entered: Permit | None = None
        self.hold: Reservation | None = None
        self.headers: tuple[tuple[str, str], ...] = ()
        self.run: BilledCall | None = None
        self.events = 0
        self.call_id = ""
        self.attempt = 1
        self.served_at: str | None = None
        # What is held beside the estimate: the cost of tries that came to nothing.
        self.wasted = 0
        # Whether its row says who it is for.
        self.kept = False
        # Whether its end is being written, what it was billed, and whether nothing is left of it.
        self.settled = False
        self.billed: Bill | None = None
        self.ended = False


@dataclass(frozen=True, slots=True)
class Bill:
    """Changes of the standings in memory by the use of one call, and the tokens that count against its limits."""

    changes: Sequence[Change]
    tokens: int
