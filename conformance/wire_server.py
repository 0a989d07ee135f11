"""The wire server: sends the responses of the conformance vectors and checks the requests of the client.

It implements HTTP/1.1 over plain sockets, because its responses must be able to be wrong: cut, stalled, split at any
byte. It uses only the standard library, so that a test runner in any language only needs Python to start it.

    python conformance/wire_server.py [--port N]      prints {"port": N} on its first line

    POST /_plays     {"vector": {…}}   -> {"path": "/p/1"}: the base URL is the address of the server plus that path
    GET  /_plays/1                     -> {"requests": 2, "problems": []}: the verdict, once the caller has its result
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import itertools
import json
import re
import socket
import struct
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

__all__ = ["Play", "WireServer", "main"]

Vector = dict[str, Any]
PING_EVERY = 0.02


@dataclass
class Received:
    """A request as received."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class Play:
    """A vector that is being run: the next exchange, and the problems so far."""

    vector: Vector
    requests: list[Received] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def judge(self, request: Received) -> dict[str, Any] | None:
        """Compare the request with the next expectation; return the response, or None if no request is expected."""
        self.requests.append(request)
        number = len(self.requests)
        exchanges = self.vector["exchanges"]
        if number > len(exchanges):
            self.problems.append(f"request {number} ({request.method} {request.path}) was not expected")
            return None
        exchange = exchanges[number - 1]
        found = differences(exchange.get("expect", {}), request, self.requests[0])
        self.problems += [f"request {number}: {problem}" for problem in found]
        reply: dict[str, Any] = exchange.get("reply", {})
        return reply

    def verdict(self) -> dict[str, Any]:
        problems = list(self.problems)
        missing = len(self.vector["exchanges"]) - len(self.requests)
        if missing > 0:
            problems.append(f"{missing} expected request(s) never came")
        return {"requests": len(self.requests), "problems": problems}


def differences(expect: dict[str, Any], request: Received, first: Received) -> list[str]:
    """Return the expectations that the request does not meet, one line each."""
    found: list[str] = []

    def same(what: str, wanted: Any, got: Any) -> None:
        if wanted != got:
            found.append(f"{what} is {got!r}, not {wanted!r}")

    if "method" in expect:
        same("method", expect["method"], request.method)
    if "path" in expect:
        same("path", expect["path"], request.path)
    if "query" in expect:
        same("query", sorted(map(tuple, expect["query"])), sorted(request.query))
    for name, value in expect.get("headers", {}).items():
        same(f"header `{name}`", value, request.headers.get(name.lower()))
    for name, pattern in expect.get("headers_match", {}).items():
        value = request.headers.get(name.lower())
        if value is None or not re.fullmatch(pattern, value):
            found.append(f"header `{name}` is {value!r}, which does not match {pattern!r}")
    for name in expect.get("headers_absent", []):
        same(f"header `{name}`", None, request.headers.get(name.lower()))
    for name in expect.get("same_as_first", []):
        same(f"header `{name}`", first.headers.get(name.lower()), request.headers.get(name.lower()))
        if first.headers.get(name.lower()) is None:
            found.append(f"header `{name}` is missing")
    return found + body_differences(expect, request)


def body_differences(expect: dict[str, Any], request: Received) -> list[str]:
    if expect.get("body_empty") and request.body:
        return [f"body is {request.body[:200]!r}, not empty"]
    if "form" in expect:
        got = form_parts(request)
        return [] if got == expect["form"] else [f"form is {got!r}, not {expect['form']!r}"]
    if "body_json" not in expect and "body_subset" not in expect:
        return []
    try:
        body = json.loads(request.body)
    except ValueError:
        return [f"body is not JSON: {request.body[:200]!r}"]
    if "body_json" in expect:
        return [] if body == expect["body_json"] else [f"body is {body!r}, not {expect['body_json']!r}"]
    return [
        f"body member `{key}` is {body.get(key)!r}, not {value!r}"
        for key, value in expect["body_subset"].items()
        if body.get(key) != value
    ]


def form_parts(request: Received) -> list[dict[str, Any]]:
    """Return the parts of a multipart body, in order, as a vector describes them."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    parts: list[dict[str, Any]] = []
    for part in message.iter_parts():
        shown: dict[str, Any] = {"name": part.get_param("name", header="content-disposition")}
        if part.get_filename() is not None:
            shown |= {"filename": part.get_filename(), "type": part.get_content_type()}
        payload = part.get_payload(decode=True)
        shown["text"] = payload.decode() if isinstance(payload, bytes) else ""
        parts.append(shown)
    return parts


def reply_body(reply: dict[str, Any]) -> tuple[bytes, str]:
    """Return the bytes of a response and their content type."""
    if "json" in reply:
        return json.dumps(reply["json"]).encode(), "application/json"
    if "sse" in reply:
        return reply["sse"].encode(), "text/event-stream"
    if "events" in reply:
        data = (event if isinstance(event, str) else json.dumps(event) for event in reply["events"])
        return "".join(f"data: {line}\n\n" for line in data).encode(), "text/event-stream"
    if "base64" in reply:
        return base64.b64decode(reply["base64"]), "application/octet-stream"
    if "repeat" in reply:
        parts = reply["repeat"]
        text = parts.get("before", "") + parts["text"] * parts["times"] + parts.get("after", "")
        return text.encode(), "text/event-stream"
    return reply.get("text", "").encode(), "text/plain"


def pieces(body: bytes, split: Any) -> list[bytes]:
    """Return the writes in which a body is sent."""
    if split == "bytes":
        split = 1
    if isinstance(split, int):
        return [body[i : i + split] for i in range(0, len(body), split)]
    if isinstance(split, list):
        marks = [0, *split, len(body)]
        return [body[a:b] for a, b in itertools.pairwise(marks) if a < b]
    return [body] if body else []


class WireServer:
    """Run any number of vectors concurrently on one loopback port."""

    def __init__(self) -> None:
        self.plays: dict[str, Play] = {}
        self.port = 0
        self._numbers = itertools.count(1)
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        self._server = await asyncio.start_server(self._connection, "127.0.0.1", port, limit=1 << 26)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def serve_forever(self) -> None:
        assert self._server is not None
        await self._server.serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while (request := await read_request(reader, writer)) is not None:
                if not await self._answer(request, reader, writer):
                    break
        writer.close()

    async def _answer(self, request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Handle one request; return False if the connection must close after it."""
        parts = request.path.split("/", 3)
        if parts[1] == "_plays":
            return await self._command(request, parts, writer)
        play = self.plays.get(parts[2]) if parts[1] == "p" and len(parts) > 2 else None
        if play is None:
            return await send(writer, {"status": 404, "json": {"error": {"message": f"no play at {request.path!r}"}}})
        request.path = "/" + (parts[3] if len(parts) > 3 else "")
        reply = play.judge(request)
        if reply is None:
            return await send(writer, {"status": 418, "json": {"error": {"message": "this request was not expected"}}})
        if await send(writer, reply):
            return True
        await stop_early(reader, writer, reply)
        return False

    async def _command(self, request: Received, parts: list[str], writer: asyncio.StreamWriter) -> bool:
        if request.method == "POST":
            number = str(next(self._numbers))
            self.plays[number] = Play(json.loads(request.body)["vector"])
            return await send(writer, {"json": {"path": f"/p/{number}"}})
        return await send(writer, {"json": self.plays.pop(parts[2]).verdict()})


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Received | None:
    """Return the next request of a connection; None when the client is done."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    start, *lines = head.split("\r\n")
    method, target, _ = start.split(" ")
    headers: dict[str, str] = {}
    for line in filter(None, lines):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await read_body(reader, headers)
    path, _, query = target.partition("?")
    return Received(method, path, parse_qsl(query, keep_blank_values=True), headers, body)


async def read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    body = bytearray()
    while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return bytes(body)


async def send(writer: asyncio.StreamWriter, reply: dict[str, Any]) -> bool:
    """Send one response; return False if it was left unfinished on purpose."""
    if "headers" in (reply.get("cut"), reply.get("stall")):
        return False
    body, content_type = reply_body(reply)
    end = reply.get("cut", reply.get("stall"))
    stops_early = end is not None or "pings" in reply
    headers = {"content-type": content_type, **{k.lower(): v for k, v in reply.get("headers", {}).items()}}
    headers["transfer-encoding"] = "chunked"
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value is not None)
    writer.write(f"HTTP/1.1 {reply.get('status', 200)} X\r\n{head}\r\n".encode("latin-1"))
    for piece in pieces(body if end is None else body[:end], reply.get("split")):
        writer.write(chunk(piece))
        await writer.drain()
        if "split" in reply:
            await asyncio.sleep(0)
    if not stops_early:
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True
    await writer.drain()
    return False


async def stop_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: dict[str, Any]) -> None:
    """Leave a body unfinished: hang up, stay silent, or send comments until the client disconnects."""
    if "cut" in reply:
        hang_up(writer, reply)
        return
    while not reader.at_eof():
        if "pings" in reply:
            writer.write(chunk(b": ping\n\n"))
            await writer.drain()
        await asyncio.sleep(PING_EVERY)


def hang_up(writer: asyncio.StreamWriter, reply: dict[str, Any]) -> None:
    """Close the connection, by a reset if the response asks for it."""
    if reply.get("reset"):
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


def chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


async def serve(port: int) -> None:
    server = WireServer()
    print(json.dumps({"port": await server.start(port)}), flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description="Plays the server's side of the conformance vectors.")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on; 0 picks a free one")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
