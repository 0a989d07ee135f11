"""Bundle a contract of several files into one document.

Nodes of other files, and nodes outside of `components` that are referred to, move to `components` under the last word
of the reference. Afterwards every reference has the form ``#/components/<section>/<name>``. Path items are copied into
place. If two nodes would have the same name, it is prefixed with the name of the file; names of the root file never
change.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from hashlib import sha256
from pathlib import Path

from onceward_generator.diagnostics import ContractError, Diagnostic, Report
from onceward_generator.model import Origin

from .grammar import SECTIONS, rebuild
from .sources import MissingTargetError, Read, Sources, Target
from .tree import Map, Node, escape

__all__ = ["bundle"]


def bundle(root: Path, report: Report, read: Read = Path.read_bytes) -> tuple[Map, Sources]:
    """Read a contract with all the files that it refers to.

    Raises `ContractError` if the root cannot be read or is not a contract.
    """
    sources = Sources(root, read)
    document = sources.document(sources.root)
    if not isinstance(document, Map):
        raise ContractError(Diagnostic("E003", "the document is not a mapping", Origin(sources.root, "", 1, 1)))
    version = document.get("openapi")
    if not re.match(r"3\.[0-9]", str(version)):
        problem = f"`openapi` is {version!r}; 3.0 and later 3.x are supported"
        raise ContractError(Diagnostic("E003", problem, document.where("openapi"), "convert it to OpenAPI 3.1 first"))
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
        """Return the replacement of a node that is a reference."""
        try:
            target = self._follow(self._sources.target(node["$ref"], file))
            if kind == "path_item":
                return self._inline(node, target)
            return node.merged({"$ref": self.local(target, kind)})
        except MissingTargetError as missing:
            self._report.add("W103", f"{missing}", node.where("$ref"), "it became an open type")
            return node.without("$ref")

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

    def _inline(self, node: Map, target: Target) -> Node:
        if target in self._inlining:
            raise MissingTargetError(f"`{target[0]}#{target[1]}` contains itself")
        self._inlining.append(target)
        found = _Visitor(self, target[0])(self._sources.find(target), "path_item")
        self._inlining.pop()
        if not isinstance(found, Map):
            raise MissingTargetError(f"`{target[0]}#{target[1]}` is not a path item")
        return found.merged(node.without("$ref"))


class _Visitor:
    """Rewrites the references of one file, relative to that file."""

    def __init__(self, bundler: _Bundler, file: str) -> None:
        self._bundler = bundler
        self._file = file

    def __call__(self, node: Node, kind: str) -> Node:
        if isinstance(node, Map) and isinstance(node.get("$ref"), str):
            node = self._bundler.reference(node, kind, self._file)
            if kind == "path_item":
                return node
        if kind == "schema" and isinstance(node, Map) and node.map("discriminator"):
            node = self._mapping(node)
        return rebuild(node, kind, self)

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
