"""Audio by offline models: speech, transcription and translation."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from ..core import error_codes
from ..core.answer import Answer, ModelContext, OfflineModel
from ..core.clock import Clock
from ..core.errors import ApiError, invalid
from ..core.threads import offload
from ..core.tokenizer import count, encode
from ..http.request import Request
from ..offline.speech import listen, speak, transcript
from ..offline.speech.listen import Heard
from ..offline.speech.speak import CONTENT_TYPES, unsupported
from ..offline.speech.written import logprobs
from ..offline.unsupported import refuse_language
from .offline_models import require_kind

__all__ = ["AudioHandlers"]

_LONGEST_INPUT = 4096
_PIECE = 16_384
_LARGEST_UPLOAD = 25 * 1024 * 1024
_TRANSCRIPTS = ("json", "text", "srt", "verbose_json", "vtt")


class AudioHandlers:
    """Handlers for `/v1/audio`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def create_speech(self, model: OfflineModel, request: Request, context: ModelContext) -> Answer:
        """Return the sound of a text."""
        built_in, data = require_kind(model, "speech"), request.data
        text, form = str(data["input"]), data.get("response_format") or "wav"
        if not text or len(text) > _LONGEST_INPUT:
            raise invalid(f"`input` must have from 1 to {_LONGEST_INPUT} characters, not {len(text)}.", param="input")
        refusal = unsupported(form)
        if refusal is not None:
            raise invalid(f"`response_format` {refusal}.", param="response_format", code=error_codes.UNSUPPORTED_FORMAT)
        voice = data["voice"]["id"] if isinstance(data["voice"], dict) else str(data["voice"])
        instructions = str(data.get("instructions") or "")
        sound = await offload(speak, text, voice, form, float(data.get("speed") or 1.0), instructions)
        tokens = count(text) + count(instructions)
        usage = {"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens}
        if data.get("stream_format") == "sse":
            answer = Answer(_spoken(sound, tokens), "text/event-stream", usage=usage)
        else:
            answer = Answer(sound, CONTENT_TYPES[form], usage=usage)
        await self._clock.sleep(built_in.delay(data))
        return built_in.failing(answer, data, context.attempt)

    async def create_transcription(self, model: OfflineModel, request: Request, context: ModelContext) -> Answer:
        """Return the text of a sound."""
        return await self._transcript(model, request, context, "transcribe")

    async def create_translation(self, model: OfflineModel, request: Request, context: ModelContext) -> Answer:
        """Return the text of a sound in English."""
        return await self._transcript(model, request, context, "translate")

    async def _transcript(self, model: OfflineModel, request: Request, context: ModelContext, task: str) -> Answer:
        built_in, data = require_kind(model, "transcription" if task == "transcribe" else "translation"), request.data
        form = data.get("response_format") or "json"
        if form not in _TRANSCRIPTS:
            raise invalid(
                f"`response_format` {form!r} cannot be made offline. Use one of {', '.join(_TRANSCRIPTS)}.",
                param="response_format",
                code=error_codes.UNSUPPORTED_FORMAT,
            )
        _check_details(data, form)
        refuse_language(data.get("language"))
        heard = await offload(listen, _sound(request))
        hint = count(str(data.get("prompt") or ""))
        usage = _billed(heard, hint)
        likely = "logprobs" in _listed(data, "include")
        if data.get("stream") and task == "transcribe":
            answer = Answer(_streamed(heard, hint, likely=likely), "text/event-stream", usage=usage)
        else:
            body = transcript(
                heard,
                form,
                task,
                _language(data, task),
                _listed(data, "timestamp_granularities"),
                hint=hint,
                temperature=float(data.get("temperature") or 0),
                likely=likely,
            )
            answer = (
                Answer(body.encode(), "text/plain; charset=utf-8", usage=usage)
                if isinstance(body, str)
                else Answer.json(body, usage=usage)
            )
        await self._clock.sleep(built_in.delay(data))
        return built_in.failing(answer, data, context.attempt)


def _spoken(sound: bytes, tokens: int) -> bytes:
    """Return the sound as events: pieces of the file, then the usage."""
    events: list[dict[str, Any]] = [
        {"type": "speech.audio.delta", "audio": base64.b64encode(sound[at : at + _PIECE]).decode()}
        for at in range(0, len(sound), _PIECE)
    ]
    usage = {"input_tokens": tokens, "output_tokens": 0, "total_tokens": tokens}
    return _events([*events, {"type": "speech.audio.done", "usage": usage}])


def _events(events: list[dict[str, Any]]) -> bytes:
    return b"".join(
        b"event: " + event["type"].encode() + b"\ndata: " + msgspec.json.encode(event) + b"\n\n" for event in events
    )


def _language(data: dict[str, Any], task: str) -> str | None:
    """Return the language of a transcription; a translation is in English."""
    return None if task == "translate" else data.get("language")


def _sound(request: Request) -> bytes:
    uploads = [upload for upload in request.files if upload.name == "file"]
    if len(uploads) != 1:
        raise invalid(
            f"`file` must be one file, not {len(uploads)}. Send it as a part of a multipart form.", param="file"
        )
    if uploads[0].size > _LARGEST_UPLOAD:
        raise invalid(
            f"`file` has {uploads[0].size} bytes; at most {_LARGEST_UPLOAD} are taken.",
            param="file",
            code=error_codes.FILE_TOO_LARGE,
        )
    uploads[0].file.seek(0)
    return uploads[0].file.read()


def _listed(data: dict[str, Any], name: str) -> list[str]:
    said = data.get(name) or data.get(f"{name}[]") or []
    return [said] if isinstance(said, str) else [str(item) for item in said]


def _check_details(data: dict[str, Any], form: str) -> None:
    """Refuse by name what belongs to another format, and what offline models cannot do."""
    if _listed(data, "timestamp_granularities") and form != "verbose_json":
        raise _unfit("timestamp_granularities", form, "Times come with `response_format` 'verbose_json'.")
    for item in _listed(data, "include"):
        if item != "logprobs":
            raise invalid(f"`include` has {item!r}, which is not known. Use 'logprobs'.", param="include")
        if form != "json":
            raise _unfit("include", form, "They come with `response_format` 'json'.")
    if data.get("stream") and form not in ("json", "text"):
        raise _unfit("stream", form, "A stream comes with `response_format` 'json' or 'text'.")
    chunking = data.get("chunking_strategy")
    if (chunking or data.get("chunking_strategy[type]")) and chunking != "auto":
        raise _not_offline("chunking_strategy", "Use 'auto', or leave it out.")
    for name in ("known_speaker_names", "known_speaker_references"):
        if _listed(data, name):
            raise _not_offline(name, "Speakers are not distinguished: leave it out.")


def _unfit(name: str, form: str, step: str) -> ApiError:
    return invalid(f"`{name}` does not go with `response_format` {form!r}. {step}", param=name)


def _not_offline(name: str, step: str) -> ApiError:
    return invalid(f"`{name}` cannot be heeded offline. {step}", param=name, code=error_codes.UNSUPPORTED_FORMAT)


def _billed(heard: Heard, hint: int) -> dict[str, Any]:
    read, written = max(1, round(heard.seconds * 10)) + hint, count(heard.text)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _streamed(heard: Heard, hint: int, *, likely: bool) -> bytes:
    usage = _billed(heard, hint)
    shown = {
        "type": "tokens",
        "input_tokens": usage["prompt_tokens"],
        "output_tokens": usage["completion_tokens"],
        "total_tokens": usage["total_tokens"],
    }
    events: list[dict[str, Any]] = [{"type": "transcript.text.delta", "delta": piece} for piece in encode(heard.text)]
    done: dict[str, Any] = {"type": "transcript.text.done", "text": heard.text, "usage": shown}
    if likely:
        done["logprobs"] = logprobs(heard)
        for event, one in zip(events, done["logprobs"], strict=True):
            event["logprobs"] = [one]
    return _events([*events, done])
