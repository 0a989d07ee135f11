# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: models."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from .._core.models import Model as _Model

__all__ = [
    "Model",
    "ModelAuth",
    "ModelDeleted",
    "ModelFeatures",
    "ModelLimits",
    "ModelList",
    "ModelMode",
    "ModelPricing",
]


class Model(_Model):
    """A model."""

    id: str
    """The id to call the model by. It may contain `/`."""

    object: Literal["model"]

    created: int | None = None
    """When the model was created, as a Unix timestamp in seconds."""

    owned_by: str | None = None
    """The owner of the model."""

    name: str | None = None
    """The display name."""

    description: str | None = None
    """A description of the model."""

    provider: str | None = None
    """The provider that serves it."""

    mode: ModelMode | None = None
    """The type of the model, such as `chat` or `embedding`."""

    parent: str | None = None
    """The base model, if the model is fine-tuned."""

    limits: ModelLimits | None = None
    """Limits of a model. Absent: unknown."""

    pricing: ModelPricing | None = None
    """Prices as decimal numbers in the currency. Absent: unknown; 0: free."""

    capabilities: ModelFeatures | None = None
    """Features that a model supports. Absent: unknown."""

    auth: ModelAuth | None = None
    """Authentication that the model requires in addition to the gateway key."""

    shutdown_date: str | None = None
    """The date from which the model is no longer available, such as `2026-12-31`."""

    metadata: dict[str, Any] | None = None
    """Additional metadata."""


class ModelAuth(_Model):
    """Authentication that the model requires in addition to the gateway key."""

    requires_byok_header: str | None = None
    """The header for your own provider key, such as `X-Provider-Key-Anthropic`."""


class ModelDeleted(_Model):
    """Confirmation that a model was deleted."""

    id: str
    """The id of the model."""

    object: Literal["model"]

    deleted: bool
    """Whether the model was deleted."""


class ModelFeatures(_Model):
    """Features that a model supports. Absent: unknown."""

    streaming: bool | None = None
    """Streaming by server-sent events."""

    tools: bool | None = None
    """Whether the model can call tools."""

    parallel_tools: bool | None = None
    """Whether the model can call several tools in one response."""

    structured_output: bool | None = None
    """Whether the model supports responses that match a JSON Schema."""

    json_mode: bool | None = None
    """Responses that are JSON objects."""

    vision: bool | None = None
    """Whether the model accepts images."""

    documents: bool | None = None
    """File input."""

    audio_input: bool | None = None
    """Audio input."""

    audio_output: bool | None = None
    """Audio output."""

    image_output: bool | None = None
    """Image output."""

    thinking: bool | None = None
    """Whether the model supports reasoning."""

    logprobs: bool | None = None
    """Log probabilities of tokens."""

    system_messages: bool | None = None
    """System messages."""

    prompt_caching: bool | None = None
    """Prompt caching."""

    native_web_search: bool | None = None
    """Built-in web search."""

    native_code_execution: bool | None = None
    """Built-in code execution."""

    fine_tuning: bool | None = None
    """Fine-tuning with this model as the base."""

    batch: bool | None = None
    """Batches."""


class ModelLimits(_Model):
    """Limits of a model. Absent: unknown."""

    context_window: int | None = None
    """The maximum number of input and output tokens together."""

    max_input_tokens: int | None = None
    """The maximum number of input tokens."""

    max_output_tokens: int | None = None
    """The maximum number of output tokens."""

    max_dimensions: int | None = None
    """The maximum number of dimensions of an embedding."""

    max_batch_inputs: int | None = None
    """The maximum number of inputs per request."""


class ModelList(_Model):
    """A page of models."""

    object: Literal["list"]

    data: list[Model]
    """The models."""

    has_more: bool | None = None
    """Whether there are more items."""

    next_cursor: str | None = None
    """The `cursor` of the next page."""


class ModelPricing(_Model):
    """Prices as decimal numbers in the currency. Absent: unknown; 0: free."""

    currency: str | None = None
    """The currency, such as `USD`."""

    input_cost_per_token: float | None = None
    """Price per input token."""

    output_cost_per_token: float | None = None
    """Price per output token."""

    cached_input_cost_per_token: float | None = None
    """Price per input token that is read from the provider's cache."""

    cache_write_cost_per_token: float | None = None
    """Price per token that is written to the provider's cache."""

    reasoning_cost_per_token: float | None = None
    """Price per reasoning token, if it differs from an output token."""

    input_cost_per_audio_token: float | None = None
    """Price per input audio token."""

    output_cost_per_audio_token: float | None = None
    """Price per output audio token."""

    input_cost_per_image: float | None = None
    """Price per input image."""

    output_cost_per_image: float | None = None
    """Price per generated image."""

    input_cost_per_second: float | None = None
    """Price per second of input audio."""

    output_cost_per_second: float | None = None
    """Price per second of output audio."""

    input_cost_per_character: float | None = None
    """Price per character of speech input."""

    cost_per_request: float | None = None
    """Price per request."""


ModelMode: TypeAlias = (
    Literal["chat", "completion", "embedding", "image_generation", "audio_speech", "audio_transcription", "moderation"]
    | str
)
"""The type of the model, such as `chat` or `embedding`."""
