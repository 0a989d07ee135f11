"""Sums of weeks and months: the days of those that have ended, whenever a call is added to them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from onceward_gateway.billing import rollup_sql, usage_periods
from onceward_gateway.billing.report_period import Interval, Summed, end_of, split_period, start_of, with_longer_sums
from onceward_gateway.billing.usage_periods import UsagePeriods
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.principal import Principal
from onceward_gateway.db import Batch

from ..databases import on_postgres
from .kit import Bench

DAY = 86_400.0
ONE = Principal("k1", key_id="k1", team_id="t1")
OTHER = Principal("k2", key_id="k2", customer="shopper")
# A Wednesday; the month and the week end on the same day.
START = datetime(2026, 5, 27, 12, tzinfo=UTC).timestamp()
JUNE = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) // 3600


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.clock.now = START
    yield made
    made.close()


def call(bench: Bench, caller: Principal = ONE, *, days: float = 0.0, tags: tuple[str, ...] = ()) -> Any:
    """Make a call that takes so long, and return its ticket."""
    ticket = bench.enter(caller, tokens=50)
    ticket.tags = tags
    bench.clock.now += days * DAY + 2
    assert bench.finish(ticket, 7)
    return ticket


def calls(bench: Bench, count: int) -> None:
    for number in range(count):
        call(bench, (ONE, OTHER)[number % 2], tags=((), ("red", "blue"))[number // 2 % 2])
        bench.clock.now += 0.6 * DAY


def until(bench: Bench) -> dict[int, int]:
    return dict(bench.rows("SELECT step, summed_until FROM usage_period"))


def add_up(bench: Bench) -> int:
    return bench.act(UsagePeriods(bench.db, bench.clock).add_up())


def require_sums(bench: Bench) -> None:
    """Require that all weeks and months before their ends are exactly what their days add up to."""
    sums = ", ".join(rollup_sql.SUMS)
    days = bench.rows(f"SELECT kind, at, group_id, {sums} FROM usage_rollup WHERE step = 24")
    for step, end in until(bench).items():
        expected: dict[tuple[int, ...], list[int]] = {}
        for kind, at, group, *numbers in days:
            if at < end:
                found = expected.setdefault((kind, start_of(step, at), group), [0] * len(numbers))
                found[:] = map(sum, zip(found, numbers, strict=True))
        kept = bench.rows(f"SELECT kind, at, group_id, {sums} FROM usage_rollup WHERE step = ? AND at < ?", (step, end))
        assert {tuple(row[:3]): list(row[3:]) for row in kept} == expected


def test_ended_weeks_and_months_are_added_up(bench: Bench) -> None:
    assert add_up(bench) == 0
    calls(bench, 14)
    bench.clock.now = (JUNE + 47) * 3600
    assert add_up(bench) == 0
    bench.clock.now = (JUNE + 48) * 3600
    assert add_up(bench) == 2
    assert until(bench) == {rollup_sql.WEEK: JUNE, rollup_sql.MONTH: JUNE}
    require_sums(bench)
    assert {kind for (kind,) in bench.rows("SELECT kind FROM usage_rollup WHERE step = 168")} == {0, 1, 2, 3}
    assert add_up(bench) == 0
    bench.clock.now += 31 * DAY
    # Four weeks and June.
    assert add_up(bench) == 5
    require_sums(bench)


@pytest.mark.parametrize("withheld", [False, True])
def test_a_call_that_ends_late_is_in_the_sums(bench: Bench, withheld: bool) -> None:
    calls(bench, 6)
    late = bench.enter(OTHER, tokens=50)
    late.tags = ("red",)
    if withheld:
        assert bench.finish(late, 9)
    bench.clock.now += 40 * DAY
    add_up(bench)
    ends = until(bench)
    if withheld:
        batch = Batch()
        bench.ledger.billing.withhold(late.call, ApiError(503, "Away.", code="storage_unavailable"), batch)
        bench.act(bench.db.write_batch(batch))
    else:
        assert bench.finish(late, 9)
    # Nobody reads sums that have become wrong.
    assert until(bench) == {step: start_of(step, int(START // 3600)) for step in (rollup_sql.WEEK, rollup_sql.MONTH)}
    require_sums(bench)
    assert add_up(bench) > 2
    assert until(bench) == ends
    require_sums(bench)


@pytest.mark.skipif(on_postgres(), reason="On PostgreSQL, a transaction adds them up.")
def test_a_call_that_is_added_meanwhile_is_not_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    calls(bench, 6)
    late = bench.enter(OTHER, tokens=50)
    bench.clock.now += 3 * DAY
    monkeypatch.setattr(usage_periods, "_ROWS_AT_ONCE", 1)
    pauses = 0

    async def sleep(seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        if pauses == 3:
            assert await bench.node.finish(late, 9)

    monkeypatch.setattr(bench.clock, "sleep", sleep)
    assert add_up(bench) == 1
    assert until(bench) == {rollup_sql.WEEK: 0, rollup_sql.MONTH: JUNE}
    assert add_up(bench) == 1
    assert until(bench) == {rollup_sql.WEEK: JUNE, rollup_sql.MONTH: JUNE}
    require_sums(bench)


@pytest.mark.cluster
@pytest.mark.skipif(not on_postgres(), reason="Nodes share a database on PostgreSQL only.")
def test_nodes_that_add_up_at_once_do_it_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path, nodes=3)
    try:
        bench.clock.now = START
        calls(bench, 8)
        late = [bench.enter(OTHER, tokens=50) for _ in range(4)]
        bench.clock.now += 40 * DAY
        adding = [UsagePeriods(node.db, bench.clock).add_up() for node in bench.nodes]
        bench.all([*adding, *(bench.node.finish(ticket, 9) for ticket in late)])
        require_sums(bench)
        add_up(bench)
        require_sums(bench)
        assert min(until(bench).values()) > JUNE
    finally:
        bench.close()


def hours_of(ranges: Sequence[tuple[int, int, int]], interval: Interval) -> list[int]:
    """Return the hours of ranges; each sum must be in one interval."""
    found: list[int] = []
    for step, first, last in ranges:
        at = first
        while at < last:
            end = end_of(step, at) if step > 24 else at + step
            if step > 24:
                assert at == start_of(step, at)
            if interval in ("week", "month"):
                whole = rollup_sql.WEEK if interval == "week" else rollup_sql.MONTH
                assert start_of(whole, at) == start_of(whole, end - 1)
            found += range(at, end)
            at = end
        assert at == last
    return found


def test_longer_sums_cover_the_same_time() -> None:
    draw = random.Random(3)
    base = int(START // 3600)
    used = set()
    for _ in range(600):
        first, last = sorted(base + 24 * draw.randrange(-90, 90) - base % 24 for _ in range(2))
        start, end = (3600.0 * (base + draw.randrange(-2500, 2500)) for _ in range(2))
        summed = Summed(
            first,
            last,
            start_of(rollup_sql.WEEK, draw.randrange(first, last + 24)),
            start_of(rollup_sql.MONTH, draw.randrange(first, last + 24)),
        )
        bounds = (draw.choice([None, min(start, end)]), draw.choice([None, max(start, end)]))
        for interval in ("total", "month", "week", "day"):
            plain = split_period(*bounds, by_hour=False)
            period = with_longer_sums(plain, interval, summed)
            used |= {step for step, _, _ in period.sums}
            covered = hours_of(period.sums, interval)
            assert len(covered) == len(set(covered))
            low = -(10**9) if bounds[0] is None else bounds[0] / 3600
            high = 10**9 if bounds[1] is None else bounds[1] / 3600
            expected = {hour for hour in range(first, last + 24) if low <= hour and hour + 1 <= high}
            # Longer sums may begin before the first day, where nothing has sums.
            assert {hour for hour in covered if first <= hour < last + 24} == expected
            assert all(hour < last + 24 for hour in covered)
            assert period.parts == plain.parts
            longest = {rollup_sql.MONTH: summed.months, rollup_sql.WEEK: summed.weeks}
            assert all(end <= longest[step] for step, _, end in period.sums if step in longest)
    assert used == {1, 24, rollup_sql.WEEK, rollup_sql.MONTH}
