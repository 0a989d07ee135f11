"""Usage as providers report it, in the spellings of every vendor, converted to one form.

The form is that of chat completions: `prompt_tokens` counts all input, including cache reads and writes;
`completion_tokens` counts all output, including reasoning. None means not reported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from ..core.headers import X_INPUT_TOKENS, X_OUTPUT_TOKENS, X_TOTAL_TOKENS

__all__ = ["Reported", "is_clean", "of_headers", "read_usage", "usages_in"]

# No call has more tokens than this: a larger number is wrong, and counts as not reported.
_MOST = 10**9
_COUNTS = (
    "prompt_tokens",
    "completion_tokens",
    "input_tokens",
    "output_tokens",
    "total_tokens",
)
_DETAILS = ("prompt_tokens_details", "completion_tokens_details", "input_tokens_details", "output_tokens_details")
_WRITTEN = ("completion_tokens_details", "output_tokens_details", "completion_token_details", "output_token_details")
# The members of a usage in the form of chat completions, and the counts in its details.
_STANDARD = frozenset({"prompt_tokens", "completion_tokens", "total_tokens", _DETAILS[0], _DETAILS[1]})
_STANDARD_READ = frozenset({"cached_tokens", "audio_tokens"})
_STANDARD_WRITTEN = frozenset(
    {"reasoning_tokens", "audio_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens"}
)
_NONE: Mapping[str, Any] = MappingProxyType({})
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HEADERS = {
    X_INPUT_TOKENS: "prompt",
    "x-prompt-tokens": "prompt",
    "x-usage-input-tokens": "prompt",
    "x-usage-prompt-tokens": "prompt",
    "x-amzn-bedrock-input-token-count": "prompt",
    X_OUTPUT_TOKENS: "completion",
    "x-completion-tokens": "completion",
    "x-generated-tokens": "completion",
    "x-usage-output-tokens": "completion",
    "x-usage-completion-tokens": "completion",
    "x-amzn-bedrock-output-token-count": "completion",
    X_TOTAL_TOKENS: "total",
    "x-usage-total-tokens": "total",
    "x-cached-tokens": "cached",
    "x-amzn-bedrock-cache-read-input-token-count": "cached",
}


@dataclass(slots=True)
class Reported:
    """A usage that a provider reported."""

    prompt: int | None = None
    completion: int | None = None
    total: int | None = None
    cached: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    reasoning: int | None = None
    audio_in: int | None = None
    audio_out: int | None = None
    image_in: int | None = None
    image_out: int | None = None
    searches: int | None = None
    seconds: int | None = None
    cost: float | None = None
    """US dollars, if the provider reports what it charged."""

    def merge(self, other: Reported) -> None:
        """Add other reported usage. The larger of two counts is used: usage only grows during an answer."""
        for name in _NAMES:
            new, old = getattr(other, name), getattr(self, name)
            if new is not None and (old is None or new > old):
                setattr(self, name, new)

    @property
    def detailed(self) -> bool:
        """Return whether any part of the input or output was reported by its kind."""
        return bool(
            self.cached
            or self.cache_write
            or self.reasoning
            or self.audio_in
            or self.audio_out
            or self.image_in
            or self.image_out
        )

    @property
    def anything(self) -> bool:
        """Return whether any tokens were reported."""
        return any(getattr(self, name) for name in ("prompt", "completion", "total"))


_NAMES = tuple(field.name for field in fields(Reported))


def usages_in(value: Mapping[str, Any]) -> Iterable[Any]:
    """Yield everything in an answer, or in an event of one, that may be its usage."""
    for name in ("usage", "usageMetadata", "usage_metadata"):
        found = value.get(name)
        if found:
            yield found
    groq = value.get("x_groq")
    if isinstance(groq, dict) and groq.get("usage"):
        yield groq["usage"]
    meta = value.get("meta")
    if isinstance(meta, dict):
        yield {name: meta[name] for name in ("billed_units", "tokens") if meta.get(name)}
    if "prompt_eval_count" in value or "eval_count" in value:
        yield value
    for name in ("choices", "candidates"):
        choices = value.get(name)
        if isinstance(choices, list):
            for choice in choices:
                if isinstance(choice, dict) and choice.get("usage"):
                    yield choice["usage"]
    for name in ("message", "response", "delta"):
        inner = value.get(name)
        if isinstance(inner, dict) and inner.get("usage"):
            yield inner["usage"]


def of_headers(headers: Mapping[str, str]) -> Reported | None:
    """Return the usage in headers, if any. Some providers report it nowhere else."""
    if _HEADERS.keys().isdisjoint(headers):
        return None
    reported = Reported()
    for name, place in _HEADERS.items():
        value = headers.get(name)
        if value is not None:
            found = _count(value)
            if found is not None:
                setattr(reported, place, found)
    return reported


def is_clean(usage: Any) -> bool:
    """Return whether a usage has the form of chat completions: counts are integers, details are objects."""
    if not isinstance(usage, dict):
        return False
    for name in _COUNTS:
        value = usage.get(name, 0)
        if type(value) is not int or not 0 <= value <= _MOST:
            return False
    for name in _DETAILS:
        details = usage.get(name)
        if details is not None and not isinstance(details, dict):
            return False
        for value in (details or {}).values():
            if isinstance(value, dict | list | str | bool) or (isinstance(value, int | float) and value < 0):
                return False
    return ("prompt_tokens" in usage and "total_tokens" in usage) or ("input_tokens" in usage)


def read_usage(usage: Any) -> Reported:
    """Read a usage in any of its spellings; values other than counts are ignored."""
    standard = _read_standard(usage)
    if standard is not None:
        return standard
    if isinstance(usage, list):
        usage = next((item for item in usage if isinstance(item, dict)), None)
    if not isinstance(usage, dict):
        return Reported()
    if any(name != name.lower() for name in usage):
        usage = _snaked(usage)
    reported = Reported()
    for name in ("billed_units", "tokens"):
        if isinstance(usage.get(name), dict):
            reported.merge(read_usage(usage[name]))
    _totals(reported, usage)
    _details(reported, usage)
    _conclude(reported)
    return reported


def _read_standard(usage: Any) -> Reported | None:
    """Read a usage in the form of chat completions; None for any other, or if one of its counts is not plausible.

    It is the form of nearly all answers, and reading its few names takes a tenth of the time of looking for all others.
    """
    if not (isinstance(usage, dict) and usage.keys() <= _STANDARD):
        return None
    prompt, completion, total = usage.get("prompt_tokens"), usage.get("completion_tokens"), usage.get("total_tokens")
    if not (type(prompt) is int and type(completion) is int and type(total) is int):
        return None
    if not (0 < prompt < total and completion > 0 and prompt + completion == total <= _MOST):
        return None
    read, written = usage.get("prompt_tokens_details") or _NONE, usage.get("completion_tokens_details") or _NONE
    if not (read is _NONE or _are_counts(read, _STANDARD_READ)):
        return None
    if not (written is _NONE or _are_counts(written, _STANDARD_WRITTEN)):
        return None
    return Reported(
        prompt,
        completion,
        total,
        cached=read.get("cached_tokens"),
        reasoning=written.get("reasoning_tokens"),
        audio_in=read.get("audio_tokens"),
        audio_out=written.get("audio_tokens"),
    )


def _are_counts(details: Any, names: frozenset[str]) -> bool:
    """Return whether the details of a usage have only these names, each with a plausible count."""
    if not (isinstance(details, dict) and details.keys() <= names):
        return False
    return all(type(count) is int and 0 <= count <= _MOST for count in details.values())


def _snaked(usage: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a usage; those in camel case (`cachedTokens`, `PromptTokens`) also in snake case."""
    spelled: dict[str, Any] = {}
    for name, value in usage.items():
        if name != name.lower():
            inner = _snaked(value) if isinstance(value, dict) else value
            spelled[_HUMPS.sub("_", name).lower()] = inner
    return {**spelled, **usage}


def _totals(reported: Reported, usage: Mapping[str, Any]) -> None:
    reported.prompt = (
        _first(usage, "prompt_tokens", "promptTokenCount", "prompt_eval_count", "promptTokens") or reported.prompt
    )
    if reported.prompt is None:
        reported.prompt = _exclusive(usage)
    reported.completion = (
        _first(usage, "completion_tokens", "output_tokens", "eval_count", "outputTokens", "completionTokens")
        if "candidatesTokenCount" not in usage
        else _sum(_first(usage, "candidatesTokenCount"), _first(usage, "thoughtsTokenCount"))
    ) or reported.completion
    if reported.completion is None and any(usage.get(name) == 0 for name in ("completion_tokens", "output_tokens")):
        reported.completion = 0
    reported.total = _first(usage, "total_tokens", "totalTokenCount", "totalTokens")
    extra = _first(usage, "toolUsePromptTokenCount")
    if extra and reported.prompt is not None:
        reported.prompt += extra


def _exclusive(usage: Mapping[str, Any]) -> int | None:
    """Return the prompt tokens from names whose input excludes cache reads and writes."""
    prompt = _first(usage, "input_tokens", "inputTokens")
    read = _first(usage, "cache_read_input_tokens", "cacheReadInputTokens", "cacheReadInputTokenCount")
    written = _first(usage, "cache_creation_input_tokens", "cacheWriteInputTokens", "cacheWriteInputTokenCount")
    written = written if written else _sum(*_creation(usage))
    if prompt is None and read is None and written is None:
        hit, miss = _first(usage, "prompt_cache_hit_tokens"), _first(usage, "prompt_cache_miss_tokens")
        return _sum(hit, miss)
    return _sum(prompt, read, written)


def _creation(usage: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return the tokens written to a cache, by its lifetime: five minutes, an hour."""
    details = usage.get("prompt_tokens_details") or {}
    holder = usage.get("cache_creation") or (details.get("cache_creation") if isinstance(details, dict) else None)
    if not isinstance(holder, dict):
        return None, None
    return _first(holder, "ephemeral_5m_input_tokens"), _first(holder, "ephemeral_1h_input_tokens")


def _details(reported: Reported, usage: Mapping[str, Any]) -> None:
    read = _object(
        usage, "prompt_tokens_details", "input_tokens_details", "prompt_token_details", "input_token_details"
    )
    written = _object(usage, *_WRITTEN)
    short, hour = _creation(usage)
    reported.cached = _largest(
        _first(read, "cached_tokens", "cache_read_tokens", "cache_read_input_tokens"),
        _first(usage, "cache_read_input_tokens", "cacheReadInputTokens", "cacheReadInputTokenCount"),
        _first(usage, "prompt_cache_hit_tokens", "cached_tokens", "num_cached_tokens", "cachedContentTokenCount"),
        _first(usage, "cached_prompt_tokens", "cached_prompt_text_tokens", "cache_read_tokens", "cached_input_tokens"),
    )
    reported.cache_write = _largest(
        _first(read, "cache_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens"),
        _first(usage, "cache_creation_input_tokens", "cacheWriteInputTokens", "cacheWriteInputTokenCount"),
        _first(usage, "cache_write_tokens"),
        _sum(short, hour),
    )
    reported.cache_write_1h = _largest(hour, _first(read, "cache_write_1h_tokens"))
    reported.reasoning = _largest(
        _first(written, "reasoning_tokens", "thinking_tokens"),
        _first(usage, "reasoning_tokens", "thoughtsTokenCount", "thinking_tokens", "reasoningTokens"),
    )
    reported.audio_in = _first(read, "audio_tokens")
    reported.audio_out = _first(written, "audio_tokens")
    reported.image_in, reported.image_out = _first(read, "image_tokens"), _first(written, "image_tokens")
    reported.searches = _largest(
        _first(_object(usage, "server_tool_use"), "web_search_requests"),
        _first(usage, "num_search_queries", "web_search_requests", "num_sources_used"),
    )
    reported.seconds = _first(usage, "seconds") if usage.get("type") == "duration" else None
    cost = usage.get("cost")
    if isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost < 1e6:
        reported.cost = float(cost)


def _conclude(reported: Reported) -> None:
    """Derive missing counts: a total may include tokens that are counted nowhere else."""
    if reported.total is None:
        return
    if reported.prompt is not None and reported.completion is not None and reported.prompt + reported.completion:
        more = reported.total - reported.prompt - reported.completion
        if 0 < more <= max(4 * (reported.prompt + reported.completion), reported.reasoning or 0):
            # Reasoning that is counted in addition to the answer, by name (xAI) or only in the total (Gemini).
            reported.completion += more
    elif reported.prompt and reported.completion is None:
        reported.completion = max(0, reported.total - reported.prompt)
    elif reported.completion and not reported.prompt:
        reported.prompt = max(0, reported.total - reported.completion) or None


def _object(usage: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        value = usage.get(name)
        if isinstance(value, dict) and value:
            return value
    return {}


def _first(usage: Mapping[str, Any], *names: str) -> int | None:
    """Return the first of these counts that is reported, preferably one above zero."""
    zero: int | None = None
    for name in names:
        if name in usage:
            value = _count(usage[name])
            if value:
                return value
            zero = value if zero is None else zero
    return zero


def _sum(*counts: int | None) -> int | None:
    reported = [count for count in counts if count is not None]
    return sum(reported) if reported else None


def _largest(*counts: int | None) -> int | None:
    return max((count for count in counts if count is not None), default=None)


def _count(value: Any) -> int | None:
    """Read a count: a number, a numeric string, or a list or an object with a single one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    elif isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    if isinstance(value, str):
        try:
            value = float(value[:64])
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value <= _MOST:  # NaN is neither
        return None
    return math.ceil(value)
