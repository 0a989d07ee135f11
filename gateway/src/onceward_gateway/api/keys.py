"""Keys: make, change, find, block, replace, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..cache.controls import CONTROLS
from ..core import durations
from ..core.errors import (
    conflict,
    forbidden,
    invalid,
)
from ..core.records import Key, Limits
from ..core.restrictions import (
    RouteCatalog,
    read_networks,
    require_within,
)
from ..http.request import (
    Access,
    BodyKind,
    Call,
    Response,
    Route,
    json_response,
)
from ..identity import api_keys
from ..identity.authorization import (
    Ceiling,
    attenuate,
    power_over_key,
    sight,
)
from ..identity.directory import Platform
from ..identity.sql import (
    ALL,
    Where,
    equal,
    of_teams_run_by,
)
from ..identity.visibility_filters import keys_seen
from . import ownership
from .parsing import (
    applied,
    bounded_metadata,
    bounded_names,
    changed_limits,
    one_of,
    plain_list,
)
from .serializers import numbered, show_key
from .writes import (
    below,
    below_caller,
    bury,
    caller_key,
    missing,
    renewed,
    revealing_once,
    save,
    writer,
)

__all__ = ["ROUTES", "delete_keys", "new_key"]

_RESTRICTIONS = ("allowed_ips", "allowed_routes")
_LISTS = ("models", "guardrails", "tags")
_FIELDS = {"key_alias": "alias", "budget_id": "budget_id", "metadata": "metadata", "aliases": "aliases"}


def _changes(call: Call, data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a key that a request writes, those of its limits among them."""
    now = call.gateway.clock.time()
    changes: dict[str, Any] = changed_limits(data, now)
    for name in _LISTS:
        if name in data:
            changes[name] = plain_list(data[name]) if name == "models" else bounded_names(data[name], name)
    if "allowed_cache_controls" in data:
        changes["allowed_cache_controls"] = _cache_controls(data["allowed_cache_controls"])
    for wire, name in _FIELDS.items():
        if wire in data:
            changes[name] = bounded_metadata(data[wire], wire) if name in ("metadata", "aliases") else data[wire]
    if data.get("blocked") is not None:
        changes["blocked"] = data["blocked"]
    if "allowed_ips" in data:
        changes["allowed_ips"] = read_networks(data["allowed_ips"])
    if "allowed_routes" in data:
        changes["allowed_routes"] = call.gateway.platform.routes.checked(data["allowed_routes"])
    if "duration" in data:
        duration = data["duration"]
        changes["expires_at"] = None if duration is None else durations.parse(duration, "duration").after(now)
    return changes


def _cache_controls(given: list[str] | None) -> list[str] | None:
    """Return controls without repetitions; raise 400 for one that no call can ask for."""
    for number, name in enumerate(given or ()):
        if name not in CONTROLS:
            raise invalid(
                f"`allowed_cache_controls[{number}]` is {name!r}, which is no control of the cache. "
                f"Use any of: {', '.join(CONTROLS)}.",
                param="allowed_cache_controls",
                code="unknown_value",
            )
    return None if given is None else plain_list(given)


def _split(changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The changes of the record, and those of its limits."""
    names = set(Limits.__struct_fields__)
    return (
        {name: value for name, value in changes.items() if name not in names},
        {name: value for name, value in changes.items() if name in names},
    )


async def _free_alias(platform: Platform, key: Key) -> None:
    if key.alias is None:
        return
    for other in await platform.keys.of_alias(key.alias):
        if other.id != key.id and other.owner == key.owner:
            raise conflict(
                f"`key_alias` {key.alias!r} is the name of another key of the same owner. Take another.",
                code="key_alias_taken",
                param="key_alias",
            )


async def _inherited(call: Call, changes: dict[str, Any]) -> None:
    """Give a new key what limits the key that makes it, wherever it does not say more narrowly."""
    own = await caller_key(call)
    if own is None:
        return
    for name in _RESTRICTIONS:
        if changes.get(name) is None:
            changes[name] = getattr(own, name)
    if call.caller.admin:
        return
    ceiling = Ceiling.of(own)
    changes["models"] = changes.get("models") or list(ceiling.models)
    changes["guardrails"] = plain_list([*ceiling.guardrails, *changes.get("guardrails", ())])
    for name in ("rpm_limit", "tpm_limit", "max_parallel_requests"):
        if changes.get(name) is None:
            changes[name] = getattr(own.limits, name)
    if changes.get("max_budget") is None and own.limits.max_budget is not None:
        changes.setdefault("anchor", call.gateway.clock.time())
        changes["max_budget"] = own.limits.max_budget
        changes["budget_duration"] = changes.get("budget_duration") or own.limits.budget_duration
    for name in ("model_max_budget", "model_rpm_limit", "model_tpm_limit"):
        changes[name] = {**getattr(own.limits, name), **changes.get(name, {})}
    if changes.get("expires_at") is None:
        changes["expires_at"] = own.expires_at
    if changes.get("allowed_cache_controls") is None:
        changes["allowed_cache_controls"] = own.allowed_cache_controls


async def new_key(call: Call, data: Mapping[str, Any]) -> tuple[Key, str]:
    """Make a key and give it with its secret."""
    platform, caller = await writer(call)
    place = await ownership.of_new_key(call, data)
    changes = _changes(call, data)
    await _inherited(call, changes)
    below(changes, place.team, place.organization, place.user if place.team is None else None)
    await below_caller(call, changes)
    await ownership.require_budget(call, changes.get("budget_id"))
    secret = data.get("key")
    if secret is not None and not caller.admin:
        raise forbidden("Only an admin of the gateway gives a key of its own choice. Leave `key` out.", param="key")
    secret = secret or api_keys.mint()
    digest = api_keys.hash_of(secret)
    if await platform.keys.of_hash(digest) is not None or await platform.keys.of_replaced(digest) is not None:
        raise conflict("This key exists, or did. Give another, or leave `key` out.", code="key_exists", param="key")
    record, limits = _split(changes)
    key = Key(
        id=call.gateway.new_id("key_"),
        hash=digest,
        name=api_keys.masked(secret),
        user_id=place.user.id if place.user is not None else None,
        team_id=place.team.id if place.team is not None else None,
        organization_id=place.organization.id if place.organization is not None else None,
        parent_id=caller.key_id if place.own else None,
        limits=Limits(**limits),
        **record,
    )
    await _free_alias(platform, key)
    return await save(call, platform.keys, key, "created"), secret


async def _generate(call: Call) -> tuple[dict[str, Any], str]:
    key, secret = await new_key(call, call.data)
    return await show_key(call.gateway.platform, key), secret


async def _find(call: Call, text: str, param: str = "key") -> Key:
    """The key of a text, where the caller sees it."""
    key = await call.gateway.platform.key_of(text)
    if key is None or not _seen(call, key):
        raise missing("key", text, param=param)
    return key


async def _named(call: Call) -> Key:
    """The key that a body names by `key_id` or `key`; 400 where the two name two keys."""
    key = await _find(call, one_of(call.data, "key_id", "key"))
    if call.data.get("key_id") and call.data.get("key"):
        other = await _find(call, call.data["key"])
        if other.id != key.id:
            raise invalid("`key_id` and `key` name two keys. Give one of them.", param="key", code="ambiguous")
    return key


def _seen(call: Call, key: Key) -> bool:
    return sight(call.caller).sees(
        organization_id=key.organization_id, team_id=key.team_id, user_id=key.user_id, key_id=key.id
    )


async def _changed(call: Call, key: Key, data: Mapping[str, Any]) -> Key:
    """The key as a request wants it, held against all that it may not exceed."""
    platform = call.gateway.platform
    power = power_over_key(call.caller, key)
    changes = _changes(call, data)
    place = await ownership.of_key(call, key, data, above=power == "above")
    record, limits = _split(changes)
    wanted = renewed(key, {**record, **place.ids(), "limits": applied(key.limits, limits)})
    asked = dict(changes)
    if asked.get("temp_increase"):
        asked["max_budget"] = wanted.limits.max_budget
    if place.moved:
        asked |= {name: getattr(wanted.limits, name) for name in Limits.__struct_fields__}
        asked |= {"models": wanted.models, "expires_at": wanted.expires_at}
    below(asked, place.team, place.organization, place.user if place.team is None else None)
    await below_caller(call, changes)
    if power != "above":
        _own_changes(key, changes, platform.routes)
    if "budget_id" in changes and changes["budget_id"] != key.budget_id:
        await ownership.require_budget(call, changes["budget_id"])
    await _free_alias(platform, wanted)
    return wanted


def _own_changes(key: Key, changes: Mapping[str, Any], catalog: RouteCatalog) -> None:
    """Who has a key and no place above it makes it smaller, never larger."""
    attenuate(changes, Ceiling.of(key), strict=True)
    require_within(changes, key, catalog)
    if changes.get("blocked") is False and key.blocked:
        raise forbidden("Who blocked this key is above you. Have it unblocked there.", param="blocked")
    if key.budget_id is not None and "budget_id" in changes and changes["budget_id"] != key.budget_id:
        raise forbidden("The shared budget of this key was given from above. Leave `budget_id` out.", param="budget_id")


async def _update(call: Call) -> Response:
    platform, _ = await writer(call)
    key = await _named(call)
    wanted = await _changed(call, key, call.data)
    return json_response(await show_key(platform, await save(call, platform.keys, wanted, "updated", key)))


async def _regenerate(call: Call) -> tuple[dict[str, Any], str]:
    platform, _ = await writer(call)
    key = await _find(call, call.params["key"])
    secret, changed = api_keys.mint(), await _changed(call, key, call.data)
    if key.id != call.caller.key_id:
        # Who gets the secret of a key gets all that it may: no more than the key that asks.
        fields = ("models", "guardrails", "allowed_cache_controls", "expires_at", *_RESTRICTIONS)
        limits = {name: getattr(changed.limits, name) for name in Limits.__struct_fields__}
        await below_caller(call, limits | {name: getattr(changed, name) for name in fields})
    wanted = renewed(
        changed,
        {
            "hash": api_keys.hash_of(secret),
            "name": api_keys.masked(secret),
            "rotated_at": call.gateway.clock.time(),
        },
    )
    await platform.keys.replace(key.hash, key.id)
    return await show_key(platform, await save(call, platform.keys, wanted, "rotated", key)), secret


async def delete_keys(call: Call, keys: list[Key]) -> list[str]:
    """Bury keys and what was derived from them, and give the ids of the first."""
    platform = call.gateway.platform
    for id in dict.fromkeys([id for key in keys for id in await platform.keys.family(key.id)]):
        key = await platform.keys.get(id)
        if key is not None:
            await bury(call, platform.keys, key)
    return [key.id for key in keys]


async def _delete(call: Call) -> Response:
    platform, _ = await writer(call)
    texts = [text for text in (call.data.get("key_id"), *(call.data.get("keys") or ())) if text]
    found = {key.id: key for key in [await _find(call, text, "keys") for text in texts]}
    for alias in call.data.get("key_aliases") or ():
        named = [key for key in await platform.keys.of_alias(alias) if _seen(call, key)]
        if not named:
            raise missing("key", alias, param="key_aliases")
        if len(named) > 1:
            raise invalid(
                f"`key_aliases` has {alias!r}, the name of {len(named)} keys. Name the one that you mean by `key_id`.",
                param="key_aliases",
                code="ambiguous",
            )
        found[named[0].id] = named[0]
    if not found:
        raise invalid("`keys`, `key_aliases` or `key_id` is missing. Name a key.", param="keys", code="missing")
    return json_response({"deleted_keys": await delete_keys(call, list(found.values()))})


def _filtered(query: Mapping[str, Any]) -> Where:
    """The keys that a request asks for, whoever may see them."""
    found, user_id = ALL, query.get("user_id")
    if query.get("include_team_keys") and not user_id:
        raise invalid(
            "`include_team_keys` is true, and `user_id`, whose teams are meant, is missing. Give it.",
            param="include_team_keys",
            code="missing",
        )
    if user_id:
        own = equal("user_id", user_id)
        found &= own | of_teams_run_by(user_id) if query.get("include_team_keys") else own
    for name in ("team_id", "organization_id", "key_alias"):
        if query.get(name):
            found &= equal(name.removeprefix("key_"), query[name])
    return found


async def _list(call: Call) -> Response:
    platform, query = call.gateway.platform, call.query
    page, size = int(query.get("page") or 1), int(query.get("size") or 10)
    where = keys_seen(call.caller) & _filtered(query)
    shown, total, pages = await numbered(platform.keys, where, page, size)
    return json_response(
        {
            "keys": [await show_key(platform, key) for key in shown],
            "total_count": total,
            "current_page": page,
            "total_pages": pages,
        }
    )


async def _info(call: Call) -> Response:
    text = call.query.get("key") or call.caller.key_id
    if text is None:
        raise invalid(
            "`key` is missing, and who asks has no virtual key. Name one: `/key/list` has them.",
            param="key",
            code="missing",
        )
    key = await _find(call, text)
    return json_response({"key": key.id, "info": await show_key(call.gateway.platform, key)})


async def _set_blocked(call: Call, blocked: bool) -> Response:
    platform, caller = await writer(call)
    key = await _named(call)
    if not blocked and power_over_key(caller, key) != "above":
        raise forbidden("Who blocked this key is above you. Have it unblocked there.", code="above_required")
    wanted = renewed(key, {"blocked": blocked})
    return json_response(
        await show_key(platform, await save(call, platform.keys, wanted, "blocked" if blocked else "unblocked", key))
    )


async def _block(call: Call) -> Response:
    return await _set_blocked(call, True)


async def _unblock(call: Call) -> Response:
    return await _set_blocked(call, False)


async def _health(call: Call) -> Response:
    platform, now = call.gateway.platform, call.gateway.clock.time()
    issues: list[str] = []
    for bound in call.caller.bounds:
        most = bound.max_budget_at(now)
        if most is not None and await platform.spending.in_window(bound, now) >= most:
            issues.append(f"The budget of the {bound.name} is spent.")
    state = "unhealthy" if issues else "healthy"
    return json_response({"key": state, "key_id": call.caller.key_id, "issues": issues})


ROUTES = (
    Route(
        "POST",
        "/key/generate",
        "key.generate",
        revealing_once(_generate),
        body=BodyKind.JSON_OR_NONE,
        access=Access.PLATFORM,
    ),
    Route("POST", "/key/update", "key.update", _update, body=BodyKind.JSON, access=Access.PLATFORM, once=True),
    Route("POST", "/key/delete", "key.delete", _delete, body=BodyKind.JSON, access=Access.PLATFORM, once=True),
    Route("GET", "/key/list", "key.list", _list, access=Access.PLATFORM),
    Route("GET", "/key/info", "key.info", _info, access=Access.PLATFORM),
    Route("POST", "/key/block", "key.block", _block, body=BodyKind.JSON, access=Access.PLATFORM, once=True),
    Route("POST", "/key/unblock", "key.unblock", _unblock, body=BodyKind.JSON, access=Access.PLATFORM, once=True),
    Route(
        "POST",
        "/key/{key}/regenerate",
        "key.regenerate",
        revealing_once(_regenerate),
        body=BodyKind.JSON_OR_NONE,
        access=Access.PLATFORM,
    ),
    Route("POST", "/key/health", "key.health", _health, access=Access.PLATFORM),
)
