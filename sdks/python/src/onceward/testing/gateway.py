"""A fake gateway on a real socket: scripted answers, faults as data, and a record of all requests.

It speaks HTTP/1.1 on loopback, so that a client under test runs its own transport, and the test controls every byte of
an answer. Use it as a context manager, synchronous or asynchronous::

    with FakeGateway() as gateway:
        gateway.respond_json({"id": "chatcmpl-1", "object": "chat.completion"}, path="/v1/chat/completions")
        client = make_client(base_url=gateway.url)

Answers are scripted per route (``method``, ``path``; a path may end in ``*``). Several answers for one route are sent
in
their order, each ``times`` times (once, if there is a next one), and the last one is repeated without end.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import TracebackType
from typing import Any, Literal, Self

from ._server import Connection, Server
from .calls import Calls, FakeCall
from .faults import Fault, FaultPlan
from .replies import RecordedRequest, Reply, Responder, encode_json, sse

__all__ = ["FakeGateway"]

Faults = Fault | Iterable[Fault] | None
HeaderItems = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(slots=True)
class _Rule:
    method: str | None
    path: str
    times: int | None
    respond: Responder
    faults: FaultPlan
    used: int = field(default=0)

    def matches(self, request: RecordedRequest) -> bool:
        return (self.method is None or self.method == request.method) and fnmatchcase(request.path, self.path)


class FakeGateway:
    """A fake gateway. ``url`` is its base URL, ``requests`` its requests, ``calls`` their calls, distinguished by key.

    ``faults`` is a plan for every answer, before those of the answers themselves. ``call_header`` is the response
    header
    with a call's id; it defaults to the one of this package's brand.
    """

    def __init__(self, *, faults: Faults = None, call_header: str | None = None) -> None:
        self._lock = threading.RLock()
        self._rules: list[_Rule] = []
        self._plan = FaultPlan(faults)
        self._calls = Calls(call_header or f"x-{__name__.partition('.')[0]}-call-id")
        self._requests: list[RecordedRequest] = []
        self._errors: list[Exception] = []
        self._server: Server | None = None

    # lifetime

    def start(self) -> Self:
        """Listen on a free port of loopback. The context managers do this."""
        if self._server is None:
            self._server = Server(self._serve)
        return self

    def close(self) -> None:
        """Break open connections and stop listening. An error of the test's own responder is raised here."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        if self._errors:
            raise self._errors.pop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._errors.clear()
        self.close()

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """The base URL of the gateway."""
        return f"http://127.0.0.1:{self._running().port}"

    @property
    def connections(self) -> int:
        """The number of connections ever made to it."""
        return self._running().connections

    @property
    def open_connections(self) -> int:
        """The number of connections that are open now."""
        return self._running().open_connections

    def _running(self) -> Server:
        if self._server is None:
            raise RuntimeError("the `FakeGateway` is not running: use it in a `with` block, or call `start()`")
        return self._server

    # requests

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request in the order of arrival."""
        with self._lock:
            return list(self._requests)

    @property
    def calls(self) -> list[FakeCall]:
        """The calls: requests with one ``Idempotency-Key`` are one call, each request without a key is one."""
        with self._lock:
            return self._calls.all()

    def reset(self) -> None:
        """Forget requests, calls and answers."""
        with self._lock:
            self.forget()
            self._rules.clear()

    def forget(self) -> None:
        """Forget requests and calls, and keep the scripted answers."""
        with self._lock:
            self._requests.clear()
            self._calls.clear()

    # answers

    def respond_with(
        self,
        responder: Responder,
        *,
        method: str | None = None,
        path: str = "*",
        times: int | None = None,
        fault: Faults = None,
    ) -> Self:
        """Answer with the result of ``responder(request)``, which runs in the thread of the connection."""
        with self._lock:
            self._rules.append(_Rule(method, path, times, responder, FaultPlan(fault)))
        return self

    def respond(self, reply: Reply, *, method: str | None = None, path: str = "*", times: int | None = None) -> Self:
        """Answer with ``reply`` as it is."""
        return self.respond_with(lambda _request: reply, method=method, path=path, times=times, fault=reply.fault)

    def respond_bytes(
        self,
        body: bytes | Sequence[bytes],
        *,
        status: int = 200,
        headers: HeaderItems = (),
        content_type: str | None = "application/octet-stream",
        framing: Literal["length", "chunked", "close"] = "length",
        method: str | None = None,
        path: str = "*",
        times: int | None = None,
        fault: Faults = None,
    ) -> Self:
        """Answer with these bytes; a sequence of them is sent chunk by chunk."""
        reply = Reply(status=status, headers=headers, body=body, content_type=content_type, framing=framing)
        return self.respond_with(lambda _request: reply, method=method, path=path, times=times, fault=fault)

    def respond_json(
        self,
        value: Any,
        *,
        status: int = 200,
        headers: HeaderItems = (),
        method: str | None = None,
        path: str = "*",
        times: int | None = None,
        fault: Faults = None,
    ) -> Self:
        """Answer with JSON."""
        return self.respond_bytes(
            encode_json(value),
            status=status,
            headers=headers,
            content_type="application/json",
            method=method,
            path=path,
            times=times,
            fault=fault,
        )

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
        and
        answers ``Last-Event-ID`` with the rest: what a gateway must do so that a cut stream can resume.
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

    def _serve(self, connection: Connection) -> None:
        while (request := connection.request()) is not None:
            with self._lock:
                self._requests.append(request)
                self._calls.seen(request)
            try:
                reply, fault = self._reply(request)
            except Exception as error:  # noqa: BLE001 - the test's own responder failed: the test hears of it on closing
                self._errors.append(error)
                reply, fault = _explained(f"the responder of the test raised {error!r}"), Fault()
            if not connection.answer(request, reply, fault):
                return

    def _reply(self, request: RecordedRequest) -> tuple[Reply, Fault]:
        with self._lock:
            cancelled = self._calls.cancelled_by(request)
            if cancelled is not None:
                return _json({"id": cancelled.id, "object": "call", "status": cancelled.status}), Fault()
            rule = self._rule(request)
            if rule is None:
                return _explained(f"no answer is scripted for {request.method} {request.path}"), Fault()
            rule.used += 1
            fault = self._plan.next()
            if fault == Fault():
                fault = rule.faults.next()
        return self._calls.stamped(request, rule.respond(request)), fault

    def _rule(self, request: RecordedRequest) -> _Rule | None:
        matching = [rule for rule in self._rules if rule.matches(request)]
        for rule in matching:
            if rule.used < (rule.times or (1 if rule is not matching[-1] else rule.used + 1)):
                return rule
        return matching[-1] if matching else None


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(status=status, body=encode_json(value), content_type="application/json")


def _explained(message: str) -> Reply:
    return _json({"error": {"message": message, "type": "fake_gateway_error", "code": None, "param": None}}, 501)
