"""One attempt at a provider: the request, and the bytes of the answer, within limits of size and time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from multidict import CIMultiDict

from ..billing.audio_length import seconds_of_sound
from ..billing.estimate import tier_asked
from ..billing.prices import PriceBook
from ..billing.token_count import count_prompt
from ..config.load import RequestLimits
from ..core.buffers import join_in_turns
from ..core.clock import Clock
from ..core.effective_body import OWN
from ..core.errors import ApiError
from ..core.lenient_json import Unreadable
from ..core.response_writer import ModelHandler, ResponseWriter
from ..core.threads import LARGE_BODY, in_thread_if_large
from ..http.request import Request
from ..routing.retry import reconnect_delay
from ..routing.targets import ProviderTarget
from . import failures
from .encodings import Undecodable, decoder_of, is_plain
from .event_source import WHOLE, EventSource
from .form import encode_form
from .http_client import (
    ConnectFailed,
    Disconnected,
    HttpClient,
    HttpClientError,
    HttpResponse,
    MalformedBody,
    MalformedHead,
    NameNotResolved,
    Timeouts,
    TlsFailed,
    TotalTimeout,
    TruncatedBody,
)
from .large import read_json
from .meter import Meter
from .partial import beginning, texts_in
from .served import price_name_of
from .usage import of_headers

__all__ = ["WHOLE", "Connections", "Exchange"]

_log = logging.getLogger("onceward_gateway.providers")
# Configured headers may have secrets under any name; a shorter value is not treated as one.
_SHORTEST_SECRET = 12
_PASSED_ON = ("openai-beta", "anthropic-beta")
# They choose the account that pays, so they are only sent with the caller's own key.
_ACCOUNT = ("openai-organization", "openai-project")
_SHOWN = 1 << 16
_SPACE = b" \t\r\n\xef\xbb\xbf"


class Connections(Protocol):
    """The connections to providers, and the collaborators of an exchange over them."""

    limits: RequestLimits
    clock: Clock
    prices: PriceBook
    add_trace_headers: Callable[[MutableMapping[str, str]], object]

    def client(self, *, guarded: bool = False) -> HttpClient:
        """Return the connection pool; the guarded one connects only to addresses that the guard permits."""
        ...


class Exchange:
    """One call to one provider."""

    def __init__(self, client: Connections, target: ProviderTarget, request: Request, kind: str | None) -> None:
        self.target = target
        self.call = request
        self.kind = kind
        sound = seconds_of_sound(request.files) if kind in ("transcription", "translation") else 0
        size = sum(upload.size for upload in request.files)
        # Of the request only its data: a reference to all of it would be a cycle, as its record refers to the meter.
        data = request.data
        self.meter = Meter(lambda: count_prompt(kind, data, size, sound))
        self.meter.seconds = sound
        self._begin_meter()
        self.content_type = ""
        # How many more bytes the answer may have, and whether they have to be decoded.
        self.room = 0
        self.is_decoded = True
        # Whether the answer was cut off, so that the provider may not have finished it.
        self.cut = False
        # Models that the provider may answer with instead.
        self._others = [named.model for named in request.others]
        self._client = client
        self._limits = client.limits
        self._url = ""
        self._body: bytes | None = None
        self._sent_type = ""

    def _begin_meter(self) -> None:
        """Set the properties of the request that its price depends on."""
        data, meter = self.call.data, self.meter
        meter.tier = tier_asked(data) or None
        if data.get("web_search_options") is not None:
            meter.searches = 1
        if self.kind == "speech" and isinstance(said := data.get("input"), str):
            meter.characters = len(said)

    @property
    def provider(self) -> str:
        """Return the configured name of the provider."""
        return self.target.provider

    def aim(self, path: str, body: bytes | None, content_type: str) -> None:
        """Set the URL, from the provider's base URL and `path`, and the body to send."""
        base = self.target.upstream.base_url
        if self.target.upstream.protocol == "anthropic":
            base = base.removesuffix("/v1")
        query = self.target.upstream.query
        self._url, self._body, self._sent_type = base + path + (query and f"?{query}"), body, content_type

    # -- metering

    def metered(self, produce: ModelHandler) -> ModelHandler:
        """Return `produce` that reports its usage however it ends, and whose errors contain no secrets."""

        async def handle(writer: ResponseWriter) -> None:
            writer.record.meter = self.meter
            try:
                await produce(writer)
            except BaseException as error:
                writer.record.asked = writer.record.asked or self.meter.asked
                if isinstance(error, asyncio.CancelledError):
                    self.meter.given_up = True
                if self.meter.owed:
                    self._price(writer)
                    writer.usage = self.meter.usage(cut=True)
                if isinstance(error, ApiError):
                    if self._is_billed():
                        error.billed, error.retryable = True, False
                    failures.attribute(error, callers_key=self.target.is_callers_key)
                    failures.conceal(error, self._secrets(), self._places())
                raise
            self._price(writer)
            writer.usage = self.meter.usage()

        return handle

    def _is_billed(self) -> bool:
        """Return whether the provider bills an answer that failed: it was finished, or its usage was reported."""
        meter = self.meter
        if not meter.owed:
            return False
        return meter.final or (meter.answered and not meter.refused and not self.cut)

    def _price(self, writer: ResponseWriter) -> None:
        if self._others:
            asked = (self.target.model, writer.price_name)
            writer.price_name = price_name_of(self._client.prices, self.provider, asked, self._others, self.meter.model)

    def _secrets(self) -> list[str]:
        upstream, key = self.target.upstream, self.target.key
        sent = [*upstream.headers.values(), *(value for _, value in parse_qsl(upstream.query))]
        return [value for value in (*sent, "" if key is None else key.reveal()) if len(value) >= _SHORTEST_SECRET]

    def _places(self) -> list[str]:
        """Return the provider's address in the forms that an error may repeat, without hosts that are plain words."""
        split = urlsplit(self.target.upstream.base_url)
        host = split.hostname or ""
        places = [self.target.upstream.base_url, split.netloc.rpartition("@")[2]]
        return [place for place in (*places, host) if "." in place or ":" in place]

    # -- the connection

    @asynccontextmanager
    async def open(self, writer: ResponseWriter) -> AsyncIterator[HttpResponse]:
        """Send the request and yield a successful response; raise an `ApiError` for any failure before it."""
        response = await self._begin(writer)
        try:
            yield response
        except HttpClientError as error:
            raise self._broken(error, streamed=writer.record.stream) from error
        finally:
            # Not `release`: an unread answer must stop the upstream's work.
            response.close()

    async def whole(self, writer: ResponseWriter) -> tuple[bytes, str]:
        """Send the request, and return body and content type of a successful response; raise `ApiError` otherwise."""
        response = await self._begin(writer)
        try:
            return await self._read(response), response.headers.get("content-type", "application/json")
        except HttpClientError as error:
            raise self._broken(error, streamed=writer.record.stream) from error
        finally:
            response.close()

    async def _begin(self, writer: ResponseWriter) -> HttpResponse:
        response = await self._reached(writer)
        # It was sent, and need not stay in memory for an answer that may take minutes.
        self._body = None
        if 200 <= response.status < 300:
            self.meter.answered = True
            headers = response.headers
            reported = of_headers(headers)
            if reported is not None:
                self.meter.add_report(reported)
            self.content_type = headers.get("content-type", "").lower()
            return response
        self.meter.refused = True
        try:
            raise await self._failure(response)
        finally:
            response.close()

    async def _reached(self, writer: ResponseWriter) -> HttpResponse:
        upstream, tries = self.target.upstream, 0
        while True:
            try:
                # `on_connection` marks the meter: before there is one, nothing was asked and nothing is billed.
                return await self._post(writer)
            except (ConnectFailed, Disconnected) as error:
                tries += 1
                if tries > upstream.retries or isinstance(error, TlsFailed | TimeoutError):
                    raise self._unreachable(error) from error
                await self._client.clock.sleep(reconnect_delay(tries))
                if writer.left:
                    raise self._unreachable(error) from error
            except MalformedHead as error:
                # It answered, and may bill that, whatever is wrong with the head.
                self.meter.answered = True
                self.note(error)
                raise failures.broken_answer(self.provider, b"", "the head of its answer is not HTTP") from error
            except HttpClientError as error:
                self.meter.given_up = isinstance(error, TimeoutError)
                raise self._unreachable(error) from error

    def _unreachable(self, error: BaseException) -> ApiError:
        self.cut = True
        self.note(error)
        if _is_total(error):
            return self._too_long()
        return failures.unreachable(self.provider, _reason(error))

    def _broken(self, error: BaseException, *, streamed: bool) -> ApiError:
        self.cut = True
        self.note(error)
        if _is_total(error):
            return self._too_long()
        broken = failures.broken_stream if streamed else failures.cut_answer
        return broken(self.provider, _reason(error))

    def _too_long(self) -> ApiError:
        self.meter.given_up = True
        seconds, name = self._clock()
        return failures.too_long(self.provider, seconds, f"providers.{self.provider}.{name}")

    def note(self, error: BaseException) -> None:
        """Log the address and the exact failure, which callers do not see."""
        _log.warning("%s at %s: %s: %s", self.provider, self.target.upstream.base_url, type(error).__name__, error)

    def _clock(self) -> tuple[float, str]:
        upstream = self.target.upstream
        if self._streams:
            return upstream.stream_timeout, "stream_timeout"
        return upstream.response_timeout, "response_timeout"

    async def _post(self, writer: ResponseWriter) -> HttpResponse:
        upstream = self.target.upstream
        self._streams = writer.record.stream
        body = self._body
        if body is None:
            parts, self._sent_type = self._form()
            body = await join_in_turns(parts)
        idle = upstream.idle_timeout
        return await self._client.client(guarded=upstream.guarded).request(
            "POST",
            self._url,
            headers=self._headers(writer).items(),
            body=body,
            timeouts=Timeouts(upstream.connect_timeout, idle, idle, self._clock()[0]),
            on_connection=self._mark_asked,
        )

    def _mark_asked(self) -> None:
        self.meter.asked = True

    def _headers(self, writer: ResponseWriter) -> CIMultiDict[str]:
        given = self.call.headers
        headers = CIMultiDict([(name, given[name]) for name in _PASSED_ON if name in given])
        headers.update(self.target.upstream.headers)
        if self.target.is_callers_key:
            for name in _ACCOUNT:
                headers.pop(name, None)
                if (value := self.call.header(name)) is not None:
                    headers[name] = value
        headers["Idempotency-Key"] = writer.record.id
        headers["X-Request-Id"] = writer.record.request_id
        headers["Accept-Encoding"] = "identity" if writer.record.stream else "gzip, deflate"
        if self._sent_type:
            headers["Content-Type"] = self._sent_type
        if writer.record.stream:
            headers["Accept"] = "text/event-stream"
        key = self.target.key
        if self.target.upstream.protocol == "anthropic":
            headers.setdefault("anthropic-version", "2023-06-01")
            if key is not None:
                headers["x-api-key"] = key.reveal()
        elif key is not None and self.target.upstream.key_header:
            headers[self.target.upstream.key_header] = key.reveal()
        elif key is not None:
            headers["Authorization"] = f"Bearer {key.reveal()}"
        self._client.add_trace_headers(headers)
        return headers

    def _form(self) -> tuple[list[bytes], str]:
        """Return the parts of the form for the upstream, and their content type."""
        fields: list[tuple[str, str]] = []
        named = False
        for name, value in self.call.fields:
            if name.partition("[")[0] in OWN:
                continue
            named |= name == "model"
            fields.append((name, self.target.model if name == "model" else value))
        if not named:
            fields.append(("model", self.target.model))
        return encode_form(fields, self.call.files)

    async def _failure(self, response: HttpResponse) -> ApiError:
        body = b""
        try:
            async for piece in self.pieces(response):
                body += piece
                if len(body) >= _SHOWN:
                    break
        except (HttpClientError, ApiError) as error:
            self.note(error)
        self.meter.read_body(body[:_SHOWN])
        return failures.from_status(
            self.provider,
            response.status,
            response.headers,
            body[:_SHOWN],
            now=self._client.clock.time(),
        )

    # -- the body

    async def pieces(self, response: HttpResponse) -> AsyncIterator[bytes]:
        """Yield the decoded body as it arrives, up to the size limit."""
        encoding, most = response.headers.get("content-encoding", ""), self._limits.max_response_bytes
        decoder = decoder_of(encoding)
        self.room = most
        if decoder is None:
            async for data in response.pieces():
                self.room -= len(data)
                if not self.meter.refused:
                    # The body of an error status is not an answer of a model.
                    self.meter.unread(len(data))
                if self.room < 0:
                    break
            raise failures.broken_answer(self.provider, b"", f"its content encoding is {encoding[:40]!r}")
        try:
            async for data in response.pieces():
                for piece in decoder.feed(data):
                    self.room -= len(piece)
                    if self.room < 0:
                        raise failures.too_large(self.provider, "The answer", most, "limits.max_response_bytes")
                    self.is_decoded = not decoder.is_plain
                    yield piece
                    if len(piece) > LARGE_BODY:
                        # Data that comes faster than it is read never blocks; let other tasks run.
                        await asyncio.sleep(0)
            for piece in decoder.close():
                yield piece
        except Undecodable as error:
            raise failures.broken_answer(
                self.provider, b"", f"its content encoding {encoding[:40]!r}: {error}"
            ) from error

    async def _read(self, response: HttpResponse) -> bytes:
        """Return the whole body. If it is cut off, count the texts that came before."""
        ready, most = response.ready, self._limits.max_response_bytes
        is_declared = "content-encoding" in response.headers
        if ready is not None and len(ready) <= most and not is_declared and is_plain(ready):
            return ready
        pieces: list[bytes] = []
        try:
            async for piece in self.pieces(response):
                pieces.append(piece)
        except (TruncatedBody, MalformedBody):
            body = await join_in_turns(pieces)
            if await in_thread_if_large(body, _is_object, body):
                # Only its announced length is wrong: the answer is complete, and billed.
                return body
            self.count_part(beginning(pieces))
            raise
        except BaseException:
            self.count_part(beginning(pieces))
            raise
        return await join_in_turns(pieces)

    def count_part(self, body: bytes) -> None:
        """Count the texts of a body, or of an event, that is incomplete or malformed."""
        for text in texts_in(body):
            self.meter.produced(text)

    def broken(self, body: bytes, reason: str = "no JSON object") -> ApiError:
        """Return the error for a body that is not an answer. An HTML page is not from a model, and is not billed."""
        paid = body.lstrip(_SPACE)[:1] != b"<"
        if paid:
            self.meter.unread(len(body))
        else:
            self.meter.refused, reason = True, "it is a page of HTML"
        return failures.broken_answer(self.provider, body, reason, paid=paid)

    def events(self, response: HttpResponse) -> EventSource:
        """Return the events of a stream."""
        return EventSource(self, response, self._limits.max_event_bytes)


def _is_object(body: bytes) -> bool:
    """Return whether a body is one whole JSON object."""
    try:
        return body.rstrip().endswith(b"}") and isinstance(read_json(body)[0], dict)
    except Unreadable:
        return False


def _is_total(error: BaseException) -> bool:
    """Return whether the time for the whole answer is over, rather than the time between two pieces of it."""
    return isinstance(error, TotalTimeout)


def _reason(error: BaseException) -> str:
    """Return why a provider was not reached, or disconnected, without its address."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, NameNotResolved):
        return "its name could not be resolved"
    if isinstance(error, TlsFailed):
        return "the TLS connection failed"
    if isinstance(error, ConnectFailed):
        refused = isinstance(error.__cause__, ConnectionRefusedError)
        return "the connection was refused" if refused else "no connection"
    if isinstance(error, Disconnected):
        return "it closed the connection without an answer"
    if isinstance(error, TruncatedBody | MalformedBody):
        return "the connection was closed too early"
    return "the connection failed"
