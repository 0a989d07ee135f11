"""Record the names that Fern and Speakeasy extensions give types, properties and parameters, and report the others."""

from __future__ import annotations

from onceward_generator.load import Map, Node, Seq
from onceward_generator.model import Origin

from .context import Context, schemas_of

__all__ = ["NAME", "TYPE_NAMES", "extensions", "has_no_retries"]

NAME = "x-onceward-name"
"""The name of a property or a parameter, if it is not that on the wire."""
TYPE_NAMES = "x-onceward-type-names"
"""The names of schemas that are not their keys, by key."""

_READ = frozenset(
    {
        "x-fern-enum", "x-fern-ignore", "x-fern-pagination", "x-fern-parameter-name", "x-fern-property-name",
        "x-fern-retries", "x-fern-sdk-group-name", "x-fern-sdk-method-name", "x-fern-server-name", "x-fern-streaming",
        "x-fern-type-name", "x-speakeasy-enums", "x-speakeasy-group", "x-speakeasy-ignore", "x-speakeasy-name-override",
        "x-speakeasy-pagination", "x-speakeasy-retries", "x-speakeasy-server-id", "x-speakeasy-sse-sentinel",
        "x-speakeasy-unknown-values",
    }
)  # fmt: skip
"""Extensions with an effect."""
_WITHOUT_EFFECT = ("x-fern-examples", "x-speakeasy-docs", "x-speakeasy-example", "x-speakeasy-mcp", "x-speakeasy-test",
                   "x-speakeasy-usage-example")  # fmt: skip
"""The beginnings of extensions for documentation and tests, which say nothing of a client."""


def extensions(document: Map, context: Context) -> Map:
    """Record the names of types, properties and parameters, and report extensions without an effect."""
    if TYPE_NAMES in document:
        return document
    names = {key: name for key, schema in schemas_of(document).items() if (name := _name(schema, "x-fern-type-name"))}
    found: Map = _Names(document, context).visit(document)
    return found.merged({TYPE_NAMES: Map(names, document.at)})


def has_no_retries(operation: Map) -> bool:
    """Report whether extensions say that an operation is never retried."""
    fern, speakeasy = operation.map("x-fern-retries"), operation.map("x-speakeasy-retries")
    return (fern is not None and fern.get("disabled") is True) or (
        speakeasy is not None and speakeasy.get("strategy") == "none"
    )


class _Names:
    """One walk over a document. Every extension without an effect is reported once, where it occurs first."""

    def __init__(self, document: Map, context: Context) -> None:
        self._document = document
        self._report = context.report
        self._seen: set[str] = set()

    def visit(self, node: Node) -> Node:
        """Return a node with its names, or the same node where nothing changes."""
        if isinstance(node, Seq):
            members = [self.visit(member) for member in node]
            same = all(new is old for new, old in zip(members, node, strict=True))
            return node if same else Seq(members, node.at, node.spots)
        if not isinstance(node, Map):
            return node
        changed: dict[str, Node] = {}
        for key, value in node.items():
            if key.startswith("x-"):
                self._extension(key, node)
                continue
            new = self.visit(value)
            if key == "properties" and isinstance(new, Map):
                new = self._named(new)
            if new is not value:
                changed[key] = new
        if isinstance(node.get("in"), str) and (name := _name(node, "x-fern-parameter-name")):
            changed[NAME] = name
        return node.merged(changed) if changed else node

    def _named(self, properties: Map) -> Map:
        found: dict[str, Node] = {}
        for wire, node in properties.items():
            name = _name(node, "x-fern-property-name")
            if name and "$ref" in node:
                self._note("the name of a property that is a reference has no effect", properties.where(wire))
            elif name:
                found[wire] = node.merged({NAME: name})
        return properties.merged(found) if found else properties

    def _extension(self, key: str, node: Map) -> None:
        foreign = key.startswith(("x-fern-", "x-speakeasy-"))
        if foreign and key not in _READ and key not in self._seen and not key.startswith(_WITHOUT_EFFECT):
            self._seen.add(key)
            self._note(f"the extension `{key}` has no effect", node.where(key))
        if key == "x-speakeasy-retries" and node is not self._document and not has_no_retries(node):
            self._note("the waits between the retries of one operation have no effect", node.where(key))

    def _note(self, message: str, at: Origin) -> None:
        self._report.add("N905", message, at, "configure it in sdk.yaml where it has a counterpart")


def _name(node: Node, key: str) -> str | None:
    """Return the name that an extension of Fern or Speakeasy gives a node."""
    return (node.text(key) or node.text("x-speakeasy-name-override")) if isinstance(node, Map) else None
