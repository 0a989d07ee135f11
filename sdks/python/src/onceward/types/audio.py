# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: audio."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from .._core.models import Model, UnknownVariant, no_tag_of

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
    """A transcription."""

    text: str
    """The transcribed text."""

    logprobs: list[TranscriptionLogprob] | None = None
    """Log probabilities of the tokens."""

    usage: TranscriptionUsage | None = None
    """Usage that the call is billed by: tokens or seconds."""


class TranscriptionLogprob(Model):
    """A token and its log probability."""

    token: str | None = None
    """The token's text."""

    logprob: float | None = None
    """The token's log probability (natural logarithm)."""

    bytes: list[float] | None = None
    """The token's UTF-8 bytes."""


class TranscriptionSegment(Model):
    """A segment of a transcription."""

    id: TranscriptionSegmentId | None = None
    """The segment's id."""

    start: float
    """The start of the segment, in seconds."""

    end: float
    """The end of the segment, in seconds."""

    text: str
    """The transcribed text."""

    speaker: str | None = None
    """The speaker, if the model distinguishes speakers."""

    seek: int | None = None
    """The seek offset of the segment in the audio."""

    tokens: list[int] | None = None
    """The token ids of the segment's text."""

    temperature: float | None = None
    """The sampling temperature used for the segment."""

    avg_logprob: float | None = None
    """The average log probability of the tokens. Below -1, the transcription may be unreliable."""

    compression_ratio: float | None = None
    """The compression ratio of the text. Above 2.4, the transcription may be repetitive and unreliable."""

    no_speech_prob: float | None = None
    """The probability that the segment contains no speech."""


class TranscriptionTextDeltaEvent(Model):
    """Text to append to the transcription."""

    type: Literal["transcript.text.delta"]

    delta: str
    """The text to append."""

    segment_id: str | None = None
    """The id of the segment that the text belongs to."""

    logprobs: list[TranscriptionLogprob] | None = None
    """Log probabilities of the tokens."""


class TranscriptionTextDoneEvent(Model):
    """The complete text; the last event of the stream."""

    type: Literal["transcript.text.done"]

    text: str
    """The transcribed text."""

    logprobs: list[TranscriptionLogprob] | None = None
    """Log probabilities of the tokens."""

    usage: TranscriptionUsage | None = None
    """Usage that the call is billed by: tokens or seconds."""


class TranscriptionTextSegmentEvent(Model):
    """A completed segment, with its timestamps and speaker."""

    type: Literal["transcript.text.segment"]

    id: str | None = None
    """The segment's id."""

    start: float
    """The start of the segment, in seconds."""

    end: float
    """The end of the segment, in seconds."""

    text: str
    """The transcribed text."""

    speaker: str | None = None
    """The speaker's label."""


class TranscriptionUsage(Model):
    """Usage that the call is billed by: tokens or seconds."""

    type: TranscriptionUsageType | None = None
    """The unit of billing: `tokens` or `duration`."""

    seconds: float | None = None
    """The duration of the audio in seconds. Set if `type` is `duration`."""

    input_tokens: int | None = None
    """The number of input tokens. Set if `type` is `tokens`."""

    output_tokens: int | None = None
    """The number of output tokens."""

    total_tokens: int | None = None
    """The total number of tokens."""

    input_token_details: dict[str, Any] | None = None
    """The input tokens by kind."""

    cost_usd: float | None = None
    """The cost of the call, in US dollars."""


class TranscriptionVerbose(Model):
    """A transcription with timestamps."""

    task: str | None = None
    """The task that was performed: `transcribe`."""

    language: str | None = None
    """The language of the audio."""

    duration: TranscriptionVerboseDuration
    """The duration of the audio in seconds. Some servers send the number as a string."""

    text: str
    """The transcribed text."""

    segments: list[TranscriptionSegment] | None = None
    """The segments of the transcription."""

    words: list[TranscriptionWord] | None = None
    """The words of the transcription."""

    usage: TranscriptionUsage | None = None
    """Usage that the call is billed by: tokens or seconds."""


class TranscriptionWord(Model):
    """A transcribed word with its timestamps."""

    word: str
    """The word."""

    start: float
    """The start of the word, in seconds."""

    end: float
    """The end of the word, in seconds."""


class Translation(Model):
    """A translation into English."""

    text: str
    """The translated text."""


class TranslationVerbose(Model):
    """A translation into English, with timestamps."""

    task: str | None = None
    """The task that was performed: `translate`."""

    language: str | None = None
    """The language of the text: `english`."""

    duration: TranslationVerboseDuration
    """The duration of the audio in seconds. Some servers send the number as a string."""

    text: str
    """The translated text."""

    segments: list[TranscriptionSegment] | None = None
    """The segments of the translation."""


TranscriptionCreateResponse: TypeAlias = Annotated[
    Annotated[TranscriptionVerbose | Transcription, Field(union_mode="smart")] | UnknownVariant,
    Field(union_mode="left_to_right"),
]
"""A transcription; with timestamps if `verbose_json` was requested."""


TranscriptionSegmentId: TypeAlias = int | str
"""The segment's id."""


TranscriptionStreamEvent: TypeAlias = Annotated[
    Annotated[
        TranscriptionTextDeltaEvent | TranscriptionTextSegmentEvent | TranscriptionTextDoneEvent,
        Field(discriminator="type"),
    ]
    | Annotated[
        UnknownVariant, no_tag_of("type", "transcript.text.delta", "transcript.text.done", "transcript.text.segment")
    ],
    Field(union_mode="left_to_right"),
]
"""An event of a transcription stream."""


TranscriptionUsageType: TypeAlias = Literal["tokens", "duration"] | str
"""The unit of billing: `tokens` or `duration`."""


TranscriptionVerboseDuration: TypeAlias = float | str
"""The duration of the audio in seconds. Some servers send the number as a string."""


TranslationCreateResponse: TypeAlias = Annotated[
    Annotated[TranslationVerbose | Translation, Field(union_mode="smart")] | UnknownVariant,
    Field(union_mode="left_to_right"),
]
"""A translation; with timestamps if `verbose_json` was requested."""


TranslationVerboseDuration: TypeAlias = float | str
"""The duration of the audio in seconds. Some servers send the number as a string."""
