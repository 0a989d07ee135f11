"""Normalization of obfuscated text: escapes, invisible characters, other forms of letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html.entities import html5
from urllib.parse import unquote

__all__ = ["plain", "revealing"]

Change = Callable[[str], str]
# Controls, and characters without a shape of their own (Unicode: Default_Ignorable_Code_Point and format controls).
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Combining marks that are not part of a precomposed letter.
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]+")
# Escapes of JSON and of programs.
_ESCAPE = re.compile(r"(?<!\\)\\+(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ENTITY = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]{1,31};?));?")
# How often nested escapes are decoded.
_ROUNDS = 3
_PIECE = 256
# Words and the space between them, and lines.
_PIECES = (re.compile(r"\s+|\S+"), re.compile(r"[^\n]*\n|[^\n]+"))
# A text with more pieces is normalized in larger ones.
_MAX_PIECES = 20_000


def revealing(change: Change) -> Change:
    """Return a change that also matches text with escapes, invisible characters and other forms of letters.

    Only the part with a hidden match is normalized: a word, else a line, else the whole text. The rest is unchanged.
    """

    def change_revealed(text: str) -> str:
        for pieces in _PIECES:
            changed, bare = change(text), _bare(text)
            if not hides(bare, changed):
                return changed
            found = pieces.findall(text)
            if len(found) <= _MAX_PIECES:
                text = "".join(map(shown, found))
        changed, bare = change(text), _bare(text)
        return change(bare) if hides(bare, changed) else changed

    def hides(bare: str, changed: str) -> bool:
        revealed = change(bare)
        return revealed not in (bare, changed, _bare(changed))

    def shown(piece: str) -> str:
        bare = _bare(piece)
        return bare if bare != piece and hides(bare, change(piece)) else piece

    return change_revealed


def plain(text: str) -> str:
    """Return the text without invisible characters, with each letter in its usual form."""
    if text.isascii():
        return _INVISIBLE.sub("", text)
    return _MARKS.sub("", _normal(_INVISIBLE.sub("", text)))


def _normal(text: str) -> str:
    """Return the normal form of a text, in pieces: many marks on one letter take quadratic time."""
    pieces: list[str] = []
    at = 0
    while at < len(text):
        end = at + _PIECE
        while end < min(len(text), at + 2 * _PIECE) and unicodedata.combining(text[end]):
            end += 1
        pieces.append(unicodedata.normalize("NFKC", text[at:end]))
        at = end
    return "".join(pieces)


def _bare(text: str) -> str:
    for _ in range(_ROUNDS):
        decoded = text
        if "\\" in decoded:
            decoded = _ESCAPE.sub(_character, decoded)
        if "%" in decoded:
            decoded = _PERCENT.sub(_percent, decoded)
        if "&" in decoded:
            decoded = _ENTITY.sub(_entity, decoded)
        if decoded == text:
            break
        text = decoded
    return plain(text)


def _character(escape: re.Match[str]) -> str:
    return _decoded(escape[0], _chr(int(escape[1] or escape[2] or escape[3], 16)))


def _percent(escapes: re.Match[str]) -> str:
    try:
        return _decoded(escapes[0], unquote(escapes[0], errors="strict"))
    except UnicodeDecodeError:
        return escapes[0]


def _entity(entity: re.Match[str]) -> str:
    if entity[3]:
        return _decoded(entity[0], html5.get(entity[3], ""))
    return _decoded(entity[0], _chr(int(entity[1]) if entity[1] else int(entity[2], 16)))


def _chr(code: int) -> str:
    return chr(code) if code <= 0x10FFFF else ""


def _decoded(escape: str, text: str) -> str:
    """Return the text of an escape, or the escape itself if it is invalid or would break the JSON around it."""
    if not text or any(char < " " or char in '"\\' or "\ud800" <= char <= "\udfff" for char in text):
        return escape
    return text
