"""One call, from its first request to its response: attempts, redirects, clocks, and the errors they become.

Terms:
    *call*      what the user asked for, once. It has one idempotency key, one request id, and one `total` clock.
    *attempt*   one request of a call. There are several if attempts fail in ways that are temporary.
    *failure*   the error an attempt ended with. `Tries.after` returns the delay before the next one, or raises it.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlsplit

from .brand import Brand
from .breaker import Breaker
from .config import Config
from .encoding import decompress
from .envelope import error_from
from .errors import APIConnectionError, APIError, APITimeoutError, ResponseShapeError
from .failures import typed_body
from .log import Log, redacted_body, redacted_headers, redacted_url
from .meta import Headers, Meta
from .operation import Result, Stream
from .options import Timeout
from .ports import Acquire, Clock, Close, Random, Read, ReadChunk, Release, Send, Sleep, Steps
from .redirects import redirected, target_of
from .retry import RetryBudget, RetryEvent, retryable_error
from .secrets import mask
from .wire import (
    ConnectFailed,
    ConnectTimedOut,
    PoolTimedOut,
    ReadFailed,
    ReadTimedOut,
    Request,
    Timeouts,
    TransportError,
    WriteFailed,
)

__all__ = ["Call", "Shared", "Tries", "exchange", "read_body", "unary"]

T = TypeVar("T")

_MAX_REDIRECTS: Final = 5
_MOST_ERROR: Final = 1 << 20
"""Bytes of an error's body that are read; the rest is dropped."""
_MOST_JSON: Final = 1 << 30
"""Bytes of a JSON response. A file may be of any size."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True)
class Shared:
    """The state that all calls of a client, and of its copies, share."""

    brand: Brand
    clock: Clock
    random: Random
    log: Log
    budget: RetryBudget
    breaker: Breaker | None


class Authorizer(Protocol):
    """Adds a token to the requests of a call."""

    def authorize(self, tries: Tries, request: Request) -> Steps[Request]: ...

    def may_renew(self, tries: Tries, request: Request) -> bool: ...


@dataclass(slots=True)
class Call:
    operation: str
    method: str
    url: str
    headers: list[tuple[str, str]] = field(repr=False)
    body: Any = field(repr=False)
    replayable: bool
    timeout: Timeout
    max_retries: int
    key: str | None
    request_id: str | None
    """The id that was sent; None if this server is sent none."""
    safe: bool
    """True if repeating it changes nothing."""
    never: bool
    """True if repeating it is never safe, whatever key it carries."""
    result: Result
    stream: Stream | None
    shared: Shared = field(repr=False)
    config: Config = field(repr=False)
    tokens: Authorizer | None = field(default=None, repr=False)  # if the headers lack a token
    query_credentials: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """The credentials in the query, which the URL of a next page may lack."""
    type_: Any = None
    as_text: bool = False
    answers: tuple[Result, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict[str, str])
    """References to the types of error bodies, by ``404``, ``4XX`` or ``default``."""

    @property
    def where(self) -> str:
        return f"{self.method} {redacted_url(self.url)}"


class Tries:
    """The attempts of one call: their number, the time left, and whether another one may be made."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.attempts = 0
        self.url = call.url
        """The URL of the latest request, which redirects change."""
        self._retries = 0
        self._owed = 0
        total = call.timeout.total
        self.deadline = None if total is None else call.shared.clock.monotonic() + total

    @property
    def where(self) -> str:
        """The call as errors name it, with the URL it was redirected to."""
        where = self.call.where
        return where if self.url == self.call.url else f"{where} (redirected to {redacted_url(self.url)})"

    def remaining(self) -> float | None:
        """Return the seconds left of the `total` clock, or None if it is not set."""
        return None if self.deadline is None else self.deadline - self.call.shared.clock.monotonic()

    def request(self, *extra: tuple[str, str]) -> Request:
        """Return the next attempt's request, or raise if nothing may be sent."""
        call = self.call
        if call.shared.breaker is not None:
            try:
                call.shared.breaker.check(urlsplit(call.url).netloc)
            except APIError as error:
                raise self.stamp(error) from None
        timeouts = self.timeouts()
        headers = call.headers
        if self.attempts or extra:
            count = call.shared.brand.behaviour.retry_count_header
            headers = [*headers, *([(count, str(self.attempts))] if count else ()), *extra]
        self.attempts += 1
        self.url = call.url
        return Request(call.method, call.url, headers, call.body, timeouts)

    def timeouts(self) -> Timeouts:
        """Return the clocks of one request, each cut to what is left of `total`."""
        own, remaining = self.call.timeout, self.remaining()
        if remaining is None:
            return Timeouts(own.connect, own.pool, own.first_byte, own.idle)
        if remaining <= 0:
            raise self.timed_out("total", own.total)
        connect, pool, first_byte, idle = (
            remaining if clock is None else min(clock, remaining)
            for clock in (own.connect, own.pool, own.first_byte, own.idle)
        )
        return Timeouts(connect, pool, first_byte, idle, remaining)

    def succeeded(self) -> None:
        self.call.shared.budget.give(self._owed or 1)
        self._owed = 0

    def after(self, error: APIError, *, sent: bool = True) -> float:
        """Return the seconds to wait before the next attempt, or raise ``error`` if there is none."""
        self.stamp(error)
        call = self.call
        if self._retries >= call.max_retries or not call.replayable or not self._worth_it(error, sent):
            raise error
        delay = error.retry_after
        if delay is None:
            delay = call.config.backoff.delay(self._retries, call.shared.random)
        elif delay > call.config.max_retry_after:
            raise error
        remaining = self.remaining()
        if remaining is not None and delay >= remaining:
            raise error
        self.spend(error)
        self._retries += 1
        self.report_retry(error, delay)
        return delay

    def spend(self, error: APIError) -> None:
        """Take a retry from the client's budget, or raise ``error`` if it is exhausted."""
        taken = self.call.shared.budget.take(timeout=isinstance(error, APITimeoutError))
        if not taken:
            self.call.shared.log.warning("%s: not retried: the client's retry budget is exhausted", self.call.where)
            raise error
        self._owed += taken

    def report_retry(self, error: APIError, delay: float) -> None:
        call = self.call
        call.shared.log.info(
            "%s: attempt %d failed, next in %.2f s: %s", call.where, self.attempts, delay, error.message
        )
        if call.config.on_retry is not None:
            call.config.on_retry(
                RetryEvent(
                    call.operation,
                    call.method,
                    call.url,
                    self.attempts,
                    delay,
                    error,
                    call.request_id,
                )
            )

    def _worth_it(self, error: APIError, sent: bool) -> bool:
        call = self.call
        if isinstance(error, APIConnectionError):
            return not _certificate_fault(error) and (
                not sent or call.safe or (call.key is not None and not call.never)
            )
        behaviour = call.shared.brand.behaviour
        if not retryable_error(error, behaviour=behaviour):
            return False
        forced = error.headers.get(behaviour.should_retry_header, "").strip().lower() == "true"
        unkeyed = error.status_code in behaviour.unkeyed_retry_statuses
        return forced or call.safe or (not call.never and (call.key is not None or unkeyed))

    def stamp(self, error: APIError) -> APIError:
        """Give the error the ids of its call."""
        error.attempts = self.attempts
        error.idempotency_key = self.call.key
        error.request_id = error.request_id or self.call.request_id
        return error

    # --- what a transport's failure becomes ---

    def failure(self, error: TransportError, *, opened: bool = False) -> APIError:
        """Return the error for a transport's error. ``opened``: the status line had arrived."""
        if isinstance(error, (ConnectTimedOut, PoolTimedOut, ReadTimedOut)):
            clock = self._clock_of(error, opened)
            detail = f"through the proxy {error.proxy}" if clock == "connect" and error.proxy else str(error)
            failure: APIError = self.timed_out(clock, getattr(self.call.timeout, clock), detail)
        else:
            failure = APIConnectionError(self._text(error, opened))
        failure.__cause__ = error
        return self.stamp(failure)

    def _clock_of(self, error: TransportError, opened: bool) -> str:
        remaining = self.remaining()
        if remaining is not None and remaining <= 0.002:  # Sockets wake up a little early.
            return "total"
        if isinstance(error, ConnectTimedOut):
            return "connect"
        if isinstance(error, PoolTimedOut):
            return "pool"
        return "idle" if opened else "first_byte"

    def timed_out(self, clock: str, seconds: float | None, detail: str = "") -> APITimeoutError:
        what = {
            "connect": "there was no connection",
            "pool": "no connection was free",
            "first_byte": "no response began",
            "idle": "nothing new arrived",
            "total": "the call did not finish",
        }[clock]
        tail = f" ({detail})" if detail and (clock == "pool" or detail.startswith("through")) else ""
        error = APITimeoutError(f"{self.where}: {what} within {seconds:g} s, the `{clock}` clock{tail}.")
        error.clock = clock
        self.stamp(error)
        return error

    def _text(self, error: TransportError, opened: bool) -> str:
        where, server = self.where, urlsplit(self.url).netloc
        cause = _root_cause(error)
        if _certificate_fault(error):
            return (
                f"{where}: the certificate of {server} was not accepted: {cause}. It was checked against the "
                "system's store (or SSL_CERT_FILE); for a private CA set SSL_CERT_FILE to its certificate."
            )
        if isinstance(error, ConnectFailed):
            through = f" through the proxy {error.proxy}" if error.proxy else ""
            return (
                f"{where}: no connection to {server}{through}: {cause}. "
                "Check that the server is running, that `base_url` is right, and the proxy variables."
            )
        if isinstance(error, WriteFailed):
            return f"{where}: the connection broke while the request was sent: {cause}."
        place = "in the middle of the response" if opened else "before a response came"
        return f"{where}: the connection broke {place}: {cause}."


def _root_cause(error: BaseException) -> str:
    cause = error
    while cause.__cause__ is not None or (cause.__context__ is not None and not cause.__suppress_context__):
        cause = cause.__cause__ or cause.__context__ or cause
    # The messages of the system are the clearest. Those of a library may be its parts, which read as code.
    return (str(cause) if isinstance(cause, OSError) else "") or str(error) or str(cause) or type(cause).__name__


def _certificate_fault(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__name__ == "SSLCertVerificationError" or "invalid peer certificate" in str(cause):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


# --- one attempt -----------------------------------------------------------------------------------------------------


def exchange(tries: Tries, *extra: tuple[str, str]) -> Steps[tuple[Meta, Any, Request]]:
    """Send the next request and return its open response with a 2xx status. Every other status is raised."""
    call = tries.call
    request = tries.request(*extra)
    if call.tokens is not None:
        request = yield from call.tokens.authorize(tries, request)
    log = call.shared.log
    for _ in range(_MAX_REDIRECTS + 1):
        started = time.perf_counter() if log.enabled(20) else 0.0
        if started and log.enabled(10):
            _log_request(log, request, call.shared.brand.behaviour.logged_headers)
        try:
            response = yield Send(request, tries.remaining())
        except TransportError:
            _count(call, ok=False)
            raise
        meta = _meta(tries, response)
        if started:
            _log_response(tries, request, meta, response, time.perf_counter() - started)
        if 200 <= meta.status_code < 300:
            _count(call, ok=True)
            return meta, response, request
        if meta.status_code in _REDIRECTS and "location" in meta.headers:
            following = redirected(request, meta)
            if following is not None:
                yield Close(response)
                request = following
                tries.url = request.url
                continue
        request = yield from _refuse(tries, meta, response, request)
    raise tries.stamp(APIError(f"{tries.where}: more than {_MAX_REDIRECTS} redirects; check `base_url`."))


def _log_response(tries: Tries, request: Request, meta: Meta, response: Any, seconds: float) -> None:
    log, url = tries.call.shared.log, redacted_url(request.url)
    log.info(
        "%s %s: %d in %.3f s (attempt %d, request id %s)",
        request.method,
        url,
        meta.status_code,
        seconds,
        tries.attempts,
        meta.request_id,
    )
    if log.enabled(10):
        headers = redacted_headers(response.headers, tries.call.shared.brand.behaviour.logged_headers)
        log.debug("%s %s answered headers=%s", request.method, url, headers)


def _log_request(log: Log, request: Request, logged: frozenset[str]) -> None:
    log.debug("%s %s headers=%s", request.method, redacted_url(request.url), redacted_headers(request.headers, logged))
    if log.bodies and request.body:
        kind = next((value for name, value in request.headers if name.lower() == "content-type"), "")
        log.debug("%s %s body=%s", request.method, redacted_url(request.url), redacted_body(request.body, kind))


def _count(call: Call, *, ok: bool) -> None:
    breaker = call.shared.breaker
    if breaker is not None:
        if ok:
            breaker.success()
        else:
            breaker.failure()


def _refuse(tries: Tries, meta: Meta, response: Any, request: Request) -> Steps[Request]:
    """Raise the error of a response, or return the request with a new token if its token was refused."""
    call = tries.call
    if meta.status_code == 401 and call.tokens is not None and call.tokens.may_renew(tries, request):
        yield Close(response)
        return (yield from call.tokens.authorize(tries, request))
    _count(call, ok=meta.status_code < 500)
    try:
        body = yield from read_body(tries, response, request, meta, most=_MOST_ERROR, cut=True)
    except TransportError as error:
        # The rest of an error body may change its meaning: a status without it is not a response.
        yield Close(response)
        raise tries.failure(error, opened=True) from error
    except ResponseShapeError:
        body = b""  # Complete but unreadable: the status has to be enough.
    where = tries.where
    body = _without_key(call, body)
    if meta.status_code in _REDIRECTS:
        target = meta.headers.get("location", "nowhere")
        why = f"which a {call.method} does not follow" if target_of(request, meta) else "which is not a valid URL"
        raise tries.stamp(
            APIError(
                f"{where}: the server redirects to {target!r}, {why}; set `base_url` to where it leads.",
                status_code=meta.status_code,
                headers=meta.headers,
                request_id=meta.request_id,
            )
        )
    refused = error_from(
        status=meta.status_code,
        headers=meta.headers,
        body=body,
        where=where,
        now=call.shared.clock.time(),
        sent_request_id=call.request_id,
    )
    if call.errors:
        refused.body = typed_body(call.errors, meta, body, refused.body)
    raise tries.stamp(refused)


def _without_key(call: Call, body: bytes) -> bytes:
    """Mask the key in a body: some servers quote the key that they refuse."""
    key = call.config.api_key
    if key is None or len(key.reveal()) <= 12:
        return body
    return body.replace(key.reveal().encode(), mask(key.reveal()).encode())


def _meta(tries: Tries, response: Any) -> Meta:
    call = tries.call
    headers = Headers(response.headers)
    request_id: str | None = None
    call_id: str | None = None
    call_header = call.shared.brand.header("call-id").lower()
    for name, value in headers.raw:
        if name == "x-request-id":
            request_id = value
        elif name == call_header:
            call_id = value
    return Meta(
        response.status,
        headers,
        request_id or call.request_id,
        tries.attempts,
        call.key,
        call.method,
        call.url,
        call_id,
    )


def read_body(
    tries: Tries, response: Any, request: Request, meta: Meta, *, most: int | None = None, cut: bool = False
) -> Steps[bytes]:
    """Return the whole body, read within what is left of `total`.

    One longer than ``most`` bytes raises; with ``cut``, its beginning is returned.
    """
    whole = True
    if tries.deadline is None and (most is None or _announced(meta.headers) <= most):
        body: bytes = yield Read(response)
    else:
        body = yield from _pieces(tries, response, request, most)
        whole = most is None or len(body) <= most
        if not whole:
            yield Close(response)
            if not cut:
                raise _too_long(tries, meta, f"the response is longer than {most} bytes and has not ended")
            body = body[:most]
    headers = meta.headers
    encoding = headers.get("content-encoding") if body else None
    if encoding:
        body = decompress(body, encoding)
    log = tries.call.shared.log
    if log.bodies and log.enabled(10):
        kind = headers.get("content-type", "")
        log.debug("%s %s answered body=%s", request.method, redacted_url(request.url), redacted_body(body, kind))
    framed = "content-length" in headers or "transfer-encoding" in headers
    if whole and not framed and _is_cut(headers, body):
        raise ReadFailed("the response ended early: its JSON is not complete")
    return body


def _pieces(tries: Tries, response: Any, request: Request, most: int | None) -> Steps[bytes]:
    """Return the body up to its end, to a little more than ``most`` bytes, or to the end of `total`."""
    pieces: list[bytes] = []
    size = 0
    while most is None or size <= most:
        remaining = tries.remaining()
        if remaining is not None:
            if remaining <= 0:
                yield Close(response)
                raise ReadTimedOut("the body took too long")
            idle = request.timeouts.idle
            if idle is None or remaining < idle:
                request.timeouts = Timeouts(idle=remaining)
        chunk: bytes = yield ReadChunk(response)
        if not chunk:
            break
        pieces.append(chunk)
        size += len(chunk)
    return b"".join(pieces)


def _announced(headers: Headers) -> float:
    """Return the length that the headers announce; infinity if they do not."""
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else math.inf


def _too_long(tries: Tries, meta: Meta, what: str) -> ResponseShapeError:
    return ResponseShapeError(
        f"{tries.where}: {what}; is `base_url` right?",
        status_code=meta.status_code,
        headers=meta.headers,
        request_id=meta.request_id,
    )


def _is_cut(headers: Headers, body: bytes) -> bool:
    """Return whether JSON that ends with its connection was cut. Without a length, only its content can show it."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body or not (kind == "application/json" or kind.endswith("+json")) or body.lstrip()[:1] not in b"{[":
        return False
    try:
        json.loads(body)
    except RecursionError:
        return False
    except ValueError:
        return True
    return False


# --- whole calls -----------------------------------------------------------------------------------------------------


def unary(call: Call, finish: Callable[[Meta, bytes], T]) -> Steps[T]:
    """Make a call with one body as its response, and return what ``finish`` makes of it."""
    tries = Tries(call)
    if call.config.max_concurrency is None:
        return (yield from _attempts(tries, finish))
    try:
        yield Acquire(_pool(call))
    except TransportError as error:
        raise tries.failure(error) from error
    try:
        value = yield from _attempts(tries, finish)
    except GeneratorExit:
        raise
    except BaseException:
        yield Release()
        raise
    yield Release()
    return value


def _pool(call: Call) -> float | None:
    clocks = [clock for clock in (call.timeout.pool, call.timeout.total) if clock is not None]
    return min(clocks) if clocks else None


def _attempts(tries: Tries, finish: Callable[[Meta, bytes], T]) -> Steps[T]:
    most = _MOST_JSON if tries.call.result.kind == "json" else None
    while True:
        response: Any = None
        try:
            meta, response, request = yield from exchange(tries)
            body = yield from read_body(tries, response, request, meta, most=most)
            value = finish(meta, body)
            tries.succeeded()
            return value
        except TransportError as error:
            if response is not None:
                yield Close(response)
            delay = tries.after(tries.failure(error, opened=response is not None), sent=error.sent)
        except APIError as error:
            delay = tries.after(error)
        except GeneratorExit:
            raise
        except BaseException:
            if response is not None:
                yield Close(response)
            raise
        yield Sleep(delay)
