"""What well-known models can do, by the beginning of their names, for operators who do not write it down.

Only families whose makers document the ability for all their members stand here; for the rest the operator says so in
`model_info` (`supports_tools = true`). What nobody said of a model is not asked of it by `auto`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Known", "known_of"]


@dataclass(frozen=True, slots=True)
class Known:
    """Abilities, and sizes in tokens where they are the same in the whole family."""

    able: frozenset[str]
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None


_ALL = frozenset({"tools", "vision", "structured_output", "documents"})
_FAMILIES: tuple[tuple[str, Known], ...] = (
    ("gpt-4o-audio", Known(frozenset({"tools", "audio_input", "audio_output"}), 128_000, 16_384)),
    ("gpt-4o", Known(_ALL, 128_000, 16_384)),
    ("gpt-4.1", Known(_ALL, 1_047_576, 32_768)),
    ("gpt-5", Known(_ALL | {"reasoning"}, 272_000, 128_000)),
    ("gpt-4-turbo", Known(frozenset({"tools", "vision"}), 128_000, 4_096)),
    ("gpt-4", Known(frozenset({"tools"}), 8_192, 8_192)),
    ("gpt-3.5-turbo", Known(frozenset({"tools"}), 16_385, 4_096)),
    ("o1-mini", Known(frozenset({"reasoning"}), 128_000, 65_536)),
    ("o1", Known(_ALL | {"reasoning"}, 200_000, 100_000)),
    ("o3-mini", Known(frozenset({"tools", "structured_output", "reasoning"}), 200_000, 100_000)),
    ("o3", Known(_ALL | {"reasoning"}, 200_000, 100_000)),
    ("o4-mini", Known(_ALL | {"reasoning"}, 200_000, 100_000)),
    ("claude-3-5", Known(frozenset({"tools", "vision", "documents"}), 200_000, 8_192)),
    ("claude-3-haiku", Known(frozenset({"tools", "vision"}), 200_000, 4_096)),
    ("claude-", Known(frozenset({"tools", "vision", "documents", "reasoning"}), 200_000)),
    ("gemini-", Known(_ALL | {"audio_input"}, 1_048_576)),
)
_NOTHING = Known(frozenset())


def known_of(model: str) -> Known:
    """What is known of a model by its name; of a name with a maker's prefix, the last part counts."""
    name = model.rpartition("/")[2].lower()
    for prefix, known in _FAMILIES:
        if name.startswith(prefix):
            return known
    return _NOTHING
