"""Settings of billing: `[ledger]`, `[budgets]`, `[credits]`.

[ledger]
default_output_tokens = 1024       # reserved for an answer whose length the request does not limit
unpriced = "refuse"                # callers with a budget may not call models without a known price; or "allow"
[budgets.providers.openai]
max_budget = 500.0                 # US dollars
budget_duration = "1mo"
[budgets.models."gpt-4o"]
max_budget = 50.0
soft_budget = 40.0
[credits]
default_tier = "free"              # of callers outside any organization, and of organizations without a tier
[credits.tiers.free]
credits = 1000
credits_duration = "1mo"
bands = ["basic"]
rpm_limit = 60
[credits.bands.basic]
models = ["onceward/*", "gpt-4o-mini"]
credits_per_usd = 1000.0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeVar, cast

from ..core.durations import read as read_duration
from ..core.money import from_usd, thousandths
from .table import Table

__all__ = ["Band", "CreditSettings", "FixedBudget", "LedgerSettings", "Tier", "read_ledger"]

T = TypeVar("T")
_CREDITS_PER_USD = 1000


@dataclass(frozen=True, slots=True)
class FixedBudget:
    """A budget of a model or a provider for all callers together, in nano-USD."""

    name: str
    max_budget: int | None
    soft_budget: int | None
    budget_duration: str | None


@dataclass(frozen=True, slots=True)
class Tier:
    """The terms of a tier: credits in thousandths (None: unlimited), permitted bands, rate limits."""

    id: str
    name: str | None
    description: str | None
    credits: int | None
    credits_duration: str | None
    bands: tuple[str, ...]
    rpm_limit: int | None
    tpm_limit: int | None
    max_parallel_requests: int | None
    rpd_limit: int | None = None
    burst: int | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A class of models, and its price: thousandths of a credit for a dollar of usage."""

    id: str
    name: str | None
    description: str | None
    models: tuple[str, ...]
    milli_per_usd: int


@dataclass(frozen=True, slots=True)
class CreditSettings:
    """The settings of credits, which are off without tiers."""

    default_tier: str | None = None
    tiers: Mapping[str, Tier] = field(default_factory=lambda: MappingProxyType(dict[str, Tier]()))
    bands: Mapping[str, Band] = field(default_factory=lambda: MappingProxyType(dict[str, Band]()))


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """The settings of billing."""

    default_output_tokens: int = 1024
    lease_seconds: float = 600.0
    unpriced: Literal["refuse", "allow"] = "refuse"
    models: Mapping[str, FixedBudget] = field(default_factory=lambda: MappingProxyType(dict[str, FixedBudget]()))
    providers: Mapping[str, FixedBudget] = field(default_factory=lambda: MappingProxyType(dict[str, FixedBudget]()))
    credits: CreditSettings = field(default_factory=CreditSettings)


def read_ledger(root: Table) -> LedgerSettings:
    """Read `[ledger]`, `[budgets]` and `[credits]`."""
    ledger, budgets, credits = root.table("ledger"), root.table("budgets"), root.table("credits")
    base = LedgerSettings()
    settings = LedgerSettings(
        default_output_tokens=_or(ledger.whole("default_output_tokens", 1), base.default_output_tokens),
        lease_seconds=_or(ledger.number("lease_seconds", 1), base.lease_seconds),
        unpriced=cast("Literal['refuse', 'allow']", ledger.choice("unpriced", ("refuse", "allow")) or "refuse"),
        models=MappingProxyType({name: _budget(name, table) for name, table in budgets.tables("models")}),
        providers=MappingProxyType({name: _budget(name, table) for name, table in budgets.tables("providers")}),
        credits=_credits(credits),
    )
    for table in (ledger, budgets, credits):
        table.finish()
    return settings


def _or(value: T | None, default: T) -> T:
    return default if value is None else value


def _budget(name: str, table: Table) -> FixedBudget:
    maximum, soft = table.number("max_budget", 0), table.number("soft_budget", 0)
    budget = FixedBudget(
        name,
        None if maximum is None else from_usd(maximum),
        None if soft is None else from_usd(soft),
        _duration(table, "budget_duration"),
    )
    table.finish()
    return budget


def _duration(table: Table, name: str) -> str | None:
    text = table.text(name)
    if text is not None and read_duration(text) is None:
        raise table.fault(name, text, "is not a duration", "Write one like 30s, 15m, 12h, 30d or 1mo")
    return text


def _credits(table: Table) -> CreditSettings:
    bands = {name: _band(name, inner) for name, inner in table.tables("bands")}
    tiers = {name: _tier(name, inner, bands) for name, inner in table.tables("tiers")}
    default = table.text("default_tier")
    if default is not None and default not in tiers:
        raise table.fault("default_tier", default, "is none of the tiers", "Add it under [credits.tiers]")
    return CreditSettings(default, MappingProxyType(tiers), MappingProxyType(bands))


def _band(name: str, table: Table) -> Band:
    rate = table.number("credits_per_usd", 0)
    band = Band(
        id=name,
        name=table.text("name"),
        description=table.text("description"),
        models=tuple(table.texts_of("models")),
        milli_per_usd=thousandths(_CREDITS_PER_USD if rate is None else rate),
    )
    table.finish()
    return band


def _tier(name: str, table: Table, bands: Mapping[str, Band]) -> Tier:
    named = tuple(table.texts_of("bands"))
    for band in named:
        if band not in bands:
            raise table.fault("bands", band, "is none of the bands", "Add it under [credits.bands]")
    granted = table.number("credits", 0)
    tier = Tier(
        id=name,
        name=table.text("name"),
        description=table.text("description"),
        credits=None if granted is None else thousandths(granted),
        credits_duration=_duration(table, "credits_duration"),
        bands=named,
        rpm_limit=table.whole("rpm_limit", 0),
        tpm_limit=table.whole("tpm_limit", 0),
        max_parallel_requests=table.whole("max_parallel_requests", 0),
        rpd_limit=table.whole("rpd_limit", 0),
        burst=table.whole("burst", 0),
    )
    table.finish()
    return tier
