"""A fake server on a real socket: scripted answers, faults as data, and a record of all requests.

It speaks HTTP/1.1 on loopback, so that a client under test runs its own transport, and the test controls every byte of
an answer. Use it as a context manager, synchronous or asynchronous::

    with FakeServer() as server:
        server.respond_json({"id": "1"}, path="/things/1")
        client = make_client(base_url=server.url)

Answers are scripted per route (``method``, ``path``; a path may end in ``*``). Several answers for one route are sent
in their order, each ``times`` times (once, if there is a next one), and the last one is repeated without end.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import TracebackType
from typing import Any, Literal, Self

from ._server import Connection, LocalServer
from .contract import contract
from .faults import Fault, FaultPlan
from .replies import RecordedRequest, Reply, Responder, encode_json, sse

__all__ = ["FakeServer", "Faults", "HeaderItems", "json_reply"]

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


class FakeServer(LocalServer):
    """A fake server. ``url`` is its base URL, ``requests`` its requests.

    A request without a scripted answer gets the example that the contract has for its operation, or a sample of its
    type. A request that the contract does not allow gets 400 with all its faults. ``violations`` has those of every
    request, also of those with scripted answers.

    ``faults`` is a plan for every answer, before those of the answers themselves.
    """

    def __init__(self, *, faults: Faults = None) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._rules: list[_Rule] = []
        self._plan = FaultPlan(faults)
        self._requests: list[RecordedRequest] = []
        self._errors: list[Exception] = []
        self._violations: list[str] = []

    # lifetime

    def close(self) -> None:
        """Break open connections and stop listening. An error of the test's own responder is raised here."""
        super().close()
        if self._errors:
            raise self._errors.pop()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._errors.clear()
        super().__exit__(kind, error, trace)

    @property
    def connections(self) -> int:
        """The number of connections ever made to it."""
        return self._running().connections

    @property
    def open_connections(self) -> int:
        """The number of connections that are open now."""
        return self._running().open_connections

    # requests

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request in the order of arrival."""
        with self._lock:
            return list(self._requests)

    @property
    def violations(self) -> list[str]:
        """Everything in the requests that the contract does not allow, each with its method and path."""
        with self._lock:
            return list(self._violations)

    def reset(self) -> None:
        """Forget requests and answers."""
        with self._lock:
            self.forget()
            self._rules.clear()

    def forget(self) -> None:
        """Forget requests, and keep the scripted answers."""
        with self._lock:
            self._requests.clear()
            self._violations.clear()

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

    def respond_sse(
        self,
        events: Iterable[Any],
        *,
        done: str | None = None,
        headers: HeaderItems = (),
        framing: Literal["length", "chunked", "close"] = "chunked",
        method: str | None = None,
        path: str = "*",
        times: int | None = None,
        fault: Faults = None,
    ) -> Self:
        """Answer with server-sent events (see `replies.sse` for the forms of an event), each in a chunk of its own.

        ``done`` is the data of a last event, the sentinel of streams that have one.
        """
        plain = Reply(headers=headers, body=sse(events, done=done), content_type="text/event-stream", framing=framing)
        return self.respond_with(lambda _request: plain, method=method, path=path, times=times, fault=fault)

    # internals

    def _serve(self, connection: Connection) -> None:
        while (request := connection.request()) is not None:
            with self._lock:
                self._requests.append(request)
                self._recorded(request)
            try:
                reply, fault = self._reply(request)
            except Exception as error:  # noqa: BLE001 - the test's own responder failed: the test hears of it on closing
                self._errors.append(error)
                reply, fault = self._unanswered(f"the responder of the test raised {error!r}"), Fault()
            if not connection.answer(request, reply, fault):
                return

    def _recorded(self, request: RecordedRequest) -> None:
        """Note a new request and its faults."""
        known = contract()
        faults = known.faults(request) if known else []
        self._violations += [f"{request.method} {request.path}: {fault}" for fault in faults]

    def _reply(self, request: RecordedRequest) -> tuple[Reply, Fault]:
        with self._lock:
            rule = self._rule(request)
            fault = self._plan.next()
            if rule is None:
                return self._unscripted(request), fault
            rule.used += 1
            if fault == Fault():
                fault = rule.faults.next()
        return rule.respond(request), fault

    def _unscripted(self, request: RecordedRequest) -> Reply:
        """Return the answer to a request that no answer is scripted for: the contract's example, or its faults."""
        known = contract()
        if known is not None:
            faults = known.faults(request)
            refusal = known.refusal(request)
            if refusal is not None:
                return json_reply({"message": refusal, "faults": faults}, 401)
            if faults:
                return json_reply({"message": "; ".join(faults), "faults": faults}, 400)
            answer = known.answer(request)
            if answer is not None:
                return answer
        return self._unanswered(f"no answer is scripted for {request.method} {request.path}")

    def _unanswered(self, message: str) -> Reply:
        return json_reply({"message": message}, 501)

    def _rule(self, request: RecordedRequest) -> _Rule | None:
        matching = [rule for rule in self._rules if rule.matches(request)]
        for rule in matching:
            if rule.used < (rule.times or (1 if rule is not matching[-1] else rule.used + 1)):
                return rule
        return matching[-1] if matching else None


def json_reply(value: Any, status: int = 200) -> Reply:
    """Return an answer with JSON."""
    return Reply(status=status, body=encode_json(value), content_type="application/json")
