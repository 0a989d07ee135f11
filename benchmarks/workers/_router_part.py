"""The gateway's table of routes, matched by its own router and by Starlette's."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from _load import Loads, Subject, repeated
from starlette.routing import Match as StarletteMatch
from starlette.routing import Route as StarletteRoute

from onceward_gateway.http.request import Route
from onceward_gateway.http.router import Match, Router, aliases_of
from onceward_gateway.testing import InProcessGateway

__all__ = ["SUBJECTS"]

_CHAT = ("POST", "/v1/chat/completions")
_FILE = ("GET", "/v1/files/file-0a1b2c3d/content")
_MISSING = ("GET", "/v1/nothing/here")


async def _routes() -> tuple[Route, ...]:
    async with InProcessGateway() as gateway:
        return gateway.app.table.routes


def _templates(routes: tuple[Route, ...]) -> list[tuple[Route, str]]:
    """Return every route with each of its paths."""
    return [(route, path) for route in routes for path in (route.path, *aliases_of(route))]


def _example(template: str) -> str:
    return re.sub(r"\{[^}]*\}", "an-id_0a1b2c3d", template)


@asynccontextmanager
async def own(_: str) -> AsyncIterator[Loads]:
    """The gateway's router."""
    routes = await _routes()
    router = Router(routes)

    def operation(method: str, path: str) -> str | None:
        found = router.match(method, path.encode())
        return found.route.operation if isinstance(found, Match) else None

    every = _checked(routes, operation)
    raw = [(method, path.encode()) for method, path in every]

    def match_every() -> None:
        for method, path in raw:
            router.match(method, path)

    yield {
        "chat": repeated(lambda: router.match("POST", b"/v1/chat/completions")),
        "file": repeated(lambda: router.match("GET", b"/v1/files/file-0a1b2c3d/content")),
        "missing": repeated(lambda: router.match("GET", b"/v1/nothing/here")),
        "every": repeated(match_every),
    }


@asynccontextmanager
async def starlette(_: str) -> AsyncIterator[Loads]:
    """Starlette's routes in the order of the table, literal paths first, matched as its `Router` does."""
    routes = await _routes()
    entries = [
        StarletteRoute(template.replace("...}", ":path}"), _endpoint, methods=[route.method], name=route.operation)
        for route, template in sorted(_templates(routes), key=lambda entry: entry[1].count("{"))
    ]

    def match(method: str, path: str) -> StarletteRoute | None:
        scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "root_path": ""}
        partial = None
        for route in entries:
            found, child = route.matches(scope)
            if found is StarletteMatch.FULL:
                scope.update(child)
                return route
            if found is StarletteMatch.PARTIAL and partial is None:
                partial = route
        return partial

    def operation(method: str, path: str) -> str | None:
        found = match(method, path)
        return None if found is None else found.name

    every = _checked(routes, operation)

    def match_every() -> None:
        for method, path in every:
            match(method, path)

    yield {
        "chat": repeated(lambda: match(*_CHAT)),
        "file": repeated(lambda: match(*_FILE)),
        "missing": repeated(lambda: match(*_MISSING)),
        "every": repeated(match_every),
    }


async def _endpoint(request: Any) -> None:
    """Never called: only the matching is measured."""


def _checked(routes: tuple[Route, ...], operation: Any) -> list[tuple[str, str]]:
    """Return a request of each path of the table, after a check that the router finds its operation."""
    every = []
    for route, template in _templates(routes):
        request = (route.method, _example(template))
        assert operation(*request) == route.operation, (request, operation(*request))
        every.append(request)
    assert operation(*_CHAT) == operation("POST", "/chat/completions") is not None
    assert operation(*_FILE) == operation("GET", "/files/another/content") is not None
    assert operation(*_MISSING) is None
    return every


SUBJECTS: dict[str, Subject] = {"onceward": own, "starlette": starlette}
