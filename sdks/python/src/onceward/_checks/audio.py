# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Checks of request types: audio. `_core.checks` compiles them."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "SpeechRequestVoiceParam": ("union", "string", "shared:CustomVoiceParam"),
    "TranscriptionRequestChunkingStrategyParam": ("union", ("is", "auto"), "audio:VadConfigParam"),
    "VadConfigParam": (
        "object",
        {
            "type": ("is", "server_vad"),
            "threshold": ("within", "number", {"minimum": 0, "maximum": 1}),
            "prefix_padding_ms": "integer",
            "silence_duration_ms": "integer",
        },
        ("type",),
    ),
}
