# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: model_group."""

from __future__ import annotations

from typing import Literal

from .._core.models import Model

__all__ = [
    "ModelGroup",
    "ModelGroupList",
]


class ModelGroup(Model):
    """A model name and the combined capabilities of its deployments."""

    model_group: str
    """The model name."""

    providers: list[str]
    """The providers that serve it."""

    deployments: int | None = None
    """The number of deployments."""

    healthy_deployments: int | None = None
    """The number of deployments that take calls."""

    mode: str | None = None
    """The type of the model, such as `chat` or `embedding`."""

    max_input_tokens: int | None = None
    """The maximum number of input tokens."""

    max_output_tokens: int | None = None
    """The maximum number of output tokens."""

    input_cost_per_token: float | None = None
    """The lowest price per input token, in US dollars."""

    output_cost_per_token: float | None = None
    """The lowest price per output token, in US dollars."""

    tpm: int | None = None
    """The tokens per minute of all deployments together."""

    rpm: int | None = None
    """The requests per minute of all deployments together."""

    band: str | None = None
    """The band of the model."""

    supports_parallel_function_calling: bool | None = None
    """Whether the model can call several tools in one response."""

    supports_vision: bool | None = None
    """Whether the model accepts images."""

    supports_function_calling: bool | None = None
    """Whether the model can call tools."""

    supports_reasoning: bool | None = None
    """Whether the model supports reasoning."""

    supported_openai_params: list[str] | None = None
    """The request parameters that the model supports."""


class ModelGroupList(Model):
    """A list of model groups."""

    object: Literal["list"]

    data: list[ModelGroup]
    """The model groups."""
