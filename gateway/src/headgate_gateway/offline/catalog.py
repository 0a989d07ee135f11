"""The offline models as they are listed: what each can do, holds and costs, and which of them stands in for a foreign name.

Prices are invented so that budgets and ledgers can be tried; they are near those of small models of 2025.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .faults import FAULT_PREFIX, KINDS

__all__ = ["CREATED", "DEFAULTS", "KIND_FAULTS", "Listed", "MODELS", "default_for", "entry", "find", "kind_of"]

CREATED = 1_735_689_600
_TEXT_KINDS = ("chat", "completions")


@dataclass(frozen=True, slots=True)
class Listed:
    """One model of the list. Prices in USD for one token (or, where `unit` says so, for something else)."""

    id: str
    description: str
    kinds: tuple[str, ...]
    context_window: int
    max_output_tokens: int | None
    input_price: float
    output_price: float
    capabilities: Mapping[str, bool] = field(default_factory=dict)
    modalities: tuple[str, ...] = ("text",)
    unit: str = "token"
    owned_by: str = "headgate"
    created: int = CREATED


_CHAT = {
    "streaming": True,
    "tools": True,
    "parallel_tools": True,
    "vision": True,
    "thinking": True,
    "structured_output": True,
    "json_mode": True,
    "logprobs": True,
    "system_messages": True,
    "audio_input": True,
    "audio_output": True,
}

MODELS: tuple[Listed, ...] = (
    Listed(
        "headgate/echo",
        "Offline chat: tells back what was said, follows plain instructions, calls tools, fills JSON schemas, thinks aloud when asked.",
        _TEXT_KINDS,
        128_000,
        16_384,
        0.15e-6,
        0.6e-6,
        _CHAT,
        ("text", "image", "audio", "file"),
    ),
    Listed(
        "headgate/embed",
        "Offline embeddings: hashed words and character runs; similar texts are near each other.",
        ("embeddings",),
        32_768,
        None,
        0.02e-6,
        0.0,
    ),
    Listed(
        "headgate/image",
        "Offline images: PNG drawings that follow from the prompt.",
        ("images",),
        4_096,
        None,
        0.0,
        0.02,
        {"vision": True},
        ("text", "image"),
        "image",
    ),
    Listed(
        "headgate/speech",
        "Offline speech: every byte of the text is a chord, so the sound can be transcribed back.",
        ("speech",),
        4_096,
        None,
        15e-6,
        0.0,
        {"audio_output": True},
        ("text", "audio"),
        "character",
    ),
    Listed(
        "headgate/transcribe",
        "Offline transcription of offline speech, with the time of every word.",
        ("transcription", "translation"),
        4_096,
        None,
        0.0001,
        0.0,
        {"audio_input": True},
        ("audio", "text"),
        "second",
    ),
    Listed(
        "headgate/moderate",
        "Offline moderation by a list of words.",
        ("moderation",),
        32_768,
        None,
        0.0,
        0.0,
        {"vision": True},
    ),
)

KIND_FAULTS: Mapping[str, str] = {
    "rate-limit": "Always 429 with Retry-After.",
    "overloaded": "Always 529.",
    "error": "Always 500 (`:status=503` for another).",
    "slow": "The first byte is 2 s late (`:seconds=5`).",
    "drip": "Every piece is 0.1 s late (`:seconds=1`).",
    "stall": "The stream stops after 3 pieces; nothing but pings comes (`:after=10`).",
    "cut": "The connection is closed after 3 pieces (`:after=10`).",
    "malformed": "Bytes that are no JSON stand in the stream.",
    "empty": "An answer without choices; unary an empty body.",
    "wrong-type": "An answer whose fields have the wrong types.",
    "html": "A page of HTML with status 200.",
    "break": "An error event after 3 pieces (`:after=10`).",
    "filter": "Ends with `content_filter` after 3 pieces.",
    "flaky": "503 for the first 2 calls of each idempotency key, then an answer (`:times=1`).",
}

DEFAULTS: Mapping[str, str] = {
    "chat": "headgate/echo",
    "completions": "headgate/echo",
    "embeddings": "headgate/embed",
    "images": "headgate/image",
    "speech": "headgate/speech",
    "transcription": "headgate/transcribe",
    "translation": "headgate/transcribe",
    "moderation": "headgate/moderate",
}


def default_for(kind: str) -> str:
    """The offline model that answers for any name of `kind`. Raises KeyError for a kind there is no model of."""
    return DEFAULTS[kind]


def find(model: str) -> Listed | None:
    """The entry of a built-in id; a fault model's parameters may stand behind its name."""
    for listed in MODELS:
        if listed.id == model:
            return listed
    if not model.startswith(FAULT_PREFIX):
        return None
    kind = model.removeprefix(FAULT_PREFIX).partition(":")[0]
    if kind not in KINDS:
        return None
    echo = MODELS[0]
    return Listed(
        model,
        f"Offline fault: {KIND_FAULTS[kind]}",
        (*_TEXT_KINDS, "embeddings", "images", "speech", "transcription", "translation", "moderation"),
        echo.context_window,
        echo.max_output_tokens,
        echo.input_price,
        echo.output_price,
        echo.capabilities,
        echo.modalities,
    )


def kind_of(model: str) -> str:
    """The kind that a foreign model's name tells: `text-embedding-3-small` is embeddings; what tells nothing is chat."""
    name = model.lower()
    signs = (
        ("embed", "embeddings"),
        ("whisper", "transcription"),
        ("transcribe", "transcription"),
        ("tts", "speech"),
        ("dall-e", "images"),
        ("image", "images"),
        ("moderation", "moderation"),
        ("moderate", "moderation"),
        ("instruct", "completions"),
        ("davinci", "completions"),
        ("babbage", "completions"),
    )
    return next((kind for sign, kind in signs if sign in name), "chat")


def entry(listed: Listed) -> dict[str, Any]:
    """The model as `/v1/models` shows it."""
    able = {name: listed.capabilities.get(name, False) for name in _CHAT}
    per_token = listed.unit == "token"
    return {
        "id": listed.id,
        "object": "model",
        "created": listed.created,
        "owned_by": listed.owned_by,
        "name": listed.id.rpartition("/")[2],
        "provider": "headgate",
        "description": listed.description,
        "context_window": listed.context_window,
        "max_output_tokens": listed.max_output_tokens,
        "input_cost_per_token": listed.input_price if per_token else None,
        "output_cost_per_token": listed.output_price if per_token else None,
        "pricing": {"unit": listed.unit, "input": listed.input_price, "output": listed.output_price, "currency": "USD"},
        "capabilities": able,
        "modalities": list(listed.modalities),
        "supports_tools": able["tools"],
        "supports_vision": able["vision"],
        "supports_reasoning": able["thinking"],
        "supports_streaming": able["streaming"],
        "supports_audio_input": able["audio_input"],
        "supports_audio_output": able["audio_output"],
        "supports_system_messages": able["system_messages"],
        "metadata": {"kinds": ",".join(listed.kinds), "offline": "true"},
    }
