"""Work that goes on beside the requests: claimed by one node, taken up by another when that one stops or dies.

A claim is the node's id in the row of the job. Whoever works writes only while the row holds its id, so that a node
that was taken for dead and is not can spoil nothing. A node works on a bounded number of jobs at once, and on fewer of
one caller, so that nobody's jobs take all of its files and connections; the others wait for their turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core.errors import AWAY
from ..db import StorageError
from ..db.disk import away_of
from ..db.errors import Trouble
from . import sql

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["BATCHES", "LONGEST_WAIT_SECONDS", "TUNING", "JobFault", "JobLost", "Jobs", "Kind", "Worker"]

_log = logging.getLogger("onceward_gateway")
_MOST_AT_ONCE = 64
_MOST_OF_ONE_CALLER = 16
_LOOK_SECONDS = 3.0
_AGAIN_SECONDS = 1.0
_TRIES = 3
_LONGEST_PAUSE_SECONDS = 30.0
# After so long without trouble the next one is a new one.
_QUIET_SECONDS = 120.0
# How long a job waits at least for storage that cannot be used, before it fails.
LONGEST_WAIT_SECONDS = 3600.0


class JobLost(Exception):
    """The job is another node's now."""


@dataclass(frozen=True, slots=True)
class JobFault:
    """The error with which a job fails, as its owner sees it."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Worker:
    """The operations on one kind of job.

    `run` brings a job to its end, from wherever it stands. `fail` ends one that cannot be worked on. `wait` shows its
    owner that it waits for the storage, since a time, and returns whether it may go on to wait.
    """

    run: Callable[[Gateway, str], Awaitable[None]]
    fail: Callable[[Gateway, str, JobFault], Awaitable[None]]
    wait: Callable[[Gateway, str, Trouble, float], Awaitable[bool]]


@dataclass(slots=True)
class _Wait:
    """The wait of a job for storage that cannot be used: since when, and how long until the next attempt."""

    since: float = 0.0
    latest: float = float("-inf")
    pause: float = _AGAIN_SECONDS

    def note(self, now: float) -> None:
        """Count one more attempt that the storage did not allow."""
        if now - self.latest > self.pause + _QUIET_SECONDS:
            self.since, self.pause = now, _AGAIN_SECONDS
        else:
            self.pause = min(2 * self.pause, _LONGEST_PAUSE_SECONDS)
        self.latest = now


@dataclass(frozen=True, slots=True)
class Kind:
    """The statements of one kind of job."""

    name: str
    noun: str
    unclaimed: str
    claim: str
    free: str
    free_of: str
    free_lost: str
    free_all: str


BATCHES = Kind(
    "batch",
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
    "job",
    sql.JOBS_UNCLAIMED,
    sql.CLAIM_JOB,
    sql.FREE_JOB,
    sql.FREE_JOBS_OF,
    sql.FREE_LOST_JOBS,
    sql.FREE_ALL_JOBS,
)


class Jobs:
    """The jobs of one kind, as this node works on them."""

    def __init__(self, gateway: Gateway, kind: Kind, worker: Worker) -> None:
        self._gateway = gateway
        self._kind = kind
        self._worker = worker
        self._news = asyncio.Event()
        # Whose each job is that runs here.
        self._running: dict[str, str] = {}

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
        """Claim jobs that nobody works on, as many as may run here at once."""
        gateway = self._gateway
        if gateway.db.shared:
            await gateway.db.write(self._kind.free_lost)
        for id, principal in await gateway.db.query(self._kind.unclaimed):
            if gateway.draining or len(self._running) >= _MOST_AT_ONCE:
                return
            if id in self._running or Counter(self._running.values())[principal] >= _MOST_OF_ONE_CALLER:
                continue
            if await gateway.db.write(self._kind.claim, (gateway.nodes.id, id)):
                self._running[id] = principal
                gateway.spawn(self._bring(id), f"{self._kind.name} {id}")

    async def _bring(self, id: str) -> None:
        try:
            await self._until_over(id)
        finally:
            del self._running[id]
            self._news.set()

    async def _until_over(self, id: str) -> None:
        """Work on a job until it is over, or the gateway stops. Storage that cannot be used is waited for, a while."""
        gateway, failures, wait = self._gateway, 0, _Wait()
        fault: JobFault | None = None
        while True:
            try:
                if fault is None:
                    await self._worker.run(gateway, id)
                else:
                    await self._worker.fail(gateway, id, fault)
                await gateway.db.write(self._kind.free, (id, gateway.nodes.id))
                return
            except JobLost:
                _log.info("the %s %s is worked on by another node now", self._kind.name, id)
                return
            except Exception as error:  # noqa: BLE001 - a job that fails by a fault of the gateway's ends too
                away = away_of(error)
                if away is None:
                    failures += 1
                    _log.exception(
                        "the work on the %s %s failed (%d of %d times)", self._kind.name, id, failures, _TRIES
                    )
                    if failures > _TRIES:
                        return
                    if failures == _TRIES:
                        fault = _internal(self._kind)
                    await gateway.clock.sleep(_AGAIN_SECONDS)
                    continue
            wait.note(gateway.clock.time())
            _log.warning("the %s %s waits for the storage: %s", self._kind.name, id, away)
            if fault is None and not await self._may_wait(id, away.trouble, wait.since):
                fault = JobFault(AWAY, f"{away.trouble.what}, for longer than this {self._kind.noun} can wait.")
                continue
            await gateway.clock.sleep(wait.pause)

    async def _may_wait(self, id: str, trouble: Trouble, since: float) -> bool:
        """Show that a job waits. Where even that cannot be stored, it waits all the same: nothing could end it."""
        try:
            return await self._worker.wait(self._gateway, id, trouble, since)
        except (StorageError, JobLost) as error:
            _log.info("that the %s %s waits could not be shown: %s", self._kind.name, id, error)
            return True


def _internal(kind: Kind) -> JobFault:
    return JobFault("internal", f"The gateway failed on this {kind.noun}. Report it with its id.")
