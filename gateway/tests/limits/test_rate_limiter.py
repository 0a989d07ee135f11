"""No minute ever holds more than a limit allows, however its calls lie."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.principal import Bound, ModelBudget
from onceward_gateway.ratelimit.limiter import RateLimiter
from onceward_gateway.ratelimit.window import Window


class Clock:
    """A clock that does not move."""

    def time(self) -> float:
        return 1000.0

    def monotonic(self) -> float:
        return 1000.0

    async def sleep(self, seconds: float) -> None:
        """Nobody waits."""


KEY = Bound("key", "k", "key 'k'", rpm_limit=5, tpm_limit=100, max_parallel_requests=2)


@given(st.lists(st.tuples(st.floats(0, 40), st.integers(1, 4)), max_size=60), st.integers(1, 12))
def test_no_minute_holds_more(steps: list[tuple[float, int]], most: int) -> None:
    window, now, let_in = Window(), 1000.0, list[tuple[float, int]]()
    for wait, amount in steps:
        now += wait
        if window.used(now) + amount <= most:
            window.add(now, amount)
            let_in.append((now, amount))
        else:
            back = window.wait(now, most - amount)
            if amount <= most:
                assert copy.deepcopy(window).used(now + back) + amount <= most
    for start, _ in let_in:
        assert sum(amount for at, amount in let_in if start <= at < start + 60) <= most


@given(st.lists(st.tuples(st.floats(0, 40), st.integers(0, 4), st.booleans()), max_size=20))
def test_a_window_is_reset_when_nothing_is_left_in_it(steps: list[tuple[float, int, bool]]) -> None:
    window, now = Window(), 1000.0
    for wait, amount, is_withdrawn in steps:
        now += wait
        window.used(now)
        step = window.add(now, amount)
        if is_withdrawn:
            window.correct(step, -amount)
        assert window.reset(now) == window.wait(now, 0)


async def test_tokens_are_corrected_by_what_was_used() -> None:
    pace = RateLimiter(Clock())
    first = await pace.enter((KEY,), "m", 90)
    assert first is not None
    with pytest.raises(ApiError) as refusal:
        await pace.enter((KEY,), "m", 20)
    assert refusal.value.code == "tokens_per_minute_exceeded"
    first.settle(10)
    second = await pace.enter((KEY,), "m", 20)
    assert second is not None
    assert dict(second.headers)["x-ratelimit-remaining-tokens"] == "70"


async def test_one_call_alone_may_use_all_of_it() -> None:
    assert await RateLimiter(Clock()).enter((KEY,), "m", 5000) is not None


async def test_a_call_that_was_not_made_counts_for_nothing() -> None:
    clock = Clock()
    pace = RateLimiter(clock)
    for _ in range(20):
        entered = await pace.enter((KEY,), "m", 100)
        assert entered is not None
        entered.withdraw()


async def test_limits_of_a_model_are_its_own() -> None:
    bound = Bound(
        "team", "t", "team 't'", model_rpm_limit={"gpt-*": 1}, model_max_budget={"o3": ModelBudget(rpm_limit=0)}
    )
    pace = RateLimiter(Clock())
    assert await pace.enter((bound,), "other", 1) is None
    assert await pace.enter((bound,), "gpt-4o", 1) is not None
    with pytest.raises(ApiError) as refusal:
        await pace.enter((bound,), "gpt-4o-mini", 1)
    assert "team 't' for the model 'gpt-*'" in refusal.value.message
    with pytest.raises(ApiError):
        await pace.enter((bound,), "o3", 1)


async def test_all_limits_or_none() -> None:
    clock = Clock()
    pace = RateLimiter(clock)
    narrow = Bound("user", "u", "user 'u'", rpm_limit=1)
    assert await pace.enter((KEY, narrow), "m", 1) is not None
    for _ in range(10):
        with pytest.raises(ApiError):
            await pace.enter((KEY, narrow), "m", 1)
    assert await pace.enter((KEY,), "m", 1) is not None
