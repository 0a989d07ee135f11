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
    """Hyperparameters of DPO (preference) fine-tuning."""

    n_epochs: AutoOrInteger | None = None
    """A number, or `auto`."""

    batch_size: AutoOrInteger | None = None
    """A number, or `auto`."""

    learning_rate_multiplier: AutoOrNumber | None = None
    """A number, or `auto`."""

    beta: AutoOrNumber | None = None
    """A number, or `auto`."""


class DpoMethod(Model):
    """Direct preference optimization (DPO), from pairs of preferred and rejected outputs."""

    hyperparameters: DpoHyperparameters | None = None
    """Hyperparameters of DPO (preference) fine-tuning."""


class FineTuningJob(Model):
    """A fine-tuning job."""

    id: str
    """The id of the fine-tuning job."""

    object: Literal["fine_tuning.job"]

    created_at: int
    """When the job was created, as a Unix timestamp in seconds."""

    finished_at: int | None = None
    """When the job ended, as a Unix timestamp in seconds."""

    estimated_finish: int | None = None
    """When the job is expected to finish, as a Unix timestamp in seconds."""

    model: str
    """The base model."""

    fine_tuned_model: str | None = None
    """The id of the fine-tuned model."""

    status: FineTuningJobStatus
    """The status of the job."""

    training_file: str
    """The id of the training file."""

    validation_file: str | None = None
    """The id of the validation file."""

    organization_id: str | None = None
    """The organization that owns the job."""

    result_files: list[str] | None = None
    """The ids of the result files with training metrics."""

    trained_tokens: int | None = None
    """The number of tokens used for training."""

    seed: int | None = None
    """The seed of the job."""

    error: FineTuningJobError | None = None
    """The error of a failed job."""

    hyperparameters: SupervisedHyperparameters | None = None
    """Hyperparameters of supervised fine-tuning."""

    method: FineTuningMethod | None = None
    """The fine-tuning method. Its parameters are in the member named after `type`."""

    integrations: list[FineTuningJobWandbIntegrationObject] | None = None
    """Integrations that progress is reported to."""

    metadata: Metadata | None = None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""


class FineTuningJobCheckpoint(Model):
    """A checkpoint: an intermediate model of a fine-tuning job."""

    id: str
    """The id of the checkpoint."""

    object: Literal["fine_tuning.job.checkpoint"]

    created_at: int
    """When the checkpoint was created, as a Unix timestamp in seconds."""

    fine_tuning_job_id: str
    """The id of the fine-tuning job."""

    fine_tuned_model_checkpoint: str
    """The id of the checkpoint's model, which can be called."""

    step_number: int
    """The step number of the checkpoint."""

    metrics: FineTuningJobCheckpointMetrics | None = None
    """Metrics of the model at the checkpoint."""


class FineTuningJobCheckpointList(Model):
    """A page of checkpoints."""

    object: Literal["list"]

    data: list[FineTuningJobCheckpoint]
    """The checkpoints."""

    first_id: str | None = None
    """The id of the first item."""

    last_id: str | None = None
    """The id of the last item; the next page starts after it."""

    has_more: bool | None = None
    """Whether there are more items."""


class FineTuningJobCheckpointMetrics(Model):
    """Metrics of the model at the checkpoint."""

    step: float | None = None
    """The step number."""

    train_loss: float | None = None
    """Loss on the training data."""

    train_mean_token_accuracy: float | None = None
    """Mean token accuracy on the training data."""

    valid_loss: float | None = None
    """Loss on a sample of the validation data."""

    valid_mean_token_accuracy: float | None = None
    """Mean token accuracy on a sample of the validation data."""

    full_valid_loss: float | None = None
    """Loss on all validation data."""

    full_valid_mean_token_accuracy: float | None = None
    """Mean token accuracy on all validation data."""


class FineTuningJobError(Model):
    """The error of a failed job."""

    code: str | None = None
    """The error code."""

    message: str | None = None
    """The error message."""

    param: str | None = None
    """The invalid field, such as `training_file`."""


class FineTuningJobEvent(Model):
    """An event of a fine-tuning job."""

    id: str
    """The id of the event."""

    object: Literal["fine_tuning.job.event"]

    created_at: int
    """When the event occurred, as a Unix timestamp in seconds."""

    level: FineTuningJobEventLevel
    """The log level."""

    message: str
    """The message."""

    type: FineTuningJobEventType | None = None
    """The type of the event."""

    data: dict[str, Any] | None = None
    """Structured data of the event."""


class FineTuningJobEventList(Model):
    """A page of events."""

    object: Literal["list"]

    data: list[FineTuningJobEvent]
    """The events."""

    has_more: bool | None = None
    """Whether there are more items."""


class FineTuningJobList(Model):
    """A page of fine-tuning jobs."""

    object: Literal["list"]

    data: list[FineTuningJob]
    """The jobs."""

    has_more: bool | None = None
    """Whether there are more items."""


class FineTuningJobWandbIntegration(Model):
    """The settings of the integration."""

    project: str
    """The name of the project."""

    name: str | None = None
    """The name of the run."""

    entity: str | None = None
    """The team or user that owns the run."""

    tags: list[str] | None = None
    """The tags of the run."""


class FineTuningJobWandbIntegrationObject(Model):
    """An integration with Weights & Biases."""

    type: Literal["wandb"]

    wandb: FineTuningJobWandbIntegration
    """The settings of the integration."""


class FineTuningMethod(Model):
    """The fine-tuning method. Its parameters are in the member named after `type`."""

    type: FineTuningMethodType
    """The type of the method."""

    supervised: SupervisedMethod | None = None
    """Supervised fine-tuning."""

    dpo: DpoMethod | None = None
    """Direct preference optimization (DPO), from pairs of preferred and rejected outputs."""

    reinforcement: ReinforcementMethod | None = None
    """Reinforcement fine-tuning, from graded outputs."""


class ReinforcementHyperparameters(Model):
    """Hyperparameters of reinforcement fine-tuning."""

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
    """The reasoning effort of the model."""


class ReinforcementMethod(Model):
    """Reinforcement fine-tuning, from graded outputs."""

    grader: dict[str, Any] | None = None
    """The grader, as defined by the provider."""

    hyperparameters: ReinforcementHyperparameters | None = None
    """Hyperparameters of reinforcement fine-tuning."""


class SupervisedHyperparameters(Model):
    """Hyperparameters of supervised fine-tuning."""

    n_epochs: AutoOrInteger | None = None
    """A number, or `auto`."""

    batch_size: AutoOrInteger | None = None
    """A number, or `auto`."""

    learning_rate_multiplier: AutoOrNumber | None = None
    """A number, or `auto`."""


class SupervisedMethod(Model):
    """Supervised fine-tuning."""

    hyperparameters: SupervisedHyperparameters | None = None
    """Hyperparameters of supervised fine-tuning."""


AutoOrInteger: TypeAlias = Literal["auto"] | int
"""A number, or `auto`."""


AutoOrNumber: TypeAlias = Literal["auto"] | float
"""A number, or `auto`."""


FineTuningJobEventLevel: TypeAlias = Literal["info", "warn", "error"] | str
"""The log level."""


FineTuningJobEventType: TypeAlias = Literal["message", "metrics"] | str
"""The type of the event."""


FineTuningJobStatus: TypeAlias = (
    Literal["validating_files", "queued", "running", "paused", "succeeded", "failed", "cancelled"] | str
)
"""The status of the job."""


FineTuningMethodType: TypeAlias = Literal["supervised", "dpo", "reinforcement"] | str
"""The type of the method."""
