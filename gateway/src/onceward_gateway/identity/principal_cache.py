"""The callers that keys stand for, read once and kept until something of them changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ..core.errors import ApiError
from ..core.principal import Bound, Principal
from . import api_keys, principals
from .invalidation import EVERYTHING, Change

if TYPE_CHECKING:
    from ..core.records import Key
    from .directory import Platform

__all__ = ["Callers", "Customers"]

_MOST_CACHED = 20_000
# A change may come between reading a key and what stands above it. Who reads it this often gives up keeping it.
_READINGS = 3
# A hash, or a key with the team and the organization that a request names.
_Place: TypeAlias = str | tuple[str | None, str | None, str | None]


@dataclass(slots=True)
class _Admitted:
    """What a key's hash led to: a caller until it expires, or the refusal."""

    principal: Principal | None
    refusal: ApiError | None
    # What an alias leads to may be another one after any change of a team or an organization.
    by_alias: bool = False


class Callers:
    """What keys led to, by their hashes, and what these led to in the groups that requests name."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._known: OrderedDict[_Place, _Admitted] = OrderedDict()
        # Counts what was forgotten: what was read before a change is not kept after it.
        self._forgotten = 0

    def known(self, place: _Place) -> Principal | None:
        """The caller of a hash that was read before, None for one that was not; raises what refuses it."""
        entry = self._known.get(place)
        return None if entry is None else self._open(entry)

    async def of_hash(self, digest: str) -> Principal | None:
        """The caller of a hash, None where no key has it; raises what refuses it."""

        async def read() -> _Admitted | None:
            keys = self._platform.keys
            record = await keys.of_hash(digest)
            if record is not None and api_keys.same(record.hash, digest):
                return await self._entry(record)
            before = await keys.of_replaced(digest)
            return None if before is None else _Admitted(None, principals.replaced(before))

        return await self._kept(digest, read)

    async def in_scope(self, caller: Principal, team: str | None, organization: str | None) -> Principal:
        """Return a caller in the team or the organization that a request names by id or alias; raise for others."""
        platform, everywhere = self._platform, caller.admin or caller.key_id is None
        place = (caller.key_id or f"{caller.id}:{caller.admin}", team, organization)

        async def read() -> _Admitted | None:
            if everywhere:
                found = await principals.for_groups(platform, caller, team, organization)
            else:
                record = await platform.keys.get(caller.key_id)
                if record is None:
                    return None
                found = await principals.in_group(platform, record, team, organization)
            named = (found.acting_for[0] or team, found.acting_for[1] or organization)
            return _Admitted(found, None, by_alias=named != (team, organization) or not everywhere)

        if not platform.changes.is_fresh():
            await platform.changes.refresh()
        return self.known(place) or await self._kept(place, read) or caller

    async def _kept(self, place: _Place, read: Callable[[], Awaitable[_Admitted | None]]) -> Principal | None:
        entry: _Admitted | None = None
        for _ in range(_READINGS):
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
        """The caller of a key as it stands now; raises what refuses it."""
        return self._open(await self._entry(record))

    def forget(self, change: Change) -> None:
        """Forget the callers that a change may concern."""
        self._forgotten += 1
        for place in [place for place, entry in self._known.items() if _concerns(entry, change)]:
            del self._known[place]

    async def _entry(self, record: Key) -> _Admitted:
        try:
            return _Admitted(await principals.principal_of(self._platform, record), None)
        except ApiError as refusal:
            return _Admitted(None, refusal)

    def _open(self, entry: _Admitted) -> Principal:
        if entry.principal is None:
            assert entry.refusal is not None
            raise principals.again(entry.refusal)
        expires = entry.principal.expires_at
        if expires is not None and self._platform.clock.time() >= expires:
            raise principals.expired(entry.principal)
        return entry.principal


def _concerns(entry: _Admitted, change: Change) -> bool:
    caller = entry.principal
    if caller is None or change.kind == EVERYTHING.kind:
        # A refusal does not say whose it is: it is read again.
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
    """Who stands above a caller, and what its user is a member of."""
    groups = caller.teams_in | caller.organizations_in
    return groups | {caller.user_id, caller.team_id, caller.organization_id}


@dataclass(frozen=True, slots=True)
class _Customer:
    """What a name leads to: what bounds it, or that it is blocked."""

    title: str
    blocked: bool
    bounds: tuple[Bound, ...]


class Customers:
    """What customers are bounded by, by organization and name."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._known: dict[tuple[str, str], _Customer | None] = {}
        self._forgotten = 0

    async def bounds(self, organization_id: str | None, name: str) -> tuple[Bound, ...]:
        """What bounds a customer; raises 403 for one that is blocked. A name that nobody made has no limits."""
        place = (organization_id or "", name)
        found = self._known[place] if place in self._known else await self._read(place, organization_id, name)
        if found is None:
            return ()
        if found.blocked:
            raise ApiError(
                403,
                f"The {found.title} is blocked. Have it unblocked, or send the request without `user`.",
                code="customer_blocked",
                param="user",
            )
        return found.bounds

    async def _read(self, place: tuple[str, str], organization_id: str | None, name: str) -> _Customer | None:
        before = self._forgotten
        record = await self._platform.customer(organization_id, name)
        found = None
        if record is not None:
            found = _Customer(record.title, record.blocked, await self._platform.bounds_of(record))
        if before == self._forgotten:
            if len(self._known) >= _MOST_CACHED:
                self._known.clear()
            self._known[place] = found
        return found

    def forget(self, change: Change) -> None:
        """Forget what a change may concern."""
        if change.kind in ("customer", "budget", EVERYTHING.kind):
            self._forgotten += 1
            self._known.clear()
