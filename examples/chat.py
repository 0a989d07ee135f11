"""A streamed conversation: `python examples/chat.py [MESSAGE ...]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from onceward import Onceward


def questions() -> Iterator[str]:
    """Yield the arguments or, without any, lines from the terminal until an empty one."""
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
