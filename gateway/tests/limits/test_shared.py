"""Limits counted in Redis give the verdicts of one process, to all nodes together."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.principal import Bound
from onceward_gateway.core.urls import StoreUrl
from onceward_gateway.ratelimit.limiter import Permit, RateLimiter
from onceward_gateway.ratelimit.shared_counters import SharedCounters
from onceward_gateway.redis.address import address_of
from onceward_gateway.redis.client import Redis


class Clock:
    """A clock that a test turns."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now
        self.slept = asyncio.Event()

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.01)


class Node:
    """The limits of one node."""

    def __init__(
        self, url: str, prefix: str, clock: Clock, redis_failure_mode: Any = "open", lease: float = 15.0
    ) -> None:
        self.redis = Redis(address_of(StoreUrl(url)), prefix=prefix)
        self.shared = SharedCounters(self.redis, clock, now=lambda: clock.now, lease_seconds=lease)
        self.pace = RateLimiter(clock, self.shared, redis_failure_mode=redis_failure_mode)

    async def enter(self, *bounds: Bound, tokens: int = 1, model: str = "m") -> Permit:
        entered = await self.pace.enter(bounds, model, tokens)
        assert entered is not None
        return entered

    async def refused(self, *bounds: Bound, tokens: int = 1, model: str = "m") -> ApiError:
        with pytest.raises(ApiError) as refused:
            await self.pace.enter(bounds, model, tokens)
        return refused.value


@pytest.fixture
async def nodes() -> AsyncIterator[Callable[..., Any]]:
    """Make nodes of one gateway."""
    made: list[Node] = []
    prefix = f"test:{uuid.uuid4().hex}:"

    async def make(url: str, clock: Clock, **options: Any) -> Node:
        made.append(Node(url, prefix, clock, **options))
        await made[-1].redis.start()
        return made[-1]

    yield make
    for node in made:
        await node.redis.stop()


# -- equal to one process

BOUNDS = (
    Bound("key", "k", "key 'k'", rpm_limit=3, tpm_limit=100, max_parallel_requests=3),
    Bound("team", "t:x", "team 't:x'", tpm_limit=150, model_rpm_limit={"gpt-*": 2, "o%": 0}, rpd_limit=4),
    Bound("user", "u", "user 'u'", burst=2, max_parallel_requests=4, rpm_limit=0, model_tpm_limit={"gpt-4": 40}),
    Bound("organization", "ü", "organization 'ü'", burst=3, rpm_limit=4, rpd_limit=6),
)
# Around the edges of windows, and anywhere.
WAITS = st.one_of(
    st.sampled_from([0.25, 0.5, 1.0, 2.0, 59.0, 59.5, 60.0, 60.5, 61.0, 86_100.0, 86_400.0, 86_700.0]), st.floats(0, 90)
)
TOKENS = st.sampled_from([0, 1, 20, 45, 100, 300])
ENTER = st.tuples(
    st.sampled_from([(0,), (1,), (3,), (0, 1), (0, 3), (2,), (0, 1, 2, 3)]),
    st.sampled_from(["m", "m", "gpt-4", "o%"]),
    TOKENS,
    st.integers(1, 5),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), WAITS),
        st.tuples(st.just("enter"), ENTER),
        st.tuples(st.just("enter"), ENTER),
        st.tuples(st.just("settle"), st.tuples(st.integers(0, 9), TOKENS)),
        st.tuples(st.just("withdraw"), st.tuples(st.integers(0, 9), st.just(0))),
    ),
    min_size=4,
    max_size=50,
)


@settings(max_examples=400, deadline=None)
@given(steps=STEPS, start=st.sampled_from([1_000_000.0, 1_000_000.5, 1_000_199.75]))
def test_redis_and_one_process_give_the_same_verdicts(shared_redis: Any, steps: Any, start: float) -> None:
    """For any calls at any times: who gets in, what the headers say, and what a refusal names and how long it lasts."""
    asyncio.run(_both(shared_redis.url, steps, start))


async def _both(url: str, steps: Any, start: float) -> None:
    clock = Clock(start)
    alone = RateLimiter(clock)
    # Leases do not belong to one process: they remain here.
    node = Node(url, f"test:{uuid.uuid4().hex}:", clock, lease=1e9)
    await node.redis.start()
    running: list[tuple[Permit | None, Permit | None]] = []
    try:
        for step, what in steps:
            if step == "wait":
                clock.now += what
            elif step == "enter":
                chosen, model, tokens, times = what
                bounds = tuple(BOUNDS[one] for one in chosen)
                for _ in range(times):
                    one = await _verdict(alone, bounds, model, tokens)
                    other = await _verdict(node.pace, bounds, model, tokens)
                    assert one[0] == other[0]
                    running.append((one[1], other[1]))
            elif running:
                for entered in running.pop(what[0] % len(running)):
                    if entered is not None and step == "settle":
                        entered.settle(what[1])
                    elif entered is not None:
                        entered.withdraw()
        assert node.redis.losses == 0
    finally:
        await node.redis.stop()


async def _verdict(pace: RateLimiter, bounds: tuple[Bound, ...], model: str, tokens: int) -> tuple[Any, Permit | None]:
    try:
        entered = await pace.enter(bounds, model, tokens)
    except ApiError as error:
        return (error.status, error.code, error.message, error.retry_after, error.extra, error.all_headers()), None
    return (None, None) if entered is None else (entered.headers, entered)


# -- together

KEY = Bound("key", "k", "key 'k'", rpm_limit=10, tpm_limit=1000)


async def test_nodes_count_together(shared_redis: Any, nodes: Any) -> None:
    clock = Clock()
    made = [await nodes(shared_redis.url, clock) for _ in range(3)]
    for number in range(10):
        entered = await made[number % 3].enter(KEY)
        assert dict(entered.headers)["x-ratelimit-remaining-requests"] == str(9 - number)
    for node in made:
        refused = await node.refused(KEY)
        assert refused.status == 429
        assert (refused.code, refused.retry_after) == ("requests_per_minute_exceeded", 61.0)
    clock.now += 61
    await made[2].enter(KEY)


async def test_no_minute_holds_more_when_many_ask_at_once(shared_redis: Any, nodes: Any) -> None:
    made = [await nodes(shared_redis.url, Clock()) for _ in range(4)]
    verdicts = await asyncio.gather(
        *[node.pace.enter((KEY,), "m", 10) for _ in range(50) for node in made], return_exceptions=True
    )
    assert sum(isinstance(verdict, Permit) for verdict in verdicts) == 10
    assert sum(isinstance(verdict, ApiError) for verdict in verdicts) == 190


async def test_used_tokens_count_on_all_nodes(shared_redis: Any, nodes: Any) -> None:
    clock = Clock()
    first, second = [await nodes(shared_redis.url, clock) for _ in range(2)]
    entered = await first.enter(KEY, tokens=900)
    refused = await second.refused(KEY, tokens=200)
    assert refused.code == "tokens_per_minute_exceeded"
    entered.settle(300)
    # The node itself knows immediately, the other after a notification by Redis.
    assert dict((await first.enter(KEY, tokens=200)).headers)["x-ratelimit-remaining-tokens"] == "500"
    assert dict((await second.enter(KEY, tokens=500)).headers)["x-ratelimit-remaining-tokens"] == "0"


async def test_usage_reported_after_its_minute_changes_nothing(shared_redis: Any, nodes: Any) -> None:
    clock = Clock()
    node = await nodes(shared_redis.url, clock)
    first = await node.enter(KEY, tokens=400)
    clock.now += 30
    await node.enter(KEY, tokens=100)
    clock.now += 31
    await node.enter(KEY, tokens=10)
    first.settle(0)
    left = dict((await node.enter(KEY, tokens=20)).headers)
    assert left["x-ratelimit-remaining-tokens"] == "870"


ALONE = Bound("team", "t", "team 't'", max_parallel_requests=1)


async def test_an_ended_call_frees_its_parallel_slot_at_once(shared_redis: Any, nodes: Any) -> None:
    node = await nodes(shared_redis.url, Clock())
    for _ in range(50):
        entered = await node.enter(ALONE)
        assert (await node.refused(ALONE)).code == "parallelrequests_exceeded"
        entered.settle(5)


async def test_calls_at_the_same_time_are_those_of_all_nodes(shared_redis: Any, nodes: Any) -> None:
    first, second = [await nodes(shared_redis.url, Clock()) for _ in range(2)]
    entered = await first.enter(ALONE)
    refused = await second.refused(ALONE)
    assert (refused.code, refused.retry_after) == ("parallelrequests_exceeded", 1.0)
    entered.settle(1)
    await first.enter(KEY)
    await second.enter(ALONE)


async def test_a_dead_node_does_not_keep_its_calls_for_ever(shared_redis: Any, nodes: Any) -> None:
    clock = Clock()
    dead, alive = [await nodes(shared_redis.url, clock) for _ in range(2)]
    await dead.enter(ALONE)
    await dead.redis.stop()
    clock.now += 14.9
    await alive.refused(ALONE)
    clock.now += 0.2
    await alive.enter(ALONE)


async def test_a_long_call_keeps_its_parallel_slot(shared_redis: Any, nodes: Any) -> None:
    clock = Clock()
    first, second = [await nodes(shared_redis.url, clock) for _ in range(2)]
    entered = await first.enter(ALONE)
    for _ in range(10):
        clock.now += 10
        first.shared.renew()
        await first.enter(KEY)
        await second.refused(ALONE)
        clock.now += 1
    entered.settle(1)
    first.shared.renew()
    await first.enter(Bound("key", "other", "key 'other'", rpm_limit=5))
    await second.enter(ALONE)


async def test_leases_are_renewed_by_themselves(shared_redis: Any, nodes: Any) -> None:
    clock = Clock()
    first, second = [await nodes(shared_redis.url, clock) for _ in range(2)]
    await first.enter(ALONE)
    keeping = asyncio.create_task(first.shared.keep())
    clock.now += 14
    (key,) = [limit.key for limit in first.pace._plan((ALONE,), "m")]
    async with asyncio.timeout(5):
        ends = 0.0
        while ends < clock.now + 14:
            await asyncio.sleep(0.01)
            ends = float((await second.redis.ask("ZRANGE", f"{first.redis.prefix}pace:{key}", 0, 0, "WITHSCORES"))[1])
    clock.now += 14
    await second.refused(ALONE)
    keeping.cancel()


async def test_all_limits_or_none(shared_redis: Any, nodes: Any) -> None:
    first, second = [await nodes(shared_redis.url, Clock()) for _ in range(2)]
    narrow = Bound("user", "u", "user 'u'", rpm_limit=1)
    await first.enter(KEY, narrow, ALONE)
    for _ in range(20):
        await second.refused(KEY, narrow, ALONE)
    assert dict((await second.enter(KEY)).headers)["x-ratelimit-remaining-requests"] == "8"


async def test_a_request_cancelled_while_it_enters_is_not_counted(shared_redis: Any, nodes: Any) -> None:
    first, second = [await nodes(shared_redis.url, Clock()) for _ in range(2)]
    for _ in range(20):
        entering = asyncio.create_task(first.enter(KEY, ALONE))
        await asyncio.sleep(0)
        entering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await entering
    await first.redis.ask("PING")
    entered = await first.enter(KEY, ALONE)
    assert dict(entered.headers)["x-ratelimit-remaining-requests"] == "9"
    entered.withdraw()
    await first.redis.ask("PING")
    await second.enter(ALONE)


async def test_a_redis_clock_set_back_does_not_block_callers(shared_redis: Any, nodes: Any) -> None:
    clock = Clock()
    node = await nodes(shared_redis.url, clock)
    for _ in range(10):
        await node.enter(KEY)
    clock.now -= 30
    refused = await node.refused(KEY)
    assert 0 < (refused.retry_after or 0) <= 91
    clock.now -= 10_000
    await node.enter(KEY)


async def test_nothing_stays_in_redis(shared_redis: Any, nodes: Any) -> None:
    node = await nodes(shared_redis.url, Clock())
    daily = Bound("key", "d", "key 'd'", rpd_limit=5, burst=3)
    for bounds in ((KEY,), (ALONE,), (daily,)):
        (await node.enter(*bounds)).settle(3)
    await node.redis.ask("PING")
    keys = await node.redis.ask("KEYS", node.redis.prefix + "*")
    assert len(keys) == 4
    ends = [await node.redis.ask("PTTL", key) for key in keys]
    assert all(0 < end <= 290 * 300 * 1000 for end in ends), dict(zip(keys, ends, strict=True))


# -- Redis away


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while True:
            if condition():
                return
            await asyncio.sleep(0.005)


async def test_open_mode_counts_per_node_from_the_last_known_counts(redis_server: Any, nodes: Any) -> None:
    first, second = [await nodes(redis_server.url, Clock()) for _ in range(2)]
    for _ in range(4):
        await first.enter(KEY)
    redis_server.kill()
    await until(lambda: not (first.redis.available or second.redis.available))
    for _ in range(6):
        await first.enter(KEY)
    refused = await first.refused(KEY)
    assert refused.code == "requests_per_minute_exceeded"
    for _ in range(10):
        await second.enter(KEY)
    await second.refused(KEY)
    redis_server.start()
    await until(lambda: first.redis.available and second.redis.available)
    # The counts in Redis are lost: a new minute, counted together again.
    for number in range(10):
        await (first, second)[number % 2].enter(KEY)
    await first.refused(KEY)
    await second.refused(KEY)


async def test_closed_mode_refuses_only_limited_callers(redis_server: Any, nodes: Any) -> None:
    node = await nodes(redis_server.url, Clock(), redis_failure_mode="closed")
    await node.enter(KEY, ALONE)
    redis_server.kill()
    refused = await node.refused(KEY, ALONE)
    assert (refused.status, refused.code, refused.retry_after) == (503, "limits_unavailable", 1.0)
    assert "the key 'k'" in refused.message
    assert await node.pace.enter((), "m", 1) is None
    assert await node.pace.enter((Bound("key", "free", "key 'free'", max_budget=5),), "m", 1) is None
    redis_server.start()
    await until(lambda: node.redis.available)
    await node.enter(KEY)


async def test_calls_that_run_over_an_outage_are_members_again(redis_server: Any, nodes: Any) -> None:
    first, second = [await nodes(redis_server.url, Clock()) for _ in range(2)]
    two = Bound("team", "t", "team 't'", max_parallel_requests=2)
    before = await first.enter(two)
    redis_server.kill()
    await until(lambda: not (first.redis.available or second.redis.available))
    during = await second.enter(two)
    redis_server.start()
    await until(lambda: first.redis.available and second.redis.available)
    await first.enter(KEY)
    await second.enter(KEY)
    await first.refused(two)
    await second.refused(two)
    before.settle(1)
    during.settle(1)
    await first.enter(KEY)
    await second.enter(KEY)
    await first.enter(two)
    await second.enter(two)


async def test_a_call_ended_during_an_outage_frees_its_parallel_slot(redis_server: Any, nodes: Any) -> None:
    first, second = [await nodes(redis_server.url, Clock()) for _ in range(2)]
    entered = await first.enter(ALONE)
    # Only the node loses its connection; what Redis knows stays there.
    await second.redis.ask("CLIENT", "KILL", "ID", await first.redis.ask("CLIENT", "ID"))
    await until(lambda: not first.redis.available)
    entered.settle(1)
    await until(lambda: first.redis.available)
    await first.enter(KEY)
    await second.enter(ALONE)
