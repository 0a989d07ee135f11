"""SQL statements of call records and the event log. Values are always bound.

call       one row per call: its request and its outcome; while it runs, the node that runs it and the account that it
           is billed by if that node dies
event      the event log of a stream with a key: blocks of consecutive events as they were sent
"""

from __future__ import annotations

from ..cluster.sql import NOW
from ..db.lean_insert import LeanInsert
from ..idempotency.sql import CLAIM_KEY, find_key

__all__ = [
    "CALL_COLUMNS",
    "ADD_ATTEMPT",
    "ATTEND",
    "ATTENDED",
    "CANCELLED",
    "CLAIM_CALL",
    "COMPLETE_CALL",
    "DROP_CALL",
    "FAIL_CALL",
    "FIND_CALL",
    "FIND_EVENTS",
    "FIND_KEY",
    "INTERRUPT",
    "INTERRUPT_ALL",
    "INTERRUPT_ONE",
    "LIST_CALLS",
    "LIST_CALLS_OF_KEY",
    "POSITION",
    "PUT_CALL",
    "PUT_EVENTS",
    "PUT_INTERRUPTED",
    "RELEASE_KEY",
    "REQUEST_CANCEL",
    "RESTORE",
    "RETAKE",
    "RUNNING_OF",
    "WITHHOLD_CALL",
]

_COLUMNS = """id, principal, operation, model, provider, status, stream, key, attempts, request_id,
              created_at, finished_at, usage, cost_nano, error_status, error, node, attempt"""
CALL_COLUMNS = tuple(name.strip() for name in _COLUMNS.split(","))
_CALL = f"SELECT {_COLUMNS} FROM call"

_UPDATE_CALL = """
    ON CONFLICT (id) DO UPDATE SET
        status = excluded.status, finished_at = excluded.finished_at, usage = excluded.usage,
        cost_nano = excluded.cost_nano, error_status = excluded.error_status, error = excluded.error,
        model = excluded.model, provider = excluded.provider, node = excluded.node, account = excluded.account
    WHERE"""
# Only the node that runs a call writes its record; the one exception is a completed end, which is billed once.
PUT_CALL = LeanInsert(
    "call",
    (*CALL_COLUMNS, "account"),
    f"""{_UPDATE_CALL}
    call.node IS NULL OR call.node = excluded.node OR call.status <> 'in_progress'
    OR (excluded.status = 'completed' AND call.attempt = excluded.attempt)
    """,
)
# The same for the completed end of a call whose record is stored, which costs less than an INSERT that finds the row.
COMPLETE_CALL = """
    UPDATE call SET status = 'completed', finished_at = ?, usage = ?, cost_nano = ?, error_status = NULL, error = NULL,
                    model = ?, provider = ?, node = ?, account = NULL
    WHERE id = ? AND (node IS NULL OR node = ? OR status <> 'in_progress' OR attempt = ?)
"""
# An interruption must not overwrite a call that another node resumed, or that has ended.
PUT_INTERRUPTED = LeanInsert(
    "call",
    (*CALL_COLUMNS, "account"),
    f"{_UPDATE_CALL} call.status = 'in_progress' AND (call.node IS NULL OR call.node = excluded.node)",
)
# For a call whose answer was withheld: its record, written earlier, has the status `completed`.
WITHHOLD_CALL = """
    UPDATE call SET status = 'failed', error_status = ?, error = ? WHERE id = ? AND attempt = ? AND status = 'completed'
"""
ADD_ATTEMPT = "UPDATE call SET attempts = attempts + 1 WHERE id = ?"
FIND_CALL = f"{_CALL} WHERE principal = ? AND id = ?"
_LISTED = f"SELECT {_COLUMNS}, position FROM call"
LIST_CALLS = f"{_LISTED} WHERE principal = ? AND position < ? ORDER BY position DESC LIMIT ?"
LIST_CALLS_OF_KEY = f"{_LISTED} WHERE principal = ? AND position < ? AND key = ? ORDER BY position DESC LIMIT ?"
POSITION = "SELECT position FROM call WHERE principal = ? AND id = ?"

_NAMED = ", ".join(f"call.{name}" for name in CALL_COLUMNS)
FIND_KEY = find_key(_NAMED, "call", "id")
# After DROP_CALL: if this node was declared dead meanwhile, the call belongs to another node or has ended, and both
# rows stay.
RELEASE_KEY = """
    DELETE FROM idempotency_key WHERE principal = ? AND key = ? AND call_id = ?
        AND NOT EXISTS (SELECT 1 FROM call WHERE call.id = idempotency_key.call_id)
"""

# -- claims: one statement, so that exactly one node obtains the key

_TYPED = """CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT),
            CAST(? AS SMALLINT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS DOUBLE PRECISION),
            CAST(? AS DOUBLE PRECISION), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT),
            CAST(? AS TEXT), CAST(? AS BIGINT)"""
# For PostgreSQL only: a process that does not share its database keeps its claims in memory.
CLAIM_CALL = f"""
    WITH claimed AS ({CLAIM_KEY})
    INSERT INTO call ({_COLUMNS}) SELECT {_TYPED} FROM claimed
    RETURNING id
"""
RETAKE = """
    UPDATE call SET status = 'in_progress', node = ?, attempts = ?, attempt = ?, finished_at = NULL,
                    error_status = NULL, error = NULL, cancel_requested = 0, account = NULL
    WHERE id = ? AND status = ? AND attempt = ?
    RETURNING id
"""
RESTORE = """
    UPDATE call SET status = ?, finished_at = ?, usage = ?, cost_nano = ?, error_status = ?, error = ?, attempt = ?
    WHERE id = ? AND node = ? AND status = 'in_progress'
"""
DROP_CALL = "DELETE FROM call WHERE id = ? AND node = ? AND status = 'in_progress'"

# For a call whose end cannot be written: its record must not stay in progress.
FAIL_CALL = "UPDATE call SET status = 'failed', finished_at = ? WHERE id = ? AND node = ? AND status = 'in_progress'"

# -- calls and writes of nodes

_INTERRUPT = "UPDATE call SET status = 'interrupted', finished_at = ? WHERE status = 'in_progress'"
INTERRUPT = f"{_INTERRUPT} AND node = ? RETURNING {_COLUMNS}"
INTERRUPT_ONE = f"{_INTERRUPT} AND id = ? AND node = ? AND attempt = ? RETURNING {_COLUMNS}"
INTERRUPT_ALL = f"{_INTERRUPT} AND (node IS NULL OR node NOT IN (SELECT id FROM node)) RETURNING {_COLUMNS}"
RUNNING_OF = "SELECT id, attempt, created_at FROM call WHERE status = 'in_progress' AND node = ?"
CANCELLED = "SELECT id FROM call WHERE status = 'in_progress' AND node = ? AND cancel_requested = 1"
REQUEST_CANCEL = """
    UPDATE call SET cancel_requested = 1 WHERE principal = ? AND id = ? AND status = 'in_progress' RETURNING node
"""
# By the database's clock: the clocks of the nodes may differ by more than the grace period.
ATTEND = f"UPDATE call SET attended_at = {NOW} WHERE id = ?"
ATTENDED = f"SELECT {NOW} - attended_at FROM call WHERE id = ?"

# Two nodes that resume a call from the same event write the same events; the shorter block never replaces the longer.
PUT_EVENTS = """
    INSERT INTO event (call_id, first, last, data) VALUES (?, ?, ?, ?)
    ON CONFLICT (call_id, first) DO UPDATE SET last = excluded.last, data = excluded.data
    WHERE excluded.last > event.last
"""
FIND_EVENTS = "SELECT first, last, data FROM event WHERE call_id = ? AND last > ? ORDER BY first"
