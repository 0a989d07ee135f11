# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: model."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from .._core.models import Model
from .shared import BudgetDurationParam

__all__ = [
    "Deployment",
    "DeploymentInfo",
    "DeploymentInfoMode",
    "DeploymentInfoTier",
    "DeploymentList",
    "DeploymentParams",
    "DeploymentStatus",
    "ModelDeleteResponse",
]


class Deployment(Model):
    """A deployment: a provider's model that serves calls to a model name."""

    model_name: str
    """The model name that callers use."""

    litellm_params: DeploymentParams
    """The provider, model and connection settings of a deployment."""

    model_info: DeploymentInfo
    """Metadata of a deployment."""

    status: DeploymentStatus | None = None
    """Whether the deployment takes calls. In `cooldown` it is excluded for a while after failures."""

    cooldown_until: str | None = None
    """The end of the cooldown (ISO 8601, UTC)."""

    active_calls: int | None = None
    """The number of running calls."""

    last_error: str | None = None
    """The last error."""


class DeploymentInfo(Model):
    """Metadata of a deployment."""

    id: str | None = None
    """The id of the deployment. Default: generated."""

    mode: DeploymentInfoMode | None = None
    """The type of the model, such as `chat` or `embedding`."""

    base_model: str | None = None
    """The model that defines prices and capabilities, if the deployment's name does not identify it."""

    team_id: str | None = None
    """The only team that may use the deployment."""

    team_public_model_name: str | None = None
    """The model name that this team uses."""

    tier: DeploymentInfoTier | None = None
    """Whether the deployment is free or paid."""

    band: str | None = None
    """The band of the model. See `GET /v1/credits/tiers`."""

    max_input_tokens: int | None = None
    """The maximum number of input tokens."""

    max_output_tokens: int | None = None
    """The maximum number of output tokens."""

    supports_vision: bool | None = None
    """Whether the model accepts images."""

    supports_function_calling: bool | None = None
    """Whether the model can call tools."""

    supports_parallel_function_calling: bool | None = None
    """Whether the model can call several tools in one response."""

    supports_reasoning: bool | None = None
    """Whether the model supports reasoning."""

    supports_response_schema: bool | None = None
    """Whether the model supports responses that match a JSON Schema."""

    db_model: bool | None = None
    """Whether the deployment was added by the API and not by the configuration file. Set by the gateway."""

    created_at: str | None = None
    """When the deployment was added (ISO 8601, UTC). Set by the gateway."""

    created_by: str | None = None
    """The user or key that added it. Set by the gateway."""

    updated_at: str | None = None
    """When the deployment was last updated. Set by the gateway."""

    updated_by: str | None = None
    """The user or key that last changed it. Set by the gateway."""


class DeploymentList(Model):
    """A list of deployments."""

    object: Literal["list"]

    data: list[Deployment]
    """The deployments."""


class DeploymentParams(Model):
    """The provider, model and connection settings of a deployment."""

    model: str
    """The provider and its model, such as `openai/gpt-5-mini`."""

    custom_llm_provider: str | None = None
    """The provider, if `model` does not start with it."""

    api_base: str | None = None
    """The base URL of the provider."""

    api_version: str | None = None
    """The version of the provider's API."""

    api_key: str | None = Field(default=None, repr=False)
    """The provider's API key. In responses it is masked (`sk-...REDACTED`)."""

    credential_name: str | None = None
    """The name of a stored credential to use instead of `api_key`. See `/credentials`."""

    organization: str | None = None
    """The organization id at the provider."""

    region_name: str | None = None
    """The region of the deployment, such as `eu`."""

    weight: float | None = None
    """The relative weight in load balancing. Default: 1."""

    order: int | None = None
    """The priority. Deployments with a higher `order` are used only if all deployments with a lower one fail."""

    tags: list[str] | None = None
    """Only calls with one of these tags are routed to this deployment."""

    fallbacks: list[str] | None = None
    """The model names to fall back to when no deployment of this model can serve the call."""

    timeout: float | None = None
    """The timeout in seconds until the provider's response."""

    stream_timeout: float | None = None
    """The timeout in seconds until the first event of a stream."""

    max_retries: int | None = None
    """The maximum number of retries on this deployment."""

    rpm: int | None = None
    """The maximum number of requests per minute."""

    tpm: int | None = None
    """The maximum number of tokens per minute."""

    max_parallel_requests: int | None = None
    """The maximum number of concurrent calls."""

    max_budget: float | None = None
    """The maximum spend on this deployment, in US dollars."""

    budget_duration: BudgetDurationParam | None = None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    input_cost_per_token: float | None = None
    """The price per input token in US dollars. Overrides the known price."""

    output_cost_per_token: float | None = None
    """The price per output token in US dollars."""

    cache_read_input_token_cost: float | None = None
    """The price per token read from the provider's cache, in US dollars."""

    input_cost_per_second: float | None = None
    """The price per second of input audio, in US dollars."""

    output_cost_per_second: float | None = None
    """The price per second of output audio, in US dollars."""


class ModelDeleteResponse(Model):
    """Confirmation that a deployment was deleted."""

    id: str
    """The id of the deployment."""

    deleted: bool
    """Whether the deployment was deleted."""

    message: str | None = None
    """A message that confirms the deletion."""


DeploymentInfoMode: TypeAlias = (
    Literal["chat", "completion", "embedding", "image_generation", "audio_speech", "audio_transcription", "moderation"]
    | str
)
"""The type of the model, such as `chat` or `embedding`."""


DeploymentInfoTier: TypeAlias = Literal["free", "paid"] | str
"""Whether the deployment is free or paid."""


DeploymentStatus: TypeAlias = Literal["active", "cooldown", "disabled"] | str
"""Whether the deployment takes calls. In `cooldown` it is excluded for a while after failures."""
