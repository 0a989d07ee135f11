"""The records of the platform: kept and found."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Generic

import msgspec

from ..core.records import (
    Key,
    Member,
    R,
)
from ..db import Database
from . import sql
from .sql import (
    Where,
    among,
    equal,
)

__all__ = ["Keys", "Members", "Store"]


class Store(Generic[R]):
    """The records of one kind."""

    def __init__(self, db: Database, record: type[R]) -> None:
        self._db = db
        self._sql = sql.STATEMENTS[record.kind]
        self._decode = msgspec.json.Decoder(record).decode

    async def put(self, record: R) -> None:
        """Write the record whole."""
        body = msgspec.json.encode(record).decode()
        await self._db.write(self._sql.put, (record.id, record.created_at, record.deleted_at, body, *record.columns()))

    async def any(self, id: str) -> R | None:
        """The record of an id, also a deleted one."""
        row = await self._db.one(self._sql.get, (id,))
        return None if row is None else self._decode(row[0])

    async def get(self, id: str | None) -> R | None:
        """The record of an id that is not deleted."""
        record = None if id is None else await self.any(id)
        return None if record is None or record.deleted_at is not None else record

    async def find(self, where: Where) -> list[R]:
        """All that are not deleted and meet a condition, oldest first."""
        return self._read(await self._db.query(*self._sql.oldest(where)))

    async def live(self) -> list[R]:
        """All that are not deleted, oldest first."""
        return await self.find(sql.ALL)

    async def by(self, column: str, value: str) -> list[R]:
        """All of which a column has this value, oldest first."""
        return await self.find(equal(column, value))

    async def of_ids(self, ids: Collection[str]) -> list[R]:
        """Those of these ids that are not deleted, oldest first."""
        return await self.find(among("id", ids)) if ids else []

    async def page(self, where: Where, limit: int, offset: int = 0) -> list[R]:
        """Some of those that meet a condition, newest first."""
        return self._read(await self._db.query(*self._sql.newest(where, limit, offset)))

    async def count(self, where: Where) -> int:
        """How many meet a condition."""
        row = await self._db.one(*self._sql.counted(where))
        return 0 if row is None else int(row[0])

    async def older(self, where: Where, than: str, limit: int) -> list[R] | None:
        """Some of those that come behind the record `than`, newest first; None where that is none of them.

        A record that was deleted in the meantime keeps its place.
        """
        row = await self._db.one(*self._sql.aged(than, where))
        return None if row is None else await self.page(where & Where(sql.OLDER, (row[0], than)), limit)

    def _read(self, rows: Iterable[tuple[Any, ...]]) -> list[R]:
        return [self._decode(row[0]) for row in rows]


class Keys(Store[Key]):
    """Keys, found also by hash and by alias."""

    def __init__(self, db: Database) -> None:
        super().__init__(db, Key)

    async def of_hash(self, hash: str) -> Key | None:
        """The key of a hash, also a deleted one."""
        row = await self._db.one(sql.KEY_BY_HASH, (hash,))
        return None if row is None else self._decode(row[0])

    async def of_replaced(self, hash: str) -> Key | None:
        """The key that had this hash before its secret was replaced."""
        row = await self._db.one(sql.KEY_OF_REPLACED, (hash,))
        return None if row is None else self._decode(row[0])

    async def replace(self, hash: str, id: str) -> None:
        """Remember the hash that a key has no more."""
        await self._db.write(sql.ADD_REPLACED, (hash, id))

    async def of_alias(self, alias: str) -> list[Key]:
        """The keys of an alias: one for each owner."""
        return await self.by("alias", alias)

    async def family(self, id: str) -> tuple[str, ...]:
        """A key and all that were derived from it, however far."""
        return tuple(str(row[0]) for row in await self._db.query(sql.KEY_FAMILY, (id,)))


class Members:
    """Who is in which team and organization."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._decode = msgspec.json.Decoder(Member).decode

    async def put(self, member: Member) -> None:
        """Write the membership whole."""
        body = msgspec.json.encode(member).decode()
        await self._db.write(sql.PUT_MEMBER, (member.group_kind, member.group_id, member.user_id, member.role, body))

    async def get(self, kind: str, group: str, user: str | None) -> Member | None:
        """The membership of a user in a group."""
        row = None if user is None else await self._db.one(sql.MEMBER, (kind, group, user))
        return None if row is None else self._decode(row[0])

    async def of_email(self, kind: str, group: str, email: str) -> list[Member]:
        """The members of an address in a group."""
        return self._read(await self._db.query(sql.MEMBER_BY_EMAIL, (kind, group, email)))

    async def of_group(self, kind: str, group: str) -> list[Member]:
        """All members of a group."""
        return self._read(await self._db.query(sql.MEMBERS, (kind, group)))

    async def of_user(self, user: str) -> list[Member]:
        """All that a user is a member of."""
        return self._read(await self._db.query(sql.MEMBERSHIPS, (user,)))

    async def emails(self, kind: str, group: str) -> dict[str, str | None]:
        """The addresses of a group's members by their ids."""
        return {row[0]: row[1] for row in await self._db.query(sql.MEMBER_EMAILS, (kind, group))}

    async def drop(self, kind: str, group: str, user: str) -> None:
        """End a membership."""
        await self._db.write(sql.DROP_MEMBER, (kind, group, user))

    async def drop_group(self, kind: str, group: str) -> None:
        """End all memberships of a group."""
        await self._db.write(sql.DROP_MEMBERS, (kind, group))

    async def drop_user(self, user: str) -> None:
        """End all memberships of a user."""
        await self._db.write(sql.DROP_MEMBERSHIPS, (user,))

    def _read(self, rows: Iterable[tuple[Any, ...]]) -> list[Member]:
        return [self._decode(row[0]) for row in rows]
