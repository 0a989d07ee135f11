"""Fine-tuned models: what they learned, and whose they are.

A model is called by its owner, its user's keys and those of its organization; it is listed for and deleted by its
owner alone.
A checkpoint (`...:ckpt-step-8`) answers like the model it belongs to.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from ..db import StorageError
from ..db.blob_store import UNRECORDED_SECONDS, contents_of
from ..jobs import sql
from .catalog import (
    MODELS,
    Listed,
    entry,
)
from .learned import Example, Memory

if TYPE_CHECKING:
    from ..core.principal import Principal
    from ..entry.services import Gateway

__all__ = ["CHECKPOINT", "Memories", "forget", "job_of", "listed_for", "purge", "remove"]

CHECKPOINT = ":ckpt-step-"
_LOADED = 16


class Memories:
    """What models learned: kept, and read once for as long as it is asked for."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        # By the job, which never learns a second thing.
        self._loaded: OrderedDict[str, Memory] = OrderedDict()

    async def keep(self, job_id: str, examples: Sequence[Example]) -> None:
        """Keep what a job learned, whole or not at all."""
        learned = await asyncio.to_thread(lambda: Memory.of(examples).examples)
        data = msgspec.json.encode([[example.prompt, example.completion] for example in learned])
        await contents_of(self._gateway, "models").put(_file_of(job_id), io.BytesIO(data))

    async def may_use(self, caller: Principal, name: str) -> bool:
        """Whether a caller may call the model of this name: what it learned is its owner's."""
        row = await self._gateway.db.one(sql.GET_TUNED, (name.partition(CHECKPOINT)[0],))
        return row is None or await self._gateway.platform.shares(caller, str(row[1]))

    async def of(self, name: str) -> Memory | None:
        """What the model of this name learned; None when there is none."""
        row = await self._gateway.db.one(sql.GET_TUNED, (name.partition(CHECKPOINT)[0],))
        if row is None:
            return None
        job_id = str(row[0])
        memory = self._loaded.pop(job_id, None)
        if memory is None:
            try:
                async with contents_of(self._gateway, "models").open(_file_of(job_id)) as file:
                    memory = await asyncio.to_thread(_read, file)
            except FileNotFoundError:
                return None
        self._loaded[job_id] = memory
        if len(self._loaded) > _LOADED:
            self._loaded.popitem(last=False)
        return memory


def _file_of(job_id: str) -> str:
    return f"{job_id}.json"


def _read(file: BinaryIO) -> Memory:
    return Memory.of([Example(prompt, completion) for prompt, completion in msgspec.json.decode(file.read())])


async def listed_for(gateway: Gateway, principal: str | None) -> list[dict[str, Any]]:
    """The caller's models as `/v1/models` shows them; everybody's when no caller is named."""
    everybody = principal is None
    rows = await gateway.db.query(sql.ALL_TUNED if everybody else sql.TUNED_OF, () if everybody else (principal,))
    echo = MODELS[0]
    return [
        entry(
            Listed(
                name,
                f"Learned from a training file; answers like {base!r} where it learned nothing.",
                echo.kinds,
                echo.context_window,
                echo.max_output_tokens,
                echo.input_price,
                echo.output_price,
                echo.capabilities,
                echo.modalities,
                created=created,
            ),
            parent=base,
        )
        for name, base, created in rows
    ]


async def job_of(gateway: Gateway, name: str, principal: str) -> str | None:
    """Return the job that made the caller's model of this name, or None when the caller has none."""
    row = await gateway.db.one(sql.GET_TUNED, (name,))
    return str(row[0]) if row is not None and row[1] == principal else None


async def remove(gateway: Gateway, name: str, principal: str) -> None:
    """Delete the record of a model."""
    await gateway.db.write(sql.DROP_TUNED, (name, principal))


async def forget(gateway: Gateway, job_id: str) -> None:
    """Delete what a job learned; what cannot be deleted now is purged later."""
    with contextlib.suppress(OSError, StorageError):
        await contents_of(gateway, "models").drop(_file_of(job_id))


async def purge(gateway: Gateway) -> None:
    """Delete what jobs learned that have left no model."""
    kept = {_file_of(str(job_id)) for (job_id,) in await gateway.db.query(sql.JOBS_OF_TUNED)}
    await contents_of(gateway, "models").drop_lost(kept, gateway.clock.time() - UNRECORDED_SECONDS)
