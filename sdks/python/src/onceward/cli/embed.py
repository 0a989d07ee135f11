"""`onceward embed`: embeddings of texts, and their similarity."""

from __future__ import annotations

import argparse
import math
from array import array
from collections.abc import Sequence

from ._client_options import make_client
from ._screen import Screen
from ._streams import json_text, read_input

__all__ = ["command", "similarity_table"]

_LABEL = 40


def command(given: argparse.Namespace, screen: Screen) -> int:
    """Run the command and return its exit status."""
    named = [text for text in given.text if text != "-"]  # `-` is standard input, as for `chat`.
    texts: list[str] = named or [line for line in read_input().splitlines() if line.strip()]
    if not texts:
        screen.fault("there is no text", 'Pass texts as arguments, or one per line: onceward embed "a cat" "a kitten"')
        return 2
    with make_client(given, screen) as client:
        if given.dimensions is None:
            answer = client.embeddings.create(model=given.model, input=texts)
        else:
            answer = client.embeddings.create(model=given.model, input=texts, dimensions=given.dimensions)
    vectors = [one.vector for one in sorted(answer.data, key=lambda one: one.index)]
    if given.json:
        for text, vector in zip(texts, vectors, strict=True):
            screen.line(json_text({"text": text, "embedding": vector.tolist()}))
        return 0
    screen.line(f"{len(vectors)} of {len(vectors[0])} dimensions by {answer.model}", "dim")
    if len(vectors) == 1:
        numbers = ", ".join(f"{value:.4f}" for value in vectors[0][:8])
        screen.line(f"[{numbers}{', ...' if len(vectors[0]) > 8 else ''}]")
        return 0
    screen.table(*similarity_table(texts, vectors))
    return 0


def similarity_table(
    texts: Sequence[str], vectors: Sequence[array[float]]
) -> tuple[list[str], list[list[str]], Sequence[int]]:
    """Return the similarity of each text to each other one as a table: the cosine, 1 for the same direction."""
    columns = ["", "text", *(str(number) for number in range(1, len(texts) + 1))]
    rows = [
        [str(number), _label(text), *(f"{_cosine(one, other):.2f}" for other in vectors)]
        for number, (text, one) in enumerate(zip(texts, vectors, strict=True), 1)
    ]
    return columns, rows, range(2, len(columns))


def _cosine(one: array[float], other: array[float]) -> float:
    size = math.sqrt(math.fsum(value * value for value in one) * math.fsum(value * value for value in other))
    return math.fsum(a * b for a, b in zip(one, other, strict=True)) / size if size else 0.0


def _label(text: str) -> str:
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}…"
