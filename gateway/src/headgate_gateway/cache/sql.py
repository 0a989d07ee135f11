"""Every statement over kept answers. Values are bound, never written into the text."""

from __future__ import annotations

from ..storage import Migration

__all__ = [
    "COUNT",
    "DROP",
    "DROP_ALL",
    "DROP_EXPIRED",
    "DROP_IN_SCOPE",
    "DROP_OLDEST",
    "DROP_SCOPE",
    "FIND",
    "MIGRATIONS",
    "PUT",
]

MIGRATIONS = (
    Migration(
        "cache",
        1,
        """
        CREATE TABLE cache_entry (
            key TEXT PRIMARY KEY,
            scope TEXT NOT NULL,
            body BLOB NOT NULL,
            bytes BIGINT NOT NULL,
            created_at REAL NOT NULL,
            expires_at REAL NOT NULL
        );
        CREATE INDEX cache_entry_by_expiry ON cache_entry (expires_at);
        CREATE INDEX cache_entry_by_scope ON cache_entry (scope);
        CREATE INDEX cache_entry_by_age ON cache_entry (created_at);
        """,
    ),
)

FIND = "SELECT body FROM cache_entry WHERE key = ? AND expires_at > ?"
PUT = """
    INSERT INTO cache_entry (key, scope, body, bytes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET
        scope = excluded.scope, body = excluded.body, bytes = excluded.bytes,
        created_at = excluded.created_at, expires_at = excluded.expires_at
"""
DROP = "DELETE FROM cache_entry WHERE key = ?"
DROP_IN_SCOPE = "DELETE FROM cache_entry WHERE key = ? AND scope = ?"
DROP_ALL = "DELETE FROM cache_entry"
DROP_SCOPE = "DELETE FROM cache_entry WHERE scope = ?"
DROP_EXPIRED = "DELETE FROM cache_entry WHERE expires_at <= ?"
COUNT = "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM cache_entry"
DROP_OLDEST = "DELETE FROM cache_entry WHERE key IN (SELECT key FROM cache_entry ORDER BY created_at LIMIT ?)"
