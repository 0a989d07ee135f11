"""The provider client: one pool of connections, and the producers that run a call over it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial

import msgspec

from .._version import __version__
from ..billing.prices import PriceBook
from ..config.load import RequestLimits
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
from .http_client import CachedResolver, HttpClient

__all__ = ["ProviderClient"]

_AGENT = f"onceward-gateway/{__version__}"


class ProviderClient:
    """The client of all providers. `add_trace_headers` adds the headers that continue a trace."""

    def __init__(
        self,
        limits: RequestLimits,
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
        self._clients: dict[bool, HttpClient] = {}

    def producer(self, target: ProviderTarget, request: Request, route: Route, *, stream: bool) -> ModelHandler:
        """Return the handler of a call to its provider."""
        exchange = Exchange(self, target, request, route.kind)
        if target.upstream.protocol == "anthropic":
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

    def client(self, *, guarded: bool = False) -> HttpClient:
        """Return the pool of connections; the guarded one reaches only what the guard of addresses permits."""
        client = self._clients.get(guarded)
        if client is None:
            resolver = CachedResolver(GuardedResolver(self._guard).resolve) if guarded else None
            client = self._clients[guarded] = HttpClient(
                headers=[("User-Agent", _AGENT), ("Accept", "*/*")], resolver=resolver
            )
        return client

    async def close(self) -> None:
        """Close the connections to all providers, in use or not."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()


def _bound(exchange: Exchange, handle: Callable[[Exchange, ResponseWriter], Awaitable[None]]) -> ModelHandler:
    return exchange.metered(partial(handle, exchange))


def _prepared_aside(exchange: Exchange, path: str, produce: ModelHandler, *, stream: bool) -> ModelHandler:
    """Return the handler of a call whose body is so large that it is prepared in a thread."""

    async def handle(writer: ResponseWriter) -> None:
        body = await offload(openai.prepare, exchange.call.raw, exchange.target.model, stream=stream)
        exchange.aim(path, body, "application/json")
        await produce(writer)

    return handle
