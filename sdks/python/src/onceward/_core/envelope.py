"""Parse error responses, in any of the shapes that gateways use, into an error class and its fields.

The shapes are ``{"error": {...}}``, ``{"type": "error", "error": {...}}``, ``{"error": "text", "message": ...}``
(flat),
``{"detail": [...]}`` or ``{"detail": "text"}`` (validation), ``{"message": ...}``, and plain text.
"""

from __future__ import annotations

import json
from typing import Any, Final

from . import errors as e
from .meta import Headers
from .narrow import is_dict, is_list, is_mapping
from .retry import parse_retry_after
from .surrogates import replace_unpaired

__all__ = ["error_class", "error_from", "error_member"]

_BY_TYPE: Final[dict[str, type[e.APIStatusError]]] = {
    "authentication_error": e.AuthenticationError,
    "auth_error": e.AuthenticationError,
    "expired_key": e.AuthenticationError,
    "invalid_api_key": e.AuthenticationError,
    "insufficient_credits": e.InsufficientCreditsError,
    "billing_error": e.InsufficientCreditsError,
    "permission_error": e.PermissionDeniedError,
    "permission_denied": e.PermissionDeniedError,
    "permission_denied_error": e.PermissionDeniedError,
    "key_model_access_denied": e.PermissionDeniedError,
    "team_model_access_denied": e.PermissionDeniedError,
    "user_model_access_denied": e.PermissionDeniedError,
    "band_access_denied": e.BandAccessDeniedError,
    "not_found_error": e.NotFoundError,
    "model_not_found": e.NotFoundError,
    "timeout_error": e.RequestTimeoutError,
    "conflict_error": e.ConflictError,
    "idempotency_key_reused": e.ConflictError,
    "request_too_large": e.PayloadTooLargeError,
    "unprocessable_entity_error": e.UnprocessableEntityError,
    "rate_limit_error": e.RateLimitError,
    "rate_limit_exceeded": e.RateLimitError,
    "insufficient_quota": e.RateLimitError,
    "tokens": e.RateLimitError,
    "requests": e.RateLimitError,
    "provider_error": e.ProviderError,
    "overloaded_error": e.OverloadedError,
    "overloaded": e.OverloadedError,
    "internal_server_error": e.InternalServerError,
    "server_error": e.InternalServerError,
    "budget_exceeded": e.BudgetExceededError,
    "content_filter": e.ContentFilterError,
    "content_policy_violation": e.ContentFilterError,
}
# These say no more than a status does, and servers send them with every kind of status: the status is more reliable.
_WEAK: Final[dict[str, type[e.APIStatusError]]] = {
    "invalid_request_error": e.BadRequestError,
    "bad_request_error": e.BadRequestError,
    "api_error": e.InternalServerError,
}
_BY_STATUS: Final[dict[int, type[e.APIStatusError]]] = {
    400: e.BadRequestError,
    401: e.AuthenticationError,
    402: e.InsufficientCreditsError,
    403: e.PermissionDeniedError,
    404: e.NotFoundError,
    408: e.RequestTimeoutError,
    409: e.ConflictError,
    413: e.PayloadTooLargeError,
    422: e.UnprocessableEntityError,
    429: e.RateLimitError,
    502: e.ProviderError,
    529: e.OverloadedError,
}
# Members that only answers have: an object with one of them is not a bare error, whatever else it contains.
_ANSWERS: Final = frozenset({"data", "id", "choices", "usage", "results", "text"})
_BROKEN_OFF: Final[dict[str, Any]] = {
    "message": "the provider aborted the answer: its finish reason is 'error'",
    "type": "provider_error",
    "retryable": False,
}
_PLAIN: Final = frozenset({"message", "type", "code", "param", "request_id", "retry_after", "status", "status_code"})
_TEXT_LIMIT: Final = 500


def error_class(type: str | None, code: str | None, status: int | None) -> type[e.APIStatusError]:
    """Return the class of an error by its type, then by its code, then by its status."""
    for word in (type, code):
        found = _BY_TYPE.get(word) if word else None
        if found is not None:
            return found
    if status is not None and status >= 400:
        return _BY_STATUS.get(status) or (e.InternalServerError if status >= 500 else e.APIStatusError)
    return _WEAK.get(type or "") or _WEAK.get(code or "") or e.APIStatusError


def error_member(value: Any) -> Any:
    """Return the error object in a decoded answer or event, or None.

    It may be a member ``error`` of the object or of one of its choices, the finish reason of a choice, or the whole
    object.
    """
    if not is_mapping(value):
        return None
    if value.get("error"):
        return value["error"]
    choices = value.get("choices")
    if not is_list(choices):
        bare = "detail" in value or "error" in (value.get("object"), value.get("type"))
        return value if bare and not _ANSWERS.intersection(value) else None
    for choice in choices:
        if is_mapping(choice) and (choice.get("error") or choice.get("finish_reason") == "error"):
            return choice.get("error") or _BROKEN_OFF
    return None


def error_from(
    *,
    status: int | None,
    headers: Headers,
    body: bytes,
    where: str,
    now: float,
    sent_request_id: str | None = None,
) -> e.APIStatusError:
    """Return the error that a response or an event of a stream represents.

    ``where`` names the request in its message.
    """
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
    cls = error_class(type_, code, status)
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
        inner = error_member(value)
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
    flat = {key: item for key, item in table.items() if key != "error"}
    if is_list(inner) or (inner is not None and not isinstance(inner, str) and "message" not in flat):
        flat["message"] = f"the server reported the error {json.dumps(inner)[:_TEXT_LIMIT]}"
    if isinstance(inner, str):
        flat.setdefault("message", inner)
        if inner.isidentifier():
            flat.setdefault("code", inner)
    return flat


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
        return f"the server responded {status} with an HTML page; is `base_url` the gateway's, or that of a proxy?"
    return f"the server responded {status} without a message" if status is not None else "the server reported an error"


def _is_html(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _word(value: Any) -> str | None:
    return replace_unpaired(value) if isinstance(value, str) and value else None


def _code(value: Any) -> str | None:
    """Return a code that is a word. Some servers repeat the status in it, as a number or as digits."""
    word = _word(value)
    return None if word is None or word.isdigit() else word
