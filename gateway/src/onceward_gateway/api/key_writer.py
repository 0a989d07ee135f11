"""Writes of API keys: create, change, delete, within the limits of their owners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..cache.controls import CONTROLS
from ..core import durations, error_codes
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
    Request,
)
from ..identity import api_keys
from ..identity.authorization import (
    Ceiling,
    attenuate,
    authority_over_key,
)
from .parsing import (
    applied,
    bounded_metadata,
    bounded_names,
    changed_limits,
    plain_list,
)
from .record_service import RecordContext, RecordService
from .writes import (
    below,
    renewed,
)

__all__ = ["KeyWriter"]

_RESTRICTIONS = ("allowed_ips", "allowed_routes")
_LISTS = ("models", "guardrails", "tags")
_FIELDS = {"key_alias": "alias", "budget_id": "budget_id", "metadata": "metadata", "aliases": "aliases"}


class KeyWriter(RecordService):
    """Creates, changes and deletes API keys within the limits of their owners."""

    def __init__(self, context: RecordContext, catalog: RouteCatalog) -> None:
        super().__init__(context)
        self._catalog = catalog

    def _changes(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields that a request changes, including those of its limits."""
        now = self._clock.time()
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
            changes["allowed_routes"] = self._catalog.checked(data["allowed_routes"])
        if "duration" in data:
            duration = data["duration"]
            changes["expires_at"] = None if duration is None else durations.parse(duration, "duration").after(now)
        return changes

    async def _require_free_alias(self, key: Key) -> None:
        if key.alias is None:
            return
        for other in await self._records.keys.of_alias(key.alias):
            if other.id != key.id and other.owner == key.owner:
                raise conflict(
                    f"`key_alias` {key.alias!r} is the name of another key of the same owner. Take another.",
                    code=error_codes.KEY_ALIAS_TAKEN,
                    param="key_alias",
                )

    async def _inherited(self, request: Request, changes: dict[str, Any]) -> None:
        """Add the limits of the key that creates a key, unless the request sets narrower ones."""
        own = await self._writer.caller_key(request)
        if own is None:
            return
        for name in _RESTRICTIONS:
            if changes.get(name) is None:
                changes[name] = getattr(own, name)
        if request.caller.admin:
            return
        ceiling = Ceiling.of(own)
        changes["models"] = changes.get("models") or list(ceiling.models)
        changes["guardrails"] = plain_list([*ceiling.guardrails, *changes.get("guardrails", ())])
        for name in ("rpm_limit", "tpm_limit", "max_parallel_requests"):
            if changes.get(name) is None:
                changes[name] = getattr(own.limits, name)
        if changes.get("max_budget") is None and own.limits.max_budget is not None:
            changes.setdefault("anchor", self._clock.time())
            changes["max_budget"] = own.limits.max_budget
            changes["budget_duration"] = changes.get("budget_duration") or own.limits.budget_duration
        for name in ("model_max_budget", "model_rpm_limit", "model_tpm_limit"):
            changes[name] = {**getattr(own.limits, name), **changes.get(name, {})}
        if changes.get("expires_at") is None:
            changes["expires_at"] = own.expires_at
        if changes.get("allowed_cache_controls") is None:
            changes["allowed_cache_controls"] = own.allowed_cache_controls

    async def create(self, request: Request, data: Mapping[str, Any]) -> tuple[Key, str]:
        """Create a key, and return it with its secret."""
        caller = await self._writer.begin(request)
        owners = await self._ownership.of_new_key(caller, data)
        changes = self._changes(data)
        await self._inherited(request, changes)
        below(changes, owners.team, owners.organization, owners.user if owners.team is None else None)
        await self._writer.require_below_caller(request, changes)
        await self._ownership.require_budget(request.caller, changes.get("budget_id"))
        secret = data.get("key")
        if secret is not None and not caller.admin:
            raise forbidden("Only an admin of the gateway gives a key of its own choice. Leave `key` out.", param="key")
        secret = secret or api_keys.mint()
        digest = api_keys.hash_of(secret)
        if (
            await self._records.keys.of_hash(digest) is not None
            or await self._records.keys.of_replaced(digest) is not None
        ):
            raise conflict(
                "A key with this value exists, or existed. Send another, or leave `key` out.",
                code=error_codes.KEY_EXISTS,
                param="key",
            )
        record, limits = _split(changes)
        key = Key(
            id=self._new_id("key_"),
            hash=digest,
            name=api_keys.masked(secret),
            user_id=owners.user.id if owners.user is not None else None,
            team_id=owners.team.id if owners.team is not None else None,
            organization_id=owners.organization.id if owners.organization is not None else None,
            parent_id=caller.key_id if owners.own else None,
            limits=Limits(**limits),
            **record,
        )
        await self._require_free_alias(key)
        return await self._writer.save(request, self._records.keys, key, "created"), secret

    async def changed(self, request: Request, key: Key, data: Mapping[str, Any]) -> Key:
        """Return a key with the changes of a request; raise if they exceed its owners' or the caller's limits."""
        authority = authority_over_key(request.caller, key)
        changes = self._changes(data)
        owners = await self._ownership.of_key(request.caller, key, data, above=authority == "above")
        record, limits = _split(changes)
        wanted = renewed(key, {**record, **owners.ids(), "limits": applied(key.limits, limits)})
        asked = dict(changes)
        if asked.get("temp_increase"):
            asked["max_budget"] = wanted.limits.max_budget
        if owners.moved:
            asked |= {name: getattr(wanted.limits, name) for name in Limits.__struct_fields__}
            asked |= {"models": wanted.models, "expires_at": wanted.expires_at}
        below(asked, owners.team, owners.organization, owners.user if owners.team is None else None)
        await self._writer.require_below_caller(request, changes)
        if authority != "above":
            _require_smaller(key, changes, self._catalog)
        if "budget_id" in changes and changes["budget_id"] != key.budget_id:
            await self._ownership.require_budget(request.caller, changes["budget_id"])
        await self._require_free_alias(wanted)
        return wanted

    async def delete(self, request: Request, keys: list[Key]) -> list[str]:
        """Delete keys and every key derived from them, and return the ids of the former."""
        for id in dict.fromkeys([id for key in keys for id in await self._records.keys.family(key.id)]):
            key = await self._records.keys.get(id)
            if key is not None:
                await self._writer.delete(request, self._records.keys, key)
        return [key.id for key in keys]


def _cache_controls(given: list[str] | None) -> list[str] | None:
    """Return controls without repetitions; raise 400 for an unknown one."""
    for number, name in enumerate(given or ()):
        if name not in CONTROLS:
            raise invalid(
                f"`allowed_cache_controls[{number}]` is {name!r}, which is not a control of the cache. "
                f"Use any of: {', '.join(CONTROLS)}.",
                param="allowed_cache_controls",
                code=error_codes.UNKNOWN_VALUE,
            )
    return None if given is None else plain_list(given)


def _split(changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the changes of the record, and those of its limits."""
    names = set(Limits.__struct_fields__)
    return (
        {name: value for name, value in changes.items() if name not in names},
        {name: value for name, value in changes.items() if name in names},
    )


def _require_smaller(key: Key, changes: Mapping[str, Any], catalog: RouteCatalog) -> None:
    """Raise 403 for changes that extend a key, made by a caller without authority over its owners."""
    attenuate(changes, Ceiling.of(key), strict=True)
    require_within(changes, key, catalog)
    if changes.get("blocked") is False and key.blocked:
        raise forbidden("This key was blocked by an administrator. Ask one to unblock it.", param="blocked")
    if key.budget_id is not None and "budget_id" in changes and changes["budget_id"] != key.budget_id:
        raise forbidden(
            "The shared budget of this key was set by an administrator. Leave `budget_id` out.", param="budget_id"
        )
