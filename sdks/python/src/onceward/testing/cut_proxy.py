"""A TCP proxy for a real server that cuts connections at a byte that the test chooses.

It knows nothing of HTTP: it counts the bytes that go to the client, and breaks the connection at the chosen byte. The
server sees a client that disappeared.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

__all__ = ["CutProxy"]

_RESET = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class _Cut:
    at: int | None
    how: Literal["fin", "rst"]


class _Pipe:
    """One connection through the proxy."""

    def __init__(self, proxy: CutProxy, client: socket.socket, server: socket.socket, cut: _Cut | None) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self.cut = cut
        self.passed = 0
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def up(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._client.recv(65536):
                self._proxy.claim(self)
                self._server.sendall(data)
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_WR)

    def down(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._server.recv(65536):
                cut = self.cut
                left = None if cut is None or cut.at is None else cut.at - self.passed
                sent = data if left is None else data[:left]
                # Counted before it is sent: a client that has the whole answer may arm the next cut at once.
                self._proxy.passed(self, len(sent))
                self._client.sendall(sent)
                if cut is not None and left is not None and len(data) >= left:
                    self._break(cut.how)
                    return
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_WR)

    def _break(self, how: Literal["fin", "rst"]) -> None:
        self._proxy.cuts_made += 1
        if how == "rst":
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        else:
            with contextlib.suppress(OSError):
                self._client.shutdown(socket.SHUT_RDWR)
        self.close()

    def close(self) -> None:
        for sock in (self._client, self._server):
            with contextlib.suppress(OSError):
                # This wakes a thread that is blocked on the socket; closing it does not.
                sock.shutdown(socket.SHUT_RD)
            with contextlib.suppress(OSError):
                sock.close()


class CutProxy:
    """Forwards everything to the server at ``target`` (its base URL), except for the cuts.

    ``cuts`` has the number of each connection to cut, counted from 1, and the byte before which it is cut. `arm` cuts
    the next answer instead, on whichever connection it comes, so that a client may keep its connections between rounds.
    """

    def __init__(
        self, target: str, *, cuts: Mapping[int, int] | None = None, how: Literal["fin", "rst"] = "rst"
    ) -> None:
        url = urlsplit(target)
        if url.hostname is None:
            raise ValueError(f"`target` is {target!r}; give a base URL such as 'http://127.0.0.1:4100'")
        self._address = (url.hostname, url.port or 80)
        self._cuts = dict(cuts or {})
        self._how: Literal["fin", "rst"] = how
        self._lock = threading.Lock()
        self._armed: _Cut | None = None
        self._measured: _Pipe | None = None
        self._pipes: list[_Pipe] = []
        self._listener: socket.socket | None = None
        self._port = 0
        self.connections = 0
        """The number of connections made through the proxy."""
        self.cuts_made = 0
        """The number of connections cut."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), name="cut-proxy", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            pipes, self._pipes = self._pipes, []
        for pipe in pipes:
            pipe.close()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """The base URL of the proxy."""
        return f"http://127.0.0.1:{self._port}"

    def arm(self, at: int | None, *, how: Literal["fin", "rst"] | None = None) -> None:
        """Cut the answer to the next request before its byte ``at``. None cuts nothing and only counts (`counted`)."""
        with self._lock:
            self._armed = _Cut(at, how or self._how)
            self._measured = None

    @property
    def counted(self) -> int:
        """The bytes sent to the client since the request that `arm` waited for."""
        return 0 if self._measured is None else self._measured.passed

    def claim(self, pipe: _Pipe) -> None:
        """Use an armed cut for the answer to this request."""
        with self._lock:
            if self._armed is not None:
                pipe.cut, self._armed, pipe.passed = self._armed, None, 0
                self._measured = pipe

    def passed(self, pipe: _Pipe, count: int) -> None:
        """Count bytes that went to the client."""
        pipe.passed += count

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._address, timeout=10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            with self._lock:
                self.connections += 1
                at = self._cuts.get(self.connections)
                pipe = _Pipe(self, client, server, None if at is None else _Cut(at, self._how))
                self._pipes.append(pipe)
            threading.Thread(target=self._run, args=(pipe,), name="cut-proxy", daemon=True).start()

    def _run(self, pipe: _Pipe) -> None:
        up = threading.Thread(target=pipe.up, name="cut-proxy", daemon=True)
        up.start()
        pipe.down()
        pipe.close()
        up.join(timeout=5)
        with self._lock:
            if pipe in self._pipes:
                self._pipes.remove(pipe)
