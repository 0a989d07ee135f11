"""The platform as one value: its records, the callers that their keys stand for, and what follows from a change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import msgspec

from ..clock import Clock
from ..errors import ApiError
from ..storage import Database
from . import admission, secret_keys, sql
from .principal import ANONYMOUS, Bound, NoSpending, Principal, Scope, Spending, in_order
from .records import Bounded, Budget, Customer, Key, Organization, Record, Team, User
from .store import Action, Change, Keys, Listener, Members, Store

__all__ = ["Platform"]

_MOST_CACHED = 20_000


@dataclass(slots=True)
class _Admitted:
    """What a key's hash led to: a caller until it expires, or the refusal."""

    principal: Principal | None
    refusal: ApiError | None


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
        self._cache: OrderedDict[str, _Admitted] = OrderedDict()
        self._customers: dict[tuple[str, str], Customer | None] = {}
        self._fresh: dict[str, tuple[str, float]] = {}
        self._listeners: list[Listener] = []

    # -- callers

    def admit(self, key: str) -> Principal | None:
        """The caller that a virtual key stands for, None for a key that is none; raises where it may not be used."""
        if not secret_keys.has_shape(key):
            return None
        digest = secret_keys.hash_of(key)
        entry = self._cache.get(digest)
        if entry is None:
            record = self.keys.of_hash(digest)
            if record is None or not secret_keys.same(record.hash, digest):
                return None
            entry = self._read(record)
            self._cache[digest] = entry
            if len(self._cache) > _MOST_CACHED:
                self._cache.popitem(last=False)
        return self._open(entry)

    def principal(self, owner: str) -> Principal:
        """The caller of an owner's name, as it stands now; raises 401 or 403 where it may no longer call."""
        if owner == ANONYMOUS.id:
            return ANONYMOUS
        if owner in self.masters:
            return self.masters[owner]
        record = self.keys.any(owner)
        if record is None:
            return Principal(owner)
        return self._open(self._read(record))

    def _read(self, record: Key) -> _Admitted:
        try:
            return _Admitted(admission.principal_of(self, record), None)
        except ApiError as refusal:
            return _Admitted(None, refusal)

    def _open(self, entry: _Admitted) -> Principal:
        if entry.principal is None:
            assert entry.refusal is not None
            raise admission.again(entry.refusal)
        expires = entry.principal.expires_at
        if expires is not None and self.clock.time() >= expires:
            raise admission.expired(entry.principal)
        return entry.principal

    def with_customer(self, caller: Principal, name: str) -> Principal:
        """The caller, working for a customer. A name that nobody made is a customer without limits."""
        place = (caller.organization_id or "", name)
        if place not in self._customers:
            if len(self._customers) > _MOST_CACHED:
                self._customers.clear()
            self._customers[place] = self.customer(caller.organization_id, name)
        record = self._customers[place]
        if record is None:
            return caller.on_account_of((), name)
        if record.blocked:
            raise ApiError(
                403,
                f"The {record.title} is blocked. Have it unblocked, or send the request without `user`.",
                code="customer_blocked",
                param="user",
            )
        return caller.on_account_of(self.bounds_of(record), name)

    def in_group(self, caller: Principal, team_id: str | None, organization_id: str | None) -> Principal:
        """The caller of a key, working for a team or an organization that its user is in; raises 403 for others."""
        key = None if caller.key_id is None else self.keys.get(caller.key_id)
        if key is None:
            return caller
        team = self.teams.get(team_id)
        allowed_team = (
            team_id is None
            or team_id == caller.team_id
            or (caller.team_id is None and team is not None and team_id in caller.teams_in)
        )
        allowed_organization = (
            organization_id is None
            or organization_id == caller.organization_id
            or (caller.organization_id is None and organization_id in caller.organizations_in)
        )
        if team is not None and organization_id is not None and team.organization_id != organization_id:
            allowed_organization = False
        if not allowed_team or not allowed_organization:
            kind, id = ("organization", organization_id) if allowed_team else ("team", team_id)
            raise ApiError(
                403,
                f"The key does not belong to the {kind} {id!r}. Name one that it belongs to, or none.",
                code=f"{kind}_access_denied",
                param=f"X-Headgate-{kind.capitalize()}",
            )
        key.team_id, key.organization_id = team_id or key.team_id, organization_id or key.organization_id
        return admission.principal_of(self, key)

    def for_groups(self, caller: Principal, team: Team | None, organization: Organization | None) -> Principal:
        """An admin of the gateway, working for a team or an organization, within what these may spend."""
        bounds = [bound for group in (team, organization) if group is not None for bound in self.bounds_of(group)]
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

    def customer(self, organization_id: str | None, name: str) -> Customer | None:
        """The customer of a name in an organization."""
        for record in self.customers.by("name", name):
            if record.organization_id == organization_id:
                return record
        return None

    def bounds_of(self, record: Bounded) -> tuple[Bound, ...]:
        """What limits an object: its own limits, and the budget that it shares with others."""
        own = record.limits.bound(cast("Scope", record.kind), record.id, record.title)
        return (own, *self.shared_bound(record.budget_id))

    def shared_bound(self, budget_id: str | None) -> tuple[Bound, ...]:
        """The bound of a budget that objects refer to: one counter for all of them."""
        budget = self.budgets.get(budget_id)
        return () if budget is None else (budget.limits.bound("budget", budget.id, budget.title),)

    def key_of(self, text: str) -> Key | None:
        """The key that a text names: the key itself, its token, or its id. Deleted ones are not found."""
        token = secret_keys.token_of(text)
        if token is not None:
            record = self.keys.of_hash(token)
            return None if record is None or record.deleted_at is not None else record
        return self.keys.get(text)

    def resolve_key(self, text: str) -> str | None:
        """The id of the key that a text names."""
        record = self.key_of(text)
        return None if record is None else record.id

    # -- changes

    def on_change(self, listener: Listener) -> None:
        """Have `listener` told of each change, in the tick of its write."""
        self._listeners.append(listener)

    def changed(self, kind: str, id: str, action: Action) -> None:
        """Forget the callers that this change may concern, and tell the listeners."""
        keys: tuple[str, ...] | None = None
        if kind == "key":
            keys = self.keys.family(id)
            concerned = frozenset(keys)
            for digest in [d for d, entry in self._cache.items() if _concerns(entry, concerned)]:
                del self._cache[digest]
        else:
            self._cache.clear()
        self._customers.clear()
        for listener in self._listeners:
            listener(Change(kind, id, action, keys))

    def audit(
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
        self.db.write(
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


def _concerns(entry: _Admitted, keys: frozenset[str]) -> bool:
    # A refusal does not say whose it is: it is read again.
    return entry.principal is None or entry.principal.key_id in keys
