"""SQL statements of idempotency keys. Values are always bound.

idempotency_key   the fingerprint of the first request with a key, and the id of the call or write that it names
answer            the complete answer of a call or a write with a key
event             the event log of a stream with a key; it is written by `calls`, and expires with the key
"""

from __future__ import annotations

__all__ = [
    "CLAIM_KEY",
    "DROP_ANSWERS",
    "DROP_EVENTS",
    "DROP_KEY",
    "DROP_KEYS",
    "FIND_ANSWER",
    "FIND_WRITE",
    "FREE_WRITE",
    "FREE_WRITES",
    "KEEP_WRITE",
    "PUT_ANSWER",
    "PUT_KEY",
    "RENEW_KEY",
    "find_key",
]


def find_key(columns: str, table: str, id: str) -> str:
    """Return the statement that finds a live key, and the row of `table` whose column `id` is what the key names."""
    return f"""
        SELECT idempotency_key.fingerprint, idempotency_key.call_id, idempotency_key.node, {columns}
        FROM idempotency_key LEFT JOIN {table} ON {table}.{id} = idempotency_key.call_id
        WHERE idempotency_key.principal = ? AND idempotency_key.key = ? AND idempotency_key.expires_at > ?
    """


FIND_WRITE = find_key("answer.status, answer.content_type, answer.headers, answer.body", "answer", "call_id")

PUT_KEY = """
    INSERT INTO idempotency_key (principal, key, operation, fingerprint, call_id, expires_at)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (principal, key) DO UPDATE SET
        operation = excluded.operation, fingerprint = excluded.fingerprint,
        call_id = excluded.call_id, expires_at = excluded.expires_at, node = NULL
"""
RENEW_KEY = "UPDATE idempotency_key SET expires_at = ? WHERE principal = ? AND key = ? AND call_id = ?"
# For a write whose answer is not stored.
DROP_KEY = "DELETE FROM idempotency_key WHERE principal = ? AND key = ? AND call_id = ?"

# One statement, so that exactly one node obtains the key. It replaces an expired key, or what the node has seen of it.
CLAIM_KEY = """
    INSERT INTO idempotency_key (principal, key, operation, fingerprint, call_id, expires_at, node)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (principal, key) DO UPDATE SET
        operation = excluded.operation, fingerprint = excluded.fingerprint, call_id = excluded.call_id,
        expires_at = excluded.expires_at, node = excluded.node
    WHERE idempotency_key.expires_at <= ? OR (idempotency_key.call_id = ? AND coalesce(idempotency_key.node, '') = ?)
    RETURNING call_id
"""

# -- writes: while one runs, its key has the node that runs it

KEEP_WRITE = "UPDATE idempotency_key SET node = NULL, expires_at = ? WHERE principal = ? AND key = ? AND call_id = ?"
# A write that was committed after all keeps its key: its row has no node.
FREE_WRITE = "DELETE FROM idempotency_key WHERE principal = ? AND key = ? AND call_id = ? AND node = ?"
FREE_WRITES = "DELETE FROM idempotency_key WHERE node = ?"

# -- answers

PUT_ANSWER = """
    INSERT INTO answer (call_id, status, content_type, headers, body) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (call_id) DO UPDATE SET
        status = excluded.status, content_type = excluded.content_type, headers = excluded.headers,
        body = excluded.body
"""
FIND_ANSWER = "SELECT status, content_type, headers, body FROM answer WHERE call_id = ?"

# -- expiry: all that is kept for replays

_EXPIRED = "call_id IN (SELECT call_id FROM idempotency_key WHERE expires_at <= ?)"
DROP_ANSWERS = f"DELETE FROM answer WHERE {_EXPIRED}"
DROP_EVENTS = f"DELETE FROM event WHERE {_EXPIRED}"
DROP_KEYS = "DELETE FROM idempotency_key WHERE expires_at <= ?"
