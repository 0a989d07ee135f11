# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: audio."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from .._core.models import Model, UnknownVariant

__all__ = [
    "Transcription",
    "TranscriptionCreateResponse",
    "TranscriptionLogprob",
    "TranscriptionSegment",
    "TranscriptionSegmentId",
    "TranscriptionStreamEvent",
    "TranscriptionTextDeltaEvent",
    "TranscriptionTextDoneEvent",
    "TranscriptionTextSegmentEvent",
    "TranscriptionUsage",
    "TranscriptionUsageType",
    "TranscriptionVerbose",
    "TranscriptionVerboseDuration",
    "TranscriptionWord",
    "Translation",
    "TranslationCreateResponse",
    "TranslationVerbose",
    "TranslationVerboseDuration",
]


class Transcription(Model):
    """What was said."""

    text: str
    """The text."""

    logprobs: list[TranscriptionLogprob] | None = None
    """How likely the tokens were."""

    usage: TranscriptionUsage | None = None
    """What the call is billed by, tokens or seconds."""


class TranscriptionLogprob(Model):
    """A token and how likely it was."""

    token: str | None = None
    """The token's text."""

    logprob: float | None = None
    """The natural logarithm of its probability."""

    bytes: list[float] | None = None
    """Its UTF-8 bytes."""


class TranscriptionSegment(Model):
    """A part of what was said."""

    id: TranscriptionSegmentId | None = None
    """Which part."""

    start: float
    """When it begins, in seconds."""

    end: float
    """When it ends, in seconds."""

    text: str
    """The text."""

    speaker: str | None = None
    """Who speaks, where the model tells apart."""

    seek: int | None = None
    """Where the model looked."""

    tokens: list[int] | None = None
    """The tokens."""

    temperature: float | None = None
    """How freely the words were chosen."""

    avg_logprob: float | None = None
    """How likely the tokens were on average; below -1 is doubtful."""

    compression_ratio: float | None = None
    """How much the text repeats itself; above 2.4 is doubtful."""

    no_speech_prob: float | None = None
    """How likely nobody speaks."""


class TranscriptionTextDeltaEvent(Model):
    """More of the text."""

    type: Literal["transcript.text.delta"]

    delta: str
    """What is new."""

    segment_id: str | None = None
    """The part it belongs to."""

    logprobs: list[TranscriptionLogprob] | None = None
    """How likely the tokens were."""


class TranscriptionTextDoneEvent(Model):
    """The whole text; the last event."""

    type: Literal["transcript.text.done"]

    text: str
    """The text."""

    logprobs: list[TranscriptionLogprob] | None = None
    """How likely the tokens were."""

    usage: TranscriptionUsage | None = None
    """What the call is billed by, tokens or seconds."""


class TranscriptionTextSegmentEvent(Model):
    """A part that is done, with its times and speaker."""

    type: Literal["transcript.text.segment"]

    id: str | None = None
    """Which part."""

    start: float
    """When it begins, in seconds."""

    end: float
    """When it ends, in seconds."""

    text: str
    """The text."""

    speaker: str | None = None
    """Who speaks."""


class TranscriptionUsage(Model):
    """What the call is billed by, tokens or seconds."""

    type: TranscriptionUsageType | None = None
    """What is counted."""

    seconds: float | None = None
    """How long the audio is, by `duration`."""

    input_tokens: int | None = None
    """Tokens read, by `tokens`."""

    output_tokens: int | None = None
    """Tokens written."""

    total_tokens: int | None = None
    """Both."""

    input_token_details: dict[str, Any] | None = None
    """What the tokens read consist of."""

    cost_usd: float | None = None
    """What the call cost, in US dollars."""


class TranscriptionVerbose(Model):
    """What was said, and when."""

    task: str | None = None
    """What was done: `transcribe`."""

    language: str | None = None
    """The language that is spoken."""

    duration: TranscriptionVerboseDuration
    """How long the audio is, in seconds; some servers write the number as text."""

    text: str
    """The text."""

    segments: list[TranscriptionSegment] | None = None
    """Its parts."""

    words: list[TranscriptionWord] | None = None
    """Its words."""

    usage: TranscriptionUsage | None = None
    """What the call is billed by, tokens or seconds."""


class TranscriptionWord(Model):
    """A word, and when it was said."""

    word: str
    """The word."""

    start: float
    """When it begins, in seconds."""

    end: float
    """When it ends, in seconds."""


class Translation(Model):
    """What was said, in English."""

    text: str
    """The text."""


class TranslationVerbose(Model):
    """What was said, in English, and when."""

    task: str | None = None
    """What was done: `translate`."""

    language: str | None = None
    """The language of the text; `english`."""

    duration: TranslationVerboseDuration
    """How long the audio is, in seconds; some servers write the number as text."""

    text: str
    """The text."""

    segments: list[TranscriptionSegment] | None = None
    """Its parts."""


TranscriptionCreateResponse: TypeAlias = Annotated[
    Annotated[TranscriptionVerbose | Transcription, Field(union_mode="smart")] | UnknownVariant,
    Field(union_mode="left_to_right"),
]
"""What was said; with times where `verbose_json` was asked for."""


TranscriptionSegmentId: TypeAlias = int | str
"""Which part."""


TranscriptionStreamEvent: TypeAlias = Annotated[
    Annotated[
        TranscriptionTextDeltaEvent | TranscriptionTextSegmentEvent | TranscriptionTextDoneEvent,
        Field(discriminator="type"),
    ]
    | UnknownVariant,
    Field(union_mode="left_to_right"),
]
"""An event of a transcription."""


TranscriptionUsageType: TypeAlias = Literal["tokens", "duration"] | str
"""What is counted."""


TranscriptionVerboseDuration: TypeAlias = float | str
"""How long the audio is, in seconds; some servers write the number as text."""


TranslationCreateResponse: TypeAlias = Annotated[
    Annotated[TranslationVerbose | Translation, Field(union_mode="smart")] | UnknownVariant,
    Field(union_mode="left_to_right"),
]
"""What was said, in English; with times where `verbose_json` was asked for."""


TranslationVerboseDuration: TypeAlias = float | str
"""How long the audio is, in seconds; some servers write the number as text."""
