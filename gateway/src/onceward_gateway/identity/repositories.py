"""The repositories of identity: keys, users, teams, organizations, customers, budgets, memberships."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Generic, cast

import msgspec

from ..core.principal import Bound, Scope
from ..core.records import (
    Bounded,
    Budget,
    Customer,
    Key,
    Member,
    Organization,
    R,
    Team,
    User,
)
from ..db import Database
from . import api_keys, sql
from .sql import (
    Condition,
    among,
    equal,
)

__all__ = ["KeyRepository", "MembershipRepository", "Repositories", "Repository"]


class Repository(Generic[R]):
    """A repository of one kind of record."""

    def __init__(self, db: Database, record: type[R]) -> None:
        self._db = db
        self._sql = sql.STATEMENTS[record.kind]
        self._decode = msgspec.json.Decoder(record).decode

    async def put(self, record: R) -> None:
        """Insert or replace a record."""
        body = msgspec.json.encode(record).decode()
        await self._db.write(self._sql.put, (record.id, record.created_at, record.deleted_at, body, *record.columns()))

    async def any(self, id: str) -> R | None:
        """Return the record of an id, even if it is deleted."""
        row = await self._db.one(self._sql.get, (id,))
        return None if row is None else self._decode(row[0])

    async def get(self, id: str | None) -> R | None:
        """Return the record of an id, unless it is deleted."""
        record = None if id is None else await self.any(id)
        return None if record is None or record.deleted_at is not None else record

    async def find(self, where: Condition) -> list[R]:
        """Return the records that meet a condition and are not deleted, oldest first."""
        return self._read(await self._db.query(*self._sql.oldest(where)))

    async def live(self) -> list[R]:
        """Return the records that are not deleted, oldest first."""
        return await self.find(sql.ALL)

    async def by(self, column: str, value: str) -> list[R]:
        """Return the records with this value in a column, oldest first."""
        return await self.find(equal(column, value))

    async def of_ids(self, ids: Collection[str]) -> list[R]:
        """Return the records of these ids that are not deleted, oldest first."""
        return await self.find(among("id", ids)) if ids else []

    async def page(self, where: Condition, limit: int, offset: int = 0) -> list[R]:
        """Return a page of the records that meet a condition, newest first."""
        return self._read(await self._db.query(*self._sql.newest(where, limit, offset)))

    async def count(self, where: Condition) -> int:
        """Return the number of records that meet a condition."""
        row = await self._db.one(*self._sql.counted(where))
        return 0 if row is None else int(row[0])

    async def older(self, where: Condition, than: str, limit: int) -> list[R] | None:
        """Return the records older than the record `than`, newest first, or None if `than` is not among them.

        `than` may have been deleted in the meantime.
        """
        row = await self._db.one(*self._sql.aged(than, where))
        return None if row is None else await self.page(where & Condition(sql.OLDER, (row[0], than)), limit)

    def _read(self, rows: Iterable[tuple[Any, ...]]) -> list[R]:
        return [self._decode(row[0]) for row in rows]


class KeyRepository(Repository[Key]):
    """The repository of API keys."""

    def __init__(self, db: Database) -> None:
        super().__init__(db, Key)

    async def of_hash(self, hash: str) -> Key | None:
        """Return the key of a hash, even if it is deleted."""
        row = await self._db.one(sql.KEY_BY_HASH, (hash,))
        return None if row is None else self._decode(row[0])

    async def of_replaced(self, hash: str) -> Key | None:
        """Return the key that had this hash before its secret was replaced."""
        row = await self._db.one(sql.KEY_OF_REPLACED, (hash,))
        return None if row is None else self._decode(row[0])

    async def replace(self, hash: str, id: str) -> None:
        """Record a hash that a key had before its secret was replaced."""
        await self._db.write(sql.ADD_REPLACED, (hash, id))

    async def of_alias(self, alias: str) -> list[Key]:
        """Return the keys of an alias, one for each owner."""
        return await self.by("alias", alias)

    async def family(self, id: str) -> tuple[str, ...]:
        """Return the ids of a key and of every key derived from it, at any depth."""
        return tuple(str(row[0]) for row in await self._db.query(sql.KEY_FAMILY, (id,)))


class MembershipRepository:
    """The repository of memberships in teams and organizations."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._decode = msgspec.json.Decoder(Member).decode

    async def put(self, member: Member) -> None:
        """Insert or replace a membership."""
        body = msgspec.json.encode(member).decode()
        await self._db.write(sql.PUT_MEMBER, (member.group_kind, member.group_id, member.user_id, member.role, body))

    async def get(self, kind: str, group: str, user: str | None) -> Member | None:
        """Return the membership of a user in a group."""
        row = None if user is None else await self._db.one(sql.MEMBER, (kind, group, user))
        return None if row is None else self._decode(row[0])

    async def of_email(self, kind: str, group: str, email: str) -> list[Member]:
        """Return the members of a group with an email address."""
        return self._read(await self._db.query(sql.MEMBER_BY_EMAIL, (kind, group, email)))

    async def of_group(self, kind: str, group: str) -> list[Member]:
        """Return the members of a group."""
        return self._read(await self._db.query(sql.MEMBERS, (kind, group)))

    async def of_user(self, user: str) -> list[Member]:
        """Return the memberships of a user."""
        return self._read(await self._db.query(sql.MEMBERSHIPS, (user,)))

    async def emails(self, kind: str, group: str) -> dict[str, str | None]:
        """Return the email addresses of a group's members by user id."""
        return {row[0]: row[1] for row in await self._db.query(sql.MEMBER_EMAILS, (kind, group))}

    async def drop(self, kind: str, group: str, user: str) -> None:
        """Delete a membership."""
        await self._db.write(sql.DROP_MEMBER, (kind, group, user))

    async def drop_group(self, kind: str, group: str) -> None:
        """Delete the memberships of a group."""
        await self._db.write(sql.DROP_MEMBERS, (kind, group))

    async def drop_user(self, user: str) -> None:
        """Delete the memberships of a user."""
        await self._db.write(sql.DROP_MEMBERSHIPS, (user,))

    def _read(self, rows: Iterable[tuple[Any, ...]]) -> list[Member]:
        return [self._decode(row[0]) for row in rows]


class Repositories:
    """Every repository of identity, and the lookups that need more than one of them."""

    def __init__(self, db: Database) -> None:
        self.keys = KeyRepository(db)
        self.users = Repository(db, User)
        self.teams = Repository(db, Team)
        self.organizations = Repository(db, Organization)
        self.customers = Repository(db, Customer)
        self.budgets = Repository(db, Budget)
        self.members = MembershipRepository(db)

    async def customer(self, organization_id: str | None, name: str) -> Customer | None:
        """Return the customer of a name in an organization."""
        found = await self.customers.find(equal("name", name) & equal("organization_id", organization_id or ""))
        return found[0] if found else None

    async def bounds_of(self, record: Bounded) -> tuple[Bound, ...]:
        """Return the bounds of a record: its own limits, and the budget that it shares with others."""
        own = record.limits.bound(cast("Scope", record.kind), record.id, record.title)
        return (own, *await self.shared_bound(record.budget_id))

    async def shared_bound(self, budget_id: str | None) -> tuple[Bound, ...]:
        """Return the bound of a shared budget: one counter for all records that refer to it."""
        budget = await self.budgets.get(budget_id)
        return () if budget is None else (budget.limits.bound("budget", budget.id, budget.title),)

    async def key_of(self, text: str) -> Key | None:
        """Return the key that a text names by its secret, its token or its id, unless it is deleted."""
        token = api_keys.token_of(text)
        if token is not None:
            record = await self.keys.of_hash(token)
            return None if record is None or record.deleted_at is not None else record
        return await self.keys.get(text)

    async def resolve_key(self, text: str) -> str | None:
        """Return the id of the key that a text names."""
        record = await self.key_of(text)
        return None if record is None else record.id
