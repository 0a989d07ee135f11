"""All SQL of the control plane. Values are bound, never written into a text."""

from __future__ import annotations

__all__: list[str] = []

ADD_FILE = (
    "INSERT INTO file (id, principal, purpose, filename, bytes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_FILE = "SELECT seq, id, purpose, filename, bytes, created_at, expires_at FROM file "
GET_FILE = _FILE + "WHERE id = ? AND principal = ? AND (expires_at IS NULL OR expires_at > ?)"
DELETE_FILE = "DELETE FROM file WHERE id = ?"
EXPIRED_FILES = "SELECT id FROM file WHERE expires_at IS NOT NULL AND expires_at <= ?"
FILE_PLACE = "SELECT seq FROM file WHERE id = ? AND principal = ?"
_FILES_OF = _FILE + "WHERE principal = ? AND (? IS NULL OR purpose = ?) AND (expires_at IS NULL OR expires_at > ?) "
FILES_DOWN = _FILES_OF + "AND seq < ? ORDER BY seq DESC LIMIT ?"
FILES_UP = _FILES_OF + "AND seq > ? ORDER BY seq ASC LIMIT ?"

ADD_BATCH = "INSERT INTO batch (id, principal, status, body) VALUES (?, ?, ?, ?)"
GET_BATCH = "SELECT body, status FROM batch WHERE id = ? AND principal = ?"
BATCH_FOR_WORK = "SELECT body, status, principal FROM batch WHERE id = ?"
BATCH_STATUS = "SELECT status FROM batch WHERE id = ?"
SET_BATCH = "UPDATE batch SET status = ?, body = ? WHERE id = ?"
BATCH_PLACE = "SELECT seq FROM batch WHERE id = ? AND principal = ?"
BATCHES = "SELECT body, id FROM batch WHERE principal = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
BATCHES_TO_RUN = (
    "SELECT id FROM batch WHERE status IN ('validating', 'in_progress', 'finalizing', 'cancelling') ORDER BY seq"
)
ADD_RESULT = (
    "INSERT OR IGNORE INTO batch_result (batch_id, line, good, input_tokens, output_tokens, body) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
RESULT_COUNTS = (
    "SELECT COUNT(*), COALESCE(SUM(good), 0), COALESCE(SUM(input_tokens), 0), COALESCE(SUM(output_tokens), 0) "
    "FROM batch_result WHERE batch_id = ?"
)
RESULT_LINES = "SELECT line FROM batch_result WHERE batch_id = ?"
RESULTS = "SELECT line, body FROM batch_result WHERE batch_id = ? AND good = ? AND line > ? ORDER BY line LIMIT ?"
DROP_RESULTS = "DELETE FROM batch_result WHERE batch_id = ?"

ADD_JOB = "INSERT INTO tuning_job (id, principal, status, body) VALUES (?, ?, ?, ?)"
GET_JOB = "SELECT body, status FROM tuning_job WHERE id = ? AND principal = ?"
JOB_FOR_WORK = "SELECT body, status, principal FROM tuning_job WHERE id = ?"
JOB_STATUS = "SELECT status FROM tuning_job WHERE id = ?"
SET_JOB = "UPDATE tuning_job SET status = ?, body = ? WHERE id = ?"
JOB_PLACE = "SELECT seq FROM tuning_job WHERE id = ? AND principal = ?"
JOBS = "SELECT seq, body FROM tuning_job WHERE principal = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
JOBS_TO_RUN = "SELECT id FROM tuning_job WHERE status IN ('validating_files', 'queued', 'running') ORDER BY seq"
ADD_NOTE = "INSERT INTO tuning_note (id, job_id, kind, body) VALUES (?, ?, ?, ?)"
NOTES = "SELECT body FROM tuning_note WHERE job_id = ? AND kind = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
NOTE_PLACE = "SELECT seq FROM tuning_note WHERE id = ? AND job_id = ?"
DROP_NOTES = "DELETE FROM tuning_note WHERE job_id = ?"

ADD_TUNED = "INSERT OR REPLACE INTO tuned_model (name, principal, job_id, base, created_at) VALUES (?, ?, ?, ?, ?)"
GET_TUNED = "SELECT job_id, principal FROM tuned_model WHERE name = ?"
TUNED_OF = "SELECT name, base, created_at FROM tuned_model WHERE principal = ? ORDER BY created_at, name"
ALL_TUNED = "SELECT name, base, created_at FROM tuned_model ORDER BY created_at, name"
DROP_TUNED = "DELETE FROM tuned_model WHERE name = ? AND principal = ?"
