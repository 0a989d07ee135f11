"""Plain chunks: those that add a text to one choice, and say nothing else that the gateway has to act on.

Nearly all chunks of a stream are plain. A typed decoder recognises them: it refuses every member that has a meaning
for the gateway, such as an error, usage or a finish reason. A refused chunk is read member by member instead.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

__all__ = ["PlainChunk", "PlainChoice", "decode_plain"]


class PlainChoice(msgspec.Struct, gc=False):
    """The choice of a plain chunk. Members with the type None are absent or null."""

    index: Annotated[int, msgspec.Meta(ge=0, lt=1_000_000)] = 0
    delta: dict[str, Any] | None = None
    text: str | None = None
    finish_reason: Literal[""] | None = None
    error: None = None
    message: None = None
    usage: None = None


class PlainChunk(msgspec.Struct, gc=False, rename={"usage_in_camel_case": "usageMetadata"}):
    """A plain chunk. Members with the type None are absent or null; others than these have no meaning here."""

    choices: tuple[PlainChoice]
    object: Literal["chat.completion.chunk", "text_completion", "chat.completion", ""] | None = None
    model: str | None = None
    service_tier: str | None = None
    error: None = None
    type: None = None
    usage: None = None
    usage_in_camel_case: None = None
    usage_metadata: None = None
    x_groq: None = None
    meta: None = None
    prompt_eval_count: None = None
    eval_count: None = None
    candidates: None = None
    message: None = None
    response: None = None
    delta: None = None
    speed: None = None


decode_plain = msgspec.json.Decoder(PlainChunk).decode
"""Return the plain chunk in these bytes; raise `ValueError` or `RecursionError` if they are not one."""
