"""Texts on demand.

A number of words or sentences about something, a story, a poem, a list. They are plain on purpose.
"""

from __future__ import annotations

import re

from ..draw import Draw

__all__ = ["counted_words", "hello_world", "items", "piece", "topic_of"]

_OPENERS = (
    "In the morning",
    "At first",
    "Before long",
    "Every day",
    "Far away",
    "In the end",
    "Now and then",
    "Quietly",
)
_SUBJECTS = (
    "the old gatekeeper",
    "a small lantern",
    "the river",
    "a patient traveller",
    "the wind",
    "a bright signal",
    "the city",
)
_DOINGS = (
    "carried the news of {topic}",
    "thought about {topic}",
    "opened the way to {topic}",
    "kept {topic} safe",
    "counted every word about {topic}",
    "waited for {topic}",
    "wrote to a friend about {topic}",
)
_CLOSERS = (
    "and nothing was lost",
    "and all went on as before",
    "and the light stayed on",
    "while the bells were ringing",
    "until the evening came",
    "without any hurry",
)
_ABOUT = re.compile(r"\b(?:about|on|of|for|regarding|called|named)\s+([^.,;!?\n]{2,60})", re.IGNORECASE)


def topic_of(text: str) -> str:
    """Return the topic of a request: the words behind `about`, else its last word with a meaning."""
    found = _ABOUT.search(text)
    if found:
        return found.group(1).strip()
    words = [word for word in re.findall(r"[^\W\d_]{4,}", text) if word.lower() not in _EMPTY]
    return words[-1].lower() if words else "the question"


_EMPTY = frozenset(
    [
        "please",
        "write",
        "tell",
        "give",
        "make",
        "words",
        "sentence",
        "sentences",
        "short",
        "long",
        "story",
        "poem",
        "haiku",
        "list",
        "with",
        "that",
        "this",
        "some",
        "what",
    ]
)


_JOKES = (
    "Why did the developer go broke? Because they used up all their cache.",
    "There are 10 kinds of people: those who understand binary, and those who do not.",
    "Why do programmers confuse Halloween and Christmas? Because Oct 31 is Dec 25.",
    "A SQL query walks into a bar, goes up to two tables and asks: may I join you?",
)
_HELLO = {
    "python": 'print("Hello, world!")',
    "javascript": 'console.log("Hello, world!");',
    "typescript": 'console.log("Hello, world!");',
    "go": 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("Hello, world!")\n}',
    "rust": 'fn main() {\n    println!("Hello, world!");\n}',
    "ruby": 'puts "Hello, world!"',
    "bash": 'echo "Hello, world!"',
    "java": 'void main() {\n    System.out.println("Hello, world!");\n}',
    "c": '#include <stdio.h>\n\nint main(void) {\n    puts("Hello, world!");\n    return 0;\n}',
}


def hello_world(asked: str) -> str | None:
    """Return the program that greets the world, in the language that is named."""
    if not re.search(r"\bhello,? world\b", asked, re.IGNORECASE):
        return None
    found = re.search(rf"\b(?:in|using)\s+({'|'.join(_HELLO)})\b", asked, re.IGNORECASE)
    if found is None:
        return None
    tongue = found.group(1).lower()
    return f"```{tongue}\n{_HELLO[tongue]}\n```"


def _sentence(topic: str, draw: Draw) -> str:
    doing = draw.choice(_DOINGS).format(topic=topic)
    return f"{draw.choice(_OPENERS)} {draw.choice(_SUBJECTS)} {doing}, {draw.choice(_CLOSERS)}."


def counted_words(topic: str, number: int, draw: Draw) -> str:
    """Exactly `number` words of prose."""
    words: list[str] = []
    while len(words) < number:
        words += _sentence(topic, draw).split(" ")
    text = " ".join(words[:number])
    return text.rstrip(".,") + "."


def piece(kind: str, topic: str, draw: Draw) -> str:
    """Return a story, poem, haiku, joke, letter or paragraph."""
    if kind == "haiku":
        return f"Words come one by one,\n{topic} waits at the gate:\nthe stream never ends."
    if kind == "poem":
        return "\n".join(_sentence(topic, draw).replace(", ", ",\n") for _ in range(3))
    if kind == "joke" and topic in ("joke", "the question"):
        return draw.choice(_JOKES)
    if kind == "joke":
        return f"Why did {topic} wait at the gate? Because the reply came one token at a time."
    if kind in ("letter", "email"):
        return f"Dear reader,\n\n{_sentence(topic, draw)} {_sentence(topic, draw)}\n\nKind regards,\nOnceward"
    number = 8 if kind in ("story", "essay", "article") else 3
    return " ".join(_sentence(topic, draw) for _ in range(number))


def items(number: int, topic: str, draw: Draw) -> str:
    """Return a numbered list."""
    turn = draw.integer(0, len(_DOINGS) - 1)
    lines = (_DOINGS[(turn + at) % len(_DOINGS)].format(topic=topic) for at in range(number))
    return "\n".join(f"{at}. {draw.choice(_SUBJECTS).capitalize()} {line}." for at, line in enumerate(lines, 1))
