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
    """Hyperparameters of DPO (preference) fine-tuning."""

    n_epochs: AutoOrInteger | None
    """A number, or `auto`."""

    batch_size: AutoOrInteger | None
    """A number, or `auto`."""

    learning_rate_multiplier: AutoOrNumber | None
    """A number, or `auto`."""

    beta: AutoOrNumber | None
    """A number, or `auto`."""


class DpoMethodParam(TypedDict, total=False):
    """Direct preference optimization (DPO), from pairs of preferred and rejected outputs."""

    hyperparameters: DpoHyperparametersParam | DpoHyperparameters
    """Hyperparameters of DPO (preference) fine-tuning."""


class FineTuningJobWandbIntegrationObjectParam(TypedDict, total=False):
    """An integration with Weights & Biases."""

    type: Required[Literal["wandb"]]

    wandb: Required[FineTuningJobWandbIntegrationParam | FineTuningJobWandbIntegration]
    """The settings of the integration."""


class FineTuningJobWandbIntegrationParam(TypedDict, total=False):
    """The settings of the integration."""

    project: Required[str]
    """The name of the project."""

    name: str | None
    """The name of the run."""

    entity: str | None
    """The team or user that owns the run."""

    tags: Sequence[str] | None
    """The tags of the run."""


class FineTuningJobsCheckpointsListParams(CallOptions, total=False):
    """Arguments of `fine_tuning.jobs.checkpoints.list`."""

    after: str
    """The id of the last item of the previous page. The next page starts after it."""

    limit: int
    """The maximum number of items per page."""


class FineTuningJobsCreateParams(CallOptions, total=False):
    """Arguments of `fine_tuning.jobs.create`."""

    model: Required[str]
    """The base model"""

    training_file: Required[str]
    """The id of the training file, uploaded with purpose `fine-tune`."""

    validation_file: str | None
    """The id of the validation file."""

    suffix: str | None
    """A suffix for the id of the fine-tuned model."""

    seed: int | None
    """Jobs with the same seed and parameters produce the same model, if possible."""

    method: FineTuningMethodParam | FineTuningMethod | None
    """The fine-tuning method. Its parameters are in the member named after `type`."""

    hyperparameters: SupervisedHyperparametersParam | SupervisedHyperparameters | None
    """Deprecated: use `method.supervised.hyperparameters`."""

    integrations: Sequence[FineTuningJobWandbIntegrationObjectParam | FineTuningJobWandbIntegrationObject] | None
    """Integrations to report progress to. Not supported: a request that sets any is refused."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    custom_llm_provider: str | None
    """The provider that runs the job: `onceward`, which is the default. Others are refused."""


class FineTuningJobsListEventsParams(CallOptions, total=False):
    """Arguments of `fine_tuning.jobs.list_events`."""

    after: str
    """The id of the last item of the previous page. The next page starts after it."""

    limit: int
    """The maximum number of items per page."""


class FineTuningJobsListParams(CallOptions, total=False):
    """Arguments of `fine_tuning.jobs.list`."""

    after: str
    """The id of the last item of the previous page. The next page starts after it."""

    limit: int
    """The maximum number of items per page."""

    metadata: Mapping[str, str]
    """Only jobs whose metadata has these values (`metadata[key]=value`)."""


class FineTuningMethodParam(TypedDict, total=False):
    """The fine-tuning method. Its parameters are in the member named after `type`."""

    type: Required[FineTuningMethodType]
    """The type of the method."""

    supervised: SupervisedMethodParam | SupervisedMethod
    """Supervised fine-tuning."""

    dpo: DpoMethodParam | DpoMethod
    """Direct preference optimization (DPO), from pairs of preferred and rejected outputs."""

    reinforcement: ReinforcementMethodParam | ReinforcementMethod
    """Reinforcement fine-tuning, from graded outputs."""


class ReinforcementHyperparametersParam(TypedDict, total=False):
    """Hyperparameters of reinforcement fine-tuning."""

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
    """The reasoning effort of the model."""


class ReinforcementMethodParam(TypedDict, total=False):
    """Reinforcement fine-tuning, from graded outputs."""

    grader: Mapping[str, object]
    """The grader, as defined by the provider."""

    hyperparameters: ReinforcementHyperparametersParam | ReinforcementHyperparameters
    """Hyperparameters of reinforcement fine-tuning."""


class SupervisedHyperparametersParam(TypedDict, total=False):
    """Hyperparameters of supervised fine-tuning."""

    n_epochs: AutoOrInteger | None
    """A number, or `auto`."""

    batch_size: AutoOrInteger | None
    """A number, or `auto`."""

    learning_rate_multiplier: AutoOrNumber | None
    """A number, or `auto`."""


class SupervisedMethodParam(TypedDict, total=False):
    """Supervised fine-tuning."""

    hyperparameters: SupervisedHyperparametersParam | SupervisedHyperparameters
    """Hyperparameters of supervised fine-tuning."""
