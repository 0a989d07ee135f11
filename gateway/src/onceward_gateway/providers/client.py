"""The provider client: one pool of connections, and the producers that run a call over it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial

import aiohttp
import msgspec

from .._version import __version__
from ..billing.prices import PriceBook
from ..config.load import Limits
from ..core import error_codes
from ..core.clock import Clock
from ..core.errors import invalid
from ..core.response_writer import ModelHandler, ResponseWriter
from ..core.threads import LARGE_BODY, offload
from ..http.request import Request, Route
from ..routing.ssrf import AddressGuard, GuardedResolver
from ..routing.targets import ProviderTarget
from . import (
    anthropic,
    messages,
    openai,
    relay,
)
from .exchange import Exchange
from .framing import Connector

__all__ = ["ProviderClient"]

_AGENT = f"onceward-gateway/{__version__}"
# The head of an answer: one header, and how many of them.
_HEAD_BYTES = 1 << 18
_HEADERS = 1024


class ProviderClient:
    """The client of all providers. `add_trace_headers` adds the headers that continue a trace."""

    def __init__(
        self,
        limits: Limits,
        clock: Clock,
        prices: PriceBook,
        guard: AddressGuard,
        add_trace_headers: Callable[[MutableMapping[str, str]], object],
    ) -> None:
        self.limits = limits
        self.clock = clock
        self.prices = prices
        self.add_trace_headers = add_trace_headers
        self._guard = guard
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    def producer(self, target: ProviderTarget, request: Request, route: Route, *, stream: bool) -> ModelHandler:
        """Return the handler of a call to its provider."""
        exchange = Exchange(self, target, request, route.kind)
        if target.upstream.wire == "anthropic":
            if route.kind != "chat":
                raise invalid(
                    f"The provider {target.provider!r} does not serve `{route.path}`. Choose another model.",
                    param="model",
                    code=error_codes.MODEL_NOT_CAPABLE,
                )
            translated = anthropic.request(
                request.data, target.model, target.upstream.max_output_tokens, request.merged
            )
            exchange.aim("/v1/messages", msgspec.json.encode(translated), "application/json")
            return _bound(exchange, messages.stream if stream else messages.answer)
        path = route.path.removeprefix("/v1")
        produce = _bound(exchange, relay.stream if stream else relay.answer)
        if request.files or request.fields:
            exchange.aim(path, None, "")
        elif len(request.raw) <= LARGE_BODY:
            exchange.aim(path, openai.prepare(request.raw, target.model, stream=stream), "application/json")
        else:
            return _prepared_aside(exchange, path, produce, stream=stream)
        return produce

    def session(self, *, guarded: bool = False) -> aiohttp.ClientSession:
        """Return the pool of connections; the guarded one reaches only the addresses that the guard permits."""
        session = self._sessions.get(guarded)
        if session is None:
            resolver = GuardedResolver(self._guard) if guarded else None
            session = self._sessions[guarded] = aiohttp.ClientSession(
                connector=Connector(limit=0, ttl_dns_cache=60, keepalive_timeout=30, resolver=resolver),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                # Answers are decoded here: some are declared as compressed, and are not.
                auto_decompress=False,
                max_line_size=_HEAD_BYTES,
                max_field_size=_HEAD_BYTES,
                max_headers=_HEADERS,
                headers={"User-Agent": _AGENT},
                json_serialize=lambda value: msgspec.json.encode(value).decode(),
            )
        return session

    async def close(self) -> None:
        """Close the connections to all providers, in use or not."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()


def _bound(exchange: Exchange, run: Callable[[Exchange, ResponseWriter], Awaitable[None]]) -> ModelHandler:
    return exchange.metered(partial(run, exchange))


def _prepared_aside(exchange: Exchange, path: str, produce: ModelHandler, *, stream: bool) -> ModelHandler:
    """Return the handler of a call whose body is so large that it is prepared in a thread."""

    async def run(sink: ResponseWriter) -> None:
        body = await offload(openai.prepare, exchange.call.raw, exchange.target.model, stream=stream)
        exchange.aim(path, body, "application/json")
        await produce(sink)

    return run
