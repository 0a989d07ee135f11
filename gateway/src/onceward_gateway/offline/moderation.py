"""`onceward/moderate`: moderation by a list of words.

Each category has words that weigh; the score of a category is `1 - (1 - w1)(1 - w2)...` over the words found, and it
is flagged from 0.5 on. The list is short and blunt on purpose: it is there to try what an application does with an
answer, and not to decide about people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from ..core.tokenizer import count
from .draw import hex_id

__all__ = ["CATEGORIES", "moderate", "texts_in"]

_FLAGGED = 0.5
_QUIET = 0.0001
_PIECE = 65_536
# So many at once, for others to have a turn.
_LETTERS = re.compile(r"\w{1,65536}")
_WORDS: Mapping[str, Mapping[str, float]] = {
    "harassment": {
        "idiot": 0.6,
        "stupid": 0.5,
        "moron": 0.7,
        "loser": 0.55,
        "shut up": 0.4,
        "pathetic": 0.45,
        "worthless": 0.55,
        "ugly": 0.4,
    },
    "harassment/threatening": {
        "i will hurt you": 0.95,
        "i'll hurt you": 0.95,
        "i will kill you": 0.98,
        "i'll kill you": 0.98,
        "you will pay": 0.4,
        "i will find you": 0.6,
        "beat you up": 0.8,
    },
    "hate": {
        "subhuman": 0.85,
        "vermin": 0.6,
        "hate them all": 0.7,
        "inferior race": 0.95,
        "go back to your country": 0.8,
    },
    "hate/threatening": {"exterminate them": 0.95, "wipe them out": 0.85, "kill them all": 0.97},
    "illicit": {
        "build a bomb": 0.95,
        "make a bomb": 0.95,
        "launder money": 0.8,
        "steal a car": 0.7,
        "counterfeit": 0.6,
        "shoplift": 0.7,
        "make meth": 0.95,
        "hack into": 0.55,
    },
    "illicit/violent": {"build a bomb": 0.95, "make a bomb": 0.95, "buy a gun illegally": 0.9, "poison someone": 0.95},
    "self-harm": {
        "suicide": 0.8,
        "kill myself": 0.97,
        "self-harm": 0.8,
        "hurt myself": 0.85,
        "cut myself": 0.85,
        "end my life": 0.95,
    },
    "self-harm/intent": {"kill myself": 0.97, "want to die": 0.85, "end my life": 0.95, "hurt myself": 0.8},
    "self-harm/instructions": {"how to kill myself": 0.98, "ways to commit suicide": 0.97, "painless suicide": 0.95},
    "sexual": {"porn": 0.85, "pornographic": 0.85, "explicit sex": 0.9, "nude": 0.55, "erotic": 0.7, "xxx": 0.5},
    "sexual/minors": {"child porn": 0.99, "underage sex": 0.99},
    "violence": {
        "kill": 0.6,
        "murder": 0.75,
        "stab": 0.7,
        "shoot": 0.5,
        "attack": 0.35,
        "bomb": 0.5,
        "hurt you": 0.6,
        "torture": 0.75,
        "kill you": 0.9,
        "kill them": 0.85,
        "beat you up": 0.75,
    },
    "violence/graphic": {"gore": 0.7, "dismember": 0.9, "decapitate": 0.92, "entrails": 0.85, "blood everywhere": 0.8},
}
CATEGORIES = tuple(_WORDS)


def moderate(request: Mapping[str, Any], model: str) -> tuple[dict[str, Any], int]:
    """Return the answer to a moderation request, and the tokens that were looked at.

    A list of parts is one input, pictures and all.
    """
    groups = texts_in(request.get("input"))
    results = [_result(texts, pictures) for texts, pictures in groups]
    tokens = sum(count(text) for texts, _ in groups for text in texts)
    named = hex_id("modr-", *(piece for texts, pictures in groups for piece in (*_pieces(texts), pictures)))
    return {"id": named, "model": model, "results": results}, tokens


def _pieces(texts: Iterable[str]) -> Iterator[str]:
    """Long texts in pieces, for others to have a turn between them."""
    for text in texts:
        for at in range(0, len(text) or 1, _PIECE):
            yield text[at : at + _PIECE]


def texts_in(value: Any) -> list[tuple[list[str], int]]:
    """Return the subject of each result: its texts and the number of its pictures."""
    if isinstance(value, str):
        return [([value], 0)]
    items = list(value or ())
    if all(isinstance(item, str) for item in items):
        return [([item], 0) for item in items]
    parts = [item for item in items if isinstance(item, Mapping)]
    texts = [str(part["text"]) for part in parts if isinstance(part.get("text"), str)] + [
        item for item in items if isinstance(item, str)
    ]
    return [(texts, sum(part.get("type") == "image_url" for part in parts))]


def _result(texts: list[str], pictures: int) -> dict[str, Any]:
    low = _plain("\n".join(texts))
    scores = {category: _score(category, low) for category in CATEGORIES}
    seen = (["text"] if texts else []) + (["image"] if pictures else [])
    return {
        "flagged": any(score >= _FLAGGED for score in scores.values()),
        "categories": {category: score >= _FLAGGED for category, score in scores.items()},
        "category_scores": scores,
        "category_applied_input_types": {
            category: seen if category in _SEEN else seen[:1] if texts else [] for category in CATEGORIES
        },
    }


_SEEN = frozenset({"self-harm", "self-harm/intent", "self-harm/instructions", "sexual", "violence", "violence/graphic"})


def _score(category: str, low: str) -> float:
    left = 1 - _QUIET
    for word, weight in _WORDS[category].items():
        if _has_word(word, low):
            left *= 1 - weight
    return round(1 - left, 6)


def _plain(text: str) -> str:
    """`text` in lower case with one space where it has any; a long one piece by piece, for others to have a turn."""
    out: list[str] = []
    for piece in _pieces((text,)) if text else ():
        words = " ".join(piece.lower().split())
        out += [" " * piece[0].isspace(), words, " " * piece[-1].isspace()]
    return "".join(out).replace("  ", " ").strip()


def _has_word(word: str, low: str) -> bool:
    """Return whether a text has `word` as a word, and not within another."""
    at = low.find(word)
    while at >= 0:
        if _pattern(word).match(low, at):
            return True
        # A match further on within the same letters does not begin a word either.
        at += 1
        while found := _LETTERS.match(low, at):
            at = found.end()
        at = low.find(word, at)
    return False


@lru_cache(maxsize=512)
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?:s|ed|ing|er|ers)?(?!\w)")
