"""SQL of files, batches and fine-tuning jobs. Values are bound, never written into a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["JobStatements", "statements_of"]


@dataclass(frozen=True, slots=True)
class JobStatements:
    """The statements by which nodes claim and release jobs of one kind; `node` is the node that works on one."""

    unclaimed: str
    claim: str
    release: str
    release_of_node: str
    release_of_dead_nodes: str
    release_all: str


def statements_of(table: str, ended: Sequence[str]) -> JobStatements:
    """Return the statements of a table of jobs, whose jobs of the statuses `ended` have ended."""
    is_open = f"status NOT IN ({', '.join(map(repr, ended))})"
    release = f"UPDATE {table} SET node = NULL WHERE"
    return JobStatements(
        # One of each caller's, then the second of each, and so on.
        unclaimed=(
            "SELECT id, principal FROM (SELECT id, principal, seq, ROW_NUMBER() OVER (PARTITION BY principal ORDER BY "
            f"seq) AS place FROM {table} WHERE node IS NULL AND {is_open}) AS waiting ORDER BY place, seq LIMIT 256"
        ),
        claim=f"UPDATE {table} SET node = ? WHERE id = ? AND node IS NULL AND {is_open}",
        release=f"{release} id = ? AND node = ?",
        release_of_node=f"{release} node = ?",
        # Claims of nodes that are not in the table of nodes any more.
        release_of_dead_nodes=(
            f"{release} {is_open} AND node IS NOT NULL AND NOT EXISTS (SELECT 1 FROM node WHERE node.id = {table}.node)"
        ),
        release_all=f"{release} node IS NOT NULL",
    )


ADD_FILE = (
    "INSERT INTO file (id, principal, purpose, filename, bytes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "RETURNING seq"
)
_FILE = "SELECT seq, id, purpose, filename, bytes, created_at, expires_at FROM file "
GET_FILE = _FILE + "WHERE id = ? AND principal = ? AND (expires_at IS NULL OR expires_at > ?)"
DELETE_FILE = "DELETE FROM file WHERE id = ?"
EXPIRED_FILES = "SELECT id FROM file WHERE expires_at IS NOT NULL AND expires_at <= ?"
FILE_POSITION = "SELECT seq FROM file WHERE id = ? AND principal = ?"
_FILES_OF = (
    _FILE
    + "WHERE principal = ? AND (CAST(? AS TEXT) IS NULL OR purpose = ?) AND (expires_at IS NULL OR expires_at > ?) "
)
FILES_DESCENDING = _FILES_OF + "AND seq < ? ORDER BY seq DESC LIMIT ?"
FILES_ASCENDING = _FILES_OF + "AND seq > ? ORDER BY seq ASC LIMIT ?"

# Bytes without a record, where both are in a shared database.
UNRECORDED_FILES = (
    "SELECT name FROM content WHERE kind = 'files' AND created_at < ? "
    "AND NOT EXISTS (SELECT 1 FROM file WHERE file.id = content.name)"
)
FILE_IDS = "SELECT id FROM file"

# Batches.
ADD_BATCH = "INSERT INTO batch (id, principal, status, body) VALUES (?, ?, ?, ?)"
GET_BATCH = "SELECT body, status FROM batch WHERE id = ? AND principal = ?"
CLAIMED_BATCH = "SELECT body, status, principal FROM batch WHERE id = ? AND node = ?"
BATCH_STATUS = "SELECT status FROM batch WHERE id = ? AND node = ?"
MOVE_BATCH = "UPDATE batch SET status = ?, body = ? WHERE id = ? AND node = ? AND status = ?"
CANCEL_BATCH = "UPDATE batch SET status = 'cancelling', body = ? WHERE id = ? AND status = ?"
BATCH_POSITION = "SELECT seq FROM batch WHERE id = ? AND principal = ?"
BATCHES = "SELECT body, id FROM batch WHERE principal = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
ADD_RESULT = (
    "INSERT INTO batch_result (batch_id, line, good, input_tokens, output_tokens, body) "
    "SELECT id, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT) "
    "FROM batch WHERE id = ? AND node = ? ON CONFLICT (batch_id, line) DO NOTHING"
)
RESULT_COUNTS = (
    "SELECT COUNT(*), CAST(COALESCE(SUM(good), 0) AS BIGINT), CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT) FROM batch_result WHERE batch_id = ?"
)
RESULT_LINES = "SELECT line FROM batch_result WHERE batch_id = ?"
RESULTS = "SELECT line, body FROM batch_result WHERE batch_id = ? AND good = ? AND line > ? ORDER BY line LIMIT ?"
DELETE_RESULTS = "DELETE FROM batch_result WHERE batch_id = ?"

# Fine-tuning jobs, their events and checkpoints.
ADD_JOB = "INSERT INTO tuning_job (id, principal, status, body) VALUES (?, ?, ?, ?)"
GET_JOB = "SELECT body, status FROM tuning_job WHERE id = ? AND principal = ?"
CLAIMED_JOB = "SELECT body, status, principal FROM tuning_job WHERE id = ? AND node = ?"
MOVE_JOB = "UPDATE tuning_job SET status = ?, body = ? WHERE id = ? AND node = ? AND status = ?"
CANCEL_JOB = "UPDATE tuning_job SET status = 'cancelled', body = ? WHERE id = ? AND status = ?"
JOB_POSITION = "SELECT seq FROM tuning_job WHERE id = ? AND principal = ?"
JOBS = "SELECT seq, body FROM tuning_job WHERE principal = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
ADD_NOTE = "INSERT INTO tuning_note (id, job_id, kind, body) VALUES (?, ?, ?, ?)"
ADD_NOTE_OF_CLAIMED = (
    "INSERT INTO tuning_note (id, job_id, kind, body) "
    "SELECT CAST(? AS TEXT), id, CAST(? AS TEXT), CAST(? AS TEXT) FROM tuning_job "
    "WHERE id = ? AND node = ? AND status <> 'cancelled'"
)
NOTES = "SELECT body FROM tuning_note WHERE job_id = ? AND kind = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
NOTE_POSITION = "SELECT seq FROM tuning_note WHERE id = ? AND job_id = ?"
DELETE_NOTES = "DELETE FROM tuning_note WHERE job_id = ?"
