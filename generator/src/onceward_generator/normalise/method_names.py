"""Name each operation: resource path and method, ``chat.completions.create``.

``sdk.yaml`` has priority, then the extensions of Fern and Speakeasy for groups and methods. Otherwise the resource is
derived from the path, and the method from the HTTP method, the shape of the response and the verb in ``operationId``.
Configured names never change. If an inferred name is taken, the operation with the longer path gets the longer name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from onceward_generator.load import Map, Seq
from onceward_generator.words import snake, split

from .context import Context, Endpoint, endpoints, map_operations, schemas_of
from .naming import Guess, Siblings, guess, longer, on_one, says

__all__ = ["ALIASES", "ID", "SKIP", "method_names"]

ID = "x-onceward-id"
"""On an operation: its dotted name."""

ALIASES = "x-onceward-aliases"
"""On an operation: other paths of the same operation."""

SKIP = "x-onceward-alias-of"
"""On an operation: the endpoint that it is an alias of."""

_HARMLESS = frozenset({"create", "list", "retrieve"})
"""Methods that change nothing that exists. Of all others, the one that acts on a single member has the short name."""


def method_names(document: Map, context: Context) -> Map:
    """Name every operation of a document."""
    if any(ID in endpoint.operation for endpoint in endpoints(document)):
        return document
    every = list(endpoints(document))
    aliases = _aliases(every, context)
    names = _names([endpoint for endpoint in every if endpoint.key not in aliases], schemas_of(document), context)
    paths: dict[str, list[str]] = defaultdict(list)
    for alias, owner in aliases.items():
        paths[owner].append(alias.partition(" ")[2])

    def change(endpoint: Endpoint) -> Map:
        operation = endpoint.operation
        if endpoint.key in aliases:
            return operation.merged({SKIP: aliases[endpoint.key]})
        marks = {ID: names[endpoint.key]}
        if endpoint.key in paths:
            return operation.merged({**marks, ALIASES: Seq(paths[endpoint.key], operation.at)})
        return operation.merged(marks)

    return map_operations(document, change)


def _aliases(every: list[Endpoint], context: Context) -> dict[str, str]:
    """Return alias endpoint -> the endpoint that owns it, from the configuration."""
    known = {endpoint.key for endpoint in every}
    for key in context.sdk.params:
        if key not in known:
            context.report.add(
                "W302", f"the contract has no `{key}`", context.sdk.params.where(key), "check method and path"
            )
    found: dict[str, str] = {}
    for key, note in context.sdk.methods.items():
        for endpoint in (key, *note.aliases):
            if endpoint not in known:
                context.report.add("W302", f"the contract has no `{endpoint}`", note.origin, "check method and path")
        found.update({alias: key for alias in note.aliases if alias in known and key in known})
    return found


def _names(every: list[Endpoint], named: Map, context: Context) -> dict[str, str]:
    siblings = Siblings(every, named)
    declared = {e.key: name for e in every if (name := _declared(e, siblings)) is not None}
    chosen = {e.key: note.name for e in every if (note := context.sdk.note(e.key)) is not None and note.name}
    names = _unique_configured(every, {**declared, **chosen}, context)
    taken = set(names.values())
    guesses = {e.key: guess(e, siblings) for e in every if e.key not in names}
    _warn_about_ids(every, context)
    waiting = sorted((e for e in every if e.key in guesses), key=lambda e: (e.path.count("/"), len(e.path), e.path))
    for name, group in _by_name(waiting, guesses).items():
        for index, endpoint in enumerate(_plainest_first(group, guesses)):
            names[endpoint.key] = (
                name if index == 0 and name not in taken else _other(endpoint, guesses, taken, context)
            )
            taken.add(names[endpoint.key])
    return _clear_of_resources(names)


def _declared(endpoint: Endpoint, siblings: Siblings) -> str | None:
    """Return the name that extensions of Fern or Speakeasy give an operation: a group, a method, or both."""
    operation = endpoint.operation
    group = operation.get("x-fern-sdk-group-name", operation.get("x-speakeasy-group"))
    method = operation.text("x-fern-sdk-method-name") or operation.text("x-speakeasy-name-override")
    if not group and not method:
        return None
    own = guess(endpoint, siblings)
    parts = (
        [str(part) for part in group] if isinstance(group, Seq) else str(group).split(".") if group else own.resource
    )
    return ".".join((*parts, method or own.method))


def _by_name(waiting: Iterable[Endpoint], guesses: dict[str, Guess]) -> dict[str, list[Endpoint]]:
    groups: dict[str, list[Endpoint]] = defaultdict(list)
    for endpoint in waiting:
        groups[guesses[endpoint.key].dotted].append(endpoint)
    return groups


def _plainest_first(group: list[Endpoint], guesses: dict[str, Guess]) -> list[Endpoint]:
    rank = {"get": 0, "post": 1, "patch": 2, "put": 3, "delete": 4}

    def plainness(endpoint: Endpoint) -> tuple[bool, bool, int, int, str, int]:
        path = endpoint.path
        own = guesses[endpoint.key]
        on_many = own.method.partition("_")[0] not in _HARMLESS and not on_one(endpoint)
        return on_many, not says(endpoint, own), path.count("/"), len(path), path, rank.get(endpoint.http, 9)

    return sorted(group, key=plainness)


def _other(endpoint: Endpoint, guesses: dict[str, Guess], taken: set[str], context: Context) -> str:
    own = guesses[endpoint.key]
    name = next(name for name in longer(endpoint, own) if name not in taken)
    message = f"the name `{own.dotted}` is taken; `{endpoint.key}` becomes `{name}`"
    context.report.add("W202", message, endpoint.operation.at, "configure both in `methods` of sdk.yaml")
    return name


def _unique_configured(every: list[Endpoint], configured: dict[str, str], context: Context) -> dict[str, str]:
    names: dict[str, str] = {}
    for endpoint in every:
        name = configured.get(endpoint.key)
        if name is None:
            continue
        note = context.sdk.note(endpoint.key)
        at = note.origin if note is not None and note.name else endpoint.operation.at
        name = ".".join(snake(split(part)) for part in name.split("."))
        if "." not in name:
            context.report.add(
                "W303", f"`{name}` has no resource", at, "write `resource.method`; the name is inferred instead"
            )
            continue
        if name in names.values():
            context.report.add(
                "W202", f"the name `{name}` is configured twice", at, "one of the names is inferred instead"
            )
            continue
        names[endpoint.key] = name
    return names


def _clear_of_resources(names: dict[str, str]) -> dict[str, str]:
    """Rename methods that share their name with a child resource: ``a.b`` beside ``a.b.c`` becomes ``a.b.run``."""
    parents = {name[:index] for name in names.values() for index, char in enumerate(name) if char == "."}
    taken = set(names.values())
    clear: dict[str, str] = {}
    for key, name in names.items():
        if name in parents:
            http = key.partition(" ")[0].lower()
            name = next(n for n in (f"{name}.run", f"{name}.{http}", f"{name}.{http}_it") if n not in taken)
            taken.add(name)
        clear[key] = name
    return clear


def _warn_about_ids(every: list[Endpoint], context: Context) -> None:
    seen: set[str] = set()
    for endpoint in every:
        own = endpoint.operation.text("operationId")
        if not own:
            at = endpoint.operation.at
            context.report.add(
                "W201", f"`{endpoint.key}` has no `operationId`", at, "the name is inferred from the path"
            )
        elif own in seen:
            at = endpoint.operation.where("operationId")
            context.report.add(
                "W201", f"the `operationId` {own!r} is not unique", at, "the name is inferred from the path"
            )
        seen.add(own or "")
