"""A client over a scripted transport and a clock that moves only when advanced, the same for both kinds of client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from onceward import AsyncOnceward, Onceward
from onceward._core.wire import Request

__all__ = ["COMPLETION", "Clock", "Half", "Reply", "Rig", "chunk", "event", "stream"]

MESSAGES = [{"role": "user", "content": "hi"}]
COMPLETION: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}


class Clock:
    """Time passes only by sleeps and by the duration of replies."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_700_000_000.0 + self.now

    def sleep(self, seconds: float, /) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float, /) -> None:
        self.sleep(seconds)


class Half:
    """Chance that always gives one half."""

    def random(self) -> float:
        return 0.5


@dataclass
class Reply:
    """The server's reaction to one request: an answer in chunks, or an error before or within it."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    chunks: list[Any] | None = None
    error: Exception | None = None
    takes: float = 0.0

    def pieces(self) -> list[Any]:
        if self.chunks is not None:
            return self.chunks
        if self.body is None:
            return []
        return [self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()]


class _Response:
    def __init__(self, reply: Reply, clock: Clock, request: Request) -> None:
        self.status = reply.status
        self.headers = [(name.lower(), value) for name, value in reply.headers.items()]
        self._left = list(reply.pieces())
        self._clock = clock
        self.request = request
        self.closed = False

    def all(self) -> bytes:
        return b"".join(iter(self.next, b""))

    def next(self) -> bytes:
        while self._left:
            piece = self._left.pop(0)
            if isinstance(piece, BaseException):
                raise piece
            if callable(piece):
                piece(self)
                continue
            if isinstance(piece, float):
                self._clock.now += piece
                continue
            return bytes(piece)
        self.closed = True
        return b""


class _SyncResponse(_Response):
    def read(self) -> bytes:
        return self.all()

    def read_chunk(self) -> bytes:
        return self.next()

    def close(self) -> None:
        self.closed = True


class _AsyncResponse(_Response):
    async def read(self) -> bytes:
        return self.all()

    async def read_chunk(self) -> bytes:
        return self.next()

    async def aclose(self) -> None:
        self.closed = True


class Rig:
    """One client; `requests` are what it sent, `responses` what it got."""

    def __init__(self, kind: str, replies: Iterable[Reply] | Callable[[Request], Reply], **options: Any) -> None:
        self.kind = kind
        self.clock = Clock()
        self.requests: list[Request] = []
        self.responses: list[_Response] = []
        self._replies: Iterator[Reply] | Callable[[Request], Reply] = replies if callable(replies) else iter(replies)
        options.setdefault("base_url", "http://gateway.test")
        options.setdefault("random", Half())
        cls: Any = Onceward if kind == "sync" else AsyncOnceward
        self.client: Any = cls(transport=_Sync(self) if kind == "sync" else _Async(self), clock=self.clock, **options)

    def answer(self, request: Request) -> Reply:
        copied = Request(request.method, request.url, list(request.headers), request.body, request.timeouts)
        self.requests.append(copied)
        reply = self._replies(request) if callable(self._replies) else next(self._replies)
        self.clock.now += reply.takes
        if reply.error is not None:
            raise reply.error
        return reply

    def run(self, method: Callable[[Any], Any]) -> Any:
        """Call ``method(client)``, and await what it gives where there is something to await."""
        if self.kind == "sync":
            return method(self.client)

        async def main() -> Any:
            return await method(self.client)

        return asyncio.run(main())

    def create(self, **params: Any) -> Any:
        params = {"model": "m", "messages": MESSAGES, **params}
        return self.run(lambda client: client.chat.completions.create(**params))

    def events(self, limit: int | None = None, **params: Any) -> list[Any]:
        """Events of a streamed call, up to ``limit``; what had come before an error is in `seen`."""
        params = {"model": "m", "messages": MESSAGES, "stream": True, **params}
        self.seen: list[Any] = []

        def taken(item: Any) -> bool:
            self.seen.append(item)
            return limit is not None and len(self.seen) >= limit

        if self.kind == "sync":
            for item in self.client.chat.completions.create(**params):
                if taken(item):
                    break
            return self.seen

        async def main() -> list[Any]:
            stream = await self.client.chat.completions.create(**params)
            async for item in stream:
                if taken(item):
                    break
            await stream.aclose()
            return self.seen

        return asyncio.run(main())

    def header(self, name: str, at: int = -1) -> str | None:
        found = [value for key, value in self.requests[at].headers if key.lower() == name.lower()]
        assert len(found) <= 1, f"{name} is sent {len(found)} times"
        return found[0].encode("latin-1").decode("latin-1") if found else None


class _Sync:
    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    def send(self, request: Request) -> _SyncResponse:
        response = _SyncResponse(self._rig.answer(request), self._rig.clock, request)
        self._rig.responses.append(response)
        return response

    def close(self) -> None:
        raise AssertionError("what the user passed in is never closed")


class _Async:
    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    async def send(self, request: Request) -> _AsyncResponse:
        response = _AsyncResponse(self._rig.answer(request), self._rig.clock, request)
        self._rig.responses.append(response)
        return response

    async def aclose(self) -> None:
        raise AssertionError("what the user passed in is never closed")


def chunk(text: str, finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}],
    }


def event(number: int, text: str = "x", ident: bool = True) -> bytes:
    head = f"id: call_1:{number}\n" if ident else ""
    return f"{head}data: {json.dumps(chunk(text, 'stop'))}\n\n".encode()


def stream(*chunks: Any, **headers: str) -> Reply:
    """A reply that streams. Nothing is added at the end: tests say how it ends."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(
        headers={"content-type": "text/event-stream", "x-onceward-call-id": "call_1", **names}, chunks=list(chunks)
    )
