"""Errors of the HTTP client: one class for each way in which an exchange fails.

`sent` says whether a byte of the request may have reached the peer; `answered` whether a byte of the answer came. A
request may be sent again without a doubt only where `sent` is false.
"""

from __future__ import annotations

__all__ = [
    "BodyTooLarge",
    "ClientClosed",
    "ConnectFailed",
    "ConnectTimeout",
    "Disconnected",
    "FirstByteTimeout",
    "HttpClientError",
    "IdleTimeout",
    "InvalidRequest",
    "MalformedBody",
    "MalformedHead",
    "NameNotResolved",
    "PoolTimeout",
    "ProxyRefused",
    "TlsFailed",
    "TotalTimeout",
    "TruncatedBody",
    "TruncatedHead",
]


class HttpClientError(Exception):
    """Any failure of an exchange."""

    sent = True
    answered = False


class InvalidRequest(HttpClientError, ValueError):
    """A request that cannot be written as HTTP: its URL, a header, or a body of another length than announced."""

    sent = False


class ClientClosed(HttpClientError):
    """The client was closed before the exchange ended."""


# -- before a connection


class ConnectFailed(HttpClientError):
    """No connection was made. `__cause__` is the error of the last address that was tried."""

    sent = False


class NameNotResolved(ConnectFailed):
    """The host has no address, or none that may be reached."""


class TlsFailed(ConnectFailed):
    """The TLS handshake failed: the certificate is not trusted, or the versions do not match."""


class ProxyRefused(ConnectFailed):
    """The proxy did not open a tunnel. `status` is its answer; 0 where it did not answer in HTTP."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class ConnectTimeout(ConnectFailed, TimeoutError):
    """No connection was made in time."""


class PoolTimeout(ConnectFailed, TimeoutError):
    """No connection became free in time: the limit of connections to this origin is reached."""


# -- on a connection


class Disconnected(HttpClientError):
    """The connection was closed before the head of the answer was complete; usually before a byte of it.

    On a reused connection (`reused`) the peer most likely closed it while it was idle and saw nothing of the request.
    Whether it may be sent again is for the caller to decide.
    """

    def __init__(self, message: str, *, reused: bool) -> None:
        super().__init__(message)
        self.reused = reused


class TruncatedHead(Disconnected):
    """The connection was closed in the middle of the head of the answer. Nothing of the answer can be used."""

    answered = True

    def __init__(self, message: str) -> None:
        # The peer received the request: a reused connection is not the reason.
        super().__init__(message, reused=False)


class FirstByteTimeout(HttpClientError, TimeoutError):
    """No byte of the answer came in time."""


class _Answered(HttpClientError):
    answered = True


class IdleTimeout(_Answered, TimeoutError):
    """No byte came for too long in the middle of an answer."""


class TotalTimeout(HttpClientError, TimeoutError):
    """The exchange as a whole took too long. `answered` says whether the answer had begun."""

    def __init__(self, message: str, *, sent: bool = True, answered: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
        self.answered = answered


class MalformedHead(_Answered):
    """The head of the answer is not HTTP/1, or is too large."""


class MalformedBody(_Answered):
    """The framing of the body is broken. The bytes before the fault were delivered."""


class TruncatedBody(_Answered):
    """The connection was closed before the end of the body. The bytes that came were delivered."""


class BodyTooLarge(_Answered):
    """The body is larger than the caller allows."""
