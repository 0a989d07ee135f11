"""Credits: what an account gets each period by its tier, which models it may use by band, and the journal.

An account is an organization; of callers outside any, their team, their user or their key. What is left is counted
by the account's line in the ledger; the journal tells how it came to be.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..config.billing import (
    Band,
    CreditSettings,
    Tier,
)
from ..core.durations import window
from ..core.errors import ApiError
from ..core.model_names import matches
from ..core.money import credits_for
from ..core.principal import Principal
from ..db import Batch, Database
from . import sql
from .budget_windows import (
    UNBOUNDED,
    BudgetWindow,
    credit_line,
)

__all__ = ["Credits", "Terms", "account_of", "debited"]

_OPEN = Band("", None, None, (), 1_000_000)
_MOST_GRANTED = 100_000


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a call is paid in credits."""

    account: str
    tier: Tier
    band: Band
    line: BudgetWindow

    def price(self, cost: int) -> int:
        """Thousandths of a credit for a cost in nano-USD."""
        return credits_for(cost, self.band.milli_per_usd)


def account_of(caller: Principal) -> tuple[str, str]:
    """The account that pays for a caller, and how errors name it."""
    if caller.organization_id is not None:
        return f"organization:{caller.organization_id}", f"organization {caller.organization_id!r}"
    if caller.team_id is not None:
        return f"team:{caller.team_id}", f"team {caller.team_id!r}"
    if caller.user_id is not None:
        return f"user:{caller.user_id}", f"user {caller.user_id!r}"
    return f"key:{caller.key_id or caller.id}", f"key {(caller.key_alias or caller.key_id or caller.id)!r}"


class Credits:
    """Tiers, bands and the journal."""

    def __init__(self, db: Database, settings: CreditSettings) -> None:
        self._db = db
        self.settings = settings
        self._granted: set[tuple[str, float]] = set()

    @property
    def used(self) -> bool:
        return bool(self.settings.tiers)

    def tier_of(self, caller: Principal) -> Tier | None:
        """The caller's tier; raises 403 for one that the configuration does not have."""
        name = caller.tier or self.settings.default_tier
        if name is None or not self.used:
            return None
        return self.tier_named(name)

    def tier_named(self, name: str) -> Tier:
        tier = self.settings.tiers.get(name)
        if tier is None:
            raise ApiError(
                403,
                f"The tier {name!r} is not configured, so nothing says what it may use. "
                f"Add [credits.tiers.{name}] to onceward.toml, or set another tier on the organization.",
                code="tier_unknown",
            )
        return tier

    async def terms(self, caller: Principal, model: str, now: float) -> Terms | None:
        """The terms of a call, None where no credits are asked; raises 403 for a band out of reach."""
        tier = self.tier_of(caller)
        if tier is None:
            return None
        band = self.band_of(model)
        if tier.bands and (band is None or band.id not in tier.bands):
            raise _out_of_reach(tier, band, model, caller)
        account, title = account_of(caller)
        return Terms(account, tier, band or _OPEN, await self.line(account, title, tier, now))

    def opens(self, caller: Principal, model: str) -> bool:
        """Whether the caller's tier opens a model's band to it."""
        tier = self.tier_of(caller)
        if tier is None or not tier.bands:
            return True
        band = self.band_of(model)
        return band is not None and band.id in tier.bands

    async def line(self, account: str, title: str, tier: Tier, now: float) -> BudgetWindow:
        """The line of an account, with the period's grant in the journal."""
        duration = tier.credits_duration
        start, end = (0.0, None) if duration is None else window(duration, 0.0, now)
        limit = UNBOUNDED if tier.credits is None else tier.credits
        if (account, start) not in self._granted:
            await self._grant(account, tier, start, now)
        return credit_line(account, title, limit, start, end)

    async def _grant(self, account: str, tier: Tier, start: float, now: float) -> None:
        """Have the journal say what the account got for a period. Of nodes that see it begin, one writes it."""
        if tier.credits is not None:
            entry = f"cre_grant_{account}_{start:.0f}"
            at = max(start, 0.0) or now
            await self._db.write(sql.ADD_ENTRY, (entry, account, "grant", tier.credits, at, start, tier.id, None))
        if len(self._granted) > _MOST_GRANTED:
            self._granted.clear()
        self._granted.add((account, start))

    def band_of(self, model: str) -> Band | None:
        """The first band that holds a model."""
        for band in self.settings.bands.values():
            if any(matches(pattern, model) for pattern in band.models):
                return band
        return None


def debited(batch: Batch, account: str, period: float, tier: str, usage_id: str, amount: int, now: float) -> None:
    """Have the journal say that a call was paid."""
    batch.add(sql.ADD_ENTRY, ("cre_" + usage_id, account, "debit", -amount, now, period, tier, usage_id))


def _out_of_reach(tier: Tier, band: Band | None, model: str, caller: Principal) -> ApiError:
    where = "in no band" if band is None else f"in the band {band.id!r}"
    return ApiError(
        403,
        f"The model {model!r} is {where}, and the tier {tier.id!r} of the {account_of(caller)[1]} opens "
        f"{', '.join(repr(name) for name in tier.bands)}. Name a model of these, or have the tier raised.",
        type="band_access_denied",
        code="band_access_denied",
        param="model",
        tier=tier.id,
        current_tier=tier.id,
        band=None if band is None else band.id,
        bands=list(tier.bands),
    )
