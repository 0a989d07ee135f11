"""The kit of the tests of odd upstreams: how a call is made, what came of it, and what was booked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from onceward.testing import QUIRKS, QuirkyUpstream

from ..conftest import GatewayProcess

__all__ = ["KINDS", "Outcome", "Quirky", "clean_gateway", "prices"]

KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "chat": ("up", "/v1/chat/completions", {"messages": [{"role": "user", "content": "Hello, how are you?"}]}),
    "completions": ("up", "/v1/completions", {"prompt": "Hello, how are you?"}),
    "embeddings": ("up", "/v1/embeddings", {"input": "Hello, how are you?"}),
    "images": ("up", "/v1/images/generations", {"prompt": "Hello, how are you?"}),
    "speech": ("up", "/v1/audio/speech", {"input": "Hello, how are you?", "voice": "alloy"}),
    "transcription": ("up", "/v1/audio/transcriptions", {}),
    "moderations": ("up", "/v1/moderations", {"input": "Hello, how are you?"}),
    "messages": ("claude", "/v1/chat/completions", {"messages": [{"role": "user", "content": "Hello, how are you?"}]}),
}


def prices(names: Iterable[str] = ("sound", *QUIRKS)) -> str:
    """Prices for each model: a dollar for a million tokens read, ten for a million written."""
    return "\n".join(f'[prices."{name}"]\ninput_per_million = 1\noutput_per_million = 10' for name in names)


@contextmanager
def clean_gateway(folder: Path, config: str) -> Iterator[str]:
    """The URL of a gateway with this configuration, whose log must be without a traceback when it stops."""
    (folder / "onceward.toml").write_text(config)
    server = GatewayProcess(folder, log=folder / "log").start()
    try:
        yield server.url
        assert "Traceback" not in (folder / "log").read_text()
    finally:
        server.stop()


@dataclass
class Outcome:
    """The result of a call for its client, and the gateway's record of it."""

    status: int
    headers: httpx2.Headers
    body: bytes
    chunks: list[dict[str, Any]] = field(default_factory=list)
    error: dict[str, Any] | None = None
    done: bool = False
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the text of the model."""
        if not self.chunks:
            value = json.loads(self.body)
            choice = value["choices"][0] if "choices" in value else {"text": value.get("text")}
            said = choice["message"]["content"] if "message" in choice else choice["text"]
            return said if isinstance(said, str) else said[0]["text"]
        said = ""
        for chunk in self.chunks:
            for choice in chunk.get("choices") or ():
                if not choice.get("index"):
                    said += choice.get("text") or (choice.get("delta") or {}).get("content") or ""
        return said

    @property
    def whole(self) -> bool:
        """Return whether the call succeeded for the client."""
        return self.status == 200 and self.error is None and (self.done or not self.chunks)


@dataclass
class Quirky:
    """A gateway before an upstream with quirks."""

    server: GatewayProcess
    upstream: QuirkyUpstream

    def ask(self, kind: str, model: str, *, stream: bool = False, **more: Any) -> Outcome:
        """Make a call, and look at its record."""
        provider, path, body = KINDS[kind]
        given: dict[str, Any]
        if kind == "transcription":
            given = {"data": {"model": f"{provider}/{model}"}, "files": {"file": ("a.wav", b"RIFF" + bytes(4000))}}
        else:
            body = {**body, "model": f"{provider}/{model}", **more}
            given = {"json": body | ({"stream": True} if stream else {})}
        answer = httpx2.post(self.server.url + path, timeout=30, **given)
        outcome = _read(answer)
        call = answer.headers.get("x-onceward-call-id")
        if call:
            outcome.record = httpx2.get(f"{self.server.url}/v1/calls/{call}", timeout=30).json()
        return outcome

    def log(self) -> str:
        """Return the log of the gateway."""
        assert self.server.log is not None
        return self.server.log.read_text()


def _read(answer: httpx2.Response) -> Outcome:
    outcome = Outcome(answer.status_code, answer.headers, answer.content)
    if answer.status_code != 200:
        outcome.error = answer.json()["error"]
    elif "event-stream" in answer.headers["content-type"]:
        for block in answer.content.split(b"\n\n"):
            data = block.rpartition(b"data: ")[2]
            if data == b"[DONE]":
                outcome.done = True
            elif b"event: error" in block:
                outcome.error = json.loads(data)["error"]
            elif b"data: " in block:
                outcome.chunks.append(json.loads(data))
    return outcome
