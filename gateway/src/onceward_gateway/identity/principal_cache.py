"""The principal cache: principals of API keys and bounds of customers, kept until they change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from ..core import error_codes
from ..core.clock import Clock
from ..core.errors import ApiError
from ..core.principal import Bound, Principal
from ..core.records import Key
from . import api_keys, principals
from .invalidation import EVERYTHING, ChangeLog, RecordChange
from .repositories import Repositories

__all__ = ["CustomerCache", "PrincipalCache"]

_MOST_CACHED = 20_000
# A change may come between reading a key and its owners. After this many attempts the result is not cached.
_ATTEMPTS = 3
# A hash, or a key with the team and the organization that a request names.
_Place: TypeAlias = str | tuple[str | None, str | None, str | None]


@dataclass(slots=True)
class _Admitted:
    """The cached result for a key: a principal until it expires, or the error."""

    principal: Principal | None
    refusal: ApiError | None
    # Any change of a team or an organization may change what an alias resolves to.
    by_alias: bool = False


class PrincipalCache:
    """The principals of keys by hash, and those of keys acting for the groups that requests name."""

    def __init__(self, records: Repositories, clock: Clock, changes: ChangeLog) -> None:
        self._records = records
        self._clock = clock
        self._changes = changes
        self._known: OrderedDict[_Place, _Admitted] = OrderedDict()
        # Counts invalidations: what was read before one is not cached after it.
        self._forgotten = 0

    def known(self, place: _Place) -> Principal | None:
        """Return the cached principal of a hash, None if there is none; raise the cached error."""
        entry = self._known.get(place)
        return None if entry is None else self._open(entry)

    async def of_hash(self, digest: str) -> Principal | None:
        """Return the principal of a hash, None for an unknown one; raise if the key may not be used."""

        async def read() -> _Admitted | None:
            keys = self._records.keys
            record = await keys.of_hash(digest)
            if record is not None and api_keys.same(record.hash, digest):
                return await self._entry(record)
            before = await keys.of_replaced(digest)
            return None if before is None else _Admitted(None, principals.replaced(before))

        return await self._kept(digest, read)

    async def in_scope(self, caller: Principal, team: str | None, organization: str | None) -> Principal:
        """Return a caller acting for the team or the organization that its request names; raise if it may not."""
        records, everywhere = self._records, caller.admin or caller.key_id is None
        place = (caller.key_id or f"{caller.id}:{caller.admin}", team, organization)

        async def read() -> _Admitted | None:
            if everywhere:
                found = await principals.for_groups(records, caller, team, organization)
            else:
                record = await records.keys.get(caller.key_id)
                if record is None:
                    return None
                found = await principals.in_group(records, record, team, organization)
            named = (found.acting_for[0] or team, found.acting_for[1] or organization)
            return _Admitted(found, None, by_alias=named != (team, organization) or not everywhere)

        if not self._changes.is_fresh():
            await self._changes.refresh()
        return self.known(place) or await self._kept(place, read) or caller

    async def _kept(self, place: _Place, read: Callable[[], Awaitable[_Admitted | None]]) -> Principal | None:
        entry: _Admitted | None = None
        for _ in range(_ATTEMPTS):
            before = self._forgotten
            entry = await read()
            if entry is None:
                return None
            if before == self._forgotten:
                self._known[place] = entry
                if len(self._known) > _MOST_CACHED:
                    self._known.popitem(last=False)
                break
        return None if entry is None else self._open(entry)

    async def now(self, record: Key) -> Principal:
        """Return the current principal of a key; raise if the key may not be used."""
        return self._open(await self._entry(record))

    def forget(self, change: RecordChange) -> None:
        """Drop the principals that a change may affect."""
        self._forgotten += 1
        for place in [place for place, entry in self._known.items() if _concerns(entry, change)]:
            del self._known[place]

    async def _entry(self, record: Key) -> _Admitted:
        try:
            return _Admitted(await principals.principal_of(self._records, record), None)
        except ApiError as refusal:
            return _Admitted(None, refusal)

    def _open(self, entry: _Admitted) -> Principal:
        if entry.principal is None:
            assert entry.refusal is not None
            raise principals.copy_of(entry.refusal)
        expires = entry.principal.expires_at
        if expires is not None and self._clock.time() >= expires:
            raise principals.expired(entry.principal)
        return entry.principal


def _concerns(entry: _Admitted, change: RecordChange) -> bool:
    caller = entry.principal
    if caller is None or change.kind == EVERYTHING.kind:
        # An error does not say whose key it is for: read it again.
        return True
    if change.kind == "customer":
        return False
    if entry.by_alias and change.kind in ("team", "organization"):
        return True
    if change.kind == "key":
        return change.key_ids is None or caller.key_id in change.key_ids
    if change.kind == "member":
        return caller.user_id is None or change.id.endswith(f":{caller.user_id}")
    if change.action == "created":
        return False
    if change.kind == "budget":
        return any(bound.scope == "budget" and bound.id == change.id for bound in caller.bounds)
    return change.id in _above(caller) or (change.kind == "team" and caller.only_organization is not None)


def _above(caller: Principal) -> frozenset[str | None]:
    """Return the ids of a caller's owners, and of the groups that its user is a member of."""
    groups = caller.teams_in | caller.organizations_in
    return groups | {caller.user_id, caller.team_id, caller.organization_id}


@dataclass(frozen=True, slots=True)
class _Customer:
    """The cached state of a customer."""

    title: str
    blocked: bool
    bounds: tuple[Bound, ...]


class CustomerCache:
    """The bounds of customers, by organization and name."""

    def __init__(self, records: Repositories) -> None:
        self._records = records
        self._known: dict[tuple[str, str], _Customer | None] = {}
        self._forgotten = 0

    async def bounds(self, organization_id: str | None, name: str) -> tuple[Bound, ...]:
        """Return the bounds of a customer; raise 403 if it is blocked. An unknown name has no bounds."""
        place = (organization_id or "", name)
        found = self._known[place] if place in self._known else await self._read(place, organization_id, name)
        if found is None:
            return ()
        if found.blocked:
            raise ApiError(
                403,
                f"The {found.title} is blocked. Have it unblocked, or send the request without `user`.",
                code=error_codes.CUSTOMER_BLOCKED,
                param="user",
            )
        return found.bounds

    async def _read(self, place: tuple[str, str], organization_id: str | None, name: str) -> _Customer | None:
        before = self._forgotten
        record = await self._records.customer(organization_id, name)
        found = None
        if record is not None:
            found = _Customer(record.title, record.blocked, await self._records.bounds_of(record))
        if before == self._forgotten:
            if len(self._known) >= _MOST_CACHED:
                self._known.clear()
            self._known[place] = found
        return found

    def forget(self, change: RecordChange) -> None:
        """Drop the customers that a change may affect."""
        if change.kind in ("customer", "budget", EVERYTHING.kind):
            self._forgotten += 1
            self._known.clear()
