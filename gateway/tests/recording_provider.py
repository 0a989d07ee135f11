"""A provider that answers every call in the form that it asks for, and keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USAGE = {"prompt_tokens": 10, "completion_tokens": 100, "total_tokens": 110}


class RecordingProvider:
    """A running provider: its URL, and the path and body of each call since `seen` was cleared."""

    def __init__(self, url: str, seen: list[tuple[str, bytes]]) -> None:
        self.url = url
        self.seen = seen

    @property
    def sent(self) -> dict[str, Any]:
        """The one body that it was sent."""
        ((_, body),) = self.seen
        value: dict[str, Any] = json.loads(body)
        return value


@contextmanager
def recording_provider() -> Iterator[RecordingProvider]:
    """Serve a provider on a free port."""
    calls: list[tuple[str, bytes]] = []

    class Handler(_Handler):
        seen = calls

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield RecordingProvider(f"http://127.0.0.1:{server.server_address[1]}", calls)
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, body))
        asked: dict[str, Any] = json.loads(body) if body[:1] == b"{" else {}
        kind = "application/json"
        if self.path.endswith("/messages"):
            message = {
                "type": "message",
                "id": "m",
                "role": "assistant",
                "model": asked["model"],
                "stop_reason": "end_turn",
            }
            content = [{"type": "text", "text": "ok"}]
            data = json.dumps(
                message | {"content": content, "usage": {"input_tokens": 10, "output_tokens": 100}}
            ).encode()
        elif asked.get("stream"):
            kind = "text/event-stream"
            first = {"index": 0, "delta": {"content": "ok"}, "text": "ok", "finish_reason": None}
            last = {"index": 0, "delta": {}, "text": "", "finish_reason": "stop"}
            chunks: list[dict[str, Any]] = [{"choices": [first]}, {"choices": [last]}, {"choices": [], "usage": USAGE}]
            frame = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": asked["model"]}
            data = (
                b"".join(b"data: " + json.dumps(frame | one).encode() + b"\n\n" for one in chunks) + b"data: [DONE]\n\n"
            )
        else:
            choice = {
                "index": 0,
                "message": {"role": "assistant", "content": "ok"},
                "text": "ok",
                "finish_reason": "stop",
            }
            vector = {"object": "embedding", "index": 0, "embedding": [0.0], "b64_json": "", "url": "http://x/y"}
            answer = {"id": "c", "object": "chat.completion", "created": 1, "model": asked.get("model"), "text": "ok"}
            data = json.dumps(answer | {"choices": [choice], "data": [vector], "usage": USAGE}).encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None: ...
