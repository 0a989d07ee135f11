"""The requests of the clients of a run and the expected responses, both derived from a name and random numbers."""

from __future__ import annotations

import array
import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from onceward_gateway.offline.embed import vector

__all__ = ["ACCOUNTS", "ADMIN", "KINDS", "Ask", "Manner", "digest_of", "draw", "expected", "provider_words"]

Kind = Literal["say", "count", "tool", "embed", "pool", "solo"]
Manner = Literal["once", "twice", "again", "leave", "keyless"]
"""`twice`: two clients send it at the same time. `again`: it is sent once more after it succeeded. `leave`: its client
leaves the stream early. `keyless`: it has no idempotency key."""

KINDS: tuple[Kind, ...] = ("say", "count", "tool", "embed", "pool", "solo")
_OFTEN = {"say": 5, "count": 3, "tool": 2, "embed": 2, "pool": 5, "solo": 4}
_MANNERS: dict[Manner, int] = {"once": 12, "twice": 3, "again": 4, "leave": 2, "keyless": 1}
ACCOUNTS = {"free": 5, "team": 6, "windowed": 3, "credits": 2, "narrow": 2}
"""The shared accounts, and how often each is used."""
ADMIN = "admin"
"""The administrator, who creates keys; not an account, because that costs nothing."""
_PACES = (0.0, 0.01, 0.03, 0.06)
_CITIES = ("Lisbon", "Oslo", "Quito", "Hanoi", "Accra", "Perth")
_SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su", "ta", "ve")
_DIMENSIONS = 64
_TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: its kind, size, manner and account. `marker` identifies it in all journals."""

    marker: str
    kind: Kind
    size: int
    pace: float
    stream: bool
    manner: Manner
    account: str

    @property
    def key(self) -> str | None:
        return None if self.manner == "keyless" else f"chaos-{self.marker}"

    def parameters(self) -> dict[str, Any]:
        """Return the arguments of the SDK's method."""
        if self.kind == "embed":
            return {"model": "onceward/embed", "input": _texts(self), "dimensions": _DIMENSIONS}
        provided = self.kind in ("pool", "solo")
        asked: dict[str, Any] = {
            "model": {"pool": "house", "solo": "up/solo"}.get(self.kind, "onceward/echo"),
            "messages": [{"role": "user", "content": _question(self)}],
            "max_tokens": 3 * self.size + 40,
            "user": f"customer-{self.size % 3}",
        }
        if self.pace and not provided:
            asked["provider_specific_params"] = {"pace": self.pace}
        if self.kind == "tool":
            asked["tools"] = [_TOOL]
        if self.stream:
            asked |= {"stream": True, "stream_options": {"include_usage": True}}
        return asked


def draw(source: random.Random, marker: str, account: str | None = None) -> Ask:
    """Return the next call of a client, on the given account if any."""
    kind = _weighed(source, {name: _OFTEN[name] for name in KINDS})
    manner = _weighed(source, _MANNERS)
    stream = kind != "embed" and source.random() < 0.6
    if manner == "leave" and not stream:
        manner = "once"
    return Ask(
        marker=marker,
        kind=kind,
        size=source.randint(4, 40),
        pace=source.choice(_PACES),
        stream=stream,
        manner=manner,
        account=account or _weighed(source, ACCOUNTS),
    )


def _weighed(source: random.Random, choices: dict[Any, int]) -> Any:
    return source.choices(list(choices), list(choices.values()))[0]


def expected(ask: Ask) -> str:
    """Return the expected text of the call's response."""
    if ask.kind == "embed":
        return digest_of([vector(text, _DIMENSIONS) for text in _texts(ask)])
    if ask.kind == "count":
        return ", ".join(str(number) for number in range(1, ask.size + 1))
    if ask.kind == "tool":
        return "weather " + json.dumps({"city": _city(ask)})
    return " ".join(provider_words(ask.marker, ask.size))


def provider_words(marker: str, count: int) -> list[str]:
    """Return this many words, which depend only on the marker."""
    drawn = hashlib.shake_128(marker.encode()).digest(2 * count)
    return ["".join(_SYLLABLES[byte % len(_SYLLABLES)] for byte in drawn[at : at + 2]) for at in range(0, 2 * count, 2)]


def digest_of(vectors: Sequence[Sequence[float]]) -> str:
    """Return vectors as text that is equal if they are equal to the 32nd bit."""
    digest = hashlib.sha256()
    for numbers in vectors:
        digest.update(array.array("f", numbers).tobytes())
    return f"{len(vectors)} vectors {digest.hexdigest()[:32]}"


def _question(ask: Ask) -> str:
    if ask.kind == "count":
        return f"Count from 1 to {ask.size}"
    if ask.kind == "tool":
        return f"What is the weather in {_city(ask)}?"
    if ask.kind == "say":
        return "Say exactly: " + expected(ask)
    return json.dumps({"marker": ask.marker, "words": ask.size, "pace": ask.pace})


def _city(ask: Ask) -> str:
    return _CITIES[ask.size % len(_CITIES)]


def _texts(ask: Ask) -> list[str]:
    return [" ".join(provider_words(f"{ask.marker}-{number}", 6)) for number in range(1 + ask.size % 4)]
