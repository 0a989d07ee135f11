"""A stream that goes on elsewhere, where that cannot be found out, ends in an error event and not in a cut."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from onceward_gateway.calls.delivery import DisconnectWatcher, LiveStream
from onceward_gateway.calls.event_stream import EventStream, Subscriber
from onceward_gateway.calls.remote_calls import RemoteCalls
from onceward_gateway.core.call_record import CallRecord
from onceward_gateway.core.errors import ApiError
from onceward_gateway.db import StorageUnavailable


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StorageUnavailable("gone"), "storage_unavailable"),
        (ApiError(409, "No.", code="call_not_resumable"), "call_not_resumable"),
        (RuntimeError("a bug"), "internal"),
    ],
)
async def test_a_stream_that_cannot_be_followed_says_so(error: Exception, code: str) -> None:
    async def moved(source: EventStream) -> EventStream:
        raise error

    assert await code_at_the_end(moved) == code


async def test_a_stream_does_not_move_to_another_node_when_this_one_has_stopped() -> None:
    none: Any = None
    remote = RemoteCalls(none, none, none, none, 1.0)
    remote.stop()

    async def moved(source: EventStream) -> EventStream:
        return remote.follow(source.record)

    assert await code_at_the_end(moved) == "draining"


async def code_at_the_end(moved: Callable[[EventStream], Awaitable[EventStream]]) -> str:
    """Return the code of the error event at the end of a stream that moves away after its first event."""
    record = CallRecord("call_1", "me", "chat", "m", "p", "in_progress", True, "k", 1, "req", 0.0)
    feed = EventStream(record)
    feed.frames, feed.moved = [b"id: call_1:1\ndata: {}\n\n"], True
    listener = Subscriber(0, takes_faults=False)
    feed.join(listener)
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async with asyncio.timeout(5):
        await LiveStream(feed, listener, DisconnectWatcher(None, listener), None, 10, moved).send(send, [])
    body = b"".join(message.get("body", b"") for message in sent)
    assert sent[-1]["more_body"] is False
    assert not feed.subscribers
    _, _, data = body.partition(b"event: error\ndata: ")
    return str(json.loads(data)["error"]["code"])
