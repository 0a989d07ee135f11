# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: fine_tuning."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from .._core.models import Model
from .shared import Metadata

__all__ = [
    "AutoOrInteger",
    "AutoOrNumber",
    "DpoHyperparameters",
    "DpoMethod",
    "FineTuningJob",
    "FineTuningJobCheckpoint",
    "FineTuningJobCheckpointList",
    "FineTuningJobCheckpointMetrics",
    "FineTuningJobError",
    "FineTuningJobEvent",
    "FineTuningJobEventLevel",
    "FineTuningJobEventList",
    "FineTuningJobEventType",
    "FineTuningJobList",
    "FineTuningJobStatus",
    "FineTuningJobWandbIntegration",
    "FineTuningJobWandbIntegrationObject",
    "FineTuningMethod",
    "FineTuningMethodType",
    "ReinforcementHyperparameters",
    "ReinforcementMethod",
    "SupervisedHyperparameters",
    "SupervisedMethod",
]


class DpoHyperparameters(Model):
    """How long and how fast to learn."""

    n_epochs: AutoOrInteger | None = None
    """A number, or `auto`."""

    batch_size: AutoOrInteger | None = None
    """A number, or `auto`."""

    learning_rate_multiplier: AutoOrNumber | None = None
    """A number, or `auto`."""

    beta: AutoOrNumber | None = None
    """A number, or `auto`."""


class DpoMethod(Model):
    """Learning from pairs of a better and a worse answer."""

    hyperparameters: DpoHyperparameters | None = None
    """How long and how fast to learn."""


class FineTuningJob(Model):
    """The making of a model."""

    id: str
    """The job's id."""

    object: Literal["fine_tuning.job"]

    created_at: int
    """When it was started, in seconds since 1970."""

    finished_at: int | None = None
    """When it ended."""

    estimated_finish: int | None = None
    """When it may end."""

    model: str
    """The base model."""

    fine_tuned_model: str | None = None
    """The model that came out."""

    status: FineTuningJobStatus
    """How far it is."""

    training_file: str
    """The file of examples."""

    validation_file: str | None = None
    """The file of examples to test by."""

    organization_id: str | None = None
    """Whose it is."""

    result_files: list[str] | None = None
    """Files of numbers on the learning."""

    trained_tokens: int | None = None
    """How many tokens were learned from."""

    seed: int | None = None
    """The seed."""

    error: FineTuningJobError | None = None
    """Why a job failed."""

    hyperparameters: SupervisedHyperparameters | None = None
    """How long and how fast to learn."""

    method: FineTuningMethod | None = None
    """How to learn. The member named like `type` has the details."""

    integrations: list[FineTuningJobWandbIntegrationObject] | None = None
    """Where else the progress is told."""

    metadata: Metadata | None = None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""


class FineTuningJobCheckpoint(Model):
    """A model that a job left on its way."""

    id: str
    """The checkpoint's id."""

    object: Literal["fine_tuning.job.checkpoint"]

    created_at: int
    """When, in seconds since 1970."""

    fine_tuning_job_id: str
    """The job."""

    fine_tuned_model_checkpoint: str
    """The model; it can be called."""

    step_number: int
    """After how many steps."""

    metrics: FineTuningJobCheckpointMetrics | None = None
    """How good the model was then."""


class FineTuningJobCheckpointList(Model):
    """A page of checkpoints."""

    object: Literal["list"]

    data: list[FineTuningJobCheckpoint]
    """The checkpoints."""

    first_id: str | None = None
    """The id of the first."""

    last_id: str | None = None
    """The id of the last; the next page starts behind it."""

    has_more: bool | None = None
    """Whether there is a next page."""


class FineTuningJobCheckpointMetrics(Model):
    """How good the model was then."""

    step: float | None = None
    """The step."""

    train_loss: float | None = None
    """Loss on the examples."""

    train_mean_token_accuracy: float | None = None
    """Tokens foretold rightly in the examples."""

    valid_loss: float | None = None
    """Loss on some of the test examples."""

    valid_mean_token_accuracy: float | None = None
    """Tokens foretold rightly in some of the test examples."""

    full_valid_loss: float | None = None
    """Loss on all test examples."""

    full_valid_mean_token_accuracy: float | None = None
    """Tokens foretold rightly in all test examples."""


class FineTuningJobError(Model):
    """Why a job failed."""

    code: str | None = None
    """The fault by name."""

    message: str | None = None
    """What is wrong."""

    param: str | None = None
    """The field at fault, such as `training_file`."""


class FineTuningJobEvent(Model):
    """What a job told."""

    id: str
    """The event's id."""

    object: Literal["fine_tuning.job.event"]

    created_at: int
    """When, in seconds since 1970."""

    level: FineTuningJobEventLevel
    """How grave it is."""

    message: str
    """For people."""

    type: FineTuningJobEventType | None = None
    """The kind of event."""

    data: dict[str, Any] | None = None
    """For programs."""


class FineTuningJobEventList(Model):
    """A page of events."""

    object: Literal["list"]

    data: list[FineTuningJobEvent]
    """The events."""

    has_more: bool | None = None
    """Whether there is a next page."""


class FineTuningJobList(Model):
    """A page of jobs."""

    object: Literal["list"]

    data: list[FineTuningJob]
    """The jobs."""

    has_more: bool | None = None
    """Whether there is a next page."""


class FineTuningJobWandbIntegration(Model):
    """Where it is told."""

    project: str
    """The project."""

    name: str | None = None
    """The run's name."""

    entity: str | None = None
    """The team or user."""

    tags: list[str] | None = None
    """Labels of the run."""


class FineTuningJobWandbIntegrationObject(Model):
    """Tells the progress to Weights and Biases."""

    type: Literal["wandb"]

    wandb: FineTuningJobWandbIntegration
    """Where it is told."""


class FineTuningMethod(Model):
    """How to learn. The member named like `type` has the details."""

    type: FineTuningMethodType
    """The kind of learning."""

    supervised: SupervisedMethod | None = None
    """Learning from examples."""

    dpo: DpoMethod | None = None
    """Learning from pairs of a better and a worse answer."""

    reinforcement: ReinforcementMethod | None = None
    """Learning from grades."""


class ReinforcementHyperparameters(Model):
    """How long and how fast to learn."""

    n_epochs: AutoOrInteger | None = None
    """A number, or `auto`."""

    batch_size: AutoOrInteger | None = None
    """A number, or `auto`."""

    learning_rate_multiplier: AutoOrNumber | None = None
    """A number, or `auto`."""

    compute_multiplier: AutoOrNumber | None = None
    """A number, or `auto`."""

    eval_interval: AutoOrInteger | None = None
    """A number, or `auto`."""

    eval_samples: AutoOrInteger | None = None
    """A number, or `auto`."""

    reasoning_effort: str | None = None
    """How long the model thinks."""


class ReinforcementMethod(Model):
    """Learning from grades."""

    grader: dict[str, Any] | None = None
    """Who grades, as the provider defines it."""

    hyperparameters: ReinforcementHyperparameters | None = None
    """How long and how fast to learn."""


class SupervisedHyperparameters(Model):
    """How long and how fast to learn."""

    n_epochs: AutoOrInteger | None = None
    """A number, or `auto`."""

    batch_size: AutoOrInteger | None = None
    """A number, or `auto`."""

    learning_rate_multiplier: AutoOrNumber | None = None
    """A number, or `auto`."""


class SupervisedMethod(Model):
    """Learning from examples."""

    hyperparameters: SupervisedHyperparameters | None = None
    """How long and how fast to learn."""


AutoOrInteger: TypeAlias = Literal["auto"] | int
"""A number, or `auto`."""


AutoOrNumber: TypeAlias = Literal["auto"] | float
"""A number, or `auto`."""


FineTuningJobEventLevel: TypeAlias = Literal["info", "warn", "error"] | str
"""How grave it is."""


FineTuningJobEventType: TypeAlias = Literal["message", "metrics"] | str
"""The kind of event."""


FineTuningJobStatus: TypeAlias = (
    Literal["validating_files", "queued", "running", "paused", "succeeded", "failed", "cancelled"] | str
)
"""How far it is."""


FineTuningMethodType: TypeAlias = Literal["supervised", "dpo", "reinforcement"] | str
"""The kind of learning."""
