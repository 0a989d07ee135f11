"""Fine-tuning helpers: wait until a job is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from ._drive import clock_of, run, run_async
from ._waiting import waiting

if TYPE_CHECKING:
    from ..types.fine_tuning import FineTuningJob

__all__ = ["AsyncFineTuningJobsHelpers", "FineTuningJobsHelpers"]

_OVER = frozenset({"succeeded", "failed", "cancelled"})


class FineTuningJobsHelpers:
    """Mixed into the synchronous resource ``client.fine_tuning.jobs``."""

    def wait(
        self,
        job_id: str,
        *,
        poll: float | None = None,
        timeout: float | None = None,
        on_progress: Callable[[FineTuningJob], None] | None = None,
    ) -> FineTuningJob:
        """Wait until the job succeeded, failed or was cancelled, or raise `WaitTimeout`.

        ``on_progress`` is called with each state of the job.
        """
        jobs = cast("Any", self)
        wait = waiting(
            f"Job {job_id!r}",
            _OVER,
            poll=poll,
            timeout=timeout,
            on_progress=on_progress,
            now=clock_of(self).monotonic(),
        )
        return cast("FineTuningJob", run(self, wait, lambda: jobs.retrieve(job_id)))


class AsyncFineTuningJobsHelpers:
    """Mixed into the asynchronous resource ``client.fine_tuning.jobs``."""

    async def wait(
        self,
        job_id: str,
        *,
        poll: float | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the name of the sync twin
        on_progress: Callable[[FineTuningJob], None] | None = None,
    ) -> FineTuningJob:
        """Wait until the job succeeded, failed or was cancelled, or raise `WaitTimeout`.

        ``on_progress`` is called with each state of the job.
        """
        jobs = cast("Any", self)
        wait = waiting(
            f"Job {job_id!r}",
            _OVER,
            poll=poll,
            timeout=timeout,
            on_progress=on_progress,
            now=clock_of(self).monotonic(),
        )
        return cast("FineTuningJob", await run_async(self, wait, lambda: jobs.retrieve(job_id)))
