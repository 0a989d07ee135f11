"""Quirks of the status and the headers, of errors, and of errors that come as a success."""

from __future__ import annotations

import json
from typing import Any

from .draft import Draft, Kind
from .registry import quirk

__all__: list[str] = []

_TEXT: tuple[Kind, ...] = ("chat", "completions", "messages")


def _status(name: str, summary: str, status: int) -> None:
    """Register a normal answer with another status of success."""

    def apply(draft: Draft) -> None:
        draft.status = status

    quirk(name, summary)(apply)


_status("status-201", "The status is 201.", 201)
_status("status-202", "The status is 202.", 202)
_status("status-203", "The status is 203.", 203)
_status("status-206", "The status is 206.", 206)
_status("status-299", "The status is 299, which is not defined.", 299)


@quirk("status-204", "The status is 204, and there is no body.", whole=False)
def _no_content(draft: Draft) -> None:
    draft.status, draft.raw, draft.completion_tokens = 204, b"", 0


@quirk("redirect", "The answer is a redirect (302) to a place that does not exist.", whole=False, charged=False)
def _redirect(draft: Draft) -> None:
    _fail(draft, 302, b"", "text/html")
    draft.headers.append(("Location", "http://127.0.0.1:1/elsewhere"))


# ---- errors


def _fail(draft: Draft, status: int, body: bytes, content_type: str = "application/json") -> None:
    draft.status, draft.raw, draft.content_type, draft.framing = status, body, content_type, "length"
    draft.completion_tokens = 0


def _error(
    name: str,
    summary: str,
    status: int,
    body: bytes,
    content_type: str = "application/json",
    *,
    headers: tuple[tuple[str, str], ...] = (),
) -> None:
    """Register an error with this body and these headers."""

    def apply(draft: Draft) -> None:
        _fail(draft, status, body, content_type)
        draft.headers += headers

    quirk(name, summary, whole=False, charged=False)(apply)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


_BUSY = _json({"error": {"message": "Slow down.", "type": "rate_limit_error", "code": "rate_limited"}})

_error("error-html", "502 with an HTML page.", 502, b"<html><h1>Bad gateway</h1></html>", "text/html")
_error("error-empty", "500 without a body.", 500, b"", "")
_error("error-text", "500 with plain text.", 500, b"Internal Server Error", "text/plain")
_error(
    "error-not-utf8", "400 whose text is Latin-1.", 400, '{"error": {"message": "Größe ungültig"}}'.encode("latin-1")
)
_error("error-string", '400 with `{"error": "text"}`.', 400, _json({"error": "The model does not exist."}))
_error("error-list", "400 with a list of errors.", 400, _json([{"error": {"code": 400, "message": "Bad."}}]))
_error(
    "error-details",
    '422 with `{"detail": [...]}`.',
    422,
    _json({"detail": [{"loc": ["body", "messages"], "msg": "field required", "type": "value_error.missing"}]}),
)
_error("error-code-number", "429 whose `code` is a number.", 429, _json({"error": {"code": 429, "message": "Busy."}}))
_error(
    "error-code-object", "400 whose members are objects.", 400, _json({"error": {"code": {}, "message": {"a": [1]}}})
)
_error("error-null", '500 with `{"error": null}`.', 500, _json({"error": None}))
_error("error-deep", "500 whose body is nested 5,000 deep.", 500, b"[" * 5000 + b"]" * 5000)
_error("error-large", "500 with a body of 1 MB.", 500, b"x" * 1_000_000, "text/plain")
_error("error-520", "520, which only Cloudflare uses.", 520, b"error code: 520", "text/plain")
_error(
    "error-529",
    "529 in Anthropic's form: overloaded.",
    529,
    _json({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
)
_error("status-600", "The status is 600.", 600, b"{}")

_WAITS = (
    ("retry-after-inf", "429 with `Retry-After: inf`.", "Retry-After", "inf"),
    ("retry-after-nan", "429 with `Retry-After: nan`.", "Retry-After", "nan"),
    ("retry-after-1e400", "429 with `Retry-After: 1e400`.", "Retry-After", "1e400"),
    ("retry-after-negative", "429 with `Retry-After: -5`.", "Retry-After", "-5"),
    ("retry-after-huge", "429 with a `Retry-After` of forty digits.", "Retry-After", "9" * 40),
    ("retry-after-past", "429 with a `Retry-After` date of 1901.", "Retry-After", "Tue, 01 Jan 1901 00:00:00 GMT"),
    ("retry-after-far", "429 with a `Retry-After` date of 99999.", "Retry-After", "Fri, 01 Jan 99999 00:00:00 GMT"),
    (
        "retry-after-no-date",
        "429 with a `Retry-After` that is not a valid date.",
        "Retry-After",
        "Mon, 99 Foo 2026 99:99:99",
    ),
    ("retry-after-ms-superscript", "429 with `retry-after-ms: ²`.", "retry-after-ms", "\xb2"),
    ("retry-after-ms-huge", "429 with a `retry-after-ms` of 5,000 digits.", "retry-after-ms", "9" * 5000),
)
for _name, _summary, _header, _value in _WAITS:
    _error(_name, _summary, 429, _BUSY, headers=((_header, _value),))


# ---- errors that come as a success


def _success(name: str, summary: str, value: Any) -> None:
    """Register a body that is an error, with the status 200."""

    def apply(draft: Draft) -> None:
        draft.raw, draft.content_type, draft.framing = _json(value), "application/json", "length"
        draft.completion_tokens = 0

    quirk(name, summary, whole=False, charged=False, kinds=_TEXT)(apply)


_success("ok-error", '200 with `{"error": {...}}`.', {"error": {"message": "The model is gone.", "code": 502}})
_success("ok-error-string", '200 with `{"error": "text"}`.', {"error": "The model is gone."})
_success("ok-error-detail", '200 with `{"detail": "text"}`.', {"detail": "The model is gone."})
_success("ok-error-message", '200 with `{"message": ..., "code": ...}`.', {"message": "Busy.", "code": 429})
_success(
    "ok-error-type",
    '200 with `{"type": "error", ...}`.',
    {"type": "error", "error": {"type": "api_error", "message": "x"}},
)


@quirk("ok-error-and-choices", "200 with an `error` next to empty choices.", whole=False, parts=("unary",), kinds=_TEXT)
def _error_and_choices(draft: Draft) -> None:
    draft.body["error"] = {"code": 502, "message": "Provider disconnected"}
    draft.body["content" if draft.asked.wire == "anthropic" else "choices"] = []


# ---- headers


@quirk("header-9k", "A header of 9,000 bytes.")
def _long_header(draft: Draft) -> None:
    draft.headers.append(("x-provider-trace", "t" * 9000))


@quirk("header-60k", "Headers of 60,000 bytes together.")
def _many_headers(draft: Draft) -> None:
    draft.headers += [(f"x-provider-{number}", "t" * 600) for number in range(100)]


@quirk("header-not-ascii", "A header whose bytes are not UTF-8.")
def _latin_header(draft: Draft) -> None:
    draft.headers.append(("x-provider-region", "Zürich \xff"))


@quirk("header-empty", "Headers without a value.")
def _empty_header(draft: Draft) -> None:
    draft.headers += [("x-provider-region", ""), ("Retry-After", ""), ("x-request-id", "")]


@quirk("content-type-missing", "No `Content-Type`.")
def _no_type(draft: Draft) -> None:
    draft.content_type = ""


@quirk("content-type-text", "The content type is `text/plain`.")
def _text_type(draft: Draft) -> None:
    draft.content_type = "text/plain"


@quirk("content-type-html", "The content type is `text/html`; the body is correct.")
def _html_type(draft: Draft) -> None:
    draft.content_type = "text/html; charset=utf-8"


@quirk("content-type-binary", "The content type is `application/octet-stream`.")
def _binary_type(draft: Draft) -> None:
    draft.content_type = "application/octet-stream"


@quirk("content-type-upper", "The content type is written in capitals.")
def _upper_type(draft: Draft) -> None:
    draft.content_type = "TEXT/EVENT-STREAM" if draft.streamed else "APPLICATION/JSON"


@quirk("content-type-nonsense", "The content type is not one.")
def _no_such_type(draft: Draft) -> None:
    draft.content_type = ";;;"


@quirk("charset-wrong", "The content type says `charset=latin-1`; the body is UTF-8.")
def _wrong_charset(draft: Draft) -> None:
    draft.content_type = "text/event-stream; charset=latin-1" if draft.streamed else "application/json; charset=latin-1"


@quirk("json-as-sse", "JSON where JSON was requested, as `text/event-stream`.", parts=("unary",), kinds=_TEXT)
def _json_as_sse(draft: Draft) -> None:
    draft.content_type = "text/event-stream"


@quirk("sse-as-json", "Events where a stream was requested, as `application/json`.", parts=("stream",), kinds=_TEXT)
def _sse_as_json(draft: Draft) -> None:
    draft.content_type = "application/json"


@quirk("json-for-stream", "A JSON response where a stream was requested.", parts=("stream",), kinds=_TEXT)
def _json_for_stream(draft: Draft) -> None:
    draft.streamed = False


@quirk("sse-for-json", "Events where a JSON response was requested.", parts=("unary",), kinds=_TEXT)
def _sse_for_json(draft: Draft) -> None:
    draft.streamed = True
