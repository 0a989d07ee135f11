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
    """What calls can be made to pass."""

    guardrail_name: str
    """The name by which calls and keys choose it."""

    litellm_params: GuardrailParams
    """How a guardrail works."""

    guardrail_info: GuardrailInfo | None = None
    """What is known of a guardrail."""


class GuardrailInfo(Model):
    """What is known of a guardrail."""

    description: str | None = None
    """What it does."""


class GuardrailList(Model):
    """Guardrails."""

    guardrails: list[Guardrail]
    """The guardrails."""


class GuardrailParams(Model):
    """How a guardrail works."""

    guardrail: str
    """Its kind, such as `pii_masking` or `word_list`."""

    mode: GuardrailParamsMode | None = None
    """When it works: `pre_call`, `post_call`, or both."""

    default_on: bool | None = None
    """Whether all calls pass it."""


GuardrailParamsMode: TypeAlias = str | list[str]
"""When it works: `pre_call`, `post_call`, or both."""
