"""All SQL of the control plane. Values are bound, never written into a text."""

from __future__ import annotations

__all__: list[str] = []

ADD_FILE = (
    "INSERT INTO file (id, principal, purpose, filename, bytes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "RETURNING seq"
)
_FILE = "SELECT seq, id, purpose, filename, bytes, created_at, expires_at FROM file "
GET_FILE = _FILE + "WHERE id = ? AND principal = ? AND (expires_at IS NULL OR expires_at > ?)"
DELETE_FILE = "DELETE FROM file WHERE id = ?"
EXPIRED_FILES = "SELECT id FROM file WHERE expires_at IS NOT NULL AND expires_at <= ?"
FILE_PLACE = "SELECT seq FROM file WHERE id = ? AND principal = ?"
_FILES_OF = (
    _FILE
    + "WHERE principal = ? AND (CAST(? AS TEXT) IS NULL OR purpose = ?) AND (expires_at IS NULL OR expires_at > ?) "
)
FILES_DOWN = _FILES_OF + "AND seq < ? ORDER BY seq DESC LIMIT ?"
FILES_UP = _FILES_OF + "AND seq > ? ORDER BY seq ASC LIMIT ?"

# Contents of files where the database is shared.
ADD_CONTENT = "INSERT INTO content (kind, name, bytes, parts, created_at) VALUES (?, ?, ?, ?, ?)"
GET_CONTENT = "SELECT bytes, parts FROM content WHERE kind = ? AND name = ?"
OLDER_CONTENTS = "SELECT name FROM content WHERE kind = ? AND created_at < ?"
LOST_CONTENTS = (
    "SELECT name FROM content WHERE kind = 'files' AND created_at < ? "
    "AND NOT EXISTS (SELECT 1 FROM file WHERE file.id = content.name)"
)
FILE_IDS = "SELECT id FROM file"
DROP_CONTENT = "DELETE FROM content WHERE kind = ? AND name = ?"
ADD_PART = "INSERT INTO content_part (kind, name, part, body) VALUES (?, ?, ?, ?)"
GET_PART = "SELECT body FROM content_part WHERE kind = ? AND name = ? AND part = ?"
DROP_PARTS = "DELETE FROM content_part WHERE kind = ? AND name = ?"

# Batches. `node` is the node that works on one.
ADD_BATCH = "INSERT INTO batch (id, principal, status, body) VALUES (?, ?, ?, ?)"
GET_BATCH = "SELECT body, status FROM batch WHERE id = ? AND principal = ?"
BATCH_FOR_WORK = "SELECT body, status, principal FROM batch WHERE id = ? AND node = ?"
BATCH_STATUS = "SELECT status FROM batch WHERE id = ? AND node = ?"
MOVE_BATCH = "UPDATE batch SET status = ?, body = ? WHERE id = ? AND node = ? AND status = ?"
CANCEL_BATCH = "UPDATE batch SET status = 'cancelling', body = ? WHERE id = ? AND status = ?"
BATCH_PLACE = "SELECT seq FROM batch WHERE id = ? AND principal = ?"
BATCHES = "SELECT body, id FROM batch WHERE principal = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
_BATCH_TO_DO = "node IS NULL AND status NOT IN ('completed', 'failed', 'expired', 'cancelled')"
# One of each caller's, then the second of each, and so on.
_IN_TURN = (
    "SELECT id, principal FROM (SELECT id, principal, seq, ROW_NUMBER() OVER (PARTITION BY principal ORDER BY seq) "
    "AS place FROM {table} WHERE {to_do}) AS waiting ORDER BY place, seq LIMIT 256"
)
BATCHES_UNCLAIMED = _IN_TURN.format(table="batch", to_do=_BATCH_TO_DO)
CLAIM_BATCH = "UPDATE batch SET node = ? WHERE id = ? AND " + _BATCH_TO_DO
FREE_BATCH = "UPDATE batch SET node = NULL WHERE id = ? AND node = ?"
FREE_BATCHES_OF = "UPDATE batch SET node = NULL WHERE node = ?"
# What a node left that is gone from the table of nodes.
FREE_LOST_BATCHES = (
    "UPDATE batch SET node = NULL WHERE status NOT IN ('completed', 'failed', 'expired', 'cancelled') "
    "AND node IS NOT NULL AND NOT EXISTS (SELECT 1 FROM node WHERE node.id = batch.node)"
)
FREE_ALL_BATCHES = "UPDATE batch SET node = NULL WHERE node IS NOT NULL"
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
DROP_RESULTS = "DELETE FROM batch_result WHERE batch_id = ?"

# Fine-tuning jobs, their events and checkpoints, and the models that they make.
ADD_JOB = "INSERT INTO tuning_job (id, principal, status, body) VALUES (?, ?, ?, ?)"
GET_JOB = "SELECT body, status FROM tuning_job WHERE id = ? AND principal = ?"
JOB_FOR_WORK = "SELECT body, status, principal FROM tuning_job WHERE id = ? AND node = ?"
MOVE_JOB = "UPDATE tuning_job SET status = ?, body = ? WHERE id = ? AND node = ? AND status = ?"
CANCEL_JOB = "UPDATE tuning_job SET status = 'cancelled', body = ? WHERE id = ? AND status = ?"
JOB_PLACE = "SELECT seq FROM tuning_job WHERE id = ? AND principal = ?"
JOBS = "SELECT seq, body FROM tuning_job WHERE principal = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
_JOB_TO_DO = "node IS NULL AND status NOT IN ('succeeded', 'failed', 'cancelled')"
JOBS_UNCLAIMED = _IN_TURN.format(table="tuning_job", to_do=_JOB_TO_DO)
CLAIM_JOB = "UPDATE tuning_job SET node = ? WHERE id = ? AND " + _JOB_TO_DO
FREE_JOB = "UPDATE tuning_job SET node = NULL WHERE id = ? AND node = ?"
FREE_JOBS_OF = "UPDATE tuning_job SET node = NULL WHERE node = ?"
FREE_LOST_JOBS = (
    "UPDATE tuning_job SET node = NULL WHERE status NOT IN ('succeeded', 'failed', 'cancelled') "
    "AND node IS NOT NULL AND NOT EXISTS (SELECT 1 FROM node WHERE node.id = tuning_job.node)"
)
FREE_ALL_JOBS = "UPDATE tuning_job SET node = NULL WHERE node IS NOT NULL"
ADD_NOTE = "INSERT INTO tuning_note (id, job_id, kind, body) VALUES (?, ?, ?, ?)"
ADD_NOTE_OF_WORK = (
    "INSERT INTO tuning_note (id, job_id, kind, body) "
    "SELECT CAST(? AS TEXT), id, CAST(? AS TEXT), CAST(? AS TEXT) FROM tuning_job "
    "WHERE id = ? AND node = ? AND status <> 'cancelled'"
)
NOTES = "SELECT body FROM tuning_note WHERE job_id = ? AND kind = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
NOTE_PLACE = "SELECT seq FROM tuning_note WHERE id = ? AND job_id = ?"
DROP_NOTES = "DELETE FROM tuning_note WHERE job_id = ?"
ADD_TUNED = (
    "INSERT INTO tuned_model (name, principal, job_id, base, created_at) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at"
)
GET_TUNED = "SELECT job_id, principal FROM tuned_model WHERE name = ?"
JOBS_OF_TUNED = "SELECT job_id FROM tuned_model"
TUNED_OF = "SELECT name, base, created_at FROM tuned_model WHERE principal = ? ORDER BY created_at, name"
ALL_TUNED = "SELECT name, base, created_at FROM tuned_model ORDER BY created_at, name"
DROP_TUNED = "DELETE FROM tuned_model WHERE name = ? AND principal = ?"
