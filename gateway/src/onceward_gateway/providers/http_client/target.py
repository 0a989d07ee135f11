"""Requests as bytes: URLs, request lines and headers, without a way to smuggle a line into them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from ...core.connection_headers import CONNECTION_HEADERS
from ...core.header_syntax import is_token
from .errors import InvalidRequest
from .forward_proxy import Proxies, Proxy

__all__ = ["Origin", "Target", "encode_headers"]

_METHOD = re.compile(r"[A-Z]+")
_SAFE = "/%:=&?~#+!$,;'@()*[]"
_MOST_NAMES = 2048
_names: dict[str, str] = {}

Headers = Iterable[tuple[str, str]]


class Origin(NamedTuple):
    """The destination of connections that can be shared: scheme, host and port, and the proxy between."""

    scheme: str
    host: str
    port: int
    proxy: Proxy | None


class Target:
    """A method and a URL, ready to be requested again and again."""

    __slots__ = ("_credentials", "_host", "has_body", "line", "method", "origin")

    def __init__(self, method: str, url: str, proxies: Proxies | None = None) -> None:
        if not _METHOD.fullmatch(method) or method == "CONNECT":
            raise InvalidRequest(f"The method {method!r} cannot be requested.")
        try:
            split = urlsplit(url)
            host, port = split.hostname or "", split.port
            host = host if host.isascii() else host.encode("idna").decode()
        except ValueError as error:
            raise InvalidRequest(f"The URL is not valid: {error}.") from error
        if split.scheme not in ("http", "https") or not host or not _is_host(host):
            raise InvalidRequest("The URL must begin with http:// or https:// and name a host.")
        default = 443 if split.scheme == "https" else 80
        port = default if port is None else port
        proxy = None if proxies is None else proxies.proxy_of(split.scheme, host, port)
        self.method = method
        self.has_body = method not in ("GET", "HEAD", "OPTIONS", "TRACE", "DELETE")
        self.origin = Origin(split.scheme, host, port, proxy)
        name = f"[{host}]" if ":" in host else host
        authority = name if port == default else f"{name}:{port}"
        path = quote(split.path or "/", _SAFE) + (f"?{quote(split.query, _SAFE)}" if split.query else "")
        self._host = f"Host: {authority}\r\n"
        self._credentials = ""
        if split.username is not None:
            pair = f"{unquote(split.username)}:{unquote(split.password or '')}"
            self._credentials = f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}\r\n"
        forwarded = proxy is not None and split.scheme == "http"
        self.line = f"{method} {f'http://{authority}{path}' if forwarded else path} HTTP/1.1\r\n"
        if forwarded and proxy is not None and proxy.authorization:
            self._host += f"Proxy-Authorization: {proxy.authorization}\r\n"

    def head(self, headers: Headers, defaults: Sequence[tuple[str, str]], framing: str) -> bytes:
        """Return the bytes of the head; `defaults` are lower-case headers that are sent where `headers` lack them."""
        lines, names = encode_headers(headers)
        start = self.line
        if "host" not in names:
            start += self._host
        if self._credentials and "authorization" not in names:
            start += self._credentials
        for name, value in defaults:
            if name not in names:
                lines += f"{name}: {value}\r\n"
        try:
            return f"{start}{lines}{framing}\r\n".encode()
        except UnicodeEncodeError:
            raise InvalidRequest("A header has a character that cannot be encoded.") from None


def encode_headers(headers: Headers) -> tuple[str, list[str]]:
    """Return the lines of headers and their names in lower case; refuse what is not one header each."""
    lines, names = [], []
    for name, value in headers:
        lower = _names.get(name)
        names.append(lower if lower is not None else _checked(name))
        lines.append(f"{name}: {value}\r\n")
    text = "".join(lines)
    count = len(lines)
    if text.count("\n") != count or text.count("\r") != count or "\0" in text:
        raise InvalidRequest("A header value holds a line break or a NUL character.")
    return text, names


def _checked(name: str) -> str:
    """Return the name of a header in lower case; refuse what is not a name, and what frames the request."""
    if not is_token(name):
        raise InvalidRequest(f"{name[:40]!r} is not the name of a header.")
    lower = name.lower()
    if lower in CONNECTION_HEADERS:
        raise InvalidRequest(f"The header {name!r} is written by the client itself.")
    if len(_names) < _MOST_NAMES:
        _names[name] = lower
    return lower


def _is_host(host: str) -> bool:
    return host.isascii() and host.isprintable() and not set(host) & set(' "#%/<>?@[\\]^`{|}')
