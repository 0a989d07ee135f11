"""Split spellings into words, and keep sets of names unique.

A name depends on the thing that it names, and never on a counter or on the order of a document. If two spellings give
the same words, the plainest keeps them, and the others spell out the difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from hashlib import sha256

from .model import Name

__all__ = ["apart", "digest", "pascal", "singular", "snake", "split", "spelled"]

_WORD = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_SIGNS = {
    "+": "plus", "-": "minus", ".": "dot", "_": "underscore", "/": "slash", ":": "colon", "@": "at", "$": "dollar",
    "#": "hash", "%": "percent", "*": "star", "<": "lt", ">": "gt", "=": "eq", "!": "not", "&": "and", "|": "or",
    "~": "tilde", "^": "caret", " ": "space", ",": "comma", "(": "open", ")": "close", "[": "brackets", "]": "",
    "?": "question", "'": "quote", '"': "quote", "\\": "backslash", ";": "semicolon", "{": "brace", "}": "",
}  # fmt: skip


@cache
def split(spelling: str) -> Name:
    """Split a spelling into lower-case ASCII words: ``ChatCompletionChunk`` gives chat, completion, chunk.

    A spelling without a letter or digit is spelled out sign by sign, and an empty one is called ``empty``.
    """
    words = tuple(word.lower() for word in _WORD.findall(_ascii(spelling)))
    if spelling[:1] in {"-", "+"} and words and words[0][0].isdigit():
        return (_SIGNS[spelling[0]], *words)
    return words or spelled(spelling)


@cache
def spelled(spelling: str) -> Name:
    """Split a spelling with every sign and its first capital as words.

    ``foo-bar`` gives foo, minus, bar; ``fooBar`` gives foo, upper, bar.
    """
    pieces = [_SIGNS.get(char, char) if not char.isalnum() else char for char in _ascii(spelling)]
    aloud = "".join(f" {piece} " if len(piece) > 1 else piece for piece in pieces)
    words = tuple(word.lower() for word in _WORD.findall(aloud))
    if spelling[:1].isupper():
        words = ("upper", *words)
    elif spelling.isalnum() and spelling != spelling.lower():
        words = (*words[:1], "upper", *words[1:])
    return words or ("empty",)


def snake(name: Name) -> str:
    """Return words in snake case."""
    return "_".join(name)


def pascal(name: Name) -> str:
    """Return words in Pascal case."""
    return "".join(word[:1].upper() + word[1:] for word in name)


@cache
def singular(word: str) -> str:
    """Return the singular by a few rules of English; the word itself where they do not apply."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def digest(spelling: str) -> str:
    """Return a short digest of a spelling, the last resort to distinguish two names."""
    return "x" + sha256(spelling.encode()).hexdigest()[:6]


def apart(spellings: Iterable[str]) -> dict[str, Name]:
    """Return a name for each spelling, unique even if case and word boundaries are ignored."""
    groups: dict[str, list[str]] = defaultdict(list)
    order = list(dict.fromkeys(spellings))
    for spelling in order:
        groups["".join(split(spelling))].append(spelling)
    names: dict[str, Name] = {}
    taken = set(groups)
    for members in groups.values():
        first, *others = sorted(members, key=_plainness)
        names[first] = split(first)
        for spelling in others:
            candidates = (spelled(spelling), (*spelled(spelling), digest(spelling)))
            names[spelling] = next(name for name in candidates if "".join(name) not in taken)
            taken.add("".join(names[spelling]))
    return {spelling: names[spelling] for spelling in order}


def _plainness(spelling: str) -> tuple[bool, int, int, int, str]:
    """Return a sort key: words joined by underscores, then the fewest special characters, lower case first, shortest.

    ``foo_bar`` is spelled exactly as its words are, so ``fooBar`` and ``foo-bar`` give way to it.
    """
    odd = sum(not (char.isalnum() or char == "_") for char in spelling)
    return snake(split(spelling)) != spelling, odd, int(spelling[:1].isupper()), len(spelling), spelling


def _ascii(spelling: str) -> str:
    if spelling.isascii():
        return spelling
    plain = unicodedata.normalize("NFKD", spelling)
    return "".join(
        char if char.isascii() else "" if unicodedata.combining(char) else f" u{ord(char):x} " for char in plain
    )
