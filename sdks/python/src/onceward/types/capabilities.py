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
    """The capabilities, limits and prices of a model."""

    model_id: str
    """The model."""

    provider: str | None = None
    """The provider that serves it."""

    supports_vision: bool
    """Whether the model accepts images."""

    supports_tools: bool
    """Whether the model can call tools."""

    supports_reasoning: bool
    """Whether the model supports reasoning."""

    supports_streaming: bool | None = None
    """Streaming by server-sent events."""

    supports_system_messages: bool | None = None
    """System messages."""

    supports_audio_input: bool | None = None
    """Audio input."""

    supports_audio_output: bool | None = None
    """Audio output."""

    supports_structured_output: bool | None = None
    """Whether the model supports responses that match a JSON Schema."""

    max_context_tokens: int | None = None
    """The maximum number of input and output tokens together."""

    max_output_tokens: int | None = None
    """The maximum number of output tokens."""

    input_cost_per_1m: float | None = None
    """Price per million input tokens, in US dollars."""

    output_cost_per_1m: float | None = None
    """Price per million output tokens, in US dollars."""

    reasoning_cost_per_1m: float | None = None
    """Price per million reasoning tokens, in US dollars."""

    features: list[str] | None = None
    """Further features by name."""

    modalities: list[str] | None = None
    """Supported types of content."""

    provider_specific: dict[str, Any] | None = None
    """Capabilities of this provider only."""


class ModelCapabilitiesList(Model):
    """The capabilities of models."""

    object: Literal["list"]

    data: list[ModelCapabilities]
    """One record for each model."""
