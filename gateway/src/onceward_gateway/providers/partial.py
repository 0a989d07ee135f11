"""Texts in a JSON body that was cut off."""

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
    """Return the beginning of a body in which texts are searched for."""
    kept, size = list[bytes](), 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size >= _MOST:
            break
    return b"".join(kept)


def texts_in(body: bytes) -> Iterator[str]:
    """Yield the texts in a partial answer."""
    for found in _TEXT.finditer(body[:_MOST]):
        if found[1]:
            yield found[1].decode("utf-8", "replace")
