# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.

"""What answers carry: shared."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from .._core.models import Model

__all__ = [
    "CompletionTokensDetails",
    "CompletionUsage",
    "FinishReason",
    "Metadata",
    "PromptTokensDetails",
]


class CompletionTokensDetails(Model):
    """What the tokens written consist of."""

    reasoning_tokens: int | None = None
    """Reasoning, shown or not."""

    audio_tokens: int | None = None
    """Audio."""

    text_tokens: int | None = None
    """Text."""

    accepted_prediction_tokens: int | None = None
    """Tokens of the prediction that were used."""

    rejected_prediction_tokens: int | None = None
    """Tokens of the prediction that were not used and are paid all the same."""


class CompletionUsage(Model):
    """What a call read and wrote."""

    prompt_tokens: int
    """Tokens read."""

    completion_tokens: int
    """Tokens written, reasoning included."""

    total_tokens: int
    """Both."""

    prompt_tokens_details: PromptTokensDetails | None = None

    completion_tokens_details: CompletionTokensDetails | None = None

    cost_usd: float | None = None
    """What the call cost, in US dollars."""


class PromptTokensDetails(Model):
    """What the tokens read consist of."""

    cached_tokens: int | None = None
    """Read from the provider's cache."""

    cache_write_tokens: int | None = None
    """Written to the provider's cache."""

    audio_tokens: int | None = None
    """Audio."""

    image_tokens: int | None = None
    """Images."""

    text_tokens: int | None = None
    """Text."""


FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter", "function_call"] | str | None
"""Why writing ended: `stop` (done, or a stop sequence), `length` (the token limit), `tool_calls`,
`content_filter`, `function_call` (older). Null while it goes on.
"""


Metadata: TypeAlias = dict[str, Any] | None
"""Up to the caller; kept with the record and given back. Most providers take strings alone as values."""
