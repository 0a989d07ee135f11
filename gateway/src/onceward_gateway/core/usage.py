"""The usage of a call: tokens of every kind, and the hour by which reports sum it up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

__all__ = ["Tokens", "added", "counts_of", "hour_of", "tokens_of", "wants_usage"]


class Tokens(NamedTuple):
    """Tokens of every kind. The detailed ones are part of prompt or completion."""

    prompt: int = 0
    completion: int = 0
    total: int = 0
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0
    audio: int = 0


NONE = Tokens()
_MAX_COUNT = 1 << 53


def tokens_of(usage: Mapping[str, Any] | None) -> Tokens:
    """Return the tokens of a usage, under the names of any API family."""
    if usage is None:
        return NONE
    prompt, completion, total = counts_of(usage)
    read = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    written = usage.get("completion_tokens_details") or usage.get("output_tokens_details")
    if not read and not written:
        return Tokens(prompt, completion, total)
    read, written = _object(read), _object(written)
    return Tokens(
        prompt,
        completion,
        total,
        _count(read.get("cached_tokens")),
        _count(read.get("cache_write_tokens")),
        _count(written.get("reasoning_tokens")),
        _count(read.get("audio_tokens")) + _count(written.get("audio_tokens")),
    )


def counts_of(usage: Mapping[str, Any]) -> tuple[int, int, int]:
    """Return the tokens of prompt, completion and both, under the names of any API family; 0 for an invalid value."""
    prompt = usage.get("prompt_tokens", usage.get("input_tokens"))
    completion = usage.get("completion_tokens", usage.get("output_tokens"))
    if type(prompt) is not int or not 0 <= prompt <= _MAX_COUNT:
        prompt = _count(prompt)
    if type(completion) is not int or not 0 <= completion <= _MAX_COUNT:
        completion = _count(completion)
    total = usage.get("total_tokens", prompt + completion)
    if type(total) is not int or not 0 <= total <= _MAX_COUNT:
        total = _count(total)
    return prompt, completion, total


def wants_usage(request: Mapping[str, Any]) -> bool:
    """Return whether a chat or completion request asks for the chunk with the usage."""
    return bool((request.get("stream_options") or {}).get("include_usage"))


def added(usage: Mapping[str, Any] | None, more: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the sum of two usages, either of which may be None."""
    if usage is None or more is None:
        return usage if more is None else more
    first, second = tokens_of(usage), tokens_of(more)
    total: dict[str, Any] = {
        **usage,
        "prompt_tokens": first.prompt + second.prompt,
        "completion_tokens": first.completion + second.completion,
        "total_tokens": first.total + second.total,
    }
    for name in ("prompt_tokens_details", "completion_tokens_details"):
        if details := _summed(_object(usage.get(name)), _object(more.get(name))):
            total[name] = details
    if usage.get("estimated") or more.get("estimated"):
        total["estimated"] = True
    return total


def _summed(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, int]:
    """Return the sums of counts by name."""
    names = dict.fromkeys((*first, *second))
    return {name: _count(first.get(name)) + _count(second.get(name)) for name in names}


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: Any) -> int:
    """Return a number of tokens that a provider sent; 0 for an invalid value."""
    if isinstance(value, float):
        # Integers may have more digits than a float can.
        value = int(value) if math.isfinite(value) else 0
    return min(max(int(value), 0), _MAX_COUNT) if isinstance(value, int) else 0


_hours: dict[int, str] = {}


def hour_of(at: float) -> str:
    """Return the hour of a time in UTC, by which reports are summed."""
    number = int(at // 3600)
    hour = _hours.get(number)
    if hour is None:
        if len(_hours) > 4096:
            _hours.clear()
        hour = _hours[number] = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:00:00Z")
    return hour
