"""The router: matches the raw, still percent-encoded path of a request to a route.

Segments are split before they are decoded, so that `%2F` stays inside its segment. A literal segment takes precedence
over a parameter, and `{name...}` matches the rest of the path, for clients that do not encode the `/` of a model id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from .request import Route

__all__ = ["Match", "Missing", "Router", "WrongMethod", "aliases_of"]

# The first segments of paths that Azure clients call without the name of a deployment.
_WITHOUT_DEPLOYMENT = ("batches", "files", "fine_tuning", "models")


@dataclass(frozen=True, slots=True)
class Match:
    """The route of a request and its decoded path parameters."""

    route: Route
    params: dict[str, str]
    template: str


@dataclass(frozen=True, slots=True)
class WrongMethod:
    """The path exists, with other methods."""

    allow: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """No route has this path."""


@dataclass(slots=True)
class _Node:
    segments: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    rest: _Node | None = None
    names: tuple[str, ...] = ()
    template: str = ""
    routes: dict[str, Route] = field(default_factory=dict)


class Router:
    """A tree of path segments, compiled once; `match` ignores host and scheme."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        self._fixed: dict[bytes, dict[str, Match]] = {}
        self.routes = tuple(routes)
        for route in self.routes:
            for path in (route.path, *aliases_of(route)):
                self._add(path, route)

    def _add(self, path: str, route: Route) -> None:
        node, names = self._root, list[str]()
        for segment in path[1:].split("/"):
            if segment.startswith("{"):
                names.append(segment.strip("{.}"))
                if segment.endswith("...}"):
                    node.rest = node.rest or _Node()
                    node = node.rest
                else:
                    node.parameter = node.parameter or _Node()
                    node = node.parameter
            else:
                node = node.segments.setdefault(segment, _Node())
        node.names, node.template = tuple(names), path
        if route.method in node.routes:
            raise ValueError(f"`{route.method} {path}` is registered twice: {route.operation!r}.")
        node.routes[route.method] = route
        if not names:
            self._fixed.setdefault(path.encode(), {})[route.method] = Match(route, {}, path)

    def match(self, method: str, raw_path: bytes) -> Match | WrongMethod | Missing:
        """Return the route of `raw_path` for `method`; the route of GET also answers HEAD."""
        fixed = self._fixed.get(raw_path)
        if fixed is not None:
            found = fixed.get(method) or (fixed.get("GET") if method == "HEAD" else None)
            return found if found is not None else WrongMethod(_allow(fixed))
        values: list[str] = []
        node = _walk(self._root, raw_path[1:].split(b"/"), 0, values) if raw_path[:1] == b"/" else None
        if node is None:
            return Missing()
        route = node.routes.get(method) or (node.routes.get("GET") if method == "HEAD" else None)
        if route is None:
            return WrongMethod(_allow(node.routes))
        return Match(route, dict(zip(node.names, values, strict=True)), node.template)


def _allow(methods: Iterable[str]) -> tuple[str, ...]:
    found = set(methods)
    if "GET" in found:
        found.add("HEAD")
    return tuple(sorted(found))


def _walk(node: _Node, segments: list[bytes], at: int, values: list[str]) -> _Node | None:
    if at == len(segments):
        return node if node.routes else None
    segment = _decode(segments[at])
    if not segment:
        return None
    child = node.segments.get(segment)
    if child is not None:
        found = _walk(child, segments, at + 1, values)
        if found is not None:
            return found
    if node.parameter is not None:
        values.append(segment)
        found = _walk(node.parameter, segments, at + 1, values)
        if found is not None:
            return found
        values.pop()
    if node.rest is not None:
        rest = [_decode(s) for s in segments[at:]]
        if all(rest):
            values.append("/".join(s for s in rest if s))
            return node.rest
    return None


def _decode(segment: bytes) -> str | None:
    try:
        text = unquote_to_bytes(segment).decode() if b"%" in segment else segment.decode("ascii")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def aliases_of(route: Route) -> tuple[str, ...]:
    """Return the other paths of a route: its own, those without `/v1` that older clients call, and those of Azure."""
    own = tuple(route.aliases)
    bare = tuple(path[3:] for path in (route.path, *own) if path.startswith("/v1/"))
    return own + bare + tuple(azure for path in (route.path, *own) for azure in _azure_paths(path))


def _azure_paths(path: str) -> tuple[str, ...]:
    """Return the Azure paths of an operation: under `/openai/v1`, and without a deployment also under `/openai`."""
    if not path.startswith("/v1/"):
        return ()
    bare = path[3:]
    return (f"/openai{path}", *((f"/openai{bare}",) if bare.split("/")[1] in _WITHOUT_DEPLOYMENT else ()))
