# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: capabilities."""

from __future__ import annotations

from typing import Any, Literal

from .._core.models import Model

__all__ = [
    "ModelCapabilities",
    "ModelCapabilitiesList",
]


class ModelCapabilities(Model):
    """What a model can do, how much fits, and what it costs."""

    model_id: str
    """The model."""

    provider: str | None = None
    """Who runs it."""

    supports_vision: bool
    """Images in."""

    supports_tools: bool
    """Calling tools."""

    supports_reasoning: bool
    """Thinking before the answer."""

    supports_streaming: bool | None = None
    """Server-sent events."""

    supports_system_messages: bool | None = None
    """Instructions above the conversation."""

    supports_audio_input: bool | None = None
    """Audio in."""

    supports_audio_output: bool | None = None
    """Audio out."""

    supports_structured_output: bool | None = None
    """Answers of a given JSON Schema."""

    max_context_tokens: int | None = None
    """Tokens, read and written together."""

    max_output_tokens: int | None = None
    """Tokens written."""

    input_cost_per_1m: float | None = None
    """A million tokens read, in US dollars."""

    output_cost_per_1m: float | None = None
    """A million tokens written, in US dollars."""

    reasoning_cost_per_1m: float | None = None
    """A million tokens of thinking, in US dollars."""

    features: list[str] | None = None
    """Further abilities by name."""

    modalities: list[str] | None = None
    """Kinds of content."""

    provider_specific: dict[str, Any] | None = None
    """What only this provider knows."""


class ModelCapabilitiesList(Model):
    """The capabilities of models."""

    object: Literal["list"]

    data: list[ModelCapabilities]
    """One record for each model."""
