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
    """The region that may serve the call, for a model with deployments in several."""

    model: Required[str]
    """Which model answers."""

    prompt: Required[CompletionPromptParam]
    """The text to continue, several of them, or their tokens."""

    suffix: str | None
    """What comes after the gap that is to be filled."""

    stream_options: StreamOptionsParam | None
    """What the stream carries beside its content. With `stream` only."""

    max_tokens: int | None
    """The most tokens to write; 0 with `echo` rates the prompt alone. Some providers take -1 for no bound. Absent
    is 16.
    """

    temperature: float | None
    """How freely words are chosen. Offline models do not use it."""

    top_p: float | None
    """Only the likeliest words that together have this probability are chosen from. Offline models do not use it."""

    n: int | None
    """How many texts to give for each prompt."""

    best_of: int | None
    """How many texts to write and choose the likeliest `n` of."""

    stop: StopSequencesParam | None
    """Texts at which writing stops; they are not part of the answer. Many providers take at most four."""

    echo: bool | None
    """Whether the text begins with the prompt."""

    logprobs: int | None
    """How many of the likeliest tokens to name at each place."""

    presence_penalty: float | None
    """Above 0, words that have come up already are less likely. Offline models do not use it."""

    frequency_penalty: float | None
    """Above 0, words are the less likely the more often they have come up. Offline models do not use it."""

    logit_bias: Mapping[str, float] | None
    """Token id -> what is added to its likelihood, from -100 to 100. Offline models do not use it."""

    seed: int | None
    """The same seed and request give the same text where the model can."""

    user: str | None
    """Your end user, by an id of yours."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    tags: Sequence[str] | None
    """Labels under which the call's cost is reported."""

    cache: ResponseCacheParam | None
    """What the call asks of the gateway's response cache."""

    guardrails: Sequence[str] | None
    """Guardrails that this call passes beside those it passes anyway. `GET /guardrails/list` lists them."""

    mock_response: str | None
    """The text, word for word, with no model asked. For tests."""

    provider_specific_params: Mapping[str, object] | None
    """What only one provider knows, added to the body the provider gets."""


CompletionPromptListParam: TypeAlias = Sequence[str] | Sequence[int] | Sequence[Sequence[int]]


CompletionPromptParam: TypeAlias = "str | CompletionPromptListParam"
"""The text to continue, several of them, or their tokens."""
