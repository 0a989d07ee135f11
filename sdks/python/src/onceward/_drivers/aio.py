"""The asynchronous client: performs the effects of calls on the running event loop, asyncio's or trio's."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

from .._core.call import Call, unary
from .._core.client import BaseClient
from .._core.decode import decode_response
from .._core.operation import Operation
from .._core.ports import Clock
from .._core.raw import AsyncRawResponse
from . import parts
from .clock import SystemClock
from .links import AsyncLink
from .performers import AsyncPerformer

__all__ = ["AsyncClient"]


class AsyncClient(BaseClient):
    """The base of generated asynchronous clients. It may be used on several event loops, in several threads."""

    _default_clock: ClassVar[Clock] = SystemClock()
    _link: AsyncLink

    @staticmethod
    def _uploader(layout: Any, progress: Any) -> Any:
        return parts.uploads().AsyncUpload(layout, progress)

    def _connect(self, http_client: Any, transport: Any) -> AsyncLink:
        from ..transports import async_transport

        make, owned = async_transport(transport, http_client, self._certificate())
        return AsyncLink(make, owned, self._settings.config.max_concurrency)

    def execute(self, operation: Operation, params: Mapping[str, Any]) -> Any:
        """Make the call that ``operation`` describes: an awaitable, or `AsyncPages` for a list."""
        call = self._calls.prepare(operation, params)
        if operation.page is None or call.stream is not None:
            return self._run(call)
        return parts.pages().load_async_list(operation.page, call, self._performer, raw=self._raw)

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        result: Any = None,
        stream: bool = False,
        **options: Any,
    ) -> Any:
        """Make a call to any path of the server, for endpoints that this version has no method for.

        ``result`` is the type of the response: a model, ``dict``, ``bytes``, ``str``; without it, any JSON value. With
        ``stream``, the result is the events of a stream that ends with ``[DONE]``. Retries, keys, clocks and errors are
        those of
        every call.
        """
        return await self._run(
            self._calls.prepare_any(method, path, body=body, query=query, result=result, stream=stream, options=options)
        )

    async def _performer(self) -> AsyncPerformer:
        return AsyncPerformer(await self._link.state(), self._clock)

    async def _run(self, call: Call) -> Any:
        performer = await self._performer()
        if call.stream is None:
            if self._raw:
                return await performer.run(
                    unary(
                        call, lambda meta, body: AsyncRawResponse(meta, body, lambda: decode_response(call, meta, body))
                    )
                )
            return await performer.run(unary(call, lambda meta, body: decode_response(call, meta, body)))
        return await parts.streams().open_async_stream(call, performer, raw=self._raw)

    async def aclose(self) -> None:
        """Close the connections that the client made on this event loop. A client that you passed in stays open."""
        await self._link.aclose()

    async def close(self) -> None:
        await self.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
