"""The SQL statements of identity. Values are always bound; only constants are concatenated."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

__all__ = [
    "ADD_AUDIT",
    "ADD_CHANGE",
    "ADD_REPLACED",
    "ALL",
    "AUDIT",
    "CHANGES",
    "DROP_MEMBER",
    "DROP_MEMBERS",
    "DROP_MEMBERSHIPS",
    "DROP_SECRET",
    "DROP_SECRETS",
    "KEY_BY_HASH",
    "KEY_FAMILY",
    "KEY_OF_REPLACED",
    "MEMBER",
    "MEMBERS",
    "MEMBER_BY_EMAIL",
    "MEMBER_EMAILS",
    "MEMBERSHIPS",
    "OLDER",
    "PRUNE_CHANGES",
    "PUT_MEMBER",
    "PUT_SECRET",
    "SECRET",
    "STATEMENTS",
    "Statements",
    "TAKE_TURN",
    "Condition",
    "among",
    "equal",
    "has_member",
    "in_teams_of",
    "member_of",
    "of_teams_run_by",
]

_COMMON = """
    id TEXT PRIMARY KEY,
    created_at REAL NOT NULL,
    deleted_at REAL,
    body TEXT NOT NULL,
"""

_COLUMNS = {
    "key": ("hash", "alias", "owner", "organization_id", "team_id", "user_id", "parent_id"),
    "user": ("email", "role"),
    "team": ("organization_id", "alias"),
    "organization": ("alias",),
    "customer": ("name", "organization_id"),
    "budget": ("organization_id",),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition and the values bound in it. Its text consists of constants only."""

    text: str
    values: tuple[Any, ...] = ()

    def __and__(self, other: Condition) -> Condition:
        return Condition(f"({self.text}) AND ({other.text})", (*self.values, *other.values))

    def __or__(self, other: Condition) -> Condition:
        return Condition(f"({self.text}) OR ({other.text})", (*self.values, *other.values))


ALL = Condition("1 = 1")


def equal(column: str, value: object) -> Condition:
    """Return the condition that a column has this value. `column` is a constant of the code."""
    return Condition(f"{column} = ?", (value,))


def among(column: str, values: Collection[object]) -> Condition:
    """Return the condition that a column has one of these values; without values it is false."""
    if not values:
        return Condition("1 = 0")
    return Condition(f"{column} IN ({', '.join('?' * len(values))})", tuple(values))


def member_of(kind: str, groups: Collection[str]) -> Condition:
    """Return the condition that a user is a member of one of these teams or organizations."""
    found = among("m.group_id", groups)
    members = "SELECT 1 FROM platform_member AS m WHERE m.user_id = platform_user.id AND m.group_kind = ?"
    return Condition(f"EXISTS ({members} AND {found.text})", (kind, *found.values))


def has_member(user: str) -> Condition:
    """Return the condition that a team has this member."""
    members = "SELECT 1 FROM platform_member AS m WHERE m.group_id = platform_team.id AND m.group_kind = 'team'"
    return Condition(f"EXISTS ({members} AND m.user_id = ?)", (user,))


def of_teams_run_by(user: str) -> Condition:
    """Return the condition that a key belongs to a team that this user administers."""
    teams = "SELECT m.group_id FROM platform_member AS m WHERE m.group_kind = 'team' AND m.role = 'admin'"
    return Condition(f"team_id IN ({teams} AND m.user_id = ?)", (user,))


def in_teams_of(organizations: Collection[str]) -> Condition:
    """Return the condition that a user is a member of a team of one of these organizations."""
    found = among("t.organization_id", organizations)
    teams = (
        "SELECT 1 FROM platform_member AS m JOIN platform_team AS t ON t.id = m.group_id AND t.deleted_at IS NULL "
        "WHERE m.group_kind = 'team' AND m.user_id = platform_user.id AND"
    )
    return Condition(f"EXISTS ({teams} {found.text})", found.values)


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of one kind of record. Those that end in a `WHERE` take a condition."""

    put: str
    get: str
    age: str
    live: str
    count: str

    def oldest(self, where: Condition) -> tuple[str, tuple[Any, ...]]:
        """Return the query for records that are not deleted, oldest first."""
        return f"{self.live} ({where.text}) ORDER BY created_at, id", where.values

    def newest(self, where: Condition, limit: int, offset: int = 0) -> tuple[str, tuple[Any, ...]]:
        """Return the query for a page of the records that are not deleted, newest first."""
        text = f"{self.live} ({where.text}) ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?"
        return text, (*where.values, limit, offset)

    def counted(self, where: Condition) -> tuple[str, tuple[Any, ...]]:
        """Return the query for the number of records that are not deleted."""
        return f"{self.count} ({where.text})", where.values

    def aged(self, id: str, where: Condition) -> tuple[str, tuple[Any, ...]]:
        """Return the query for the creation time of a record, even if it is deleted."""
        return f"{self.age} ({where.text})", (id, *where.values)


OLDER = "(created_at, id) < (?, ?)"


def _statements(kind: str) -> Statements:
    table, own = f"platform_{kind}", _COLUMNS[kind]
    columns = ("id", "created_at", "deleted_at", "body", *own)
    places = ", ".join("?" * len(columns))
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in ("id", "created_at"))
    live = f"FROM {table} WHERE deleted_at IS NULL AND"
    return Statements(
        put=f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {changed}",
        get=f"SELECT body FROM {table} WHERE id = ?",
        age=f"SELECT created_at FROM {table} WHERE id = ? AND",
        live=f"SELECT body {live}",
        count=f"SELECT COUNT(*) {live}",
    )


STATEMENTS = {kind: _statements(kind) for kind in _COLUMNS}

KEY_BY_HASH = "SELECT body FROM platform_key WHERE hash = ?"
# A union without ALL terminates even if a chain of keys were circular.
KEY_FAMILY = (
    "WITH RECURSIVE family (id) AS (SELECT id FROM platform_key WHERE id = ? UNION "
    "SELECT platform_key.id FROM platform_key JOIN family ON platform_key.parent_id = family.id) "
    "SELECT id FROM family"
)

KEY_OF_REPLACED = (
    "SELECT body FROM platform_key_replaced AS r JOIN platform_key AS k ON k.id = r.key_id WHERE r.hash = ?"
)
ADD_REPLACED = "INSERT INTO platform_key_replaced (hash, key_id) VALUES (?, ?)"

PUT_MEMBER = (
    "INSERT INTO platform_member (group_kind, group_id, user_id, role, body) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (group_kind, group_id, user_id) DO UPDATE SET role = excluded.role, body = excluded.body"
)
MEMBER = "SELECT body FROM platform_member WHERE group_kind = ? AND group_id = ? AND user_id = ?"
MEMBERS = "SELECT body FROM platform_member WHERE group_kind = ? AND group_id = ? ORDER BY user_id"
MEMBER_EMAILS = (
    "SELECT m.user_id, u.email FROM platform_member AS m JOIN platform_user AS u "
    "ON u.id = m.user_id AND u.deleted_at IS NULL WHERE m.group_kind = ? AND m.group_id = ?"
)
MEMBER_BY_EMAIL = (
    "SELECT m.body FROM platform_member AS m JOIN platform_user AS u ON u.id = m.user_id AND u.deleted_at IS NULL "
    "WHERE m.group_kind = ? AND m.group_id = ? AND u.email = ? ORDER BY m.user_id"
)
MEMBERSHIPS = "SELECT body FROM platform_member WHERE user_id = ? ORDER BY group_kind, group_id"
DROP_MEMBER = "DELETE FROM platform_member WHERE group_kind = ? AND group_id = ? AND user_id = ?"
DROP_MEMBERS = "DELETE FROM platform_member WHERE group_kind = ? AND group_id = ?"
DROP_MEMBERSHIPS = "DELETE FROM platform_member WHERE user_id = ?"

ADD_AUDIT = (
    "INSERT INTO audit_log (id, at, actor, action, kind, object_id, request_id, before_body, after_body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

TAKE_TURN = "UPDATE platform_turn SET turn = turn + 1 WHERE id = 1 RETURNING turn"
ADD_CHANGE = "INSERT INTO platform_change (turn, place, body) VALUES (?, ?, ?)"
CHANGES = (
    "SELECT t.turn, c.body FROM platform_turn AS t LEFT JOIN platform_change AS c ON c.turn > ? "
    "ORDER BY c.turn, c.place"
)
PRUNE_CHANGES = "DELETE FROM platform_change WHERE turn < ?"

PUT_SECRET = (
    "INSERT INTO platform_secret (key_id, sealed, expires_at) VALUES (?, ?, ?) "
    "ON CONFLICT (key_id) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at"
)
SECRET = "SELECT sealed FROM platform_secret WHERE key_id = ? AND expires_at > ?"
DROP_SECRET = "DELETE FROM platform_secret WHERE key_id = ?"
DROP_SECRETS = "DELETE FROM platform_secret WHERE expires_at <= ?"

AUDIT = "SELECT at, actor, action, kind, object_id, request_id, before_body, after_body FROM audit_log ORDER BY at, id"
