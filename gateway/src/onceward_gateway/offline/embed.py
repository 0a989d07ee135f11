"""`onceward/embed`: vectors by hashing. Texts that share words and pieces of words point the same way.

Each text is lower-cased and cut into words; every word, every pair of neighbours and every run of 3 to 5 characters
of a padded word adds a signed weight at two places that its hash names. Common words weigh little. The sum is scaled
to length 1, so a dot product is the cosine. Numbers of tokens are features as they are.
"""

from __future__ import annotations

import array
import base64
import math
import re
import sys
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ..core.tokenizer import count
from .common_words import COMMON_WORDS

__all__ = [
    "DEFAULT_DIMENSIONS",
    "MOST_DIMENSIONS",
    "MOST_INPUTS",
    "embeddings",
    "inputs_of",
    "similarity",
    "tokens_of",
    "vector",
]

DEFAULT_DIMENSIONS = 512
MOST_DIMENSIONS = 3072
MOST_INPUTS = 2048
_BY_NAME = {"text-embedding-3-small": 1536, "text-embedding-ada-002": 1536, "text-embedding-3-large": 3072}
_WORD = re.compile(r"[^\W_]+")
_COMMON = COMMON_WORDS | frozenset(
    [
        "as",
        "been",
        "but",
        "can",
        "did",
        "do",
        "does",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "how",
        "i",
        "not",
        "our",
        "she",
        "should",
        "their",
        "these",
        "they",
        "those",
        "was",
        "we",
        "were",
        "where",
        "who",
        "why",
        "will",
        "would",
    ]
)
_COMMON_WEIGHT = 0.15
_PAIR_WEIGHT = 0.5
_RUNS_SHARE = 1.5


def embeddings(request: Mapping[str, Any], model: str) -> dict[str, Any]:
    """Return the answer to an embeddings request, as floats or base64 of little-endian 32-bit floats."""
    size = int(request.get("dimensions") or _BY_NAME.get(str(request.get("model", model)), DEFAULT_DIMENSIONS))
    inputs = inputs_of(request.get("input"))
    encoded = request.get("encoding_format") == "base64"
    data = []
    for index, item in enumerate(inputs):
        numbers = vector(item, size)
        data.append(
            {"object": "embedding", "index": index, "embedding": _base64(numbers) if encoded else numbers.tolist()}
        )
    tokens = sum(map(tokens_of, inputs))
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": model, "usage": usage}


def inputs_of(value: Any) -> list[str | Sequence[int]]:
    """Return the texts or lists of tokens in any of the four shapes of `input`."""
    if isinstance(value, str):
        return [value]
    items = list(value or ())
    if items and all(isinstance(item, int) for item in items):
        return [items]
    return items


def tokens_of(item: str | Sequence[int]) -> int:
    """Return the tokens of one input."""
    return count(item) if isinstance(item, str) else len(item)


def vector(item: str | Sequence[int], size: int = DEFAULT_DIMENSIONS) -> array.array[float]:
    """Return a vector of length 1 with `size` numbers; of nothing at all, the first axis."""
    sums = [0.0] * size
    for feature, weight in _features(item):
        data = feature.encode("utf-8", "replace")
        for salt in (0x9E3779B9, 0x85EBCA6B):
            number = zlib.crc32(data, salt)
            number ^= number >> 15
            number = number * 0x2C1B3C6D & 0xFFFFFFFF
            sums[(number >> 1) % size] += weight if number & 1 else -weight
    length = math.sqrt(sum(value * value for value in sums))
    if length == 0:
        return array.array("f", [1.0, *([0.0] * (size - 1))])
    return array.array("f", [value / length for value in sums])


def similarity(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the cosine of two vectors of length 1."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def _features(item: str | Sequence[int]) -> list[tuple[str, float]]:
    if not isinstance(item, str):
        return [(f"#{token}", 1.0) for token in item]
    words = _WORD.findall(unicodedata.normalize("NFKC", item).lower())
    out: list[tuple[str, float]] = []
    for word in words:
        weight = _COMMON_WEIGHT if word in _COMMON else 1.0
        out.append((word, weight))
        if weight < 1:
            continue
        padded = f"<{word}>"
        runs = [padded[at : at + size] for size in (3, 4, 5) for at in range(len(padded) - size + 1)]
        share = math.sqrt(_RUNS_SHARE / max(3, len(runs)))
        out += [(run, share) for run in runs]
    telling = [word for word in words if word not in _COMMON]
    out += [(f"{a} {b}", _PAIR_WEIGHT) for a, b in pairwise(telling)]
    if not words and item:
        out = [(char, 1.0) for char in item]
    return out


def _base64(numbers: array.array[float]) -> str:
    if sys.byteorder == "big":
        numbers = array.array("f", numbers)
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()
