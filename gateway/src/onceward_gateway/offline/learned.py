"""The memory of a fine-tuned model: the prompts of its training file and the answer to each.

It recalls by nearness: a prompt is turned into a vector (`embed.py`) and answered with the completion of the nearest
learned prompt, unless none is near enough; then the base model answers. How well a memory would have answered what it
learned is measured by leaving one example out at a time.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from .embed import similarity, vector

__all__ = ["Example", "Memory", "NEAR"]

NEAR = 0.55
_SIZE = 256


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt and what is to be answered; `calls` where that is a tool call, which the base model makes itself."""

    prompt: str
    completion: str
    calls: bool = False


@dataclass(slots=True)
class Memory:
    """Learned examples with the vectors of their prompts."""

    examples: list[Example] = field(default_factory=list)
    _vectors: list[array[float]] = field(default_factory=list)
    _exact: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Memory:
        """Return a memory that learned all of `examples`."""
        memory = cls()
        for example in examples:
            memory.learn(example)
        return memory

    def learn(self, example: Example) -> None:
        """Add an example; a prompt learned again forgets its first answer."""
        known = self._exact.get(_plain(example.prompt))
        if known is not None:
            self.examples[known] = example
            return
        self._exact[_plain(example.prompt)] = len(self.examples)
        self.examples.append(example)
        self._vectors.append(vector(example.prompt, _SIZE))

    def recall(self, prompt: str) -> str | None:
        """Return the completion of the nearest learned prompt; None when none is near."""
        known = self._exact.get(_plain(prompt))
        if known is not None:
            return self.examples[known].completion
        found = self.nearest(prompt)
        return None if found is None or found[0] < NEAR else self.examples[found[1]].completion

    def nearest(self, prompt: str) -> tuple[float, int] | None:
        """Return the nearness of the nearest example (1 is the same) and its index."""
        if not self.examples:
            return None
        wanted = vector(prompt, _SIZE)
        return max((similarity(wanted, other), at) for at, other in enumerate(self._vectors))


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
