"""Training for a fine-tuning job: steps in, metrics out, without time or storage.

The loss is real: it is the mean of `-ln(nearness)` over (a sample of) the examples, where an example's nearness is
that of the nearest *other* learned prompt (leave one out) or, once it was seen itself, `1 - 2^-times`, whichever is
greater. So it falls as more is learned and as it is seen again. The validation loss knows only the leave-one-out
part. Accuracy is the share of tokens that the recalled answer has in common with the right one.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..core.tokenizer import encode
from ..offline.draw import Draw
from ..offline.embed import similarity, vector
from ..offline.learned import Example

__all__ = ["Training"]

_SAMPLE = 64
_LEAST = 0.02
_SIZE = 128


@dataclass(slots=True)
class _Measured:
    """One example as it is measured: its vector, how near the nearest other prompt is, how often it was seen."""

    example: Example
    place: int
    vector: array[float]
    near: float = 0.0
    nearest: str = ""
    seen: int = 0

    def meet(self, place: int, other: array[float], completion: str) -> None:
        if place == self.place:
            self.seen += 1
            return
        near = similarity(self.vector, other)
        if near > self.near:
            self.near, self.nearest = near, completion

    @property
    def loss(self) -> float:
        own = 1 - 0.5**self.seen if self.seen else 0.0
        return -math.log(max(_LEAST, min(1.0, max(self.near, own))))

    @property
    def accuracy(self) -> float:
        recalled = self.example.completion if self.seen else self.nearest
        right, got = Counter(encode(self.example.completion)), Counter(encode(recalled))
        return sum((right & got).values()) / max(1, sum(right.values()))


@dataclass(slots=True)
class Training:
    """The training of one model: its examples, and what was measured of them."""

    examples: Sequence[Example]
    validation: Sequence[Example] = ()
    batch_size: int = 1
    seed: int = 0
    _train: list[_Measured] = field(init=False)
    _valid: list[_Measured] = field(init=False)
    _vectors: list[array[float]] = field(init=False)

    def __post_init__(self) -> None:
        self._vectors = [vector(example.prompt, _SIZE) for example in self.examples]
        chosen = _sampled(len(self.examples), self.seed)
        self._train = [_Measured(self.examples[at], at, self._vectors[at]) for at in chosen]
        places = _sampled(len(self.validation), self.seed)
        self._valid = [_Measured(self.validation[at], -1, vector(self.validation[at].prompt, _SIZE)) for at in places]

    @property
    def steps_an_epoch(self) -> int:
        """Return the number of batches in one pass over the examples, the last incomplete one included."""
        return -(-len(self.examples) // self.batch_size)

    def step(self, number: int) -> dict[str, float]:
        """Learn the batch of step `number` (from 1) and measure."""
        first = (number - 1) % self.steps_an_epoch * self.batch_size
        for at in range(first, min(first + self.batch_size, len(self.examples))):
            for measured in (*self._train, *self._valid):
                measured.meet(at, self._vectors[at], self.examples[at].completion)
        out = {
            "train_loss": _mean([one.loss for one in self._train]),
            "train_mean_token_accuracy": _mean([one.accuracy for one in self._train]),
        }
        if self._valid:
            out["valid_loss"] = _mean([one.loss for one in self._valid])
            out["valid_mean_token_accuracy"] = _mean([one.accuracy for one in self._valid])
        return out


def _sampled(length: int, seed: int) -> list[int]:
    if length <= _SAMPLE:
        return list(range(length))
    draw = Draw("course", seed)
    order = sorted(range(length), key=lambda at: draw.child(at).unit())
    return sorted(order[:_SAMPLE])


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / max(1, len(values)), 6)
