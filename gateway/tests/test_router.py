"""Routes are found on the raw path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward_gateway.http.request import (
    Request,
    Response,
    Route,
)
from onceward_gateway.http.router import (
    Match,
    Missing,
    Router,
    WrongMethod,
)


async def nothing(call: Request) -> Response:
    return Response(200)


TABLE = Router(
    [
        Route("GET", "/v1/models", "list", nothing),
        Route("GET", "/v1/models/{model}", "get", nothing, aliases=("/v1/models/{model...}",)),
        Route("DELETE", "/v1/models/{model}", "delete", nothing, aliases=("/v1/models/{model...}",)),
        Route("GET", "/v1/models/{model}/parts/{part}", "part", nothing),
        Route("GET", "/v1/models/special", "special", nothing),
        Route("POST", "/openai/deployments/{model}/chat/completions", "chat", nothing),
    ]
)


def found(method: str, path: bytes) -> tuple[str, dict[str, str]] | WrongMethod | Missing:
    match = TABLE.match(method, path)
    return (match.route.operation, match.params) if isinstance(match, Match) else match


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("GET", b"/v1/models", ("list", {})),
        ("HEAD", b"/v1/models", ("list", {})),
        ("GET", b"/models", ("list", {})),
        ("GET", b"/v1/models/openai%2Fgpt-4o", ("get", {"model": "openai/gpt-4o"})),
        ("GET", b"/v1/models/openai/gpt-4o", ("get", {"model": "openai/gpt-4o"})),
        ("DELETE", b"/v1/models/a%20b", ("delete", {"model": "a b"})),
        ("GET", b"/v1/models/special", ("special", {})),
        ("GET", b"/v1/models/x/parts/y", ("part", {"model": "x", "part": "y"})),
        ("POST", b"/openai/deployments/a%2Fb/chat/completions", ("chat", {"model": "a/b"})),
        ("GET", b"/openai/models", ("list", {})),
        ("GET", b"/openai/v1/models/openai/gpt-4o", ("get", {"model": "openai/gpt-4o"})),
        ("GET", b"/openai/v1/deployments", Missing()),
        ("PUT", b"/v1/models", WrongMethod(("GET", "HEAD"))),
        ("POST", b"/v1/models/x", WrongMethod(("DELETE", "GET", "HEAD"))),
        ("GET", b"/v1/models/", Missing()),
        ("GET", b"/v1//models", Missing()),
        ("GET", b"", Missing()),
        ("GET", b"*", Missing()),
        ("GET", b"/v1/models/%ff", Missing()),
        ("GET", b"/v1/models/%00", Missing()),
        ("GET", b"/V1/models", Missing()),
    ],
)
def test_a_path(method: str, path: bytes, wanted: object) -> None:
    assert found(method, path) == wanted


@given(st.binary(max_size=60))
def test_no_path_breaks_it(path: bytes) -> None:
    found("GET", b"/" + path)
    found("GET", path)


def test_a_path_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        Router([Route("GET", "/a/{x}", "a", nothing), Route("GET", "/a/{y}", "b", nothing)])
