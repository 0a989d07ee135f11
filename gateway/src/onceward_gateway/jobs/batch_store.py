"""Batches in the database: their bodies, their states and the counts of their results."""

from __future__ import annotations

from typing import Any

import msgspec

from ..db import Database
from . import sql

__all__ = ["LINE_HEADERS", "SCOPE", "BatchStore", "public_view"]

# Members of a batch's body that no caller sees: the team and the organization that it was made for, and the headers
# that hold for its lines.
SCOPE = "acting_for"
LINE_HEADERS = "line_headers"
_COUNTED = ("in_progress", "finalizing", "cancelling")


def public_view(body: dict[str, Any]) -> dict[str, Any]:
    """Return a batch as the API shows it."""
    return {name: value for name, value in body.items() if name not in (SCOPE, LINE_HEADERS)}


class BatchStore:
    """The batches of all callers."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, body: dict[str, Any], principal: str) -> None:
        """Add a batch."""
        row = (body["id"], principal, body["status"], msgspec.json.encode(body).decode())
        await self._db.write(sql.ADD_BATCH, row)

    async def find(self, batch_id: str, principal: str) -> dict[str, Any] | None:
        """Return the caller's batch of this id with its present counts."""
        row = await self._db.one(sql.GET_BATCH, (batch_id, principal))
        return None if row is None else await self._counted(row[0])

    async def position(self, batch_id: str, principal: str) -> int | None:
        """Return the position of a caller's batch in the list of all batches."""
        row = await self._db.one(sql.BATCH_POSITION, (batch_id, principal))
        return None if row is None else int(row[0])

    async def list_batches(self, principal: str, *, before: int, limit: int) -> list[dict[str, Any]]:
        """Return the caller's batches before a position, the newest first, with their present counts."""
        rows = await self._db.query(sql.BATCHES, (principal, before, limit))
        return [await self._counted(row[0]) for row in rows]

    async def cancel(self, body: dict[str, Any], status: str) -> bool:
        """Write a body that says `cancelling`; return False when the batch is not in `status` any more."""
        row = (msgspec.json.encode(body).decode(), body["id"], status)
        return bool(await self._db.write(sql.CANCEL_BATCH, row))

    async def update_counts(self, body: dict[str, Any]) -> None:
        """Set the counts and the usage of a batch to those of its results."""
        row = await self._db.one(sql.RESULT_COUNTS, (body["id"],))
        done, good, read, written = row if row is not None else (0, 0, 0, 0)
        body["request_counts"] = {"total": body["request_counts"]["total"], "completed": good, "failed": done - good}
        body["usage"] = {
            "input_tokens": read,
            "output_tokens": written,
            "total_tokens": read + written,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        }

    async def _counted(self, text: str) -> dict[str, Any]:
        body: dict[str, Any] = msgspec.json.decode(text)
        if body["status"] in _COUNTED:
            await self.update_counts(body)
        return body
