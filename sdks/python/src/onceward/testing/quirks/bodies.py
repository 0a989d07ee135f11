"""Quirks of the body: odd JSON, odd bytes, odd encodings, and bodies of the wrong shape."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

from .draft import Draft, Kind, object_of
from .registry import quirk

__all__: list[str] = []

_CHAT: tuple[Kind, ...] = ("chat", "completions")
_TEXT: tuple[Kind, ...] = (*_CHAT, "messages")
_JSON: tuple[Kind, ...] = (*_TEXT, "embeddings", "images", "transcription", "moderations")


def _bytes(draft: Draft) -> bytes:
    return draft.sse() if draft.streamed else draft.json()


def _each(draft: Draft) -> list[dict[str, Any]]:
    """Iterate over every object of the answer: the body, or the data of each event."""
    if not draft.streamed:
        return [draft.body]
    values = map(object_of, draft.events)
    return [value for value in values if value is not None]


# ---- unusual JSON


@quirk("lone-surrogate", "The text ends with half of a surrogate pair.", kinds=_TEXT)
def _surrogate(draft: Draft) -> None:
    for value in _each(draft):
        _end_text(value, "\ud83d")
    if draft.streamed:
        _end_stream_text(draft, "\ud83d")


def _end_text(value: dict[str, Any], more: str) -> None:
    for choice in value.get("choices") or ():
        if "message" in choice and choice["message"].get("content"):
            choice["message"]["content"] += more
        elif "text" in choice and choice.get("finish_reason") and choice["text"]:
            choice["text"] += more
    for block in value.get("content") or ():
        if block.get("type") == "text":
            block["text"] += more


def _end_stream_text(draft: Draft, more: str) -> None:
    """Append text to that of the first choice."""
    for at, event in enumerate(draft.events):
        value = object_of(event)
        if value is None:
            continue
        if value.get("type") == "content_block_stop":
            delta = {"type": "text_delta", "text": more}
            delta_event = {"type": "content_block_delta", "index": 0, "delta": delta}
            draft.events.insert(at, ("content_block_delta", delta_event))
            return
        if value.get("choices") and value["choices"][0].get("finish_reason"):
            part: dict[str, Any] = {"text": more} if draft.asked.kind == "completions" else {"delta": {"content": more}}
            draft.events.insert(at, draft.chunk({"index": 0, **part, "finish_reason": None}))
            return


@quirk("infinity", "A number is `-Infinity`, which is not JSON.", kinds=_CHAT)
def _infinity(draft: Draft) -> None:
    for value in _each(draft):
        for choice in value.get("choices") or ():
            token = {"token": "a", "logprob": float("-inf"), "bytes": [97], "top_logprobs": []}
            choice["logprobs"] = {"content": [token], "refusal": None}


@quirk("not-a-number", "A number is `NaN`, which is not JSON.", kinds=_JSON)
def _not_a_number(draft: Draft) -> None:
    for value in _each(draft):
        value["score"] = float("nan")


@quirk("huge-integer", "A number has 400 digits.", kinds=_JSON)
def _huge_integer(draft: Draft) -> None:
    for value in _each(draft):
        value["created"] = int("9" * 400)


@quirk("float-created", "`created` is a float, `index` as well.", kinds=_CHAT)
def _float_created(draft: Draft) -> None:
    for value in _each(draft):
        value["created"] = 1764360000.25
        for choice in value.get("choices") or ():
            choice["index"] = float(choice["index"])


@quirk("nulls", "Optional members are null: ids, logprobs, fingerprints, members of deltas.", kinds=_CHAT)
def _nulls(draft: Draft) -> None:
    for value in _each(draft):
        value |= dict.fromkeys(("id", "system_fingerprint", "service_tier", "object", "created", "model"))
        for choice in value.get("choices") or ():
            choice["logprobs"] = None
            if isinstance(choice.get("delta"), dict):
                nothing = dict.fromkeys(("role", "tool_calls", "function_call", "refusal", "reasoning_content"))
                choice["delta"] = nothing | choice["delta"]


@quirk("duplicate-keys", "A member comes twice; the last one counts.", kinds=_JSON)
def _duplicate_keys(draft: Draft) -> None:
    draft.raw = _bytes(draft).replace(b'{"', b'{"model":"not this one","', 1) if not draft.streamed else None
    if draft.streamed:
        draft.events = [piece.replace(b'{"', b'{"model":"not this one","', 1) for piece in draft.pieces()]


@quirk("nested-deep", "An unknown member is nested 200 deep.", kinds=_JSON)
def _nested(draft: Draft) -> None:
    deep = b'{"x_deep":' + b"[" * 200 + b"]" * 200 + b","
    if draft.streamed:
        draft.events = [piece.replace(b"{", deep, 1) if b"{" in piece else piece for piece in draft.pieces()]
    else:
        draft.raw = draft.json().replace(b"{", deep, 1)


@quirk("unknown-members", "Undocumented members at every level.", kinds=_JSON)
def _unknown(draft: Draft) -> None:
    for value in _each(draft):
        value["x_vendor"] = {"a": [1, None, {"b": "c"}]}
        for choice in value.get("choices") or ():
            choice["x_vendor"] = 1
            if isinstance(choice.get("delta"), dict):
                choice["delta"]["x_vendor"] = ["d"]


# ---- bytes around the JSON


@quirk("bom", "A byte order mark precedes the body.", kinds=_JSON)
def _bom(draft: Draft) -> None:
    draft.raw = b"\xef\xbb\xbf" + _bytes(draft)


@quirk("white-space-before", "Line breaks precede the body, to keep the connection open.", kinds=_JSON)
def _white_space(draft: Draft) -> None:
    draft.raw = b"\n\n  \r\n\n" + _bytes(draft)


@quirk("trailing-garbage", "Other bytes follow the JSON.", parts=("unary",), kinds=_JSON)
def _trailing(draft: Draft) -> None:
    draft.raw = draft.json() + b"\n<!-- served by node 7 -->"


@quirk("not-utf8", "A byte of the text is not UTF-8.", kinds=_TEXT)
def _not_utf8(draft: Draft) -> None:
    text = draft.asked.text.split()[0].encode()
    draft.raw = _bytes(draft).replace(text, text + b"\xff", 1)


@quirk("utf-16", "The body is UTF-16, and its content type says so.", parts=("unary",), kinds=_JSON)
def _utf16(draft: Draft) -> None:
    draft.raw, draft.content_type = draft.json().decode().encode("utf-16"), "application/json; charset=utf-16"


@quirk("latin-1", "The body is Latin-1, and its content type says so.", parts=("unary",), kinds=_TEXT)
def _latin1(draft: Draft) -> None:
    _end_text(draft.body, " Grüße.")
    draft.raw = json.dumps(draft.body, ensure_ascii=False).encode("latin-1")
    draft.content_type = "application/json; charset=iso-8859-1"


# ---- content encodings


@quirk("gzip", "The body is compressed with gzip, whether it was requested or not.")
def _gzip(draft: Draft) -> None:
    draft.raw = gzip.compress(_bytes(draft))
    draft.headers.append(("Content-Encoding", "gzip"))


@quirk("deflate", "The body is compressed with deflate, whether it was requested or not.")
def _deflate(draft: Draft) -> None:
    draft.raw = zlib.compress(_bytes(draft))
    draft.headers.append(("Content-Encoding", "deflate"))


@quirk("brotli", "The body is encoded with brotli, whether it was requested or not.", whole=False)
def _brotli(draft: Draft) -> None:
    draft.raw = _brotli_of(_bytes(draft))
    draft.headers.append(("Content-Encoding", "br"))


def _brotli_of(data: bytes) -> bytes:
    """Return a brotli stream that stores ``data`` as it is (RFC 7932, 9.2: uncompressed meta-blocks)."""
    blocks = bytearray()
    first = True
    for start in range(0, len(data), 1 << 16):
        piece = data[start : start + (1 << 16)]
        # ISLAST 0, MNIBBLES 4, MLEN - 1 in 16 bits, ISUNCOMPRESSED 1; before the first one WBITS 16 (a 0 bit).
        bits, width = (len(piece) - 1) << 3 | 1 << 19, 20
        if first:
            bits, width, first = bits << 1, 21, False
        blocks += bits.to_bytes(-(-width // 8), "little") + piece
    return bytes(blocks) + b"\x03"


@quirk("gzip-unsaid", "The body is compressed with gzip, without a header.", whole=False)
def _gzip_unsaid(draft: Draft) -> None:
    draft.raw = gzip.compress(_bytes(draft))


@quirk("gzip-false", "A header says gzip; the body is plain.", whole=False)
def _gzip_false(draft: Draft) -> None:
    draft.raw = _bytes(draft)
    draft.headers.append(("Content-Encoding", "gzip"))


@quirk("gzip-cut", "The compressed body ends too early.", whole=False)
def _gzip_cut(draft: Draft) -> None:
    data = gzip.compress(_bytes(draft))
    draft.raw = data[: len(data) // 2]
    draft.headers.append(("Content-Encoding", "gzip"))


@quirk("encoding-unknown", "The content encoding is one that does not exist.", whole=False)
def _encoding_unknown(draft: Draft) -> None:
    draft.raw = _bytes(draft)
    draft.headers.append(("Content-Encoding", "x-squeezed"))


# ---- bodies of the wrong shape


def _no_answer(name: str, summary: str, body: bytes) -> None:
    """Register a success with this body."""

    def apply(draft: Draft) -> None:
        draft.raw = body

    quirk(name, summary, whole=False, parts=("unary",), kinds=_TEXT)(apply)


_no_answer("body-empty", "The body is empty.", b"")
_no_answer("body-null", "The body is `null`.", b"null")
_no_answer("body-list", "The body is a list.", b"[]")
_no_answer("body-text", "The body is a JSON string.", b'"Hello"')
_no_answer("body-object", "The body is an empty object.", b"{}")
_no_answer("body-html", "The body is an HTML page.", b"<!doctype html><title>Log in</title>")
_no_answer(
    "body-cut",
    "The JSON ends in the middle, although the body has the declared length.",
    b'{"id": "x", "choices": [{"ind',
)


def _choices(name: str, summary: str, change: Any) -> None:
    """Register a completion whose choices (or content blocks) are something else."""

    def apply(draft: Draft) -> None:
        member = "content" if draft.asked.wire == "anthropic" else "choices"
        if change is _ABSENT:
            del draft.body[member]
        else:
            draft.body[member] = change
        if member == "content":
            draft.body["stop_reason"] = None

    quirk(name, summary, whole=False, parts=("unary",), kinds=_TEXT)(apply)


_ABSENT = object()
_choices("choices-missing", "There are no `choices` (no `content`).", _ABSENT)
_choices("choices-null", "`choices` (`content`) is null.", None)
_choices("choices-empty", "`choices` (`content`) is empty.", [])
_choices("choices-text", "`choices` (`content`) is a list of texts.", ["Hello"])
_choices("choices-object", "`choices` (`content`) is an object.", {"0": {}})


@quirk("finish-error", 'The finish reason is `"error"`.', whole=False, kinds=_CHAT)
def _finish_error(draft: Draft) -> None:
    for value in _each(draft):
        for choice in value.get("choices") or ():
            if choice.get("finish_reason"):
                choice["finish_reason"] = "error"


@quirk("finish-null", "The finish reason stays null.", whole=False, kinds=_TEXT)
def _finish_null(draft: Draft) -> None:
    for value in _each(draft):
        for choice in value.get("choices") or ():
            choice["finish_reason"] = None
        for holder in (value, object_of(value.get("delta"))):
            if holder is not None and "stop_reason" in holder:
                holder["stop_reason"] = None


@quirk("finish-unknown", "The finish reason is undocumented.", kinds=_TEXT)
def _finish_unknown(draft: Draft) -> None:
    for value in _each(draft):
        for choice in value.get("choices") or ():
            if choice.get("finish_reason"):
                choice["finish_reason"] = "eos_token"
        for holder in (value, object_of(value.get("delta"))):
            if holder is not None and holder.get("stop_reason"):
                holder["stop_reason"] = "eos_token"


@quirk("message-null", "The message of a choice is null.", whole=False, parts=("unary",), kinds=("chat",))
def _message_null(draft: Draft) -> None:
    for choice in draft.body["choices"]:
        choice["message"] = None


@quirk(
    "choice-unfinished",
    "With `n` above 1 (else with a second choice) the last one has no finish reason.",
    whole=False,
    kinds=_CHAT,
)
def _choice_unfinished(draft: Draft) -> None:
    if draft.streamed:
        at = max(at for at, event in enumerate(draft.events) if (object_of(event) or {}).get("choices"))
        if draft.asked.choices > 1:
            del draft.events[at]
        else:
            part: dict[str, Any] = (
                {"text": "And"} if draft.asked.kind == "completions" else {"delta": {"content": "And"}}
            )
            draft.events.insert(at, draft.chunk({"index": 1, **part, "finish_reason": None}))
        return
    last = dict(draft.body["choices"][-1])
    if draft.asked.choices == 1:
        draft.body["choices"].append({**last, "index": 1, "finish_reason": None})
    else:
        draft.body["choices"][-1] = {**last, "finish_reason": None}


@quirk("tool-input-missing", "A `tool_use` block has no `input`, and no deltas of one.", kinds=("messages",))
def _tool_input_missing(draft: Draft) -> None:
    block = {"type": "tool_use", "id": "toolu_1", "name": draft.asked.tool or "look"}
    if not draft.streamed:
        draft.body["content"] = [block]
        draft.body["stop_reason"] = "tool_use"
        return
    draft.events = [event for event in draft.events if event[0] != "content_block_delta"]
    for name, event in draft.events:
        if name == "content_block_start":
            event["content_block"] = block
        elif name == "message_delta":
            event["delta"]["stop_reason"] = "tool_use"


@quirk(
    "tool-bare", "A `tool_use` block has neither `id` nor `name`.", whole=False, parts=("unary",), kinds=("messages",)
)
def _tool_bare(draft: Draft) -> None:
    draft.body["content"] = [{"type": "tool_use", "input": {}}]


@quirk("block-unknown", "A content block of an unknown type comes first.", kinds=("messages",))
def _block_unknown(draft: Draft) -> None:
    block = {"type": "hologram", "frames": [1, 2]}
    if not draft.streamed:
        draft.body["content"].insert(0, block)
        return
    for _, event in draft.events:
        if "index" in event:
            event["index"] += 1
    draft.events[1:1] = [
        ("content_block_start", {"type": "content_block_start", "index": 0, "content_block": block}),
        ("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": {"type": "frame_delta", "f": 3}}),
        ("content_block_stop", {"type": "content_block_stop", "index": 0}),
    ]


@quirk("content-parts", "The content of a message is a list of parts.", parts=("unary",), kinds=("chat",))
def _content_parts(draft: Draft) -> None:
    for choice in draft.body["choices"]:
        choice["message"]["content"] = [{"type": "text", "text": draft.asked.text}]
