# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: fine_tuning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Required, TypedDict

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..fine_tuning import (
        AutoOrInteger,
        AutoOrNumber,
        DpoHyperparameters,
        DpoMethod,
        FineTuningJobWandbIntegration,
        FineTuningJobWandbIntegrationObject,
        FineTuningMethod,
        FineTuningMethodType,
        ReinforcementHyperparameters,
        ReinforcementMethod,
        SupervisedHyperparameters,
        SupervisedMethod,
    )
    from .shared import MetadataParam

__all__ = [
    "DpoHyperparametersParam",
    "DpoMethodParam",
    "FineTuningJobWandbIntegrationObjectParam",
    "FineTuningJobWandbIntegrationParam",
    "FineTuningJobsCheckpointsListParams",
    "FineTuningJobsCreateParams",
    "FineTuningJobsListEventsParams",
    "FineTuningJobsListParams",
    "FineTuningMethodParam",
    "ReinforcementHyperparametersParam",
    "ReinforcementMethodParam",
    "SupervisedHyperparametersParam",
    "SupervisedMethodParam",
]


class DpoHyperparametersParam(TypedDict, total=False):
    """How long and how fast to learn."""

    n_epochs: AutoOrInteger | None
    """A number, or `auto`."""

    batch_size: AutoOrInteger | None
    """A number, or `auto`."""

    learning_rate_multiplier: AutoOrNumber | None
    """A number, or `auto`."""

    beta: AutoOrNumber | None
    """A number, or `auto`."""


class DpoMethodParam(TypedDict, total=False):
    """Learning from pairs of a better and a worse answer."""

    hyperparameters: DpoHyperparametersParam | DpoHyperparameters
    """How long and how fast to learn."""


class FineTuningJobWandbIntegrationObjectParam(TypedDict, total=False):
    """Tells the progress to Weights and Biases."""

    type: Required[Literal["wandb"]]

    wandb: Required[FineTuningJobWandbIntegrationParam | FineTuningJobWandbIntegration]
    """Where it is told."""


class FineTuningJobWandbIntegrationParam(TypedDict, total=False):
    """Where it is told."""

    project: Required[str]
    """The project."""

    name: str | None
    """The run's name."""

    entity: str | None
    """The team or user."""

    tags: Sequence[str] | None
    """Labels of the run."""


class FineTuningJobsCheckpointsListParams(CallOptions, total=False):
    """Arguments of `fine_tuning.jobs.checkpoints.list`."""

    after: str
    """The id of the last item of the page before; the answer starts behind it."""

    limit: int
    """How many items a page holds at most."""


class FineTuningJobsCreateParams(CallOptions, total=False):
    """Arguments of `fine_tuning.jobs.create`."""

    model: Required[str]
    """The base model"""

    training_file: Required[str]
    """The file of examples, uploaded for `fine-tune`."""

    validation_file: str | None
    """A file of examples to test by."""

    suffix: str | None
    """Becomes a part of the new model's id."""

    seed: int | None
    """The same seed and job give the same model where that is possible."""

    method: FineTuningMethodParam | FineTuningMethod | None
    """How to learn. The member named like `type` has the details."""

    hyperparameters: SupervisedHyperparametersParam | SupervisedHyperparameters | None
    """The older place of `method.supervised.hyperparameters`."""

    integrations: Sequence[FineTuningJobWandbIntegrationObjectParam | FineTuningJobWandbIntegrationObject] | None
    """Services to report the progress to; a request that names one is refused."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    custom_llm_provider: str | None
    """The provider that runs the job: `onceward`, or absent; others are refused."""


class FineTuningJobsListEventsParams(CallOptions, total=False):
    """Arguments of `fine_tuning.jobs.list_events`."""

    after: str
    """The id of the last item of the page before; the answer starts behind it."""

    limit: int
    """How many items a page holds at most."""


class FineTuningJobsListParams(CallOptions, total=False):
    """Arguments of `fine_tuning.jobs.list`."""

    after: str
    """The id of the last item of the page before; the answer starts behind it."""

    limit: int
    """How many items a page holds at most."""

    metadata: Mapping[str, str]
    """Only jobs whose metadata has these values (`metadata[key]=value`)."""


class FineTuningMethodParam(TypedDict, total=False):
    """How to learn. The member named like `type` has the details."""

    type: Required[FineTuningMethodType]
    """The kind of learning."""

    supervised: SupervisedMethodParam | SupervisedMethod
    """Learning from examples."""

    dpo: DpoMethodParam | DpoMethod
    """Learning from pairs of a better and a worse answer."""

    reinforcement: ReinforcementMethodParam | ReinforcementMethod
    """Learning from grades."""


class ReinforcementHyperparametersParam(TypedDict, total=False):
    """How long and how fast to learn."""

    n_epochs: AutoOrInteger | None
    """A number, or `auto`."""

    batch_size: AutoOrInteger | None
    """A number, or `auto`."""

    learning_rate_multiplier: AutoOrNumber | None
    """A number, or `auto`."""

    compute_multiplier: AutoOrNumber | None
    """A number, or `auto`."""

    eval_interval: AutoOrInteger | None
    """A number, or `auto`."""

    eval_samples: AutoOrInteger | None
    """A number, or `auto`."""

    reasoning_effort: str | None
    """How long the model thinks."""


class ReinforcementMethodParam(TypedDict, total=False):
    """Learning from grades."""

    grader: Mapping[str, object]
    """Who grades, as the provider defines it."""

    hyperparameters: ReinforcementHyperparametersParam | ReinforcementHyperparameters
    """How long and how fast to learn."""


class SupervisedHyperparametersParam(TypedDict, total=False):
    """How long and how fast to learn."""

    n_epochs: AutoOrInteger | None
    """A number, or `auto`."""

    batch_size: AutoOrInteger | None
    """A number, or `auto`."""

    learning_rate_multiplier: AutoOrNumber | None
    """A number, or `auto`."""


class SupervisedMethodParam(TypedDict, total=False):
    """Learning from examples."""

    hyperparameters: SupervisedHyperparametersParam | SupervisedHyperparameters
    """How long and how fast to learn."""
