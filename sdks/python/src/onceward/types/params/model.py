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
    """Metadata of a deployment."""

    id: str | None
    """The id of the deployment. Default: generated."""

    mode: DeploymentInfoMode | None
    """The type of the model, such as `chat` or `embedding`."""

    base_model: str | None
    """The model that defines prices and capabilities, if the deployment's name does not identify it."""

    team_id: str | None
    """The only team that may use the deployment."""

    team_public_model_name: str | None
    """The model name that this team uses."""

    tier: DeploymentInfoTier | None
    """Whether the deployment is free or paid."""

    band: str | None
    """The band of the model. See `GET /v1/credits/tiers`."""

    max_input_tokens: int | None
    """The maximum number of input tokens."""

    max_output_tokens: int | None
    """The maximum number of output tokens."""

    supports_vision: bool | None
    """Whether the model accepts images."""

    supports_function_calling: bool | None
    """Whether the model can call tools."""

    supports_parallel_function_calling: bool | None
    """Whether the model can call several tools in one response."""

    supports_reasoning: bool | None
    """Whether the model supports reasoning."""

    supports_response_schema: bool | None
    """Whether the model supports responses that match a JSON Schema."""

    db_model: bool | None
    """Whether the deployment was added by the API and not by the configuration file. Set by the gateway."""

    created_at: str | None
    """When the deployment was added (ISO 8601, UTC). Set by the gateway."""

    created_by: str | None
    """The user or key that added it. Set by the gateway."""

    updated_at: str | None
    """When the deployment was last updated. Set by the gateway."""

    updated_by: str | None
    """The user or key that last changed it. Set by the gateway."""


class DeploymentParamsChangeParam(TypedDict, total=False):
    """The deployment parameters to change."""

    model: str | None
    """The provider and its model, such as `openai/gpt-5-mini`."""

    custom_llm_provider: str | None
    """The provider, if `model` does not start with it."""

    api_base: str | None
    """The base URL of the provider."""

    api_version: str | None
    """The version of the provider's API."""

    api_key: str | None
    """The provider's API key. In responses it is masked (`sk-...REDACTED`)."""

    credential_name: str | None
    """The name of a stored credential to use instead of `api_key`. See `/credentials`."""

    organization: str | None
    """The organization id at the provider."""

    region_name: str | None
    """The region of the deployment, such as `eu`."""

    weight: float | None
    """The relative weight in load balancing. Default: 1."""

    order: int | None
    """The priority. Deployments with a higher `order` are used only if all deployments with a lower one fail."""

    tags: Sequence[str] | None
    """Only calls with one of these tags are routed to this deployment."""

    fallbacks: Sequence[str] | None
    """The model names to fall back to when no deployment of this model can serve the call."""

    timeout: float | None
    """The timeout in seconds until the provider's response."""

    stream_timeout: float | None
    """The timeout in seconds until the first event of a stream."""

    max_retries: int | None
    """The maximum number of retries on this deployment."""

    rpm: int | None
    """The maximum number of requests per minute."""

    tpm: int | None
    """The maximum number of tokens per minute."""

    max_parallel_requests: int | None
    """The maximum number of concurrent calls."""

    max_budget: float | None
    """The maximum spend on this deployment, in US dollars."""

    budget_duration: BudgetDurationParam | None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    input_cost_per_token: float | None
    """The price per input token in US dollars. Overrides the known price."""

    output_cost_per_token: float | None
    """The price per output token in US dollars."""

    cache_read_input_token_cost: float | None
    """The price per token read from the provider's cache, in US dollars."""

    input_cost_per_second: float | None
    """The price per second of input audio, in US dollars."""

    output_cost_per_second: float | None
    """The price per second of output audio, in US dollars."""


class DeploymentParamsInput(TypedDict, total=False):
    """The provider, model and connection settings of a deployment."""

    model: Required[str]
    """The provider and its model, such as `openai/gpt-5-mini`."""

    custom_llm_provider: str | None
    """The provider, if `model` does not start with it."""

    api_base: str | None
    """The base URL of the provider."""

    api_version: str | None
    """The version of the provider's API."""

    api_key: str | None
    """The provider's API key. In responses it is masked (`sk-...REDACTED`)."""

    credential_name: str | None
    """The name of a stored credential to use instead of `api_key`. See `/credentials`."""

    organization: str | None
    """The organization id at the provider."""

    region_name: str | None
    """The region of the deployment, such as `eu`."""

    weight: float | None
    """The relative weight in load balancing. Default: 1."""

    order: int | None
    """The priority. Deployments with a higher `order` are used only if all deployments with a lower one fail."""

    tags: Sequence[str] | None
    """Only calls with one of these tags are routed to this deployment."""

    fallbacks: Sequence[str] | None
    """The model names to fall back to when no deployment of this model can serve the call."""

    timeout: float | None
    """The timeout in seconds until the provider's response."""

    stream_timeout: float | None
    """The timeout in seconds until the first event of a stream."""

    max_retries: int | None
    """The maximum number of retries on this deployment."""

    rpm: int | None
    """The maximum number of requests per minute."""

    tpm: int | None
    """The maximum number of tokens per minute."""

    max_parallel_requests: int | None
    """The maximum number of concurrent calls."""

    max_budget: float | None
    """The maximum spend on this deployment, in US dollars."""

    budget_duration: BudgetDurationParam | None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    input_cost_per_token: float | None
    """The price per input token in US dollars. Overrides the known price."""

    output_cost_per_token: float | None
    """The price per output token in US dollars."""

    cache_read_input_token_cost: float | None
    """The price per token read from the provider's cache, in US dollars."""

    input_cost_per_second: float | None
    """The price per second of input audio, in US dollars."""

    output_cost_per_second: float | None
    """The price per second of output audio, in US dollars."""


class ModelCreateParams(CallOptions, total=False):
    """Arguments of `model.create`."""

    model_name: Required[str]
    """The model name that callers use."""

    litellm_params: Required[DeploymentParamsInput | DeploymentParams]
    """The provider, model and connection settings of a deployment."""

    model_info: DeploymentInfoParam | DeploymentInfo | None
    """Metadata of a deployment."""


class ModelDeleteParams(CallOptions, total=False):
    """Arguments of `model.delete`."""

    id: Required[str]
    """The id of the deployment (`model_info.id`)."""


class ModelInfoParams(CallOptions, total=False):
    """Arguments of `model.info`."""

    model_id: str
    """Only the deployment with this `model_info.id`."""

    model_name: str
    """Only deployments of this model name."""


class ModelUpdateParams(CallOptions, total=False):
    """Arguments of `model.update`."""

    model_id: str | None
    """The id of the deployment."""

    model_name: str | None
    """The model name that callers use."""

    litellm_params: DeploymentParamsChangeParam | None
    """The deployment parameters to change."""

    model_info: DeploymentInfoParam | DeploymentInfo | None
    """Metadata of a deployment."""
