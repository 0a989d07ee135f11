"""The legacy text form.

`text_completion` chunks for one or several prompts, with `echo`, `suffix`, `best_of` and logprobs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from ...core.tokenizer import count, encode
from .conversation import Conversation
from .reply import EchoReply, reply_to
from .stream import FINGERPRINT, logprob

__all__ = ["completion_chunks", "prompts_of"]

_USUAL_LIMIT = 16


def prompts_of(request: Mapping[str, Any]) -> list[str]:
    """Return the prompts as texts; numbers of tokens cannot be turned back into words and are named by their number."""
    prompt = request.get("prompt")
    if prompt is None:
        return ["<|endoftext|>"]
    if isinstance(prompt, str):
        return [prompt]
    if isinstance(prompt, Sequence) and prompt and all(isinstance(item, int) for item in prompt):
        return [_named(prompt)]
    return [item if isinstance(item, str) else _named(item) for item in prompt or [""]]


def _named(tokens: Sequence[int]) -> str:
    return "".join(f" <{token}>" for token in tokens)


def completion_chunks(
    request: Mapping[str, Any], *, id: str, created: int, model: str, learned: Mapping[int, str] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the stream of a completion; the choices of prompt p are p * n to p * n + n - 1."""
    prompts, number = prompts_of(request), int(request.get("n") or 1)
    best = max(number, int(request.get("best_of") or 1))
    limit = request.get("max_tokens")
    frame: dict[str, Any] = {
        "id": id,
        "object": "text_completion",
        "created": created,
        "model": model,
        "system_fingerprint": FINGERPRINT,
    }
    replies: list[EchoReply] = []
    streams: list[Iterator[dict[str, Any]]] = []
    for place, prompt in enumerate(prompts):
        asked = {
            "seed": request.get("seed"),
            "stop": _stops(request),
            "mock_response": request.get("mock_response"),
            "max_tokens": _USUAL_LIMIT if limit is None else limit,
        }
        conversation = Conversation.read([{"role": "user", "content": prompt}])
        answers = [reply_to(asked, conversation, at, (learned or {}).get(place)) for at in range(best)]
        replies += answers
        streams += [
            _choice_chunks(request, reply, place * number + at, prompt) for at, reply in enumerate(answers[:number])
        ]
    for turn in zip_longest(*streams):
        yield from ({**frame, "choices": [choice]} for choice in turn if choice is not None)
    spent = sum(reply.tokens() for reply in replies)
    asked_tokens = sum(count(prompt) for prompt in prompts) + len(prompts) * count(str(request.get("suffix") or ""))
    usage = {"prompt_tokens": asked_tokens, "completion_tokens": spent, "total_tokens": asked_tokens + spent}
    yield {**frame, "choices": [], "usage": usage}


def _stops(request: Mapping[str, Any]) -> list[str]:
    """Return where an answer ends: also where it reaches the text that comes behind it."""
    stop, suffix = request.get("stop"), request.get("suffix")
    stops = [stop] if isinstance(stop, str) else list(stop or ())
    return [*stops, suffix] if isinstance(suffix, str) and suffix else stops


def _choice_chunks(request: Mapping[str, Any], reply: EchoReply, index: int, prompt: str) -> Iterator[dict[str, Any]]:
    pieces = list(encode(prompt)) if request.get("echo") else []
    pieces += [piece for part in reply.parts for piece in part.pieces]
    offset = 0
    wanted = request.get("logprobs")
    for position, piece in enumerate(pieces):
        yield {
            "index": index,
            "text": piece,
            "logprobs": _logprobs(wanted, piece, position, offset),
            "finish_reason": None,
        }
        offset += len(piece)
    yield {"index": index, "text": "", "logprobs": None, "finish_reason": reply.finish}


def _logprobs(wanted: Any, piece: str, position: int, offset: int) -> dict[str, Any] | None:
    if not isinstance(wanted, int) or isinstance(wanted, bool):
        return None
    wanted = max(0, wanted)
    ranked = logprob(piece, position, wanted)
    return {
        "tokens": [piece],
        "token_logprobs": [ranked[0][1]],
        "top_logprobs": [dict(ranked[:wanted])],
        "text_offset": [offset],
    }
