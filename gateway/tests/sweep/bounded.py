"""Callers below an object that a write has just limited, and what each limit does to their calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from .kit import Swept

__all__ = ["BOUNDED", "EFFECTS", "Bounding", "Caller", "bounding"]

_ECHO = "onceward/echo"


@dataclass
class Caller:
    """Callers below the limited object."""

    world: Swept
    key: str | None
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    async def chat(self, **more: Any) -> httpx2.Response:
        body = {"model": _ECHO, "messages": [{"role": "user", "content": "Hello!"}], **self.more, **more}
        headers = {**self.headers, **({} if self.key is None else {"Authorization": f"Bearer {self.key}"})}
        return await self.world.client.post("/v1/chat/completions", json=body, headers=headers)

    async def passes(self, **more: Any) -> httpx2.Response:
        answer = await self.chat(**more)
        assert answer.status_code == 200, (more, answer.text)
        return answer

    async def refused(self, status: int, code: str, **more: Any) -> None:
        answer = await self.chat(**more)
        assert answer.status_code == status, (more, answer.text)
        assert answer.json()["error"]["code"].endswith(code), answer.text


@dataclass(frozen=True)
class Bounding:
    """One write that limits, and a caller below what it wrote."""

    write: str
    make: Callable[[Swept, Mapping[str, Any]], Awaitable[Caller]]


async def _new(world: Swept, kind: str, members: Mapping[str, Any]) -> dict[str, Any]:
    _, smallest = await world.request(f"/{kind}/{'generate' if kind == 'key' else 'new'}")
    return await world.made(f"/{kind}/{'generate' if kind == 'key' else 'new'}", {**smallest, **members})


def _of(kind: str, *, update: str | None = None, method: str = "POST") -> Callable[..., Awaitable[Caller]]:
    async def make(world: Swept, members: Mapping[str, Any]) -> Caller:
        made = await _new(world, kind, {} if update else members)
        id = made["user_id" if kind in ("user", "customer") else f"{kind}_id"]
        secret = made.get("key")
        if update:
            which = {} if "{key}" in update else {"user_id" if kind == "customer" else f"{kind}_id": id}
            answer = await world.made(update.replace("{key}", str(id)), which | dict(members), method)
            secret = answer.get("key", secret)
        if kind == "customer":
            return Caller(world, None, {"user": id})
        return Caller(world, secret if kind == "key" else (await world.key(**{f"{kind}_id": id}))["key"])

    return make


def _seat(kind: str, *, update: bool) -> Callable[..., Awaitable[Caller]]:
    async def make(world: Swept, members: Mapping[str, Any]) -> Caller:
        group, user = {f"{kind}_id": await getattr(world, kind)()}, await world.user()
        role = "user" if kind == "team" else "internal_user"
        joining = group | {"member": {"role": role, "user_id": user}}
        await world.made(f"/{kind}/member_add", joining if update else joining | dict(members))
        if update:
            method = "POST" if kind == "team" else "PATCH"
            await world.made(f"/{kind}/member_update", group | {"user_id": user} | dict(members), method)
        return Caller(world, (await world.key(user_id=user, **group))["key"])

    return make


_LIMITS = (
    *("max_budget", "soft_budget", "budget_duration", "tpm_limit", "rpm_limit", "max_parallel_requests"),
    *("model_max_budget", "budget_id", "blocked"),
)
_OF_KEYS = (
    *("models", "aliases", "guardrails", "tags", "model_tpm_limit", "model_rpm_limit"),
    *("allowed_ips", "allowed_routes", "user_id", "team_id", "organization_id", "metadata"),
)
# Every write that limits, with the members of it that do.
BOUNDED: Mapping[str, tuple[Callable[..., Awaitable[Caller]], tuple[str, ...]]] = {
    "POST /key/generate": (_of("key"), (*_LIMITS, *_OF_KEYS)),
    "POST /key/update": (_of("key", update="/key/update"), (*_LIMITS, *_OF_KEYS)),
    "POST /key/{key}/regenerate": (_of("key", update="/key/{key}/regenerate"), (*_LIMITS, *_OF_KEYS)),
    "POST /team/new": (_of("team"), (*_LIMITS, "organization_id", "models", "model_aliases", "guardrails", "tags")),
    "POST /team/update": (
        _of("team", update="/team/update"),
        (*_LIMITS, "organization_id", "models", "model_aliases", "guardrails", "tags"),
    ),
    "POST /user/new": (_of("user"), (*_LIMITS, "models", "organization_id")),
    "POST /user/update": (_of("user", update="/user/update"), (*_LIMITS, "models")),
    "POST /organization/new": (_of("organization"), (*_LIMITS, "models", "tier")),
    "PATCH /organization/update": (
        _of("organization", update="/organization/update", method="PATCH"),
        (*_LIMITS, "models", "tier"),
    ),
    "POST /customer/new": (_of("customer"), _LIMITS),
    "POST /customer/update": (_of("customer", update="/customer/update"), _LIMITS),
    "POST /budget/new": (_of("budget"), _LIMITS[:-2]),
    "POST /budget/update": (_of("budget", update="/budget/update"), _LIMITS[:-2]),
    "POST /team/member_add": (_seat("team", update=False), ("max_budget_in_team",)),
    "POST /team/member_update": (_seat("team", update=True), ("max_budget_in_team",)),
    "POST /organization/member_add": (_seat("organization", update=False), ("max_budget_in_organization",)),
    "PATCH /organization/member_update": (_seat("organization", update=True), ("max_budget_in_organization",)),
}


def bounding(write: str) -> Bounding:
    return Bounding(write, BOUNDED[write][0])


Effect = Callable[[Swept, Bounding], Awaitable[None]]
EFFECTS: dict[str, Effect] = {}


def _effect(effect: Effect) -> Effect:
    EFFECTS[effect.__name__] = effect
    return effect


@_effect
async def max_budget(world: Swept, bound: Bounding, name: str = "max_budget") -> None:
    await (await bound.make(world, {name: 0})).refused(402, "budget_exceeded")
    await (await bound.make(world, {name: 1e-9})).refused(402, "budget_exceeded")
    await (await bound.make(world, {name: 5})).passes()


@_effect
async def max_budget_in_team(world: Swept, bound: Bounding) -> None:
    await max_budget(world, bound, "max_budget_in_team")


@_effect
async def max_budget_in_organization(world: Swept, bound: Bounding) -> None:
    await max_budget(world, bound, "max_budget_in_organization")


@_effect
async def soft_budget(world: Swept, bound: Bounding) -> None:
    caller = await bound.make(world, {"soft_budget": 0})
    assert "soft budget" in (await caller.passes()).headers["x-onceward-budget-warning"]
    caller = await bound.make(world, {"soft_budget": 5})
    assert "x-onceward-budget-warning" not in (await caller.passes()).headers


@_effect
async def budget_duration(world: Swept, bound: Bounding) -> None:
    await (await bound.make(world, {"max_budget": 0})).refused(402, "budget_exceeded")
    answer = await (await bound.make(world, {"max_budget": 0, "budget_duration": "1mo"})).chat()
    assert answer.status_code == 402, answer.text
    assert answer.json()["error"]["budget_reset_at"] is not None, answer.text


@_effect
async def rpm_limit(world: Swept, bound: Bounding) -> None:
    await (await bound.make(world, {"rpm_limit": 0})).refused(429, "_exceeded")
    caller = await bound.make(world, {"rpm_limit": 1})
    await caller.passes()
    await caller.refused(429, "_exceeded")


@_effect
async def tpm_limit(world: Swept, bound: Bounding) -> None:
    await (await bound.make(world, {"tpm_limit": 0})).refused(429, "_exceeded")


@_effect
async def max_parallel_requests(world: Swept, bound: Bounding) -> None:
    await (await bound.make(world, {"max_parallel_requests": 0})).refused(429, "_exceeded")
    caller = await bound.make(world, {"max_parallel_requests": 1})
    await caller.passes()
    await caller.passes()


@_effect
async def blocked(world: Swept, bound: Bounding) -> None:
    answer = await (await bound.make(world, {"blocked": True})).chat()
    assert answer.status_code == 403, answer.text
    assert answer.json()["error"]["code"].endswith("_blocked"), answer.text
    await (await bound.make(world, {"blocked": False})).passes()


@_effect
async def budget_id(world: Swept, bound: Bounding) -> None:
    await (await bound.make(world, {"budget_id": await world.budget(max_budget=0)})).refused(402, "budget_exceeded")


@_effect
async def model_max_budget(world: Swept, bound: Bounding) -> None:
    key = "/key/" in bound.write
    caller = await bound.make(world, {"model_max_budget": {_ECHO: {"budget_limit" if key else "max_budget": 0}}})
    await caller.refused(402, "budget_exceeded")
    await caller.passes(model="onceward/small")
    if not key:
        for name in ("rpm_limit", "tpm_limit"):
            caller = await bound.make(world, {"model_max_budget": {_ECHO: {name: 0}}})
            await caller.refused(429, "_exceeded")
            await caller.passes(model="onceward/small")


@_effect
async def model_rpm_limit(world: Swept, bound: Bounding, name: str = "model_rpm_limit") -> None:
    caller = await bound.make(world, {name: {_ECHO: 0}})
    await caller.refused(429, "_exceeded")
    await caller.passes(model="onceward/small")


@_effect
async def model_tpm_limit(world: Swept, bound: Bounding) -> None:
    await model_rpm_limit(world, bound, "model_tpm_limit")


@_effect
async def models(world: Swept, bound: Bounding) -> None:
    caller = await bound.make(world, {"models": ["onceward/small"]})
    answer = await caller.chat()
    assert (answer.status_code, answer.json()["error"]["param"]) == (403, "model"), answer.text
    await caller.passes(model="onceward/small")
    await (await bound.make(world, {"models": []})).passes()


@_effect
async def aliases(world: Swept, bound: Bounding, name: str = "aliases") -> None:
    only = {"models": ["onceward/small"]}
    await (await bound.make(world, {name: {"fast": "onceward/small"}, **only})).passes(model="fast")
    await (await bound.make(world, {name: {}, **only})).refused(403, "_denied", model="fast")


@_effect
async def model_aliases(world: Swept, bound: Bounding) -> None:
    await aliases(world, bound, "model_aliases")


@_effect
async def guardrails(world: Swept, bound: Bounding) -> None:
    await (await bound.make(world, {"guardrails": ["absent"]})).refused(403, "guardrail_missing")


@_effect
async def metadata(world: Swept, bound: Bounding) -> None:
    for named in (["absent"], "absent"):
        caller = await bound.make(world, {"metadata": {"guardrails": named}})
        await caller.refused(403, "guardrail_missing")


@_effect
async def tags(world: Swept, bound: Bounding) -> None:
    tag = world.fresh("tag")
    call = (await (await bound.make(world, {"tags": [tag]})).passes()).headers["x-onceward-call-id"]
    found = {one["call_id"] for one in (await world.got("/spend/logs", tag=tag))["data"]}
    assert found == {call}


@_effect
async def tier(world: Swept, bound: Bounding) -> None:
    await (await bound.make(world, {"tier": "small"})).refused(402, "insufficient_credits")
    await (await bound.make(world, {"tier": "free"})).passes()


@_effect
async def allowed_ips(world: Swept, bound: Bounding) -> None:
    for networks in (["203.0.113.0/24"], []):
        await (await bound.make(world, {"allowed_ips": networks})).refused(403, "ip_not_allowed")
    await (await bound.make(world, {"allowed_ips": ["127.0.0.1"]})).passes()


@_effect
async def allowed_routes(world: Swept, bound: Bounding) -> None:
    for routes in (["/v1/models"], []):
        await (await bound.make(world, {"allowed_routes": routes})).refused(403, "route_not_allowed")
    await (await bound.make(world, {"allowed_routes": ["llm_api_routes"]})).passes()


@_effect
async def user_id(world: Swept, bound: Bounding) -> None:
    await (await bound.make(world, {"user_id": await world.user(rpm_limit=0)})).refused(429, "_exceeded")


@_effect
async def team_id(world: Swept, bound: Bounding) -> None:
    await (await bound.make(world, {"team_id": await world.team(rpm_limit=0)})).refused(429, "_exceeded")


@_effect
async def organization_id(world: Swept, bound: Bounding) -> None:
    home = await world.organization(rpm_limit=0)
    await (await bound.make(world, {"organization_id": home})).refused(429, "_exceeded")
