"""What all changes have in common: who makes them, the record written, callers forgotten, a line in the audit log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import msgspec

from ..calls.idempotency import check_key
from ..core.errors import (
    ApiError,
    conflict,
    forbidden,
)
from ..core.principal import Principal
from ..core.records import (
    Bounded,
    Key,
    R,
)
from ..core.restrictions import require_within
from ..http.request import (
    Call,
    Response,
    json_response,
)
from ..identity.authorization import (
    Ceiling,
    attenuate,
    require_writer,
)
from ..identity.directory import Platform
from ..identity.invalidation import Action
from ..identity.repositories import Store
from .authentication import key_of
from .inference import fingerprint

__all__ = [
    "actor",
    "below_caller",
    "bury",
    "chosen_id",
    "missing",
    "renewed",
    "revealing_once",
    "save",
    "writer",
]


async def writer(call: Call) -> tuple[Platform, Principal]:
    """The platform and a caller that may change something, as it stands now that nobody else changes anything."""
    require_writer(call.caller)
    platform = call.gateway.platform
    await platform.changes.take_turn()
    call.caller = await platform.as_it_stands(call.caller)
    require_writer(call.caller)
    return platform, call.caller


def actor(caller: Principal) -> str:
    """Who changes something, by the name that records give."""
    return caller.user_id or caller.key_id or "admin"


def missing(kind: str, id: str, *, param: str | None = None) -> ApiError:
    """404: there is none, or it is not the caller's to see. The two are told alike."""
    return ApiError(
        404,
        f"There is no {kind} {id!r}, or it is not yours to see. Check the id, or ask with another key.",
        code=f"{kind}_not_found",
        param=param,
    )


async def save(call: Call, store: Store[R], record: R, action: Action, before: R | None = None) -> R:
    """Write a record with who changed it and when."""
    platform = call.gateway.platform
    now, who = platform.clock.time(), actor(call.caller)
    if before is None:
        record.created_at, record.created_by = now, who
    else:
        record.updated_at, record.updated_by = now, who
    await store.put(record)
    await platform.audit(call.principal, call.request_id, action, record, before)
    await platform.changed(record.kind, record.id, action)
    return record


async def bury(call: Call, store: Store[R], record: R) -> None:
    """Delete a record: it stays as a tombstone."""
    gone = msgspec.structs.replace(record, deleted_at=call.gateway.platform.clock.time())
    await save(call, store, gone, "deleted", record)


def renewed(record: R, changes: Mapping[str, Any]) -> R:
    """A copy with other fields."""
    return msgspec.structs.replace(record, **changes)


async def chosen_id(call: Call, store: Store[Any], kind: str, given: str | None, prefix: str) -> str:
    """The id of a new object. Only an admin chooses one: a taken one would tell others that it exists."""
    if given is None:
        return call.gateway.new_id(prefix)
    if not call.caller.admin:
        raise forbidden(
            f"Only an admin of the gateway chooses ids. Leave `{kind}_id` out and take the one of the answer.",
            code="admin_required",
            param=f"{kind}_id",
        )
    if await store.any(given) is not None:
        raise conflict(
            f"The {kind} {given!r} exists, or did: ids are not used again. Take another.",
            code=f"{kind}_exists",
            param=f"{kind}_id",
        )
    return given


async def below_caller(call: Call, asked: Mapping[str, Any]) -> None:
    """Hold what is asked for against the key that asks."""
    own = await caller_key(call)
    if own is None:
        return
    # Where a key may be used, and for what, holds for whatever it makes, whoever it belongs to.
    require_within(asked, own, call.gateway.platform.routes)
    if not call.caller.admin:
        attenuate(asked, Ceiling.of(own), strict=True)


async def caller_key(call: Call) -> Key | None:
    """The record of the key that asks."""
    return await call.gateway.platform.keys.get(call.caller.key_id)


def below(asked: Mapping[str, Any], *parents: Bounded | None) -> None:
    """Hold what is asked for against those above, whose limits hold anyway when it is used."""
    for parent in parents:
        if parent is not None:
            attenuate(asked, Ceiling.of(parent), strict=False)


# -- secrets are shown once


def revealing_once(make: Callable[[Call], Awaitable[tuple[dict[str, Any], str | None]]]) -> Any:
    """An endpoint whose answer holds a secret.

    What is kept for replays of an idempotency key has no secret in it. That is kept by itself and sealed, for some
    minutes, so that a retry of a lost answer succeeds; then the same key is answered with 409.
    """

    async def endpoint(call: Call) -> Response:
        platform, key = call.gateway.platform, check_key(call.header("idempotency-key"))
        made: list[str] = []

        async def act() -> Response:
            shown, secret = await make(call)
            if secret is not None:
                made.append(secret)
                id = str(shown["key_id"])
                if key is None:
                    await platform.secrets.drop(id)
                else:
                    await platform.secrets.put(id, secret, key_of(call.headers), key)
            return json_response(shown)

        if key is None:
            done = await call.gateway.mutations.plainly(act, whole=True)
        else:
            done = await call.gateway.mutations.once(call.principal, key, call.operation, await fingerprint(call), act)
        reply = cast("Response", done)
        shown = msgspec.json.decode(reply.body)
        if shown.get("key_id") is None:
            return reply
        secret = made[0] if made else await platform.secrets.get(shown["key_id"], key_of(call.headers), key or "")
        if secret is None:
            raise _not_kept(shown["key_id"])
        return json_response({"key": secret, **shown}, reply.status, reply.headers)

    return endpoint


def _not_kept(key_id: str) -> ApiError:
    return conflict(
        f"This request was answered before, with the secret of the key {key_id!r}, which is not kept. "
        "Use `/key/{key}/regenerate` to get another.",
        code="secret_not_kept",
    )
