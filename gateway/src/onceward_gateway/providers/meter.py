"""The meter of one attempt at a provider: the usage that the provider reported, and the usage counted here.

Unknown usage is never zero: what the provider does not report is counted by the tokenizer and marked as estimated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..billing.token_count import TextCounter
from ..core.lenient_json import Unreadable
from .large import read_json
from .usage import (
    Reported,
    read_usage,
    usages_in,
)

__all__ = ["Meter"]

# From this number of reports on, each may be the increment of one event; and the tolerance of our own count.
_SERIES = 3
_SLACK = 16


class Meter:
    """Counts one attempt. `prompt` counts the request when needed; `unseen` are tokens of output other than text."""

    __slots__ = (
        *("_any", "_final", "_produced", "_prompt", "_sum", "_times"),
        *("answered", "asked", "given_up", "model", "refused", "reported", "unseen"),
        *("characters", "searches", "seconds", "tier"),
    )

    def __init__(self, prompt: Callable[[], int]) -> None:
        self._prompt = prompt
        self._produced = TextCounter()
        self._final = False
        self.reported, self._any = Reported(), False
        # The number of reports of output tokens, and their sum.
        self._times = self._sum = 0
        # The provider's name of the model that answers.
        self.model: str | None = None
        # The tier of the request or of the answer, and the billed units other than tokens.
        self.tier: str | None = None
        self.seconds = self.characters = self.searches = 0
        self.unseen = 0
        self.asked = False
        self.answered = False
        # Whether the gateway disconnected while the provider worked, and whether the provider reported a failure.
        self.given_up = False
        self.refused = False

    def produced(self, text: str) -> None:
        """Count a text of the model."""
        self._produced.add(text)
        self._final = False

    def has_room(self, text: str) -> bool:
        """Return whether a text counts the same whole and in pieces."""
        return self._produced.has_room(len(text))

    def produced_by(self, texts: list[str], model: str | None = None, tier: str | None = None) -> None:
        """Count the texts of events that report no usage; `model` and `tier` are those of the last event."""
        if texts:
            self._produced.add_all(texts)
            self._final = False
        if model:
            self.model = model
        if tier:
            self.tier = tier[:32]

    def unread(self, size: int) -> None:
        """Count bytes that cannot be read. They only matter if nothing else of the answer is known."""
        if self._produced.empty and not self.reported.completion:
            self.unseen += size // 4

    @property
    def tokens(self) -> int:
        """Return the number of tokens that the model wrote so far."""
        if self.known and self._times < _SERIES:
            return self.reported.completion or 0
        return max(self._produced.tokens + self.unseen, self.reported.completion or 0)

    def read(self, value: Mapping[str, Any]) -> None:
        """Read usage and model from an answer, or from an event of one."""
        model = value.get("model")
        if model and isinstance(model, str):
            self.model = model
        elif isinstance(inner := value.get("message"), dict) and isinstance(inner.get("model"), str):
            self.model = inner["model"]
        self._read_tier(value)
        # The output usage at the start of a message is only that of the first token.
        begins = value.get("type") == "message_start"
        for usage in usages_in(value):
            self.add_report(read_usage(usage), final=not begins)

    def _read_tier(self, value: Mapping[str, Any]) -> None:
        for holder in (value, value.get("usage"), value.get("message")):
            if not isinstance(holder, dict):
                continue
            tier = "fast" if holder.get("speed") == "fast" else holder.get("service_tier")
            if isinstance(tier, str) and tier:
                self.tier = tier[:32]

    def read_body(self, body: bytes) -> None:
        """Read the usage from the body of an error."""
        try:
            value, _ = read_json(body)
        except Unreadable:
            return
        if isinstance(value, dict):
            self.read(value)

    def add_report(self, reported: Reported, *, final: bool = True) -> None:
        """Add reported usage."""
        if self._any:
            self.reported.merge(reported)
        else:
            self.reported, self._any = reported, True
        if reported.completion:
            self._final = final
            self._times += 1
            self._sum += reported.completion

    @property
    def final(self) -> bool:
        """Return whether the provider reported the usage of the whole answer, and therefore bills it."""
        return self._final

    @property
    def known(self) -> bool:
        """Return whether the provider reported the complete usage."""
        return bool(self.reported.prompt and self.reported.completion and self._final)

    @property
    def owed(self) -> bool:
        """Return whether the attempt is billed: the provider worked on it, and did not report the contrary."""
        worked = self.reported.anything or not self._produced.empty or bool(self.unseen)
        return self.asked and (worked if self.refused else self.answered or self.given_up or worked)

    def usage(self, *, cut: bool = False) -> dict[str, Any]:
        """Return the usage for records and clients, `estimated` if some of it was counted here.

        The reported usage of an answer that was `cut` off may only be that of its beginning.
        """
        reported = self.reported
        prompt, completion, estimated = reported.prompt or 0, reported.completion or 0, False
        # Counting takes time, and is skipped if the provider reported everything.
        written = 0 if self.known and self._times < _SERIES and not cut else self._produced.tokens + self.unseen
        if reported.total and not prompt and not completion:
            read = self._prompt()
            completion = reported.total * written // max(1, read + written)
            prompt, estimated = reported.total - completion, bool(written)
        if not prompt:
            prompt, estimated = self._prompt(), True
        if self._times >= _SERIES and written > 2 * completion + _SLACK:
            # The provider reported increments for each event, not totals.
            completion, estimated = self._sum if 2 * self._sum > written else written, True
        elif (not completion or not self._final or (cut and written > 2 * completion + _SLACK)) and (
            written > completion
        ):
            completion, estimated = written, True
        usage: dict[str, Any] = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }
        if reported.detailed:
            usage |= _details(reported, prompt, completion)
        if self.tier or self.searches or reported.searches or self.characters or self.seconds or reported.seconds:
            usage |= self._beside(reported)
        if reported.cost is not None:
            usage["cost"] = reported.cost
        estimated |= bool(self.searches and reported.searches is None)
        if estimated:
            usage["estimated"] = True
        return usage

    def _beside(self, reported: Reported) -> dict[str, Any]:
        """Return the billed units other than tokens."""
        counts = {
            "web_searches": self.searches if reported.searches is None else reported.searches,
            "audio_seconds": self.seconds if reported.seconds is None else reported.seconds,
            "input_characters": self.characters,
            "service_tier": self.tier,
        }
        return {name: count for name, count in counts.items() if count}


def _details(reported: Reported, prompt: int, completion: int) -> dict[str, Any]:
    """Return the detailed counts, none of which is larger than the count that it is part of."""
    cached = min(reported.cached or 0, prompt)
    written = min(reported.cache_write or 0, prompt - cached)
    read = {
        "cached_tokens": cached,
        "cache_write_tokens": written,
        "cache_write_1h_tokens": min(reported.cache_write_1h or 0, written),
        "audio_tokens": min(reported.audio_in or 0, prompt),
        "image_tokens": min(reported.image_in or 0, prompt),
    }
    reasoned = {
        "reasoning_tokens": min(reported.reasoning or 0, completion),
        "audio_tokens": min(reported.audio_out or 0, completion),
        "image_tokens": min(reported.image_out or 0, completion),
    }
    details: dict[str, Any] = {}
    for name, counts in (("prompt_tokens_details", read), ("completion_tokens_details", reasoned)):
        kept = {key: count for key, count in counts.items() if count}
        if kept:
            details[name] = kept
    return details
