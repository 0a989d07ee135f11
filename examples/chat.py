"""A conversation, streamed: `python examples/chat.py`, or with what to say as arguments."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from onceward import Onceward


def questions() -> Iterator[str]:
    """From the arguments, else from the keyboard until an empty line."""
    if sys.argv[1:] or not sys.stdin.isatty():
        yield from sys.argv[1:] or ["My name is Ada.", "What is my name?"]
        return
    while asked := input("> ").strip():
        yield asked


def main() -> None:
    said: list[Any] = [{"role": "system", "content": "You are brief."}]
    with Onceward() as client:
        for asked in questions():
            said.append({"role": "user", "content": asked})
            with client.chat.completions.stream(model="onceward/echo", messages=said) as stream:
                for text in stream.text_stream:
                    print(text, end="", flush=True)
            print()
            said.append(stream.final().choices[0].message)


if __name__ == "__main__":
    main()
