"""A fake gateway on a real socket: a `FakeServer` that distinguishes calls by their keys and resumes streams.

Use it as a context manager, synchronous or asynchronous::

    with FakeGateway() as gateway:
        gateway.respond_json({"id": "chatcmpl-1", "object": "chat.completion"}, path="/v1/chat/completions")
        client = make_client(base_url=gateway.url)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, Self

from .calls import Calls, FakeCall
from .faults import Fault
from .replies import RecordedRequest, Reply, sse
from .server import FakeServer, Faults, HeaderItems, json_reply

__all__ = ["FakeGateway"]


class FakeGateway(FakeServer):
    """A fake gateway. ``url`` is its base URL, ``requests`` its requests, ``calls`` their calls, distinguished by key.

    ``faults`` is a plan for every answer, before those of the answers themselves. ``call_header`` is the response
    header with a call's id; it defaults to the one of this package's brand.
    """

    def __init__(self, *, faults: Faults = None, call_header: str | None = None) -> None:
        super().__init__(faults=faults)
        self._calls = Calls(call_header or f"x-{__name__.partition('.')[0]}-call-id")

    @property
    def calls(self) -> list[FakeCall]:
        """The calls: requests with one ``Idempotency-Key`` are one call, each request without a key is one."""
        with self._lock:
            return self._calls.all()

    def forget(self) -> None:
        """Forget requests and calls, and keep the scripted answers."""
        with self._lock:
            super().forget()
            self._calls.clear()

    def respond_error(
        self,
        status: int,
        message: str = "scripted by the test",
        *,
        type: str | None = None,
        code: str | None = None,
        headers: HeaderItems = (),
        method: str | None = None,
        path: str = "*",
        times: int | None = None,
    ) -> Self:
        """Answer with an error in the gateway's envelope."""
        envelope = {"error": {"message": message, "type": type, "code": code, "param": None}}
        return self.respond_json(envelope, status=status, headers=headers, method=method, path=path, times=times)

    def respond_sse(
        self,
        events: Iterable[Any],
        *,
        done: str | None = "[DONE]",
        resumable: bool = False,
        headers: HeaderItems = (),
        framing: Literal["length", "chunked", "close"] = "chunked",
        method: str | None = None,
        path: str = "*",
        times: int | None = None,
        fault: Faults = None,
    ) -> Self:
        """Answer with server-sent events (see `replies.sse` for the forms of an event), each in a chunk of its own.

        ``resumable`` gives every event an id ``<call>:<n>``, joins requests with one ``Idempotency-Key`` to one call,
        and answers ``Last-Event-ID`` with the rest: what a gateway must do so that a cut stream can resume.
        """
        given = list(events)
        plain = Reply(headers=headers, body=sse(given, done=done), content_type="text/event-stream", framing=framing)
        if not resumable:
            return self.respond_with(lambda _request: plain, method=method, path=path, times=times, fault=fault)

        def responder(request: RecordedRequest) -> Reply:
            with self._lock:
                return self._calls.resume(
                    request, plain, lambda call: sse(given, done=done, ids=lambda number: f"{call.id}:{number}")
                )

        return self.respond_with(responder, method=method, path=path, times=times, fault=fault)

    # internals

    def _recorded(self, request: RecordedRequest) -> None:
        self._calls.seen(request)

    def _reply(self, request: RecordedRequest) -> tuple[Reply, Fault]:
        with self._lock:
            cancelled = self._calls.cancelled_by(request)
            if cancelled is not None:
                return json_reply({"id": cancelled.id, "object": "call", "status": cancelled.status}), Fault()
            if self._rule(request) is None:
                return self._unscripted(request), Fault()
        reply, fault = super()._reply(request)
        return self._calls.stamped(request, reply), fault

    def _unanswered(self, message: str) -> Reply:
        error = {"message": message, "type": "fake_gateway_error", "code": None, "param": None}
        return json_reply({"error": error}, 501)
