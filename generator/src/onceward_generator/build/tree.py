"""Arrange methods in the tree of resources."""

from __future__ import annotations

from collections.abc import Iterable

from onceward_generator.diagnostics import Report
from onceward_generator.load import Map
from onceward_generator.model import Method, Resource
from onceward_generator.sdk_file import SdkFile
from onceward_generator.words import split

__all__ = ["resources_of"]


def resources_of(methods: Iterable[Method], document: Map, sdk: SdkFile, report: Report) -> tuple[Resource, ...]:
    """Return the top-level resources, in the order of their first operations in the contract."""
    root = _Branch(())
    for method in methods:
        root.at(tuple(method.id.split(".")[:-1])).methods.append(method)
    resources = tuple(branch.resource(_Texts(document, sdk)) for branch in root.children.values())
    for path in sdk.resources:
        if not root.has(tuple(path.split("."))):
            report.add(
                "W302",
                f"the contract has no resource `{path}`",
                sdk.resources.where(path),
                "no method has this resource in its name",
            )
    return resources


class _Branch:
    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path
        self.methods: list[Method] = []
        self.children: dict[str, _Branch] = {}

    def at(self, path: tuple[str, ...]) -> _Branch:
        """Return the node at a path, and create it if needed."""
        if not path:
            return self
        child = self.children.setdefault(path[0], _Branch((*self.path, path[0])))
        return child.at(path[1:])

    def has(self, path: tuple[str, ...]) -> bool:
        """Report whether a node exists at a path."""
        return not path or (path[0] in self.children and self.children[path[0]].has(path[1:]))

    def resource(self, texts: _Texts) -> Resource:
        """Return the resource of a node with all its children."""
        note = texts.note(self.path)
        return Resource(
            name=tuple(self.path[-1].split("_")),
            path=self.path,
            description=(note.text("description") if note else None) or texts.tag(self.path),
            methods=tuple(self.methods),
            children=tuple(child.resource(texts) for child in self.children.values()),
            aliases=tuple(str(name) for name in (note.seq("aliases") if note else None) or ()),
            helpers=note.text("helpers") if note else None,
        )


class _Texts:
    """Texts about resources, from the configuration and the contract's tags."""

    def __init__(self, document: Map, sdk: SdkFile) -> None:
        self._sdk = sdk
        self._tags = {
            "_".join(split(str(tag.get("name")))): str(tag.get("description") or "").strip()
            for tag in document.maps("tags")
        }

    def note(self, path: tuple[str, ...]) -> Map | None:
        """Return the configuration of a resource."""
        return self._sdk.resources.map(".".join(path))

    def tag(self, path: tuple[str, ...]) -> str:
        """Return the description of a tag."""
        return self._tags.get("_".join(path), self._tags.get(path[-1], "") if len(path) == 1 else "")
