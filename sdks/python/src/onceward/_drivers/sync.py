"""The synchronous client: performs the effects of calls with blocking I/O, in the caller's thread."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

from .._core.call import Call, unary
from .._core.client import BaseClient
from .._core.decode import decode_response
from .._core.operation import Operation
from .._core.ports import Clock
from .._core.raw import RawResponse
from . import parts
from .clock import SystemClock
from .links import Link
from .performers import Performer

__all__ = ["SyncClient"]


class SyncClient(BaseClient):
    """The base of generated synchronous clients. Threads may share one; a stream belongs to one thread at a time."""

    _default_clock: ClassVar[Clock] = SystemClock()
    _link: Link

    @staticmethod
    def _uploader(layout: Any, progress: Any) -> Any:
        return parts.uploads().Upload(layout, progress)

    def _connect(self, http_client: Any, transport: Any) -> Link:
        from ..transports import sync_transport

        make, owned = sync_transport(transport, http_client, self._certificate())
        return Link(make, owned, self._settings.config.max_concurrency)

    def execute(self, operation: Operation, params: Mapping[str, Any]) -> Any:
        """Make the call that ``operation`` describes."""
        return self._run(self._calls.prepare(operation, params), operation)

    def request(
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
        call = self._calls.prepare_any(
            method, path, body=body, query=query, result=result, stream=stream, options=options
        )
        return self._run(call, None)

    def _run(self, call: Call, operation: Operation | None) -> Any:
        performer = Performer(self._link, self._clock)
        if call.stream is not None:
            return parts.streams().open_stream(call, performer, raw=self._raw)
        if operation is not None and operation.page is not None:
            return parts.pages().load_list(operation.page, call, performer, raw=self._raw)
        if self._raw:
            return performer.run(
                unary(call, lambda meta, body: RawResponse(meta, body, lambda: decode_response(call, meta, body)))
            )
        return performer.run(unary(call, lambda meta, body: decode_response(call, meta, body)))

    def close(self) -> None:
        """Close the connections that this client made. A client that you passed in stays open."""
        self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
