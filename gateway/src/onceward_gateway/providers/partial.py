"""Texts in the part of a JSON body that came before it broke off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["beginning", "texts_in"]

_TEXT = re.compile(
    rb'"(?:content|text|arguments|reasoning_content|reasoning|refusal|thinking|partial_json|input)"\s*:\s*"'
    rb'((?:[^"\\]|\\.)*)'
)
_MOST = 1 << 22


def beginning(pieces: Sequence[bytes]) -> bytes:
    """Return as much of a body as texts are looked for in."""
    kept, size = list[bytes](), 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size >= _MOST:
            break
    return b"".join(kept)


def texts_in(body: bytes) -> Iterator[str]:
    """The texts that were written in this part of an answer."""
    for found in _TEXT.finditer(body[:_MOST]):
        if found[1]:
            yield found[1].decode("utf-8", "replace")
