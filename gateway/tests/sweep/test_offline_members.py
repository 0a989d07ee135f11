"""Every parameter of every model operation, sent to an offline model.

It changes the response, or it is an error, or its description in the contract says that offline models ignore it. A
parameter that is new in the contract fails here until it is one of these.
"""

from __future__ import annotations

import base64
import gc
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import onceward_gateway

from ..test_parameters import FILES, MODEL_PATHS, OWN, form_of, members, resolved, sample
from .kit import CHAT, Swept

__all__: list[str] = []
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file")

# Parameters that the gateway itself uses for every model: in records, cache, guardrails and routes.
GATEWAY = {*OWN, "user", "metadata", "model"}
_MODELS = {
    **dict.fromkeys((CHAT, "/v1/completions"), "onceward/echo"),
    "/v1/embeddings": "onceward/embed",
    "/v1/moderations": "onceward/moderate",
    "/v1/audio/speech": "onceward/speech",
    **dict.fromkeys(("/v1/audio/transcriptions", "/v1/audio/translations"), "onceward/transcribe"),
}
_TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}
    for name in ("look_up", "send_mail")
]
_WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
_FUNCTIONS = [tool["function"] for tool in _TOOLS]
_BOTH = "Call look_up and send_mail."
# A value that shows, and what it needs beside it, which is also in the request that it is compared with.
SHOWS: Mapping[tuple[str, str], tuple[Any, Mapping[str, Any]]] = {
    (CHAT, "stream_options"): ({"include_usage": True}, {"stream": True}),
    (CHAT, "n"): (2, {}),
    (CHAT, "stop"): ("e", {}),
    (CHAT, "max_tokens"): (1, {}),
    (CHAT, "max_completion_tokens"): (1, {}),
    (CHAT, "top_logprobs"): (2, {"logprobs": True}),
    (CHAT, "tools"): (_TOOLS, {"messages": [{"role": "user", "content": _BOTH}]}),
    (CHAT, "functions"): (_FUNCTIONS, {"messages": [{"role": "user", "content": _BOTH}]}),
    (CHAT, "tool_choice"): ("required", {"tools": _TOOLS}),
    (CHAT, "function_call"): ({"name": "look_up"}, {"functions": _FUNCTIONS}),
    (CHAT, "parallel_tool_calls"): (
        False,
        {"tools": [_WEATHER], "messages": [{"role": "user", "content": "What is the weather in Paris and Rome?"}]},
    ),
    (CHAT, "response_format"): ({"type": "json_object"}, {}),
    (CHAT, "modalities"): (["text", "audio"], {}),
    (CHAT, "audio"): ({"format": "flac", "voice": "alloy"}, {"modalities": ["text", "audio"]}),
    (CHAT, "reasoning_effort"): ("high", {}),
    ("/v1/completions", "stream_options"): ({"include_usage": True}, {"stream": True}),
    ("/v1/completions", "n"): (2, {}),
    ("/v1/completions", "best_of"): (3, {}),
    ("/v1/completions", "stop"): ("e", {}),
    ("/v1/completions", "suffix"): ("e", {}),
    ("/v1/embeddings", "encoding_format"): ("base64", {}),
    ("/v1/embeddings", "dimensions"): (7, {}),
    ("/v1/images/generations", "response_format"): ("url", {}),
    ("/v1/images/generations", "size"): ("32x32", {}),
    ("/v1/images/generations", "quality"): ("high", {}),
    ("/v1/images/generations", "background"): ("transparent", {}),
    ("/v1/images/generations", "moderation"): ("low", {"prompt": "I will kill you and everybody else"}),
    ("/v1/images/generations", "output_format"): ("webp", {}),
    ("/v1/images/generations", "partial_images"): (2, {"stream": True}),
    ("/v1/images/generations", "n"): (2, {}),
    ("/v1/images/edits", "n"): (2, {}),
    ("/v1/images/edits", "response_format"): ("url", {}),
    ("/v1/images/edits", "size"): ("32x32", {}),
    ("/v1/images/edits", "quality"): ("high", {}),
    ("/v1/images/edits", "background"): ("transparent", {}),
    ("/v1/images/edits", "moderation"): ("low", {"prompt": "I will kill you and everybody else"}),
    ("/v1/images/edits", "input_fidelity"): ("high", {}),
    ("/v1/images/edits", "output_format"): ("webp", {}),
    ("/v1/images/edits", "partial_images"): (2, {"stream": True}),
    ("/v1/images/variations", "n"): (2, {}),
    ("/v1/images/variations", "response_format"): ("url", {}),
    ("/v1/images/variations", "size"): ("32x32", {}),
    ("/v1/audio/speech", "voice"): ("echo", {}),
    ("/v1/audio/speech", "response_format"): ("flac", {}),
    ("/v1/audio/speech", "stream_format"): ("sse", {}),
    ("/v1/audio/transcriptions", "language"): ("de", {"response_format": "verbose_json"}),
    ("/v1/audio/transcriptions", "response_format"): ("srt", {}),
    ("/v1/audio/transcriptions", "timestamp_granularities"): (["word"], {"response_format": "verbose_json"}),
    ("/v1/audio/transcriptions", "include"): (["logprobs"], {}),
    ("/v1/audio/translations", "response_format"): ("srt", {}),
    ("/v1/moderations", "input"): ("I will kill you.", {}),
}
# With its descriptions: what the gateway checks requests by has none.
_TOLD = json.loads((Path(onceward_gateway.__file__).parent / "http/openapi.json").read_text())
_UNUSED = "Ignored by offline models."


@dataclass
class Offline:
    """Offline models, and uploads for the operations that take some."""

    world: Swept
    picture: bytes
    sound: bytes

    async def ask(self, path: str, values: Mapping[str, Any]) -> tuple[int, str]:
        """The answer's status and content, without what is new in each."""
        kind = members(path)[0]
        if kind == "application/json":
            answer = await self.world.client.post(path, json=dict(values))
        else:
            fields = form_of({name: value for name, value in values.items() if name not in FILES})
            files = {
                name: (f"{name}.wav", self.sound) if name == "file" else (f"{name}.png", self.picture)
                for name in values
                if name in FILES
            }
            answer = await self.world.client.post(path, data=fields, files=files)
        text = answer.content.decode("latin-1")
        # The length of an address is not random, but its name is.
        text = re.sub(r"img-[0-9a-f]{32}", "img", text)
        return answer.status_code, re.sub(r'"(id|created|created_at)": ?("[^"]*"|\d+)', "", text)

    def plain(self, path: str) -> dict[str, Any]:
        """The smallest request that works."""
        known, needed = members(path)[1:]
        values = {name: sample(name, known[name]) for name in dict.fromkeys((*needed, "model"))}
        values["model"] = _MODELS.get(path, "onceward/image")
        values |= {name: "Tell me about the sea." for name in ("prompt", "input") if name in values}
        if "messages" in values:
            values["messages"] = [{"role": "user", "content": "Tell me about the sea."}]
        if "size" in known:
            values |= {"size": "64x64", "response_format": "b64_json"}
        return values


@pytest.fixture
async def offline(world: Swept) -> AsyncIterator[Offline]:
    asked = {"model": "onceward/image", "prompt": "a cat", "size": "64x64", "response_format": "b64_json"}
    picture = await world.made("/v1/images/generations", asked)
    asked = {"model": "onceward/speech", "input": "hello there", "voice": "alloy", "response_format": "wav"}
    sound = (await world.client.post("/v1/audio/speech", json=asked)).content
    yield Offline(world, base64.b64decode(picture["data"][0]["b64_json"]), sound)
    # Uploads end here, and not as a warning in another test.
    gc.collect()


def _descriptions(path: str) -> dict[str, str]:
    """Return the description of each member, at its place and where its schema is."""
    body = resolved(_TOLD["paths"][path]["post"]["requestBody"], _TOLD)
    waiting, found = [next(iter(body["content"].values()))["schema"]], {}
    while waiting:
        schema = resolved(waiting.pop(), _TOLD)
        waiting += schema.get("allOf", ())
        for name, part in schema.get("properties", {}).items():
            found[name] = f"{part.get('description', '')} {resolved(part, _TOLD).get('description', '')}"
    return found


@pytest.mark.parametrize("path", MODEL_PATHS)
async def test_every_member_has_an_effect_or_says_that_it_has_none(offline: Offline, path: str) -> None:
    known, needed = members(path)[1:]
    told = _descriptions(path)
    wrong: list[Any] = []
    for name, schema in known.items():
        if name in GATEWAY:
            continue
        value, beside = SHOWS.get((path, name), (None, {}))
        plain = offline.plain(path) | dict(beside)
        if value is None:
            value = "Another text." if name in needed else sample(name, schema)
        if name in FILES and name in needed:
            plain.pop(name)
        before, after = await offline.ask(path, plain), await offline.ask(path, plain | {name: value})
        felt = before != after
        refused = after[0] == 400 and f"`{name}" in after[1]
        unused = _UNUSED in told[name]
        if after[0] not in (200, 400) or (after[0] == 400 and not refused):
            wrong.append((name, value, after[0], after[1][:200]))
        elif not felt and not unused:
            wrong.append((name, value, "has no effect, causes no error, and its description does not say so"))
        elif felt and unused:
            wrong.append((name, value, "has an effect, and its description denies it"))
    assert not wrong, "\n".join(map(str, wrong))


def test_the_contract_says_what_becomes_of_members_that_it_does_not_know() -> None:
    text = _TOLD["info"]["description"]
    assert "offline models ignore them" in text
    assert "Unknown query parameters are refused" in text


@pytest.mark.parametrize(
    ("path", "more", "param"),
    [
        (CHAT, {"stream_options": {"include_usage": True}}, "stream_options"),
        (CHAT, {"top_logprobs": 2}, "top_logprobs"),
        (CHAT, {"top_logprobs": 2, "logprobs": False}, "top_logprobs"),
        (CHAT, {"audio": {"voice": "alloy", "format": "wav"}}, "audio"),
        (CHAT, {"modalities": ["image"]}, "modalities"),
        (CHAT, {"moderation": {"model": "omni-moderation-latest"}}, "moderation"),
        (CHAT, {"tool_choice": "required"}, "tool_choice"),
        (CHAT, {"tools": _TOOLS, "tool_choice": {"type": "function", "function": {"name": "no"}}}, "tool_choice"),
        (CHAT, {"functions": _FUNCTIONS, "function_call": {"name": "no"}}, "function_call"),
        ("/v1/completions", {"stream_options": {"include_usage": True}}, "stream_options"),
        ("/v1/images/generations", {"partial_images": 2}, "partial_images"),
        ("/v1/images/edits", {"partial_images": 2}, "partial_images"),
        ("/v1/audio/transcriptions", {"language": "zz9"}, "language"),
        ("/v1/audio/transcriptions", {"language": "zz"}, "language"),
        ("/v1/audio/transcriptions", {"chunking_strategy": {"type": "server_vad"}}, "chunking_strategy"),
    ],
)
async def test_members_without_effect_are_refused_by_name(
    offline: Offline, path: str, more: dict[str, Any], param: str
) -> None:
    plain = offline.plain(path)
    assert (await offline.ask(path, plain))[0] == 200
    status, text = await offline.ask(path, plain | more)
    assert (status, f"`{param}`" in text, f'"param":"{param}"' in text) == (400, True, True), text


@pytest.mark.parametrize("more", [{"tool_choice": "auto"}, {"tool_choice": "none"}, {"stream_options": None}])
async def test_neutral_members_are_accepted(offline: Offline, more: dict[str, Any]) -> None:
    assert (await offline.ask(CHAT, offline.plain(CHAT) | more))[0] == 200


@pytest.mark.parametrize("language", ["en", "EN", "pt-BR", "zh_TW", "haw"])
async def test_languages_that_there_are(offline: Offline, language: str) -> None:
    path = "/v1/audio/transcriptions"
    assert (await offline.ask(path, offline.plain(path) | {"language": language}))[0] == 200
