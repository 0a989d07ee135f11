"""A small server on a real socket: scripted per path, and it remembers its connections."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["Server"]


class Server:
    """``routes`` maps a path's last segment to a function of (socket, body) that writes the answer; False closes."""

    def __init__(
        self, routes: dict[str, Callable[[socket.socket, bytes], bool | None]], tls: ssl.SSLContext | None = None
    ) -> None:
        self._routes = routes
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.closed = threading.Event()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        if self._tls is not None:
            try:
                sock = self._tls.wrap_socket(sock, server_side=True)
            except OSError:
                return
        reader = sock.makefile("rb")
        try:
            while True:
                line = reader.readline()
                if not line:
                    break
                headers: dict[str, str] = {}
                while (header := reader.readline()) not in (b"\r\n", b""):
                    name, _, value = header.decode("latin-1").partition(":")
                    headers[name.lower()] = value.strip()
                body = reader.read(int(headers.get("content-length", 0)))
                path = line.decode().split(" ")[1]
                self.requests.append((path, headers, body))
                if self._routes[path.partition("?")[0].rpartition("/")[2]](sock, body) is False:
                    break
        except OSError:
            pass
        finally:
            reader.close()
            sock.close()
            self.closed.set()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: Any) -> None:
        self._listener.close()
        for sock in self._open:
            sock.close()


def answer(sock: socket.socket, body: bytes, status: str = "200 OK", kind: str = "application/json") -> None:
    sock.sendall(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


def begin(sock: socket.socket) -> None:
    head = (
        "HTTP/1.1 200 OK",
        "Content-Type: text/event-stream",
        "Transfer-Encoding: chunked",
        "X-Onceward-Call-Id: call_1",
    )
    sock.sendall("\r\n".join([*head, "", ""]).encode())


def piece(sock: socket.socket, data: bytes) -> None:
    sock.sendall(b"%x\r\n%s\r\n" % (len(data), data))
