"""Every statement of the call records, the keys and the event log. Values are bound, never written into the text."""

from __future__ import annotations

from ..storage import Migration

__all__ = [
    "DROP_ANSWERS",
    "DROP_EVENTS",
    "DROP_EVENTS_OF",
    "DROP_KEYS",
    "FIND_ANSWER",
    "FIND_CALL",
    "FIND_EVENTS",
    "FIND_KEY",
    "LIST_CALLS",
    "LIST_CALLS_OF_KEY",
    "MARK_INTERRUPTED",
    "MIGRATIONS",
    "POSITION",
    "PUT_ANSWER",
    "PUT_CALL",
    "PUT_EVENTS",
    "PUT_KEY",
]

MIGRATIONS = (
    Migration(
        "once",
        1,
        """
        CREATE TABLE call (
            position INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            principal TEXT NOT NULL,
            operation TEXT NOT NULL,
            model TEXT NOT NULL,
            provider TEXT NOT NULL,
            status TEXT NOT NULL,
            stream INTEGER NOT NULL,
            key TEXT,
            attempts INTEGER NOT NULL,
            request_id TEXT NOT NULL,
            created_at REAL NOT NULL,
            finished_at REAL,
            usage TEXT,
            cost_nano INTEGER,
            error_status INTEGER,
            error TEXT
        );
        CREATE INDEX call_by_principal ON call (principal, position);
        CREATE INDEX call_in_progress ON call (status) WHERE status = 'in_progress';
        CREATE TABLE once_key (
            principal TEXT NOT NULL,
            key TEXT NOT NULL,
            operation TEXT NOT NULL,
            fingerprint BLOB NOT NULL,
            call_id TEXT NOT NULL,
            expires_at REAL NOT NULL,
            PRIMARY KEY (principal, key)
        ) WITHOUT ROWID;
        CREATE INDEX once_key_by_expiry ON once_key (expires_at);
        CREATE INDEX once_key_by_call ON once_key (call_id);
        CREATE TABLE answer (
            call_id TEXT PRIMARY KEY,
            status INTEGER NOT NULL,
            content_type TEXT NOT NULL,
            headers TEXT NOT NULL,
            body BLOB NOT NULL
        );
        CREATE TABLE event (
            call_id TEXT NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (call_id, first)
        );
        """,
    ),
)

PUT_CALL = """
    INSERT INTO call (id, principal, operation, model, provider, status, stream, key, attempts, request_id,
                      created_at, finished_at, usage, cost_nano, error_status, error)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        status = excluded.status, attempts = excluded.attempts, finished_at = excluded.finished_at,
        usage = excluded.usage, cost_nano = excluded.cost_nano, error_status = excluded.error_status,
        error = excluded.error, model = excluded.model, provider = excluded.provider
"""
_CALL = """
    SELECT id, principal, operation, model, provider, status, stream, key, attempts, request_id,
           created_at, finished_at, usage, cost_nano, error_status, error, position
    FROM call
"""
FIND_CALL = _CALL + "WHERE principal = ? AND id = ?"
LIST_CALLS = _CALL + "WHERE principal = ? AND position < ? ORDER BY position DESC LIMIT ?"
LIST_CALLS_OF_KEY = _CALL + "WHERE principal = ? AND position < ? AND key = ? ORDER BY position DESC LIMIT ?"
POSITION = "SELECT position FROM call WHERE principal = ? AND id = ?"
MARK_INTERRUPTED = "UPDATE call SET status = 'interrupted', finished_at = ? WHERE status = 'in_progress'"

PUT_KEY = """
    INSERT INTO once_key (principal, key, operation, fingerprint, call_id, expires_at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (principal, key) DO UPDATE SET
        operation = excluded.operation, fingerprint = excluded.fingerprint,
        call_id = excluded.call_id, expires_at = excluded.expires_at
"""
FIND_KEY = "SELECT fingerprint, call_id FROM once_key WHERE principal = ? AND key = ? AND expires_at > ?"

PUT_ANSWER = "INSERT OR REPLACE INTO answer (call_id, status, content_type, headers, body) VALUES (?, ?, ?, ?, ?)"
FIND_ANSWER = "SELECT status, content_type, headers, body FROM answer WHERE call_id = ?"

PUT_EVENTS = "INSERT OR REPLACE INTO event (call_id, first, last, data) VALUES (?, ?, ?, ?)"
FIND_EVENTS = "SELECT first, last, data FROM event WHERE call_id = ? AND last > ? ORDER BY first"
DROP_EVENTS_OF = "DELETE FROM event WHERE call_id = ?"

DROP_ANSWERS = "DELETE FROM answer WHERE call_id IN (SELECT call_id FROM once_key WHERE expires_at <= ?)"
DROP_EVENTS = "DELETE FROM event WHERE call_id IN (SELECT call_id FROM once_key WHERE expires_at <= ?)"
DROP_KEYS = "DELETE FROM once_key WHERE expires_at <= ?"
