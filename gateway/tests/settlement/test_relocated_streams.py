"""A stream that goes on elsewhere, where that cannot be found out, ends in an error event and not in a cut."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from onceward_gateway.calls.delivery import DisconnectWatcher, LiveStream
from onceward_gateway.calls.event_stream import EventStream, Subscriber
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
    record = CallRecord("call_1", "me", "chat", "m", "p", "in_progress", True, "k", 1, "req", 0.0)
    feed = EventStream(record)
    feed.frames, feed.moved = [b"id: call_1:1\ndata: {}\n\n"], True
    listener = Subscriber(0, takes_faults=False)
    feed.join(listener)
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def moved(source: EventStream) -> EventStream:
        raise error

    async with asyncio.timeout(5):
        await LiveStream(feed, listener, DisconnectWatcher(None, listener), None, 10, moved).send(send, [])
    body = b"".join(message.get("body", b"") for message in sent)
    assert b"event: error" in body
    assert f'"code":"{code}"'.encode() in body
    assert sent[-1]["more_body"] is False
    assert not feed.subscribers
