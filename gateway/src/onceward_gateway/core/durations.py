"""Durations: the grammar of `duration` and `budget_duration`, and the windows of budgets.

`30s`, `15m`, `12h`, `30d`, `2w`, `1mo`, `1y`. A month is a calendar month in UTC: it ends on the same day of the next
one, or on the last day of a month that is too short. Nothing here reads a clock.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from . import error_codes
from .errors import invalid

__all__ = ["Duration", "parse", "read", "window"]

_GRAMMAR = re.compile(r"([1-9][0-9]{0,8})(s|m|h|d|w|mo|y)", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MONTHS = {"mo": 1, "y": 12}
_MAX_SECONDS = 100 * 366 * 86400
_MAX_MONTHS = 1200


@dataclass(frozen=True, slots=True)
class Duration:
    """A number of seconds or of calendar months, never both."""

    seconds: int = 0
    months: int = 0

    def after(self, start: float, times: int = 1) -> float:
        """Return the time that is `times` of this duration after `start`."""
        if not self.months:
            return start + self.seconds * times
        moment = datetime.fromtimestamp(start, UTC)
        index = moment.year * 12 + moment.month - 1 + self.months * times
        year, month = divmod(index, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day).timestamp()

    @property
    def shortest(self) -> int:
        """Return the fewest seconds that it can take, for comparisons."""
        return self.seconds or self.months * 28 * 86400


@lru_cache(maxsize=256)
def read(text: str) -> Duration | None:
    """Return the duration in a text, or None for an invalid one."""
    found = _GRAMMAR.fullmatch(text)
    if found is None:
        return None
    number, unit = int(found[1]), found[2]
    if unit in _MONTHS:
        months = number * _MONTHS[unit]
        return Duration(months=months) if months <= _MAX_MONTHS else None
    seconds = number * _SECONDS[unit]
    return Duration(seconds=seconds) if seconds <= _MAX_SECONDS else None


def parse(text: str, param: str) -> Duration:
    """Return the duration of a request's field; raise 400 for an invalid one."""
    duration = read(text)
    if duration is None:
        raise invalid(
            f"`{param}` is {text!r}, which is not a duration. Write a whole number and a unit, up to 100 years: "
            "30s, 15m, 12h, 30d, 2w, 1mo, 1y.",
            param=param,
            code=error_codes.INVALID_DURATION,
        )
    return duration


def window(text: str | None, anchor: float, now: float) -> tuple[float, float | None]:
    """Return the start and the end of the budget window at `now`; the end is None if it never ends."""
    duration = read(text) if text else None
    if duration is None:
        return anchor, None
    if now < anchor:
        return anchor, duration.after(anchor)
    if not duration.months:
        start = anchor + (now - anchor) // duration.seconds * duration.seconds
        return start, start + duration.seconds
    # Counted from the anchor each time, so that a 31st that was shortened to a 28th becomes a 31st again.
    began, at = datetime.fromtimestamp(anchor, UTC), datetime.fromtimestamp(now, UTC)
    times = max(0, ((at.year - began.year) * 12 + at.month - began.month) // duration.months - 1)
    while duration.after(anchor, times + 1) <= now:
        times += 1
    return duration.after(anchor, times), duration.after(anchor, times + 1)
