"""Every statement of the platform, and its schema. Values are always bound; what is put together here are constants."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ADD_AUDIT",
    "AUDIT",
    "DROP_MEMBER",
    "DROP_MEMBERS",
    "DROP_MEMBERSHIPS",
    "KEYS_BY_ALIAS",
    "KEY_BY_HASH",
    "KEY_CHILDREN",
    "MEMBER",
    "MEMBERS",
    "MEMBERSHIPS",
    "PUT_MEMBER",
    "STATEMENTS",
    "Statements",
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
class Statements:
    """The statements of one kind of record."""

    put: str
    get: str
    live: str
    by: dict[str, str]


def _statements(kind: str) -> Statements:
    table, own = f"platform_{kind}", _COLUMNS[kind]
    columns = ("id", "created_at", "deleted_at", "body", *own)
    places = ", ".join("?" * len(columns))
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in ("id", "created_at"))
    live = f"SELECT body FROM {table} WHERE deleted_at IS NULL"
    return Statements(
        put=f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {changed}",
        get=f"SELECT body FROM {table} WHERE id = ?",
        live=f"{live} ORDER BY created_at, id",
        by={name: f"{live} AND {name} = ? ORDER BY created_at, id" for name in own},
    )


STATEMENTS = {kind: _statements(kind) for kind in _COLUMNS}

KEY_BY_HASH = "SELECT body FROM platform_key WHERE hash = ?"
KEYS_BY_ALIAS = "SELECT body FROM platform_key WHERE deleted_at IS NULL AND alias = ? ORDER BY created_at, id"
KEY_CHILDREN = "SELECT id FROM platform_key WHERE parent_id = ?"

PUT_MEMBER = (
    "INSERT INTO platform_member (group_kind, group_id, user_id, role, body) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (group_kind, group_id, user_id) DO UPDATE SET role = excluded.role, body = excluded.body"
)
MEMBER = "SELECT body FROM platform_member WHERE group_kind = ? AND group_id = ? AND user_id = ?"
MEMBERS = "SELECT body FROM platform_member WHERE group_kind = ? AND group_id = ? ORDER BY user_id"
MEMBERSHIPS = "SELECT body FROM platform_member WHERE user_id = ? ORDER BY group_kind, group_id"
DROP_MEMBER = "DELETE FROM platform_member WHERE group_kind = ? AND group_id = ? AND user_id = ?"
DROP_MEMBERS = "DELETE FROM platform_member WHERE group_kind = ? AND group_id = ?"
DROP_MEMBERSHIPS = "DELETE FROM platform_member WHERE user_id = ?"

ADD_AUDIT = (
    "INSERT INTO audit_log (id, at, actor, action, kind, object_id, request_id, before_body, after_body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
AUDIT = "SELECT at, actor, action, kind, object_id, request_id, before_body, after_body FROM audit_log ORDER BY at, id"
