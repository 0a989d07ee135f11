"""A stream is the same however the network cuts it into reads, and a read costs little however many events it has."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onceward_gateway.calls.event_stream import Subscriber
from onceward_gateway.calls.running import CallHost, RunningCall
from onceward_gateway.core.call_record import CallRecord
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.response_writer import ResponseWriter
from onceward_gateway.core.threads import LARGE_BODY
from onceward_gateway.providers import failures, messages, relay
from onceward_gateway.providers.chunks import ChunkReader
from onceward_gateway.providers.event_source import EventSource
from onceward_gateway.providers.exchange import Exchange
from onceward_gateway.providers.http_client import HttpResponse
from onceward_gateway.providers.meter import Meter
from onceward_gateway.providers.partial import texts_in

_MOST_EVENT_BYTES = 4096


def chunk(delta: Any, finish: str | None = None, index: int = 0, **members: Any) -> dict[str, Any]:
    choices = [{"index": index, "delta": delta, "finish_reason": finish}]
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **members}


def event(value: Any, **options: Any) -> bytes:
    return b"data: " + json.dumps(value, **options).encode() + b"\n\n"


def word(text: str, **members: Any) -> bytes:
    return event(chunk({"content": text}, **members))


USAGE = {"prompt_tokens": 7, "completion_tokens": 40, "total_tokens": 47}
STOP = event(chunk({}, "stop"))
DONE = b"data: [DONE]\n\n"
TEXTS = st.sampled_from(
    ["", "a", " word", "é", "日本", "\U0001f600", '"', "\\", "\n", "-", "m", "\u2028", "word " * 90]
)
WORDS = TEXTS.map(word)
# A character whose bytes come in two events, and an event whose two lines end differently.
SPLIT = [word("x").replace(b'"x"', b'"%b"' % part) for part in (b"\xe6\x97", b"\xa5")]
TWO_LINES = word("x").replace(b'"choices"', b'\rdata: "choices"')
ODD = st.sampled_from(
    [
        event(chunk({"role": "assistant", "content": ""})),
        event(chunk({"content": "é"}), ensure_ascii=False),
        event(chunk({"content": "x"}), separators=(",", ":")),
        event(chunk({"content": "later"}, created=2)),
        event(chunk({"content": "b"}, index=1)),
        event(chunk({}, "stop", index=1)),
        event(chunk({"reasoning_content": "hm"})),
        event(chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a'}}]})),
        event(chunk({"content": "x", "images": [{"image_url": {"url": "data:"}}]})),
        event(chunk({"thinking_blocks": [{"thinking": "hidden"}]})),
        event(chunk({"content": "x"}, model="other", service_tier="flex")),
        event(chunk({"content": "x"}, usage=USAGE)),
        event({**chunk({}), "choices": [], "usage": USAGE}),
        event({"choices": [{"index": 0, "text": "completed", "finish_reason": None}]}),
        event({"choices": [{"index": 0, "message": {"content": "whole"}, "finish_reason": None}]}),
        event({"error": {"message": "overloaded", "code": 529}}),
        event({"type": "ping"}),
        word("split \\").replace(b'\\\\"', b'\\"'),
        word("x").replace(b'"x"', b'"\\ud83d"'),
        word("x").replace(b'"x"', b'"\xff"'),
        SPLIT[0],
        SPLIT[1],
        word("x").replace(b'"x"', b'"\x01"'),
        word("x").replace(b'"x"', b'"x"}'),
        word("x").replace(b"\n\n", b"\r\n\r\n"),
        word("x").replace(b"\n\n", b"\r\r"),
        word("x").replace(b'"choices"', b'\ndata: "choices"'),
        TWO_LINES,
        word("x").replace(b"data: ", b"data:"),
        word("x").replace(b"data: ", b"data:   "),
        b"id: 7\nretry: 5\n" + word("x"),
        b"event: delta\n" + word("x"),
        b"event: error\ndata: broken\n\n",
        b": ping\n\n",
        b"\n",
        b"data: \n\n",
        b"data: no JSON\n\n",
        STOP,
        DONE,
    ]
)
STREAMS = st.tuples(
    st.lists(WORDS | WORDS | ODD, max_size=12), st.sampled_from([b"", STOP, STOP + DONE, DONE, STOP[:-1]])
).map(lambda parts: b"".join(parts[0]) + parts[1])


class Source:
    """The body of an answer, which arrives in given pieces."""

    def __init__(self, pieces: list[bytes], *, taps: bool) -> None:
        self._pieces = pieces
        self._taps = taps
        self.response = HttpResponse(self, 1 << 30)
        self.response.status = 200

    def take(self) -> bytes:
        return b""

    async def next_bytes(self) -> bytes:
        for piece in iter(self._next, None):
            tap = self.response.tap if self._taps else None
            rest = piece if tap is None else tap(piece)
            if rest:
                return rest
        self.response.end(b"", None)
        return b""

    def _next(self) -> bytes | None:
        return self._pieces.pop(0) if self._pieces else None

    def abort(self, error: BaseException) -> None:
        """Nothing is connected."""


class Answer:
    """An exchange whose answer is there."""

    provider = "up"
    kind = "chat"
    room = 1 << 30
    is_decoded = False
    cut = False

    def __init__(self, source: Source) -> None:
        self.meter = Meter(lambda: 10)
        self.call = SimpleNamespace(data={"stream_options": {"include_usage": True}})
        self._source = source

    @asynccontextmanager
    async def open(self, writer: ResponseWriter) -> AsyncIterator[HttpResponse]:
        yield self._source.response

    def events(self, response: HttpResponse) -> EventSource:
        return EventSource(self, response, _MOST_EVENT_BYTES)

    async def pieces(self, response: HttpResponse) -> AsyncIterator[bytes]:
        async for piece in response.pieces():
            yield piece

    def count_part(self, body: bytes) -> None:
        for text in texts_in(body):
            self.meter.produced(text)

    def broken(self, body: bytes, reason: str = "no JSON object") -> ApiError:
        return failures.broken_answer(self.provider, body, reason)

    def note(self, error: BaseException) -> None:
        """Nobody reads it."""


class Written(RunningCall):
    """A call that keeps its events, and takes them one at a time where a test asks for that."""

    batches = True

    @property
    def takes_batches(self) -> bool:
        return self.batches


def call(kind: type[Written] = Written, *, key: str | None = "k", logged: list[bytes] | None = None) -> Written:
    record = CallRecord("call_1", "me", "chat", "m", "up", "in_progress", True, key, 1, "req", 0.0)
    log = SimpleNamespace(add=lambda run: None)
    clock = SimpleNamespace(time=lambda: 1.0)
    host = SimpleNamespace(disconnect_grace_seconds=1.0, max_lag_events=1 << 20, clock=clock, log=log)
    run = kind(
        cast("CallHost", host),
        record,
        claim=None,
        prompt_bytes=1,
        price_name="m",
        logged=logged,
    )
    run.join(Subscriber(0, takes_faults=False))
    return run


async def relayed(run: Written, pieces: list[bytes], *, taps: bool) -> tuple[Any, ...]:
    """Return what clients and the ledger see of an answer that arrives in these pieces."""
    answer, failure = Answer(Source([piece for piece in pieces if piece], taps=taps)), None
    try:
        await relay.stream(cast("Exchange", answer), run)
    except ApiError as error:
        failure = (error.status, error.code, error.message)
    meter = answer.meter
    usages = meter.usage(), meter.usage(cut=True), meter.model, meter.tier, meter.unseen, meter.refused, meter.final
    return b"".join(run.frames), failure, answer.cut, usages


def cut_at(body: bytes, places: list[int]) -> list[bytes]:
    at = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[begin:end] for begin, end in pairwise(at)]


@given(STREAMS, st.lists(st.integers(0, 1 << 12), max_size=12), st.booleans(), st.booleans())
@example(b"".join(map(word, "abcdef")) + STOP + DONE, [300, 400, 500, 700, 900], True, True)
@example(word("a") + word("b") + word("c").replace(b'"c"', b'"\\"') + word("d") + STOP + DONE, [400], True, True)
@example(word("a") + word("b") + SPLIT[0] + SPLIT[1] + word("c") + STOP + DONE, [], True, True)
@example(word("a") + TWO_LINES + STOP + DONE, [len(word("a")) + TWO_LINES.index(b"\r") + 1], False, True)
async def test_any_cut_gives_the_same_events_ids_and_usage(
    body: bytes, places: list[int], taps: bool, batches: bool
) -> None:
    one, other = call(), call()
    one.batches = False
    other.batches = batches
    expected = await relayed(one, [body], taps=False)
    assert await relayed(other, cut_at(body, places), taps=taps) == expected


async def test_a_long_text_is_counted_the_same_in_any_cut() -> None:
    body = b"".join(word(f"{number} words of a long text, ") for number in range(2000)) + STOP
    for size in (len(body), 60_000, 700, 311):
        counted = await relayed(call(), [body[at : at + size] for at in range(0, len(body), size)], taps=True)
        assert counted[3][0] == (await relayed(call(), [body], taps=False))[3][0], size


def test_an_event_that_takes_long_to_read_is_left_to_a_thread() -> None:
    reader = ChunkReader("up", 1, Meter(lambda: 10))
    short, long = word("a")[6:-2], word("b" * LARGE_BODY)[6:-2]
    assert reader.read_plain([short, short], 2) == 2
    assert reader.read_plain([long], 1) == 0
    assert reader.read_plain([long, short], 2) == 0


@pytest.mark.parametrize("end", [DONE, STOP + DONE, event({"error": {"message": "overloaded"}}), b""])
async def test_an_answer_that_has_ended_needs_no_garbage_collection(end: bytes) -> None:
    gc.collect()
    gc.disable()
    try:
        answer = Answer(Source([word("a"), word("b"), STOP + end], taps=True))
        answer.meter.read({"usage": USAGE})
        with suppress(ApiError):
            await relay.stream(cast("Exchange", answer), call())
        left = weakref.ref(answer)
        del answer
        for _ in range(4):
            await asyncio.sleep(0)
        assert left() is None
    finally:
        gc.enable()


class Full(Written):
    """A call that is cancelled while it waits for its client."""

    def write(self, events: list[bytes]) -> bool:
        super().write(events)
        return False

    async def drain(self) -> None:
        if b"short" in self.frames[-1]:
            raise asyncio.CancelledError


class Unlimited(Answer):
    """An answer with events of any size."""

    def events(self, response: HttpResponse) -> EventSource:
        return EventSource(self, response, 1 << 30)


async def test_a_message_that_is_cancelled_between_its_events_has_each_once() -> None:
    # The chunks are longer than the events, and the last one is sent alone.
    start = {"type": "message_start", "message": {"id": "m" * 600, "role": "assistant", "content": [], "model": "m"}}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    texts = [{"type": "text_delta", "text": text} for text in ("short", "x" * (LARGE_BODY - 300))]
    deltas = [{"type": "content_block_delta", "index": 0, "delta": delta} for delta in texts]
    run = call(Full)
    pieces = [event(start), event(block), event(deltas[0]) + event(deltas[1])]
    answer = Unlimited(Source(pieces, taps=False))
    with pytest.raises(asyncio.CancelledError):
        await messages.stream(cast("Exchange", answer), run)
    assert b"".join(run.frames).count(b"short") == 1


@pytest.mark.parametrize("skip", [0, 1, 3, 5, 9])
async def test_a_batch_is_numbered_as_its_events_are(skip: int) -> None:
    logged = [b"id: call_1:%d\ndata: logged\n\n" % number for number in range(1, skip + 1)]
    one, other = call(logged=list(logged)), call(logged=list(logged))
    events = [b"%d" % number for number in range(7)]
    for data in events:
        await one.emit(data)
    assert other.write(events[:2])
    assert other.write(events[2:])
    assert other.frames == one.frames
    assert other.events_produced == one.events_produced


async def test_a_client_that_waits_gets_events_at_once_and_a_full_connection_wakes_it() -> None:
    sent: list[bytes] = []

    def send_now(data: bytes) -> bool:
        sent.append(data)
        return len(sent) < 2

    run = call(key=None)
    (subscriber,) = run.subscribers
    waiting = subscriber.wait()
    subscriber.send_now = send_now
    assert run.write([b"1", b"2"])
    assert sent == [b"id: call_1:1\ndata: 1\n\nid: call_1:2\ndata: 2\n\n"]
    assert (run.frames, run.total, subscriber.position, waiting.done()) == ([], 2, 2, False)
    assert run.write([b"3"])
    assert subscriber.is_full
    assert waiting.done()
    # It waits for its connection now, and reads what comes meanwhile afterwards.
    assert run.write([b"4"])
    assert len(sent) == 2
    assert run.take(subscriber) == b"id: call_1:4\ndata: 4\n\n"


class Counted:
    """Counts the calls of the gateway's functions."""

    def __init__(self) -> None:
        self.calls = 0

    def __enter__(self) -> Counted:
        def profile(frame: Any, happened: str, argument: Any) -> None:
            self.calls += happened == "call" and "/onceward_gateway/" in frame.f_code.co_filename

        sys.setprofile(profile)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)


class Attended(Written):
    """A call whose only client has always read everything, and waits."""

    def wake(self) -> None:
        super().wake()
        (subscriber,) = self.subscribers
        self.take(subscriber)
        subscriber.send_now = lambda data: True


@pytest.mark.parametrize(("events_a_read", "most"), [(1, 9.0), (100, 0.25)])
async def test_a_chunk_takes_few_calls(events_a_read: int, most: float) -> None:
    reads, figures = 40, list[int]()
    for count in (reads, 2 * reads):
        pieces = [word(" begin"), *[word(" word") * events_a_read] * count, STOP + DONE]
        with Counted() as counted:
            await relayed(call(Attended, key=None), pieces, taps=True)
        figures.append(counted.calls)
    assert (figures[1] - figures[0]) / (reads * events_a_read) <= most
