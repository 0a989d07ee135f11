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
    """The name to call it by; it may hold `/`."""

    object: Literal["model"]

    created: int | None = None
    """Since when, in seconds since 1970."""

    owned_by: str | None = None
    """Whose it is."""

    name: str | None = None
    """A name for people."""

    description: str | None = None
    """What it is good for."""

    provider: str | None = None
    """Who runs it."""

    mode: ModelMode | None = None
    """What it does."""

    parent: str | None = None
    """The base model of a fine-tuned one."""

    limits: ModelLimits | None = None
    """How much fits. Absent is unknown."""

    pricing: ModelPricing | None = None
    """What things cost, as decimal numbers of the currency. Absent is unknown; 0 is free."""

    capabilities: ModelFeatures | None = None
    """What a model can do. Absent is unknown."""

    auth: ModelAuth | None = None
    """What a call needs beside the gateway's key."""

    shutdown_date: str | None = None
    """From when on it answers no more (`2026-12-31`)."""

    metadata: dict[str, Any] | None = None
    """Whatever else is known."""


class ModelAuth(_Model):
    """What a call needs beside the gateway's key."""

    requires_byok_header: str | None = None
    """The header for a provider key of one's own, such as `X-Provider-Key-Anthropic`."""


class ModelDeleted(_Model):
    """A model that was deleted."""

    id: str
    """The model's id."""

    object: Literal["model"]

    deleted: bool
    """Whether it is gone."""


class ModelFeatures(_Model):
    """What a model can do. Absent is unknown."""

    streaming: bool | None = None
    """Server-sent events."""

    tools: bool | None = None
    """Calling tools."""

    parallel_tools: bool | None = None
    """Calling several tools in one answer."""

    structured_output: bool | None = None
    """Answers of a given JSON Schema."""

    json_mode: bool | None = None
    """Answers that are some JSON object."""

    vision: bool | None = None
    """Images in."""

    documents: bool | None = None
    """Files in."""

    audio_input: bool | None = None
    """Audio in."""

    audio_output: bool | None = None
    """Audio out."""

    image_output: bool | None = None
    """Images out."""

    thinking: bool | None = None
    """Thinking before the answer."""

    logprobs: bool | None = None
    """How likely tokens were."""

    system_messages: bool | None = None
    """Instructions above the conversation."""

    prompt_caching: bool | None = None
    """A cache of conversations."""

    native_web_search: bool | None = None
    """Searching the web by itself."""

    native_code_execution: bool | None = None
    """Running code by itself."""

    fine_tuning: bool | None = None
    """Can be the base of a fine-tuned model."""

    batch: bool | None = None
    """Can be called in batches."""


class ModelLimits(_Model):
    """How much fits. Absent is unknown."""

    context_window: int | None = None
    """Tokens, read and written together."""

    max_input_tokens: int | None = None
    """Tokens read."""

    max_output_tokens: int | None = None
    """Tokens written."""

    max_dimensions: int | None = None
    """How long a vector is at most."""

    max_batch_inputs: int | None = None
    """Inputs in one request."""


class ModelList(_Model):
    """A page of models."""

    object: Literal["list"]

    data: list[Model]
    """The models."""

    has_more: bool | None = None
    """Whether there is a next page."""

    next_cursor: str | None = None
    """What `cursor` must be for it."""


class ModelPricing(_Model):
    """What things cost, as decimal numbers of the currency. Absent is unknown; 0 is free."""

    currency: str | None = None
    """Such as `USD`."""

    input_cost_per_token: float | None = None
    """A token read."""

    output_cost_per_token: float | None = None
    """A token written."""

    cached_input_cost_per_token: float | None = None
    """A token read from the provider's cache."""

    cache_write_cost_per_token: float | None = None
    """A token written to the provider's cache."""

    reasoning_cost_per_token: float | None = None
    """A token of thinking, where it differs from one written."""

    input_cost_per_audio_token: float | None = None
    """A token of audio read."""

    output_cost_per_audio_token: float | None = None
    """A token of audio written."""

    input_cost_per_image: float | None = None
    """An image read."""

    output_cost_per_image: float | None = None
    """An image made."""

    input_cost_per_second: float | None = None
    """A second of audio read."""

    output_cost_per_second: float | None = None
    """A second of audio spoken."""

    input_cost_per_character: float | None = None
    """A character to speak."""

    cost_per_request: float | None = None
    """A request."""


ModelMode: TypeAlias = (
    Literal["chat", "completion", "embedding", "image_generation", "audio_speech", "audio_transcription", "moderation"]
    | str
)
"""What it does."""
