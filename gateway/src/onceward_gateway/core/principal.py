"""The principal of a request: its permissions, its limits, and the account it acts for.

It is built once per key and cached until something changes; nothing here reads the database. Billing and rate limits
use `bounds`, in their order; model calls use `require_model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Protocol

from . import error_codes
from .errors import ApiError
from .model_names import matches

if TYPE_CHECKING:
    from .restrictions import Restrictions

__all__ = [
    "ANONYMOUS",
    "Allowed",
    "Bound",
    "ModelBudget",
    "Principal",
    "Scope",
    "Spending",
    "in_order",
]

Scope = Literal[
    "budget", "customer", "deployment", "key", "organization", "organization_member", "team", "team_member", "user"
]
_MODELS_OF_TEAM = "all-team-models"


@dataclass(frozen=True, slots=True)
class ModelBudget:
    """The limits of one model within a bound. Money in nano-USD."""

    max_budget: int | None = None
    budget_duration: str | None = None
    rpm_limit: int | None = None
    tpm_limit: int | None = None


def _no_budgets() -> Mapping[str, ModelBudget]:
    return MappingProxyType({})


def _no_limits() -> Mapping[str, int]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Bound:
    """The limits of one scope of a caller. `(scope, id)` identifies its counters, `name` is its name in errors."""

    scope: Scope
    id: str
    name: str
    max_budget: int | None = None
    soft_budget: int | None = None
    budget_duration: str | None = None
    budget_anchor: float = 0.0
    temp_increase: int = 0
    temp_until: float = 0.0
    rpm_limit: int | None = None
    tpm_limit: int | None = None
    max_parallel_requests: int | None = None
    model_max_budget: Mapping[str, ModelBudget] = field(default_factory=_no_budgets)
    model_rpm_limit: Mapping[str, int] = field(default_factory=_no_limits)
    model_tpm_limit: Mapping[str, int] = field(default_factory=_no_limits)
    rpd_limit: int | None = None
    burst: int | None = None

    def max_budget_at(self, now: float) -> int | None:
        """Return the budget of the current window, with a temporary increase while it lasts."""
        if self.max_budget is None or now >= self.temp_until:
            return self.max_budget
        return self.max_budget + self.temp_increase

    @property
    def limits_nothing(self) -> bool:
        """Return True if no limit or budget is set, for all models or for one."""
        return not (
            any(
                value is not None
                for value in (
                    self.max_budget,
                    self.soft_budget,
                    self.rpm_limit,
                    self.tpm_limit,
                    self.max_parallel_requests,
                    self.rpd_limit,
                    self.burst,
                )
            )
            or self.model_max_budget
            or self.model_rpm_limit
            or self.model_tpm_limit
        )


@dataclass(frozen=True, slots=True)
class Allowed:
    """The models that one level allows. An empty list allows all."""

    scope: Scope
    name: str
    models: tuple[str, ...]

    def allows(self, model: str) -> bool:
        """Return True if a pattern of this level matches `model`, or if the level restricts nothing."""
        named = [pattern for pattern in self.models if pattern != _MODELS_OF_TEAM]
        return len(named) < len(self.models) or not named or any(matches(pattern, model) for pattern in named)


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller. `id` is the opaque id of the owner of what it creates."""

    id: str
    admin: bool = False
    viewer: bool = False
    writes: bool = True
    key_id: str | None = None
    key_alias: str | None = None
    user_id: str | None = None
    team_id: str | None = None
    organization_id: str | None = None
    customer: str | None = None
    tier: str | None = None
    tags: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType(dict[str, str]()))
    guardrails: tuple[str, ...] = ()
    cache_controls: frozenset[str] | None = None
    restrictions: Restrictions | None = None
    models: tuple[Allowed, ...] = ()
    bounds: tuple[Bound, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType(dict[str, Any]()))
    # The groups that the caller administers: ids, decided when the key was read.
    organizations_run: frozenset[str] = frozenset()
    teams_run: frozenset[str] = frozenset()
    organizations_in: frozenset[str] = frozenset()
    teams_in: frozenset[str] = frozenset()
    only_team: str | None = None
    only_organization: str | None = None
    expires_at: float | None = None
    # The ids of the team and the organization that a request named and that its key does not belong to.
    acting_for: tuple[str | None, str | None] = (None, None)

    def may_use(self, model: str) -> bool:
        """Return whether every level allows the model."""
        return all(level.allows(model) for level in self.models)

    def require_model(self, model: str) -> None:
        """Raise 403 for a model that is not allowed; the error names the level that denies it."""
        for level in self.models:
            if not level.allows(model):
                scope = level.scope.partition("_")[0]
                raise ApiError(
                    403,
                    f"The {level.name} may not use the model {model!r}. It may use: {_quoted_list(level.models)}. "
                    "Name one of these, or ask who runs the gateway.",
                    code=f"{scope}_model_access_denied",
                    param="model",
                )

    def require_cache_controls(self, asked: Iterable[str]) -> None:
        """Raise 403 for cache controls that the key may not use, such as `no-cache` or `ttl`."""
        if self.cache_controls is None:
            return
        refused = sorted(set(asked) - self.cache_controls)
        if refused:
            allowed = _quoted_list(tuple(sorted(self.cache_controls))) or "nothing"
            raise ApiError(
                403,
                f"The key {self.key_alias or self.key_id!r} may not ask {refused[0]!r} of the cache; it may ask "
                f"{allowed}. Leave it out, or have `allowed_cache_controls` of the key changed.",
                code=error_codes.CACHE_CONTROL_NOT_ALLOWED,
                param=f"cache.{refused[0]}",
            )

    def on_account_of(self, bounds: Iterable[Bound], customer: str) -> Principal:
        """Return this caller, acting for the customer that a request names, with the bounds of the customer."""
        return replace(self, customer=customer, bounds=in_order((*self.bounds, *bounds)))


def in_order(bounds: Iterable[Bound]) -> tuple[Bound, ...]:
    """Return the bounds that limit something, each counter once, in the order in which reservations are made.

    A shared budget counts spending even while it limits nothing.
    """
    found = {(bound.scope, bound.id): bound for bound in bounds if bound.scope == "budget" or not bound.limits_nothing}
    return tuple(found[place] for place in sorted(found))


def _quoted_list(models: tuple[str, ...]) -> str:
    shown = ", ".join(repr(name) for name in models[:8])
    return shown + (", ..." if len(models) > 8 else "")


ANONYMOUS = Principal("anonymous", writes=False)


class Spending(Protocol):
    """The spending of owners, in nano-USD."""

    async def spent(self, scope: str, id: str) -> int:
        """Return the total spending of an owner."""
        ...

    async def in_window(self, bound: Bound, now: float) -> int:
        """Return the spending in the current window of a budget."""
        ...

    async def by_model(self, scope: str, id: str) -> Mapping[str, int]:
        """Return the total spending of an owner by model."""
        ...

    async def reset(self, scope: str, id: str, spend: int) -> None:
        """Set the total spending of an owner."""
        ...
