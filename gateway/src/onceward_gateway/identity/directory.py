"""The directory: resolves the principals of requests, and announces and audits changes of its records."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from ..core.clock import Clock
from ..core.principal import ANONYMOUS, Principal
from ..core.records import Record
from ..db import Database
from . import api_keys, principals, sql
from .invalidation import Action, ChangeLog, RecordChange
from .principal_cache import CustomerCache, PrincipalCache
from .repositories import Repositories

__all__ = ["Directory", "master_keys"]


def master_keys(digests: Iterable[bytes]) -> dict[bytes, Principal]:
    """Return the principals of master keys by the SHA-256 of their secrets."""
    return {digest: Principal(f"key_{digest.hex()[:24]}", admin=True) for digest in digests}


class Directory:
    """The services over the identity repositories."""

    def __init__(
        self,
        records: Repositories,
        db: Database,
        clock: Clock,
        new_id: Callable[[str], str],
        changes: ChangeLog,
        *,
        masters: Iterable[Principal],
    ) -> None:
        self.records = records
        self.clock = clock
        self.changes = changes
        self._db = db
        self._new_id = new_id
        self._masters = {master.id: master for master in masters}
        self.principals = PrincipalCache(records, clock, changes)
        self.customer_bounds = CustomerCache(records)
        self.subscribe = changes.subscribe
        self.subscribe(self.principals.forget)
        self.subscribe(self.customer_bounds.forget)

    # -- principals

    def known(self, key: str) -> Principal | None:
        """Return the cached principal of a key, None if only `admit` can decide; raise if the key may not be used.

        This makes no database query: it is the cost of a call whose key is in use.
        """
        if not api_keys.has_shape(key) or not self.changes.is_fresh():
            return None
        return self.principals.known(api_keys.hash_of(key))

    async def admit(self, key: str) -> Principal | None:
        """Return the principal of a key, None for an unknown key; raise if the key may not be used."""
        if not api_keys.has_shape(key):
            return None
        await self.changes.refresh()
        digest = api_keys.hash_of(key)
        return self.principals.known(digest) or await self.principals.of_hash(digest)

    async def principal(self, owner: str) -> Principal:
        """Return the current principal of an owner's id; raise 401 or 403 if it may no longer call."""
        if owner == ANONYMOUS.id:
            return ANONYMOUS
        if owner in self._masters:
            return self._masters[owner]
        record = await self.records.keys.any(owner)
        if record is None:
            return Principal(owner)
        return await self.principals.now(record)

    async def current_principal(self, caller: Principal) -> Principal:
        """Return the current principal of a caller admitted earlier; raise 401 or 403 if it may no longer call."""
        record = None if caller.key_id is None else await self.records.keys.any(caller.key_id)
        if record is None:
            return caller
        if caller.admin and caller.acting_for != (None, None):
            return await principals.for_groups(self.records, await self.principals.now(record), *caller.acting_for)
        # The request may have named a group that the key itself leaves open.
        own = record.team_id, record.organization_id
        record.team_id = record.team_id or caller.only_team
        record.organization_id = record.organization_id or caller.only_organization
        now = await self.principals.now(record)
        if caller.acting_for != (None, None):
            # A user that left a team or an organization no longer acts for it.
            record.team_id, record.organization_id = own
            now = await principals.in_group(self.records, record, *caller.acting_for)
        return now

    async def shares(self, caller: Principal, owner: str) -> bool:
        """Return whether a caller may use an owner's objects: those of keys of its own user or organization.

        Objects of a master key or of an unknown owner are for everyone.
        """
        if caller.admin or caller.id == owner:
            return True
        record = await self.records.keys.any(owner)
        if record is None:
            return True
        same_user = record.user_id is not None and record.user_id == caller.user_id
        return same_user or (record.organization_id is not None and record.organization_id == caller.organization_id)

    async def with_customer(self, caller: Principal, name: str) -> Principal:
        """Return the caller, acting for a customer. A customer without a record has no limits."""
        if not self.changes.is_fresh():
            await self.changes.refresh()
        return caller.on_account_of(await self.customer_bounds.bounds(caller.organization_id, name), name)

    async def in_scope(self, caller: Principal, team: str | None, organization: str | None) -> Principal:
        """Return the caller, acting for the team or the organization that its request names by id or alias.

        Raises 404 for an unknown one, and 403 for one that the caller does not belong to.
        """
        return await self.principals.in_scope(caller, team, organization)

    # -- changes

    async def changed(self, kind: str, id: str, action: Action) -> None:
        """Log a change, so that every node drops the principals that it affects once it is committed."""
        affected = await self.records.keys.family(id) if kind == "key" else None
        await self.changes.add(RecordChange(kind, id, action, affected))

    async def audit(
        self,
        actor: str,
        request_id: str,
        action: str,
        record: Record | None,
        before: Record | None = None,
        note: object = None,
    ) -> None:
        """Append to the audit log. Records hold no secrets, and nothing else is written here."""
        named = record or before
        after = record if record is not None else note
        await self._db.write(
            sql.ADD_AUDIT,
            (
                self._new_id("audit_"),
                self.clock.time(),
                actor,
                action,
                named.kind if named is not None else "",
                named.id if named is not None else "",
                request_id,
                None if before is None else msgspec.json.encode(before).decode(),
                None if after is None else msgspec.json.encode(after).decode(),
            ),
        )
