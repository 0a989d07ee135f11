"""The fake gateway's calls: one per ``Idempotency-Key``, however many requests carry it, and resumed streams."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from .replies import RecordedRequest, Reply, encode_json

__all__ = ["Calls", "FakeCall"]

_CANCEL = re.compile(r"/calls/([^/]+)/cancel$")


@dataclass(slots=True)
class FakeCall:
    """One call as a gateway would bill it. ``attempts`` is the number of requests with its key."""

    id: str
    key: str | None
    body: bytes
    attempts: int = 0
    resumed: int = 0
    """The number of attempts that requested the rest of the stream by ``Last-Event-ID``."""
    status: Literal["open", "cancelled"] = "open"


class Calls:
    """All calls of one fake gateway."""

    def __init__(self, header: str) -> None:
        self._header = header
        self._calls: list[FakeCall] = []
        self._by_key: dict[str, FakeCall] = {}
        self._of: dict[int, FakeCall] = {}

    def all(self) -> list[FakeCall]:
        """Return all calls, in the order of their first requests."""
        return list(self._calls)

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()
        self._by_key.clear()
        self._of.clear()

    def seen(self, request: RecordedRequest) -> None:
        """Add the request to its call. Requests that only read, or that cancel a call, are not calls."""
        if request.method in {"GET", "HEAD", "OPTIONS", "DELETE"} or _CANCEL.search(request.path):
            return
        key = request.header("idempotency-key")
        call = self._by_key.get(key) if key is not None else None
        if call is None:
            call = FakeCall(f"call_{len(self._calls) + 1:06}", key, request.body)
            self._calls.append(call)
            if key is not None:
                self._by_key[key] = call
        call.attempts += 1
        self._of[id(request)] = call

    def cancelled_by(self, request: RecordedRequest) -> FakeCall | None:
        """Mark the call that the request cancels, and return it."""
        found = _CANCEL.search(request.path) if request.method == "POST" else None
        if found is None:
            return None
        for call in self._calls:
            if call.id == found[1]:
                call.status = "cancelled"
                return call
        return None

    def stamped(self, request: RecordedRequest, reply: Reply) -> Reply:
        """Return ``reply`` with the id of its call in the header, unless it has one."""
        call = self._of.get(id(request))
        items = reply.header_items()
        if call is None or any(name.lower() == self._header for name, _ in items):
            return reply
        return replace(reply, headers=[*items, (self._header, call.id)])

    def resume(self, request: RecordedRequest, plain: Reply, events: Callable[[FakeCall], list[bytes]]) -> Reply:
        """Return the whole stream of a call, or the rest of it after ``Last-Event-ID``."""
        call = self._of.get(id(request))
        if call is None:
            return plain
        if call.body != request.body:
            return _refused(409, "idempotency_key_reused", "the `Idempotency-Key` was used with another body")
        blocks = events(call)
        last = request.header("last-event-id")
        if last:
            owner, _, number = last.rpartition(":")
            if owner != call.id or not number.isdecimal():
                return _refused(
                    400, "invalid_last_event_id", f"`Last-Event-ID` {last!r} is not of the call {call.id!r}"
                )
            call.resumed += 1
            blocks = blocks[int(number) :]
        replayed = [(self._header.replace("call-id", "replayed"), "true")] if call.attempts > 1 else []
        return replace(plain, headers=[*plain.header_items(), *replayed], body=blocks)


def _refused(status: int, code: str, message: str) -> Reply:
    envelope = {"error": {"message": message, "type": "invalid_request_error", "code": code, "param": None}}
    return Reply(status=status, body=encode_json(envelope), content_type="application/json")
