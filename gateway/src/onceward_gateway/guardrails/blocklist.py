"""A blocklist of words and phrases that are masked, or that block the call. It matches whole words, in any case.

Options: `words` (the list), `file` (a file with one per line), `action` (`mask`, the default, or `block`), `mask` (the
replacement of a word, `***` by default).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..config.table import ConfigError
from .interface import (
    Rewriter,
    TextGuardrail,
    refused,
)
from .reveal import plain
from .rewrite import Pattern, PatternRewriter

__all__ = ["Words", "make"]

_MAX_LENGTH = 100
# A word is delimited by anything but letters and digits; `_` delimits too, as in Markdown.
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_OPTIONS = ("words", "file", "action", "mask")


class Words(TextGuardrail):
    """A configured blocklist."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        unknown = sorted(set(options) - set(_OPTIONS))
        if unknown:
            raise ConfigError(f"The guardrail `words` has no option {unknown[0]!r}. It has {', '.join(_OPTIONS)}.")
        words = _words(options)
        action, mask = options.get("action", "mask"), options.get("mask", "***")
        if action not in ("mask", "block"):
            raise ConfigError(f"`action` of the guardrail `words` is {action!r}. Choose 'mask' or 'block'.")
        if not isinstance(mask, str):
            raise ConfigError(f"`mask` of the guardrail `words` is {mask!r}, which is not a string. Put it in quotes.")

        def replace(found: str) -> str:
            if action == "block":
                raise refused("words", "it holds a word that is not allowed here")
            return mask

        trie: dict[str, Any] = {}
        for word in words:
            node = trie
            for char in word:
                node = node.setdefault(char, {})
        choices = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        self._patterns = (
            Pattern(
                "words",
                re.compile(rf"{_BEFORE}(?:{choices}){_AFTER}", re.IGNORECASE),
                re.compile(rf"{_BEFORE}{_beginnings(trie)}", re.IGNORECASE),
                replace,
            ),
        )

    def rewriter(self) -> Rewriter:
        """Return a rewriter that masks the words in one text, or raises where they end the call."""
        return PatternRewriter(self._patterns)


def _words(options: Mapping[str, Any]) -> set[str]:
    listed = options.get("words", [])
    if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
        raise ConfigError('`words` of the guardrail `words` is not a list of texts. Write ["..."].')
    found: Iterable[str] = listed
    file = options.get("file")
    if file is not None:
        try:
            found = [*listed, *Path(str(file)).read_text(encoding="utf-8").splitlines()]
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"`file` of the guardrail `words` cannot be read: {error}. Check its path.") from error
    words = {spelt.strip().lower() for word in found for spelt in (word, plain(word)) if spelt.strip()}
    if not words:
        raise ConfigError("The guardrail `words` has no words. Give `words` or `file`.")
    for word in words:
        if len(word) > _MAX_LENGTH:
            raise ConfigError(
                f"The guardrail `words` has a phrase of {len(word)} characters; {_MAX_LENGTH} is the most."
            )
    return words


def _beginnings(node: Mapping[str, Any]) -> str:
    """Return the pattern of the beginnings of words in the trie below `node`, complete words included."""
    branches = [re.escape(char) + (_beginnings(after) if after else r"\Z") for char, after in node.items()]
    return rf"(?:{'|'.join([*branches, chr(92) + 'Z'])})"


def make(options: Mapping[str, Any]) -> Words:
    """Build the guardrail from the options of the configuration. Raise `ConfigError` for an unusable one."""
    return Words(options)
