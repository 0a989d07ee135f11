"""The offline models as they are listed: what each does, holds and costs, and which stands in for a foreign name.

Prices are invented so that budgets and ledgers can be tried; they are near those of small models of 2025.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .embed import MOST_DIMENSIONS, MOST_INPUTS
from .faults import FAULT_PREFIX, KINDS

__all__ = [
    "CHAT_WINDOW",
    "CREATED",
    "DEFAULTS",
    "EMBED_TOKENS",
    "EMBED_WINDOW",
    "KIND_FAULTS",
    "Listed",
    "MODELS",
    "MODE_OF_KIND",
    "MOST_TOKENS",
    "default_for",
    "entry",
    "find",
    "kind_of",
]

CHAT_WINDOW = 128_000
EMBED_WINDOW = 32_768
# Of all inputs of one request together, as at OpenAI.
EMBED_TOKENS = 300_000
MOST_TOKENS = 16_384
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
    owned_by: str = "onceward"
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
    "documents": True,
    "fine_tuning": True,
    "batch": True,
    "audio_input": True,
    "audio_output": True,
}

MODELS: tuple[Listed, ...] = (
    Listed(
        "onceward/echo",
        "Offline chat: repeats what was said, follows plain instructions, calls tools, fills JSON schemas.",
        _TEXT_KINDS,
        CHAT_WINDOW,
        MOST_TOKENS,
        0.15e-6,
        0.6e-6,
        _CHAT,
        ("text", "image", "audio", "file"),
    ),
    Listed(
        "onceward/embed",
        "Offline embeddings: hashed words and character runs; similar texts are near each other.",
        ("embeddings",),
        EMBED_WINDOW,
        None,
        0.02e-6,
        0.0,
    ),
    Listed(
        "onceward/image",
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
        "onceward/speech",
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
        "onceward/transcribe",
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
        "onceward/moderate",
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
    "malformed": "The stream contains bytes that are not JSON.",
    "empty": "An answer without choices; unary an empty body.",
    "wrong-type": "An answer whose fields have the wrong types.",
    "html": "A page of HTML with status 200.",
    "break": "An error event after 3 pieces (`:after=10`).",
    "filter": "Ends with `content_filter` after 3 pieces.",
    "flaky": "503 for the first 2 calls of each idempotency key, then an answer (`:times=1`).",
}

DEFAULTS: Mapping[str, str] = {
    "chat": "onceward/echo",
    "completions": "onceward/echo",
    "embeddings": "onceward/embed",
    "images": "onceward/image",
    "speech": "onceward/speech",
    "transcription": "onceward/transcribe",
    "translation": "onceward/transcribe",
    "moderation": "onceward/moderate",
}


def default_for(kind: str) -> str:
    """Return the offline model that answers for any name of `kind`. Raises KeyError for a kind there is no model of."""
    return DEFAULTS[kind]


def find(model: str) -> Listed | None:
    """Return the entry of a built-in id; a fault model's parameters may follow its name."""
    for listed in MODELS:
        if listed.id == model:
            return listed
    if not model.startswith(FAULT_PREFIX):
        return None
    kind = model.removeprefix(FAULT_PREFIX).partition(":")[0]
    if kind not in KINDS:
        return None
    return replace(
        MODELS[0],
        id=model,
        description=f"Offline fault: {KIND_FAULTS[kind]}",
        kinds=(*_TEXT_KINDS, "embeddings", "images", "speech", "transcription", "translation", "moderation"),
    )


def kind_of(model: str) -> str:
    """Return the kind that a foreign model's name shows: `text-embedding-3-small` is embeddings; by default chat."""
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


# The names of kinds in lists of models.
MODE_OF_KIND = {
    "chat": "chat",
    "completions": "completion",
    "embeddings": "embedding",
    "images": "image_generation",
    "speech": "audio_speech",
    "transcription": "audio_transcription",
    "moderation": "moderation",
}
_PRICED = {
    "token": ("input_cost_per_token", "output_cost_per_token"),
    "image": ("", "output_cost_per_image"),
    "character": ("input_cost_per_character", ""),
    "second": ("input_cost_per_second", ""),
}


def entry(listed: Listed, *, parent: str | None = None) -> dict[str, Any]:
    """Return the model as `/v1/models` shows it.

    The flat fields repeat the nested ones for clients that look for them there.
    """
    able = {**dict.fromkeys(_CHAT, False), **listed.capabilities}
    reading, writing = _PRICED[listed.unit]
    prices: dict[str, Any] = {reading: listed.input_price, writing: listed.output_price}
    prices.pop("", None)
    return {
        "id": listed.id,
        "object": "model",
        "created": listed.created,
        "owned_by": listed.owned_by,
        "name": listed.id.rpartition("/")[2],
        "provider": "onceward",
        "description": listed.description,
        "mode": MODE_OF_KIND[listed.kinds[0]],
        "parent": parent,
        "limits": _limits(listed),
        "pricing": {"currency": "USD", **prices},
        "capabilities": able,
        "context_window": listed.context_window,
        "max_output_tokens": listed.max_output_tokens,
        "input_cost_per_token": prices.get("input_cost_per_token"),
        "output_cost_per_token": prices.get("output_cost_per_token"),
        "supports_tools": able["tools"],
        "supports_vision": able["vision"],
        "supports_reasoning": able["thinking"],
        "supports_streaming": able["streaming"],
        "supports_system_messages": able["system_messages"],
        "supports_structured_output": able["structured_output"],
        "supports_audio_input": able["audio_input"],
        "supports_audio_output": able["audio_output"],
        "features": [name for name, value in able.items() if value],
        "modalities": list(listed.modalities),
        "metadata": {"kinds": list(listed.kinds), "offline": True},
    }


def _limits(listed: Listed) -> dict[str, Any]:
    out: dict[str, Any] = {"context_window": listed.context_window, "max_output_tokens": listed.max_output_tokens}
    if "embeddings" in listed.kinds and listed.id == DEFAULTS["embeddings"]:
        out.update(max_dimensions=MOST_DIMENSIONS, max_batch_inputs=MOST_INPUTS)
    return out
