"""Every statement of the platform, and its schema. Values are always bound; what is put together here are constants."""

from __future__ import annotations

from dataclasses import dataclass

from ..storage import Migration

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
    "MIGRATIONS",
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

MIGRATIONS = (
    Migration(
        "platform",
        1,
        f"""
        CREATE TABLE platform_key ({_COMMON}
            hash TEXT NOT NULL, alias TEXT, owner TEXT NOT NULL,
            organization_id TEXT, team_id TEXT, user_id TEXT, parent_id TEXT
        );
        CREATE UNIQUE INDEX platform_key_hash ON platform_key (hash);
        CREATE UNIQUE INDEX platform_key_alias ON platform_key (owner, alias);
        CREATE INDEX platform_key_team ON platform_key (team_id);
        CREATE INDEX platform_key_user ON platform_key (user_id);
        CREATE INDEX platform_key_organization ON platform_key (organization_id);
        CREATE INDEX platform_key_parent ON platform_key (parent_id);
        CREATE TABLE platform_user ({_COMMON} email TEXT, role TEXT NOT NULL);
        CREATE INDEX platform_user_email ON platform_user (email);
        CREATE TABLE platform_team ({_COMMON} organization_id TEXT, alias TEXT);
        CREATE INDEX platform_team_organization ON platform_team (organization_id);
        CREATE TABLE platform_organization ({_COMMON} alias TEXT);
        CREATE TABLE platform_customer ({_COMMON} name TEXT NOT NULL, organization_id TEXT NOT NULL);
        CREATE INDEX platform_customer_name ON platform_customer (organization_id, name);
        CREATE TABLE platform_budget ({_COMMON} organization_id TEXT);
        CREATE TABLE platform_member (
            group_kind TEXT NOT NULL, group_id TEXT NOT NULL, user_id TEXT NOT NULL,
            role TEXT NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (group_kind, group_id, user_id)
        );
        CREATE INDEX platform_member_user ON platform_member (user_id);
        CREATE TABLE audit_log (
            id TEXT PRIMARY KEY, at REAL NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
            kind TEXT NOT NULL, object_id TEXT NOT NULL, request_id TEXT NOT NULL,
            before_body TEXT, after_body TEXT
        );
        CREATE INDEX audit_log_object ON audit_log (kind, object_id, at)
        """,
    ),
)

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
