"""Inline shared parameters, bodies, responses and path items.

Afterwards `components` contains only schemas and security schemes, and an operation contains all of its parameters,
without two of the same name and place. Callbacks are dropped: a client does not call them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from onceward_generator.load import Map, Node, Seq, operations_of, rebuild, with_operations

from .context import Context, endpoints

__all__ = ["inline"]

_KEPT = ("schemas", "securitySchemes")


def inline(document: Map, context: Context) -> Map:
    """Inline everything but schemas and security schemes."""
    components = document.map("components") or Map({}, document.at)
    visit = _Inliner(components, context)
    new = visit(document, "document")
    kept: Map = new.map("components") or components
    schemes = kept.map("securitySchemes")
    if schemes is not None:
        found = {key: visit(node, "security_scheme") for key, node in schemes.items()}
        kept = kept.replace(securitySchemes=Map(found, schemes.at, schemes.spots))
    return _parameters(new.replace(components=kept.only(*_KEPT)), context)


class _Inliner:
    def __init__(self, components: Map, context: Context) -> None:
        self._components = components
        self._context = context

    def __call__(self, node: Node, kind: str) -> Node:
        if kind in {"schema", "components", "link"}:
            return node
        if kind == "operation" and isinstance(node, Map):
            for name in node.map("callbacks") or ():
                message = f"the callback `{name}` is left out"
                self._context.report.add("N901", message, node["callbacks"].where(name), "a client does not receive it")
            node = node.without("callbacks")
        return rebuild(self._resolved(node), kind, self)

    def _resolved(self, node: Node) -> Node:
        seen: set[str] = set()
        while isinstance(node, Map) and isinstance(node.get("$ref"), str):
            ref: str = node["$ref"]
            target = self._find(ref)
            if target is None or ref in seen:
                self._context.report.add(
                    "W103", f"`{ref}` has no target", node.where("$ref"), "declare it, or correct the reference"
                )
                return node.without("$ref")
            seen.add(ref)
            node = target.merged(node.only("description", "summary"))
        return node

    def _find(self, ref: str) -> Map | None:
        section, _, name = ref.removeprefix("#/components/").partition("/")
        entries = self._components.map(section)
        return entries.map(name.replace("~1", "/").replace("~0", "~")) if entries else None


def _parameters(document: Map, context: Context) -> Map:
    """Add the parameters of the path to each operation. The operation's own have priority."""
    paths = document.map("paths") or Map({}, document.at)
    items: dict[str, Node] = {}
    for path, item in paths.items():
        items[path] = item
        if not isinstance(item, Map):
            continue
        shared = item.maps("parameters")
        changed = {
            http: _with_parameters(operation, shared, context) for http, operation in operations_of(item).items()
        }
        items[path] = with_operations(item.without("parameters"), changed)
    document = document.replace(paths=Map(items, paths.at, paths.spots))
    if not any(True for _ in endpoints(document)):
        context.report.add("W102", "the contract has no operations", document.at, "declare `paths`")
    return document


def _with_parameters(operation: Map, shared: list[Map], context: Context) -> Map:
    found: dict[tuple[str, str], Map] = {(_name(p), _place(p)): p for p in shared}
    own: set[tuple[str, str]] = set()
    for parameter in operation.maps("parameters"):
        key = (_name(parameter), _place(parameter))
        if key in own:
            context.report.add(
                "W109", f"the parameter `{key[0]}` is declared twice", parameter.at, "the last one is used"
            )
        own.add(key)
        found[key] = parameter
    old = operation.seq("parameters")
    kept = list(_usable(found.values(), context))
    if not kept and old is None:
        return operation
    return operation.replace(parameters=Seq(kept, old.at if old is not None else operation.at))


def _usable(parameters: Iterable[Map], context: Context) -> Iterator[Map]:
    for parameter in parameters:
        if _name(parameter) and _place(parameter) in {"path", "query", "querystring", "header", "cookie"}:
            yield parameter
        else:
            context.report.add(
                "W102", "a parameter without `name` or with an unknown `in` is left out", parameter.at, "give it both"
            )


def _name(parameter: Map) -> str:
    return str(parameter.get("name") or "")


def _place(parameter: Map) -> str:
    return str(parameter.get("in") or "")
