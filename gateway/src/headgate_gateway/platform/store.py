"""The records of the platform: kept, found, and told about when they change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Literal

import msgspec

from ..storage import Database
from . import sql
from .records import Key, Member, R

__all__ = ["Action", "Change", "Keys", "Listener", "Members", "Store"]

Action = Literal["created", "updated", "deleted", "blocked", "unblocked", "rotated"]


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed. `key_ids` are the keys whose callers are other than before; None stands for any."""

    kind: str
    id: str
    action: Action
    key_ids: tuple[str, ...] | None = None


Listener = Callable[[Change], None]


class Store(Generic[R]):
    """The records of one kind."""

    def __init__(self, db: Database, record: type[R]) -> None:
        self._db = db
        self._sql = sql.STATEMENTS[record.kind]
        self._decode = msgspec.json.Decoder(record).decode

    def put(self, record: R) -> None:
        """Write the record whole, in this tick's transaction."""
        body = msgspec.json.encode(record).decode()
        self._db.write(self._sql.put, (record.id, record.created_at, record.deleted_at, body, *record.columns()))

    def any(self, id: str) -> R | None:
        """The record of an id, also a deleted one."""
        row = self._db.one(self._sql.get, (id,))
        return None if row is None else self._decode(row[0])

    def get(self, id: str | None) -> R | None:
        """The record of an id that is not deleted."""
        record = None if id is None else self.any(id)
        return None if record is None or record.deleted_at is not None else record

    def live(self) -> list[R]:
        """All that are not deleted, oldest first."""
        return self._read(self._sql.live, ())

    def by(self, column: str, value: str) -> list[R]:
        """All of which a column has this value, oldest first."""
        return self._read(self._sql.by[column], (value,))

    def _read(self, statement: str, parameters: tuple[Any, ...]) -> list[R]:
        return [self._decode(row[0]) for row in self._db.query(statement, parameters)]


class Keys(Store[Key]):
    """Keys, found also by hash and by alias."""

    def __init__(self, db: Database) -> None:
        super().__init__(db, Key)

    def of_hash(self, hash: str) -> Key | None:
        """The key of a hash, also a deleted one."""
        row = self._db.one(sql.KEY_BY_HASH, (hash,))
        return None if row is None else self._decode(row[0])

    def of_alias(self, alias: str) -> list[Key]:
        """The keys of an alias: one for each owner."""
        return self._read(sql.KEYS_BY_ALIAS, (alias,))

    def family(self, id: str) -> tuple[str, ...]:
        """A key and all that were derived from it, however far."""
        found, level = [id], [id]
        while level:
            level = [row[0] for parent in level for row in self._db.query(sql.KEY_CHILDREN, (parent,))]
            found += level
        return tuple(found)


class Members:
    """Who is in which team and organization."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._decode = msgspec.json.Decoder(Member).decode

    def put(self, member: Member) -> None:
        body = msgspec.json.encode(member).decode()
        self._db.write(sql.PUT_MEMBER, (member.group_kind, member.group_id, member.user_id, member.role, body))

    def get(self, kind: str, group: str, user: str | None) -> Member | None:
        row = None if user is None else self._db.one(sql.MEMBER, (kind, group, user))
        return None if row is None else self._decode(row[0])

    def of_group(self, kind: str, group: str) -> list[Member]:
        return self._read(self._db.query(sql.MEMBERS, (kind, group)))

    def of_user(self, user: str) -> list[Member]:
        return self._read(self._db.query(sql.MEMBERSHIPS, (user,)))

    def drop(self, kind: str, group: str, user: str) -> None:
        self._db.write(sql.DROP_MEMBER, (kind, group, user))

    def drop_group(self, kind: str, group: str) -> None:
        self._db.write(sql.DROP_MEMBERS, (kind, group))

    def drop_user(self, user: str) -> None:
        self._db.write(sql.DROP_MEMBERSHIPS, (user,))

    def _read(self, rows: Iterable[tuple[Any, ...]]) -> list[Member]:
        return [self._decode(row[0]) for row in rows]
