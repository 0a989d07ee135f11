"""The lines of a batch's input: checked once, then read one by one as they are called."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..core.effective_body import member_of
from .jsonl import LineFault, read_lines
from .training_examples import shown

__all__ = ["BatchLine", "BatchLines", "CheckedLines", "check_lines"]

_MOST_FAULTS = 50
_MOST_LINES = 50_000


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One request of a batch; `number` counts the lines of the file from 1."""

    number: int
    custom_id: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CheckedLines:
    """The number of requests in an input, their model if all name the same, and what is wrong with the input."""

    total: int
    model: str | None
    faults: list[LineFault]


def check_lines(file: BinaryIO, endpoint: str) -> CheckedLines:
    """Read the whole input once."""
    faults: list[LineFault] = []
    seen: set[str] = set()
    models: set[Any] = set()
    for number, value in read_lines(file):
        found = value if isinstance(value, LineFault) else _line(number, value, endpoint, seen)
        if isinstance(found, BatchLine):
            seen.add(found.custom_id)
            named = member_of(found.body, "model")
            models.add(named if isinstance(named, str) else None)
        else:
            faults.append(found)
        if len(faults) >= _MOST_FAULTS or len(seen) > _MOST_LINES:
            break
    if len(seen) > _MOST_LINES:
        faults.append(LineFault(_MOST_LINES + 1, "too_many_requests", f"A batch has at most {_MOST_LINES} requests."))
    return CheckedLines(len(seen), models.pop() if len(models) == 1 else None, faults)


def _line(number: int, value: dict[str, Any], endpoint: str, seen: Container[str]) -> BatchLine | LineFault:
    custom_id, body = value.get("custom_id"), value.get("body")
    if not isinstance(custom_id, str) or not custom_id:
        return LineFault(number, "missing_required_parameter", "`custom_id` must be a string.", "custom_id")
    if custom_id in seen:
        return LineFault(
            number, "duplicate_custom_id", f"`custom_id` {shown(custom_id)} is on an earlier line too.", "custom_id"
        )
    if value.get("method") != "POST":
        return LineFault(
            number, "invalid_method", f"`method` must be 'POST', not {shown(value.get('method'))}.", "method"
        )
    if value.get("url") != endpoint:
        return LineFault(
            number,
            "mismatched_url",
            f"`url` must be the batch's endpoint {endpoint!r}, not {shown(value.get('url'))}.",
            "url",
        )
    if not isinstance(body, dict):
        return LineFault(number, "invalid_body", "`body` must be an object.", "body")
    return BatchLine(number, custom_id, body)


class BatchLines:
    """The lines of a checked input that have no result, one after the other, for any number of workers."""

    def __init__(self, file: BinaryIO, endpoint: str, finished: Container[int]) -> None:
        self._source = self._read(file, endpoint, finished)
        self._turn = asyncio.Lock()

    @staticmethod
    def _read(file: BinaryIO, endpoint: str, finished: Container[int]) -> Iterator[BatchLine]:
        for number, value in read_lines(file):
            if number not in finished and isinstance(value, dict):
                found = _line(number, value, endpoint, ())
                if isinstance(found, BatchLine):
                    yield found

    async def next(self) -> BatchLine | None:
        """Return the next line; None behind the last."""
        async with self._turn:
            return await asyncio.to_thread(next, self._source, None)
