"""Fine-tuned models: what they learned, and whose they are.

A model is called by its owner, its user's keys and those of its organization; it is listed for and deleted by its
owner alone. A checkpoint (`...:ckpt-step-8`) answers like the model that it belongs to.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

import msgspec

from ..core.clock import Clock
from ..core.principal import Principal
from ..db import Database, StorageError
from ..db.blob_store import UNRECORDED_SECONDS, BlobStore
from . import sql
from .catalog import MODELS, entry
from .learned import Example, Memory

__all__ = ["CHECKPOINT", "FineTunedModels"]

CHECKPOINT = ":ckpt-step-"
_MOST_LOADED = 16


class FineTunedModels:
    """The fine-tuned models of all callers.

    `shares` returns whether a caller may use what belongs to the principal of an id.
    """

    def __init__(
        self, db: Database, clock: Clock, blobs: BlobStore, shares: Callable[[Principal, str], Awaitable[bool]]
    ) -> None:
        self._db = db
        self._clock = clock
        self._blobs = blobs
        self._shares = shares
        # By job, which never learns a second thing.
        self._loaded: OrderedDict[str, Memory] = OrderedDict()

    async def may_use(self, caller: Principal, name: str) -> bool:
        """Return whether a caller may call the model of this name."""
        row = await self._db.one(sql.GET_MODEL, (name.partition(CHECKPOINT)[0],))
        return row is None or await self._shares(caller, str(row[1]))

    async def memory(self, name: str) -> Memory | None:
        """Return what the model of this name learned; None where there is no such model."""
        row = await self._db.one(sql.GET_MODEL, (name.partition(CHECKPOINT)[0],))
        if row is None:
            return None
        job_id = str(row[0])
        memory = self._loaded.pop(job_id, None)
        if memory is None:
            try:
                async with self._blobs.open(_blob_of(job_id)) as file:
                    memory = await asyncio.to_thread(_read_memory, file)
            except FileNotFoundError:
                return None
        self._loaded[job_id] = memory
        if len(self._loaded) > _MOST_LOADED:
            self._loaded.popitem(last=False)
        return memory

    async def store_memory(self, job_id: str, examples: Sequence[Example]) -> None:
        """Store what a job learned, whole or not at all."""
        learned = await asyncio.to_thread(lambda: Memory.of(examples).examples)
        data = msgspec.json.encode([[example.prompt, example.completion] for example in learned])
        await self._blobs.put(_blob_of(job_id), io.BytesIO(data))

    async def delete_memory(self, job_id: str) -> None:
        """Delete what a job learned; what cannot be deleted now is purged later."""
        with contextlib.suppress(OSError, StorageError):
            await self._blobs.delete(_blob_of(job_id))

    async def add(self, name: str, principal: str, job_id: str, base: str, created_at: int) -> None:
        """Add the model that a job made."""
        await self._db.write(sql.ADD_MODEL, (name, principal, job_id, base, created_at))

    async def list_models(self, principal: str | None) -> list[dict[str, Any]]:
        """Return the caller's models as `/v1/models` shows them, or everybody's when no caller is named."""
        if principal is None:
            rows = await self._db.query(sql.ALL_MODELS)
        else:
            rows = await self._db.query(sql.MODELS_OF, (principal,))
        return [_card(name, base, created) for name, base, created in rows]

    async def job_of(self, name: str, principal: str) -> str | None:
        """Return the job that made the caller's model of this name; None where the caller has no such model."""
        row = await self._db.one(sql.GET_MODEL, (name,))
        return str(row[0]) if row is not None and row[1] == principal else None

    async def delete(self, name: str, principal: str) -> None:
        """Delete the record of a model."""
        await self._db.write(sql.DELETE_MODEL, (name, principal))

    async def purge(self) -> None:
        """Delete what jobs learned that have left no model."""
        recorded = {_blob_of(str(job_id)) for (job_id,) in await self._db.query(sql.JOBS_WITH_MODEL)}
        await self._blobs.delete_unrecorded(recorded, self._clock.time() - UNRECORDED_SECONDS)


def _blob_of(job_id: str) -> str:
    return f"{job_id}.json"


def _read_memory(file: BinaryIO) -> Memory:
    return Memory.of([Example(prompt, completion) for prompt, completion in msgspec.json.decode(file.read())])


def _card(name: str, base: str, created: int) -> dict[str, Any]:
    description = f"Learned from a training file; answers like {base!r} where it learned nothing."
    listed = replace(MODELS[0], id=name, description=description, created=created)
    return entry(listed, parent=base)
