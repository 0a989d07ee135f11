"""The failures that are retried, the delays, and the ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import onceward
from onceward._core.breaker import CircuitBreaker
from onceward._core.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    CircuitOpen,
    ConflictError,
    RateLimitError,
)
from onceward._core.options import Timeout
from onceward._core.retry import RetryBudget, RetryEvent
from onceward._core.wire import ConnectFailed, ConnectTimedOut, PoolTimedOut, ReadFailed, ReadTimedOut, WriteFailed

from .rig import COMPLETION, Reply, Rig

Make = Callable[..., Rig]
OK = Reply(body=COMPLETION)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_passing_failures_are_retried_with_one_key_and_one_id(rig: Make, status: int) -> None:
    r = rig([Reply(status), Reply(status), OK])
    result = r.create()
    assert [r.header("x-retry-count", at) for at in range(3)] == [None, "1", "2"]
    keys = {r.header("idempotency-key", at) for at in range(3)}
    assert keys == {result._idempotency_key}
    assert len({r.header("x-request-id", at) for at in range(3)}) == 1
    assert result._attempts == 3
    assert r.clock.slept == [0.25, 0.5]  # 0.5 s doubled, times the jitter's one half
    assert len({r.requests[at].body for at in range(3)}) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_lasting_failures_are_not(rig: Make, status: int) -> None:
    r = rig([Reply(status, {"error": {"message": "no"}})])
    with pytest.raises(APIStatusError) as caught:
        r.create()
    assert caught.value.attempts == 1
    assert caught.value.idempotency_key == r.header("idempotency-key")


@pytest.mark.parametrize(
    "error",
    [ConnectFailed("x"), ConnectTimedOut("x"), PoolTimedOut("x"), WriteFailed("x"), ReadFailed("x"), ReadTimedOut("x")],
)
def test_transport_failures_are_retried(rig: Make, error: Exception) -> None:
    r = rig([Reply(error=error), Reply(chunks=[b'{"id"', ReadFailed("cut")]), OK])
    assert r.create()._attempts == 3


@pytest.mark.parametrize(
    ("error", "requests"),
    [
        (ConnectFailed("x"), 3),
        (PoolTimedOut("x"), 3),
        (ReadFailed("x"), 1),
        (WriteFailed("x"), 1),
        (ReadTimedOut("x"), 1),
    ],
)
def test_without_a_key_only_what_was_never_sent_is_repeated(rig: Make, error: Exception, requests: int) -> None:
    r = rig(lambda _: Reply(error=error))
    with pytest.raises(APIConnectionError):
        r.create(idempotency_key=None)
    assert len(r.requests) == requests
    assert r.header("idempotency-key") is None


@pytest.mark.parametrize(("status", "requests"), [(409, 3), (429, 1), (500, 1)])
def test_without_a_key_a_conflict_is_the_one_status_retried(rig: Make, status: int, requests: int) -> None:
    r = rig(lambda _: Reply(status))
    with pytest.raises(APIStatusError):
        r.create(idempotency_key=None)
    assert len(r.requests) == requests


def test_reads_need_no_key(rig: Make) -> None:
    page = {"object": "list", "data": [], "has_more": False}
    r = rig([Reply(500), Reply(error=ReadFailed("x")), Reply(body=page)])
    r.run(lambda client: client.files.list())
    assert r.header("idempotency-key") is None


def test_the_server_decides_with_x_should_retry(rig: Make) -> None:
    r = rig([Reply(500, headers={"x-should-retry": "false"})])
    with pytest.raises(APIStatusError):
        r.create()
    r = rig([Reply(400, headers={"x-should-retry": "true"}), OK])
    assert r.create()._attempts == 2


def test_a_key_used_for_another_body_is_not_retried(rig: Make) -> None:
    r = rig([Reply(409, {"error": {"message": "m", "code": "idempotency_key_reused"}})])
    with pytest.raises(ConflictError):
        r.create(idempotency_key="mine")
    assert r.header("idempotency-key") == "mine"


def test_retry_after_is_honoured_up_to_the_cap(rig: Make) -> None:
    r = rig([Reply(429, headers={"retry-after": "20"}), OK])
    r.create()
    assert r.clock.slept == [20.0]
    r = rig([Reply(429, headers={"retry-after": "300"})])
    with pytest.raises(RateLimitError) as caught:
        r.create()
    assert (caught.value.retry_after, r.clock.slept) == (300.0, [])
    assert "300 s" in str(caught.value)


def test_total_covers_retries_and_sleeps(rig: Make) -> None:
    r = rig(
        lambda _: Reply(503, takes=2.0),
        timeout=Timeout(total=5.0),
        max_retries=9,
        random=type("One", (), {"random": lambda _: 1.0})(),
    )
    with pytest.raises(APIStatusError):
        r.create()
    assert r.clock.now - 1000.0 <= 5.0
    r = rig([Reply(429, headers={"retry-after": "30"})], timeout=10)
    with pytest.raises(RateLimitError):
        r.create()
    assert r.clock.slept == []


def test_clocks_are_cut_to_what_is_left_of_total(rig: Make) -> None:
    r = rig([Reply(503, takes=3.0), OK], timeout=Timeout(total=10.0))
    r.create()
    assert r.requests[0].timeouts.first_byte == 10.0
    left = r.requests[1].timeouts
    assert left.first_byte == pytest.approx(6.75)
    assert left.connect == pytest.approx(6.75)


def test_a_timeout_names_its_clock(rig: Make) -> None:
    r = rig(lambda _: Reply(error=ReadTimedOut("")), max_retries=0, timeout=Timeout(first_byte=7.0))
    with pytest.raises(APITimeoutError, match=r"within 7 s, the `first_byte` clock") as caught:
        r.create()
    assert caught.value.clock == "first_byte"


def test_retries_end_and_the_error_tells_how_many(rig: Make) -> None:
    r = rig(lambda _: Reply(500), max_retries=4)
    with pytest.raises(APIStatusError, match="5 attempts"):
        r.create()
    r = rig(lambda _: Reply(500))
    with pytest.raises(APIStatusError):
        r.create(max_retries=0)
    assert len(r.requests) == 1


def test_the_hook_hears_of_each_retry(rig: Make) -> None:
    heard: list[RetryEvent] = []
    r = rig([Reply(500), OK], on_retry=heard.append)
    r.create()
    assert [(event.retry, event.delay, event.error.status_code) for event in heard] == [(1, 0.25, 500)]


class Impatient(Exception):
    """The exception that a job runner throws into a call from a signal handler."""


def test_the_callers_exceptions_pass_through(rig: Make) -> None:
    r = rig([Reply(error=Impatient())])
    with pytest.raises(Impatient):
        r.create()
    r = rig([Reply(chunks=[b"{", Impatient()])])
    with pytest.raises(Impatient):
        r.create()
    assert r.responses[0].closed


def test_an_outage_is_not_multiplied(rig: Make) -> None:
    r = rig(lambda _: Reply(500), max_retries=2)
    for _ in range(60):
        with pytest.raises(APIStatusError):
            r.run(lambda client: client.files.retrieve("f"))
    assert len(r.requests) == 60 + 100  # 500 tokens at 5 a retry


def test_the_budget_fills_again() -> None:
    budget = RetryBudget()
    assert [budget.take(timeout=True) for _ in range(51)] == [10] * 50 + [0]
    budget.give(5)
    assert budget.take(timeout=False) == 5


def test_the_breaker_opens_and_closes(rig: Make) -> None:
    replies = [Reply(500)] * 5 + [OK, OK, OK]
    r = rig(replies, circuit_breaker=CircuitBreaker(failures=5, seconds=60, successes=2), max_retries=0)
    for _ in range(5):
        with pytest.raises(APIStatusError):
            r.create()
    with pytest.raises(CircuitOpen, match="60 s") as caught:
        r.create()
    assert (caught.value.code, len(r.requests)) == ("CIRCUIT_OPEN", 5)
    r.clock.now += 61
    for _ in range(3):
        r.create()
    assert len(r.requests) == 8


def test_redirects_lose_the_credentials_at_another_origin(rig: Make) -> None:
    def answer(request: Any) -> Reply:
        if request.url.startswith("http://gateway.test"):
            return Reply(307, headers={"location": "http://elsewhere.test/v1/chat/completions"})
        return OK

    r = rig(answer, api_key="sk-secret-123456", provider_keys={"openai": "sk-other-123456"})
    r.create(model="openai/gpt")
    assert r.header("authorization", 0) == "Bearer sk-secret-123456"
    assert r.header("x-provider-key-openai", 0) == "sk-other-123456"
    assert r.header("authorization", 1) is None
    assert r.header("x-provider-key-openai", 1) is None
    assert r.header("idempotency-key", 1) == r.header("idempotency-key", 0)
    assert r.requests[1].method == "POST"


@pytest.mark.parametrize("name", ["apikey", "X-Auth", "X-Password", "X-Session", "Proxy-Authorization", "Cookie2"])
def test_a_header_that_may_be_a_secret_stays_at_its_origin(rig: Make, name: str) -> None:
    r = rig([Reply(307, headers={"location": "//elsewhere.test/v1/chat/completions"}), OK])
    r.create(extra_headers={name: "s3cret", "X-Trace": "t"})
    assert r.header(name, 0) == "s3cret"
    assert r.header(name, 1) is None
    assert r.header("x-trace", 1) == "t"


@pytest.mark.parametrize(
    "location",
    ["http://[::x", "http://elsewhere.test:port/", "http://u:p@elsewhere.test/", "ftp://x/", "/a b", "//a..b/"],
)
def test_a_redirect_to_no_address_is_a_typed_error(rig: Make, location: str) -> None:
    r = rig([Reply(307, headers={"location": location})])
    with pytest.raises(onceward.APIError, match="is not a valid URL") as caught:
        r.create()
    assert repr(location) in str(caught.value)
    assert caught.value.status_code == 307


@pytest.mark.parametrize(
    "second", [Reply(403), *(Reply(error=one) for one in (ConnectFailed("x"), ReadTimedOut("x"), ReadFailed("x")))]
)
def test_a_failure_after_a_redirect_names_where_it_led(rig: Make, second: Any) -> None:
    r = rig([Reply(307, headers={"location": "http://elsewhere.test/v1/chat/completions"}), second], max_retries=0)
    with pytest.raises(onceward.APIError, match=r"redirected to http://elsewhere\.test/v1/chat") as caught:
        r.create()
    if isinstance(second.error, ConnectFailed):
        assert "no connection to elsewhere.test:" in str(caught.value)


def test_a_redirect_that_would_turn_a_post_into_a_get_is_an_error(rig: Make) -> None:
    r = rig([Reply(301, headers={"location": "https://gateway.test/v1/chat/completions"})])
    with pytest.raises(Exception, match="set `base_url` to where it leads"):
        r.create()
