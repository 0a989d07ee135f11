"""Time turned by hand, in threads and in tasks."""

from __future__ import annotations

import asyncio
import threading

import pytest

from onceward.testing import FixedRandom, ManualClock


def test_a_sleeping_thread_wakes_when_the_clock_is_turned_far_enough() -> None:
    clock = ManualClock(start=10.0, date=1000.0)
    woke = threading.Event()

    def sleeper() -> None:
        clock.sleep(5)
        woke.set()

    thread = threading.Thread(target=sleeper)
    thread.start()
    clock.wait_for_sleepers()
    assert clock.waiting == [5]
    clock.advance(4.5)
    assert clock.waiting == [0.5]
    assert not woke.wait(0.05)
    clock.advance(0.5)
    assert woke.wait(2)
    thread.join()
    assert (clock.monotonic(), clock.time(), clock.waiting, clock.slept) == (15.0, 1005.0, [], [5])


async def test_tasks_wake_in_the_order_of_their_deadlines() -> None:
    clock = ManualClock()
    order: list[float] = []

    async def sleeper(seconds: float) -> None:
        await clock.asleep(seconds)
        order.append(seconds)

    tasks = [asyncio.create_task(sleeper(seconds)) for seconds in (3.0, 1.0, 2.0)]
    await clock.await_sleepers(3)
    while clock.waiting:
        clock.advance_to_next()
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)
    assert order == [1.0, 2.0, 3.0]


async def test_a_cancelled_sleep_is_forgotten() -> None:
    clock = ManualClock()
    task = asyncio.create_task(clock.asleep(5))
    await clock.await_sleepers()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert clock.waiting == []
    with pytest.raises(RuntimeError, match="no sleeper"):
        clock.advance_to_next()


async def test_an_automatic_clock_turns_itself() -> None:
    clock = ManualClock(auto=True)
    clock.sleep(2)
    await clock.asleep(3)
    assert (clock.monotonic(), clock.slept) == (5, [2, 3])


def test_time_does_not_run_back() -> None:
    with pytest.raises(ValueError, match="-1"):
        ManualClock().advance(-1)


def test_waiting_for_a_sleeper_that_does_not_come_ends() -> None:
    with pytest.raises(TimeoutError, match="0 of 1"):
        ManualClock().wait_for_sleepers(within=0.01)


def test_chance_in_turn() -> None:
    dice = FixedRandom([0.0, 1.0])
    assert [dice.random() for _ in range(3)] == [0.0, 1.0, 0.0]
    with pytest.raises(ValueError, match="empty"):
        FixedRandom([])
