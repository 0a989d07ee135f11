"""Infer the name of a method from the path, the verb and the `operationId` of its operation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from onceward_generator.load import Map, Node
from onceward_generator.words import digest, singular, snake, split

from .context import Endpoint, component_key

__all__ = ["Guess", "Siblings", "guess", "longer", "says"]

_VERSION = re.compile(r"v[0-9]+(?:(?:alpha|beta)[0-9]*)?")
_NUMBERED = re.compile(r"[0-9]+(?:\.[0-9]+)+|[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?")
"""A version without a ``v``, which only the first segment of a path can be: ``/2.0/users``, ``/2010-04-01/Calls``."""
_FILLERS = frozenset({"api", "rest", "routes", "route", "by", "id", "for", "the", "a"})
_PREFIXES = frozenset({"api", "rest"})
_STANDARD = {
    "add": "create", "create": "create", "new": "create", "insert": "create", "list": "list", "get": "retrieve",
    "retrieve": "retrieve", "fetch": "retrieve", "read": "retrieve", "show": "retrieve", "info": "retrieve",
    "update": "update", "modify": "update", "edit": "update", "patch": "update", "delete": "delete",
    "remove": "delete", "destroy": "delete", "replace": "replace",
}  # fmt: skip
_VERBS = frozenset(
    {
        "accept", "activate", "append", "approve", "archive", "assign", "attach", "block", "calculate", "cancel",
        "cast", "check", "claim", "clear", "clone", "close", "compact", "complete", "compute", "confirm",
        "connect", "copy", "count", "deactivate", "decline", "detach", "disable", "disconnect", "download",
        "duplicate", "enable", "estimate", "execute", "exchange", "export", "extend", "fetch", "finish", "fork",
        "generate", "grant", "hangup", "health", "import", "invite", "invoke", "join", "judge", "leave", "lock",
        "login", "logout", "merge", "migrate", "move", "pause", "ping", "poll", "preview", "publish", "purge",
        "query", "rank", "refer", "refresh", "register", "reject", "release", "remix", "rename", "render",
        "reopen", "reprocess", "rerank", "reset", "restart", "restore", "resume", "retry", "revoke",
        "rotate", "run", "search", "send", "share", "sign", "signin", "signout", "signup", "start", "stop",
        "submit", "subscribe", "suspend", "swap", "sync", "terminate", "test", "tokenize", "transfer", "trigger",
        "unarchive", "unassign", "unblock", "unlock", "unpublish", "unsubscribe", "unzip", "upload", "validate",
        "verify", "wait",
    }
)  # fmt: skip


_LISTS = ("data", "items", "results", "values", "entries")
_NOUNS_TOO = frozenset({"health", "status", "test", "share", "query", "import", "export", "run", "search", "judge"})
"""Verbs that are nouns, too: in the path of a GET they are nouns."""


class Siblings:
    """The paths of a contract and their HTTP methods."""

    def __init__(self, every: Iterable[Endpoint], named: Map) -> None:
        self._named = named
        self._methods: dict[str, set[str]] = defaultdict(set)
        self._parents: set[str] = set()
        self._of_one: set[str] = set()
        for endpoint in every:
            path = self._plain(endpoint.path)
            self._methods[path].add(endpoint.http)
            parent, _, last = path.rpartition("/")
            if last.startswith("{") and endpoint.http == "get":
                self._of_one.add(parent)
            while parent:
                self._parents.add(parent)
                parent = parent.rpartition("/")[0]

    def methods(self, path: str) -> set[str]:
        """Return the HTTP methods of a path."""
        return self._methods[self._plain(path)]

    def goes_on(self, path: str) -> bool:
        """Report whether another path begins with this one."""
        return self._plain(path) in self._parents

    def has_one(self, path: str) -> bool:
        """Report whether a single member can be read below this path, so that the path itself is a collection."""
        return self._plain(path) in self._of_one

    def resolved(self, schema: Node) -> Map | None:
        """Return a schema, or the target of a reference."""
        key = component_key(schema)
        found = self._named.get(key) if key else schema
        return found if isinstance(found, Map) else None

    @staticmethod
    def _plain(path: str) -> str:
        return path.partition("#")[0].partition("?")[0]


@dataclass(frozen=True, slots=True)
class Guess:
    """A resource path and a method name."""

    resource: tuple[str, ...]
    method: str

    @property
    def dotted(self) -> str:
        """The name with dots."""
        return ".".join((*self.resource, self.method))


def guess(endpoint: Endpoint, siblings: Siblings) -> Guess:
    """Return the likeliest name of an operation among the other operations of the contract."""
    path, _, query = endpoint.path.partition("#")[0].partition("?")
    segments = _without_prefix([segment for segment in path.split("/") if segment])
    resource, method = _resource_and_action(endpoint, segments, siblings)
    ends_in_parameter = bool(segments) and "{" in segments[-1]
    method = method or _method(endpoint, resource, ends_in_parameter, siblings)
    scope = tuple(snake(split(part.replace("=true", ""))) for part in query.split("&") if part)
    return Guess((*scope, *resource) or _tag(endpoint) or ("root",), method)


def longer(endpoint: Endpoint, taken: Guess) -> Iterator[str]:
    """Return longer names for an operation whose likeliest name is taken, plainest first; the last is always free."""
    words = [word for word in _words(endpoint) if not _in_resource(word, taken.resource)]
    words = [word for word in words if _STANDARD.get(word, word) != taken.method and word not in _FILLERS]
    for word in words:
        if word in _VERBS:
            yield ".".join((*taken.resource, word))
    if words:
        yield ".".join((*taken.resource, f"{taken.method}_{'_'.join(words)}"))
    parameters = [snake(split(name)) for name in re.findall(r"\{([^}]*)\}", endpoint.path)]
    if parameters:
        yield ".".join((*taken.resource, f"{taken.method}_by_{'_and_'.join(parameters)}"))
    yield ".".join((*taken.resource, f"{taken.method}_{endpoint.http}"))
    yield ".".join((*taken.resource, f"{taken.method}_{digest(endpoint.key)}"))


def says(endpoint: Endpoint, taken: Guess) -> bool:
    """Report whether `operationId` begins with the method's name, which gives the operation priority for that name."""
    words = _words(endpoint)
    return bool(words) and _STANDARD.get(words[0], words[0]) == taken.method


def _resource_and_action(endpoint: Endpoint, segments: list[str], siblings: Siblings) -> tuple[tuple[str, ...], str]:
    static = tuple(snake(split(segment)) for segment in segments if "{" not in segment)
    if not static or "{" in segments[-1]:
        return static, ""
    words = split(segments[-1])
    if len(segments) == 1 and (words[0] in _VERBS or (words[0] in _STANDARD and len(words) > 1)):
        if words[0] in _STANDARD:
            return _tag(endpoint) or (snake(words[1:]),), "list" if _is_list(endpoint, words) else _STANDARD[words[0]]
        return (_tag(endpoint), snake(words)) if _tag(endpoint) not in ((), static) else (static, "")
    method = _action(endpoint, segments, siblings)
    return (static[:-1], method) if method else (static, "")


def _is_list(endpoint: Endpoint, words: tuple[str, ...]) -> bool:
    return endpoint.http == "get" and words[-1] != singular(words[-1])


def _without_prefix(segments: list[str]) -> list[str]:
    first = segments[1:] if segments and _NUMBERED.fullmatch(segments[0]) else segments
    kept = [s for s in first if not _VERSION.fullmatch(s) and s.lower() not in _PREFIXES]
    return kept if any("{" not in segment for segment in kept) else segments


def _words(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the words of `operationId`, without the path that some frameworks append to it."""
    own = endpoint.operation.text("operationId") or ""
    tail = re.sub(r"[^A-Za-z0-9]", "_", f"{endpoint.path}_{endpoint.http}").lower()
    if own.lower().endswith(tail):
        own = own[: -len(tail)]
    return tuple(word for word in split(own) if not _VERSION.fullmatch(word)) if own.strip("_") else ()


def _verb(endpoint: Endpoint, resource: tuple[str, ...]) -> str:
    """Return the verb at the start of `operationId`, else at its end, else any that is not a standard one."""
    words = [word for word in _words(endpoint) if not _in_resource(word, resource[-1:])]
    for word in (*words[:1], *words[-1:]):
        if word in _STANDARD or word in _VERBS:
            return word
    return next((word for word in words if word in _STANDARD), "")


def _action(endpoint: Endpoint, segments: list[str], siblings: Siblings) -> str:
    """Return the last segment as a method, if it reads as an action rather than as a thing."""
    last = segments[-1]
    words = split(last)
    if len(segments) == 1 or siblings.goes_on(endpoint.path):
        return ""
    if last.lower() in _STANDARD:
        return _STANDARD[last.lower()]
    if endpoint.http == "get" and last.lower() == "content":
        return "content"
    if endpoint.http != "get" and "get" in siblings.methods(endpoint.path):
        return ""
    if words[0] in _STANDARD and len(words) > 1:
        rest = [word for word in words[1:] if not _in_resource(word, tuple(segments[:-1]))]
        return "_".join((_STANDARD[words[0]], *rest)) if rest else _STANDARD[words[0]]
    if words[0] in _VERBS or (len(words) > 1 and words[-1] in {*_VERBS, *_STANDARD} and endpoint.http != "get"):
        return "" if endpoint.http == "get" and words[0] in _NOUNS_TOO else snake(words)
    return ""


def _method(endpoint: Endpoint, resource: tuple[str, ...], on_one: bool, siblings: Siblings) -> str:
    http = endpoint.http
    verb = _verb(endpoint, resource)
    if verb in _VERBS:
        return verb
    if http == "get":
        if on_one:
            return "retrieve"
        return (
            "list"
            if verb == "list" or siblings.has_one(endpoint.path) or _answers_list(endpoint, siblings)
            else "retrieve"
        )
    if http == "post":
        standard = _STANDARD.get(verb, "create")
        return "update" if on_one or standard == "update" else "delete" if standard == "delete" else "create"
    return {"put": "replace" if verb == "replace" else "update", "patch": "update"}.get(http, http)


def _answers_list(endpoint: Endpoint, siblings: Siblings) -> bool:
    """Report whether the response is a list, or `operationId` has a plural."""
    for status, answer in (endpoint.operation.map("responses") or {}).items():
        content = answer.map("content") if isinstance(answer, Map) and status.startswith("2") else None
        for media in (content or {}).values():
            schema = siblings.resolved(media.get("schema")) if isinstance(media, Map) else None
            fields: dict[str, Node] = (schema.map("properties") if schema is not None else None) or {}
            shapes = [schema, *(siblings.resolved(fields.get(name)) for name in _LISTS)]
            if any(shape is not None and shape.get("type") == "array" for shape in shapes):
                return True
    words = _words(endpoint)
    last = endpoint.path.partition("?")[0].rstrip("/").rpartition("/")[2]
    many = words[-1:] if words[:1] and words[0] in {"get", "retrieve", "fetch", "list"} else split(last)[-1:]
    return bool(many) and many[0] != singular(many[0])


def _in_resource(word: str, resource: tuple[str, ...]) -> bool:
    words = {part for segment in resource for part in split(segment)}
    return word in words or singular(word) in {singular(part) for part in words}


def _tag(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the first tag as a resource path, for paths without a resource."""
    tags = endpoint.operation.seq("tags")
    return (snake(split(str(tags[0]))),) if tags else ()
