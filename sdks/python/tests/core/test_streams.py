"""Streams: what ends them, what heals them, and what a caller sees when nothing can."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from onceward._core.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    InternalServerError,
    RateLimitError,
    ResponseShapeError,
    StreamInterrupted,
)
from onceward._core.wire import ReadFailed, ReadTimedOut
from onceward._gateway.errors import OverloadedError

from .rig import Reply, Rig, chunk, event, stream

Make = Callable[..., Rig]
DONE = b"data: [DONE]\n\n"
CUT = ReadFailed("cut")


def texts(events: list[Any]) -> list[str]:
    return [item.choices[0].delta.content for item in events]


def test_events_come_in_order_and_the_connection_is_drained(rig: Make) -> None:
    r = rig([stream(event(1, "a") + event(2, "b"), event(3, "c") + DONE)])
    assert texts(r.events()) == ["a", "b", "c"]
    assert r.responses[0].closed
    assert len(r.requests) == 1


def test_a_stream_that_just_ends_is_an_error(rig: Make) -> None:
    r = rig(lambda _: stream(event(1, ident=False)), max_retries=0)
    with pytest.raises(StreamInterrupted, match="without its closing event"):
        r.events()
    assert texts(r.seen) == ["x"]


def test_cut_before_content_is_retried_unseen(rig: Make) -> None:
    r = rig([stream(CUT), stream(b": ping\n\n"), stream(event(1, "a") + DONE)])
    assert texts(r.events()) == ["a"]
    assert len({r.header("idempotency-key", at) for at in range(3)}) == 1
    assert r.header("last-event-id") is None


def test_cut_after_content_is_healed(rig: Make) -> None:
    r = rig(
        [
            stream(event(1, "a") + event(2, "b"), CUT),
            stream(event(3, "c"), b"id: call_1:4\nda", CUT),
            stream(event(4, "d") + DONE),
        ]
    )
    assert texts(r.events()) == ["a", "b", "c", "d"]
    assert [r.header("last-event-id", at) for at in range(3)] == [None, "call_1:2", "call_1:3"]
    assert len({r.header("idempotency-key", at) for at in range(3)}) == 1
    assert len({r.requests[at].body for at in range(3)}) == 1
    assert r.clock.slept == []


def test_a_replay_from_the_start_gives_no_event_twice(rig: Make) -> None:
    r = rig([stream(event(1, "a") + event(2, "b"), CUT), stream(event(1, "a"), event(2, "b") + event(3, "c") + DONE)])
    assert texts(r.events()) == ["a", "b", "c"]


@pytest.mark.parametrize("following", [event(4), event(1).replace(b"call_1", b"call_2")])
def test_a_gap_is_no_healing(rig: Make, following: bytes) -> None:
    r = rig([stream(event(1) + event(2), CUT), stream(following + DONE)])
    with pytest.raises(StreamInterrupted, match="events are missing"):
        r.events()
    assert len(r.seen) == 2


def test_healing_gives_up_where_nothing_new_comes(rig: Make) -> None:
    first = [stream(event(1, "a"), CUT)]
    r = rig(lambda _: first.pop() if first else stream(CUT))
    with pytest.raises(StreamInterrupted) as caught:
        r.events()
    assert len(r.requests) == 1 + 3
    assert caught.value.last_event_id == "call_1:1"
    assert caught.value.attempts == 4
    assert caught.value.partial.choices[0].message.content == "a"


def test_half_a_character_at_a_cut_is_in_the_partial_answer(rig: Make) -> None:
    half = event(1, "ab\ud834", ident=False)
    r = rig([stream(half + event(2, "", ident=False), CUT)])
    with pytest.raises(StreamInterrupted) as caught:
        r.events()
    assert caught.value.partial.choices[0].message.content == "ab\ud834"


def test_without_ids_a_cut_is_an_interruption_with_what_had_come(rig: Make) -> None:
    r = rig([stream(event(1, "a", ident=False) + event(2, "b", ident=False), CUT)])
    with pytest.raises(StreamInterrupted) as caught:
        r.events()
    assert caught.value.partial.choices[0].message.content == "ab"
    assert (caught.value.last_event_id, caught.value.resumable) == (None, False)
    assert isinstance(caught.value.__cause__, ReadFailed)


def test_a_refused_resumption_is_an_interruption(rig: Make) -> None:
    r = rig([stream(event(1), CUT), Reply(404, {"error": {"message": "no such call"}})])
    with pytest.raises(StreamInterrupted, match="no such call") as caught:
        r.events()
    assert caught.value.status_code == 404
    r = rig([stream(event(1, "a"), CUT), Reply(503, headers={"retry-after": "2"}), stream(event(2, "b") + DONE)])
    assert texts(r.events()) == ["a", "b"]
    assert r.clock.slept == [2.0]


def test_no_retries_means_no_healing(rig: Make) -> None:
    r = rig([stream(event(1), CUT)], max_retries=0)
    with pytest.raises(StreamInterrupted):
        r.events()


@pytest.mark.parametrize(
    "frame",
    [
        b'data: {"error":{"message":"busy","type":"overloaded_error"}}\n\n',
        b'event: error\ndata: {"error":{"message":"busy","type":"overloaded_error"}}\n\n',
        b'event: error\ndata: {"message":"busy","type":"overloaded_error"}\n\n',
        b'event: error\ndata: {"type":"error","error":{"message":"busy","type":"overloaded_error"}}\n\n',
    ],
)
def test_errors_inside_are_the_classes_outside(rig: Make, frame: bytes) -> None:
    r = rig([stream(event(1, "a") + frame)])
    with pytest.raises(OverloadedError, match="busy") as caught:
        r.events()
    assert texts(r.seen) == ["a"]
    assert caught.value.partial.choices[0].message.content == "a"
    assert caught.value.request_id


def test_an_error_before_content_is_retried_like_a_status(rig: Make) -> None:
    busy = b'data: {"error":{"message":"busy","type":"overloaded_error"}}\n\n'
    r = rig([stream(busy), stream(event(1, "a") + DONE)])
    assert texts(r.events()) == ["a"]
    r = rig([stream(b'data: {"error":{"message":"no","type":"invalid_request_error"}}\n\n')])
    with pytest.raises(APIStatusError, match="no"):
        r.events()


def test_a_text_that_says_error_is_no_error(rig: Make) -> None:
    tricky = chunk('he said "error": {"message": 1}', "stop")
    tricky["error"] = None
    r = rig([stream(f"data: {json.dumps(tricky)}\n\n".encode() + DONE)])
    assert len(r.events()) == 1


def test_a_malformed_event_is_a_shape_error_after_the_good_ones(rig: Make) -> None:
    r = rig([stream(event(1, "a") + b"data: {oops\n\n" + event(2))])
    with pytest.raises(ResponseShapeError, match="not JSON"):
        r.events()
    assert texts(r.seen) == ["a"]


def test_a_deviating_event_is_kept(rig: Make) -> None:
    odd = chunk("a", "stop")
    odd["created"] = "yesterday"
    r = rig([stream(f"data: {json.dumps(odd)}\n\n".encode() + DONE)])
    (item,) = r.events()
    assert item.created == "yesterday"
    assert item._deviations[0][0] == "created"
    assert texts([item]) == ["a"]


def test_half_an_event_at_the_end_is_a_cut(rig: Make) -> None:
    r = rig([stream(event(1, "a"), event(2, "b")[:-20]), stream(event(2, "b") + DONE)])
    assert texts(r.events()) == ["a", "b"]


def test_a_last_event_without_its_blank_line_counts(rig: Make) -> None:
    r = rig([stream(event(1, "a"), DONE.rstrip())])
    assert texts(r.events()) == ["a"]


@pytest.mark.parametrize("body", [b"<html>login</html>", b'{"id": 1}'])
def test_a_page_in_place_of_a_stream(rig: Make, body: bytes) -> None:
    kind = "text/html" if body.startswith(b"<") else "application/json"
    r = rig([Reply(headers={"content-type": kind}, body=body)])
    with pytest.raises(ResponseShapeError, match="not a stream of events"):
        r.events()


def test_an_error_object_in_place_of_a_stream(rig: Make) -> None:
    r = rig(
        [
            Reply(
                headers={"content-type": "application/json"},
                body={"error": {"message": "slow", "type": "rate_limit_error"}},
            )
        ],
        max_retries=0,
    )
    with pytest.raises(RateLimitError):
        r.events()


def test_pings_do_not_keep_a_stream_alive(rig: Make) -> None:
    pings: list[Any] = [part for _ in range(20) for part in (1.0, b": ping\n\n")]
    r = rig([stream(event(1, ident=False), *pings)], timeout=3)
    with pytest.raises(APITimeoutError, match=r"nothing new arrived within 3 s, the `idle` clock") as caught:
        r.events()
    assert caught.value.clock == "idle"
    assert 3.0 <= r.clock.now - 1000.0 <= 4.0


def test_the_idle_clock_of_a_read_shrinks_with_each_ping(rig: Make) -> None:
    left: list[float | None] = []

    def note(response: Any) -> None:
        left.append(response.request.timeouts.idle)

    r = rig([stream(event(1), note, 2.0, b": ping\n\n", note, event(2), note, DONE)], timeout=5)
    r.events()
    assert left == [5.0, 3.0, 5.0]


def test_time_the_caller_takes_is_not_idle(rig: Make) -> None:
    r = rig([stream(event(1), b": ping\n\n", event(2) + DONE)], timeout=3)
    client = r.client
    if r.kind == "sync":
        for _ in client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}], stream=True):
            r.clock.now += 100
    else:

        async def main(client: Any) -> None:
            async for _ in await client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "x"}], stream=True
            ):
                r.clock.now += 100

        r.run(main)


def test_a_stall_after_content_is_healed_or_told(rig: Make) -> None:
    r = rig([stream(event(1, "a"), ReadTimedOut("")), stream(event(2, "b") + DONE)])
    assert texts(r.events()) == ["a", "b"]
    r = rig([stream(event(1, "a", ident=False), ReadTimedOut(""))])
    with pytest.raises(APITimeoutError) as caught:
        r.events()
    assert caught.value.partial.choices[0].message.content == "a"


def test_a_number_bounds_no_flowing_stream_but_total_does(rig: Make) -> None:
    parts: list[Any] = [part for number in range(1, 9) for part in (2.0, event(number))]
    r = rig([stream(*parts, DONE)], timeout=5)
    assert len(r.events()) == 8
    from onceward._core.options import Timeout

    r = rig([stream(*parts, DONE)], timeout=Timeout(total=7))
    with pytest.raises(APITimeoutError, match="`total`"):
        r.events()


def test_leaving_early_closes_and_cancels(rig: Make) -> None:
    r = rig([stream(event(1), event(2), event(3), DONE), Reply()], api_key="sk-onceward-12345")
    assert len(r.events(limit=2)) == 2
    assert r.responses[0].closed
    assert (r.requests[1].method, r.requests[1].url) == ("POST", "http://gateway.test/v1/calls/call_1/cancel")
    assert r.header("authorization", 1) == "Bearer sk-onceward-12345"
    assert r.requests[1].timeouts.first_byte is not None
    assert r.requests[1].timeouts.first_byte <= 1.0


def test_leaving_does_not_fail_where_cancelling_does(rig: Make) -> None:
    r = rig([stream(event(1), event(2)), Reply(error=ReadFailed("x"))])
    assert len(r.events(limit=1)) == 1
    r = rig([stream(event(1), event(2)), Reply(500)])
    assert len(r.events(limit=1)) == 1


def test_nothing_is_cancelled_at_the_end_or_without_an_id(rig: Make) -> None:
    r = rig([stream(event(1) + DONE)])
    r.events()
    assert len(r.requests) == 1
    r = rig([Reply(headers={"content-type": "text/event-stream"}, chunks=[event(1), event(2)])])
    r.events(limit=1)
    assert len(r.requests) == 1
    r = rig([stream(event(1), event(2))], cancel_abandoned=False)
    r.events(limit=1)
    assert len(r.requests) == 1


def test_an_interrupt_in_a_read_closes_and_cancels(rig: Make) -> None:
    class Interrupt(BaseException):
        pass

    r = rig([stream(event(1), Interrupt()), Reply()])
    with pytest.raises(Interrupt):
        r.events()
    assert r.responses[0].closed
    assert r.requests[1].url.endswith("/v1/calls/call_1/cancel")


def test_next_leaves_the_stream_open_and_knows_its_place() -> None:
    r = Rig("sync", [stream(event(1, "a") + event(2, "b"), event(3, "c") + DONE)])
    opened = r.client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}], stream=True)
    assert (opened.call_id, opened.last_event_id, opened.attempts) == ("call_1", None, 1)
    assert texts([next(opened)]) == ["a"]
    assert opened.last_event_id == "call_1:1"
    assert texts(list(opened)) == ["b", "c"]
    assert opened.last_event_id == "call_1:3"
    assert opened.idempotency_key == r.header("idempotency-key")
    assert list(opened) == []


def test_statuses_are_retried_before_a_stream_opens(rig: Make) -> None:
    r = rig([Reply(500), Reply(529), stream(event(1) + DONE)])
    assert len(r.events()) == 1
    r = rig(lambda _: Reply(500))
    with pytest.raises(InternalServerError):
        r.events()
    assert len(r.requests) == 3


def test_raw_answers_of_streams(rig: Make) -> None:
    r = rig([stream(event(1) + DONE, x_request_id="req_9")])
    raw = r.run(
        lambda client: client.chat.completions.with_raw_response.create(
            model="m", messages=[{"role": "user", "content": "x"}], stream=True
        )
    )
    assert (raw.status_code, raw.request_id) == (200, "req_9")


def test_cut_at_every_byte_gives_the_same_events(rig: Make) -> None:
    parts = [event(number, f"t{number}") for number in range(1, 5)]
    whole = b"".join(parts) + DONE

    for cut in range(len(whole)):
        delivered = whole[:cut].count(b"\n\n")
        rest = b"".join(parts[delivered:]) + DONE
        r = rig([stream(whole[:cut], CUT), stream(rest)])
        assert texts(r.events()) == ["t1", "t2", "t3", "t4"], cut
        assert len(r.requests) <= 2


def test_a_retry_of_a_stream_that_never_opened_is_an_api_connection_error(rig: Make) -> None:
    r = rig(lambda _: Reply(error=ReadFailed("gone")))
    with pytest.raises(APIConnectionError, match="gone") as caught:
        r.events()
    assert not isinstance(caught.value, StreamInterrupted)
