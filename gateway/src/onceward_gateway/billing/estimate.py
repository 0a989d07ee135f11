"""Estimate of the maximal usage of a call from its request, on which its reservation is based.

Text counts one token per three bytes, which is more than any tokenizer produces. Pictures, sound and files inside a
request count by their kind, not by their bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..config.load import Provider
from .answer_bounds import (
    MOST_CHOICES,
    bounds_in,
    choices_in,
    whole_number,
)
from .audio_length import tokens_of_sound
from .prices import UnitPrice

__all__ = ["Candidate", "Estimate", "estimate", "most_output", "searches_asked", "tier_asked", "weigh"]

_BYTES_A_TOKEN = 3
_MANY_BYTES = 4096
_PICTURE_TOKENS = 1600
_FILE_TOKENS = 8000
_VIDEO_TOKENS = 32_000
_SOUND_BYTES_A_TOKEN = 1600
_FILE_BYTES_A_TOKEN = 12
_PICTURE_OUT = 6300
_SPOKEN_TOKENS_A_CHARACTER = 2
# Searches of a request without a limit, and sources that xAI reads for one.
_SEARCHES = 10
_SOURCES = 20
_TEXT_KINDS = ("chat", "completions", "embeddings", "moderations")
_DEARER_TIERS = ("priority", "fast")
_SEARCH_TOOLS = ("web_search", "openrouter:web_search", "browser_search", "x_search", "live_search")
_SEARCH_MEMBERS = ("google_search", "googleSearch", "google_search_retrieval", "googleSearchRetrieval")
_SEARCH_BOUNDS = ("max_uses", "max_results", "max_total_results")
_MOST_SEARCHES = 1000
# Counters of limits have 64 bits.
_MOST_OUTPUT = 1 << 60
_BULKY = ("data", "file_data", "url", "b64_json", "image_url", "audio_url", "video_url", "document_url", "file_url")
# Parts that refer to content elsewhere, by its kind. A short video has as many tokens as many pictures.
_ELSEWHERE = {
    **dict.fromkeys(("image_url", "image", "input_image"), _PICTURE_TOKENS),
    **dict.fromkeys(("file", "input_file", "document", "document_url", "file_url", "audio_url"), _FILE_TOKENS),
    **dict.fromkeys(("video", "input_video", "video_url"), _VIDEO_TOKENS),
}
_TEXT_MEMBERS = frozenset(
    {"content", "functions", "instructions", "messages", "metadata", "prompt", "reasoning_content"}
    | {"response_format", "stop", "tool_calls", "tools"}
)
# Members that may be lists of parts.
_INPUTS = ("prompt", "input")
# The members of most messages. They hold nothing but text where `content` is a string, and the rest is short.
_PLAIN_MESSAGE = frozenset({"role", "content", "tool_calls", "tool_call_id"})
# Items, members or characters of a small value.
_FEW = 256


class Candidate(NamedTuple):
    """A model that may serve a call: its provider, the name of its price, and the most tokens that it writes."""

    provider: str
    price_name: str
    max_output_tokens: int | None = None


def most_output(upstream: Provider | None, known: int | None) -> int | None:
    """Return the most tokens of an answer without a limit in its request; None if that is unknown.

    A protocol that requires a limit gets that of the provider; otherwise the `known` limit of the model applies.
    """
    return upstream.max_output_tokens if upstream is not None and upstream.protocol == "anthropic" else known


class Estimate:
    """An estimate of input and output tokens. `declared` is set if the request itself limits its answer."""

    __slots__ = ("characters", "choices", "declared", "input", "media", "output", "searches", "seconds", "tier")

    def __init__(
        self, input: int, output: int, *, declared: bool, choices: int = 1, seconds: int = 0, characters: int = 0
    ) -> None:
        self.input = input
        self.output = output
        self.declared = declared
        self.choices = choices
        # Seconds of input sound, and characters of a text to speak: some models are priced by these.
        self.seconds = seconds
        self.characters = characters
        # Web searches, the requested tier, and whether tokens may be of sound or pictures.
        self.searches = 0
        self.tier = ""
        self.media = False

    def output_at(self, most: int | None) -> int:
        """Return the most tokens of the answer of a model that writes at most `most`, if that is known."""
        return self.output if self.declared or most is None else most * self.choices

    def price_at(self, unit: UnitPrice, most: int | None) -> int:
        """Return the most pico-USD that the request may cost at these prices."""
        unit = unit.of(self.input)
        read, written = max(unit.input, unit.cache_write, unit.cache_write_hour or 0), unit.output
        if self.media:
            read = max(read, unit.audio_input or 0, unit.image_input or 0)
            written = max(written, unit.audio_output or 0, unit.image_output or 0)
        tokens = self.input * read + self.output_at(most) * written
        beside = unit.request + self.seconds * unit.second + self.characters * unit.character
        return tokens + beside + self.searches * (unit.web_search or 0)


def estimate(kind: str, data: dict[str, Any], size: int, default_output: int, seconds: int = 0) -> Estimate:
    """Return the estimate for a request of `size` bytes with `seconds` of sound."""
    found = _estimate(kind, data, size, default_output, seconds)
    found.tier = tier_asked(data)
    found.searches = searches_asked(data)
    found.media = kind not in _TEXT_KINDS or bool(data.get("modalities") or data.get("audio")) or _has_media(data)
    return found


def _estimate(kind: str, data: dict[str, Any], size: int, default_output: int, seconds: int) -> Estimate:
    if kind in ("chat", "completions"):
        return _generation(data, size, default_output)
    if kind == "images":
        number = min(whole_number(data.get("n")) or 1, MOST_CHOICES)
        return Estimate(_text(data, size), number * _PICTURE_OUT, declared=True)
    if kind in ("transcription", "translation"):
        return Estimate(tokens_of_sound(seconds), default_output, declared=False, seconds=seconds)
    said = data.get("input")
    characters = len(said) if kind == "speech" and isinstance(said, str) else 0
    spoken = characters * _SPOKEN_TOKENS_A_CHARACTER
    return Estimate(_text(data, size), spoken, declared=True, characters=characters)


def tier_asked(data: Mapping[str, Any]) -> str:
    """Return the requested service tier if it may cost more than the standard one.

    A more expensive tier counts as soon as it is requested, a cheaper one when the answer names it.
    """
    if data.get("service_tier") in _DEARER_TIERS:
        return str(data["service_tier"])
    return "fast" if data.get("speed") == "fast" else ""


def searches_asked(data: Mapping[str, Any]) -> int:
    """Return the number of web searches that a request allows its model."""
    count = _SEARCHES if data.get("web_search_options") is not None else 0
    for holder in (data.get("tools"), data.get("plugins")):
        for tool in holder if isinstance(holder, list) else ():
            if isinstance(tool, dict) and tool.get("type") != "function" and _searches(tool):
                count += max(map(whole_number, map(tool.get, _SEARCH_BOUNDS))) or _SEARCHES
    asked = data.get("search_parameters")
    if isinstance(asked, dict) and asked.get("mode") != "off":
        count += whole_number(asked.get("max_search_results")) or _SOURCES
    return min(count, _MOST_SEARCHES)


def _searches(tool: Mapping[str, Any]) -> bool:
    """Return whether a tool or plugin searches the web at the provider."""
    kind, id = tool.get("type"), tool.get("id")
    if isinstance(kind, str) and kind.startswith(_SEARCH_TOOLS):
        return True
    return id == "web" or any(tool.get(name) is not None for name in _SEARCH_MEMBERS)


def _generation(data: dict[str, Any], size: int, default_output: int) -> Estimate:
    # If there are several limits, it is unknown which one the model applies; a limit of 0 is ignored.
    bounds = bounds_in(data)
    # A limit below 0 means unlimited, for a model that applies that one.
    is_open, most = min(bounds, default=0) < 0, max(bounds, default=0)
    choices = choices_in(data) * _prompts(data)
    each = max(most, default_output) if is_open or most <= 0 else most
    output = min(each * choices, _MOST_OUTPUT)
    return Estimate(_text(data, size), output, declared=most > 0 and not is_open, choices=choices)


def _prompts(data: dict[str, Any]) -> int:
    """Return the number of prompts to complete: a list has one per item, unless all of them are tokens."""
    prompt = data.get("prompt")
    return len(prompt) if isinstance(prompt, list) and prompt and set(map(type, prompt)) != {int} else 1


def _text(data: dict[str, Any], size: int) -> int:
    if size and _is_text(data, size):
        return -(-size // _BYTES_A_TOKEN)
    content, extra = _weigh(data, "")
    return max(1, -(-content // _BYTES_A_TOKEN)) + extra


def _is_text(data: dict[str, Any], size: int) -> bool:
    """Return whether a body holds nothing but text, so that its size says how many tokens it has.

    This takes no longer for long texts, tools and schemas. Of a large body no member may be large that is not known to
    hold text.
    """
    messages = data.get("messages")
    if isinstance(messages, list):
        for message in messages:
            # Without a call for each message, as there may be hundreds.
            if type(message) is dict and message.keys() <= _PLAIN_MESSAGE:
                content, call = message.get("content"), message.get("tool_call_id", "")
                is_plain = (content is None or type(content) is str) and type(message.get("role")) is str
                if is_plain and type(call) is str and len(call) <= _FEW:
                    continue
            if not _is_text_message(message):
                return False
    # Some servers take parts as prompts and inputs too, such as the address of a picture.
    if any(dict in map(type, value) for name in _INPUTS if isinstance(value := data.get(name), list)):
        return False
    return size <= _MANY_BYTES or all(
        name in _TEXT_MEMBERS or _is_small(value) for name, value in data.items() if name != "messages"
    )


def _is_text_message(message: Any) -> bool:
    """Return whether a message has no part that is not text, and no large member that may hold something else."""
    if not isinstance(message, dict):
        return False
    for name, value in message.items():
        if name == "content" and isinstance(value, list | dict):
            if not all(map(_is_text_part, value if isinstance(value, list) else (value,))):
                return False
        elif name not in _TEXT_MEMBERS and not _is_small(value):
            return False
    return True


def _is_text_part(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "text"


def _is_small(value: Any) -> bool:
    """Return whether a value is too small to hold a picture, sound or file: a short text, or a few of such values."""
    if isinstance(value, str):
        return len(value) <= _FEW
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return len(value) <= _FEW and all(
            (isinstance(one, str) and len(one) <= _FEW) or _is_scalar(one) for one in inner
        )
    return True


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, str | dict | list)


def _has_media(data: dict[str, Any]) -> bool:
    """Return whether a message has a part that is not text."""
    messages = data.get("messages")
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        parts = content if isinstance(content, list) else (content,)
        if any(isinstance(part, dict) and not _is_text_part(part) for part in parts):
            return True
    return False


def weigh(data: Mapping[str, Any]) -> tuple[int, int]:
    """Return the bytes of text in a request, and the tokens of its other content."""
    return _weigh(data, "")


def _weigh(value: Any, name: str) -> tuple[int, int]:
    """Return the bytes of text in a value, and the tokens of its other content."""
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
    """Return the tokens of content that a part only references: a picture by its URL, a file by its id."""
    kind = part.get("type")
    if kind == "input_audio" and isinstance(sound := part.get(kind), dict):
        # Some servers take an address in place of the sound itself.
        return _FILE_TOKENS if str(sound.get("data")).startswith(("http:", "https:")) else 0
    if isinstance(kind, str):
        return _ELSEWHERE.get(kind, 0)
    # A part without a type has the content itself in the member of its kind.
    return max((_ELSEWHERE[name] for name in _ELSEWHERE.keys() & part.keys() if _is_reference(part[name])), default=0)


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and isinstance(value.get("url"), str))


def _bulk(value: str, name: str) -> int:
    if name == "url" or name.endswith("_url") or value.startswith("data:image/"):
        # Counted by `_elsewhere`.
        return 0
    if name == "data":
        return len(value) // _SOUND_BYTES_A_TOKEN + _PICTURE_TOKENS
    return len(value) // _FILE_BYTES_A_TOKEN
