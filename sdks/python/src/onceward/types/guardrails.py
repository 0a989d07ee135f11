# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: guardrails."""

from __future__ import annotations

from typing import TypeAlias

from .._core.models import Model

__all__ = [
    "Guardrail",
    "GuardrailInfo",
    "GuardrailList",
    "GuardrailParams",
    "GuardrailParamsMode",
]


class Guardrail(Model):
    """A guardrail."""

    guardrail_name: str
    """The name, used in calls and keys."""

    litellm_params: GuardrailParams
    """The parameters of a guardrail."""

    guardrail_info: GuardrailInfo | None = None
    """Metadata of a guardrail."""


class GuardrailInfo(Model):
    """Metadata of a guardrail."""

    description: str | None = None
    """A description of the guardrail."""


class GuardrailList(Model):
    """A list of guardrails."""

    guardrails: list[Guardrail]
    """The guardrails."""


class GuardrailParams(Model):
    """The parameters of a guardrail."""

    guardrail: str
    """The type of guardrail, such as `pii_masking` or `word_list`."""

    mode: GuardrailParamsMode | None = None
    """When the guardrail runs: `pre_call`, `post_call`, or both."""

    default_on: bool | None = None
    """Whether the guardrail applies to all calls."""


GuardrailParamsMode: TypeAlias = str | list[str]
"""When the guardrail runs: `pre_call`, `post_call`, or both."""
