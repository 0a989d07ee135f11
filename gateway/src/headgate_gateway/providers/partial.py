"""Texts in the part of a JSON body that came before it broke off."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["texts_in"]

_TEXT = re.compile(
    rb'"(?:content|text|arguments|reasoning_content|reasoning|refusal|thinking|partial_json|input)"\s*:\s*"'
    rb'((?:[^"\\]|\\.)*)'
)
_MOST = 1 << 22


def texts_in(body: bytes) -> Iterator[str]:
    """The texts that were written in this part of an answer."""
    for found in _TEXT.finditer(body[:_MOST]):
        if found[1]:
            yield found[1].decode("utf-8", "replace")
