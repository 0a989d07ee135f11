# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: completions."""

from __future__ import annotations

from typing import Literal

from .._core.models import Model
from .shared import CompletionUsage, FinishReason

__all__ = [
    "Completion",
    "CompletionChoice",
    "CompletionLogprobs",
]


class Completion(Model):
    """Continued texts, whole or (in a stream) a piece of them."""

    id: str
    """The answer's id."""

    object: Literal["text_completion"]

    created: int
    """When it was begun, in seconds since 1970."""

    model: str
    """The model that answered."""

    choices: list[CompletionChoice]
    """The texts, `n` for each prompt."""

    usage: CompletionUsage | None = None
    """What a call read and wrote."""

    system_fingerprint: str | None = None
    """Names the state of the model."""


class CompletionChoice(Model):
    """One text."""

    index: int
    """Which of the texts."""

    text: str
    """The text; in a stream, what is new of it."""

    finish_reason: FinishReason | None = None
    """Why writing ended: `stop` (done, or a stop sequence), `length` (the token limit), `tool_calls`,
    `content_filter`, `function_call` (older). Null while it goes on.
    """

    logprobs: CompletionLogprobs | None = None
    """How likely the tokens were; the lists go in step."""


class CompletionLogprobs(Model):
    """How likely the tokens were; the lists go in step."""

    tokens: list[str] | None = None
    """The tokens."""

    token_logprobs: list[float | None] | None = None
    """How likely each was; null for the first of an echoed prompt."""

    top_logprobs: list[dict[str, float] | None] | None = None
    """The likeliest tokens at each place."""

    text_offset: list[int] | None = None
    """Where each token begins."""
