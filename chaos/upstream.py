"""A provider: `python -m chaos.upstream SEED JOURNAL` serves chat completions and records what it was paid for.

Its responses depend only on the request.

Some requests fail, depending on the seed, their marker and the number of the attempt: with 429 or 500, before the first
byte or in the middle. The command `{"outage": "refuse"}` makes all requests fail until `{"outage": null}`.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from aiohttp import web

from .commands import obey, say
from .journal import Journal, Told
from .work import provider_words

__all__ = ["OUTAGES", "Upstream", "provider_usage"]

OUTAGES = ("refuse", "drop", "hang")
_FATES = {"well": 82, "busy": 5, "broken": 5, "dropped": 3, "cut": 5}
_HANG_SECONDS = 5.0


def provider_usage(question: str, words: int) -> dict[str, int]:
    """Return the usage that the provider reports and bills for a response of this many words."""
    prompt = 4 + len(question) // 6
    return {"prompt_tokens": prompt, "completion_tokens": words, "total_tokens": prompt + words}


class _Request:
    """A request, as far as it was received."""

    def __init__(self, body: dict[str, Any], call_id: str, fate: str) -> None:
        question = body["messages"][-1]["content"]
        asked = json.loads(question)
        self.marker: str = asked["marker"]
        self.words = provider_words(self.marker, asked["words"])
        self.pace: float = asked["pace"]
        self.usage = provider_usage(question, len(self.words))
        self.model: str = body["model"]
        self.stream = body.get("stream") is True
        self.call_id = call_id
        self.fate = fate
        self.sent = 0
        self.whole = False

    def told(self) -> Told:
        return Told(
            marker=self.marker,
            call_id=self.call_id,
            verdict=self.fate,
            prompt=self.usage["prompt_tokens"],
            completion=self.usage["completion_tokens"],
            sent=self.sent,
            whole=self.whole,
            at=time.time(),
        )

    def chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        return self._event(choices=[{"index": 0, "delta": delta, "finish_reason": finish}])

    def last(self) -> bytes:
        return self._event(choices=[], usage=self.usage) + b"data: [DONE]\n\n"

    def _event(self, **members: Any) -> bytes:
        body = {"id": "up-" + self.marker, "object": "chat.completion.chunk", "created": 1, "model": self.model}
        return b"data: " + json.dumps(body | members).encode() + b"\n\n"

    def answer(self) -> dict[str, Any]:
        message = {"role": "assistant", "content": " ".join(self.words)}
        return {
            "id": "up-" + self.marker,
            "object": "chat.completion",
            "created": 1,
            "model": self.model,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": self.usage,
        }


class Upstream:
    """The provider of one run."""

    def __init__(self, seed: int, journal: Journal) -> None:
        self._seed = seed
        self._journal = journal
        self._tries: Counter[str] = Counter()
        self._outage: str | None = None

    async def serve(self) -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._chat)
        # A response that the gateway abandons is neither continued nor billed.
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        say({"port": runner.addresses[0][1]})
        await obey(self._do)
        await runner.cleanup()

    def _do(self, command: dict[str, Any]) -> Any:
        self._outage = command["outage"]
        return {"outage": self._outage}

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        marker = json.loads(body["messages"][-1]["content"])["marker"]
        self._tries[marker] += 1
        fate = self._outage or self._fate(marker, self._tries[marker])
        asked = _Request(body, request.headers.get("Idempotency-Key", ""), fate)
        try:
            return await self._answer(request, asked)
        finally:
            self._journal.write(asked.told())

    def _fate(self, marker: str, number: int) -> str:
        drawn = random.Random(f"{self._seed}:{marker}:{number}")
        return drawn.choices(list(_FATES), list(_FATES.values()))[0]

    async def _answer(self, request: web.Request, asked: _Request) -> web.StreamResponse:
        if asked.fate == "busy":
            return _refusal(429, "rate_limit_exceeded", {"Retry-After": "0.3"})
        if asked.fate in ("broken", "refuse"):
            return _refusal(500, "server_error")
        if asked.fate == "hang":
            await asyncio.sleep(_HANG_SECONDS)
        if asked.fate in ("dropped", "drop", "hang"):
            return _cut(request)
        if asked.stream:
            return await self._streamed(request, asked)
        await asyncio.sleep(asked.pace * len(asked.words))
        if asked.fate == "cut":
            return _cut(request)
        response = web.json_response(asked.answer())
        await response.prepare(request)
        await response.write_eof()
        asked.sent, asked.whole = len(asked.words), True
        return response

    async def _streamed(self, request: web.Request, asked: _Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(asked.chunk({"role": "assistant", "content": ""}))
        for number, word in enumerate(asked.words):
            if asked.fate == "cut" and number == len(asked.words) // 2:
                return _cut(request)
            await response.write(asked.chunk({"content": f" {word}" if number else word}))
            asked.sent += 1
            await asyncio.sleep(asked.pace)
        await response.write(asked.chunk({}, "stop"))
        await response.write(asked.last())
        await response.write_eof()
        asked.whole = True
        return response


def _refusal(status: int, code: str, headers: dict[str, str] | None = None) -> web.Response:
    error = {"message": "The provider has a bad moment.", "type": code, "code": code}
    return web.json_response({"error": error}, status=status, headers=headers)


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


if __name__ == "__main__":
    asyncio.run(Upstream(int(sys.argv[1]), Journal(Path(sys.argv[2]))).serve())
