"""The period of a report, divided into months, weeks, days and hours that have sums, and parts of hours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from .rollup_sql import DAY, HOUR, MONTH, WEEK

__all__ = ["Interval", "Period", "Summed", "end_of", "split_period", "start_of", "with_longer_sums"]

Interval = Literal["hour", "day", "week", "month", "total"]
_HOUR_SECONDS = 3600
# Before and after every time, in hours; whole days.
_FIRST, _LAST = -(DAY << 30), DAY << 30
# 1970 began on a Thursday.
_MONDAY = 72


@dataclass(frozen=True, slots=True)
class Period:
    """A period as ranges: months, weeks, days and hours, in hours since 1970, and parts of hours in seconds."""

    days: tuple[tuple[int, int], ...] = ()
    hours: tuple[tuple[int, int], ...] = ()
    parts: tuple[tuple[float, float], ...] = ()
    weeks: tuple[tuple[int, int], ...] = ()
    months: tuple[tuple[int, int], ...] = ()

    @property
    def sums(self) -> list[tuple[int, int, int]]:
        """Return the ranges of whole periods, each with the length of its sums."""
        steps = ((MONTH, self.months), (WEEK, self.weeks), (DAY, self.days), (HOUR, self.hours))
        return [(step, *bounds) for step, ranges in steps for bounds in ranges]

    @property
    def count(self) -> int:
        """Return about how many sums of a group are in the period."""
        return sum(max((last - first) // step, 1) for step, first, last in self.sums)


def split_period(start: float | None, end: float | None, *, by_hour: bool, kept_from: float = 0.0) -> Period:
    """Divide the period from `start` to `end` (exclusive) by what has sums of it; by hour, no days are used.

    Before `kept_from` there are no records: a call belongs to the start of its hour there.
    """
    if start is not None and start < kept_from:
        start = float(start // _HOUR_SECONDS * _HOUR_SECONDS)
    if end is not None and end < kept_from:
        end = float(end // _HOUR_SECONDS * _HOUR_SECONDS)
    first = _FIRST if start is None else math.ceil(start / _HOUR_SECONDS)
    last = _LAST if end is None else math.floor(end / _HOUR_SECONDS)
    if start is not None and end is not None and first >= last:
        return Period(parts=((start, end),) if start < end else ())
    parts: list[tuple[float, float]] = []
    if start is not None and start < first * _HOUR_SECONDS:
        parts.append((start, first * _HOUR_SECONDS))
    if end is not None and end > last * _HOUR_SECONDS:
        parts.append((last * _HOUR_SECONDS, end))
    first_day, last_day = math.ceil(first / DAY) * DAY, math.floor(last / DAY) * DAY
    if by_hour or first_day >= last_day:
        return Period(hours=((first, last),), parts=tuple(parts))
    hours = [(low, high) for low, high in ((first, first_day), (last_day, last)) if low < high]
    return Period(((first_day, last_day),), tuple(hours), tuple(parts))


class Summed(NamedTuple):
    """The first and the last day that has sums, and the ends of the weeks and of the months that have; in hours."""

    first: int | None
    last: int | None
    weeks: int
    months: int


def start_of(step: int, at: int) -> int:
    """Return the start of the week or month that has an hour, all in hours since 1970."""
    if step == WEEK:
        return at - (at + _MONDAY) % WEEK
    day = datetime.fromtimestamp(at * _HOUR_SECONDS, UTC)
    return int(datetime(day.year, day.month, 1, tzinfo=UTC).timestamp()) // _HOUR_SECONDS


def end_of(step: int, start: int) -> int:
    """Return the end of the week or month that starts at an hour."""
    # Every month ends within 31 days, and the next one not.
    return start + WEEK if step == WEEK else start_of(MONTH, start + 31 * DAY)


def with_longer_sums(period: Period, interval: Interval, summed: Summed) -> Period:
    """Return a period without the time that has no sums, and with the longest sums that its intervals are made of."""
    first, last = summed.first, summed.last
    if first is None or last is None:
        return Period(parts=period.parts)

    def bounded(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        found = ((max(low, first), min(high, last + DAY)) for low, high in ranges)
        return tuple((low, high) for low, high in found if low < high)

    days, hours = bounded(period.days), bounded(period.hours)
    if interval in ("hour", "day"):
        return Period(days, hours, period.parts)
    months: list[tuple[int, int]] = []
    weeks: list[tuple[int, int]] = []
    if interval != "week":
        days = _take(days, MONTH, first, summed.months, months)
    if interval == "month":
        # A week that is in two months is in two intervals.
        days = tuple(piece for low, high in days for piece in _by_month(low, high))
    days = _take(days, WEEK, _LAST if interval == "month" else first, summed.weeks, weeks)
    return Period(days, hours, period.parts, tuple(weeks), tuple(months))


def _take(
    ranges: tuple[tuple[int, int], ...], step: int, first: int, until: int, taken: list[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """Add the whole weeks or months of ranges of days to `taken`, and return what is left.

    Before the day `first` nothing has sums: the week or month that it is in may be taken as a whole.
    """
    left: list[tuple[int, int]] = []
    for low, high in ranges:
        start = start_of(step, low)
        if start < low and low != first:
            start = end_of(step, start)
        end = start_of(step, min(high, until))
        if start < end:
            taken.append((start, end))
            left += [(low, start), (end, high)]
        else:
            left.append((low, high))
    return tuple((low, high) for low, high in left if low < high)


def _by_month(low: int, high: int) -> Iterator[tuple[int, int]]:
    while low < high:
        end = min(end_of(MONTH, start_of(MONTH, low)), high)
        yield low, end
        low = end
