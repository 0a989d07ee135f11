"""Authorization: visibility, authority, and the rule that a child never exceeds its parent.

`attenuate` checks requested limits against one parent: the caller's key, the team, the organization, the user, or, for
a caller whose authority comes from the object itself, the object before the change. `visibility_of` returns
the owners whose objects a caller may see; other objects do not exist for it (404).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..core import durations, error_codes
from ..core.errors import ApiError, forbidden
from ..core.model_names import matches
from ..core.principal import Principal
from ..core.records import (
    Bounded,
    Key,
    Limits,
    Team,
    User,
)

__all__ = [
    "Ceiling",
    "Authority",
    "Visibility",
    "attenuate",
    "authority_over_key",
    "authority_over_organization",
    "authority_over_team",
    "require_admin",
    "require_writer",
    "visibility_of",
]

Authority = Literal["above", "own"]
_RANKS = {"internal_user_viewer": 0, "internal_user": 1, "user": 1, "org_admin": 2, "admin": 2}
_TOP = {"proxy_admin_viewer": 8, "proxy_admin": 9}
_SAYS = {
    "max_budget": "budget",
    "soft_budget": "soft budget",
    "rpm_limit": "requests a minute",
    "tpm_limit": "tokens a minute",
    "max_parallel_requests": "parallel requests",
}


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The limits of a parent, which its children must not exceed."""

    title: str
    models: tuple[str, ...] = ()
    limits: Limits = Limits()  # noqa: RUF009 - never changed
    expires_at: float | None = None
    role: str = "proxy_admin"
    guardrails: tuple[str, ...] = ()
    cache_controls: tuple[str, ...] | None = None

    @classmethod
    def of(cls, record: Bounded) -> Ceiling:
        """Return the limits of a record."""
        key = record if isinstance(record, Key) else None
        return cls(
            title=record.title,
            models=tuple(record.models),
            limits=record.limits,
            expires_at=None if key is None else key.expires_at,
            role=record.role if isinstance(record, User) else "proxy_admin",
            guardrails=tuple(record.guardrails),
            cache_controls=None
            if key is None or key.allowed_cache_controls is None
            else tuple(key.allowed_cache_controls),
        )


def attenuate(asked: Mapping[str, Any], parent: Ceiling, *, strict: bool) -> None:
    """Raise 403 if requested limits exceed those of the parent.

    `asked` has the fields of records. With `strict`, None or an empty list means unlimited, as for a key that another
    key creates; without, it means inherited, as for a key of a team.
    """
    for name, value in asked.items():
        if name == "models":
            _models(value or (), parent, strict=strict)
        elif name in _SAYS:
            _amount(name, value, getattr(parent.limits, name), parent, strict=strict)
        elif name == "expires_at":
            _expiry(value, parent, strict=strict)
        elif name in ("model_rpm_limit", "model_tpm_limit"):
            _each(name, value or {}, getattr(parent.limits, name), parent, strict=strict)
        elif name == "model_max_budget":
            _model_budgets(value or {}, parent, strict=strict)
        elif name == "role":
            _role(value, parent)
        elif strict:
            _strictly(name, value, parent)
    _increase(asked, parent)


def _exceeds(parent: Ceiling, param: str, asked: str, held: str) -> ApiError:
    return ApiError(
        403,
        f"`{param}` is {asked}, more than the {held} of the {parent.title}. "
        "Ask for no more than that, or have it raised first.",
        code=error_codes.EXCEEDS_PARENT,
        param=param,
    )


def _amount(name: str, asked: int | None, held: int | None, parent: Ceiling, *, strict: bool) -> None:
    if held is None or name == "soft_budget" or (asked is None and not strict):
        return
    if asked is None or asked > held:
        money = name == "max_budget"
        shown = "without a limit" if asked is None else _shown(asked, money=money)
        raise _exceeds(parent, name, shown, f"{_SAYS[name]} {_shown(held, money=money)}")


def _shown(amount: int, *, money: bool) -> str:
    return f"{amount / 1_000_000_000:g} dollars" if money else str(amount)


def _models(asked: Any, parent: Ceiling, *, strict: bool) -> None:
    held = [name for name in parent.models if name != "all-team-models"]
    if len(held) < len(parent.models) or not held:
        return
    if strict and not asked:
        raise _exceeds(parent, "models", "not limited", f"models {held!r}")
    for name in asked:
        wanted = "*" if name == "all-proxy-models" else name
        if name == "all-team-models" and not strict:
            continue
        if not any(matches(pattern, wanted) for pattern in held):
            raise ApiError(
                403,
                f"`models` has {name!r}, which the {parent.title} may not use. It may use {held!r}.",
                code=error_codes.EXCEEDS_PARENT,
                param="models",
            )


def _expiry(asked: float | None, parent: Ceiling, *, strict: bool) -> None:
    if parent.expires_at is None or (asked is None and not strict):
        return
    if asked is None or asked > parent.expires_at:
        raise ApiError(
            403,
            f"`duration` goes beyond the life of the {parent.title}. Ask for a shorter one.",
            code=error_codes.EXCEEDS_PARENT,
            param="duration",
        )


def _each(name: str, asked: Mapping[str, int], held: Mapping[str, int], parent: Ceiling, *, strict: bool) -> None:
    for model, most in held.items():
        value = asked.get(model)
        if (value is None and strict) or (value is not None and value > most):
            shown = "without a limit" if value is None else str(value)
            raise _exceeds(parent, f"{name}.{model}", shown, f"limit {most}")


def _model_budgets(asked: Mapping[str, Any], parent: Ceiling, *, strict: bool) -> None:
    for model, most in parent.limits.model_max_budget.items():
        value = asked.get(model)
        for part in ("max_budget", "rpm_limit", "tpm_limit"):
            held = getattr(most, part)
            wanted = None if value is None else getattr(value, part)
            if held is None or (wanted is None and not strict):
                continue
            if wanted is None or wanted > held:
                money = part == "max_budget"
                shown = "without a limit" if wanted is None else _shown(wanted, money=money)
                raise _exceeds(parent, f"model_max_budget.{model}", shown, f"limit {_shown(held, money=money)}")
        if value is not None and strict:
            _renewal(value.budget_duration, most.budget_duration, most.max_budget, parent)


def _role(asked: str, parent: Ceiling) -> None:
    if (_TOP | _RANKS).get(asked, 99) > (_TOP | _RANKS).get(parent.role, -1):
        raise ApiError(
            403,
            f"The role {asked!r} is more than that of the {parent.title}, {parent.role!r}. Give a smaller one.",
            code=error_codes.EXCEEDS_PARENT,
            param="user_role",
        )


def _strictly(name: str, value: Any, parent: Ceiling) -> None:
    """Check the fields that only limit keys created or changed by a key itself."""
    if name == "budget_duration":
        _renewal(value, parent.limits.budget_duration, parent.limits.max_budget, parent)
    elif name == "guardrails" and not set(parent.guardrails) <= set(value or ()):
        missing = sorted(set(parent.guardrails) - set(value or ()))
        raise _exceeds(parent, "guardrails", f"without {missing!r}", "guardrails")
    elif name == "allowed_cache_controls" and not _cache_within(value, parent):
        raise _exceeds(parent, name, "not limited" if value is None else repr(value), "cache controls")


def _cache_within(asked: list[str] | None, parent: Ceiling) -> bool:
    return parent.cache_controls is None or (asked is not None and set(asked) <= set(parent.cache_controls))


def _renewal(asked: str | None, held: str | None, budget: int | None, parent: Ceiling) -> None:
    """Raise 403 for a budget that renews more often than the parent's."""
    often = durations.read(asked) if asked else None
    if often is None or budget is None:
        return
    rare = durations.read(held) if held else None
    if rare is None or often.shortest < rare.shortest:
        raise _exceeds(parent, "budget_duration", repr(asked), f"renewal {held or 'never'!r}")


def _increase(asked: Mapping[str, Any], parent: Ceiling) -> None:
    extra, most = asked.get("temp_increase") or 0, parent.limits.max_budget
    if extra and most is not None and (asked.get("max_budget") or 0) + extra > most:
        raise _exceeds(parent, "temp_budget_increase", _shown(extra, money=True), f"budget {_shown(most, money=True)}")


# -- visibility


@dataclass(frozen=True, slots=True)
class Visibility:
    """The owners whose objects a caller may see."""

    all: bool
    organizations: frozenset[str]
    teams: frozenset[str]
    user_id: str | None
    key_id: str | None
    only_team: str | None
    only_organization: str | None

    def sees(
        self,
        *,
        organization_id: str | None = None,
        team_id: str | None = None,
        user_id: str | None = None,
        key_id: str | None = None,
    ) -> bool:
        """Return whether the caller may see an object of these owners."""
        if self.all or organization_id in self.organizations or team_id in self.teams:
            return True
        if key_id is not None and key_id == self.key_id:
            return True
        if user_id is None or user_id != self.user_id:
            return False
        # A key of a team or an organization sees its user's objects there, and no others.
        return self.only_team in (None, team_id) and self.only_organization in (None, organization_id)


def visibility_of(caller: Principal) -> Visibility:
    """Return the visibility of a caller."""
    return Visibility(
        all=caller.admin or caller.viewer,
        organizations=caller.organizations_run,
        teams=caller.teams_run,
        user_id=caller.user_id,
        key_id=caller.key_id,
        only_team=caller.only_team,
        only_organization=caller.only_organization,
    )


def may_see_team(caller: Principal, team: Team) -> bool:
    """Return whether a caller may see a team: as a member or an administrator."""
    return (
        visibility_of(caller).sees(organization_id=team.organization_id, team_id=team.id) or team.id in caller.teams_in
    )


def may_see_organization(caller: Principal, id: str) -> bool:
    """Return whether a caller may see an organization: as a member or an administrator."""
    return visibility_of(caller).all or id in caller.organizations_run or id in caller.organizations_in


# -- authority


def authority_over_key(caller: Principal, key: Key) -> Authority | None:
    """Return the caller's authority over a key: "above" through its owners, or "own"."""
    if caller.admin or key.organization_id in caller.organizations_run or key.team_id in caller.teams_run:
        return "above"
    seen = visibility_of(caller).sees(
        organization_id=key.organization_id, team_id=key.team_id, user_id=key.user_id, key_id=key.id
    )
    return "own" if seen else None


def authority_over_team(caller: Principal, team: Team) -> Authority | None:
    """Return the caller's authority over a team: "above" for admins of its organization, "own" for its admins."""
    if caller.admin or team.organization_id in caller.organizations_run:
        return "above"
    return "own" if team.id in caller.teams_run else None


def authority_over_organization(caller: Principal, id: str) -> Authority | None:
    """Return the caller's authority over an organization: "above" for gateway admins, "own" for its admins."""
    if caller.admin:
        return "above"
    return "own" if id in caller.organizations_run else None


def require_writer(caller: Principal) -> None:
    """Raise 403 for a caller that may only read."""
    if not caller.admin and not caller.writes:
        raise forbidden(
            "This key may read but not change anything. Use a key of a user with the role `internal_user` or more.",
            code=error_codes.READ_ONLY,
        )


def require_admin(caller: Principal, what: str) -> None:
    """Raise 403 unless the caller is an admin of the gateway."""
    if not caller.admin:
        raise forbidden(
            f"Only an admin of the gateway may {what}. Use a master key, or a key of a `proxy_admin`.",
            code=error_codes.ADMIN_REQUIRED,
        )
