"""The platform as one value: its records, the callers that their keys stand for, and what follows from a change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

import msgspec

from ..core.clock import Clock
from ..core.principal import (
    ANONYMOUS,
    Bound,
    NoSpending,
    Principal,
    Scope,
    Spending,
)
from ..core.records import (
    Bounded,
    Budget,
    Customer,
    Key,
    Organization,
    Record,
    Team,
    User,
)
from ..core.restrictions import RouteCatalog
from ..db import Database
from . import (
    api_keys,
    principals,
    sql,
)
from .invalidation import (
    Action,
    Change,
    Changes,
)
from .one_time_secrets import FreshSecrets
from .principal_cache import Callers, Customers
from .repositories import (
    Keys,
    Members,
    Store,
)
from .sql import equal

__all__ = ["Platform"]


class Platform:
    """Keys, users, teams, organizations, customers, budgets."""

    def __init__(self, db: Database, clock: Clock, new_id: Callable[[str], str]) -> None:
        self.db = db
        self.clock = clock
        self.new_id = new_id
        self.keys = Keys(db)
        self.users = Store(db, User)
        self.teams = Store(db, Team)
        self.organizations = Store(db, Organization)
        self.customers = Store(db, Customer)
        self.budgets = Store(db, Budget)
        self.members = Members(db)
        self.spending: Spending = NoSpending()
        # When a key was used last, as the ledger tells it.
        self.last_used: Callable[[str], Awaitable[float | None]] = _never
        self.masters: dict[str, Principal] = {}
        # What `allowed_routes` may name; known when the application is composed.
        self.routes = RouteCatalog()
        self.callers = Callers(self)
        self.customer_bounds = Customers(self)
        self.secrets = FreshSecrets(db, clock)
        self.changes = Changes(db, clock)
        self.together = self.changes.together
        self.on_change = self.changes.on_change
        self.on_change(self.callers.forget)
        self.on_change(self.customer_bounds.forget)

    # -- callers

    def known(self, key: str) -> Principal | None:
        """The caller of a key that was met before, None where only `admit` can tell; raises where it may not be used.

        This asks no database: it is what a call costs whose key is in use.
        """
        if not api_keys.has_shape(key) or not self.changes.is_fresh():
            return None
        return self.callers.known(api_keys.hash_of(key))

    async def admit(self, key: str) -> Principal | None:
        """The caller that a virtual key stands for, None for a key that is none; raises where it may not be used."""
        if not api_keys.has_shape(key):
            return None
        await self.changes.refresh()
        digest = api_keys.hash_of(key)
        return self.callers.known(digest) or await self.callers.of_hash(digest)

    async def principal(self, owner: str) -> Principal:
        """The caller of an owner's name, as it stands now; raises 401 or 403 where it may no longer call."""
        if owner == ANONYMOUS.id:
            return ANONYMOUS
        if owner in self.masters:
            return self.masters[owner]
        record = await self.keys.any(owner)
        if record is None:
            return Principal(owner)
        return await self.callers.now(record)

    async def as_it_stands(self, caller: Principal) -> Principal:
        """A caller that was admitted a moment ago, as it stands now; raises 401 or 403 where it may no longer call."""
        record = None if caller.key_id is None else await self.keys.any(caller.key_id)
        if record is None:
            return caller
        if caller.admin and caller.acting_for != (None, None):
            return await principals.for_groups(self, await self.callers.now(record), *caller.acting_for)
        # What a key leaves open, the request may have named.
        own = record.team_id, record.organization_id
        record.team_id = record.team_id or caller.only_team
        record.organization_id = record.organization_id or caller.only_organization
        now = await self.callers.now(record)
        if caller.acting_for != (None, None):
            # Whoever left a team or an organization works for it no longer.
            record.team_id, record.organization_id = own
            now = await principals.in_group(self, record, *caller.acting_for)
        return now

    async def shares(self, caller: Principal, owner: str) -> bool:
        """Whether what an owner made is for this caller too: for keys of the same user or organization.

        What was made with a master key, or by nobody known, is for all.
        """
        if caller.admin or caller.id == owner:
            return True
        record = await self.keys.any(owner)
        if record is None:
            return True
        same_user = record.user_id is not None and record.user_id == caller.user_id
        return same_user or (record.organization_id is not None and record.organization_id == caller.organization_id)

    async def with_customer(self, caller: Principal, name: str) -> Principal:
        """The caller, working for a customer. A name that nobody made is a customer without limits."""
        if not self.changes.is_fresh():
            await self.changes.refresh()
        return caller.on_account_of(await self.customer_bounds.bounds(caller.organization_id, name), name)

    async def in_scope(self, caller: Principal, team: str | None, organization: str | None) -> Principal:
        """Return the caller, working for the team or the organization that its request names by id or alias.

        Raises 404 for one that there is not, and 403 for one that the caller has no part in.
        """
        return await self.callers.in_scope(caller, team, organization)

    # -- lookups

    async def customer(self, organization_id: str | None, name: str) -> Customer | None:
        """The customer of a name in an organization."""
        found = await self.customers.find(equal("name", name) & equal("organization_id", organization_id or ""))
        return found[0] if found else None

    async def bounds_of(self, record: Bounded) -> tuple[Bound, ...]:
        """What limits an object: its own limits, and the budget that it shares with others."""
        own = record.limits.bound(cast("Scope", record.kind), record.id, record.title)
        return (own, *await self.shared_bound(record.budget_id))

    async def shared_bound(self, budget_id: str | None) -> tuple[Bound, ...]:
        """The bound of a budget that objects refer to: one counter for all of them."""
        budget = await self.budgets.get(budget_id)
        return () if budget is None else (budget.limits.bound("budget", budget.id, budget.title),)

    async def key_of(self, text: str) -> Key | None:
        """The key that a text names: the key itself, its token, or its id. Deleted ones are not found."""
        token = api_keys.token_of(text)
        if token is not None:
            record = await self.keys.of_hash(token)
            return None if record is None or record.deleted_at is not None else record
        return await self.keys.get(text)

    async def resolve_key(self, text: str) -> str | None:
        """The id of the key that a text names."""
        record = await self.key_of(text)
        return None if record is None else record.id

    # -- changes

    async def changed(self, kind: str, id: str, action: Action) -> None:
        """Have the callers that this change may concern forgotten, here and at other nodes, and the listeners told."""
        await self.changes.add(Change(kind, id, action, await self.keys.family(id) if kind == "key" else None))

    async def audit(
        self,
        actor: str,
        request_id: str,
        action: str,
        record: Record | None,
        before: Record | None = None,
        note: object = None,
    ) -> None:
        """Append to the audit log. Records hold no secret, and nothing else is written here."""
        named = record or before
        after = record if record is not None else note
        await self.db.write(
            sql.ADD_AUDIT,
            (
                self.new_id("audit_"),
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


async def _never(key_id: str) -> float | None:
    """Where no ledger runs, nothing was used."""
    return None
