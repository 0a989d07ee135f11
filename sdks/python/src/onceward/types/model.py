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
    """A model of a provider that stands behind a name."""

    model_name: str
    """The name that callers use."""

    litellm_params: DeploymentParams
    """Where a deployment is, and how calls go there."""

    model_info: DeploymentInfo
    """What is known of a deployment beside where it is."""

    status: DeploymentStatus | None = None
    """Whether it is chosen; in `cooldown` it is not for a while, because it failed."""

    cooldown_until: str | None = None
    """Until when it is not chosen (ISO 8601, UTC)."""

    active_calls: int | None = None
    """Calls that run there now."""

    last_error: str | None = None
    """Why it failed last."""


class DeploymentInfo(Model):
    """What is known of a deployment beside where it is."""

    id: str | None = None
    """Its id; where it is not given, one is made."""

    mode: DeploymentInfoMode | None = None
    """What the model does."""

    base_model: str | None = None
    """The model whose prices and abilities it has, where its name does not tell."""

    team_id: str | None = None
    """The team that alone may use it."""

    team_public_model_name: str | None = None
    """The name by which that team calls it."""

    tier: DeploymentInfoTier | None = None
    """Whether it costs something."""

    band: str | None = None
    """The band of models that it is in; see `GET /v1/credits/tiers`."""

    max_input_tokens: int | None = None
    """Tokens read at most."""

    max_output_tokens: int | None = None
    """Tokens written at most."""

    supports_vision: bool | None = None
    """Images in."""

    supports_function_calling: bool | None = None
    """Calling tools."""

    supports_parallel_function_calling: bool | None = None
    """Calling several tools in one answer."""

    supports_reasoning: bool | None = None
    """Thinking before the answer."""

    supports_response_schema: bool | None = None
    """Answers of a given JSON Schema."""

    db_model: bool | None = None
    """Whether it was added here, and not by the configuration file. Set by the gateway."""

    created_at: str | None = None
    """When it was added (ISO 8601, UTC). Set by the gateway."""

    created_by: str | None = None
    """By whom. Set by the gateway."""

    updated_at: str | None = None
    """When it was last changed. Set by the gateway."""

    updated_by: str | None = None
    """By whom. Set by the gateway."""


class DeploymentList(Model):
    """Deployments."""

    object: Literal["list"]

    data: list[Deployment]
    """The deployments."""


class DeploymentParams(Model):
    """Where a deployment is, and how calls go there."""

    model: str
    """The provider and its model, such as `openai/gpt-5-mini`."""

    custom_llm_provider: str | None = None
    """The provider, where `model` does not begin with it."""

    api_base: str | None = None
    """The provider's address."""

    api_version: str | None = None
    """The version of the provider's API."""

    api_key: str | None = Field(default=None, repr=False)
    """The provider's key. In answers it is shown as `sk-...REDACTED` alone."""

    credential_name: str | None = None
    """A stored credential instead of a key; see `/credentials`."""

    organization: str | None = None
    """The organization at the provider."""

    region_name: str | None = None
    """Where it runs, such as `eu`."""

    weight: float | None = None
    """How often it is chosen beside the others; 1 where absent."""

    order: int | None = None
    """Those of a higher order are chosen only when all of a lower one fail."""

    tags: list[str] | None = None
    """Calls with one of these tags alone go there."""

    fallbacks: list[str] | None = None
    """Names of models to go on with when no deployment of this name can serve."""

    timeout: float | None = None
    """Seconds until the provider's answer."""

    stream_timeout: float | None = None
    """Seconds until the first event."""

    max_retries: int | None = None
    """How often a call is tried there again."""

    rpm: int | None = None
    """Requests a minute."""

    tpm: int | None = None
    """Tokens a minute."""

    max_parallel_requests: int | None = None
    """Calls at the same time."""

    max_budget: float | None = None
    """How much may be spent there, in US dollars."""

    budget_duration: BudgetDurationParam | None = None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    input_cost_per_token: float | None = None
    """The price of a token read, in US dollars, instead of the known one."""

    output_cost_per_token: float | None = None
    """The price of a token written."""

    cache_read_input_token_cost: float | None = None
    """The price of a token from the provider's cache."""

    input_cost_per_second: float | None = None
    """The price of a second of audio read."""

    output_cost_per_second: float | None = None
    """The price of a second of audio spoken."""


class ModelDeleteResponse(Model):
    """A deployment that was deleted."""

    id: str
    """The deployment's id."""

    deleted: bool
    """Whether it is gone."""

    message: str | None = None
    """The same for people."""


DeploymentInfoMode: TypeAlias = (
    Literal["chat", "completion", "embedding", "image_generation", "audio_speech", "audio_transcription", "moderation"]
    | str
)
"""What the model does."""


DeploymentInfoTier: TypeAlias = Literal["free", "paid"] | str
"""Whether it costs something."""


DeploymentStatus: TypeAlias = Literal["active", "cooldown", "disabled"] | str
"""Whether it is chosen; in `cooldown` it is not for a while, because it failed."""
