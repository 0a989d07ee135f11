# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: utils."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Required, TypeAlias

from ..._core.options import CallOptions

__all__ = [
    "TransformRequestCallType",
    "UtilsSupportedOpenaiParamsParams",
    "UtilsTokenCounterParams",
    "UtilsTransformRequestParams",
]


class UtilsSupportedOpenaiParamsParams(CallOptions, total=False):
    """Arguments of `utils.supported_openai_params`."""

    model: Required[str]
    """The model."""


class UtilsTokenCounterParams(CallOptions, total=False):
    """Arguments of `utils.token_counter`."""

    model: Required[str]
    """The model."""

    messages: Sequence[Mapping[str, object]] | None
    """Messages as for `/v1/chat/completions`."""

    prompt: str | None
    """A text."""


class UtilsTransformRequestParams(CallOptions, total=False):
    """Arguments of `utils.transform_request`."""

    call_type: Required[TransformRequestCallType]
    """What would be called."""

    request_body: Required[Mapping[str, object]]
    """The body as a call would send it."""


TransformRequestCallType: TypeAlias = (
    Literal["completion", "text_completion", "embedding", "image_generation", "speech", "transcription", "moderation"]
    | str
)
"""What would be called."""
