"""The SQL statements over deployments and credentials. Values are bound, never written into the text."""

from __future__ import annotations

__all__ = [
    "DROP_CREDENTIAL",
    "DROP_DEPLOYMENT",
    "FIND_CREDENTIAL",
    "FIND_DEPLOYMENT",
    "LIST_CREDENTIALS",
    "LIST_DEPLOYMENTS",
    "PUT_CREDENTIAL",
    "PUT_DEPLOYMENT",
    "ROUTING_CHANGED",
    "ROUTING_VERSION",
]

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

ROUTING_VERSION = "SELECT version FROM version_of WHERE name = 'routing'"
ROUTING_CHANGED = """
    INSERT INTO version_of (name, version) VALUES ('routing', 1)
    ON CONFLICT (name) DO UPDATE SET version = version_of.version + 1
    RETURNING version
"""
