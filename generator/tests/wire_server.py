"""A server that records the bytes of every request and sends prepared answers, byte for byte."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

__all__ = ["Answer", "Recorded", "WireServer"]


@dataclass
class Recorded:
    """A request as it arrived."""

    raw: bytes
    """The request line and the headers."""
    method: str
    target: str
    """The path and the query, still encoded."""
    headers: list[tuple[str, str]]
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def pairs(self) -> list[tuple[str, str]]:
        """Return the decoded pairs of the query."""
        return _pairs(self.query)

    def form(self) -> list[tuple[str, str]]:
        """Return the decoded pairs of a form body."""
        return _pairs(self.body.decode())

    def header(self, name: str) -> str | None:
        """Return the only value of a header, or None. Fails if it was sent twice."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) < 2, f"{name} was sent {len(found)} times: {found}"
        return found[0] if found else None

    def url_of(self, path: str) -> str:
        """Return the URL of another path of this server."""
        return f"http://{self.header('host')}{path}"

    def json(self) -> Any:
        return json.loads(self.body)

    def parts(self) -> list[Part]:
        """Return the parts of a multipart body."""
        boundary = (self.header("content-type") or "").partition("boundary=")[2].strip('"')
        assert boundary, self.headers
        first, *middle, last = (b"\r\n" + self.body).split(b"\r\n--" + boundary.encode())
        assert first == b""
        assert last.rstrip() == b"--"
        return [Part.of(chunk.removeprefix(b"\r\n")) for chunk in middle]


@dataclass
class Part:
    """One part of a multipart body: its headers by lower-case name, and its bytes."""

    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, chunk: bytes) -> Part:
        head, _, body = chunk.partition(b"\r\n\r\n")
        lines = [line.partition(":") for line in head.decode().split("\r\n")]
        return cls({name.lower(): value.strip() for name, _, value in lines}, body)


def _pairs(text: str) -> list[tuple[str, str]]:
    split = [pair.partition("=") for pair in text.split("&") if pair]
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in split]


@dataclass
class Answer:
    """An answer: ``framing`` is length, chunked or close, ``cut`` the bytes of the body after which it breaks off."""

    body: bytes | Sequence[bytes] = b"{}"
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=lambda: [("Content-Type", "application/json")])
    framing: str = "length"
    cut: int | None = None

    def write(self, send: Callable[[bytes], Any]) -> bool:
        """Write the answer. Return True if the connection stays open."""
        pieces = [self.body] if isinstance(self.body, bytes) else list(self.body)
        lines = [f"HTTP/1.1 {self.status} Because", *(f"{name}: {value}" for name, value in self.headers)]
        bodiless = self.status in (204, 304)
        if self.framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
        elif self.framing == "length" and not bodiless:
            lines.append(f"Content-Length: {sum(map(len, pieces))}")
        else:
            lines += [] if bodiless else ["Connection: close"]
        send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        if bodiless:
            return True
        if self.cut is not None:
            pieces = [b"".join(pieces)[: self.cut]]
        for piece in pieces:
            send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if self.framing == "chunked" else piece)
        if self.cut is not None:
            return False
        if self.framing == "chunked":
            send(b"0\r\n\r\n")
        return self.framing != "close"


class WireServer:
    """A server on a free port. `requests` are those received, in order."""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self._answers: deque[Answer | Callable[[Recorded], Answer]] = deque()
        self._always: Callable[[Recorded], Answer] | None = None
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def forget(self) -> None:
        """Drop what was recorded and what was prepared."""
        with self._lock:
            self.requests = []
            self._answers.clear()
            self._always = None

    @property
    def last(self) -> Recorded:
        return self.requests[-1]

    def answer(self, answer: Answer | Callable[[Recorded], Answer]) -> None:
        """Prepare the answer of one more request; without one, a request gets ``{}`` as JSON."""
        self._answers.append(answer)

    def answer_json(self, value: Any, status: int = 200) -> None:
        self.answer(Answer(json.dumps(value).encode(), status))

    def answer_all(self, answer: Callable[[Recorded], Answer]) -> None:
        """Answer every request for which nothing is prepared."""
        self._always = answer

    def close(self) -> None:
        with contextlib.suppress(OSError):  # wakes the thread that accepts
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        stream = client.makefile("rb")
        try:
            while (request := _read(stream)) is not None:
                with self._lock:
                    self.requests.append(request)
                    prepared = self._answers.popleft() if self._answers else self._always or Answer()
                answer = prepared if isinstance(prepared, Answer) else prepared(request)
                if not answer.write(client.sendall):
                    return
        except OSError:
            return
        finally:
            self._open.discard(client)
            stream.close()
            client.close()


def _read(stream: Any) -> Recorded | None:
    raw = b""
    while not raw.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return None
        raw += line
    first, *lines = raw[:-4].decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    named = {name.lower(): value for name, value in headers}
    body = b""
    if named.get("transfer-encoding", "").lower() == "chunked":
        while size := int(stream.readline(), 16):
            body += stream.read(size)
            stream.readline()
        stream.readline()
    else:
        body = stream.read(int(named.get("content-length", 0)))
    return Recorded(raw, method, target, headers, body)
