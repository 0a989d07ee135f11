"""The platform as one value: its records, the callers that their keys stand for, and what follows from a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import msgspec

from ..clock import Clock
from ..storage import Database
from . import secret_keys, sql
from .callers import Callers, Customers
from .principal import ANONYMOUS, Bound, NoSpending, Principal, Scope, Spending, in_order
from .records import Bounded, Budget, Customer, Key, Organization, Record, Team, User
from .sql import equal
from .store import Action, Change, Keys, Listener, Members, Store

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
        self.masters: dict[str, Principal] = {}
        self.callers = Callers(self)
        self.customer_bounds = Customers(self)
        self._fresh: dict[str, tuple[str, float]] = {}
        self._listeners: list[Listener] = []

    # -- callers

    def known(self, key: str) -> Principal | None:
        """The caller of a key that was met before, None where only `admit` can tell; raises where it may not be used.

        This asks no database: it is what a call costs whose key is in use.
        """
        return self.callers.known(secret_keys.hash_of(key)) if secret_keys.has_shape(key) else None

    async def admit(self, key: str) -> Principal | None:
        """The caller that a virtual key stands for, None for a key that is none; raises where it may not be used."""
        if not secret_keys.has_shape(key):
            return None
        digest = secret_keys.hash_of(key)
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

    async def with_customer(self, caller: Principal, name: str) -> Principal:
        """The caller, working for a customer. A name that nobody made is a customer without limits."""
        return caller.on_account_of(await self.customer_bounds.bounds(caller.organization_id, name), name)

    async def in_group(self, caller: Principal, team_id: str | None, organization_id: str | None) -> Principal:
        """The caller of a key, working for a team or an organization that its user is in; raises 403 for others."""
        return await self.callers.in_group(caller, team_id, organization_id)

    async def for_groups(self, caller: Principal, team: Team | None, organization: Organization | None) -> Principal:
        """An admin of the gateway, working for a team or an organization, within what these may spend."""
        groups = [group for group in (team, organization) if group is not None]
        bounds = [bound for group in groups for bound in await self.bounds_of(group)]
        return replace(
            caller,
            team_id=team.id if team is not None else caller.team_id,
            organization_id=organization.id if organization is not None else caller.organization_id,
            tier=organization.tier if organization is not None else caller.tier,
            bounds=in_order((*caller.bounds, *bounds)),
        )

    # -- secrets that were just made

    def remember(self, key_id: str, secret: str, seconds: float) -> None:
        """Keep a new secret in memory for a while, for the retries of a lost answer."""
        now = self.clock.time()
        for id in [id for id, (_, until) in self._fresh.items() if until <= now]:
            del self._fresh[id]
        self._fresh[key_id] = (secret, now + seconds)

    def remembered(self, key_id: str, name: str | None) -> str | None:
        """The secret of a new key that goes by `name`, while it is kept."""
        secret, until = self._fresh.get(key_id, ("", 0.0))
        return secret if self.clock.time() < until and secret_keys.masked(secret) == name else None

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
        token = secret_keys.token_of(text)
        if token is not None:
            record = await self.keys.of_hash(token)
            return None if record is None or record.deleted_at is not None else record
        return await self.keys.get(text)

    async def resolve_key(self, text: str) -> str | None:
        """The id of the key that a text names."""
        record = await self.key_of(text)
        return None if record is None else record.id

    # -- changes

    def on_change(self, listener: Listener) -> None:
        """Have `listener` told of each change, in the tick of its write."""
        self._listeners.append(listener)

    async def changed(self, kind: str, id: str, action: Action) -> None:
        """Forget the callers that this change may concern, and tell the listeners."""
        change = Change(kind, id, action, await self.keys.family(id) if kind == "key" else None)
        self.callers.forget(change)
        self.customer_bounds.forget(change)
        for listener in self._listeners:
            listener(change)

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
