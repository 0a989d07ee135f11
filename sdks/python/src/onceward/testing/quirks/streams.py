"""Quirks of streams: errors among the events, false or missing ends, and odd framing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..faults import Fault
from .draft import Draft, Kind, count_tokens, object_of
from .registry import Part, quirk

__all__ = ["keep_events"]

_CHAT: tuple[Kind, ...] = ("chat", "completions")
_TEXT: tuple[Kind, ...] = (*_CHAT, "messages")
_STREAM: tuple[Part, ...] = ("stream",)
_DONE = b"data: [DONE]\n\n"
_BEFORE = 5


def keep_events(draft: Draft, count: int = _BEFORE) -> None:
    """Keep the first events, and charge for their text."""
    del draft.events[count:]
    draft.completion_tokens = count_tokens("".join(map(_text_of, draft.events)))


def _text_of(event: Any) -> str:
    value = object_of(event)
    if value is None:
        return ""
    delta = object_of(value.get("delta"))
    if delta is not None:
        return str(delta.get("text") or delta.get("partial_json") or "")
    text = ""
    for choice in value.get("choices") or ():
        part: dict[str, Any] = choice.get("delta") or {}
        text += choice.get("text") or part.get("content") or ""
        text += "".join(call["function"].get("arguments", "") for call in part.get("tool_calls") or ())
    return text


# ---- errors among the events


def _fails(name: str, summary: str, last: Any, *, kinds: tuple[Kind, ...] = _TEXT, done: bool = False) -> None:
    """Register a stream in which this event follows the first words."""

    def apply(draft: Draft) -> None:
        keep_events(draft)
        draft.events += [last, *([_DONE] if done else [])]

    quirk(name, summary, whole=False, parts=_STREAM, kinds=kinds)(apply)


def _fails_in_chunk(name: str, summary: str, finish: str | None, *, beside: bool) -> None:
    """Register a stream in which the error is a member of a chunk, or of its choice."""

    def apply(draft: Draft) -> None:
        keep_events(draft)
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": finish}
        chunk = draft.chunk(choice, error=_GONE) if beside else draft.chunk({**choice, "error": _GONE})
        draft.events += [chunk, _DONE]

    quirk(name, summary, whole=False, parts=_STREAM, kinds=_CHAT)(apply)


_GONE = {"message": "Provider disconnected", "code": 502}
_fails("stream-error", 'An event `{"error": {...}}`.', {"error": {"message": "out of memory", "type": "server_error"}})
_fails("stream-error-done", 'An event `{"error": {...}}`, then `[DONE]`.', {"error": _GONE}, done=True)
_fails("stream-error-string", 'An event `{"error": "text"}`.', {"error": "out of memory"})
_fails("stream-error-502", 'An event `{"error": {"code": 502}}`.', {"error": _GONE})
_fails(
    "stream-error-429",
    'An event `{"error": {"code": 429}}` with a `retry_after`.',
    {"error": {"code": 429, "message": "Slow down.", "retry_after": 7}},
)
_fails(
    "stream-error-529",
    "Anthropic's overload event.",
    ("error", {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
)
_fails("stream-error-named", "An event named `error` whose data is plain text.", b"event: error\ndata: it broke\n\n")
_fails("stream-error-empty", "An event named `error` without data.", b"event: error\ndata:\n\n")
_fails("stream-error-detail", 'An event `{"detail": "text"}`.', {"detail": "The worker died."})
_fails(
    "stream-error-message", 'An event `{"message": ..., "code": ...}`.', {"message": "The worker died.", "code": 503}
)
_fails(
    "stream-error-object",
    'An event `{"object": "error", ...}`.',
    {"object": "error", "message": "The worker died.", "code": 500},
)
_fails_in_chunk("stream-error-beside", "`error` next to `choices`, finish reason `error`.", "error", beside=True)
_fails_in_chunk("stream-error-beside-stop", "`error` next to `choices`, finish reason `stop`.", "stop", beside=True)
_fails_in_chunk("stream-error-in-choice", "`error` inside a choice.", None, beside=False)
_fails("stream-html", "An HTML page among the events.", b"<html><h1>502 Bad Gateway</h1></html>\n\n")
_fails(
    "stream-broken-json",
    "An event whose JSON is cut.",
    b'data: {"choices": [{"index": 0, "delta": {"cont\n\n',
    done=True,
)
_fails("stream-not-chunk", "An event that is a JSON number.", b"data: 7\n\n", done=True)
_fails("stream-other-object", "An event that is an object of another kind.", {"hello": "world"}, kinds=_CHAT, done=True)


# ---- ends


@quirk(
    "done-missing", "The stream ends cleanly, without `[DONE]` (without `message_stop`).", parts=_STREAM, kinds=_CHAT
)
def _done_missing(draft: Draft) -> None:
    draft.events.remove(_DONE)


@quirk(
    "stop-missing", "The stream ends cleanly, without `message_stop`.", whole=False, parts=_STREAM, kinds=("messages",)
)
def _stop_missing(draft: Draft) -> None:
    del draft.events[-1]


@quirk("end-early", "The stream ends cleanly, in the middle of the text.", whole=False, parts=_STREAM, kinds=_TEXT)
def _end_early(draft: Draft) -> None:
    keep_events(draft)


@quirk("done-early", "`[DONE]` comes in the middle of the text.", whole=False, parts=_STREAM, kinds=_CHAT)
def _done_early(draft: Draft) -> None:
    keep_events(draft)
    draft.events.append(_DONE)


@quirk("stream-empty", "The stream has no events.", whole=False, parts=_STREAM, kinds=_TEXT)
def _empty(draft: Draft) -> None:
    keep_events(draft, 0)


@quirk("stream-only-done", "`[DONE]` is the only event.", whole=False, parts=_STREAM, kinds=_CHAT)
def _only_done(draft: Draft) -> None:
    keep_events(draft, 0)
    draft.events.append(_DONE)


@quirk("text-after-finish", "More text follows the finish reason.", whole=False, parts=_STREAM, kinds=_CHAT)
def _after_finish(draft: Draft) -> None:
    part: dict[str, Any] = {"text": " More."} if draft.asked.kind == "completions" else {"delta": {"content": " More."}}
    draft.events.insert(-1, draft.chunk({"index": 0, **part, "finish_reason": None}))


@quirk("events-after-done", "Events follow `[DONE]`.", parts=_STREAM, kinds=_CHAT)
def _after_done(draft: Draft) -> None:
    draft.events += [draft.chunk(), b": bye\n\n"]


@quirk("last-blank-missing", "The blank line after the last event is missing.", parts=_STREAM, kinds=_TEXT)
def _blank_missing(draft: Draft) -> None:
    draft.raw = draft.sse().rstrip(b"\n")


@quirk(
    "finish-blank-missing",
    "The stream ends after the finish reason, without a blank line and `[DONE]`.",
    parts=_STREAM,
    kinds=_CHAT,
)
def _finish_blank_missing(draft: Draft) -> None:
    draft.events.remove(_DONE)
    draft.raw = draft.sse().rstrip(b"\n")


# ---- framing and shape


def _framed(name: str, summary: str, change: Callable[[bytes], bytes], *, kinds: tuple[Kind, ...] = _TEXT) -> None:
    """Register a normal stream in other bytes: ``change`` gets the bytes of an event."""

    def apply(draft: Draft) -> None:
        draft.events = [change(piece) for piece in draft.pieces()]

    quirk(name, summary, parts=_STREAM, kinds=kinds)(apply)


def _lines(piece: bytes) -> bytes:
    return piece.replace(b'data: {"', b'data: {\ndata: "')


_framed("lines-crlf", "Lines end with CR LF.", lambda piece: piece.replace(b"\n", b"\r\n"))
_framed("lines-cr", "Lines end with CR.", lambda piece: piece.replace(b"\n", b"\r"))
_framed("no-space", "There is no space after `data:`.", lambda piece: piece.replace(b"data: ", b"data:"))
_framed("comments", "There are comments between the events.", lambda piece: b": PROCESSING\n\n" + piece)
_framed("ids", "Events have `id` and `retry` fields.", lambda piece: b"id: 7\nretry: 3000\n" + piece)
_framed("names", "Every event is named `message`.", lambda piece: b"event: message\n" + piece, kinds=_CHAT)
_framed("data-lines", "The JSON of an event is spread over several `data` lines.", _lines)
_framed(
    "heartbeats",
    "Events without data, and pings of 2 kB.",
    lambda piece: b"event: ping\n\n:" + b" " * 2000 + b"\n\n" + piece,
)


@quirk("one-byte-pieces", "The stream is sent one byte at a time.", parts=_STREAM, kinds=_TEXT)
def _one_byte(draft: Draft) -> None:
    draft.fault = Fault(pieces=1)


@quirk("one-event", "2,000 words are sent in one event.", parts=_STREAM, kinds=_TEXT)
def _one_event(draft: Draft) -> None:
    _only_text(draft, "word " * 2000)
    draft.completion_tokens = 2000
    draft.use(
        lambda usage: {**usage, **{name: 2000 for name in ("completion_tokens", "output_tokens") if name in usage}}
    )


def _only_text(draft: Draft, text: str) -> None:
    """Make one event of all the text."""
    first = True
    for event in list(draft.events):
        if not _text_of(event):
            continue
        if not first:
            draft.events.remove(event)
            continue
        first = False
        value = object_of(event) or {}
        if "choices" not in value:
            value["delta"] = {"type": "text_delta", "text": text}
        elif draft.asked.kind == "completions":
            value["choices"][0]["text"] = text
        else:
            value["choices"][0]["delta"] = {"content": text}


@quirk(
    "one-event-cut",
    "2,000 words are sent in one event; then the connection breaks.",
    whole=False,
    parts=_STREAM,
    kinds=_TEXT,
)
def _one_event_cut(draft: Draft) -> None:
    _only_text(draft, "word " * 2000)
    at = next(at for at, event in enumerate(draft.events) if _text_of(event))
    del draft.events[at + 1 :]
    draft.completion_tokens = 2000
    draft.fault = Fault(cut_at=len(draft.sse()))


@quirk("event-20mb", "One event has 20 MB.", whole=False, parts=_STREAM, kinds=_TEXT)
def _large_event(draft: Draft) -> None:
    draft.events.insert(2, b"data: " + json.dumps({"choices": [], "padding": "x" * 20_000_000}).encode() + b"\n\n")


@quirk("surrogates-split", "The halves of a surrogate pair are sent in two events.", parts=_STREAM, kinds=_CHAT)
def _surrogates_split(draft: Draft) -> None:
    at = next(at for at, event in enumerate(draft.events) if event["choices"][0].get("finish_reason"))
    for half in ("\ude00", "\ud83d"):
        part: dict[str, Any] = {"text": half} if draft.asked.kind == "completions" else {"delta": {"content": half}}
        draft.events.insert(at, draft.chunk({"index": 0, **part, "finish_reason": None}))


@quirk(
    "chunks-empty",
    "Chunks without choices, and with empty deltas, are sent between the others.",
    parts=_STREAM,
    kinds=_CHAT,
)
def _chunks_empty(draft: Draft) -> None:
    filtered = draft.chunk(prompt_filter_results=[{"prompt_index": 0, "content_filter_results": {}}])
    part: dict[str, Any] = {"text": ""} if draft.asked.kind == "completions" else {"delta": {}}
    draft.events[:0] = [filtered, draft.chunk({"index": 0, **part, "finish_reason": None})]


@quirk("index-missing", "The first choice has no `index`.", parts=_STREAM, kinds=_CHAT)
def _index_missing(draft: Draft) -> None:
    for event in draft.events:
        for choice in (object_of(event) or {}).get("choices", ()):
            if choice["index"] == 0:
                del choice["index"]


@quirk("finish-with-text", "The last text and the finish reason come in one chunk.", parts=_STREAM, kinds=_CHAT)
def _finish_with_text(draft: Draft) -> None:
    chunks = [value for value in map(object_of, draft.events) if value is not None and value["choices"]]
    for choice in range(draft.asked.choices):
        own = [event for event in chunks if event["choices"][0]["index"] == choice]
        own[-2]["choices"][0]["finish_reason"] = own[-1]["choices"][0]["finish_reason"]
        draft.events.remove(own[-1])


@quirk("finish-twice", "The chunk with the finish reason comes twice.", parts=_STREAM, kinds=_CHAT)
def _finish_twice(draft: Draft) -> None:
    at = max(at for at, event in enumerate(draft.events) if (object_of(event) or {}).get("choices"))
    draft.events.insert(at, draft.events[at])


# ---- Anthropic's events


@quirk(
    "delta-before-start",
    "A delta comes before the start of its block.",
    whole=False,
    parts=_STREAM,
    kinds=("messages",),
)
def _delta_first(draft: Draft) -> None:
    draft.events[1], draft.events[2] = draft.events[2], draft.events[1]


@quirk("start-missing", "The stream has no `message_start`.", whole=False, parts=_STREAM, kinds=("messages",))
def _start_missing(draft: Draft) -> None:
    del draft.events[0]


@quirk("block-stop-missing", "A block has no end, the message has one.", parts=_STREAM, kinds=("messages",))
def _block_stop_missing(draft: Draft) -> None:
    draft.events = [event for event in draft.events if event[0] != "content_block_stop"]


@quirk("event-unknown", "Events of unknown types are sent between the others.", parts=_STREAM, kinds=("messages",))
def _event_unknown(draft: Draft) -> None:
    draft.events[1:1] = [("ping", {"type": "ping"}), ("sparkle", {"type": "sparkle", "delta": 7})]


@quirk("names-missing", "Events have no names, only their data.", parts=_STREAM, kinds=("messages",))
def _names_missing(draft: Draft) -> None:
    draft.events = [event for _, event in draft.events]
