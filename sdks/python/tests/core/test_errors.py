"""The tree of errors, and how answers become them."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from onceward._core import errors
from onceward._core.envelope import error_from
from onceward._core.errors import APIError, ParameterError, SDKError
from onceward._core.meta import Headers

CLASSES = [getattr(errors, name) for name in errors.__all__]


def drawn() -> dict[str, str]:
    """Class -> parent, read off the drawing."""
    assert errors.__doc__ is not None
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in errors.__doc__.splitlines():
        name = line.strip(" │├└─").split(" ")[0]
        if not name or name not in errors.__all__:
            continue
        depth = (line.index(name) - 4) // 4
        path = [*path[:depth], name]
        if depth:
            parents[name] = path[-2]
    return parents


def test_the_tree_is_as_drawn() -> None:
    real = {cls.__name__: cls.__mro__[1].__name__ for cls in CLASSES if cls is not SDKError}
    assert drawn() == real


def test_all_errors_pickle() -> None:
    for cls in CLASSES:
        if cls is ParameterError:
            error: Any = cls(["`a` is missing", "`b` is 3"], "files.create")
        elif issubclass(cls, APIError):
            error = cls(
                "it failed", status_code=429, code="c", headers=Headers([("a", "b")]), body={"x": 1}, attempts=2
            )
            error.partial = [1]
        else:
            error = cls("it failed")
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is cls
        assert str(copy) == str(error)
        assert vars(copy).keys() == vars(error).keys()


def make(status: int | None, body: Any, headers: dict[str, str] | None = None) -> APIError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_from(
        status=status,
        headers=Headers((headers or {}).items()),
        body=data,
        where="POST http://x/v1/y",
        now=0.0,
        sent_request_id="mine",
    )


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, {"type": "invalid_request_error"}, "BadRequestError"),
        (401, {"type": "invalid_request_error", "code": "invalid_api_key"}, "AuthenticationError"),
        (404, {"type": "invalid_request_error", "code": "model_not_found"}, "NotFoundError"),
        (429, {"type": "invalid_request_error"}, "RateLimitError"),
        (400, {"type": "budget_exceeded"}, "BudgetExceededError"),
        (402, {"type": "insufficient_credits"}, "InsufficientCreditsError"),
        (403, {"type": "band_access_denied"}, "BandAccessDeniedError"),
        (403, {"type": "permission_error"}, "PermissionDeniedError"),
        (408, {}, "RequestTimeoutError"),
        (409, {"code": "idempotency_key_reused"}, "ConflictError"),
        (413, {}, "PayloadTooLargeError"),
        (422, {}, "UnprocessableEntityError"),
        (500, {"type": "api_error"}, "InternalServerError"),
        (502, {"type": "provider_error"}, "ProviderError"),
        (503, {"type": "overloaded_error"}, "OverloadedError"),
        (529, {}, "OverloadedError"),
        (504, {}, "InternalServerError"),
        (418, {}, "APIStatusError"),
        (200, {"type": "overloaded_error"}, "OverloadedError"),
        (None, {"type": "rate_limit_error"}, "RateLimitError"),
        (None, {"type": "api_error"}, "InternalServerError"),
        (400, {"type": "invalid_request_error", "code": "content_filter"}, "ContentFilterError"),
    ],
)
def test_the_class_comes_from_type_then_code_then_status(
    status: int | None, error: dict[str, Any], expected: str
) -> None:
    assert type(make(status, {"error": {"message": "m", **error}})).__name__ == expected


@pytest.mark.parametrize(
    ("body", "message", "param"),
    [
        ({"error": {"message": "bad", "param": "n"}}, "bad", "n"),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}, "busy", None),
        ({"status": 400, "error": "invalid", "message": "bad"}, "bad", None),
        ({"error": "bad"}, "bad", None),
        ({"detail": [{"loc": ["body", "n"], "msg": "too large", "type": "x"}]}, "n: too large", "n"),
        ({"detail": "Not Found"}, "Not Found", None),
        ({"message": "no route"}, "no route", None),
        (b"upstream died", "upstream died", None),
    ],
)
def test_every_legacy_shape_is_read(body: Any, message: str, param: str | None) -> None:
    error = make(400, body)
    assert error.message == message
    assert error.param == param
    assert error.status_code == 400


def test_an_error_with_half_a_character_can_be_printed() -> None:
    error = make(400, b'{"error": {"message": "cut \\ud83d", "code": "\\udc00", "param": "\\ud800"}}')
    assert "cut \ufffd" in str(error)
    assert str(error).encode()
    assert make(400, b'{"error": {"message": "\\ud83d\\ude00"}}').message == "\U0001f600"


def test_a_page_is_told_from_a_message() -> None:
    assert "HTML page" in make(502, b"<html><body>Bad Gateway</body></html>").message


def test_codes_that_only_repeat_the_status_are_absent() -> None:
    assert make(400, {"error": {"message": "m", "code": "400"}}).code is None
    assert make(400, {"error": {"message": "m", "code": 400}}).code is None


def test_fields_and_text() -> None:
    error = make(
        402,
        {
            "error": {
                "message": "no credits",
                "type": "insufficient_credits",
                "code": "credits",
                "credits_required": 5,
                "credits_remaining": 1,
            }
        },
        {"x-request-id": "req_1"},
    )
    assert error.request_id == "req_1"
    assert error.details == {"credits_required": 5, "credits_remaining": 1}
    text = str(error)
    for part in ("POST http://x/v1/y", "no credits", "402", "'credits'", "req_1", "needs 5 credits, 1 are left"):
        assert part in text
    assert make(500, b"").request_id == "mine"


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "7"}, {}, 7.0),
        ({"retry-after": "1.5"}, {}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, {}, 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:30 GMT"}, {}, 30.0),
        ({"retry-after": "soon"}, {}, None),
        ({"retry-after": "nan"}, {}, None),
        ({"retry-after": "-3"}, {}, 0.0),
        ({}, {"retry_after": 4}, 4.0),
    ],
)
def test_retry_after_in_every_form(headers: dict[str, str], body: dict[str, Any], seconds: float | None) -> None:
    assert make(429, {"error": {"message": "m", **body}}, headers).retry_after == seconds
