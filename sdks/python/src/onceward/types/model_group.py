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
    """A name of a model, and what its deployments can do together."""

    model_group: str
    """The name."""

    providers: list[str]
    """Who runs it."""

    deployments: int | None = None
    """How many deployments there are."""

    healthy_deployments: int | None = None
    """Of these, those that are chosen."""

    mode: str | None = None
    """What the model does."""

    max_input_tokens: int | None = None
    """Tokens read at most."""

    max_output_tokens: int | None = None
    """Tokens written at most."""

    input_cost_per_token: float | None = None
    """A token read, in US dollars, at the cheapest."""

    output_cost_per_token: float | None = None
    """A token written, in US dollars, at the cheapest."""

    tpm: int | None = None
    """Tokens a minute, all together."""

    rpm: int | None = None
    """Requests a minute, all together."""

    band: str | None = None
    """The band of models that it is in."""

    supports_parallel_function_calling: bool | None = None
    """Calling several tools in one answer."""

    supports_vision: bool | None = None
    """Images in."""

    supports_function_calling: bool | None = None
    """Calling tools."""

    supports_reasoning: bool | None = None
    """Thinking before the answer."""

    supported_openai_params: list[str] | None = None
    """Members of a request that are heeded."""


class ModelGroupList(Model):
    """Names of models."""

    object: Literal["list"]

    data: list[ModelGroup]
    """The names."""
