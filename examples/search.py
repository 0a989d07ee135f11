"""Texts ranked by similarity to a question."""

from __future__ import annotations

from array import array

from onceward import Onceward

TEXTS = [
    "The gate opens at nine in the morning.",
    "Parcels are handed out at the gate.",
    "The canteen serves soup on Thursdays.",
    "Visitors need a badge.",
]


def similarity(one: array[float], other: array[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def main() -> None:
    question = "When does the gate open in the morning?"
    with Onceward() as client:
        answer = client.embeddings.create(model="onceward/embed", input=[question, *TEXTS])
    asked, *vectors = (item.vector for item in answer.data)
    for score, text in sorted(zip((similarity(asked, one) for one in vectors), TEXTS, strict=True), reverse=True):
        print(f"{score:5.2f}  {text}")


if __name__ == "__main__":
    main()
