"""What a call may use at most, read off its request before it runs: a hold is taken for it, and settled by the truth.

Text counts a token for three bytes, which is more than any tokenizer makes of it. Pictures, sound and files that are
sent inside a request count by what they are, not by their bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..config import Provider

__all__ = ["Candidate", "Estimate", "estimate", "most_output", "weigh"]

_BYTES_A_TOKEN = 3
_MANY_BYTES = 4096
_PICTURE_TOKENS = 1600
_FILE_TOKENS = 8000
_SOUND_BYTES_A_TOKEN = 1600
_FILE_BYTES_A_TOKEN = 12
_PICTURE_OUT = 6300
# By these names servers take a bound of the answer, and how many answers there are.
_BOUNDS = ("max_completion_tokens", "max_tokens", "max_output_tokens", "max_new_tokens", "max_tokens_to_sample")
_COUNTS = ("num_return_sequences", "candidate_count")
# The contract's own maximum.
_CHOICES = 128
_BULKY = ("data", "file_data", "url", "b64_json")


class Candidate(NamedTuple):
    """What may serve a call: who, under which name its price is known, and the most tokens that it writes."""

    provider: str
    price_name: str
    max_output_tokens: int | None = None


def most_output(upstream: Provider | None, known: int | None) -> int | None:
    """The most tokens of an answer that its request does not bound; None where nobody knows.

    A wire that wants a bound gets the provider's own; else the model's `known` one holds.
    """
    return upstream.max_output_tokens if upstream is not None and upstream.wire == "anthropic" else known


class Estimate:
    """Tokens in and out. `declared` says that the request itself bounds its answer."""

    __slots__ = ("choices", "declared", "input", "output")

    def __init__(self, input: int, output: int, *, declared: bool, choices: int = 1) -> None:
        self.input = input
        self.output = output
        self.declared = declared
        self.choices = choices

    def output_at(self, most: int | None) -> int:
        """The most tokens of the answer of a model that writes no more than `most`, if that is known."""
        return self.output if self.declared or most is None else most * self.choices


def estimate(kind: str, data: dict[str, Any], size: int, default_output: int) -> Estimate:
    """The estimate for a request of `size` bytes."""
    if kind in ("chat", "completions"):
        return _generation(data, size, default_output)
    if kind == "images":
        number = _number(data.get("n")) or 1
        return Estimate(_text(data, size), number * _PICTURE_OUT, declared=True)
    if kind in ("transcription", "translation"):
        return Estimate(max(64, size // _SOUND_BYTES_A_TOKEN), default_output, declared=False)
    return Estimate(_text(data, size), 0, declared=True)


def _generation(data: dict[str, Any], size: int, default_output: int) -> Estimate:
    # Of two bounds nobody knows which one the model heeds; none is heeded that is 0.
    declared = max(_number(data.get(name)) for name in _BOUNDS)
    choices = min(max(_number(data.get("n")), _number(data.get("best_of")), 1), _CHOICES)
    choices = max(choices, *(_number(data.get(name)) for name in _COUNTS)) * _prompts(data)
    each = declared or default_output
    return Estimate(_text(data, size), each * choices, declared=declared > 0, choices=choices)


def _prompts(data: dict[str, Any]) -> int:
    """How many prompts there are to complete: a list of texts, or of lists of tokens, is one each."""
    prompt = data.get("prompt")
    if isinstance(prompt, list) and prompt and not isinstance(prompt[0], int):
        return len(prompt)
    return 1


def _number(value: Any) -> int:
    """A whole number above 0; 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _text(data: dict[str, Any], size: int) -> int:
    if size and size <= _MANY_BYTES and not _has_parts(data):
        return -(-size // _BYTES_A_TOKEN)
    content, extra = _weigh(data, "")
    return max(1, -(-content // _BYTES_A_TOKEN)) + extra


def _has_parts(data: dict[str, Any]) -> bool:
    """Whether a message has parts: some of them weigh more than their names."""
    messages = data.get("messages")
    if not isinstance(messages, list):
        return False
    return any(isinstance(message, dict) and isinstance(message.get("content"), list) for message in messages)


def weigh(data: Mapping[str, Any]) -> tuple[int, int]:
    """Bytes of text in a request, and tokens of what is no text."""
    return _weigh(data, "")


def _weigh(value: Any, name: str) -> tuple[int, int]:
    """Bytes of text, and tokens of what is no text."""
    if isinstance(value, str):
        if name in _BULKY and len(value) > _MANY_BYTES:
            return 0, _bulk(value, name)
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass")), 0
    if isinstance(value, dict):
        pairs = [_weigh(item, key) for key, item in value.items()]
        pairs.append((0, _elsewhere(value)))
    elif isinstance(value, list):
        pairs = [_weigh(item, name) for item in value]
    else:
        return 4, 0
    return sum(text + 4 for text, _ in pairs), sum(extra for _, extra in pairs)


def _elsewhere(part: dict[str, Any]) -> int:
    """Tokens of what a part of a message only names: a picture by its address, a file by its id."""
    kind = part.get("type")
    if kind in ("image_url", "image"):
        return _PICTURE_TOKENS
    return _FILE_TOKENS if kind == "file" else 0


def _bulk(value: str, name: str) -> int:
    if name == "url" or value.startswith("data:image/"):
        # Its part counts it.
        return 0
    if name == "data":
        return len(value) // _SOUND_BYTES_A_TOKEN + _PICTURE_TOKENS
    return len(value) // _FILE_BYTES_A_TOKEN
