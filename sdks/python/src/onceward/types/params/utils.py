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
    """Messages, as for `/v1/chat/completions`."""

    prompt: str | None
    """A prompt."""


class UtilsTransformRequestParams(CallOptions, total=False):
    """Arguments of `utils.transform_request`."""

    call_type: Required[TransformRequestCallType]
    """The operation of the request."""

    request_body: Required[Mapping[str, object]]
    """The request body, as in a call."""


TransformRequestCallType: TypeAlias = (
    Literal["completion", "text_completion", "embedding", "image_generation", "speech", "transcription", "moderation"]
    | str
)
"""The operation of the request."""
