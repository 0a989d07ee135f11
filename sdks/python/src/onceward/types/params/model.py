# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Required, TypedDict

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..model import DeploymentInfo, DeploymentInfoMode, DeploymentInfoTier, DeploymentParams
    from ..shared import BudgetDurationParam

__all__ = [
    "DeploymentInfoParam",
    "DeploymentParamsChangeParam",
    "DeploymentParamsInput",
    "ModelCreateParams",
    "ModelDeleteParams",
    "ModelInfoParams",
    "ModelUpdateParams",
]


class DeploymentInfoParam(TypedDict, total=False):
    """What is known of a deployment beside where it is."""

    id: str | None
    """Its id; where it is not given, one is made."""

    mode: DeploymentInfoMode | None
    """What the model does."""

    base_model: str | None
    """The model whose prices and abilities it has, where its name does not tell."""

    team_id: str | None
    """The team that alone may use it."""

    team_public_model_name: str | None
    """The name by which that team calls it."""

    tier: DeploymentInfoTier | None
    """Whether it costs something."""

    band: str | None
    """The band of models that it is in; see `GET /v1/credits/tiers`."""

    max_input_tokens: int | None
    """Tokens read at most."""

    max_output_tokens: int | None
    """Tokens written at most."""

    supports_vision: bool | None
    """Images in."""

    supports_function_calling: bool | None
    """Calling tools."""

    supports_parallel_function_calling: bool | None
    """Calling several tools in one answer."""

    supports_reasoning: bool | None
    """Thinking before the answer."""

    supports_response_schema: bool | None
    """Answers of a given JSON Schema."""

    db_model: bool | None
    """Whether it was added here, and not by the configuration file. Set by the gateway."""

    created_at: str | None
    """When it was added (ISO 8601, UTC). Set by the gateway."""

    created_by: str | None
    """By whom. Set by the gateway."""

    updated_at: str | None
    """When it was last changed. Set by the gateway."""

    updated_by: str | None
    """By whom. Set by the gateway."""


class DeploymentParamsChangeParam(TypedDict, total=False):
    """What changes of where a deployment is."""

    model: str | None
    """The provider and its model, such as `openai/gpt-5-mini`."""

    custom_llm_provider: str | None
    """The provider, where `model` does not begin with it."""

    api_base: str | None
    """The provider's address."""

    api_version: str | None
    """The version of the provider's API."""

    api_key: str | None
    """The provider's key. In answers it is shown as `sk-...REDACTED` alone."""

    credential_name: str | None
    """A stored credential instead of a key; see `/credentials`."""

    organization: str | None
    """The organization at the provider."""

    region_name: str | None
    """Where it runs, such as `eu`."""

    weight: float | None
    """How often it is chosen beside the others; 1 where absent."""

    order: int | None
    """Those of a higher order are chosen only when all of a lower one fail."""

    tags: Sequence[str] | None
    """Calls with one of these tags alone go there."""

    fallbacks: Sequence[str] | None
    """Names of models to go on with when no deployment of this name can serve."""

    timeout: float | None
    """Seconds until the provider's answer."""

    stream_timeout: float | None
    """Seconds until the first event."""

    max_retries: int | None
    """How often a call is tried there again."""

    rpm: int | None
    """Requests a minute."""

    tpm: int | None
    """Tokens a minute."""

    max_parallel_requests: int | None
    """Calls at the same time."""

    max_budget: float | None
    """How much may be spent there, in US dollars."""

    budget_duration: BudgetDurationParam | None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    input_cost_per_token: float | None
    """The price of a token read, in US dollars, instead of the known one."""

    output_cost_per_token: float | None
    """The price of a token written."""

    cache_read_input_token_cost: float | None
    """The price of a token from the provider's cache."""

    input_cost_per_second: float | None
    """The price of a second of audio read."""

    output_cost_per_second: float | None
    """The price of a second of audio spoken."""


class DeploymentParamsInput(TypedDict, total=False):
    """Where a deployment is, and how calls go there."""

    model: Required[str]
    """The provider and its model, such as `openai/gpt-5-mini`."""

    custom_llm_provider: str | None
    """The provider, where `model` does not begin with it."""

    api_base: str | None
    """The provider's address."""

    api_version: str | None
    """The version of the provider's API."""

    api_key: str | None
    """The provider's key. In answers it is shown as `sk-...REDACTED` alone."""

    credential_name: str | None
    """A stored credential instead of a key; see `/credentials`."""

    organization: str | None
    """The organization at the provider."""

    region_name: str | None
    """Where it runs, such as `eu`."""

    weight: float | None
    """How often it is chosen beside the others; 1 where absent."""

    order: int | None
    """Those of a higher order are chosen only when all of a lower one fail."""

    tags: Sequence[str] | None
    """Calls with one of these tags alone go there."""

    fallbacks: Sequence[str] | None
    """Names of models to go on with when no deployment of this name can serve."""

    timeout: float | None
    """Seconds until the provider's answer."""

    stream_timeout: float | None
    """Seconds until the first event."""

    max_retries: int | None
    """How often a call is tried there again."""

    rpm: int | None
    """Requests a minute."""

    tpm: int | None
    """Tokens a minute."""

    max_parallel_requests: int | None
    """Calls at the same time."""

    max_budget: float | None
    """How much may be spent there, in US dollars."""

    budget_duration: BudgetDurationParam | None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    input_cost_per_token: float | None
    """The price of a token read, in US dollars, instead of the known one."""

    output_cost_per_token: float | None
    """The price of a token written."""

    cache_read_input_token_cost: float | None
    """The price of a token from the provider's cache."""

    input_cost_per_second: float | None
    """The price of a second of audio read."""

    output_cost_per_second: float | None
    """The price of a second of audio spoken."""


class ModelCreateParams(CallOptions, total=False):
    """Arguments of `model.create`."""

    model_name: Required[str]
    """The name that callers use."""

    litellm_params: Required[DeploymentParamsInput | DeploymentParams]
    """Where a deployment is, and how calls go there."""

    model_info: DeploymentInfoParam | DeploymentInfo | None
    """What is known of a deployment beside where it is."""


class ModelDeleteParams(CallOptions, total=False):
    """Arguments of `model.delete`."""

    id: Required[str]
    """The deployment, by its `model_info.id`."""


class ModelInfoParams(CallOptions, total=False):
    """Arguments of `model.info`."""

    model_id: str
    """Only this deployment, by its `model_info.id`."""

    model_name: str
    """Only deployments of this name."""


class ModelUpdateParams(CallOptions, total=False):
    """Arguments of `model.update`."""

    model_id: str | None
    """The deployment."""

    model_name: str | None
    """The name that callers use."""

    litellm_params: DeploymentParamsChangeParam | None
    """What changes of where a deployment is."""

    model_info: DeploymentInfoParam | DeploymentInfo | None
    """What is known of a deployment beside where it is."""
