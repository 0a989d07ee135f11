"""The records of what was used: collected while calls end, written with them in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..storage import Database
from . import sql

__all__ = ["Tokens", "UsageLog", "hour_of", "tokens_of"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of every kind. The finer ones are part of prompt or completion."""

    prompt: int = 0
    completion: int = 0
    total: int = 0
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0
    audio: int = 0


NONE = Tokens()
_MOST = 1 << 53


def tokens_of(usage: Mapping[str, Any] | None) -> Tokens:
    """The tokens of a usage, whatever names its family gives them."""
    if usage is None:
        return NONE
    prompt = _count(usage.get("prompt_tokens", usage.get("input_tokens")))
    completion = _count(usage.get("completion_tokens", usage.get("output_tokens")))
    total = _count(usage.get("total_tokens", prompt + completion))
    read = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    written = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
    if not read and not written:
        return Tokens(prompt, completion, total)
    return Tokens(
        prompt,
        completion,
        total,
        _count(read.get("cached_tokens")),
        _count(read.get("cache_write_tokens")),
        _count(written.get("reasoning_tokens")),
        _count(read.get("audio_tokens")) + _count(written.get("audio_tokens")),
    )


def _count(value: Any) -> int:
    """A number of tokens as an upstream tells it; what is none counts for nothing."""
    return min(max(int(value), 0), _MOST) if isinstance(value, int) else 0


_hours: dict[int, str] = {}


def hour_of(at: float) -> str:
    """The hour of a time, in UTC: reports sum up by it."""
    number = int(at // 3600)
    hour = _hours.get(number)
    if hour is None:
        if len(_hours) > 4096:
            _hours.clear()
        hour = _hours[number] = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:00:00Z")
    return hour


class UsageLog:
    """Holds rows back until the commit that they belong to. Reads through it see them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rows: list[tuple[Any, ...]] = []
        self._tags: list[tuple[str, str]] = []
        self._charges: list[tuple[str, str, str]] = []
        self._totals: dict[tuple[str, str, str], int] = {}
        db.before_commit(self.flush)

    def add(
        self,
        row: tuple[Any, ...],
        cost: int,
        model: str,
        owners: Iterable[tuple[str, str]],
        charged: Iterable[tuple[str, str]],
        tags: Iterable[str],
    ) -> None:
        """Have a record written, and counted for those that own it and those that it counts against."""
        self._rows.append(row)
        totals = self._totals
        for scope, id in owners:
            place = (scope, id, model)
            totals[place] = totals.get(place, 0) + cost
        usage_id = row[0]
        for scope, id in charged:
            place = (scope, id, model)
            totals[place] = totals.get(place, 0) + cost
            self._charges.append((scope, id, usage_id))
        for tag in tags:
            self._tags.append((tag, usage_id))
        self._db.schedule()

    def flush(self) -> None:
        """Write what is held back into the open transaction."""
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        self._db.write_many(sql.ADD_USAGE, rows)
        totals, self._totals = self._totals, {}
        if totals:
            self._db.write_many(sql.ADD_TOTAL, [(*place, spent) for place, spent in totals.items()])
        if self._tags:
            tags, self._tags = self._tags, []
            self._db.write_many(sql.ADD_TAG, tags)
        if self._charges:
            charges, self._charges = self._charges, []
            self._db.write_many(sql.ADD_CHARGE, charges)
