"""Answers as a gateway gives them, whole and in chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onceward.types.params.chat import ChatCompletionUserMessageParam

__all__ = ["MESSAGES", "USAGE", "answer", "call", "chunk", "text_chunks", "usage_chunk"]

MESSAGES: list[ChatCompletionUserMessageParam] = [{"role": "user", "content": "Hello"}]
USAGE: dict[str, Any] = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
_HEAD = {"id": "chatcmpl-1", "created": 1, "model": "onceward/echo"}


def answer(content: str | None = None, finish: str = "stop", **message: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": content, **message}
    choice = {"index": 0, "message": said, "finish_reason": finish, "logprobs": None}
    return {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}


def chunk(finish: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}
    return {**_HEAD, "object": "chat.completion.chunk", "choices": [choice]}


def usage_chunk() -> dict[str, Any]:
    return {**_HEAD, "object": "chat.completion.chunk", "choices": [], "usage": USAGE}


def text_chunks(*pieces: str, finish: str = "stop") -> list[dict[str, Any]]:
    return [
        chunk(role="assistant", content=""),
        *(chunk(content=piece) for piece in pieces),
        chunk(finish=finish),
        usage_chunk(),
    ]


def call(name: str, arguments: str, id: str = "call_1") -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
