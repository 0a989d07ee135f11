"""Credits: the grants of an account by tier, and the models that it may use by band.

An account is an organization; for callers without one, their team, their user or their key. The balance
is counted in the account's budget window; the journal lists the grants and debits behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..config.billing import (
    Band,
    CreditSettings,
    Tier,
)
from ..core import error_codes
from ..core.durations import window
from ..core.errors import ApiError
from ..core.model_names import matches
from ..core.money import credits_for
from ..core.principal import Principal
from ..db import Database
from .budget_windows import (
    UNBOUNDED,
    BudgetWindow,
    credit_budget,
)
from .journal_sql import ADD_ENTRY

__all__ = ["Credits", "Terms", "account_of"]

_OPEN = Band("", None, None, (), 1_000_000)
_MAX_GRANTED = 100_000
_MOMENT = 0.001


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms on which a call is paid in credits."""

    account: str
    tier: Tier
    band: Band
    budget: BudgetWindow

    def price(self, cost: int) -> int:
        """Return the price in thousandths of a credit for a cost in nano-USD."""
        return credits_for(cost, self.band.milli_per_usd)


def account_of(caller: Principal) -> tuple[str, str]:
    """Return the account that pays for a caller, and its name for errors."""
    if caller.organization_id is not None:
        return f"organization:{caller.organization_id}", f"organization {caller.organization_id!r}"
    if caller.team_id is not None:
        return f"team:{caller.team_id}", f"team {caller.team_id!r}"
    if caller.user_id is not None:
        return f"user:{caller.user_id}", f"user {caller.user_id!r}"
    return f"key:{caller.key_id or caller.id}", f"key {(caller.key_alias or caller.key_id or caller.id)!r}"


class Credits:
    """The tiers and bands of credits, and the grants of accounts."""

    def __init__(self, db: Database, settings: CreditSettings) -> None:
        self._db = db
        self.settings = settings
        self._granted: set[tuple[str, float]] = set()

    @property
    def used(self) -> bool:
        """Return True if any tier is configured."""
        return bool(self.settings.tiers)

    def tier_of(self, caller: Principal) -> Tier | None:
        """Return the caller's tier; raise 403 if it is not configured."""
        name = caller.tier or self.settings.default_tier
        if name is None or not self.used:
            return None
        return self.tier_named(name)

    def tier_named(self, name: str) -> Tier:
        """Return a configured tier. Raise `ApiError` (403) for another."""
        tier = self.settings.tiers.get(name)
        if tier is None:
            raise ApiError(
                403,
                f"The tier {name!r} is not configured, so nothing says what it may use. "
                f"Add [credits.tiers.{name}] to onceward.toml, or set another tier on the organization.",
                code=error_codes.TIER_UNKNOWN,
            )
        return tier

    async def terms(self, caller: Principal, model: str, now: float) -> Terms | None:
        """Return the terms of a call, or None if it costs no credits; raise 403 if the tier excludes its band."""
        tier = self.tier_of(caller)
        if tier is None:
            return None
        band = self.band_of(model)
        if tier.bands and (band is None or band.id not in tier.bands):
            raise _out_of_reach(tier, band, model, caller)
        account, title = account_of(caller)
        return Terms(account, tier, band or _OPEN, await self.budget(account, title, tier, now))

    def opens(self, caller: Principal, model: str) -> bool:
        """Return whether the caller's tier includes the band of a model."""
        tier = self.tier_of(caller)
        if tier is None or not tier.bands:
            return True
        band = self.band_of(model)
        return band is not None and band.id in tier.bands

    async def budget(self, account: str, title: str, tier: Tier, now: float) -> BudgetWindow:
        """Return the budget window of an account, and ensure that the journal has the grant of the period."""
        duration = tier.credits_duration
        start, end = (0.0, None) if duration is None else window(duration, 0.0, now)
        limit = UNBOUNDED if tier.credits is None else tier.credits
        if (account, start) not in self._granted:
            await self._grant(account, tier, start, now)
        return credit_budget(account, title, limit, start, end)

    async def _grant(self, account: str, tier: Tier, start: float, now: float) -> None:
        """Write the grant of a period to the journal; if several nodes do so, one entry remains."""
        if tier.credits is not None:
            entry = f"cre_grant_{account}_{start:.0f}"
            # Before the debit of the call that it is made for.
            at = max(start, 0.0) or now - _MOMENT
            await self._db.write(ADD_ENTRY, (entry, account, "grant", tier.credits, at, start, tier.id, None))
        if len(self._granted) > _MAX_GRANTED:
            self._granted.clear()
        self._granted.add((account, start))

    def band_of(self, model: str) -> Band | None:
        """Return the first band that contains a model."""
        for band in self.settings.bands.values():
            if any(matches(pattern, model) for pattern in band.models):
                return band
        return None


def _out_of_reach(tier: Tier, band: Band | None, model: str, caller: Principal) -> ApiError:
    where = "in no band" if band is None else f"in the band {band.id!r}"
    return ApiError(
        403,
        f"The model {model!r} is {where}, and the tier {tier.id!r} of the {account_of(caller)[1]} opens "
        f"{', '.join(repr(name) for name in tier.bands)}. Name a model of these, or have the tier raised.",
        type="band_access_denied",
        code=error_codes.BAND_ACCESS_DENIED,
        param="model",
        tier=tier.id,
        current_tier=tier.id,
        band=None if band is None else band.id,
        bands=list(tier.bands),
    )
