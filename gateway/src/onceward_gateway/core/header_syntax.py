"""Syntax of HTTP headers: names, and values that do not end their line."""

from __future__ import annotations

import re

__all__ = ["is_token", "is_header_value"]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z\-]+")
_LINE_ENDS = re.compile(r"[\r\n\0]")


def is_token(text: str) -> bool:
    """Return whether a text can be the name of a header or a method."""
    return _TOKEN.fullmatch(text) is not None


def is_header_value(text: str) -> bool:
    """Return whether a text can be sent as a value: a line break would begin another header."""
    return _LINE_ENDS.search(text) is None
