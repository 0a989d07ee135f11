"""Every statement over kept answers. Values are bound, never written into the text."""

from __future__ import annotations

__all__ = [
    "COUNT",
    "DROP",
    "DROP_ALL",
    "DROP_EXPIRED",
    "DROP_IN_SCOPE",
    "DROP_OLDEST",
    "DROP_SCOPE",
    "FIND",
    "PUT",
]

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
