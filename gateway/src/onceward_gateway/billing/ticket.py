"""Tickets: the state of a call in the ledger, with its plan, its reservation and its bill."""

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

__all__ = ["MAX_COST_NANO", "Bill", "BilledCall", "Plan", "Ticket"]

# No call is billed for more.
MAX_COST_NANO = 1 << 53


class BilledCall(Protocol):
    """The members of a running call that the ledger reads, and the ticket that it keeps there."""

    record: CallRecord
    ticket: Ticket | None
    price_name: str
    deployment: str | None
    cached: bool
    marks: dict[str, str]
    first_at: float | None
    # Failed attempts that have to be paid: the provider, the name of the price, the usage.
    wasted: list[tuple[str, str, Mapping[str, Any]]]

    @property
    def tokens_produced(self) -> int:
        """Return the tokens that were produced so far."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """The budgets and limits of a caller's calls of one model, valid until one of the windows ends."""

    caller: Principal
    budgets: tuple[BudgetWindow, ...]
    bounds: Sequence[Bound]
    terms: Terms | None
    owners: tuple[tuple[str, str], ...]
    charged: tuple[tuple[str, str], ...]
    windows: frozenset[Window]
    until: float

    @property
    def free(self) -> bool:
        """Return True if nothing needs to be reserved or counted before such a call runs."""
        return not self.budgets and not self.bounds


class Ticket:
    """The state of one call in the ledger: its reservation, and whether that is settled."""

    __slots__ = (
        "attempt",
        "billed",
        "call",
        "call_id",
        "caller",
        "ended",
        "events",
        "has_account",
        "headers",
        "is_recorded",
        "metadata",
        "model",
        "node",
        "permit",
        "plan",
        "prompt_tokens",
        "reservation",
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
        self.permit: Permit | None = None
        self.reservation: Reservation | None = None
        self.headers: tuple[tuple[str, str], ...] = ()
        self.call: BilledCall | None = None
        self.events = 0
        self.call_id = ""
        self.attempt = 1
        self.served_at: str | None = None
        # Reserved in addition to the estimate: the cost of failed attempts.
        self.wasted = 0
        # Whether its row has its account, and whether the record of its call has it.
        self.has_account = self.is_recorded = False
        # Whether its end is being written, its bill, and whether it is released.
        self.settled = False
        self.billed: Bill | None = None
        self.ended = False


@dataclass(slots=True)
class Bill:
    """The changes of balances in memory by one call, and the tokens that count against its limits.

    `new_groups` are the groups of rollups whose rows its batch has, for `CallBilling.confirm`.
    """

    changes: Sequence[Change]
    tokens: int
    new_groups: Sequence[int] = ()
