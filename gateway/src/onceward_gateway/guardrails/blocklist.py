"""A list of words and phrases that are masked, or that end the call. Whole words, whatever their case.

Options: `words` (the list), `file` (a file of them, one a line), `action` (`mask`, which is the default, or `block`),
`mask` (what stands for a word; `***` if absent).
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

_LONGEST = 100
# A word stands between anything but letters and digits: in Markdown, `_` does not make another word of it.
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_OPTIONS = ("words", "file", "action", "mask")


class Words(TextGuardrail):
    """One configuration of the list."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        unknown = sorted(set(options) - set(_OPTIONS))
        if unknown:
            raise ConfigError(f"The guardrail `words` has no option {unknown[0]!r}. It has {', '.join(_OPTIONS)}.")
        words = _words(options)
        action, mask = options.get("action", "mask"), options.get("mask", "***")
        if action not in ("mask", "block"):
            raise ConfigError(f"`action` of the guardrail `words` is {action!r}. Choose 'mask' or 'block'.")
        if not isinstance(mask, str):
            raise ConfigError(f"`mask` of the guardrail `words` is {mask!r}, which is no text. Put it in quotes.")

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
                re.compile(rf"{_BEFORE}{_begun(trie)}", re.IGNORECASE),
                replace,
            ),
        )

    def rewriter(self) -> Rewriter:
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
        if len(word) > _LONGEST:
            raise ConfigError(f"The guardrail `words` has a phrase of {len(word)} characters; {_LONGEST} is the most.")
    return words


def _begun(node: Mapping[str, Any]) -> str:
    """What may become a word of the trie below `node`, or is one that could still turn out to be part of another."""
    branches = [re.escape(char) + (_begun(after) if after else r"\Z") for char, after in node.items()]
    return rf"(?:{'|'.join([*branches, chr(92) + 'Z'])})"


def make(options: Mapping[str, Any]) -> Words:
    return Words(options)
