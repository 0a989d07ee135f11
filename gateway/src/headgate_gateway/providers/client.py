"""The upstream client: one pool of connections, and the producers that run a call over it.

A connection that could not be made is tried again; once a byte of the answer came, nothing is: what the client saw
stands.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import aiohttp
import msgspec
from multidict import CIMultiDict

from ..effective import OWN
from ..emission import Answer
from ..errors import ApiError, invalid
from ..http import Call, Route
from ..once.sink import Producer, Sink
from ..producers import include_usage
from ..routing.addresses import GuardedResolver
from ..targets import ProviderTarget
from . import anthropic, failures, openai
from .sse import SseReader

if TYPE_CHECKING:
    from ..gateway import Gateway

__all__ = ["Providers"]

_BACKOFF = 0.2
# Headers of a configuration hold secrets under any name; what is shorter is none.
_SHORTEST_SECRET = 12
_PASSED_ON = ("openai-beta", "anthropic-beta")
# They choose whose account pays, so they go out with the caller's own key alone.
_ACCOUNT = ("openai-organization", "openai-project")
_AGENT = "headgate-gateway/0.1"


class Providers:
    """All upstreams of a gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    def producer(self, target: ProviderTarget, call: Call, route: Route, *, stream: bool) -> Producer:
        """What runs this call at its upstream."""
        exchange = _Exchange(self, self._gateway, target, call, route.kind)
        if target.upstream.wire == "anthropic":
            if route.kind != "chat":
                raise invalid(
                    f"The provider {target.provider!r} does not serve `{route.path}`. Choose another model.",
                    param="model",
                    code="model_not_capable",
                )
            translated = anthropic.request(call.data, target.model, target.upstream.max_output_tokens, call.merged)
            exchange.aim("/v1/messages", msgspec.json.encode(translated), "application/json")
            return exchange.concealing(exchange.messages_stream if stream else exchange.messages_whole)
        path = route.path.removeprefix("/v1")
        if call.files or call.fields:
            exchange.aim(path, None, "")
        else:
            exchange.aim(path, openai.prepare(call.raw, target.model, stream=stream), "application/json")
        return exchange.concealing(exchange.relay if stream else exchange.whole)

    def session(self, *, guarded: bool = False) -> aiohttp.ClientSession:
        """The pool of connections; the guarded one reaches only what the guard of addresses permits."""
        session = self._sessions.get(guarded)
        if session is None:
            resolver = GuardedResolver(self._gateway.routing.guard) if guarded else None
            session = self._sessions[guarded] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60, keepalive_timeout=30, resolver=resolver),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                headers={"User-Agent": _AGENT},
                json_serialize=lambda value: msgspec.json.encode(value).decode(),
            )
        return session

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()


class _Exchange:
    """One call at one upstream."""

    def __init__(
        self, providers: Providers, gateway: Gateway, target: ProviderTarget, call: Call, kind: str | None
    ) -> None:
        self._providers = providers
        self._gateway = gateway
        self._target = target
        self._call = call
        self._kind = kind
        self._url = ""
        self._body: bytes | None = None
        self._content_type = ""

    def aim(self, path: str, body: bytes | None, content_type: str) -> None:
        base = self._target.upstream.base_url
        if self._target.upstream.wire == "anthropic":
            base = base.removesuffix("/v1")
        query = self._target.upstream.query
        self._url, self._body, self._content_type = base + path + (query and f"?{query}"), body, content_type

    # -- what producers do

    def concealing(self, produce: Producer) -> Producer:
        """The producer, whose errors hold nothing that the upstream was sent in confidence."""

        async def run(sink: Sink) -> None:
            try:
                await produce(sink)
            except ApiError as error:
                failures.conceal(error, self._secrets())
                raise

        return run

    def _secrets(self) -> list[str]:
        upstream, key = self._target.upstream, self._target.key
        sent = [*upstream.headers.values(), *(value for _, value in parse_qsl(upstream.query))]
        return [value for value in (*sent, "" if key is None else key.reveal()) if len(value) >= _SHORTEST_SECRET]

    async def relay(self, run: Sink) -> None:
        """Pass the upstream's events through, with nothing of them touched."""
        show_usage = include_usage(self._call.data)
        ended = finished = False
        async with self._open(run) as response:
            async for event, data in self._events(response):
                if data == b"[DONE]":
                    ended = True
                    break
                error = openai.error_in(event, data)
                if error is not None:
                    raise failures.from_event(self._target.provider, error)
                if b'"usage"' in data and b'"usage":null' not in data and b'"usage": null' not in data:
                    chunk = _object(data)
                    run.usage = openai.usage_in(chunk) or run.usage
                    if not show_usage and openai.hides(chunk):
                        continue
                finished = finished or b'"finish_reason":"' in data or b'"finish_reason": "' in data
                await run.emit(data, event or None)
        if not ended and not finished:
            raise failures.broken_stream(self._target.provider, "it ended without `[DONE]`")

    async def whole(self, run: Sink) -> None:
        """Pass the upstream's whole answer through."""
        async with self._open(run) as response:
            body = await self._read(response)
            content_type = response.headers.get("Content-Type", "application/json")
        usage: dict[str, Any] | None = None
        if "json" in content_type:
            answer = _object(body)
            if not answer:
                raise failures.broken_answer(self._target.provider, body)
            error = answer.get("error")
            if error and "choices" not in answer:
                raise failures.from_event(self._target.provider, error)
            usage = openai.usage_in(answer)
        elif self._kind in ("chat", "completions", "embeddings"):
            raise failures.broken_answer(self._target.provider, body)
        run.answer = Answer(body, content_type, usage=usage)

    async def messages_whole(self, run: Sink) -> None:
        """An Anthropic message as a chat completion."""
        async with self._open(run) as response:
            body = await self._read(response)
        message = _object(body)
        if message.get("type") == "error":
            raise failures.from_event(self._target.provider, message.get("error"))
        if message.get("type") != "message":
            raise failures.broken_answer(self._target.provider, body)
        completion = anthropic.completion(message, run.record.model, int(run.record.created_at))
        run.answer = Answer.json(completion, usage=completion["usage"])

    async def messages_stream(self, run: Sink) -> None:
        """An Anthropic stream as chat completion chunks."""
        show_usage = include_usage(self._call.data)
        chunks = anthropic.Chunks(run.record.model, int(run.record.created_at))
        async with self._open(run) as response:
            async for event, data in self._events(response):
                if event == "error" or data.startswith(b'{"type":"error"'):
                    error = _object(data)
                    raise failures.from_event(self._target.provider, error.get("error", error))
                for chunk in chunks.feed(_object(data)):
                    if chunk.get("usage") is not None:
                        run.usage = chunk["usage"]
                        if not show_usage:
                            continue
                    await run.emit(msgspec.json.encode(chunk))
                if chunks.ended:
                    return
                run.usage = chunks.usage_so_far() or run.usage
        raise failures.broken_stream(self._target.provider, "it ended without `message_stop`")

    # -- the connection

    @asynccontextmanager
    async def _open(self, run: Sink) -> AsyncIterator[aiohttp.ClientResponse]:
        """A successful response; every failure before it becomes an error of the gateway."""
        upstream, tries = self._target.upstream, 0
        while True:
            try:
                response = await self._post(run)
                break
            except (aiohttp.ClientConnectorError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                tries += 1
                if tries > upstream.retries or isinstance(
                    error, aiohttp.ClientConnectorCertificateError | ssl.SSLError
                ):
                    raise failures.unreachable(upstream.name, _reason(error)) from error
                await self._gateway.clock.sleep(_BACKOFF * 2 ** (tries - 1) * random.random())
            except (TimeoutError, aiohttp.ClientError) as error:
                raise failures.unreachable(upstream.name, _reason(error)) from error
        try:
            if response.status != 200:
                raise await self._failure(response)
            yield response
        except (TimeoutError, aiohttp.ClientError) as error:
            raise failures.broken_stream(upstream.name, _reason(error)) from error
        finally:
            # Not `release`: an unread answer must stop the upstream's work.
            response.close()

    async def _post(self, run: Sink) -> aiohttp.ClientResponse:
        upstream = self._target.upstream
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=upstream.connect_timeout, sock_read=upstream.idle_timeout
        )
        try:
            data: Any = self._body if self._body is not None else self._form()
        except ValueError as error:
            raise invalid(f"The form cannot be passed on: {error}. Correct its names.", code="invalid_form") from error
        return await self._providers.session(guarded=upstream.guarded).post(
            self._url, data=data, headers=self._headers(run), timeout=timeout, allow_redirects=False
        )

    def _headers(self, run: Sink) -> CIMultiDict[str]:
        headers = CIMultiDict({name: value for name in _PASSED_ON if (value := self._call.header(name)) is not None})
        headers.update(self._target.upstream.headers)
        if self._target.is_callers_key:
            for name in _ACCOUNT:
                headers.pop(name, None)
                if (value := self._call.header(name)) is not None:
                    headers[name] = value
        headers["Idempotency-Key"] = run.record.id
        headers["X-Request-Id"] = run.record.request_id
        if self._content_type:
            headers["Content-Type"] = self._content_type
        if run.record.stream:
            headers["Accept"] = "text/event-stream"
            headers["Accept-Encoding"] = "identity"
        key = self._target.key
        if self._target.upstream.wire == "anthropic":
            headers.setdefault("anthropic-version", "2023-06-01")
            if key is not None:
                headers["x-api-key"] = key.reveal()
        elif key is not None and self._target.upstream.key_header:
            headers[self._target.upstream.key_header] = key.reveal()
        elif key is not None:
            headers["Authorization"] = f"Bearer {key.reveal()}"
        self._gateway.telemetry.pass_on(headers)
        return headers

    def _form(self) -> aiohttp.FormData:
        form = aiohttp.FormData(default_to_multipart=True)
        named = False
        for name, value in self._call.fields:
            if name.partition("[")[0] in OWN:
                continue
            named |= name == "model"
            form.add_field(name, self._target.model if name == "model" else value)
        if not named:
            form.add_field("model", self._target.model)
        for upload in self._call.files:
            upload.file.seek(0)
            form.add_field(
                upload.name, upload.file.read(), filename=upload.filename or None, content_type=upload.content_type
            )
        return form

    async def _failure(self, response: aiohttp.ClientResponse) -> ApiError:
        try:
            body = await response.content.read(1 << 16)
        except (TimeoutError, aiohttp.ClientError):
            body = b""
        headers = {name.lower(): value for name, value in response.headers.items()}
        upstream = self._target.upstream
        callers_key = self._target.is_callers_key
        return failures.from_status(
            upstream.name, response.status, headers, body, callers_key=callers_key, now=self._gateway.clock.time()
        )

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        return await response.read()

    async def _events(self, response: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, bytes]]:
        reader = SseReader()
        if "event-stream" not in response.headers.get("Content-Type", ""):
            raise failures.broken_answer(self._target.provider, await response.content.read(1 << 16))
        while data := await response.content.readany():
            for event in reader.feed(data):
                yield event
        for event in reader.close():
            yield event


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _reason(error: BaseException) -> str:
    if isinstance(error, asyncio.TimeoutError):
        return "no answer in time"
    return str(error) or type(error).__name__
