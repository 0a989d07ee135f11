"""Recorded traffic: recorded once, replayed any number of times, with the keys removed.

A tape is JSON lines, one exchange each, so that a change of it can be read in a review. `record` and `record_async`
wrap a transport and write down what passes; `replay` is a transport that answers from the tape and refuses every other
request, with the differences.

Headers are headers_kept from an allow-list; the values of others are replaced wherever they appear, bodies included.
"""

from __future__ import annotations

import base64
import contextlib
import difflib
import inspect
import json
import re
import threading
import time
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, cast
from urllib.parse import urlsplit

from .._core import wire
from .._core.wire import AsyncResponse, AsyncTransport, Request, Response, Transport, TransportError

__all__ = ["ReplayMismatch", "record", "record_async", "replay"]

_KEPT = frozenset(
    {
        "accept", "accept-encoding", "cache-control", "content-encoding", "content-length", "content-type", "date",
        "idempotency-key", "last-event-id", "location", "retry-after", "retry-after-ms", "server", "transfer-encoding",
        "user-agent", "vary", "www-authenticate", "x-request-id", "x-should-retry",
    }
)  # fmt: skip
_KEPT_PARTS = ("-call-id", "-replayed", "ratelimit", "-api-version", "-retry-count")
_KEY = re.compile(r"\b(?:sk|pk|rk)-[A-Za-z0-9_\-]{8,}")
_REDACTED = "REDACTED"
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')


class ReplayMismatch(AssertionError):
    """A request that is not on the tape. The message shows the differences from the most similar one that is."""


# ---- secrets


class _Eraser:
    """Removes the values of headers that are not kept from everything that is written."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def headers(self, headers: list[tuple[str, str]]) -> list[list[str]]:
        headers_kept: list[list[str]] = []
        for name, value in headers:
            lower = name.lower()
            text = value.encode("latin-1").decode("latin-1")  # unmasks a masked value
            if lower in _KEPT or any(part in lower for part in _KEPT_PARTS):
                headers_kept.append([lower, text])
            else:
                self._secrets.update(word for word in text.split() if len(word) >= 8)
                headers_kept.append([lower, _REDACTED])
        return [[name, self.text(value)] for name, value in headers_kept]

    def text(self, text: str) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, _REDACTED)
        return _KEY.sub(_REDACTED, text)


# ---- writing


def _written(data: bytes, eraser: _Eraser) -> str | dict[str, str]:
    """Return text as text, and anything else as base64."""
    try:
        return eraser.text(data.decode())
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _read(value: str | dict[str, str]) -> bytes:
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])


def _described(request: Request, body: bytes, eraser: _Eraser) -> dict[str, Any]:
    """Return the request as the tape has it: without its origin, which differs from run to run."""
    url = urlsplit(request.url)
    headers = eraser.headers(request.headers)
    content_type = next((value for name, value in headers if name == "content-type"), "")
    boundary = _BOUNDARY.search(content_type)
    if boundary is not None:
        body = body.replace(boundary[1].encode(), b"BOUNDARY")
        headers = [[name, value.replace(boundary[1], "BOUNDARY")] for name, value in headers]
    target = eraser.text(url.path + (f"?{url.query}" if url.query else ""))
    content: Any = _written(body, eraser)
    if "json" in content_type and isinstance(content, str):
        with contextlib.suppress(ValueError):
            content = {"json": json.loads(content)}
    return {"method": request.method, "target": target, "headers": headers, "body": content}


def _sync_body(request: Request) -> bytes:
    body = request.body
    if body is None or isinstance(body, bytes):
        return body or b""
    if not hasattr(body, "chunks"):
        raise TypeError(f"`body` is {type(body).__name__!r}, which can only be read asynchronously")
    return b"".join(cast(Any, body).chunks())


async def _async_body(request: Request) -> bytes:
    body = request.body
    if body is not None and not isinstance(body, bytes) and hasattr(body, "achunks"):
        pieces: AsyncIterator[bytes] = cast(Any, body).achunks()
        return b"".join([piece async for piece in pieces])
    return _sync_body(request)


class _Tape:
    """The file being written."""

    def __init__(self, path: str | Path, timing: bool) -> None:
        self._path = Path(path)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_bytes(b"")
        self._lock = threading.Lock()
        self.timing = timing
        self.eraser = _Eraser()

    def write(self, exchange: dict[str, Any]) -> None:
        line = json.dumps(exchange, ensure_ascii=False) + "\n"
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line)


class _Take:
    """One exchange while it is being recorded. It is written when its answer has ended, in any way."""

    def __init__(self, tape: _Tape, request: Request, body: bytes) -> None:
        self._tape = tape
        self._request = _described(request, body, tape.eraser)
        self._answer: dict[str, Any] = {}
        self._pieces: list[Any] = []
        self._at = time.monotonic()
        self._written = False

    def answered(self, status: int, headers: list[tuple[str, str]]) -> None:
        self._answer = {"status": status, "headers": self._tape.eraser.headers(headers)}

    def piece(self, piece: bytes) -> None:
        if not piece:
            self.end("whole")
            return
        written = _written(piece, self._tape.eraser)
        if self._tape.timing:
            now = time.monotonic()
            self._pieces.append([round(now - self._at, 4), written])
            self._at = now
        else:
            self._pieces.append(written)

    def failed(self, error: TransportError) -> None:
        self._answer["error"] = {"kind": type(error).__name__, "message": self._tape.eraser.text(str(error))}
        self.end("failed")

    def end(self, how: Literal["whole", "left", "failed"]) -> None:
        if not self._written:
            self._written = True
            self._tape.write({"request": self._request, "response": self._answer, "body": self._pieces, "end": how})


class _Recorded:
    def __init__(self, response: Response, take: _Take) -> None:
        self.status = response.status
        self.headers = response.headers
        self._response = response
        self._take = take
        take.answered(self.status, self.headers)

    def read_chunk(self) -> bytes:
        try:
            piece = self._response.read_chunk()
        except TransportError as error:
            self._take.failed(error)
            raise
        self._take.piece(piece)
        return piece

    def read(self) -> bytes:
        return b"".join(iter(self.read_chunk, b""))

    def close(self) -> None:
        self._take.end("left")
        self._response.close()


class _AsyncRecorded:
    def __init__(self, response: AsyncResponse, take: _Take) -> None:
        self.status = response.status
        self.headers = response.headers
        self._response = response
        self._take = take
        take.answered(self.status, self.headers)

    async def read_chunk(self) -> bytes:
        try:
            piece = await self._response.read_chunk()
        except TransportError as error:
            self._take.failed(error)
            raise
        self._take.piece(piece)
        return piece

    async def read(self) -> bytes:
        pieces: list[bytes] = []
        while piece := await self.read_chunk():
            pieces.append(piece)
        return b"".join(pieces)

    async def aclose(self) -> None:
        self._take.end("left")
        await self._response.aclose()


class Recorder:
    """The transport of `record`. Leaving its ``with`` block closes the transport behind it."""

    def __init__(self, tape: _Tape, target: Transport) -> None:
        self._tape = tape
        self._target = target

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, request: Request) -> _Recorded:
        take = _Take(self._tape, request, _sync_body(request))
        try:
            return _Recorded(self._target.send(request), take)
        except TransportError as error:
            take.failed(error)
            raise

    def close(self) -> None:
        self._target.close()


class AsyncRecorder:
    """The transport of `record_async`. Leaving its ``async with`` block closes the transport behind it."""

    def __init__(self, tape: _Tape, target: AsyncTransport) -> None:
        self._tape = tape
        self._target = target

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def send(self, request: Request) -> _AsyncRecorded:
        take = _Take(self._tape, request, await _async_body(request))
        try:
            return _AsyncRecorded(await self._target.send(request), take)
        except TransportError as error:
            take.failed(error)
            raise

    async def aclose(self) -> None:
        await self._target.aclose()


def record(path: str | Path, target: Any = None, *, timing: bool = False) -> Recorder:
    """Return a synchronous transport that sends through ``target`` and writes every exchange to a new file ``path``.

    ``target`` is a transport, an ``httpx2`` or ``httpx`` client, ``"fast"``, or None for the default transport. With
    ``timing`` the chunks of a body are recorded with the seconds between them.
    """
    return Recorder(_Tape(path, timing), cast(Transport, _target(target, asynchronous=False)))


def record_async(path: str | Path, target: Any = None, *, timing: bool = False) -> AsyncRecorder:
    """Return the transport of `record` for the asynchronous client."""
    return AsyncRecorder(_Tape(path, timing), cast(AsyncTransport, _target(target, asynchronous=True)))


def _target(target: Any, *, asynchronous: bool) -> Any:
    from ..transports import async_transport, sync_transport
    from ..transports.injected import kind_of_client

    client = None if kind_of_client(target) is None else target
    given = None if client is not None else target
    is_async = inspect.iscoroutinefunction(getattr(given, "send", None))
    if given is not None and not isinstance(given, str) and is_async is not asynchronous:
        sent, other = ("an asynchronous", "record") if asynchronous else ("a synchronous", "record_async")
        raise TypeError(f"`target` is {type(given).__name__!r}, not {sent} transport; use `{other}` for it")
    make, _ = async_transport(given, client) if asynchronous else sync_transport(given, client)
    return make()


# ---- replaying


@dataclass(slots=True)
class _Exchange:
    request: dict[str, Any]
    response: dict[str, Any]
    body: list[Any]
    end: str
    used: bool = False

    def pieces(self) -> Iterator[tuple[float, bytes]]:
        for piece in self.body:
            if isinstance(piece, list):
                delay, written = cast("tuple[float, Any]", piece)
                yield delay, _read(written)
            else:
                yield 0.0, _read(piece)

    def failure(self) -> TransportError | None:
        error = self.response.get("error")
        if error is None:
            return None
        kind = getattr(wire, str(error["kind"]), wire.ReadFailed)
        return cast(TransportError, kind(str(error["message"])))


class _Replayed:
    """An answer from the tape: read at once by synchronous code; awaited, it is the same for asynchronous code."""

    def __init__(self, exchange: _Exchange, timing: bool) -> None:
        self.status: int = exchange.response["status"]
        self.headers: list[tuple[str, str]] = [(name, value) for name, value in exchange.response["headers"]]
        self._pieces = exchange.pieces()
        self._failure = exchange.failure()
        self._timing = timing

    def next(self) -> tuple[float, bytes]:
        for delay, piece in self._pieces:
            return (delay if self._timing else 0.0), piece
        if self._failure is not None:
            raise self._failure
        return 0.0, b""

    def read_chunk(self) -> bytes:
        delay, piece = self.next()
        if delay:
            time.sleep(delay)
        return piece

    def read(self) -> bytes:
        return b"".join(iter(self.read_chunk, b""))

    def close(self) -> None:
        self._pieces = iter(())

    def __await__(self) -> Generator[Any, None, _AsyncReplayed]:
        return _AsyncReplayed(self)
        yield


class _AsyncReplayed:
    def __init__(self, replayed: _Replayed) -> None:
        self.status = replayed.status
        self.headers = replayed.headers
        self._replayed = replayed

    async def read_chunk(self) -> bytes:
        import asyncio

        delay, piece = self._replayed.next()
        await asyncio.sleep(delay)
        return piece

    async def read(self) -> bytes:
        pieces: list[bytes] = []
        while piece := await self.read_chunk():
            pieces.append(piece)
        return b"".join(pieces)

    async def aclose(self) -> None:
        self._replayed.close()


class Replay:
    """The transport of `replay`, for clients of both kinds. ``left`` is what was not requested."""

    def __init__(self, path: str | Path, timing: bool, match_headers: frozenset[str]) -> None:
        self._path = Path(path)
        self._timing = timing
        self._match_headers = match_headers
        self._lock = threading.Lock()
        lines = self._path.read_text(encoding="utf-8").splitlines()
        self._exchanges = [_Exchange(**json.loads(line)) for line in lines if line.strip()]

    def send(self, request: Request) -> Any:
        sent = _described(request, _sync_body(request), _Eraser())
        with self._lock:
            exchange = self._find(sent)
            exchange.used = True
        if "status" not in exchange.response:
            raise exchange.failure() or wire.ReadFailed("the tape has no answer to this request")
        return _Replayed(exchange, self._timing)

    def _find(self, sent: dict[str, Any]) -> _Exchange:
        unused = [exchange for exchange in self._exchanges if not exchange.used]
        key = self._key(sent)
        for exchange in unused:
            if self._key(exchange.request) == key:
                return exchange
        raise ReplayMismatch(self._explain(key, [self._key(exchange.request) for exchange in unused]))

    def _key(self, request: dict[str, Any]) -> str:
        headers = {name: value for name, value in request["headers"] if name in self._match_headers}
        described = {
            "method": request["method"],
            "target": request["target"],
            "headers": headers,
            "body": request["body"],
        }
        return json.dumps(described, indent=2, sort_keys=True, ensure_ascii=False)

    def _explain(self, sent: str, unused: list[str]) -> str:
        if not unused:
            return f"every exchange of {str(self._path)!r} has been used, but the program sent one more:\n{sent}"
        nearest = max(unused, key=lambda known: difflib.SequenceMatcher(None, known, sent).ratio())
        lines = difflib.unified_diff(
            nearest.splitlines(), sent.splitlines(), "the nearest on the tape", "what was sent", lineterm=""
        )
        what = f"nothing on {str(self._path)!r} matches; record again if the change is intended:\n"
        return what + "\n".join(lines)

    @property
    def left(self) -> list[str]:
        """The method and target of every exchange that was not requested."""
        return [
            f"{exchange.request['method']} {exchange.request['target']}"
            for exchange in self._exchanges
            if not exchange.used
        ]

    def close(self) -> None:
        """Do nothing: a tape has no connections."""

    async def aclose(self) -> None:
        """Do nothing: a tape has no connections."""


def replay(path: str | Path, *, timing: bool = False, match_headers: tuple[str, ...] = ()) -> Replay:
    """Return a transport that answers from a tape, for the synchronous and the asynchronous client.

    A request matches by method, path, query and body (and by the headers in ``match_headers``); equal requests get
    their
    answers in the order of the tape, each once. Anything else raises `ReplayMismatch`. With ``timing`` a body comes at
    the pace at which it was recorded.
    """
    return Replay(path, timing, frozenset(name.lower() for name in match_headers))
