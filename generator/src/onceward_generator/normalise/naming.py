"""Infer the name of a method from the path, the verb and the `operationId` of its operation.

The path gives the resource. The verb of `operationId` gives the method where it says more than the HTTP method does:
``issues/remove-label`` on ``DELETE /issues/{number}/labels/{name}`` is `issues.labels.remove`. A method for one
member has a shorter name than a method for all of them, which is `remove_all`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from onceward_generator.load import Map, Node
from onceward_generator.words import digest, singular, snake, split

from .context import Endpoint, component_key
from .verbs import ALL, LINKS, NOUNS_TOO, STANDARD, VERBS, VERSION, in_resource, phrase, said, said_verb, words_of

__all__ = ["Guess", "Siblings", "guess", "longer", "on_one", "says"]

_FILLERS = frozenset({"api", "rest", "routes", "route", "id", "the", "a", *LINKS})
_PREFIXES = frozenset({"api", "rest"})
_FORMAT = re.compile(r"\.(?:json|xml)(?=/|$)")
_CALL = re.compile(r"(?<=\w)\(\)(?=/|$)")
_KEYED = re.compile(r"(?<=/)([A-Za-z][A-Za-z_]{2,})[^A-Za-z0-9_{}/][^/]*\{[^/]*(?=/|$)")
"""A segment that names a thing and has a parameter: ``items('{key}')`` of OData, and ``report.{format}``."""
_PAGINATED = ("x-pagination", "x-fern-pagination", "x-speakeasy-pagination")
_LISTS = ("data", "items", "results", "values", "entries")


class Siblings:
    """The paths of a contract and their HTTP methods."""

    def __init__(self, every: Iterable[Endpoint], named: Map) -> None:
        self._named = named
        self._methods: dict[str, set[str]] = defaultdict(set)
        self._parents: set[str] = set()
        self._of_one: dict[str, set[str]] = defaultdict(set)
        for endpoint in every:
            path = self._plain(endpoint.path)
            self._methods[path].add(endpoint.http)
            parent, _, last = path.rpartition("/")
            if last.startswith("{"):
                self._of_one[parent].add(endpoint.http)
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
        return "get" in self._of_one.get(self._plain(path), ())

    def deletes_one(self, path: str) -> bool:
        """Report whether a single member can be deleted below this path."""
        return "delete" in self._of_one.get(self._plain(path), ())

    def resolved(self, schema: Node) -> Map | None:
        """Return a schema, or the target of a reference."""
        key = component_key(schema)
        found = self._named.get(key) if key else schema
        return found if isinstance(found, Map) else None

    @staticmethod
    def _plain(path: str) -> str:
        return _plain(path.partition("#")[0].partition("?")[0])


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
    segments = _without_prefix([segment for segment in _plain(path).split("/") if segment])
    segments, action = _custom(segments)
    resource, method = (_static(segments), action) if action else _resource_and_action(endpoint, segments, siblings)
    method = method or _method(endpoint, resource, siblings)
    scope = tuple(snake(split(part.replace("=true", ""))) for part in query.split("&") if part)
    return Guess((*scope, *resource) or _tag(endpoint) or ("root",), method)


def _plain(path: str) -> str:
    """Return a path whose segments are either words or parameters, without the ending of a format."""
    return _KEYED.sub(r"\1/{key}", _CALL.sub("", _FORMAT.sub("", path)))


def longer(endpoint: Endpoint, taken: Guess) -> Iterator[str]:
    """Return longer names for an operation whose likeliest name is taken, plainest first; the last is always free."""
    every = words_of(endpoint)
    said = phrase(every, taken.resource)
    if said and "_" in said and said != taken.method:
        yield ".".join((*taken.resource, said))
    words = [word for word in every if not in_resource(word, taken.resource)]
    words = [word for word in words if STANDARD.get(word, word) != taken.method and word not in _FILLERS]
    for word in words:
        if word in VERBS:
            yield ".".join((*taken.resource, word))
    if words:
        yield ".".join((*taken.resource, f"{taken.method}_{'_'.join(words)}"))
    parameters = [snake(split(name)) for name in re.findall(r"\{([^}]*)\}", endpoint.path)]
    if parameters:
        yield ".".join((*taken.resource, f"{taken.method}_by_{'_and_'.join(parameters)}"))
    yield ".".join((*taken.resource, f"{taken.method}_{snake(split(endpoint.http))}"))
    yield ".".join((*taken.resource, f"{taken.method}_{digest(endpoint.key)}"))


def says(endpoint: Endpoint, taken: Guess) -> bool:
    """Report whether `operationId` begins with the method's name, which gives the operation priority for that name."""
    words = words_of(endpoint)
    return bool(words) and STANDARD.get(words[0], words[0]) == taken.method.partition("_")[0]


def on_one(endpoint: Endpoint) -> bool:
    """Report whether a path ends in a parameter, so that the operation acts on one member of a collection."""
    return "{" in endpoint.path.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2]


def _custom(segments: list[str]) -> tuple[list[str], str]:
    """Return the path and the verb of a custom method: ``/files/{name}:copy`` and ``/chat.postMessage``."""
    if not segments:
        return segments, ""
    head, _, verb = segments[-1].rpartition(":")
    if head and verb and "{" not in verb:
        return [*segments[:-1], head], snake(split(verb))
    noun, _, verb = segments[-1].rpartition(".")
    if len(segments) == 1 and noun and verb and "{" not in segments[-1]:
        return [*noun.split(".")], _standard(split(verb))
    return segments, ""


def _static(segments: list[str]) -> tuple[str, ...]:
    return tuple(snake(split(segment)) for segment in segments if "{" not in segment)


def _standard(words: tuple[str, ...]) -> str:
    return snake((STANDARD.get(words[0], words[0]), *words[1:]))


def _resource_and_action(endpoint: Endpoint, segments: list[str], siblings: Siblings) -> tuple[tuple[str, ...], str]:
    static = _static(segments)
    if not static or "{" in segments[-1]:
        return static, ""
    words = split(segments[-1])
    if len(segments) == 1 and (words[0] in VERBS or (words[0] in STANDARD and len(words) > 1)):
        if words[0] in STANDARD:
            return _tag(endpoint) or (snake(words[1:]),), "list" if _is_list(endpoint, words) else STANDARD[words[0]]
        return (_tag(endpoint), snake(words)) if _tag(endpoint) not in ((), static) else (static, "")
    method = _action(endpoint, segments, siblings)
    return (static[:-1], method) if method else (static, "")


def _is_list(endpoint: Endpoint, words: tuple[str, ...]) -> bool:
    return endpoint.http == "get" and words[-1] != singular(words[-1])


def _without_prefix(segments: list[str]) -> list[str]:
    kept = [s for s in segments if not VERSION.fullmatch(s) and s.lower() not in _PREFIXES]
    return kept if any("{" not in segment for segment in kept) else segments


def _action(endpoint: Endpoint, segments: list[str], siblings: Siblings) -> str:
    """Return the last segment as a method, if it reads as an action rather than as a thing."""
    last = segments[-1]
    words = split(last)
    if len(segments) == 1 or siblings.goes_on(endpoint.path):
        return ""
    if endpoint.http == "get":
        return _read_action(endpoint, words, siblings)
    if endpoint.http == "delete" and last.lower() not in STANDARD:
        return _undo_action(endpoint, segments, siblings)
    if last.lower() in STANDARD:
        return STANDARD[last.lower()]
    if "get" in siblings.methods(endpoint.path) and words_of(endpoint)[:1] != words:
        return ""
    if words[0] in STANDARD and len(words) > 1:
        rest = [word for word in words[1:] if not in_resource(word, tuple(segments[:-1]))]
        return "_".join((STANDARD[words[0]], *rest)) if rest else STANDARD[words[0]]
    if words[0] in VERBS or (len(words) > 1 and words[-1] in {*VERBS, *STANDARD}):
        return snake(words)
    return ""


def _undo_action(endpoint: Endpoint, segments: list[str], siblings: Siblings) -> str:
    """Return the method of a DELETE of an action: the DELETE of ``/models/{id}/archive`` is `unarchive`."""
    words = split(segments[-1])
    if "get" in siblings.methods(endpoint.path) or words[0] not in VERBS:
        return ""
    verb = said_verb(words_of(endpoint), _static(segments))
    if verb in VERBS and verb != words[0]:
        return verb
    return snake(("delete", *words)) if siblings.methods(endpoint.path) != {"delete"} else ""


def _read_action(endpoint: Endpoint, words: tuple[str, ...], siblings: Siblings) -> str:
    """Return the last segment of a GET as a method: ``/files/{id}/content`` and ``/servers/{id}/ping`` are."""
    if words == ("content",):
        return "content"
    said = words_of(endpoint)
    if len(words) == 1 and words[0] in {*VERBS, "list"} and words[0] not in NOUNS_TOO:
        return words[0]
    if words == ("get",):
        return "retrieve"
    alone = siblings.methods(endpoint.path) == {"get"}
    return words[0] if len(words) == 1 and words[0] in VERBS and said == words and alone else ""


def _method(endpoint: Endpoint, resource: tuple[str, ...], siblings: Siblings) -> str:
    words = said(words_of(endpoint), resource)
    verb = said_verb(words, resource)
    http, one = endpoint.http, on_one(endpoint)
    if verb != "create" and http in {"get", "post"} and in_resource(verb, resource[-1:]):
        verb = ""
    if http == "get":
        if verb in VERBS and (verb not in NOUNS_TOO or words[0] == verb):
            return verb
        listed = not one and (verb == "list" or siblings.has_one(endpoint.path) or _answers_list(endpoint, siblings))
        return "list" if listed else "retrieve"
    if verb in VERBS:
        return phrase(words, resource) if verb == "mark" else verb
    if verb in STANDARD:
        written = _written(endpoint, STANDARD[verb], resource, siblings)
        if written:
            return written
    if http == "delete":
        return "delete_all" if _deletes_all(endpoint, siblings) else "delete"
    return {"post": "update" if one else "create", "put": "update", "patch": "update"}.get(http, snake(split(http)))


def _written(endpoint: Endpoint, verb: str, resource: tuple[str, ...], siblings: Siblings) -> str:
    """Return the method of a request that changes something; "" where the verb is not one of its HTTP method."""
    words = said(words_of(endpoint), resource)
    fitting = {
        "post": {"create", "add", "update", "delete", "remove", "replace", "set"},
        "put": {"create", "add", "update", "replace", "set"},
        "patch": {"update", "add", "remove", "replace", "set"},
        "delete": {"delete", "remove"},
    }
    if verb not in fitting.get(endpoint.http, set()):
        return ""
    if words[1:2] == ("or",) and words[2:3] and words[2] in STANDARD:
        return f"{verb}_or_{STANDARD[words[2]]}"
    if words[1:2] == (ALL,) and on_one(endpoint):
        return phrase(words, resource)
    if words[1:2] == (ALL,) or (endpoint.http == "delete" and _deletes_all(endpoint, siblings)):
        return f"{verb}_{ALL}"
    return verb


def _deletes_all(endpoint: Endpoint, siblings: Siblings) -> bool:
    """Report whether a DELETE empties a collection: it has members, and nothing selects some of them."""
    is_collection = siblings.has_one(endpoint.path) or siblings.deletes_one(endpoint.path)
    if on_one(endpoint) or not is_collection:
        return False
    body = endpoint.operation.map("requestBody")
    queries = [p for p in endpoint.operation.maps("parameters") if p.get("in") == "query" and p.get("required") is True]
    return body is None and not queries


def _answers_list(endpoint: Endpoint, siblings: Siblings) -> bool:
    """Report whether the response is a list or declared to have pages, or `operationId` has a plural."""
    if any(extension in endpoint.operation for extension in _PAGINATED):
        return True
    for status, answer in (endpoint.operation.map("responses") or {}).items():
        content = answer.map("content") if isinstance(answer, Map) and status.startswith("2") else None
        for media in (content or {}).values():
            schema = siblings.resolved(media.get("schema")) if isinstance(media, Map) else None
            fields: dict[str, Node] = (schema.map("properties") if schema is not None else None) or {}
            shapes = [schema, *(siblings.resolved(fields.get(name)) for name in _LISTS)]
            if any(shape is not None and shape.get("type") == "array" for shape in shapes):
                return True
    words = words_of(endpoint)
    last = endpoint.path.partition("?")[0].rstrip("/").rpartition("/")[2]
    many = words[-1:] if words[:1] and words[0] in {"get", "retrieve", "fetch", "list"} else split(last)[-1:]
    return bool(many) and many[0] != singular(many[0])


def _tag(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the first tag as a resource path, for paths without a resource."""
    tags = endpoint.operation.seq("tags")
    return (snake(split(str(tags[0]))),) if tags else ()
