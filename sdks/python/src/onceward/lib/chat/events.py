"""The typed events of a streamed chat completion, distinguished by ``type``.

Every event but `ChunkEvent` has the number of its choice.

    chunk            one event as the server sent it; always first, before what it means
    content.delta    a piece of the answer's text               content.done     the whole text of one choice
    reasoning.delta  a piece of the model's reasoning           reasoning.done   the whole of it
    refusal.delta    a piece of a refusal                       refusal.done     the whole of it
    tool_call.delta  a piece of a tool call's arguments         tool_call.done   the whole call, arguments parsed
    logprobs.delta   log probabilities of the new tokens
    finish           one choice is at its end
    usage            the usage of the call

Each ``done`` event comes once, when its choice is at its end: tool calls may interleave, and a call that seems to be
complete may continue.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from ...types.chat import ChatCompletionChunk
    from ...types.shared import CompletionUsage

__all__ = [
    "ChatStreamEvent", "ChunkEvent", "ContentDelta", "ContentDone", "FinishEvent", "LogprobsDelta", "ReasoningDelta",
    "ReasoningDone", "RefusalDelta", "RefusalDone", "ToolCallDelta", "ToolCallDone", "UsageEvent",
]  # fmt: skip


@dataclass(slots=True)
class ChunkEvent:
    """One event as the server sent it."""

    chunk: ChatCompletionChunk
    type: Literal["chunk"] = "chunk"


@dataclass(slots=True)
class _TextDelta:
    """A piece of a text, and the text so far. The text is joined on demand: joining it at every event is quadratic."""

    delta: str
    choice: int
    _pieces: list[str] = field(default_factory=list[str], repr=False, compare=False)
    _count: int = field(default=0, repr=False, compare=False)

    @property
    def snapshot(self) -> str:
        """The text up to and with this piece."""
        return "".join(self._pieces[: self._count])


@dataclass(slots=True)
class ContentDelta(_TextDelta):
    """A piece of the answer's text."""

    type: Literal["content.delta"] = "content.delta"

    @property
    def partial(self) -> Any:
        """The JSON value so far, with open strings, lists and objects closed. None before it begins."""
        from ...tools.partial_json import partial_json

        return partial_json(self.snapshot)


@dataclass(slots=True)
class ContentDone:
    """The whole text of a choice. ``parsed`` is the answer as the requested type, or None if it does not fit."""

    content: str
    choice: int
    parsed: Any = None
    type: Literal["content.done"] = "content.done"


@dataclass(slots=True)
class ReasoningDelta(_TextDelta):
    """A piece of the model's reasoning."""

    type: Literal["reasoning.delta"] = "reasoning.delta"


@dataclass(slots=True)
class ReasoningDone:
    """The whole reasoning of a choice."""

    reasoning: str
    choice: int
    type: Literal["reasoning.done"] = "reasoning.done"


@dataclass(slots=True)
class RefusalDelta(_TextDelta):
    """A piece of a refusal."""

    type: Literal["refusal.delta"] = "refusal.delta"


@dataclass(slots=True)
class RefusalDone:
    """The whole refusal of a choice."""

    refusal: str
    choice: int
    type: Literal["refusal.done"] = "refusal.done"


@dataclass(slots=True)
class ToolCallDelta(_TextDelta):
    """A piece of a tool call: ``delta`` continues its arguments (it may be empty, when only the name came)."""

    index: int = 0
    """The number of the call within its choice."""
    id: str = ""
    name: str = ""
    type: Literal["tool_call.delta"] = "tool_call.delta"


@dataclass(slots=True)
class ToolCallDone:
    """A whole tool call. ``parsed`` is its arguments as an object, or None, and then ``error`` says what is wrong."""

    id: str
    name: str
    arguments: str
    parsed: dict[str, Any] | None
    error: str | None
    index: int
    choice: int
    type: Literal["tool_call.done"] = "tool_call.done"


@dataclass(slots=True)
class LogprobsDelta:
    """Log probabilities of the new tokens, as the contract's objects."""

    content: list[Any]
    refusal: list[Any]
    choice: int
    type: Literal["logprobs.delta"] = "logprobs.delta"


@dataclass(slots=True)
class FinishEvent:
    """A choice is at its end. The reason is None if the server sent none."""

    reason: str | None
    choice: int
    type: Literal["finish"] = "finish"


@dataclass(slots=True)
class UsageEvent:
    """The usage so far; the last one is that of the whole call."""

    usage: CompletionUsage
    type: Literal["usage"] = "usage"


_TextEvent: TypeAlias = ContentDelta | ContentDone | ReasoningDelta | ReasoningDone | RefusalDelta | RefusalDone
_ToolEvent: TypeAlias = ToolCallDelta | ToolCallDone
ChatStreamEvent: TypeAlias = ChunkEvent | _TextEvent | _ToolEvent | LogprobsDelta | FinishEvent | UsageEvent
