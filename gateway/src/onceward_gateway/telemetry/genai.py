"""The GenAI semantic conventions of OpenTelemetry, version 1.41.0: requests and answers as attributes. Pure functions.

1.41.0 is the last released version. The conventions have moved to a repository of their own since, which has no release
yet and renames the metrics. https://github.com/open-telemetry/semantic-conventions/blob/v1.41.0/docs/gen-ai/README.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec

from ..core.accumulate import accumulate_chat
from ..routing.targets import OfflineTarget, Target

__all__ = [
    "DURATION_BOUNDS",
    "SCHEMA_URL",
    "TOKEN_BOUNDS",
    "Attributes",
    "Head",
    "folded_messages",
    "input_messages",
    "operation_of",
    "output_messages",
    "target_attributes",
    "request_attributes",
    "usage_attributes",
]

SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0"
DURATION_BOUNDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
TOKEN_BOUNDS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864)
Attributes: TypeAlias = dict[str, str | int | float | bool | list[str]]
_OPERATIONS = {"completions": "text_completion", "images": "generate_content"}
_PROVIDERS = {"gemini": "gcp.gemini", "mistral": "mistral_ai", "xai": "x_ai", "offline": "onceward"}
_NUMBERS = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
}
_WHOLES = {
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "max_tokens": "gen_ai.request.max_tokens",
    "top_k": "gen_ai.request.top_k",
    "seed": "gen_ai.request.seed",
    "dimensions": "gen_ai.embeddings.dimension.count",
}
_OUTPUTS = {"images": "image", "speech": "speech", "chat": "text", "completions": "text"}
_LONGEST_TEXT = 16_384
# OTLP has integers of 64 bits.
_MOST_WHOLE = 1 << 63
_MOST_MESSAGES = 64
_SECRET = re.compile(r"sk-[A-Za-z0-9_\-]{20,}")


class _Choice(msgspec.Struct):
    finish_reason: str | None = None


class Head(msgspec.Struct):
    """The members of an answer, or of an event, that identify its model and the reason of its end."""

    id: str | None = None
    model: str | None = None
    choices: list[_Choice] = []

    @property
    def reasons(self) -> list[str]:
        """Return the finish reasons of the choices that have ended."""
        return [choice.finish_reason for choice in self.choices if choice.finish_reason]


def operation_of(kind: str) -> str:
    """Return the operation name of a kind of call; kinds without one in the conventions keep their own name."""
    return _OPERATIONS.get(kind, kind)


def target_attributes(target: Target) -> Attributes:
    """Return the attributes of a target: provider, model and address."""
    provider = target.provider
    found: Attributes = {"gen_ai.provider.name": _PROVIDERS.get(provider, provider)}
    if isinstance(target, OfflineTarget):
        found["gen_ai.request.model"] = target.model.id
        return found
    found["gen_ai.request.model"] = target.model
    host, port = _server(target.upstream.base_url)
    if host:
        found["server.address"], found["server.port"] = host, port
    return found


@lru_cache(256)
def _server(base_url: str) -> tuple[str | None, int]:
    url = urlsplit(base_url)
    return url.hostname, url.port or (443 if url.scheme == "https" else 80)


def request_attributes(kind: str, data: Mapping[str, Any], *, stream: bool) -> Attributes:
    """Return the parameters of a request. Texts of the caller, such as stop sequences, are not included."""
    found: Attributes = {}
    for name, value in data.items():
        if type(value) in (int, float) and abs(value) < _MOST_WHOLE:
            if name in _NUMBERS:
                found[_NUMBERS[name]] = float(value)
            elif name in _WHOLES and (name != "max_tokens" or "max_completion_tokens" not in data):
                found[_WHOLES[name]] = int(value)
    count = data.get("n")
    if isinstance(count, int) and count != 1 and abs(count) < _MOST_WHOLE:
        found["gen_ai.request.choice.count"] = count
    if stream:
        found["gen_ai.request.stream"] = True
    output = _OUTPUTS.get(kind)
    if output is not None:
        shape = data.get("response_format")
        asked = shape.get("type") if isinstance(shape, dict) else None
        found["gen_ai.output.type"] = "json" if asked in ("json_object", "json_schema") else output
    return found


def usage_attributes(usage: Mapping[str, Any] | None) -> Attributes:
    """Return the tokens of every known kind."""
    from ..core.usage import tokens_of

    if usage is None:
        return {}
    tokens = tokens_of(usage)
    found: Attributes = {"gen_ai.usage.input_tokens": tokens.prompt, "gen_ai.usage.output_tokens": tokens.completion}
    if tokens.cached:
        found["gen_ai.usage.cache_read.input_tokens"] = tokens.cached
    if tokens.cache_write:
        found["gen_ai.usage.cache_creation.input_tokens"] = tokens.cache_write
    if tokens.reasoning:
        found["gen_ai.usage.reasoning.output_tokens"] = tokens.reasoning
    return found


# -- contents, where capturing is on


def input_messages(data: Mapping[str, Any]) -> str | None:
    """Return `gen_ai.input.messages`: the conversation as JSON; None where the request has none."""
    messages = data.get("messages")
    if not isinstance(messages, list):
        prompt = data.get("prompt")
        if not isinstance(prompt, str):
            return None
        messages = [{"role": "user", "content": prompt}]
    kept = [message for message in messages[-_MOST_MESSAGES:] if isinstance(message, dict)]
    return _json([{"role": _cut(one.get("role")), "parts": _parts(one)} for one in kept])


def folded_messages(events: Iterable[bytes]) -> str | None:
    """Return `gen_ai.output.messages` of the events of a stream."""
    chunks: list[dict[str, Any]] = []
    for event in events:
        try:
            chunk = msgspec.json.decode(event)
        except msgspec.DecodeError:
            continue
        if isinstance(chunk, dict) and isinstance(chunk.get("choices"), list):
            chunks.append(chunk)
    if not chunks:
        return None
    if "delta" in next((choice for chunk in chunks for choice in chunk["choices"]), {"delta": None}):
        return _choices(accumulate_chat(chunks)["choices"])
    texts = [str(choice.get("text") or "") for chunk in chunks for choice in chunk["choices"]]
    return _choices([{"text": "".join(texts)}])


def output_messages(body: bytes) -> str | None:
    """Return `gen_ai.output.messages` of a whole answer; None where it is neither a chat nor a text completion."""
    try:
        answer = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    choices = answer.get("choices") if isinstance(answer, dict) else None
    return _choices(choices) if isinstance(choices, list) else None


def _choices(choices: Sequence[Any]) -> str:
    messages: list[dict[str, Any]] = []
    for choice in choices:
        if isinstance(choice, dict):
            given = choice.get("message")
            message = given if isinstance(given, dict) and given else {"content": choice.get("text")}
            reason = choice.get("finish_reason") or ""
            messages.append({"role": "assistant", "parts": _parts(message), "finish_reason": reason})
    return _json(messages)


def _parts(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    if message.get("role") == "tool":
        return [{"type": "tool_call_response", "id": message.get("tool_call_id"), "response": _cut(content)}]
    parts = [_part(one) for one in content] if isinstance(content, list) else []
    if isinstance(content, str):
        parts.append({"type": "text", "content": _cut(content)})
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict):
            given = call.get("function")
            function = given if isinstance(given, dict) else {}
            shown = {"name": function.get("name"), "arguments": _cut(function.get("arguments"))}
            parts.append({"type": "tool_call", "id": call.get("id"), **shown})
    return parts


def _part(part: Any) -> dict[str, Any]:
    if not isinstance(part, dict):
        return {"type": "text", "content": _cut(part)}
    if isinstance(part.get("text"), str):
        return {"type": "text", "content": _cut(part["text"])}
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, dict) else image
    if isinstance(url, str) and not url.startswith("data:"):
        return {"type": "uri", "modality": "image", "uri": _cut(url)}
    # Images and audio are named, not copied.
    return {"type": _cut(part.get("type") or "unknown")}


def _cut(text: Any) -> str:
    shown = text if isinstance(text, str) else "" if text is None else msgspec.json.encode(text).decode()
    return shown if len(shown) <= _LONGEST_TEXT else shown[:_LONGEST_TEXT] + "..."


def _json(value: Any) -> str:
    return _SECRET.sub("sk-...REDACTED", msgspec.json.encode(value).decode())
