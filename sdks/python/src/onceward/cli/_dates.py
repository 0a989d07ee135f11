"""Parse times as a person writes them: `30d` ago, or a day."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["UNITS", "moment", "starts"]

_AGO = re.compile(r"(\d{1,5})(mo|h|d|w|y)")
_HOURS: Final = {"h": 1, "d": 24, "w": 24 * 7, "mo": 24 * 30, "y": 24 * 365}
UNITS: Final = ("hour", "day", "week", "month")
_MOST = 2000


def moment(word: str) -> datetime:
    """Return the time for `30d` (30 days ago), or for a day or time in ISO 8601, in UTC if it has no zone."""
    ago = _AGO.fullmatch(word)
    if ago is not None:
        return datetime.now(UTC) - timedelta(hours=int(ago[1]) * _HOURS[ago[2]])
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word!r} is not a time; write `30d`, `12h` or `2026-01-31`") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def starts(start: datetime, end: datetime, unit: str) -> list[datetime]:
    """Return the starts of the hours, days, weeks (from Monday) or months between two times."""
    at = _floor(start.astimezone(UTC), unit)
    found: list[datetime] = []
    while at < end and len(found) < _MOST:
        found.append(at)
        at = (
            _floor(at + {"hour": timedelta(hours=1), "day": timedelta(1), "week": timedelta(7)}[unit], unit)
            if (unit != "month")
            else (at.replace(day=28) + timedelta(4)).replace(day=1)
        )
    return found


def _floor(at: datetime, unit: str) -> datetime:
    if unit == "hour":
        return at.replace(minute=0, second=0, microsecond=0)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        return day - timedelta(day.weekday())
    return day.replace(day=1) if unit == "month" else day
