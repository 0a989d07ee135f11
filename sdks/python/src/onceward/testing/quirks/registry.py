"""The kinds of odd answers by name, and the functions that make them from a normal answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from .draft import Draft, Kind, Wire

__all__ = ["QUIRKS", "Part", "Quirk", "quirk"]

Part = Literal["unary", "stream"]
_CHAT: tuple[Kind, ...] = ("chat", "completions", "messages")
_ALL: tuple[Kind, ...] = (*_CHAT, "embeddings", "images", "speech", "transcription", "moderations")
_known: dict[str, Quirk] = {}


@dataclass(frozen=True, slots=True)
class Quirk:
    """One kind of odd answer.

    ``whole`` means that the complete answer can be read in spite of it: an application should deliver such an answer,
    and report a failure for any other. ``charged`` means that the upstream bills it, complete or not. It applies to
    answers of ``kinds``, unary or streamed according to ``parts``; other requests get a normal answer.
    """

    name: str
    summary: str
    whole: bool
    charged: bool
    parts: tuple[Part, ...]
    kinds: tuple[Kind, ...]
    slow: bool
    """True if the answer takes long, or never ends."""
    apply: Callable[[Draft], None]

    @property
    def wires(self) -> tuple[Wire, ...]:
        """The wire formats that it applies to."""
        found: list[Wire] = []
        if any(kind != "messages" for kind in self.kinds):
            found.append("openai")
        if "messages" in self.kinds:
            found.append("anthropic")
        return tuple(found)

    def shows(self, kind: Kind | None, *, stream: bool) -> bool:
        """Return whether such a request gets an odd answer."""
        return kind in self.kinds and ("stream" if stream else "unary") in self.parts


QUIRKS: Mapping[str, Quirk] = MappingProxyType(_known)
"""Every kind of odd answer by its name."""


def quirk(
    name: str,
    summary: str,
    *,
    whole: bool = True,
    charged: bool = True,
    parts: tuple[Part, ...] = ("unary", "stream"),
    kinds: tuple[Kind, ...] = _ALL,
    slow: bool = False,
) -> Callable[[Callable[[Draft], None]], Callable[[Draft], None]]:
    """Register the decorated function under a name."""

    def register(apply: Callable[[Draft], None]) -> Callable[[Draft], None]:
        _known[name] = Quirk(name, summary, whole, charged, parts, kinds, slow, apply)
        return apply

    return register
