# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: audio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Required, TypeAlias, TypedDict

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..._core.files import FileInput
    from .shared import CustomVoiceParam, MetadataParam, Voice

__all__ = [
    "AudioResponseFormat",
    "AudioSpeechCreateParams",
    "AudioTranscriptionsCreateParams",
    "AudioTranslationsCreateParams",
    "SpeechRequestResponseFormat",
    "SpeechRequestStreamFormat",
    "SpeechRequestVoiceParam",
    "TimestampGranularity",
    "TranscriptionRequestChunkingStrategyParam",
    "VadConfigParam",
]


class AudioSpeechCreateParams(CallOptions, total=False):
    """Arguments of `audio.speech.create`."""

    region: str
    """The region that may serve the call, for a model with deployments in several."""

    model: Required[str]
    """The model that speaks"""

    input: Required[str]
    """The text."""

    voice: Required[SpeechRequestVoiceParam]
    """A voice by name, or one of your own."""

    instructions: str | None
    """How to speak."""

    response_format: SpeechRequestResponseFormat | None
    """The format of the audio. Absent is the default of the model's provider, `mp3` for most; the offline models
    give `wav`.
    """

    stream_format: SpeechRequestStreamFormat | None
    """How the audio is sent: as its bytes, or as server-sent events `speech.audio.delta`, whose `audio` is a piece
    of the file in base64, and `speech.audio.done`. Absent is `audio`.
    """

    speed: float | None
    """How fast to speak; 1 is normal."""

    user: str | None
    """Your end user, by an id of yours."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    tags: Sequence[str] | None
    """Labels under which the call's cost is reported."""

    provider_specific_params: Mapping[str, object] | None
    """What only one provider knows, added to the body the provider gets."""


class AudioTranscriptionsCreateParams(CallOptions, total=False):
    """Arguments of `audio.transcriptions.create`."""

    region: str
    """The region that may serve the call, for a model with deployments in several."""

    file: Required[FileInput]
    """The audio: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm."""

    model: Required[str]
    """The model that listens"""

    language: str
    """The language that is spoken, such as `en`; helps the model. Offline models only tell it back."""

    prompt: str
    """Text that came before, or words to expect."""

    temperature: float
    """How freely words are chosen. Offline models do not use it."""

    timestamp_granularities: Sequence[TimestampGranularity]
    """The times to give. With `verbose_json` only."""

    include: Sequence[str]
    """What to give beside the text: `logprobs`."""

    chunking_strategy: TranscriptionRequestChunkingStrategyParam
    """How the audio is cut into pieces. Offline models do not use it."""

    known_speaker_names: Sequence[str]
    """Names of those who speak."""

    known_speaker_references: Sequence[str]
    """How each of them sounds, as `data:` URLs."""


class AudioTranslationsCreateParams(CallOptions, total=False):
    """Arguments of `audio.translations.create`."""

    region: str
    """The region that may serve the call, for a model with deployments in several."""

    file: Required[FileInput]
    """The audio: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm."""

    model: Required[str]
    """The model that listens"""

    prompt: str
    """Text that came before, or words to expect, in English. Offline models do not use it."""

    temperature: float
    """How freely words are chosen. Offline models do not use it."""


class VadConfigParam(TypedDict, total=False):
    """Cuts where nobody speaks."""

    type: Required[Literal["server_vad"]]

    threshold: float
    """How loud speech is, from 0 to 1."""

    prefix_padding_ms: int
    """Audio kept before speech, in ms."""

    silence_duration_ms: int
    """How long silence must be, in ms."""


AudioResponseFormat: TypeAlias = Literal["json", "text", "srt", "verbose_json", "vtt", "diarized_json"] | str
"""How the text is written. Absent is `json`."""


SpeechRequestResponseFormat: TypeAlias = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] | str
"""The format of the audio. Absent is the default of the model's provider, `mp3` for most; the offline models give
`wav`.
"""


SpeechRequestStreamFormat: TypeAlias = Literal["audio", "sse"]
"""How the audio is sent: as its bytes, or as server-sent events `speech.audio.delta`, whose `audio` is a piece of
the file in base64, and `speech.audio.done`. Absent is `audio`.
"""


SpeechRequestVoiceParam: TypeAlias = "Voice | CustomVoiceParam"
"""A voice by name, or one of your own."""


TimestampGranularity: TypeAlias = Literal["word", "segment"]
"""What has a time."""


TranscriptionRequestChunkingStrategyParam: TypeAlias = "Literal['auto'] | VadConfigParam"
"""How the audio is cut into pieces. Offline models do not use it."""
