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
    """The region that must serve the call, for models with deployments in several regions."""

    model: Required[str]
    """The model to use"""

    input: Required[str]
    """The text to speak."""

    voice: Required[SpeechRequestVoiceParam]
    """The voice: a built-in voice by name, or a custom voice by id."""

    instructions: str | None
    """Instructions on how to speak, such as tone and accent."""

    response_format: SpeechRequestResponseFormat | None
    """The format of the audio. Default: the provider's default, `mp3` for most; offline models return `wav`."""

    stream_format: SpeechRequestStreamFormat | None
    """How the audio is streamed: `audio` sends its bytes; `sse` sends the server-sent events `speech.audio.delta`,
    whose `audio` is a base64-encoded part of the file, and `speech.audio.done`. Default: `audio`.
    """

    speed: float | None
    """The speed of the speech; 1 is normal speed."""

    user: str | None
    """The id of your end user."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    tags: Sequence[str] | None
    """Tags to report the cost of the call under."""

    provider_specific_params: Mapping[str, object] | None
    """Parameters of one provider, added to the body that is sent to the provider."""


class AudioTranscriptionsCreateParams(CallOptions, total=False):
    """Arguments of `audio.transcriptions.create`."""

    region: str
    """The region that must serve the call, for models with deployments in several regions."""

    file: Required[FileInput]
    """The audio file to transcribe: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm."""

    model: Required[str]
    """The model to use"""

    language: str
    """The language of the audio, such as `en`. Setting it can improve accuracy. Offline models only return it."""

    prompt: str
    """Text that precedes the audio, or words to expect in it."""

    temperature: float
    """The sampling temperature. Higher values make the output more random. Ignored by offline models."""

    timestamp_granularities: Sequence[TimestampGranularity]
    """The timestamps to include: words, segments or both. Requires `response_format: verbose_json`."""

    include: Sequence[str]
    """Additional data to include in the response: `logprobs`."""

    chunking_strategy: TranscriptionRequestChunkingStrategyParam
    """How the audio is split into chunks. Ignored by offline models."""

    known_speaker_names: Sequence[str]
    """Names of the known speakers."""

    known_speaker_references: Sequence[str]
    """Voice samples of the known speakers, as `data:` URLs, in the order of `known_speaker_names`."""


class AudioTranslationsCreateParams(CallOptions, total=False):
    """Arguments of `audio.translations.create`."""

    region: str
    """The region that must serve the call, for models with deployments in several regions."""

    file: Required[FileInput]
    """The audio file to translate: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm."""

    model: Required[str]
    """The model to use"""

    prompt: str
    """Text that precedes the audio, or words to expect in it, in English. Ignored by offline models."""

    temperature: float
    """The sampling temperature. Higher values make the output more random. Ignored by offline models."""


class VadConfigParam(TypedDict, total=False):
    """Voice activity detection: splits the audio at silence."""

    type: Required[Literal["server_vad"]]

    threshold: float
    """The sensitivity threshold for speech, from 0 to 1."""

    prefix_padding_ms: int
    """The amount of audio to include before detected speech, in milliseconds."""

    silence_duration_ms: int
    """The duration of silence that ends a segment of speech, in milliseconds."""


AudioResponseFormat: TypeAlias = Literal["json", "text", "srt", "verbose_json", "vtt", "diarized_json"] | str
"""The format of the output. Default: `json`."""


SpeechRequestResponseFormat: TypeAlias = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] | str
"""The format of the audio. Default: the provider's default, `mp3` for most; offline models return `wav`."""


SpeechRequestStreamFormat: TypeAlias = Literal["audio", "sse"]
"""How the audio is streamed: `audio` sends its bytes; `sse` sends the server-sent events `speech.audio.delta`,
whose `audio` is a base64-encoded part of the file, and `speech.audio.done`. Default: `audio`.
"""


SpeechRequestVoiceParam: TypeAlias = "Voice | CustomVoiceParam"
"""The voice: a built-in voice by name, or a custom voice by id."""


TimestampGranularity: TypeAlias = Literal["word", "segment"]
"""The unit that timestamps are given for."""


TranscriptionRequestChunkingStrategyParam: TypeAlias = "Literal['auto'] | VadConfigParam"
"""How the audio is split into chunks. Ignored by offline models."""
