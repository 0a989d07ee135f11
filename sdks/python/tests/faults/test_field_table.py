"""The faults that today's SDKs swallow, hang on, or raise untyped: one test for each row of the table of the field.

Every row runs on every transport, synchronous and asynchronous. None may end as silence, as a hang, or in an error that
is not one of this package's.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import signal
import warnings
from time import monotonic
from typing import Any

import pydantic
import pytest

import onceward
from onceward.testing import FakeGateway, Fault, ManualClock, RecordedRequest

from .conftest import CHUNKS, MESSAGES, MakeUser, User, chunk, completion

HTML = b"<!doctype html><title>Sign in</title><form action=/login>"
QUICK = onceward.Timeout(connect=1.0, pool=1.0, first_byte=1.0, idle=0.3)


def asked(gateway: FakeGateway) -> list[RecordedRequest]:
    """The requests for the call itself, without the one that cancels it."""
    return [request for request in gateway.requests if not request.path.endswith("/cancel")]


def texts(events: list[Any]) -> str:
    return "".join(choice.delta.content or "" for event in events for choice in event.choices)


# ---- retries and keys


def test_a_retried_post_carries_its_key_each_time(user: User, gateway: FakeGateway) -> None:
    gateway.respond_error(500, times=1)
    gateway.respond_json(completion())
    answer = user.create()
    assert answer.choices[0].message.content == "hello"
    keys = [request.header("idempotency-key") for request in gateway.requests]
    assert len(keys) == 2
    assert keys[0]
    assert keys[0] == keys[1]
    assert len(gateway.calls) == 1


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_post_whose_answer_was_dropped_is_sent_again_with_its_key(user: User, gateway: FakeGateway, how: Any) -> None:
    gateway.respond_json(completion(), fault=Fault(hang_up=True, cut=how, times=1))
    assert user.create().choices[0].message.content == "hello"
    assert len(gateway.requests) == 2
    assert len(gateway.calls) == 1
    assert gateway.calls[0].key


def test_without_a_key_a_post_that_may_have_been_heard_is_not_sent_again(user: User, gateway: FakeGateway) -> None:
    gateway.respond_json(completion(), fault=Fault(hang_up=True, times=1))
    with pytest.raises(onceward.APIConnectionError):
        user.create(idempotency_key=None)
    assert len(gateway.requests) == 1


def test_a_retry_after_of_five_minutes_is_raised_at_once(user: User, gateway: FakeGateway) -> None:
    gateway.respond_error(429, headers={"Retry-After": "300"})
    started = monotonic()
    with pytest.raises(onceward.RateLimitError) as caught:
        user.create()
    assert monotonic() - started < 1
    assert caught.value.retry_after == 300
    assert len(gateway.requests) == 1


# ---- bodies that are not what was promised


@pytest.mark.parametrize("streaming", [False, True])
def test_a_page_of_html_is_a_typed_error_with_all_that_is_known(
    user: User, gateway: FakeGateway, streaming: bool
) -> None:
    gateway.respond_bytes(HTML, content_type="text/html", headers={"X-Request-Id": "req_7"})
    with pytest.raises(onceward.ResponseShapeError) as caught:
        user.create(stream=streaming)
    error = caught.value
    assert (error.status_code, error.request_id) == (200, "req_7")
    assert "Sign in" in str(error.body)
    assert error.headers is not None
    assert error.headers["content-type"] == "text/html"


@pytest.mark.parametrize("streaming", [False, True])
def test_an_error_under_status_200_is_that_error(user: User, gateway: FakeGateway, streaming: bool) -> None:
    gateway.respond_json({"error": {"message": "no credits", "type": "insufficient_quota", "code": None}})
    with pytest.raises(onceward.APIError) as caught:
        user.create(stream=streaming, max_retries=0)
    assert "no credits" in str(caught.value)
    assert caught.value.type == "insufficient_quota"
    assert type(caught.value) is not onceward.APIError


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_an_empty_body_is_a_typed_error(user: User, gateway: FakeGateway, framing: Any) -> None:
    gateway.respond_bytes(b"", content_type="application/json", framing=framing)
    with pytest.raises(onceward.ResponseShapeError):
        user.create(max_retries=0)


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b'{"choices": ', b"\xff\xfe", b"\x00" * 10])
def test_a_body_of_another_shape_is_a_typed_error(user: User, gateway: FakeGateway, body: bytes) -> None:
    gateway.respond_bytes(body, content_type="application/json")
    with pytest.raises(onceward.ResponseShapeError):
        user.create(max_retries=0)


# ---- streams that end in the wrong way


@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_a_clean_end_without_the_closing_event_is_an_interruption(
    user: User, gateway: FakeGateway, framing: Any
) -> None:
    gateway.respond_sse(CHUNKS[:2], done=None, framing=framing)
    events, error = user.stream()
    assert texts(events) == "hello"
    assert isinstance(error, onceward.StreamInterrupted)
    assert error.partial.choices[0].message.content == "hello"
    assert error.idempotency_key


def test_the_helper_says_so_too(user: User, gateway: FakeGateway) -> None:
    gateway.respond_sse(CHUNKS[:2], done=None)
    with pytest.raises(onceward.StreamInterrupted) as caught:
        user.final()
    assert caught.value.partial.choices[0].message.content == "hello"


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_cut_in_the_body_is_an_interruption(user: User, gateway: FakeGateway, how: Any) -> None:
    whole = sum(len(piece) for piece in sse_bytes(CHUNKS[:2]))
    gateway.respond_sse(CHUNKS, fault=Fault(cut_at=whole + 20, cut=how))
    events, error = user.stream()
    assert texts(events) == "hello"
    assert isinstance(error, onceward.StreamInterrupted)


def sse_bytes(events: list[Any]) -> list[bytes]:
    from onceward.testing import sse

    return sse(events)


def test_a_cut_before_any_content_is_retried_unseen(user: User, gateway: FakeGateway) -> None:
    gateway.respond_sse(CHUNKS, fault=Fault(cut_at=5, times=2))
    events, error = user.stream()
    assert (texts(events), error) == ("hello", None)
    assert len(gateway.calls) == 1


# ---- errors inside streams


ERROR = {"message": "try later", "type": "overloaded_error", "code": None}


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"error": ERROR}, id="data"),
        pytest.param(("error", {"error": ERROR}), id="event-and-envelope"),
        pytest.param(("error", ERROR), id="event-and-bare-object"),
        pytest.param(("error", {"type": "error", "error": ERROR}), id="event-typed"),
    ],
)
def test_an_error_event_is_the_same_class_as_outside(user: User, gateway: FakeGateway, event: Any) -> None:
    gateway.respond_sse([*CHUNKS[:1], event], done=None)
    events, error = user.stream()
    assert texts(events) == "he"
    assert isinstance(error, onceward.OverloadedError)
    assert "try later" in str(error)
    assert error.partial.choices[0].message.content == "he"


def test_an_error_event_that_is_no_json_is_typed_too(user: User, gateway: FakeGateway) -> None:
    gateway.respond_sse([*CHUNKS[:1], ("error", "out of order")], done=None)
    events, error = user.stream()
    assert texts(events) == "he"
    assert isinstance(error, onceward.APIError)
    assert "out of order" in str(error)


# ---- the grammar of events


@pytest.mark.parametrize(
    "noise", [b"retry: 3000\n\n", b"id: 7\n\n", b": ping\n\n", b"\n\n", b"event: ping\n\n", b"\xef\xbb\xbf"]
)
def test_blocks_without_data_are_no_events(user: User, gateway: FakeGateway, noise: bytes) -> None:
    inner = [] if noise == b"\xef\xbb\xbf" else [noise]
    gateway.respond_sse([noise, CHUNKS[0], *inner, *CHUNKS[1:]])
    events, error = user.stream()
    assert (texts(events), error) == ("hello", None)


@pytest.mark.parametrize("end", [b"data: [DONE]", b"data: [DONE]\n", b"data: [DONE]\r\n\r\n", b"data: [DONE]\r\r"])
def test_the_last_event_may_lack_its_blank_line(user: User, gateway: FakeGateway, end: bytes) -> None:
    gateway.respond_sse([*CHUNKS, end], done=None)
    events, error = user.stream()
    assert len(events) == 3
    assert error is None


def test_a_last_chunk_without_its_blank_line_is_not_lost(user: User, gateway: FakeGateway) -> None:
    last = b"data: " + json.dumps(CHUNKS[2]).encode()
    gateway.respond_sse([*CHUNKS[:2], last], done=None)
    events, error = user.stream()
    assert events[-1].choices[0].finish_reason == "stop"
    assert isinstance(error, onceward.StreamInterrupted)


def test_one_malformed_event_is_a_typed_error_after_what_was_sound(user: User, gateway: FakeGateway) -> None:
    gateway.respond_sse([CHUNKS[0], '{"id": ', CHUNKS[1]])
    events, error = user.stream()
    assert texts(events) == "he"
    assert isinstance(error, onceward.APIError)
    assert not isinstance(error, onceward.APIConnectionError)


def test_bytes_that_are_no_event_are_a_typed_error_or_no_event(user: User, gateway: FakeGateway) -> None:
    gateway.respond_sse(CHUNKS, fault=Fault(garbage_at=0, garbage=b"\xff\xfe\x00garbage\n\n"))
    events, error = user.stream()
    assert error is None
    assert texts(events) == "hello"


def test_a_stream_of_another_content_type_is_a_typed_error(user: User, gateway: FakeGateway) -> None:
    gateway.respond_sse(CHUNKS, fault=Fault(content_type="text/html"))
    events, error = user.stream(max_retries=0)
    assert events == []
    assert isinstance(error, onceward.ResponseShapeError)


# ---- silence


def test_a_silent_stream_ends_by_the_idle_clock(user: User, gateway: FakeGateway) -> None:
    first = len(sse_bytes(CHUNKS[:1])[0])
    gateway.respond_sse(CHUNKS, fault=Fault(stall_at=first))
    started = monotonic()
    events, error = user.stream(timeout=QUICK)
    assert monotonic() - started < 3
    assert texts(events) == "he"
    assert isinstance(error, onceward.APITimeoutError)
    assert "`idle`" in str(error)


def test_pings_do_not_keep_a_dead_stream_alive(user: User, gateway: FakeGateway) -> None:
    first = len(sse_bytes(CHUNKS[:1])[0])
    gateway.respond_sse(CHUNKS, fault=Fault(stall_at=first, pings=0.05))
    started = monotonic()
    events, error = user.stream(timeout=QUICK)
    assert monotonic() - started < 3
    assert texts(events) == "he"
    assert isinstance(error, onceward.APITimeoutError)
    assert "`idle`" in str(error)


def test_pings_before_the_first_event_do_not_either(user: User, gateway: FakeGateway) -> None:
    gateway.respond_sse(CHUNKS, fault=Fault(stall_at=0, pings=0.05))
    started = monotonic()
    events, error = user.stream(timeout=QUICK, max_retries=1)
    assert monotonic() - started < 5
    assert events == []
    assert isinstance(error, onceward.APITimeoutError)
    assert len(gateway.requests) == 2, [request.path for request in gateway.requests]


def test_no_answer_at_all_ends_by_the_first_byte_clock(user: User, gateway: FakeGateway) -> None:
    gateway.respond_json(completion(), fault=Fault(delay=5))
    quick = onceward.Timeout(first_byte=0.3)
    started = monotonic()
    with pytest.raises(onceward.APITimeoutError, match="`first_byte`"):
        user.create(timeout=quick, max_retries=0)
    assert monotonic() - started < 2


SLOW_HEAD = ["sync-httpx2", "async-httpx2", "sync-fast", "async-fast", "async-injected-httpx2", "async-injected-httpx"]


@pytest.mark.parametrize("name", SLOW_HEAD)
def test_a_head_that_drips_does_not_outlive_the_call(make_user: MakeUser, gateway: FakeGateway, name: str) -> None:
    user = make_user(name)
    gateway.respond_json(completion(), fault=Fault(drip=0.05))
    started = monotonic()
    with pytest.raises(onceward.APITimeoutError):
        user.create(timeout=onceward.Timeout(total=0.5), max_retries=0)
    assert monotonic() - started < 2


# ---- tools


def test_a_tool_call_without_an_index_does_not_break_the_helper(user: User, gateway: FakeGateway) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": '}}
    more = {"function": {"arguments": "1}"}}
    gateway.respond_sse([chunk(tool_calls=[call]), chunk(tool_calls=[more]), chunk(finish="tool_calls")])
    final = user.final()
    (made,) = final.choices[0].message.tool_calls
    assert (made.function.name, made.function.arguments) == ("add", '{"a": 1}')


# ---- the caller's own exceptions, processes, loops, secrets


SYNC = ["sync-httpx2", "sync-fast", "sync-injected-httpx2", "sync-injected-httpx"]


class SoftLimit(Exception):
    """The exception that a task queue raises in a signal handler."""


@pytest.mark.parametrize("name", SYNC)
@pytest.mark.parametrize("phase", ["head", "stream", "sleep"])
def test_an_exception_of_a_signal_handler_passes_through_at_once(
    make_user: MakeUser, gateway: FakeGateway, name: str, phase: str
) -> None:
    """`fast` promises less before the answer begins: there it passes through when the answer does, and is not lost."""
    held = name == "sync-fast" and phase == "head"

    def handler(_number: int, _frame: object) -> None:
        raise SoftLimit

    user = make_user(name)
    if phase == "head":
        gateway.respond_json(completion(), fault=Fault(delay=1 if held else 10))
    elif phase == "stream":
        gateway.respond_sse(CHUNKS, fault=Fault(stall_at=0))
    else:
        gateway.respond_error(429, headers={"Retry-After": "10"})
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    started = monotonic()
    try:
        with pytest.raises(SoftLimit):
            list(user.create(stream=phase == "stream"))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert (0.9 if held else 0.2) < monotonic() - started < 2
    assert len(asked(gateway)) == 1


def test_every_error_of_the_table_pickles(user: User, gateway: FakeGateway) -> None:
    gateway.respond_error(429, "slow down", type="rate_limit_error", headers={"Retry-After": "300"}, times=1)
    gateway.respond_sse(CHUNKS[:2], done=None, times=1)
    gateway.respond_bytes(HTML, content_type="text/html", times=1)
    errors: list[Exception] = []
    for streaming in (False, True, False):
        _, error = user.stream() if streaming else ([], None)
        if not streaming:
            with pytest.raises(onceward.APIError) as caught:
                user.create()
            error = caught.value
        assert error is not None
        errors.append(error)
    for error in errors:
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert again.request_id == error.request_id
        assert again.status_code == error.status_code


@pytest.mark.parametrize("library", ["httpx2", "fast"])
def test_one_asynchronous_client_in_several_event_loops(gateway: FakeGateway, library: str) -> None:
    gateway.respond_json(completion())
    client = onceward.AsyncOnceward(base_url=gateway.url, api_key="sk-x", transport=library)

    async def once() -> str:
        answer = await client.chat.completions.create(model="m", messages=MESSAGES)
        return str(answer.choices[0].message.content)

    assert [asyncio.run(once()) for _ in range(3)] == ["hello"] * 3
    assert len(gateway.requests) == 3


def test_the_key_is_in_no_attribute_repr_or_error(user: User, gateway: FakeGateway) -> None:
    canary = "sk-test-canary-0123456789"
    gateway.respond_error(401, "no", times=1)
    gateway.respond_sse(CHUNKS[:1], done=None)
    seen = [repr(user.client), str(vars(user.client)), str(user.client)]
    with pytest.raises(onceward.AuthenticationError) as caught:
        user.create()
    _, error = user.stream()
    for failure in (caught.value, error):
        assert failure is not None
        seen += [str(failure), repr(failure), str(vars(failure)), str(pickle.dumps(failure))]
        seen += locals_of(failure)
    assert gateway.requests[0].header("authorization") == f"Bearer {canary}"
    assert not [text for text in seen if canary in text]


def locals_of(error: BaseException) -> list[str]:
    """The locals of every frame of a traceback and its causes, as a crash reporter prints them."""
    found: list[str] = []
    current: BaseException | None = error
    while current is not None:
        trace = current.__traceback__
        while trace is not None:
            if "/tests/" not in trace.tb_frame.f_code.co_filename:
                found += [repr(value) for value in trace.tb_frame.f_locals.values()]
            trace = trace.tb_next
        current = current.__cause__ or current.__context__
    return found


def test_waiting_for_a_connection_that_unread_streams_hold_names_the_clock_and_the_numbers(
    gateway: FakeGateway,
) -> None:
    import httpx2

    gateway.respond_sse(CHUNKS, fault=Fault(stall_at=0))
    with httpx2.Client(limits=httpx2.Limits(max_connections=2)) as own:
        client = onceward.Onceward(base_url=gateway.url, api_key="sk-x", http_client=own, cancel_abandoned=False)
        held = [client.chat.completions.create(model="m", messages=MESSAGES, stream=True) for _ in range(2)]
        with pytest.raises(onceward.APITimeoutError, match=r"`pool`.*2 active"):
            client.chat.completions.create(
                model="m", messages=MESSAGES, timeout=onceward.Timeout(pool=0.2), max_retries=0
            )
        for stream in held:
            stream.close()


class Answer(pydantic.BaseModel):
    number: int


def test_a_parsed_answer_dumps_without_a_warning(user: User, gateway: FakeGateway) -> None:
    gateway.respond_json(completion('{"number": 4}'))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parsed = user.run(user.client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Answer))
        assert parsed.parsed == Answer(number=4)
        dumped = parsed.model_dump() if hasattr(parsed, "model_dump") else parsed.completion.model_dump()
    assert dumped


def test_a_stream_over_another_that_failed_can_be_opened(user: User, gateway: FakeGateway) -> None:
    """Error answers on streaming calls give their connections back."""
    gateway.respond_error(429, headers={"Retry-After": "300"}, times=20)
    gateway.respond_sse(CHUNKS)
    for _ in range(20):
        with pytest.raises(onceward.RateLimitError):
            user.create(stream=True)
    events, error = user.stream()
    assert (texts(events), error) == ("hello", None)
    assert gateway.connections < 10  # The fast transport opens another where a call comes before the last was put back.


def test_retries_sleep_on_the_clock_that_was_given(make_user: MakeUser, gateway: FakeGateway) -> None:
    clock = ManualClock(auto=True)
    gateway.respond_error(503, times=2)
    gateway.respond_json(completion())
    for name in ("sync-httpx2", "async-fast"):
        gateway.reset()
        gateway.respond_error(503, headers={"Retry-After": "7"}, times=2)
        gateway.respond_json(completion())
        user = make_user(name, clock=clock)
        assert user.create().choices[0].message.content == "hello"
    assert clock.slept == [7, 7, 7, 7]
