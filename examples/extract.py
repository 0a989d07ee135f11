"""Data extracted from texts, as objects of your own type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from onceward import Onceward

TEXTS = [
    "Ada Lovelace ordered 3 notebooks on Monday.",
    "Grace Hopper asked for 12 pencils on Friday.",
]


@dataclass
class Order:
    customer: str
    day: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    quantity: int


def main() -> None:
    with Onceward() as client:
        for text in TEXTS:
            answer = client.chat.completions.parse(
                model="onceward/echo",
                messages=[
                    {"role": "system", "content": "Extract the order."},
                    {"role": "user", "content": text},
                ],
                response_format=Order,
            )
            if answer.parsed is None:
                print("no order in", repr(text), "because", answer.error)
            else:
                print(answer.parsed)


if __name__ == "__main__":
    main()
