# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.

"""What answers carry: fine_tuning."""

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
    "FineTuningJobEventList",
    "FineTuningJobList",
    "FineTuningJobWandbIntegration",
    "FineTuningJobWandbIntegrationObject",
    "FineTuningMethod",
    "ReinforcementHyperparameters",
    "ReinforcementMethod",
    "SupervisedHyperparameters",
    "SupervisedMethod",
]


class DpoHyperparameters(Model):
    """How long and how fast to learn."""

    n_epochs: AutoOrInteger | None = None

    batch_size: AutoOrInteger | None = None

    learning_rate_multiplier: AutoOrNumber | None = None

    beta: AutoOrNumber | None = None


class DpoMethod(Model):
    """Learning from pairs of a better and a worse answer."""

    hyperparameters: DpoHyperparameters | None = None


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

    status: Literal["validating_files", "queued", "running", "paused", "succeeded", "failed", "cancelled"] | str
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

    hyperparameters: SupervisedHyperparameters | None = None

    method: FineTuningMethod | None = None

    integrations: list[FineTuningJobWandbIntegrationObject] | None = None
    """Where else the progress is told."""

    metadata: Metadata | None = None


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

    level: Literal["info", "warn", "error"] | str
    """How grave it is."""

    message: str
    """For people."""

    type: Literal["message", "metrics"] | str | None = None
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


class FineTuningMethod(Model):
    """How to learn. The member named like `type` has the details."""

    type: Literal["supervised", "dpo", "reinforcement"] | str
    """The kind of learning."""

    supervised: SupervisedMethod | None = None

    dpo: DpoMethod | None = None

    reinforcement: ReinforcementMethod | None = None


class ReinforcementHyperparameters(Model):
    """How long and how fast to learn."""

    n_epochs: AutoOrInteger | None = None

    batch_size: AutoOrInteger | None = None

    learning_rate_multiplier: AutoOrNumber | None = None

    compute_multiplier: AutoOrNumber | None = None

    eval_interval: AutoOrInteger | None = None

    eval_samples: AutoOrInteger | None = None

    reasoning_effort: str | None = None
    """How long the model thinks."""


class ReinforcementMethod(Model):
    """Learning from grades."""

    grader: dict[str, Any] | None = None
    """Who grades, as the provider defines it."""

    hyperparameters: ReinforcementHyperparameters | None = None


class SupervisedHyperparameters(Model):
    """How long and how fast to learn."""

    n_epochs: AutoOrInteger | None = None

    batch_size: AutoOrInteger | None = None

    learning_rate_multiplier: AutoOrNumber | None = None


class SupervisedMethod(Model):
    """Learning from examples."""

    hyperparameters: SupervisedHyperparameters | None = None


AutoOrInteger: TypeAlias = Literal["auto"] | int | None
"""A number, or `auto`."""


AutoOrNumber: TypeAlias = Literal["auto"] | float | None
"""A number, or `auto`."""
