"""Every statement of the call records, the keys and the event log. Values are bound, never written into the text."""

from __future__ import annotations

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
    "POSITION",
    "PUT_ANSWER",
    "PUT_CALL",
    "PUT_EVENTS",
    "PUT_KEY",
]

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
