# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `audio` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from .._core.operation import Body, Operation, Param, Result, Stream
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._core.content import Content
    from .._drivers.stream import AsyncStream
    from .._drivers.stream import Stream as EventStream
    from ..types.audio import TranscriptionCreateResponse, TranscriptionStreamEvent, TranslationCreateResponse
    from ..types.params.audio import (
        AudioResponseFormat,
        AudioSpeechCreateParams,
        AudioTranscriptionsCreateParams,
        AudioTranslationsCreateParams,
    )

__all__ = [
    "AsyncAudio",
    "AsyncAudioSpeech",
    "AsyncAudioSpeechWithRawResponse",
    "AsyncAudioTranscriptions",
    "AsyncAudioTranscriptionsWithRawResponse",
    "AsyncAudioTranslations",
    "AsyncAudioTranslationsWithRawResponse",
    "Audio",
    "AudioSpeech",
    "AudioSpeechWithRawResponse",
    "AudioTranscriptions",
    "AudioTranscriptionsWithRawResponse",
    "AudioTranslations",
    "AudioTranslationsWithRawResponse",
]

_TRANSCRIPTIONS_CREATE = Operation(
    id="audio.transcriptions.create",
    method="POST",
    path="/v1/audio/transcriptions",
    params={
        "region": Param(wire="X-Onceward-Region", place="header", check=("within", "string", {"min_length": 1})),
        "file": Param(wire="file", required=True, file=True),
        "model": Param(wire="model", required=True, check=("within", "string", {"min_length": 1})),
        "language": Param(wire="language", check="string"),
        "prompt": Param(wire="prompt", check="string"),
        "response_format": Param(wire="response_format", check="string"),
        "temperature": Param(wire="temperature", check=("within", "number", {"minimum": 0, "maximum": 1})),
        "timestamp_granularities": Param(
            wire="timestamp_granularities", check=("list", ("enum", "word", "segment")), style="brackets"
        ),
        "include": Param(wire="include", check=("list", "string"), style="brackets"),
        "stream": Param(wire="stream", check="boolean"),
        "chunking_strategy": Param(
            wire="chunking_strategy", check="audio:TranscriptionRequestChunkingStrategyParam", style="deepObject"
        ),
        "known_speaker_names": Param(
            wire="known_speaker_names", check=("within", ("list", "string"), {"max_length": 4}), style="brackets"
        ),
        "known_speaker_references": Param(
            wire="known_speaker_references", check=("within", ("list", "string"), {"max_length": 4}), style="brackets"
        ),
    },
    body=Body(kind="multipart", media_type="multipart/form-data"),
    result=Result(
        type="audio:TranscriptionCreateResponse",
        text_when={
            "response_format": frozenset({"srt", "text", "vtt"}),
        },
    ),
    stream=Stream(
        event="audio:TranscriptionStreamEvent", terminal=frozenset({"transcript.text.done"}), tag="type", resumable=True
    ),
    retry="keyed",
)

_TRANSLATIONS_CREATE = Operation(
    id="audio.translations.create",
    method="POST",
    path="/v1/audio/translations",
    params={
        "region": Param(wire="X-Onceward-Region", place="header", check=("within", "string", {"min_length": 1})),
        "file": Param(wire="file", required=True, file=True),
        "model": Param(wire="model", required=True, check=("within", "string", {"min_length": 1})),
        "prompt": Param(wire="prompt", check="string"),
        "response_format": Param(wire="response_format", check="string"),
        "temperature": Param(wire="temperature", check=("within", "number", {"minimum": 0, "maximum": 1})),
    },
    body=Body(kind="multipart", media_type="multipart/form-data"),
    result=Result(
        type="audio:TranslationCreateResponse",
        text_when={
            "response_format": frozenset({"srt", "text", "vtt"}),
        },
    ),
    retry="keyed",
)

_SPEECH_CREATE = Operation(
    id="audio.speech.create",
    method="POST",
    path="/v1/audio/speech",
    params={
        "region": Param(wire="X-Onceward-Region", place="header", check=("within", "string", {"min_length": 1})),
        "model": Param(wire="model", required=True, check=("within", "string", {"min_length": 1})),
        "input": Param(wire="input", required=True, check="string"),
        "voice": Param(wire="voice", required=True, check="audio:SpeechRequestVoiceParam"),
        "instructions": Param(wire="instructions", nullable=True, check=("null", "string")),
        "response_format": Param(wire="response_format", nullable=True, check=("null", "string")),
        "stream_format": Param(wire="stream_format", nullable=True, check=("null", ("enum", "audio", "sse"))),
        "speed": Param(
            wire="speed", nullable=True, check=("null", ("within", "number", {"minimum": 0.25, "maximum": 4}))
        ),
        "user": Param(wire="user", nullable=True, check=("null", "string")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "tags": Param(wire="tags", nullable=True, check=("null", ("list", "string"))),
        "provider_specific_params": Param(
            wire="provider_specific_params", nullable=True, check=("null", ("map", None))
        ),
    },
    body=Body(),
    result=Result(kind="binary"),
    accept="audio/mpeg, audio/wav, audio/opus, audio/aac, audio/flac, audio/pcm, application/octet-stream",
    retry="keyed",
)


class AudioTranscriptions(Resource):
    """Speech to text."""

    @cached_property
    def with_raw_response(self) -> AudioTranscriptionsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AudioTranscriptionsWithRawResponse(self)

    @overload
    def create(
        self,
        *,
        stream: Literal[False] = False,
        response_format: Literal["json", "verbose_json", "diarized_json"] = ...,
        **params: Unpack[AudioTranscriptionsCreateParams],
    ) -> TranscriptionCreateResponse: ...
    @overload
    def create(
        self,
        *,
        stream: Literal[False] = False,
        response_format: Literal["srt", "text", "vtt"],
        **params: Unpack[AudioTranscriptionsCreateParams],
    ) -> str: ...
    @overload
    def create(
        self,
        *,
        stream: Literal[True],
        response_format: AudioResponseFormat = ...,
        **params: Unpack[AudioTranscriptionsCreateParams],
    ) -> EventStream[TranscriptionStreamEvent]: ...
    @overload
    def create(
        self,
        *,
        stream: bool = ...,
        response_format: AudioResponseFormat = ...,
        **params: Unpack[AudioTranscriptionsCreateParams],
    ) -> TranscriptionCreateResponse | str | EventStream[TranscriptionStreamEvent]: ...
    def create(self, **params: Any) -> Any:
        """Create a transcription.

        Transcribes an audio file. `response_format` sets the format: `json` and `verbose_json` return JSON;
        `text`, `srt` and `vtt` return plain text. With `stream: true`, the text is streamed as server-sent
        events.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            file: The audio file to transcribe: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm.
            model: The model to use.
            language: The language of the audio, such as `en`.
            prompt: Text that precedes the audio, or words to expect in it.
            response_format: The format of the output.
            temperature: The sampling temperature.
            timestamp_granularities: The timestamps to include: words, segments or both.
            include: Additional data to include in the response: `logprobs`.
            stream: Whether to stream the response as server-sent events. Default: False.
            chunking_strategy: How the audio is split into chunks.
            known_speaker_names: Names of the known speakers.
            known_speaker_references: Voice samples of the known speakers, as `data:` URLs, in the order of
                `known_speaker_names`.

        Returns:
            The complete response, or the stream of events with `stream=True`.
        """
        return self._client.execute(_TRANSCRIPTIONS_CREATE, params)


class AudioTranscriptionsWithRawResponse(RawResource["AudioTranscriptions"]):
    """The methods of `AudioTranscriptions`, returning raw responses."""

    create = RawMethod(AudioTranscriptions.create)


class AsyncAudioTranscriptions(AsyncResource):
    """Speech to text."""

    @cached_property
    def with_raw_response(self) -> AsyncAudioTranscriptionsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncAudioTranscriptionsWithRawResponse(self)

    @overload
    async def create(
        self,
        *,
        stream: Literal[False] = False,
        response_format: Literal["json", "verbose_json", "diarized_json"] = ...,
        **params: Unpack[AudioTranscriptionsCreateParams],
    ) -> TranscriptionCreateResponse: ...
    @overload
    async def create(
        self,
        *,
        stream: Literal[False] = False,
        response_format: Literal["srt", "text", "vtt"],
        **params: Unpack[AudioTranscriptionsCreateParams],
    ) -> str: ...
    @overload
    async def create(
        self,
        *,
        stream: Literal[True],
        response_format: AudioResponseFormat = ...,
        **params: Unpack[AudioTranscriptionsCreateParams],
    ) -> AsyncStream[TranscriptionStreamEvent]: ...
    @overload
    async def create(
        self,
        *,
        stream: bool = ...,
        response_format: AudioResponseFormat = ...,
        **params: Unpack[AudioTranscriptionsCreateParams],
    ) -> TranscriptionCreateResponse | str | AsyncStream[TranscriptionStreamEvent]: ...
    async def create(self, **params: Any) -> Any:
        """Create a transcription.

        Transcribes an audio file. `response_format` sets the format: `json` and `verbose_json` return JSON;
        `text`, `srt` and `vtt` return plain text. With `stream: true`, the text is streamed as server-sent
        events.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            file: The audio file to transcribe: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm.
            model: The model to use.
            language: The language of the audio, such as `en`.
            prompt: Text that precedes the audio, or words to expect in it.
            response_format: The format of the output.
            temperature: The sampling temperature.
            timestamp_granularities: The timestamps to include: words, segments or both.
            include: Additional data to include in the response: `logprobs`.
            stream: Whether to stream the response as server-sent events. Default: False.
            chunking_strategy: How the audio is split into chunks.
            known_speaker_names: Names of the known speakers.
            known_speaker_references: Voice samples of the known speakers, as `data:` URLs, in the order of
                `known_speaker_names`.

        Returns:
            The complete response, or the stream of events with `stream=True`.
        """
        return await self._client.execute(_TRANSCRIPTIONS_CREATE, params)


class AsyncAudioTranscriptionsWithRawResponse(RawResource["AsyncAudioTranscriptions"]):
    """The methods of `AsyncAudioTranscriptions`, returning raw responses."""

    create = AsyncRawMethod(AsyncAudioTranscriptions.create)


class AudioTranslations(Resource):
    """Speech to English text."""

    @cached_property
    def with_raw_response(self) -> AudioTranslationsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AudioTranslationsWithRawResponse(self)

    @overload
    def create(
        self,
        *,
        response_format: Literal["json", "verbose_json", "diarized_json"] = ...,
        **params: Unpack[AudioTranslationsCreateParams],
    ) -> TranslationCreateResponse: ...
    @overload
    def create(
        self, *, response_format: Literal["srt", "text", "vtt"], **params: Unpack[AudioTranslationsCreateParams]
    ) -> str: ...
    @overload
    def create(
        self, *, response_format: AudioResponseFormat = ..., **params: Unpack[AudioTranslationsCreateParams]
    ) -> TranslationCreateResponse | str: ...
    def create(self, **params: Any) -> Any:
        """Create a translation.

        Translates an audio file into English text. `response_format` sets the format, as for transcriptions.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            file: The audio file to translate: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm.
            model: The model to use.
            prompt: Text that precedes the audio, or words to expect in it, in English.
            response_format: The format of the output.
            temperature: The sampling temperature.
        """
        return self._client.execute(_TRANSLATIONS_CREATE, params)


class AudioTranslationsWithRawResponse(RawResource["AudioTranslations"]):
    """The methods of `AudioTranslations`, returning raw responses."""

    create = RawMethod(AudioTranslations.create)


class AsyncAudioTranslations(AsyncResource):
    """Speech to English text."""

    @cached_property
    def with_raw_response(self) -> AsyncAudioTranslationsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncAudioTranslationsWithRawResponse(self)

    @overload
    async def create(
        self,
        *,
        response_format: Literal["json", "verbose_json", "diarized_json"] = ...,
        **params: Unpack[AudioTranslationsCreateParams],
    ) -> TranslationCreateResponse: ...
    @overload
    async def create(
        self, *, response_format: Literal["srt", "text", "vtt"], **params: Unpack[AudioTranslationsCreateParams]
    ) -> str: ...
    @overload
    async def create(
        self, *, response_format: AudioResponseFormat = ..., **params: Unpack[AudioTranslationsCreateParams]
    ) -> TranslationCreateResponse | str: ...
    async def create(self, **params: Any) -> Any:
        """Create a translation.

        Translates an audio file into English text. `response_format` sets the format, as for transcriptions.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            file: The audio file to translate: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm.
            model: The model to use.
            prompt: Text that precedes the audio, or words to expect in it, in English.
            response_format: The format of the output.
            temperature: The sampling temperature.
        """
        return await self._client.execute(_TRANSLATIONS_CREATE, params)


class AsyncAudioTranslationsWithRawResponse(RawResource["AsyncAudioTranslations"]):
    """The methods of `AsyncAudioTranslations`, returning raw responses."""

    create = AsyncRawMethod(AsyncAudioTranslations.create)


class AudioSpeech(Resource):
    """Text to speech."""

    @cached_property
    def with_raw_response(self) -> AudioSpeechWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AudioSpeechWithRawResponse(self)

    def create(self, **params: Unpack[AudioSpeechCreateParams]) -> Content:
        """Create speech.

        Generates audio from text, in the requested format.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            model: The model to use.
            input: The text to speak.
            voice: The voice: a built-in voice by name, or a custom voice by id.
            instructions: Instructions on how to speak, such as tone and accent.
            response_format: The format of the audio.
            stream_format: How the audio is streamed: `audio` sends its bytes; `sse` sends the server-sent
                events `speech.audio.delta`, whose `audio` is a base64-encoded part of the file, and
                `speech.audio.done`.
            speed: The speed of the speech; 1 is normal speed.
            user: The id of your end user.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
            provider_specific_params: Parameters of one provider, added to the body that is sent to the
                provider.

        Returns:
            The bytes of the response.
        """
        answer: Content = self._client.execute(_SPEECH_CREATE, params)
        return answer


class AudioSpeechWithRawResponse(RawResource["AudioSpeech"]):
    """The methods of `AudioSpeech`, returning raw responses."""

    create = RawMethod(AudioSpeech.create)


class AsyncAudioSpeech(AsyncResource):
    """Text to speech."""

    @cached_property
    def with_raw_response(self) -> AsyncAudioSpeechWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncAudioSpeechWithRawResponse(self)

    async def create(self, **params: Unpack[AudioSpeechCreateParams]) -> Content:
        """Create speech.

        Generates audio from text, in the requested format.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            model: The model to use.
            input: The text to speak.
            voice: The voice: a built-in voice by name, or a custom voice by id.
            instructions: Instructions on how to speak, such as tone and accent.
            response_format: The format of the audio.
            stream_format: How the audio is streamed: `audio` sends its bytes; `sse` sends the server-sent
                events `speech.audio.delta`, whose `audio` is a base64-encoded part of the file, and
                `speech.audio.done`.
            speed: The speed of the speech; 1 is normal speed.
            user: The id of your end user.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
            provider_specific_params: Parameters of one provider, added to the body that is sent to the
                provider.

        Returns:
            The bytes of the response.
        """
        answer: Content = await self._client.execute(_SPEECH_CREATE, params)
        return answer


class AsyncAudioSpeechWithRawResponse(RawResource["AsyncAudioSpeech"]):
    """The methods of `AsyncAudioSpeech`, returning raw responses."""

    create = AsyncRawMethod(AsyncAudioSpeech.create)


class Audio(Resource):
    """Speech to text and text to speech."""

    @cached_property
    def transcriptions(self) -> AudioTranscriptions:
        """Speech to text."""
        return AudioTranscriptions(self._client)

    @cached_property
    def translations(self) -> AudioTranslations:
        """Speech to English text."""
        return AudioTranslations(self._client)

    @cached_property
    def speech(self) -> AudioSpeech:
        """Text to speech."""
        return AudioSpeech(self._client)


class AsyncAudio(AsyncResource):
    """Speech to text and text to speech."""

    @cached_property
    def transcriptions(self) -> AsyncAudioTranscriptions:
        """Speech to text."""
        return AsyncAudioTranscriptions(self._client)

    @cached_property
    def translations(self) -> AsyncAudioTranslations:
        """Speech to English text."""
        return AsyncAudioTranslations(self._client)

    @cached_property
    def speech(self) -> AsyncAudioSpeech:
        """Text to speech."""
        return AsyncAudioSpeech(self._client)
