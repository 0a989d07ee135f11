"""Parse error responses, in any of the shapes that servers use, into an error class and its fields.

The shapes are ``{"error": {...}}``, ``{"type": "error", "error": {...}}``, ``{"error": "text", "message": ...}``
(flat),
``{"detail": [...]}`` or ``{"detail": "text"}`` (validation), ``{"message": ...}``, and plain text.
"""

from __future__ import annotations

import json
from typing import Any, Final

from . import errors as e
from .dialect import dialect
from .meta import Headers
from .narrow import is_dict, is_list
from .retry import parse_retry_after
from .surrogates import replace_unpaired

__all__ = ["error_from"]

_PLAIN: Final = frozenset({"message", "type", "code", "param", "request_id", "retry_after", "status", "status_code"})
_TEXT_LIMIT: Final = 500


def error_from(
    *,
    status: int | None,
    headers: Headers,
    body: bytes,
    where: str,
    now: float,
    sent_request_id: str | None = None,
) -> e.APIStatusError:
    """Return the error that a response or an event represents. ``where`` names the request in its message."""
    value = _decoded(body)
    fields = _fields(_with_choice_error(value), body)
    if status is None or status < 400:
        status = _status_in(fields) or status
    text = fields.get("message")
    message = replace_unpaired(text) if isinstance(text, str) and text else _fallback(status, body)
    type_ = _word(fields.get("type"))
    code = _code(fields.get("code"))
    after = parse_retry_after(headers, now)
    named = fields.get("retry_after")
    if after is None and isinstance(named, (int, float)) and not isinstance(named, bool):
        after = float(named)
    request_id = headers.get("x-request-id") or _word(fields.get("request_id")) or sent_request_id
    cls = dialect().error_class(type_, code, status)
    error = cls(
        message,
        status_code=status,
        code=code,
        type=type_,
        param=_word(fields.get("param")),
        headers=headers,
        body=value,
        request_id=request_id,
        retry_after=after,
        details={key: item for key, item in fields.items() if key not in _PLAIN},
    )
    error.where = where
    return error


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def _with_choice_error(value: Any) -> Any:
    """Return the object with the error of a choice as its own."""
    if is_dict(value) and not value.get("error"):
        inner = dialect().error_in(value)
        if inner is not None and inner is not value:
            return {"error": inner}
    return value


def _status_in(fields: dict[str, Any]) -> int | None:
    """Return the status in the error object, as a number or as digits: ``status``, ``status_code`` or ``code``."""
    for name in ("status_code", "status", "code"):
        value = fields.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
            return value
    return None


def _fields(value: Any, body: bytes) -> dict[str, Any]:
    if not is_dict(value):
        return {"message": value.strip()[:_TEXT_LIMIT]} if isinstance(value, str) and not _is_html(body) else {}
    table = value
    inner = table.get("error")
    if is_dict(inner):
        fields = dict(inner)
        details = fields.pop("details", None)
        if is_dict(details):
            fields = {**details, **fields}
        for name in ("request_id", "retry_after"):  # Some servers put these beside the error.
            if name in table:
                fields.setdefault(name, table[name])
        return fields
    if "detail" in table:
        return {**{key: item for key, item in table.items() if key != "detail"}, **_validation(table["detail"])}
    return _flat(table, inner)


def _flat(table: dict[str, Any], inner: Any) -> dict[str, Any]:
    """Return the fields of an error that is not nested, with its message."""
    flat = {key: item for key, item in table.items() if key != "error"}
    if is_list(inner) or (inner is not None and not isinstance(inner, str) and "message" not in flat):
        flat["message"] = f"the server reported the error {json.dumps(inner)[:_TEXT_LIMIT]}"
    if isinstance(inner, str):
        flat.setdefault("message", flat.get("error_description", inner))
        if inner.isidentifier():
            flat.setdefault("code", inner)
    return flat if isinstance(flat.get("message"), str) else {**flat, "message": _described(flat)}


def _described(fields: dict[str, Any]) -> Any:
    """Return the message of an error without a member ``message``: its title or description, or its first fault."""
    texts = (fields.get(name) for name in ("title", "description", "msg", "reason", "error_message"))
    found = next((text for text in texts if isinstance(text, str) and text), None)
    faults = fields.get("errors")
    if found is None and is_list(faults) and faults:
        first = faults[0]
        found = first if isinstance(first, str) else _described({**first}) if is_dict(first) else None
        return found or (first.get("message") if is_dict(first) else None)
    return found


def _validation(detail: Any) -> dict[str, Any]:
    if not is_list(detail):
        return {"message": detail if isinstance(detail, str) else json.dumps(detail)}
    texts: list[str] = []
    param: str | None = None
    for fault in detail:
        if not is_dict(fault):
            texts.append(str(fault))
            continue
        loc = fault.get("loc")
        place = ".".join(str(part) for part in (loc if is_list(loc) else (loc,)) if part not in ("body", None))
        param = param or place or None
        texts.append(f"{place}: {fault.get('msg')}" if place else str(fault.get("msg")))
    return {"message": "; ".join(texts), "param": param, "type": None}


def _fallback(status: int | None, body: bytes) -> str:
    if _is_html(body):
        return f"the server responded {status} with an HTML page; is `base_url` right, or that of a proxy?"
    return f"the server responded {status} without a message" if status is not None else "the server reported an error"


def _is_html(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _word(value: Any) -> str | None:
    return replace_unpaired(value) if isinstance(value, str) and value else None


def _code(value: Any) -> str | None:
    """Return a code that is a word. Some servers repeat the status in it, as a number or as digits."""
    word = _word(value)
    return None if word is None or word.isdigit() else word
