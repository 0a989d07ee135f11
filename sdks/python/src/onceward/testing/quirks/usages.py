"""Quirks of the usage: the number of tokens that an answer reports, in the spellings of providers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .draft import MISSING, Draft, Kind, object_of
from .registry import quirk

__all__: list[str] = []

_CHAT: tuple[Kind, ...] = ("chat", "completions")
_TEXT: tuple[Kind, ...] = (*_CHAT, "messages")
_COUNTED: tuple[Kind, ...] = (*_TEXT, "embeddings", "images", "transcription")
_READ = ("prompt_tokens", "input_tokens")


def _counts(name: str, summary: str, change: Callable[[int], Any]) -> None:
    """Register a quirk in which every count is written another way."""

    def apply(draft: Draft) -> None:
        draft.use(lambda usage: {key: change(n) if type(n) is int else n for key, n in usage.items()})

    quirk(name, summary, kinds=_COUNTED)(apply)


_counts("usage-float", "Counts are floats: `12.0`.", float)
_counts("usage-string", 'Counts are strings: `"12"`.', str)
_counts("usage-negative", "Counts are negative.", lambda n: -n)
_counts("usage-bool", "Counts are `true`.", lambda n: True)
_counts("usage-zero", "Counts are zero.", lambda n: 0)
_counts("usage-null-counts", "Counts are null.", lambda n: None)
_counts("usage-huge", "Counts are above 10 to the power of 30.", lambda n: n * 10**30)
_counts("usage-fraction", "Counts have a fraction: `12.5`.", lambda n: n + 0.5)
_counts("usage-not-a-number", "Counts are `NaN`, which is not JSON.", lambda n: float("nan"))
_counts("usage-nested", 'Counts are objects: `{"tokens": 12}`.', lambda n: {"tokens": n})
_counts("usage-list-counts", "Counts are lists: `[12]`.", lambda n: [n])


@quirk("usage-missing", "The answer has no usage.", kinds=_COUNTED)
def _missing(draft: Draft) -> None:
    draft.use(lambda usage: MISSING)


@quirk("usage-null", "The usage is null.", kinds=_COUNTED)
def _null(draft: Draft) -> None:
    draft.use(lambda usage: None)


@quirk("usage-empty", "The usage is an empty object.", kinds=_COUNTED)
def _empty(draft: Draft) -> None:
    draft.use(lambda usage: {})


@quirk("usage-list", "The usage is a list.", kinds=_COUNTED)
def _list(draft: Draft) -> None:
    draft.use(lambda usage: [usage])


@quirk("usage-text", "The usage is a string.", kinds=_COUNTED)
def _text(draft: Draft) -> None:
    draft.use(lambda usage: "a lot")


@quirk("usage-details-text", "The details of the usage are strings.", kinds=_COUNTED)
def _details_text(draft: Draft) -> None:
    details = ("prompt_tokens_details", "completion_tokens_details", "input_tokens_details", "output_tokens_details")
    draft.use(lambda usage: {**usage, **dict.fromkeys((*details, "cache_creation"), "x")})


@quirk("usage-details-list", "The details of the usage are lists.", kinds=_COUNTED)
def _details_list(draft: Draft) -> None:
    details = ("prompt_tokens_details", "completion_tokens_details", "input_tokens_details", "output_tokens_details")
    draft.use(lambda usage: {**usage, **{name: [7] for name in (*details, "cache_creation")}})


@quirk("usage-prompt-only", "Only the prompt is counted.", kinds=_TEXT)
def _prompt_only(draft: Draft) -> None:
    draft.use(lambda usage: {name: n for name, n in usage.items() if name in _READ} or MISSING)


@quirk("usage-completion-only", "Only the completion is counted.", kinds=_TEXT)
def _completion_only(draft: Draft) -> None:
    draft.use(
        lambda usage: (
            {name: n for name, n in usage.items() if name in ("completion_tokens", "output_tokens")} or MISSING
        )
    )


@quirk("usage-total-only", "Only the total is reported.", kinds=(*_CHAT, "embeddings", "images", "transcription"))
def _total_only(draft: Draft) -> None:
    draft.use(lambda usage: {"total_tokens": usage["total_tokens"]})


@quirk("usage-header", "Counts are only in headers: `x-input-tokens`, `x-output-tokens`.", kinds=_COUNTED)
def _header(draft: Draft) -> None:
    draft.use(lambda usage: MISSING)
    draft.headers += [
        ("x-input-tokens", str(draft.asked.prompt_tokens)),
        ("x-output-tokens", str(draft.completion_tokens)),
    ]


# ---- position in a stream


def _spread(draft: Draft, usage: Callable[[int, int], Any]) -> None:
    """Give every chunk that has choices a usage; ``usage`` gets its number and their count."""
    chunks = [value for value in map(object_of, draft.events) if value is not None and value.get("choices")]
    draft.events = [*chunks, b"data: [DONE]\n\n"]
    for number, chunk in enumerate(chunks, 1):
        chunk["usage"] = usage(number, len(chunks))


def _usage(draft: Draft, completion: int | None = None) -> dict[str, int]:
    prompt, written = draft.asked.prompt_tokens, draft.completion_tokens if completion is None else completion
    return {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written}


@quirk("usage-cumulative", "Every chunk has the usage so far.", parts=("stream",), kinds=_CHAT)
def _cumulative(draft: Draft) -> None:
    _spread(draft, lambda at, most: _usage(draft, draft.completion_tokens * at // most))


@quirk("usage-zero-after", "A true usage is followed by one of zeros.", parts=("stream",), kinds=_CHAT)
def _zero_after(draft: Draft) -> None:
    _spread(draft, lambda at, most: _usage(draft) if at == 2 else dict.fromkeys(_usage(draft), 0))


@quirk("usage-null-after", "A true usage is followed by null.", parts=("stream",), kinds=_CHAT)
def _null_after(draft: Draft) -> None:
    _spread(draft, lambda at, most: _usage(draft) if at == 2 else None)


@quirk("usage-first", "The usage is only in the first chunk.", parts=("stream",), kinds=_CHAT)
def _first(draft: Draft) -> None:
    _spread(draft, lambda at, most: _usage(draft) if at == 1 else None)


@quirk("usage-split", "The first chunk counts the prompt, the last one the completion.", parts=("stream",), kinds=_CHAT)
def _split(draft: Draft) -> None:
    written = {"completion_tokens": draft.completion_tokens}
    read = {"prompt_tokens": draft.asked.prompt_tokens}
    _spread(draft, lambda at, most: read if at == 1 else written if at == most else None)


@quirk("usage-in-choice", "The usage is inside the last choice.", parts=("stream",), kinds=_CHAT)
def _in_choice(draft: Draft) -> None:
    _spread(draft, lambda at, most: None)
    draft.events[-2]["choices"][0]["usage"] = _usage(draft)


@quirk("usage-after-done", "The usage comes after `[DONE]`.", parts=("stream",), kinds=_CHAT)
def _after_done(draft: Draft) -> None:
    _spread(draft, lambda at, most: None)
    draft.events.append(draft.chunk(usage=_usage(draft)))


@quirk("usage-no-choices", "The chunk with the usage has no `choices` at all.", parts=("stream",), kinds=_CHAT)
def _no_choices(draft: Draft) -> None:
    _spread(draft, lambda at, most: None)
    value = draft.chunk(usage=_usage(draft))
    del value["choices"]
    draft.events.insert(-1, value)


@quirk("usage-start-only", "The usage is only in `message_start`.", parts=("stream",), kinds=("messages",))
def _start_only(draft: Draft) -> None:
    for name, event in draft.events:
        if name == "message_delta":
            del event["usage"]


@quirk("usage-delta-only", "The usage is only in `message_delta`.", parts=("stream",), kinds=("messages",))
def _delta_only(draft: Draft) -> None:
    for name, event in draft.events:
        if name == "message_start":
            del event["message"]["usage"]
        elif name == "message_delta":
            event["usage"]["input_tokens"] = draft.asked.prompt_tokens


# ---- spellings of vendors


def _spelled(name: str, summary: str, members: Callable[[Draft], dict[str, Any]]) -> None:
    """Register a quirk in which the answer has the usage of a vendor: ``members`` returns the members of the answer."""

    def apply(draft: Draft) -> None:
        value = members(draft)
        draft.body.pop("usage", None)
        draft.body.update(value)
        if draft.streamed:
            _spread(draft, lambda at, most: None)
            draft.events.insert(-1, draft.chunk(**value))

    quirk(name, summary, kinds=_CHAT)(apply)


def _half(draft: Draft) -> int:
    return draft.asked.prompt_tokens // 2


_spelled(
    "usage-deepseek",
    "DeepSeek: `prompt_cache_hit_tokens` and `prompt_cache_miss_tokens`.",
    lambda draft: {
        "usage": {
            **_usage(draft),
            "prompt_cache_hit_tokens": _half(draft),
            "prompt_cache_miss_tokens": draft.asked.prompt_tokens - _half(draft),
        }
    },
)
_spelled(
    "usage-moonshot",
    "Moonshot: `cached_tokens` beside `prompt_tokens`.",
    lambda draft: {"usage": {**_usage(draft), "cached_tokens": _half(draft)}},
)
_spelled(
    "usage-anthropic-names",
    "Anthropic's names: `input_tokens` does not count what was read from a cache.",
    lambda draft: {
        "usage": {
            "input_tokens": draft.asked.prompt_tokens - _half(draft),
            "cache_read_input_tokens": _half(draft),
            "cache_creation_input_tokens": 0,
            "output_tokens": draft.completion_tokens,
        }
    },
)
_spelled(
    "usage-gemini",
    "Gemini: `usageMetadata`, where thoughts are beside the candidates.",
    lambda draft: {
        "usageMetadata": {
            "promptTokenCount": draft.asked.prompt_tokens,
            "cachedContentTokenCount": _half(draft),
            "candidatesTokenCount": draft.completion_tokens - 2,
            "thoughtsTokenCount": 2,
            "totalTokenCount": draft.asked.prompt_tokens + draft.completion_tokens,
        }
    },
)
_spelled(
    "usage-cohere",
    "Cohere: `meta.billed_units`.",
    lambda draft: {
        "meta": {"billed_units": {"input_tokens": draft.asked.prompt_tokens, "output_tokens": draft.completion_tokens}}
    },
)
_spelled("usage-groq", "Groq: `x_groq.usage`.", lambda draft: {"x_groq": {"id": "req_1", "usage": _usage(draft)}})
_spelled(
    "usage-xai",
    "xAI: `reasoning_tokens` are not part of `completion_tokens`.",
    lambda draft: {
        "usage": {
            **_usage(draft),
            "completion_tokens": draft.completion_tokens - 2,
            "completion_tokens_details": {"reasoning_tokens": 2},
        }
    },
)
