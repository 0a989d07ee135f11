"""The model catalog: abilities and sizes of well-known models, by the beginning of their names.

It has only families whose makers document an ability for all members; for other models the operator sets it in
`model_info` (`supports_tools = true`). `auto` never relies on an ability that is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

__all__ = ["ModelInfo", "model_info"]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The abilities of a model, and its sizes in tokens where they are the same in the whole family."""

    abilities: frozenset[str]
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None


_ALL = frozenset({"tools", "vision", "structured_output", "documents"})
_FAMILIES: tuple[tuple[str, ModelInfo], ...] = (
    ("gpt-4o-audio", ModelInfo(frozenset({"tools", "audio_input", "audio_output"}), 128_000, 16_384)),
    ("gpt-4o", ModelInfo(_ALL, 128_000, 16_384)),
    ("gpt-4.1", ModelInfo(_ALL, 1_047_576, 32_768)),
    ("gpt-5", ModelInfo(_ALL | {"reasoning"}, 272_000, 128_000)),
    ("gpt-4-turbo", ModelInfo(frozenset({"tools", "vision"}), 128_000, 4_096)),
    ("gpt-4", ModelInfo(frozenset({"tools"}), 8_192, 8_192)),
    ("gpt-3.5-turbo", ModelInfo(frozenset({"tools"}), 16_385, 4_096)),
    ("o1-mini", ModelInfo(frozenset({"reasoning"}), 128_000, 65_536)),
    ("o1", ModelInfo(_ALL | {"reasoning"}, 200_000, 100_000)),
    ("o3-mini", ModelInfo(frozenset({"tools", "structured_output", "reasoning"}), 200_000, 100_000)),
    ("o3", ModelInfo(_ALL | {"reasoning"}, 200_000, 100_000)),
    ("o4-mini", ModelInfo(_ALL | {"reasoning"}, 200_000, 100_000)),
    ("claude-3-5", ModelInfo(frozenset({"tools", "vision", "documents"}), 200_000, 8_192)),
    ("claude-3-haiku", ModelInfo(frozenset({"tools", "vision"}), 200_000, 4_096)),
    ("claude-", ModelInfo(frozenset({"tools", "vision", "documents", "reasoning"}), 200_000)),
    ("gemini-", ModelInfo(_ALL | {"audio_input"}, 1_048_576)),
)
# Clients choose the names; no known one is longer.
_MAX_CACHED_LENGTH = 128
_NOTHING = ModelInfo(frozenset())


def model_info(model: str) -> ModelInfo:
    """Return what is known of a model by its name; a maker's prefix is ignored."""
    return _cached(model) if len(model) <= _MAX_CACHED_LENGTH else _find(model)


def _find(model: str) -> ModelInfo:
    name = model.rpartition("/")[2].lower()
    for prefix, known in _FAMILIES:
        if name.startswith(prefix):
            return known
    return _NOTHING


_cached = lru_cache(maxsize=1024)(_find)
