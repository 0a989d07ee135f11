# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: completions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Required, TypeAlias

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from .shared import MetadataParam, ResponseCacheParam, StopSequencesParam, StreamOptionsParam

__all__ = [
    "CompletionPromptListParam",
    "CompletionPromptParam",
    "CompletionsCreateParams",
]


class CompletionsCreateParams(CallOptions, total=False):
    """Arguments of `completions.create`."""

    region: str
    """The region that must serve the call, for models with deployments in several regions."""

    model: Required[str]
    """The id of the model."""

    prompt: Required[CompletionPromptParam]
    """The prompt: a string, an array of strings, or token ids."""

    suffix: str | None
    """The text that follows the completion."""

    stream_options: StreamOptionsParam | None
    """Options for streaming. Requires `stream: true`."""

    max_tokens: int | None
    """The maximum number of tokens to generate; 0 with `echo` only scores the prompt. Some providers accept -1 (no
    limit). Default: 16.
    """

    temperature: float | None
    """The sampling temperature. Higher values make the output more random. Ignored by offline models."""

    top_p: float | None
    """Nucleus sampling: only the most likely tokens whose probabilities add up to `top_p` are considered. Ignored
    by offline models.
    """

    n: int | None
    """The number of completions to generate for each prompt."""

    best_of: int | None
    """The number of completions to generate, of which the `n` most likely are returned."""

    stop: StopSequencesParam | None
    """Sequences at which generation stops. They are not part of the output. Many providers accept at most four."""

    echo: bool | None
    """Whether to return the prompt before the completion."""

    logprobs: int | None
    """The number of most likely tokens to return at each position."""

    presence_penalty: float | None
    """Positive values make tokens that have already appeared less likely. Ignored by offline models."""

    frequency_penalty: float | None
    """Positive values make tokens less likely the more often they have appeared. Ignored by offline models."""

    logit_bias: Mapping[str, float] | None
    """Maps token ids to a bias from -100 to 100. Ignored by offline models."""

    seed: int | None
    """Requests with the same seed and parameters return the same result, if the model supports it."""

    user: str | None
    """The id of your end user."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    tags: Sequence[str] | None
    """Tags to report the cost of the call under."""

    cache: ResponseCacheParam | None
    """Controls the gateway's response cache for this call."""

    guardrails: Sequence[str] | None
    """Guardrails to apply to this call in addition to the default ones. See `GET /guardrails/list`."""

    mock_response: str | None
    """Text to return verbatim without calling a model, for tests."""

    provider_specific_params: Mapping[str, object] | None
    """Parameters of one provider, added to the body that is sent to the provider."""


CompletionPromptListParam: TypeAlias = Sequence[str] | Sequence[int] | Sequence[Sequence[int]]


CompletionPromptParam: TypeAlias = "str | CompletionPromptListParam"
"""The prompt: a string, an array of strings, or token ids."""
