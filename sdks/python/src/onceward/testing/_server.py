"""The socket side of the fake server: HTTP/1.1 read and written by hand, one thread per connection.

By hand, because a library would repair what a fault must break.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http.client import responses
from time import monotonic
from types import TracebackType
from typing import Self

from .faults import Fault
from .replies import RecordedRequest, Reply

__all__ = ["Connection", "LocalServer", "Server"]

_RESET = struct.pack("ii", 1, 0)
_READ = 65536
_NO_BODY = frozenset({204, 304})


class _Broken(Exception):
    """The connection was broken on purpose, or is gone."""


class _Left(Exception):
    """The client left."""


class Connection:
    """One connection of a client, request after request."""

    def __init__(self, sock: socket.socket, number: int, pause: Callable[[float], bool]) -> None:
        self._sock = sock
        self._number = number
        self._pause = pause
        self._buffer = bytearray()
        self._wire = 0
        self._fault = Fault()
        self._request: RecordedRequest | None = None
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # reading

    def request(self) -> RecordedRequest | None:
        """Read the next request, or return None when the client has closed the connection."""
        head = self._head()
        if head is None:
            return None
        lines = head.decode("latin-1").split("\r\n")
        method, target, *_ = lines[0].split(" ")
        headers: list[tuple[str, str]] = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers.append((name, value.strip()))
        request = RecordedRequest(method, target, headers, connection=self._number)
        if (request.header("expect") or "").lower() == "100-continue":
            self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.body = self._body(request)
        return request

    def _head(self) -> bytes | None:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if not self._fill():
                return None
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        return head

    def _fill(self) -> bool:
        try:
            data = self._sock.recv(_READ)
        except OSError:
            return False
        self._buffer += data
        return bool(data)

    def _body(self, request: RecordedRequest) -> bytes:
        if (request.header("transfer-encoding") or "").lower() == "chunked":
            return self._chunked_body(request)
        length = int(request.header("content-length") or 0)
        return self._exactly(length, request)

    def _exactly(self, length: int, request: RecordedRequest, before: int = 0) -> bytes:
        request.arrivals.append((monotonic(), before + min(length, len(self._buffer))))
        while len(self._buffer) < length:
            if not self._fill():
                raise _Left
            request.arrivals.append((monotonic(), before + min(length, len(self._buffer))))
        data = bytes(self._buffer[:length])
        del self._buffer[:length]
        return data

    def _chunked_body(self, request: RecordedRequest) -> bytes:
        body = bytearray()
        while size := int(self._line(), 16):
            body += self._exactly(size, request, len(body))
            self._line()
        while self._line():
            pass
        return bytes(body)

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if not self._fill():
                raise _Left
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    # writing

    def answer(self, request: RecordedRequest, reply: Reply, fault: Fault) -> bool:
        """Write the answer with its faults. Return True if the connection can be used again."""
        self._wire, self._fault, self._request = 0, fault, request
        try:
            if fault.hang_up:
                self._break()
            if fault.delay and not self._pause(fault.delay):
                raise _Left
            keep = self._write(request, reply, fault)
        except _Broken:
            return False
        except (_Left, OSError):
            request.outcome = "left"
            return False
        request.outcome = "answered"
        return keep

    def _write(self, request: RecordedRequest, reply: Reply, fault: Fault) -> bool:
        status = fault.status or reply.status
        framing = fault.framing or reply.framing
        pieces = reply.body_pieces() if fault.body is None else [fault.body]
        bodiless = status in _NO_BODY or request.method == "HEAD"
        self._write_head(status, self._headers(reply, fault, framing, sum(map(len, pieces))))
        if not bodiless:
            self._write_body(pieces, fault, chunked=framing == "chunked")
        return framing != "close" and (request.header("connection") or "").lower() != "close"

    def _headers(self, reply: Reply, fault: Fault, framing: str, length: int) -> list[tuple[str, str]]:
        headers = reply.header_items()
        content_type = fault.content_type or reply.content_type
        if content_type is not None:
            headers = [item for item in headers if item[0].lower() != "content-type"]
            headers.append(("Content-Type", content_type))
        for name, value in fault.headers.items():
            headers = [item for item in headers if item[0].lower() != name.lower()]
            if value:
                headers.append((name, value))
        if framing == "length":
            headers.append(("Content-Length", str(length)))
        elif framing == "chunked":
            headers.append(("Transfer-Encoding", "chunked"))
        else:
            headers.append(("Connection", "close"))
        return headers

    def _write_head(self, status: int, headers: list[tuple[str, str]]) -> None:
        lines = [
            f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}",
            *(f"{name}: {value}" for name, value in headers),
        ]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if self._fault.drip is None:
            self._send(head)
            return
        for index in range(len(head)):
            self._send(head[index : index + 1])
            self._wait(self._fault.drip)

    def _write_body(self, pieces: list[bytes], fault: Fault, *, chunked: bool) -> None:
        at = 0
        for number, piece in enumerate(_split(pieces, fault)):
            self._trigger(at, chunked=chunked)
            if number and fault.pace:
                self._wait(fault.pace)
            self._send_piece(piece, chunked=chunked)
            at += len(piece)
        self._trigger(at, chunked=chunked)
        if chunked:
            self._send(b"0\r\n\r\n")

    def _trigger(self, at: int, *, chunked: bool) -> None:
        fault = self._fault
        if fault.garbage_at == at:
            self._send_piece(fault.garbage, chunked=chunked)
        if fault.cut_at == at:
            self._break()
        if fault.stall_at == at:
            self._stall(chunked=chunked)

    def _send_piece(self, piece: bytes, *, chunked: bool) -> None:
        if piece:
            self._send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)

    def _send(self, data: bytes) -> None:
        limit = self._fault.cut_wire_at
        if limit is not None and self._wire + len(data) > limit:
            self._sock.sendall(data[: limit - self._wire])
            self._break()
        self._sock.sendall(data)
        self._wire += len(data)

    def _stall(self, *, chunked: bool) -> None:
        while True:
            self._wait(self._fault.pings)
            self._send_piece(b": ping\n\n", chunked=chunked)

    def _wait(self, seconds: float | None) -> None:
        """Wait, but notice when the client leaves."""
        end = None if seconds is None else monotonic() + seconds
        while end is None or monotonic() < end:
            left = None if end is None else max(0.0, end - monotonic())
            readable, _, _ = select.select([self._sock], [], [], left)
            if readable:
                if not self._sock.recv(1, socket.MSG_PEEK):
                    raise _Left
                self._pause(0.01)  # The next request is waiting behind this answer.

    def _break(self) -> None:
        if self._request is not None:
            self._request.outcome = "cut"  # First, so that a client that sees the cut sees this too.
        if self._fault.cut == "rst":
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        else:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_WR)
        raise _Broken

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.close()

    def shutdown(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)


def _split(pieces: list[bytes], fault: Fault) -> Iterator[bytes]:
    """Yield the chunks as they are sent: no longer than `fault.pieces`, and none across the offset of a fault."""
    marks = sorted(
        {mark for mark in (fault.cut_at, fault.stall_at, fault.garbage_at) if mark is not None}, reverse=True
    )
    at = 0
    for piece in pieces:
        rest = piece
        while rest:
            while marks and marks[-1] <= at:
                marks.pop()
            size = min(len(rest), fault.pieces or len(rest), marks[-1] - at if marks else len(rest))
            yield rest[:size]
            rest = rest[size:]
            at += size


class Server:
    """Listens on loopback and passes every connection to ``serve`` in a thread of its own."""

    def __init__(self, serve: Callable[[Connection], None]) -> None:
        self._serve = serve
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[Connection, threading.Thread] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self._thread = threading.Thread(target=self._accept, name="fake-server", daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                connection = Connection(sock, self.connections, self._pause)
                thread = threading.Thread(target=self._run, args=(connection,), name="fake-server", daemon=True)
                self._open[connection] = thread
            thread.start()

    def _run(self, connection: Connection) -> None:
        try:
            with contextlib.suppress(OSError, _Left):
                self._serve(connection)
        finally:
            connection.close()
            with self._lock:
                self._open.pop(connection, None)

    def _pause(self, seconds: float) -> bool:
        """Wait. Return False if the server is being closed."""
        return not self._closing.wait(seconds)

    @property
    def open_connections(self) -> int:
        with self._lock:
            return len(self._open)

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        with self._lock:
            running = list(self._open.items())
        for connection, _ in running:
            connection.shutdown()
        for _, thread in running:
            thread.join(timeout=10)


class LocalServer:
    """A server on a free port of loopback, open in a `with` block, synchronous or asynchronous."""

    def __init__(self) -> None:
        self._server: Server | None = None

    def start(self) -> Self:
        """Listen on a free port of loopback. The context managers do this."""
        if self._server is None:
            self._server = Server(self._serve)
        return self

    def close(self) -> None:
        """Break open connections and stop listening."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """The base URL of the server."""
        return f"http://127.0.0.1:{self._running().port}"

    def _running(self) -> Server:
        if self._server is None:
            raise RuntimeError(
                f"the `{type(self).__name__}` is not running: use it in a `with` block, or call `start()`"
            )
        return self._server

    def _serve(self, connection: Connection) -> None:
        """Answer the requests of a connection until it ends."""
        raise NotImplementedError
