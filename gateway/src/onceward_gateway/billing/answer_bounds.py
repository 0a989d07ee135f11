"""Limits of an answer in a request: its number of tokens, and the number of answers.

Servers accept them by many names, so a name is classified by its words. A limit that the gateway does not recognize
would let a call write more than was reserved for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ..core.decisive_names import are_cached, is_content, plain_name

__all__ = ["MOST_CHOICES", "bounds_in", "choices_in", "whole_number"]

# Bounds without the word for tokens in their names.
_BOUNDS = frozenset(
    {
        *("maxlength", "maxgenlen", "maxgentoks", "numpredict", "npredict"),
        *("thinkingbudget", "reasoningbudget", "maxthinkinglength", "maxreasoninglength"),
    }
)
_LIMITING = ("max", "min", "budget", "limit")
# Of the request, or of a window that holds both.
_OF_INPUT = ("prompt", "input", "context", "image", "logprob", "truncat")
_COUNTS = frozenset({"numreturnsequences", "candidatecount", "numcompletions", "numgenerations"})
_INNER_COUNTS = _COUNTS | {"n", "bestof"}
# Members of a request that hold parameters of the answer.
_HOLDERS = frozenset(
    {
        *("generationconfig", "inferenceconfig", "textgenerationconfig", "options", "parameters"),
        *("samplingparams", "thinking", "reasoning", "thinkingconfig", "fallbacks"),
    }
)
# More than any server writes; what is larger would not fit into a number of the database.
MOST_CHOICES = 1 << 20
_MOST_TOKENS = 1 << 40
# The longest name whose meaning is cached.
_MAX_CACHED_LENGTH = 64


class Members(NamedTuple):
    """The names of an object's members that may limit the answer."""

    bounds: tuple[str, ...]
    # Those that may hold further bounds, when they are objects or lists.
    open: tuple[str, ...]
    counts: tuple[str, ...]
    holders: tuple[str, ...]


def bounds_in(data: Mapping[str, Any]) -> list[int]:
    """Return every bound of the answer's tokens in a request, at any depth outside of what users write.

    A bound of 0 is none that a model heeds; one below 0 means that there is none.
    """
    found: list[int] = []
    todo: list[Any] = [data]
    while todo:
        holder = todo.pop()
        if isinstance(holder, list):
            todo += [item for item in holder if isinstance(item, dict | list)]
            continue
        members = _members_of(holder)
        for name in members.bounds:
            value = holder[name]
            found.append(min(value, _MOST_TOKENS) if type(value) is int else _number_of(value))
        for name in members.open:
            value = holder[name]
            if isinstance(value, dict | list) and value:
                todo.append(value)
    return found


def choices_in(data: Mapping[str, Any]) -> int:
    """Return how many answers a request may bring for one prompt."""
    members = _members_of(data)
    if not members.counts and not members.holders:
        return 1
    counts = [whole_number(data.get("n")), whole_number(data.get("best_of")), 1]
    counts += [whole_number(data[name]) for name in members.counts if name not in ("n", "best_of")]
    counts += [
        whole_number(value)
        for holder in _holders(data)
        for name, value in holder.items()
        if plain_name(name) in _INNER_COUNTS
    ]
    return min(max(counts), MOST_CHOICES)


def _members_of(data: Mapping[str, Any]) -> Members:
    """Return the members that may limit the answer; objects with the same names share them."""
    names = tuple(data)
    return _shared_members(names) if are_cached(names) else _members(names)


def _members(names: tuple[str, ...]) -> Members:
    return Members(
        bounds=tuple(filter(_is_bound, names)),
        open=tuple(name for name in names if not is_content(name)),
        counts=tuple(name for name in names if name in ("n", "best_of") or plain_name(name) in _COUNTS),
        holders=tuple(name for name in names if plain_name(name) in _HOLDERS),
    )


_shared_members = lru_cache(maxsize=256)(_members)


def _is_bound(name: str) -> bool:
    """Return whether a member with this name bounds the tokens of an answer."""
    return _is_short_bound(name) if len(name) <= _MAX_CACHED_LENGTH else _find_bound(name)


def _find_bound(name: str) -> bool:
    plain = plain_name(name)
    if plain in _BOUNDS:
        return True
    if "tok" not in plain or any(word in plain for word in _OF_INPUT):
        return False
    return any(word in plain for word in _LIMITING)


_is_short_bound = lru_cache(maxsize=4096)(_find_bound)


def _holders(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the members of a request that hold parameters of the answer, and what they hold in turn."""
    for name in _members_of(data).holders:
        value = data[name]
        for holder in value if isinstance(value, list) else (value,):
            if isinstance(holder, dict):
                yield holder
                yield from _holders(holder)


def _number_of(value: Any) -> int:
    """Return a bound as servers read it, texts and fractions included; 0 for anything else."""
    if isinstance(value, str):
        try:
            value = float(value[:32])
        except ValueError:
            return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0
    return min(math.ceil(value), _MOST_TOKENS)


def whole_number(value: Any) -> int:
    """Return a number of answers or searches as servers read it, such as 2.0 or "2"; 0 for anything else."""
    if type(value) is int:
        return max(value, 0)
    return max(_number_of(value), 0)
