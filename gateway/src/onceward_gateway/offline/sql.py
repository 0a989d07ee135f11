"""SQL of fine-tuned models. Values are bound, never written into a text."""

from __future__ import annotations

__all__: list[str] = []

ADD_MODEL = (
    "INSERT INTO tuned_model (name, principal, job_id, base, created_at) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at"
)
GET_MODEL = "SELECT job_id, principal FROM tuned_model WHERE name = ?"
JOBS_WITH_MODEL = "SELECT job_id FROM tuned_model"
MODELS_OF = "SELECT name, base, created_at FROM tuned_model WHERE principal = ? ORDER BY created_at, name"
ALL_MODELS = "SELECT name, base, created_at FROM tuned_model ORDER BY created_at, name"
DELETE_MODEL = "DELETE FROM tuned_model WHERE name = ? AND principal = ?"
