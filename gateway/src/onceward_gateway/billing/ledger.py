"""The ledger: reserves the maximal cost of a call before it runs, and settles it in the transaction of its end."""

from __future__ import annotations

from collections.abc import Callable

from ..config.billing import LedgerSettings
from ..core.clock import Clock
from ..db import Database
from ..identity.directory import Directory
from ..ratelimit.limiter import RateLimiter
from . import sql
from .admission import Admission
from .budget_windows import BudgetWindow
from .call_billing import CallBilling
from .credits import Credits
from .exhausted_providers import ExhaustedProviders
from .leases import LeaseKeeper
from .plans import Plans
from .prices import PriceBook
from .recovery import Recovery, TextsOfEvents
from .reservations import Reservations
from .rollups import Rollups, UsageSums
from .ticket import BilledCall
from .ticket_release import TicketRelease
from .upkeep import LedgerUpkeep

__all__ = ["Ledger"]


class Ledger:
    """The parts of the ledger, by what happens to a call.

    `admission` reserves its cost before it runs, `billing` settles it when it ends, and `upkeep` renews its lease and
    releases what dead nodes reserved. `served_at` returns the address where a call was served, for its record.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: LedgerSettings,
        prices: PriceBook,
        directory: Directory,
        *,
        limiter: RateLimiter,
        node: str,
        served_at: Callable[[BilledCall], str | None],
        texts_of_events: TextsOfEvents,
    ) -> None:
        self._db = db
        self.settings = settings
        self.credits = Credits(db, settings.credits)
        self.limiter = limiter
        usage = UsageSums(db, directory.records)
        self._reservations = reservations = Reservations(db, clock, node, usage.summed)
        self.rollups = Rollups(db, directory.records, clock, usage, reservations.mark_stale)
        recovery = Recovery(db, clock, prices, directory, reservations, texts_of_events)
        self._leases = leases = LeaseKeeper(db, clock, reservations, recovery, settings.lease_seconds)
        exhausted = ExhaustedProviders(clock)
        release = TicketRelease(leases, exhausted)
        self.admission = Admission(
            clock,
            settings,
            prices,
            Plans(settings, self.credits, directory),
            limiter=limiter,
            reservations=reservations,
            leases=leases,
            exhausted=exhausted,
            release=release,
            node=node,
        )
        self.billing = CallBilling(
            clock, reservations=reservations, leases=leases, recovery=recovery, release=release, served_at=served_at
        )
        self.upkeep = LedgerUpkeep(
            db,
            clock,
            reservations=reservations,
            leases=leases,
            recovery=recovery,
            lease_seconds=settings.lease_seconds,
        )

    async def balance(self, budget: BudgetWindow) -> tuple[int, int]:
        """Return the amounts spent and reserved in a budget window."""
        return await self._reservations.balance(budget)

    async def last_used(self, key_id: str) -> float | None:
        """Return the time of a key's last use, to the minute; None if it was never used."""
        row = await self._db.one(sql.USED_KEY, (key_id,))
        return None if row is None else float(row[0])
