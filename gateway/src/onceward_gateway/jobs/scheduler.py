"""The queue of background jobs: claimed by one node, taken up by another when that one stops or dies.

A claim is the node's id in the row of the job. A runner writes only while the row has its id, so that a node that was
taken for dead and is not can spoil nothing. A node runs a bounded number of jobs at once, and fewer of one caller, so
that nobody's jobs take all of its files and connections; the others wait for their turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from ..core.clock import Clock
from ..core.errors import STORAGE_UNAVAILABLE
from ..db import Database, StorageError
from ..db.disk import as_unavailable
from ..db.errors import StorageProblem
from .sql import JobStatements, statements_of

__all__ = ["BATCHES", "FINE_TUNING", "LONGEST_WAIT_SECONDS", "JobFault", "JobKind", "JobLost", "JobQueue", "JobRunner"]

_log = logging.getLogger("onceward_gateway")
_MOST_AT_ONCE = 64
_MOST_OF_ONE_CALLER = 16
_POLL_SECONDS = 3.0
_RETRY_SECONDS = 1.0
_ATTEMPTS = 3
_LONGEST_PAUSE_SECONDS = 30.0
# After so long without a problem the next one is new.
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


class JobRunner(Protocol):
    """The operations on one kind of job."""

    async def run(self, job_id: str) -> None:
        """Bring a job to its end, from whatever state it is in."""
        ...

    async def fail(self, job_id: str, fault: JobFault) -> None:
        """End a job that cannot be run."""
        ...

    async def wait(self, job_id: str, problem: StorageProblem, since: float) -> bool:
        """Show its owner that a job waits for the storage since a time; return whether it may go on to wait."""
        ...


class Spawn(Protocol):
    """Start a task beside the requests, which ends with the gateway."""

    def __call__(self, coroutine: Coroutine[Any, Any, Any], name: str) -> object: ...


@dataclass(slots=True)
class _Wait:
    """The wait of a job for storage that cannot be used: since when, and how long until the next attempt."""

    since: float = 0.0
    latest: float = float("-inf")
    pause: float = _RETRY_SECONDS

    def note(self, now: float) -> None:
        """Count one more attempt that the storage did not allow."""
        if now - self.latest > self.pause + _QUIET_SECONDS:
            self.since, self.pause = now, _RETRY_SECONDS
        else:
            self.pause = min(2 * self.pause, _LONGEST_PAUSE_SECONDS)
        self.latest = now


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of job: its names in the log and in errors, and the statements of its table."""

    name: str
    noun: str
    sql: JobStatements


BATCHES = JobKind("batch", "batch", statements_of("batch", ("completed", "failed", "expired", "cancelled")))
FINE_TUNING = JobKind("fine-tuning", "job", statements_of("tuning_job", ("succeeded", "failed", "cancelled")))


class JobQueue:
    """The jobs of one kind, as this node runs them."""

    def __init__(
        self,
        kind: JobKind,
        db: Database,
        clock: Clock,
        node: str,
        *,
        spawn: Spawn,
        is_draining: Callable[[], bool],
    ) -> None:
        self._kind = kind
        self._db = db
        self._clock = clock
        self._node = node
        self._spawn = spawn
        self._is_draining = is_draining
        self._changed = asyncio.Event()
        # The owner of each job that runs here.
        self._running: dict[str, str] = {}

    async def start(self, runner: JobRunner) -> None:
        """Take up what nobody works on, now and from now on, with `runner`."""
        if not self._db.shared:
            await self._db.write(self._kind.sql.release_all)
        self._spawn(self._poll(runner), f"{self._kind.name} jobs")

    async def stop(self) -> None:
        """Release what this node works on, to the other nodes or to the next start."""
        try:
            await self.release(self._node)
        except StorageError as error:
            _log.warning("jobs could not be released, other nodes wait until this one counts as dead: %s", error)

    async def wake(self) -> None:
        """Look for a job to take up."""
        self._changed.set()

    async def release(self, node: str) -> None:
        """Release the jobs that a node has claimed."""
        if await self._db.write(self._kind.sql.release_of_node, (node,)):
            await self.wake()

    async def _poll(self, runner: JobRunner) -> None:
        alone = not self._db.shared
        while not self._is_draining():
            self._changed.clear()
            patience = None if alone else _POLL_SECONDS
            try:
                await self._claim(runner)
            except StorageError as error:
                _log.warning("jobs of the kind `%s` cannot be claimed now: %s", self._kind.name, error)
                patience = _POLL_SECONDS
            except Exception:  # noqa: BLE001 - jobs are looked for as long as the gateway runs
                _log.exception("jobs of the kind `%s` could not be claimed", self._kind.name)
                patience = _POLL_SECONDS
            try:
                async with asyncio.timeout(patience):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _claim(self, runner: JobRunner) -> None:
        """Claim jobs that nobody works on, as many as may run here at once."""
        if self._db.shared:
            await self._db.write(self._kind.sql.release_of_dead_nodes)
        for job_id, principal in await self._db.query(self._kind.sql.unclaimed):
            if self._is_draining() or len(self._running) >= _MOST_AT_ONCE:
                return
            if job_id in self._running or Counter(self._running.values())[principal] >= _MOST_OF_ONE_CALLER:
                continue
            if await self._db.write(self._kind.sql.claim, (self._node, job_id)):
                self._running[job_id] = principal
                self._spawn(self._run(runner, job_id), f"{self._kind.name} {job_id}")

    async def _run(self, runner: JobRunner, job_id: str) -> None:
        try:
            await self._run_until_over(runner, job_id)
        finally:
            del self._running[job_id]
            self._changed.set()

    async def _run_until_over(self, runner: JobRunner, job_id: str) -> None:
        """Run a job until it is over, or the gateway stops; wait a while for storage that cannot be used."""
        failures, wait = 0, _Wait()
        fault: JobFault | None = None
        while True:
            try:
                if fault is None:
                    await runner.run(job_id)
                else:
                    await runner.fail(job_id, fault)
                await self._db.write(self._kind.sql.release, (job_id, self._node))
                return
            except JobLost:
                _log.info("the %s %s is run by another node now", self._kind.name, job_id)
                return
            except Exception as error:  # noqa: BLE001 - a job that fails by a fault of the gateway's ends too
                unavailable = as_unavailable(error)
                if unavailable is None:
                    failures += 1
                    _log.exception("the %s %s failed (%d of %d times)", self._kind.name, job_id, failures, _ATTEMPTS)
                    if failures > _ATTEMPTS:
                        return
                    if failures == _ATTEMPTS:
                        fault = _internal(self._kind)
                    await self._clock.sleep(_RETRY_SECONDS)
                    continue
            wait.note(self._clock.time())
            _log.warning("the %s %s waits for the storage: %s", self._kind.name, job_id, unavailable)
            if fault is None and not await self._may_wait(runner, job_id, unavailable.problem, wait.since):
                fault = JobFault(
                    STORAGE_UNAVAILABLE,
                    f"{unavailable.problem.message}, for longer than this {self._kind.noun} can wait.",
                )
                continue
            await self._clock.sleep(wait.pause)

    async def _may_wait(self, runner: JobRunner, job_id: str, problem: StorageProblem, since: float) -> bool:
        """Show that a job waits. Where even that cannot be stored, it waits all the same: nothing could end it."""
        try:
            return await runner.wait(job_id, problem, since)
        except (StorageError, JobLost) as error:
            _log.info("the wait of the %s %s could not be shown: %s", self._kind.name, job_id, error)
            return True


def _internal(kind: JobKind) -> JobFault:
    return JobFault("internal", f"The gateway failed on this {kind.noun}. Report it with its id.")
