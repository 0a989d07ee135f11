"""Fine-tuning jobs in the database: their bodies, events and checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from ..core.clock import Clock
from ..db import Database
from . import sql

__all__ = ["FineTuningStore", "NoteKind"]

# The kinds of reports of a running job.
NoteKind = Literal["event", "checkpoint"]


class FineTuningStore:
    """The fine-tuning jobs of all callers."""

    def __init__(self, db: Database, clock: Clock, new_id: Callable[[str], str]) -> None:
        self._db = db
        self._clock = clock
        self._new_id = new_id

    @property
    def now(self) -> int:
        """The time in seconds since the epoch."""
        return int(self._clock.time())

    async def add(self, body: dict[str, Any], principal: str) -> None:
        """Add a job and its first event."""
        row = (body["id"], principal, body["status"], msgspec.json.encode(body).decode())
        await self._db.write(sql.ADD_JOB, row)
        await self._add_event(body["id"], f"Created fine-tuning job: {body['id']}")

    async def find(self, job_id: str, principal: str) -> dict[str, Any] | None:
        """Return the caller's job of this id."""
        row = await self._db.one(sql.GET_JOB, (job_id, principal))
        if row is None:
            return None
        body: dict[str, Any] = msgspec.json.decode(row[0])
        return body

    async def position(self, job_id: str, principal: str) -> int | None:
        """Return the position of a caller's job in the list of all jobs."""
        row = await self._db.one(sql.JOB_POSITION, (job_id, principal))
        return None if row is None else int(row[0])

    async def list_jobs(self, principal: str, *, before: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
        """Return the caller's jobs before a position, the newest first, each with its position."""
        rows = await self._db.query(sql.JOBS, (principal, before, limit))
        return [(int(position), msgspec.json.decode(text)) for position, text in rows]

    async def cancel(self, body: dict[str, Any], status: str) -> bool:
        """Write a body that says `cancelled`; return False when the job is not in `status` any more."""
        if not await self._db.write(sql.CANCEL_JOB, (msgspec.json.encode(body).decode(), body["id"], status)):
            return False
        await self._add_event(body["id"], "Fine-tuning job cancelled")
        return True

    async def note_position(self, note_id: str, job_id: str) -> int | None:
        """Return the position of an event or a checkpoint of a job in the list of all."""
        row = await self._db.one(sql.NOTE_POSITION, (note_id, job_id))
        return None if row is None else int(row[0])

    async def list_notes(self, job_id: str, kind: NoteKind, *, before: int, limit: int) -> list[dict[str, Any]]:
        """Return the events or the checkpoints of a job before a position, the newest first."""
        rows = await self._db.query(sql.NOTES, (job_id, kind, before, limit))
        return [msgspec.json.decode(row[0]) for row in rows]

    def event(self, message: str, data: dict[str, Any] | None = None, level: str = "info") -> dict[str, Any]:
        """Return a new event."""
        return {
            "id": self._new_id("ftevent-"),
            "object": "fine_tuning.job.event",
            "created_at": self.now,
            "level": level,
            "message": message,
            "type": "metrics" if data is not None else "message",
            "data": data or {},
        }

    def checkpoint(self, job_id: str, model: str, step: int, metrics: dict[str, float]) -> dict[str, Any]:
        """Return a new checkpoint."""
        measured: dict[str, float] = {"step": step, **metrics}
        if "valid_loss" in metrics:
            measured["full_valid_loss"] = metrics["valid_loss"]
            measured["full_valid_mean_token_accuracy"] = metrics["valid_mean_token_accuracy"]
        return {
            "id": self._new_id("ftckpt_"),
            "object": "fine_tuning.job.checkpoint",
            "created_at": self.now,
            "fine_tuning_job_id": job_id,
            "fine_tuned_model_checkpoint": model,
            "step_number": step,
            "metrics": measured,
        }

    async def _add_event(self, job_id: str, message: str) -> None:
        """Report an event of a job, whichever node works on it."""
        event = self.event(message)
        await self._db.write(sql.ADD_NOTE, (event["id"], job_id, "event", msgspec.json.encode(event).decode()))
