# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `fine_tuning` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource
from ..lib.fine_tuning_jobs import AsyncFineTuningJobsHelpers, FineTuningJobsHelpers

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.fine_tuning import FineTuningJob, FineTuningJobCheckpoint, FineTuningJobEvent
    from ..types.params.fine_tuning import (
        FineTuningJobsCheckpointsListParams,
        FineTuningJobsCreateParams,
        FineTuningJobsListEventsParams,
        FineTuningJobsListParams,
    )

__all__ = [
    "AsyncFineTuning",
    "AsyncFineTuningJobs",
    "AsyncFineTuningJobsCheckpoints",
    "AsyncFineTuningJobsCheckpointsWithRawResponse",
    "AsyncFineTuningJobsWithRawResponse",
    "FineTuning",
    "FineTuningJobs",
    "FineTuningJobsCheckpoints",
    "FineTuningJobsCheckpointsWithRawResponse",
    "FineTuningJobsWithRawResponse",
]

_JOBS_CHECKPOINTS_LIST = Operation(
    id="fine_tuning.jobs.checkpoints.list",
    method="GET",
    path="/v1/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints",
    params={
        "fine_tuning_job_id": Param(
            wire="fine_tuning_job_id", place="path", required=True, check=("within", "string", {"min_length": 1})
        ),
        "after": Param(wire="after", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
    },
    result=Result(type="fine_tuning:FineTuningJobCheckpointList"),
    page=Page(
        style="after",
        items=("data",),
        cursor_param="after",
        limit_param="limit",
        has_more=("has_more",),
        last_id=("last_id",),
    ),
)

_JOBS_CREATE = Operation(
    id="fine_tuning.jobs.create",
    method="POST",
    path="/v1/fine_tuning/jobs",
    params={
        "model": Param(wire="model", required=True, check=("within", "string", {"min_length": 1})),
        "training_file": Param(wire="training_file", required=True, check=("within", "string", {"min_length": 1})),
        "validation_file": Param(wire="validation_file", nullable=True, check=("null", "string")),
        "suffix": Param(
            wire="suffix", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 64}))
        ),
        "seed": Param(wire="seed", nullable=True, check=("null", "integer")),
        "method": Param(wire="method", nullable=True, check=("null", "fine_tuning:FineTuningMethodParam")),
        "hyperparameters": Param(
            wire="hyperparameters", nullable=True, check=("null", "fine_tuning:SupervisedHyperparametersParam")
        ),
        "integrations": Param(
            wire="integrations",
            nullable=True,
            check=("null", ("list", "fine_tuning:FineTuningJobWandbIntegrationObjectParam")),
        ),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "custom_llm_provider": Param(wire="custom_llm_provider", nullable=True, check=("null", "string")),
    },
    body=Body(),
    result=Result(type="fine_tuning:FineTuningJob"),
    retry="keyed",
)

_JOBS_LIST = Operation(
    id="fine_tuning.jobs.list",
    method="GET",
    path="/v1/fine_tuning/jobs",
    params={
        "after": Param(wire="after", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
        "metadata": Param(wire="metadata", place="query", check=("map", "string"), style="deepObject"),
    },
    result=Result(type="fine_tuning:FineTuningJobList"),
    page=Page(style="after", items=("data",), cursor_param="after", limit_param="limit", has_more=("has_more",)),
)

_JOBS_RETRIEVE = Operation(
    id="fine_tuning.jobs.retrieve",
    method="GET",
    path="/v1/fine_tuning/jobs/{fine_tuning_job_id}",
    params={
        "fine_tuning_job_id": Param(
            wire="fine_tuning_job_id", place="path", required=True, check=("within", "string", {"min_length": 1})
        ),
    },
    result=Result(type="fine_tuning:FineTuningJob"),
)

_JOBS_CANCEL = Operation(
    id="fine_tuning.jobs.cancel",
    method="POST",
    path="/v1/fine_tuning/jobs/{fine_tuning_job_id}/cancel",
    params={
        "fine_tuning_job_id": Param(
            wire="fine_tuning_job_id", place="path", required=True, check=("within", "string", {"min_length": 1})
        ),
    },
    result=Result(type="fine_tuning:FineTuningJob"),
    retry="keyed",
)

_JOBS_LIST_EVENTS = Operation(
    id="fine_tuning.jobs.list_events",
    method="GET",
    path="/v1/fine_tuning/jobs/{fine_tuning_job_id}/events",
    params={
        "fine_tuning_job_id": Param(
            wire="fine_tuning_job_id", place="path", required=True, check=("within", "string", {"min_length": 1})
        ),
        "after": Param(wire="after", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
    },
    result=Result(type="fine_tuning:FineTuningJobEventList"),
    page=Page(style="after", items=("data",), cursor_param="after", limit_param="limit", has_more=("has_more",)),
)


class FineTuningJobsCheckpoints(Resource):
    """Checkpoints of a fine-tuning job."""

    @cached_property
    def with_raw_response(self) -> FineTuningJobsCheckpointsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return FineTuningJobsCheckpointsWithRawResponse(self)

    def list(
        self, fine_tuning_job_id: str, **params: Unpack[FineTuningJobsCheckpointsListParams]
    ) -> SyncPage[FineTuningJobCheckpoint]:
        """List fine-tuning checkpoints.

        Lists the checkpoints of a fine-tuning job, newest first.

        Args:
            fine_tuning_job_id: The id of the fine-tuning job.
            after: The id of the last item of the previous page.
            limit: The maximum number of items per page. Default: 20.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[FineTuningJobCheckpoint] = self._client.execute(
            _JOBS_CHECKPOINTS_LIST, {"fine_tuning_job_id": fine_tuning_job_id, **params}
        )
        return answer


class FineTuningJobsCheckpointsWithRawResponse(RawResource["FineTuningJobsCheckpoints"]):
    """The methods of `FineTuningJobsCheckpoints`, returning raw responses."""

    list = RawMethod(FineTuningJobsCheckpoints.list)


class AsyncFineTuningJobsCheckpoints(AsyncResource):
    """Checkpoints of a fine-tuning job."""

    @cached_property
    def with_raw_response(self) -> AsyncFineTuningJobsCheckpointsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncFineTuningJobsCheckpointsWithRawResponse(self)

    def list(
        self, fine_tuning_job_id: str, **params: Unpack[FineTuningJobsCheckpointsListParams]
    ) -> AsyncPages[FineTuningJobCheckpoint]:
        """List fine-tuning checkpoints.

        Lists the checkpoints of a fine-tuning job, newest first.

        Args:
            fine_tuning_job_id: The id of the fine-tuning job.
            after: The id of the last item of the previous page.
            limit: The maximum number of items per page. Default: 20.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[FineTuningJobCheckpoint] = self._client.execute(
            _JOBS_CHECKPOINTS_LIST, {"fine_tuning_job_id": fine_tuning_job_id, **params}
        )
        return answer


class AsyncFineTuningJobsCheckpointsWithRawResponse(RawResource["AsyncFineTuningJobsCheckpoints"]):
    """The methods of `AsyncFineTuningJobsCheckpoints`, returning raw responses."""

    list = AsyncRawMethod(AsyncFineTuningJobsCheckpoints.list)


class FineTuningJobs(FineTuningJobsHelpers, Resource):
    """Fine-tuning jobs."""

    @cached_property
    def checkpoints(self) -> FineTuningJobsCheckpoints:
        """Checkpoints of a fine-tuning job."""
        return FineTuningJobsCheckpoints(self._client)

    @cached_property
    def with_raw_response(self) -> FineTuningJobsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return FineTuningJobsWithRawResponse(self)

    def create(self, **params: Unpack[FineTuningJobsCreateParams]) -> FineTuningJob:
        """Create a fine-tuning job.

        Creates a job that fine-tunes a base model with a training file.

        Args:
            model: The base model.
            training_file: The id of the training file, uploaded with purpose `fine-tune`.
            validation_file: The id of the validation file.
            suffix: A suffix for the id of the fine-tuned model.
            seed: Jobs with the same seed and parameters produce the same model, if possible.
            method: The fine-tuning method.
            hyperparameters: Deprecated: use `method.supervised.hyperparameters`.
            integrations: Integrations to report progress to.
            metadata: Custom metadata.
            custom_llm_provider: The provider that runs the job: `onceward`, which is the default.
        """
        answer: FineTuningJob = self._client.execute(_JOBS_CREATE, params)
        return answer

    def list(self, **params: Unpack[FineTuningJobsListParams]) -> SyncPage[FineTuningJob]:
        """List fine-tuning jobs.

        Lists fine-tuning jobs, newest first.

        Args:
            after: The id of the last item of the previous page.
            limit: The maximum number of items per page. Default: 20.
            metadata: Only jobs whose metadata has these values (`metadata[key]=value`).

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[FineTuningJob] = self._client.execute(_JOBS_LIST, params)
        return answer

    def retrieve(self, fine_tuning_job_id: str, **params: Unpack[CallOptions]) -> FineTuningJob:
        """Retrieve a fine-tuning job.

        Retrieves a fine-tuning job: its status and the fine-tuned model.

        Args:
            fine_tuning_job_id: The id of the fine-tuning job.
        """
        answer: FineTuningJob = self._client.execute(
            _JOBS_RETRIEVE, {"fine_tuning_job_id": fine_tuning_job_id, **params}
        )
        return answer

    def cancel(self, fine_tuning_job_id: str, **params: Unpack[CallOptions]) -> FineTuningJob:
        """Cancel a fine-tuning job.

        Cancels a fine-tuning job. Cancelling one that has ended returns 409.

        Args:
            fine_tuning_job_id: The id of the fine-tuning job.
        """
        answer: FineTuningJob = self._client.execute(_JOBS_CANCEL, {"fine_tuning_job_id": fine_tuning_job_id, **params})
        return answer

    def list_events(
        self, fine_tuning_job_id: str, **params: Unpack[FineTuningJobsListEventsParams]
    ) -> SyncPage[FineTuningJobEvent]:
        """List fine-tuning events.

        Lists the events of a fine-tuning job, newest first.

        Args:
            fine_tuning_job_id: The id of the fine-tuning job.
            after: The id of the last item of the previous page.
            limit: The maximum number of items per page. Default: 20.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[FineTuningJobEvent] = self._client.execute(
            _JOBS_LIST_EVENTS, {"fine_tuning_job_id": fine_tuning_job_id, **params}
        )
        return answer


class FineTuningJobsWithRawResponse(RawResource["FineTuningJobs"]):
    """The methods of `FineTuningJobs`, returning raw responses."""

    create = RawMethod(FineTuningJobs.create)
    list = RawMethod(FineTuningJobs.list)
    retrieve = RawMethod(FineTuningJobs.retrieve)
    cancel = RawMethod(FineTuningJobs.cancel)
    list_events = RawMethod(FineTuningJobs.list_events)


class AsyncFineTuningJobs(AsyncFineTuningJobsHelpers, AsyncResource):
    """Fine-tuning jobs."""

    @cached_property
    def checkpoints(self) -> AsyncFineTuningJobsCheckpoints:
        """Checkpoints of a fine-tuning job."""
        return AsyncFineTuningJobsCheckpoints(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncFineTuningJobsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncFineTuningJobsWithRawResponse(self)

    async def create(self, **params: Unpack[FineTuningJobsCreateParams]) -> FineTuningJob:
        """Create a fine-tuning job.

        Creates a job that fine-tunes a base model with a training file.

        Args:
            model: The base model.
            training_file: The id of the training file, uploaded with purpose `fine-tune`.
            validation_file: The id of the validation file.
            suffix: A suffix for the id of the fine-tuned model.
            seed: Jobs with the same seed and parameters produce the same model, if possible.
            method: The fine-tuning method.
            hyperparameters: Deprecated: use `method.supervised.hyperparameters`.
            integrations: Integrations to report progress to.
            metadata: Custom metadata.
            custom_llm_provider: The provider that runs the job: `onceward`, which is the default.
        """
        answer: FineTuningJob = await self._client.execute(_JOBS_CREATE, params)
        return answer

    def list(self, **params: Unpack[FineTuningJobsListParams]) -> AsyncPages[FineTuningJob]:
        """List fine-tuning jobs.

        Lists fine-tuning jobs, newest first.

        Args:
            after: The id of the last item of the previous page.
            limit: The maximum number of items per page. Default: 20.
            metadata: Only jobs whose metadata has these values (`metadata[key]=value`).

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[FineTuningJob] = self._client.execute(_JOBS_LIST, params)
        return answer

    async def retrieve(self, fine_tuning_job_id: str, **params: Unpack[CallOptions]) -> FineTuningJob:
        """Retrieve a fine-tuning job.

        Retrieves a fine-tuning job: its status and the fine-tuned model.

        Args:
            fine_tuning_job_id: The id of the fine-tuning job.
        """
        answer: FineTuningJob = await self._client.execute(
            _JOBS_RETRIEVE, {"fine_tuning_job_id": fine_tuning_job_id, **params}
        )
        return answer

    async def cancel(self, fine_tuning_job_id: str, **params: Unpack[CallOptions]) -> FineTuningJob:
        """Cancel a fine-tuning job.

        Cancels a fine-tuning job. Cancelling one that has ended returns 409.

        Args:
            fine_tuning_job_id: The id of the fine-tuning job.
        """
        answer: FineTuningJob = await self._client.execute(
            _JOBS_CANCEL, {"fine_tuning_job_id": fine_tuning_job_id, **params}
        )
        return answer

    def list_events(
        self, fine_tuning_job_id: str, **params: Unpack[FineTuningJobsListEventsParams]
    ) -> AsyncPages[FineTuningJobEvent]:
        """List fine-tuning events.

        Lists the events of a fine-tuning job, newest first.

        Args:
            fine_tuning_job_id: The id of the fine-tuning job.
            after: The id of the last item of the previous page.
            limit: The maximum number of items per page. Default: 20.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[FineTuningJobEvent] = self._client.execute(
            _JOBS_LIST_EVENTS, {"fine_tuning_job_id": fine_tuning_job_id, **params}
        )
        return answer


class AsyncFineTuningJobsWithRawResponse(RawResource["AsyncFineTuningJobs"]):
    """The methods of `AsyncFineTuningJobs`, returning raw responses."""

    create = AsyncRawMethod(AsyncFineTuningJobs.create)
    list = AsyncRawMethod(AsyncFineTuningJobs.list)
    retrieve = AsyncRawMethod(AsyncFineTuningJobs.retrieve)
    cancel = AsyncRawMethod(AsyncFineTuningJobs.cancel)
    list_events = AsyncRawMethod(AsyncFineTuningJobs.list_events)


class FineTuning(Resource):
    """Fine-tuning."""

    @cached_property
    def jobs(self) -> FineTuningJobs:
        """Fine-tuning jobs."""
        return FineTuningJobs(self._client)


class AsyncFineTuning(AsyncResource):
    """Fine-tuning."""

    @cached_property
    def jobs(self) -> AsyncFineTuningJobs:
        """Fine-tuning jobs."""
        return AsyncFineTuningJobs(self._client)
