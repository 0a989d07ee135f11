"""Work that goes on beside the requests: claimed by one node, taken up by another when that one stops or dies.

A claim is the node's id in the row of the job. Whoever works writes only while the row holds its id, so that a node
that was taken for dead and is not can spoil nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..storage import StorageError
from ..storage.disk import is_disk_failure
from . import sql

if TYPE_CHECKING:
    from ..gateway import Gateway

__all__ = ["BATCHES", "TUNING", "JobLost", "Jobs", "Kind"]

_log = logging.getLogger("headgate_gateway")
_LOOK_SECONDS = 3.0
_AGAIN_SECONDS = 1.0
_TRIES = 3


Work = Callable[["Gateway", str], Awaitable[None]]


class JobLost(Exception):
    """The job is another node's now."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The statements of one kind of job."""

    name: str
    unclaimed: str
    claim: str
    free: str
    free_of: str
    free_lost: str
    free_all: str


BATCHES = Kind(
    "batch",
    sql.BATCHES_UNCLAIMED,
    sql.CLAIM_BATCH,
    sql.FREE_BATCH,
    sql.FREE_BATCHES_OF,
    sql.FREE_LOST_BATCHES,
    sql.FREE_ALL_BATCHES,
)
TUNING = Kind(
    "fine-tuning",
    sql.JOBS_UNCLAIMED,
    sql.CLAIM_JOB,
    sql.FREE_JOB,
    sql.FREE_JOBS_OF,
    sql.FREE_LOST_JOBS,
    sql.FREE_ALL_JOBS,
)


class Jobs:
    """The jobs of one kind, as this node works on them.

    `work` brings one to its end, from wherever it stands; `fail` ends one that cannot be worked on.
    """

    def __init__(self, gateway: Gateway, kind: Kind, work: Work, fail: Work) -> None:
        self._gateway = gateway
        self._kind = kind
        self._work = work
        self._fail = fail
        self._news = asyncio.Event()
        self._running: set[str] = set()

    async def start(self) -> None:
        """Take up what nobody works on, now and from now on."""
        gateway = self._gateway
        if gateway.db.shared:
            gateway.nodes.on_dead(self._free_of)
        else:
            await gateway.db.write(self._kind.free_all)
        gateway.spawn(self._look(), f"{self._kind.name} jobs")

    async def stop(self) -> None:
        """Leave what this node works on to the others."""
        await self._free_of(self._gateway.nodes.id)

    async def wake(self) -> None:
        """Look for a job to take up."""
        self._news.set()

    async def _free_of(self, node: str) -> None:
        if await self._gateway.db.write(self._kind.free_of, (node,)):
            await self.wake()

    async def _look(self) -> None:
        alone = not self._gateway.db.shared
        while not self._gateway.draining:
            self._news.clear()
            patience = None if alone else _LOOK_SECONDS
            try:
                await self._take()
            except StorageError as error:
                _log.warning("jobs of the kind `%s` cannot be looked for now: %s", self._kind.name, error)
                patience = _LOOK_SECONDS
            except Exception:  # noqa: BLE001 - jobs are looked for as long as the gateway runs
                _log.exception("jobs of the kind `%s` could not be looked for", self._kind.name)
                patience = _LOOK_SECONDS
            try:
                async with asyncio.timeout(patience):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _take(self) -> None:
        """Claim every job that nobody works on."""
        gateway = self._gateway
        if gateway.db.shared:
            await gateway.db.write(self._kind.free_lost)
        for (id,) in await gateway.db.query(self._kind.unclaimed):
            if gateway.draining:
                return
            if id not in self._running and await gateway.db.write(self._kind.claim, (gateway.nodes.id, id)):
                self._running.add(id)
                gateway.spawn(self._bring(id), f"{self._kind.name} {id}")

    async def _bring(self, id: str) -> None:
        try:
            await self._until_over(id)
        finally:
            self._running.discard(id)

    async def _until_over(self, id: str) -> None:
        """Work on a job until it is over, or the gateway stops; what the database does not take now is done again."""
        gateway, failures = self._gateway, 0
        while True:
            try:
                await (self._work if failures < _TRIES else self._fail)(gateway, id)
                await gateway.db.write(self._kind.free, (id, gateway.nodes.id))
                return
            except JobLost:
                _log.info("the %s %s is worked on by another node now", self._kind.name, id)
                return
            except StorageError as error:
                _log.warning("the %s %s waits for the database: %s", self._kind.name, id, error)
                await gateway.clock.sleep(_AGAIN_SECONDS)
            except Exception as error:  # noqa: BLE001 - a job that fails by a fault of the gateway's ends too
                if is_disk_failure(error):
                    # What was done so far is paid for: a full disk is waited for, as the database is.
                    _log.warning("the %s %s waits for the disk: %s", self._kind.name, id, error)
                    await gateway.clock.sleep(_AGAIN_SECONDS)
                    continue
                failures += 1
                _log.exception("the work on the %s %s failed (%d of %d times)", self._kind.name, id, failures, _TRIES)
                if failures > _TRIES:
                    return
                await gateway.clock.sleep(_AGAIN_SECONDS)
