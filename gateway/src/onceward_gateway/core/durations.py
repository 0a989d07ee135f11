"""Durations: the grammar of `duration` and `budget_duration`, and the windows that a budget renews in.

`30s`, `15m`, `12h`, `30d`, `2w`, `1mo`, `1y`. A month is a calendar month in UTC: it ends on the same day of the next
one, or on that month's last day where it has no such day. Nothing here reads a clock.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from .errors import invalid

__all__ = ["Duration", "parse", "read", "window"]

_GRAMMAR = re.compile(r"([1-9][0-9]{0,8})(s|m|h|d|w|mo|y)", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MONTHS = {"mo": 1, "y": 12}
_LONGEST_SECONDS = 100 * 366 * 86400
_LONGEST_MONTHS = 1200


@dataclass(frozen=True, slots=True)
class Duration:
    """A number of seconds, or of calendar months: never both."""

    seconds: int = 0
    months: int = 0

    def after(self, start: float, times: int = 1) -> float:
        """The moment that lies this duration, `times` over, behind `start`."""
        if not self.months:
            return start + self.seconds * times
        moment = datetime.fromtimestamp(start, UTC)
        index = moment.year * 12 + moment.month - 1 + self.months * times
        year, month = divmod(index, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day).timestamp()

    @property
    def shortest(self) -> int:
        """Seconds that it lasts at least, to compare two of them."""
        return self.seconds or self.months * 28 * 86400


@lru_cache(maxsize=256)
def read(text: str) -> Duration | None:
    """The duration that `text` says, or None where it says none."""
    found = _GRAMMAR.fullmatch(text)
    if found is None:
        return None
    number, unit = int(found[1]), found[2]
    if unit in _MONTHS:
        months = number * _MONTHS[unit]
        return Duration(months=months) if months <= _LONGEST_MONTHS else None
    seconds = number * _SECONDS[unit]
    return Duration(seconds=seconds) if seconds <= _LONGEST_SECONDS else None


def parse(text: str, param: str) -> Duration:
    """Return the duration of a request's field; raise 400 for an invalid one."""
    duration = read(text)
    if duration is None:
        raise invalid(
            f"`{param}` is {text!r}, which is not a duration. Write a whole number and a unit, up to 100 years: "
            "30s, 15m, 12h, 30d, 2w, 1mo, 1y.",
            param=param,
            code="invalid_duration",
        )
    return duration


def window(text: str | None, anchor: float, now: float) -> tuple[float, float | None]:
    """The window of a budget that `now` lies in: its start, and its end (None: it never ends)."""
    duration = read(text) if text else None
    if duration is None:
        return anchor, None
    if now < anchor:
        return anchor, duration.after(anchor)
    if not duration.months:
        start = anchor + (now - anchor) // duration.seconds * duration.seconds
        return start, start + duration.seconds
    # Counted from the anchor each time: a 31st that was clamped to a 28th comes back as a 31st.
    began, at = datetime.fromtimestamp(anchor, UTC), datetime.fromtimestamp(now, UTC)
    times = max(0, ((at.year - began.year) * 12 + at.month - began.month) // duration.months - 1)
    while duration.after(anchor, times + 1) <= now:
        times += 1
    return duration.after(anchor, times), duration.after(anchor, times + 1)
