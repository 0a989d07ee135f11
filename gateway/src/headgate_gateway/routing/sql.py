"""Every statement over deployments and credentials. Values are bound, never written into the text."""

from __future__ import annotations

from ..storage import Migration

__all__ = [
    "DROP_CREDENTIAL",
    "DROP_DEPLOYMENT",
    "FIND_CREDENTIAL",
    "FIND_DEPLOYMENT",
    "LIST_CREDENTIALS",
    "LIST_DEPLOYMENTS",
    "MIGRATIONS",
    "PUT_CREDENTIAL",
    "PUT_DEPLOYMENT",
]

MIGRATIONS = (
    Migration(
        "routing",
        1,
        """
        CREATE TABLE deployment (
            id TEXT PRIMARY KEY,
            model_name TEXT NOT NULL,
            params TEXT NOT NULL,
            info TEXT NOT NULL,
            secrets BLOB,
            created_at REAL NOT NULL,
            created_by TEXT NOT NULL,
            updated_at REAL NOT NULL,
            updated_by TEXT NOT NULL
        );
        CREATE INDEX deployment_by_name ON deployment (model_name);
        CREATE TABLE credential (
            name TEXT PRIMARY KEY,
            info TEXT NOT NULL,
            secrets BLOB NOT NULL,
            created_at REAL NOT NULL,
            created_by TEXT NOT NULL,
            updated_at REAL NOT NULL,
            updated_by TEXT NOT NULL
        );
        """,
    ),
)

_DEPLOYMENT = """
    SELECT id, model_name, params, info, secrets, created_at, created_by, updated_at, updated_by FROM deployment
"""
LIST_DEPLOYMENTS = _DEPLOYMENT + "ORDER BY created_at, id"
FIND_DEPLOYMENT = _DEPLOYMENT + "WHERE id = ?"
PUT_DEPLOYMENT = """
    INSERT INTO deployment (id, model_name, params, info, secrets, created_at, created_by, updated_at, updated_by)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        model_name = excluded.model_name, params = excluded.params, info = excluded.info, secrets = excluded.secrets,
        updated_at = excluded.updated_at, updated_by = excluded.updated_by
"""
DROP_DEPLOYMENT = "DELETE FROM deployment WHERE id = ?"

_CREDENTIAL = "SELECT name, info, secrets, created_at, created_by, updated_at, updated_by FROM credential "
LIST_CREDENTIALS = _CREDENTIAL + "ORDER BY name"
FIND_CREDENTIAL = _CREDENTIAL + "WHERE name = ?"
PUT_CREDENTIAL = """
    INSERT INTO credential (name, info, secrets, created_at, created_by, updated_at, updated_by)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET
        info = excluded.info, secrets = excluded.secrets, updated_at = excluded.updated_at,
        updated_by = excluded.updated_by
"""
DROP_CREDENTIAL = "DELETE FROM credential WHERE name = ?"
