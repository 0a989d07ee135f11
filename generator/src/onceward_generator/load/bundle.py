"""Bundle a contract of several files into one document.

Nodes of other files, and nodes outside of `components` that are referred to, move to `components` under the last word
of the reference. Afterwards every reference has the form ``#/components/<section>/<name>``. If two nodes would have the
same name, it is prefixed with the name of the file; names of the root file never change.

Nodes that `components` has no section for are copied into place: path items, and what the specification does not allow
but large contracts have, such as an operation, a whole ``paths`` or a ``description`` behind a reference.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from onceward_generator.diagnostics import ContractError, Diagnostic, Report
from onceward_generator.model import Origin

from .grammar import CHILDREN, SECTIONS, rebuild
from .sources import MissingTargetError, Read, Sources, Target
from .tree import Map, Node, Seq, escape

__all__ = ["bundle"]

_IN_PLACE = frozenset({"path_item", "operation", "components"})
"""Kinds of nodes that `components` has no section for, or whose references are copied into place all the same."""

_TEXTS = ("description", "summary")
_PLAIN_PARTS = (*_TEXTS, "info", "servers", "tags", "security", "externalDocs")


def bundle(root: Path, report: Report, read: Read = Path.read_bytes) -> tuple[Map, Sources]:
    """Read a contract with all the files that it refers to.

    Raises `ContractError` if the root cannot be read or is not a contract.
    """
    sources = Sources(root, read, report)
    document = sources.document(sources.root)
    if not isinstance(document, Map):
        raise ContractError(Diagnostic("E003", "the document is not a mapping", Origin(sources.root, "", 1, 1)))
    version = document.get("openapi")
    if not re.match(r"3\.[0-9]", str(version)):
        found = f"`swagger` is {document['swagger']!r}" if "swagger" in document else f"`openapi` is {version!r}"
        problem = f"{found}; OpenAPI 3.0 and later 3.x are supported"
        hint = "convert it to OpenAPI 3 first, for example with `npx swagger2openapi`"
        at = document.where("swagger" if "swagger" in document else "openapi")
        raise ContractError(Diagnostic("E003", problem, at, hint))
    return _Bundler(sources, document, report).run(), sources


class _Bundler:
    def __init__(self, sources: Sources, root: Map, report: Report) -> None:
        self._sources = sources
        self._root = root
        self._report = report
        self._names: dict[tuple[str, Target], str] = {}
        self._taken: dict[str, dict[str, Target]] = {}
        self._hoisted: dict[str, dict[str, Node]] = {}
        self._inlining: list[Target] = []
        self._unvisited: deque[tuple[str, str, str, str]] = deque()

    def run(self) -> Map:
        """Return the bundled document."""
        self._claim_own_names()
        document: Map = _Visitor(self, self._sources.root)(self._root, "document")
        self._visit_hoisted()
        components = document.map("components") or Map({}, document.at)
        added: dict[str, Node] = {}
        for section, nodes in self._hoisted.items():
            old = components.map(section) or Map({}, components.at)
            added[section] = Map({**old, **{k: v for k, v in nodes.items() if k not in old}}, old.at, old.spots)
            added[section] = added[section].merged({k: nodes[k] for k in old if k in nodes})
        return document.replace(components=components.merged(added)) if added else document

    def _claim_own_names(self) -> None:
        components = self._root.map("components") or Map({}, self._root.at)
        for section in SECTIONS.values():
            entries: dict[str, Node] = components.map(section) or {}
            for name, node in entries.items():
                here = (self._sources.root, f"/components/{section}/{name}")
                self._taken.setdefault(section, {})[name] = here
                self._names[section, here] = name
                if isinstance(node, Map) and set(node) == {"$ref"} and not str(node["$ref"]).startswith("#"):
                    self._claim_target(section, name, str(node["$ref"]))

    def _claim_target(self, section: str, name: str, ref: str) -> None:
        """Give the target of ``Foo: {$ref: other.yaml#/Foo}`` in the root's components the name ``Foo``."""
        try:
            target = self._follow(self._sources.target(ref, self._sources.root))
        except MissingTargetError:
            return
        if (section, target) not in self._names:
            self._names[section, target] = name
            self._taken[section][name] = target
            self._names[section, (self._sources.root, f"/components/{section}/{name}")] = name

    def reference(self, node: Map, kind: str, file: str) -> Node:
        """Return the replacement of a node that is a reference.

        Raises `ContractError` if an operation would be lost.
        """
        try:
            target = self._follow(self._sources.target(node["$ref"], file))
            if kind in _IN_PLACE:
                found = self.inline(target, lambda visit, it: visit(it, kind))
                if not isinstance(found, Map):
                    raise MissingTargetError(f"`{target[0]}#{target[1]}` is not a mapping")
                return found.merged(node.without("$ref"))
            return self._component(node, target, kind)
        except MissingTargetError as missing:
            if kind in _IN_PLACE:
                raise _error(missing, node) from missing
            self._report.add("W103", f"{missing}", node.where("$ref"), "it became an open type")
            return node.without("$ref")

    def _component(self, node: Map, target: Target, kind: str) -> Node:
        """Return a reference to a component. A schema in place of a body is the schema of a JSON body."""
        match target[1].split("/"):
            case ["", "components", "schemas", _] if kind in {"response", "request_body", "header"}:
                at = node.where("$ref")
                message = f"`{node['$ref']}` is a schema, not a {kind.replace('_', ' ')}"
                self._report.add("W111", message, at, "it is read as the schema of a JSON value")
                schema = Map({"schema": node.only("$ref")}, node.at)
                value = schema if kind == "header" else Map({"content": Map({"application/json": schema}, at)}, at)
                return value.merged({"description": "", **node.without("$ref")})
            case ["", "components", section, _] if section in SECTIONS.values() and section != SECTIONS[kind]:
                raise MissingTargetError(f"`{node['$ref']}` is in `{section}`, not in `{SECTIONS[kind]}`")
        return node.merged({"$ref": self.local(target, kind)})

    def members(self, node: Map, file: str, kind: str, shape: str) -> Node:
        """Return the target of a reference in place of a whole mapping or list of nodes. Raises `ContractError`."""
        try:
            target = self._follow(self._sources.target(node["$ref"], file))
            return self.inline(target, lambda visit, it: visit.children(it, kind, shape))
        except MissingTargetError as missing:
            raise _error(missing, node) from missing

    def plain(self, node: Map, file: str) -> Node:
        """Return the target of a reference in a part of the document without schemas, such as ``info``."""
        try:
            return self.inline(self._sources.target(node["$ref"], file), lambda visit, it: visit.plain(it))
        except MissingTargetError as missing:
            raise _error(missing, node) from missing

    def local(self, target: Target, kind: str) -> str:
        """Return the local reference to a target. A target without a local name is hoisted."""
        section = SECTIONS[kind]
        name = self._names.get((section, target))
        foreign = target[0] != self._sources.root
        if name is None or (foreign and name not in self._hoisted.get(section, {})):
            name = self._hoist(target, kind, name)
        elif not foreign:
            self._sources.find(target)
        return f"#/components/{section}/{escape(name)}"

    def _hoist(self, target: Target, kind: str, name: str | None) -> str:
        section = SECTIONS[kind]
        node = self._sources.find(target)
        name = name or self._free_name(section, target)
        self._names[section, target] = name
        self._taken.setdefault(section, {})[name] = target
        self._hoisted.setdefault(section, {})[name] = node
        self._unvisited.append((section, name, target[0], kind))
        return name

    def _visit_hoisted(self) -> None:
        """Process the references in hoisted nodes, in a queue because chains may be longer than the stack."""
        while self._unvisited:
            section, name, file, kind = self._unvisited.popleft()
            self._hoisted[section][name] = _Visitor(self, file)(self._hoisted[section][name], kind)

    def _free_name(self, section: str, target: Target) -> str:
        file, pointer = target
        stem = _word(posixpath.basename(file).partition(".")[0])
        own = _own_name(pointer) or stem
        taken = self._taken.setdefault(section, {})
        digest = sha256(f"{file}#{pointer}".encode()).hexdigest()[:8]
        return next(name for name in (own, f"{stem}_{own}", f"{stem}_{own}_{digest}") if name not in taken)

    def _follow(self, target: Target) -> Target:
        """Follow nodes that consist only of a reference, outside of the root's own components."""
        seen = {target}
        while target[0] != self._sources.root:
            node = self._sources.find(target)
            if not (isinstance(node, Map) and set(node) == {"$ref"}):
                break
            target = self._sources.target(node["$ref"], target[0])
            if target in seen:
                raise MissingTargetError(f"`{target[0]}#{target[1]}` refers to itself")
            seen.add(target)
        return target

    def inline(self, target: Target, read: Callable[[_Visitor, Node], Node]) -> Node:
        """Return a target as `read` rewrites it, relative to its own file."""
        if target in self._inlining:
            raise MissingTargetError(f"`{target[0]}#{target[1]}` contains itself")
        self._inlining.append(target)
        found = read(_Visitor(self, target[0]), self._sources.find(target))
        self._inlining.pop()
        return found


class _Visitor:
    """Rewrites the references of one file, relative to that file."""

    def __init__(self, bundler: _Bundler, file: str) -> None:
        self._bundler = bundler
        self._file = file

    def __call__(self, node: Node, kind: str) -> Node:
        if isinstance(node, Map) and isinstance(node.get("$ref"), str):
            node = self._bundler.reference(node, kind, self._file)
            if kind in _IN_PLACE:
                return node
        if not isinstance(node, Map):
            return node
        if kind == "schema" and node.map("discriminator"):
            node = self._mapping(node)
        opened = {**self._opened(node, kind), **self._texts(node, kind)}
        if not opened:
            return rebuild(node, kind, self)
        rest = rebuild(node.without(*opened), kind, self)
        return Map({key: opened[key] if key in opened else rest[key] for key in node}, node.at, node.spots)

    def children(self, node: Node, kind: str, shape: str) -> Node:
        """Return a mapping or a list of nodes with each of them rewritten."""
        if isinstance(node, Map) and isinstance(node.get("$ref"), str):
            return self._bundler.members(node, self._file, kind, shape)
        if shape == "map" and isinstance(node, Map):
            return Map({key: self(value, kind) for key, value in node.items()}, node.at, node.spots)
        return Seq([self(value, kind) for value in node], node.at, node.spots) if isinstance(node, Seq) else node

    def plain(self, node: Node) -> Node:
        """Return a node without schemas, with its references replaced by their targets."""
        if isinstance(node, Map):
            if isinstance(node.get("$ref"), str):
                return self._bundler.plain(node, self._file)
            return Map({key: self.plain(value) for key, value in node.items()}, node.at, node.spots)
        return Seq([self.plain(value) for value in node], node.at, node.spots) if isinstance(node, Seq) else node

    def _opened(self, node: Map, kind: str) -> dict[str, Node]:
        """Return the mappings and lists of nodes that are a reference as a whole."""
        return {
            key: self.children(node[key], child_kind, shape)
            for key, (child_kind, shape) in CHILDREN.get(kind, {}).items()
            if shape != "one" and isinstance(node.get(key), Map) and isinstance(node[key].get("$ref"), str)
        }

    def _texts(self, node: Map, kind: str) -> dict[str, Node]:
        """Return the parts without schemas that contain references: texts, servers, tags, security."""
        keys = _PLAIN_PARTS if kind in {"document", "path_item", "operation"} else _TEXTS
        found = {key: self.plain(node[key]) for key in keys if isinstance(node.get(key), Map | Seq)}
        return {key: value for key, value in found.items() if value != node[key]}

    def _mapping(self, node: Map) -> Map:
        """Rewrite the mapping of a discriminator, whose values are references unless they are bare names."""
        tag = node["discriminator"]
        table = tag.map("mapping")
        if table is None:
            return node
        values = {key: self._mapped(value, table.where(key)) for key, value in table.items()}
        if values == table:
            return node
        return node.replace(discriminator=tag.replace(mapping=Map(values, table.at, table.spots)))

    def _mapped(self, value: Node, at: Origin) -> Node:
        if not isinstance(value, str) or not ({"#", "/"} & set(value) or value.endswith((".yaml", ".yml", ".json"))):
            return value
        link = self._bundler.reference(Map({"$ref": value}, at), "schema", self._file)
        return link.get("$ref", value) if isinstance(link, Map) else value


def _error(missing: MissingTargetError, node: Map) -> ContractError:
    """Return the error of a reference that cannot be left out without losing operations."""
    return ContractError(Diagnostic("E004", f"{missing}", node.where("$ref"), "nothing can be generated without it"))


def _own_name(pointer: str) -> str:
    """Return the last word of a pointer; for a node inside a component, all words from the component on."""
    tokens = [_word(token.replace("~1", "/").replace("~0", "~")) for token in pointer.split("/")[1:]]
    if len(tokens) > 3 and tokens[0] == "components":
        return "_".join(token for token in tokens[2:] if token not in {"properties", "items", "schema"})
    if tokens and tokens[0] in {"paths", "webhooks"}:
        return "_".join(tokens[1:])
    return tokens[-1] if tokens else ""


def _word(token: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", token).strip("_")
