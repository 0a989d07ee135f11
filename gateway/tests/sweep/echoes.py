"""Values for every writable member, and where each is read back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .kit import Swept

__all__ = ["CONTENT_DEFAULTS", "ECHOES", "Echo", "value_for"]

_ECHO = "onceward/echo"
_OWN = {"budget_duration": "1d", "max_budget": 2.5, "rpm_limit": 4, "tpm_limit": 40}
_VALUES: Mapping[str, tuple[Any, ...]] = {
    "alias": ("Alice", "Bob"),
    "aliases": ({"fast": _ECHO}, {}),
    "allowed_cache_controls": (["no-cache"], []),
    "allowed_ips": (["203.0.113.0/24"], []),
    "allowed_routes": (["/v1/models"], []),
    "blocked": (True, False),
    "budget_duration": ("7d", "1mo"),
    "guardrails": (["pii"], []),
    "key_alias": ("one", "two"),
    "max_budget": (3.5, 0.0),
    "max_budget_in_organization": (3.5, 0.0),
    "max_budget_in_team": (3.5, 0.0),
    "max_parallel_requests": (3, 0),
    "metadata": ({"a": {"b": [1, None]}}, {}),
    "model_aliases": ({"fast": _ECHO}, {}),
    "model_max_budget": ({_ECHO: _OWN}, {_ECHO: {**_OWN, "max_budget": 0.0, "rpm_limit": 0, "tpm_limit": 0}}, {}),
    "model_rpm_limit": ({_ECHO: 4}, {_ECHO: 0}, {}),
    "model_tpm_limit": ({_ECHO: 40}, {_ECHO: 0}, {}),
    "models": ([_ECHO, "onceward/other"], []),
    "organization_alias": ("one", "two"),
    "rpm_limit": (4, 0),
    "soft_budget": (1.25, 0.0),
    "tags": (["a", "b"], []),
    "team_alias": ("one", "two"),
    "tier": ("small", "free"),
    "tpm_limit": (40, 0),
    "user_alias": ("one", "two"),
    "user_email": ("one@example.com", "two@example.com"),
    "user_role": ("internal_user_viewer", "internal_user"),
}
_OF_KEYS = {
    "model_max_budget": (
        {_ECHO: {"budget_limit": 2.5, "time_period": "1d"}},
        {_ECHO: {"budget_limit": 0.0, "time_period": None}},
        {},
    )
}
# Values after null: lists and maps are empty, everything else is null.
CONTENT_DEFAULTS: Mapping[str, Any] = {
    **{key: [] for key in ("guardrails", "models", "tags")},
    **{key: {} for key in ("aliases", "metadata", "model_aliases")},
    **{key: {} for key in ("model_max_budget", "model_rpm_limit", "model_tpm_limit")},
}


async def value_for(world: Swept, kind: str, name: str) -> tuple[Any, ...]:
    """Values that are one after the other written: a plain one, then the emptiest."""
    if name in ("budget_id", "organization_id", "team_id", "user_id"):
        make = getattr(world, name.removesuffix("_id"))
        return await make(), await make()
    return (_OF_KEYS if kind == "key" else {}).get(name) or _VALUES[name]


Read = Callable[[Swept, Mapping[str, Any]], Awaitable[list[Mapping[str, Any]]]]


@dataclass(frozen=True)
class Echo:
    """A kind of object: the writes that make and change it, and all places where it is shown."""

    kind: str
    create: str
    updates: tuple[str, ...]
    identity: str
    read: Read
    members: tuple[str, ...]
    # Members that only one of the writes has.
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


async def _key(world: Swept, made: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    id = made["key_id"]
    listed = (await world.got("/key/list", size=1))["keys"]
    return [(await world.got("/key/info", key=id))["info"], *[one for one in listed if one["key_id"] == id]]


async def _team(world: Swept, made: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    id = made["team_id"]
    listed = (await world.got("/team/list", limit=1))["data"]
    return [(await world.got("/team/info", team_id=id))["team_info"], *[one for one in listed if one["team_id"] == id]]


async def _user(world: Swept, made: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    id = made["user_id"]
    listed = (await world.got("/user/get_users", user_ids=id))["users"]
    return [(await world.got("/user/info", user_id=id))["user_info"], *listed]


async def _organization(world: Swept, made: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    id = made["organization_id"]
    listed = (await world.got("/organization/list", limit=1))["data"]
    return [
        await world.got("/organization/info", organization_id=id),
        *[one for one in listed if one["organization_id"] == id],
    ]


async def _customer(world: Swept, made: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    id = made["user_id"]
    listed = (await world.got("/customer/list", limit=1))["data"]
    return [await world.got("/customer/info", end_user_id=id), *[one for one in listed if one["user_id"] == id]]


async def _budget(world: Swept, made: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    id = made["budget_id"]
    listed = (await world.got("/budget/list", limit=1))["data"]
    return [
        (await world.made("/budget/info", {"budgets": [id]}))["budgets"][0],
        *[one for one in listed if one["budget_id"] == id],
    ]


_LIMITS = (
    *("max_budget", "soft_budget", "budget_duration", "tpm_limit", "rpm_limit", "max_parallel_requests"),
    "model_max_budget",
)
_SHARED = (*_LIMITS, "budget_id", "blocked", "metadata")
ECHOES = (
    Echo(
        "key",
        "POST /key/generate",
        ("POST /key/update", "POST /key/{key}/regenerate"),
        "key_id",
        _key,
        (
            *_SHARED,
            *("key_alias", "user_id", "team_id", "organization_id", "models", "aliases", "guardrails", "tags"),
            *("model_tpm_limit", "model_rpm_limit", "allowed_cache_controls", "allowed_ips", "allowed_routes"),
        ),
    ),
    Echo(
        "team",
        "POST /team/new",
        ("POST /team/update",),
        "team_id",
        _team,
        (*_SHARED, "team_alias", "organization_id", "models", "model_aliases", "guardrails", "tags"),
    ),
    Echo(
        "user",
        "POST /user/new",
        ("POST /user/update",),
        "user_id",
        _user,
        (*_SHARED, "user_email", "user_alias", "user_role", "models"),
        only={"POST /user/new": ("organization_id",)},
    ),
    Echo(
        "organization",
        "POST /organization/new",
        ("PATCH /organization/update",),
        "organization_id",
        _organization,
        (*_SHARED, "organization_alias", "models", "tier"),
    ),
    Echo(
        "customer",
        "POST /customer/new",
        ("POST /customer/update",),
        "user_id",
        _customer,
        (*_SHARED, "alias"),
    ),
    Echo("budget", "POST /budget/new", ("POST /budget/update",), "budget_id", _budget, _LIMITS),
)
