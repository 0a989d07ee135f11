"""Writes of identity records: authorization, limits, audit log and invalidation, as every write needs them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias, cast

import msgspec

from ..core import error_codes
from ..core.clock import Clock
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
from ..core.restrictions import RouteCatalog, require_within
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..http.request_headers import api_key_of
from ..idempotency.request import identify_request
from ..idempotency.writes import IdempotentWrites
from ..identity.authorization import (
    Ceiling,
    attenuate,
    require_writer,
)
from ..identity.directory import Directory
from ..identity.invalidation import Action
from ..identity.one_time_secrets import OneTimeSecrets
from ..identity.repositories import Repository

__all__ = [
    "Make",
    "RecordWriter",
    "SecretResponder",
    "actor",
    "below",
    "missing",
    "renewed",
]

# Creates something for a request: the body of its answer, and the secret that the answer reveals.
Make: TypeAlias = Callable[[Request], Awaitable[tuple[dict[str, Any], str | None]]]


def actor(caller: Principal) -> str:
    """Return the name under which records and the audit log keep a caller."""
    return caller.user_id or caller.key_id or "admin"


def missing(kind: str, id: str, *, param: str | None = None) -> ApiError:
    """Return the 404 for an object that does not exist or that the caller may not see, without saying which."""
    return ApiError(
        404,
        f"There is no {kind} {id!r}, or it is not yours to see. Check the id, or ask with another key.",
        code=f"{kind}_not_found",
        param=param,
    )


def renewed(record: R, changes: Mapping[str, Any]) -> R:
    """Return a copy of a record with other fields."""
    return msgspec.structs.replace(record, **changes)


def below(asked: Mapping[str, Any], *parents: Bounded | None) -> None:
    """Raise 403 if requested limits exceed those of an owner, which apply in any case when it is used."""
    for parent in parents:
        if parent is not None:
            attenuate(asked, Ceiling.of(parent), strict=False)


class RecordWriter:
    """Writes identity records on behalf of a caller."""

    def __init__(self, directory: Directory, catalog: RouteCatalog, clock: Clock, new_id: Callable[[str], str]) -> None:
        self._directory = directory
        self._catalog = catalog
        self._clock = clock
        self._new_id = new_id

    async def begin(self, request: Request) -> Principal:
        """Exclude other writes, and return the caller as it is now; raise 403 if it may not write."""
        require_writer(request.caller)
        await self._directory.changes.take_turn()
        request.caller = await self._directory.current_principal(request.caller)
        require_writer(request.caller)
        return request.caller

    async def save(
        self, request: Request, store: Repository[R], record: R, action: Action, before: R | None = None
    ) -> R:
        """Write a record with its author and time, audit it, and invalidate what depends on it."""
        now, author = self._clock.time(), actor(request.caller)
        if before is None:
            record.created_at, record.created_by = now, author
        else:
            record.updated_at, record.updated_by = now, author
        await store.put(record)
        await self._directory.audit(request.principal, request.request_id, action, record, before)
        await self._directory.changed(record.kind, record.id, action)
        return record

    async def delete(self, request: Request, store: Repository[R], record: R) -> None:
        """Mark a record as deleted; it stays as a tombstone."""
        gone = msgspec.structs.replace(record, deleted_at=self._clock.time())
        await self.save(request, store, gone, "deleted", record)

    async def chosen_id(
        self, request: Request, store: Repository[Any], kind: str, given: str | None, prefix: str
    ) -> str:
        """Return the id of a new record. Only an admin chooses one: a conflict would reveal what exists."""
        if given is None:
            return self._new_id(prefix)
        if not request.caller.admin:
            raise forbidden(
                f"Only an admin of the gateway chooses ids. Leave `{kind}_id` out and take the one of the answer.",
                code=error_codes.ADMIN_REQUIRED,
                param=f"{kind}_id",
            )
        if await store.any(given) is not None:
            raise conflict(
                f"The {kind} {given!r} exists, or did: ids are not used again. Take another.",
                code=f"{kind}_exists",
                param=f"{kind}_id",
            )
        return given

    async def require_below_caller(self, request: Request, asked: Mapping[str, Any]) -> None:
        """Raise 403 if requested limits exceed those of the key that requests them."""
        own = await self.caller_key(request)
        if own is None:
            return
        # Restrictions by address and route bind whatever a key creates, whoever it belongs to.
        require_within(asked, own, self._catalog)
        if not request.caller.admin:
            attenuate(asked, Ceiling.of(own), strict=True)

    async def caller_key(self, request: Request) -> Key | None:
        """Return the record of the caller's key."""
        return await self._directory.records.keys.get(request.caller.key_id)


class SecretResponder:
    """Answers requests that create a secret, which is shown once.

    The answer kept for replays of an idempotency key does not have the secret. That is encrypted and kept separately
    for some minutes, so that a retry of a lost answer succeeds; later the same idempotency key is answered with 409.
    """

    def __init__(self, writes: IdempotentWrites, secrets: OneTimeSecrets) -> None:
        self._writes = writes
        self._secrets = secrets

    async def respond(self, request: Request, make: Make) -> Response:
        """Run `make` once per idempotency key, and return its answer with the secret."""
        identified = await identify_request(request)
        made: list[str] = []

        async def act() -> Response:
            shown, secret = await make(request)
            if secret is not None:
                made.append(secret)
                await self._keep(request, str(shown["key_id"]), secret, identified.key)
            return json_response(shown)

        reply = cast("Response", await self._writes.run(identified, act))
        shown = msgspec.json.decode(reply.body)
        if shown.get("key_id") is None:
            return reply
        secret = (
            made[0]
            if made
            else await self._secrets.get(shown["key_id"], api_key_of(request.headers), identified.key or "")
        )
        if secret is None:
            raise _not_kept(shown["key_id"])
        return json_response({"key": secret, **shown}, reply.status, reply.headers)

    async def _keep(self, request: Request, key_id: str, secret: str, idempotency_key: str | None) -> None:
        if idempotency_key is None:
            await self._secrets.drop(key_id)
        else:
            await self._secrets.put(key_id, secret, api_key_of(request.headers), idempotency_key)


def _not_kept(key_id: str) -> ApiError:
    return conflict(
        f"This request was answered before, with the secret of the key {key_id!r}, which is not kept. "
        "Use `/key/{key}/regenerate` to get another.",
        code=error_codes.SECRET_NOT_KEPT,
    )
