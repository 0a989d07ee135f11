"""Stalls of the event loop while upstreams answer with what is large or is not what was asked for.

    python benchmarks/answers.py                all answers
    python benchmarks/answers.py bytes events   those whose name has one of the words

The gateway runs in this process; its clients, and the upstream, run in others. It is measured as `stalls.py` does. Exit
status 1 when a stall is longer than 50 ms of CPU time, or a client gets a 5xx for an answer that can be delivered.
"""

from __future__ import annotations

import dataclasses
import functools
import http.server
import json
import multiprocessing
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any, Literal

import uvloop
from stalls import CHAT, Attack, chosen, run

from onceward_gateway.config.load import Settings
from onceward_gateway.config.providers import Provider, Secret

__all__ = ["ANSWERS", "main"]

_MB = 1 << 20
_TEXT = "a word " * (22 * _MB // 7)
JSON, EVENTS = "application/json", "text/event-stream"
_EMBEDDINGS = "/v1/embeddings"
_IMAGES = "/v1/images/generations"


@dataclasses.dataclass
class Answer:
    """A response of the upstream, and the request that it belongs to."""

    name: str
    body: Callable[[], bytes]
    content_type: str = JSON
    protocol: Literal["openai", "anthropic"] = "openai"
    path: str = CHAT
    failure: int | None = None
    """The expected status for its clients if the response cannot be delivered."""


def completion(content: Any = "hi", **more: Any) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    whole = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    return json.dumps({**whole, **more}).encode()


def unknown(value: bytes) -> bytes:
    """Return a completion with an unknown member."""
    return completion()[:-1] + b',"x":' + value + b"}"


def chunk(content: str, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
    whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **more}
    return b"data: " + json.dumps(whole).encode() + b"\n\n"


def message(*blocks: dict[str, Any], **more: Any) -> bytes:
    """Return a response in Anthropic's format."""
    usage = {"input_tokens": 3, "output_tokens": 4}
    whole = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": blocks, "usage": usage}
    return json.dumps({**whole, "stop_reason": "end_turn", **more}).encode()


def block(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def called(arguments: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": "t", "name": "f", "input": arguments}


def embeddings(**more: Any) -> bytes:
    data = [{"object": "embedding", "index": at, "embedding": [0.0123456789] * 1024} for at in range(1800)]
    return json.dumps({"object": "list", "model": "m", "data": data, **more}).encode()


END = chunk("").replace(b"null", b'"stop"') + b"data: [DONE]\n\n"
ANSWERS = (
    Answer("8 million lists", lambda: unknown(b"[" + b"[]," * 8 * _MB + b"0]")),
    Answer("1.5 million members", lambda: unknown(b"{%b}" % b",".join(b'"k%d":1' % at for at in range(1_500_000)))),
    Answer("22 MB of text", lambda: completion(_TEXT)),
    Answer("22 MB of text, no usage", lambda: completion(_TEXT, usage=None)),
    Answer("22 MB of one word, no usage", lambda: completion("a" * 22 * _MB, usage=None)),
    Answer("24 MB of escapes", lambda: completion("漢" * (24 * _MB // 6))),
    Answer("24 MB of backslashes", lambda: completion("\\" * 12 * _MB)),
    Answer("24 MB of spaces before", lambda: b" " * 24 * _MB + completion()),
    Answer("24 MB of spaces behind", lambda: completion() + b" " * 24 * _MB),
    Answer("22 MB of bytes that are not text", lambda: unknown(b'"' + b"\xff" * 22 * _MB + b'"')),
    Answer("4 million halves of pairs", lambda: unknown(b'"' + b"\\ud800" * 4 * _MB + b'"')),
    Answer("5 million NaN", lambda: unknown(b"[" + b"NaN," * 5 * _MB + b"0]")),
    Answer("22 MB of open brackets", lambda: b"[" * 22 * _MB, failure=502),
    Answer("23 MB that are not JSON", lambda: b'{"choices": [' + b'"content": "a b c d",' * _MB, failure=502),
    Answer("18 MB of HTML", lambda: b"<html>" + b"<p>oh</p>" * (2 * _MB), "text/html", failure=502),
    Answer("200,000 choices", lambda: completion(choices=[
        {"index": at, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
        for at in range(200_000)])),
    Answer("3 million texts", lambda: completion(["hi"] * 3_000_000)),
    Answer("one event of 14 MB", lambda: chunk("a word " * (2 * _MB)) + END, EVENTS),
    Answer("one event of 3 million lists", lambda: chunk("a", x=[[]] * (3 * _MB)) + END, EVENTS),
    Answer("300 events of 64 KB", lambda: chunk("a word " * 9000) * 300 + END, EVENTS),
    Answer("150,000 events", lambda: chunk("a") * 150_000 + END, EVENTS),
    Answer("a message of 22 MB", lambda: message(block(_TEXT)), protocol="anthropic"),
    Answer("a message of 500,000 blocks", lambda: message(*[block("a")] * 500_000), protocol="anthropic"),
    Answer("a message of 5 million lists", lambda: message(block("a"), x=[[]] * (5 * _MB)), protocol="anthropic"),
    Answer("a tool call of 5 million lists", lambda: message(called({"a": [[]] * (5 * _MB)})), protocol="anthropic"),
    Answer("1,800 embeddings", lambda: embeddings(usage={"prompt_tokens": 3, "total_tokens": 3}), path=_EMBEDDINGS),
    Answer("1,800 embeddings, no usage", embeddings, path=_EMBEDDINGS),
    Answer("a picture of 24 MB", lambda: json.dumps(
        {"created": 1, "data": [{"b64_json": "iVBORw0KGgoA" * (2 * _MB)}]}).encode(), path=_IMAGES),
)  # fmt: skip


def upstream(listener: socket.socket) -> None:
    """Serve the responses, each by its number; runs in a separate process."""

    @functools.lru_cache(maxsize=1)
    def body_of(number: int) -> bytes:
        return ANSWERS[number].body()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Log no requests."""

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            number = int(self.path.split("/")[1])
            self.send_response(200)
            self.send_header("Content-Type", ANSWERS[number].content_type)
            self.send_header("Content-Length", str(len(body_of(number))))
            self.end_headers()
            self.wfile.write(body_of(number))

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Ignore connections that the gateway closed."""

    server = Server(listener.getsockname(), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.serve_forever()


REQUESTS: dict[str, dict[str, Any]] = {
    CHAT: {"messages": [{"role": "user", "content": "hi"}]},
    _EMBEDDINGS: {"input": ["a"] * 1800},
    _IMAGES: {"prompt": "a"},
}


def request(number: int, more: dict[str, Any]) -> bytes:
    """Return a request for the response with this number."""
    return json.dumps({"model": f"up{number}/m", **REQUESTS[ANSWERS[number].path], **more}).encode()


def attacks() -> Iterator[Attack]:
    """Request each response without streaming and, for chat, also with streaming."""
    for number, one in enumerate(ANSWERS):
        yield Attack(one.name, one.path, functools.partial(request, number, {}), failure=one.failure)
        if one.path == CHAT:
            streamed = functools.partial(request, number, {"stream": True})
            yield Attack(f"{one.name}, streamed", one.path, streamed, failure=one.failure)


def main() -> int:
    asked, most_ms = chosen(attacks(), __doc__)
    listener = socket.create_server(("127.0.0.1", 0))
    serving = multiprocessing.get_context("fork").Process(target=upstream, args=(listener,), daemon=True)
    serving.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    key = Secret("sk-of-the-bench-123456")
    providers = {
        f"up{number}": Provider(f"up{number}", one.protocol, f"{url}/{number}", api_key=key, retries=0)
        for number, one in enumerate(ANSWERS)
    }
    try:
        return uvloop.run(run(asked, dataclasses.replace(Settings(), providers=providers), most_ms))
    finally:
        serving.terminate()


if __name__ == "__main__":
    sys.exit(main())
