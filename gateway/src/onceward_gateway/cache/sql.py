"""The SQL statements over cached answers. Values are bound, never written into the text."""

from __future__ import annotations

__all__ = [
    "COUNT",
    "DELETE",
    "DELETE_ALL",
    "DELETE_EXPIRED",
    "DELETE_IN_SCOPE",
    "DELETE_OLDEST",
    "DELETE_SCOPE",
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
DELETE = "DELETE FROM cache_entry WHERE key = ?"
DELETE_IN_SCOPE = "DELETE FROM cache_entry WHERE key = ? AND scope = ?"
DELETE_ALL = "DELETE FROM cache_entry"
DELETE_SCOPE = "DELETE FROM cache_entry WHERE scope = ?"
DELETE_EXPIRED = "DELETE FROM cache_entry WHERE expires_at <= ?"
COUNT = "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM cache_entry"
DELETE_OLDEST = "DELETE FROM cache_entry WHERE key IN (SELECT key FROM cache_entry ORDER BY created_at LIMIT ?)"
