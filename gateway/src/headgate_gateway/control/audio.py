"""The audio routes for offline models: speech out, transcription and translation in."""

from __future__ import annotations

from typing import Any

import msgspec

from ..emission import Answer, ModelContext, OfflineModel
from ..errors import invalid
from ..http import BodyKind, Call, model_route
from ..offline.speech import listen, speak, transcript
from ..offline.speech.listen import Heard
from ..offline.speech.speak import CONTENT_TYPES, unsupported
from ..offline.tokenizer import count, encode
from ..offload import offload
from .local import demand

__all__ = ["ROUTES"]

_LONGEST_INPUT = 4096
_LARGEST_UPLOAD = 25 * 1024 * 1024
_TRANSCRIPTS = ("json", "text", "srt", "verbose_json", "vtt")


async def _speech(model: OfflineModel, call: Call, context: ModelContext) -> Answer:
    able, data = demand(model, "speech"), call.data
    text, form = str(data["input"]), data.get("response_format") or "wav"
    if not text or len(text) > _LONGEST_INPUT:
        raise invalid(f"`input` must have from 1 to {_LONGEST_INPUT} characters, not {len(text)}.", param="input")
    refusal = unsupported(form)
    if refusal is not None:
        raise invalid(f"`response_format` {refusal}.", param="response_format", code="unsupported_format")
    voice = data["voice"]["id"] if isinstance(data["voice"], dict) else str(data["voice"])
    sound = await offload(speak, text, voice, form, float(data.get("speed") or 1.0))
    tokens = count(text)
    usage = {"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens}
    answer = Answer(sound, CONTENT_TYPES[form], usage=usage)
    await call.gateway.clock.sleep(able.delay(data))
    return able.failing(answer, data, context.attempt)


async def _transcribe(model: OfflineModel, call: Call, context: ModelContext) -> Answer:
    return await _written(model, call, context, "transcribe")


async def _translate(model: OfflineModel, call: Call, context: ModelContext) -> Answer:
    return await _written(model, call, context, "translate")


async def _written(model: OfflineModel, call: Call, context: ModelContext, task: str) -> Answer:
    able, data = demand(model, "transcription" if task == "transcribe" else "translation"), call.data
    form = data.get("response_format") or "json"
    if form not in _TRANSCRIPTS:
        raise invalid(
            f"`response_format` {form!r} cannot be made offline. Use one of {', '.join(_TRANSCRIPTS)}.",
            param="response_format",
            code="unsupported_format",
        )
    heard = await offload(listen, _sound(call))
    usage = _billed(heard)
    if data.get("stream") and task == "transcribe":
        answer = Answer(_streamed(heard), "text/event-stream", usage=usage)
    else:
        body = transcript(heard, form, task, _language(data, task), _details(data))
        answer = (
            Answer(body.encode(), "text/plain; charset=utf-8", usage=usage)
            if isinstance(body, str)
            else Answer.json(body, usage=usage)
        )
    await call.gateway.clock.sleep(able.delay(data))
    return able.failing(answer, data, context.attempt)


def _language(data: dict[str, Any], task: str) -> str | None:
    """A translation is in English; a transcription in the language that the caller names."""
    return None if task == "translate" else data.get("language")


def _sound(call: Call) -> bytes:
    uploads = [upload for upload in call.files if upload.name == "file"]
    if len(uploads) != 1:
        raise invalid(
            f"`file` must be one file, not {len(uploads)}. Send it as a part of a multipart form.", param="file"
        )
    if uploads[0].size > _LARGEST_UPLOAD:
        raise invalid(
            f"`file` has {uploads[0].size} bytes; at most {_LARGEST_UPLOAD} are taken.",
            param="file",
            code="file_too_large",
        )
    uploads[0].file.seek(0)
    return uploads[0].file.read()


def _details(data: dict[str, Any]) -> list[str]:
    said = data.get("timestamp_granularities") or data.get("timestamp_granularities[]") or []
    return [said] if isinstance(said, str) else [str(item) for item in said]


def _billed(heard: Heard) -> dict[str, Any]:
    read, written = max(1, round(heard.seconds * 10)), count(heard.text)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _streamed(heard: Heard) -> bytes:
    usage = _billed(heard)
    shown = {
        "type": "tokens",
        "input_tokens": usage["prompt_tokens"],
        "output_tokens": usage["completion_tokens"],
        "total_tokens": usage["total_tokens"],
    }
    events: list[dict[str, Any]] = [{"type": "transcript.text.delta", "delta": piece} for piece in encode(heard.text)]
    events.append({"type": "transcript.text.done", "text": heard.text, "usage": shown})
    return b"".join(
        b"event: " + event["type"].encode() + b"\ndata: " + msgspec.json.encode(event) + b"\n\n" for event in events
    )


ROUTES = (
    model_route(
        path="/v1/audio/speech", operation="audio.speech.create", kind="speech", body=BodyKind.JSON, local=_speech
    ),
    model_route(
        path="/v1/audio/transcriptions",
        operation="audio.transcriptions.create",
        kind="transcription",
        body=BodyKind.FORM,
        local=_transcribe,
    ),
    model_route(
        path="/v1/audio/translations",
        operation="audio.translations.create",
        kind="translation",
        body=BodyKind.FORM,
        local=_translate,
    ),
)
