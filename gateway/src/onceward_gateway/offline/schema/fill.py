"""A value for any JSON schema.

The value is built from the top: each node is made plain (references, `allOf`), a type or branch is chosen, and its
parts are filled. Where a keyword cannot be built towards (`oneOf`, `not`, `if`) what comes out is checked and the
next choice taken. Recursion ends because below `_DEEP` levels only what is required is filled, by the shallowest
branch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..draw import Draw
from ..labels import telling
from .budget import (
    TooComplex,
    Unfillable,
    budget,
    spend,
)
from .check import fits, same
from .hints import Hints, words_of
from .known import (
    known_values,
    numbers_named,
    plausible,
    samples_in,
)
from .resolve import (
    Schema,
    merge,
    plain,
    types_of,
)
from .scalars import number_for, string_for
from .written import in_format

__all__ = ["Unfillable", "fill"]

_DEEP = 3
_DEEPEST = 40
_ATTEMPTS = 12
_MOST_NODES = 4000
_MOST_LABELS = 16
_TELLING = 50
_NO_HINTS = Hints(())
# A schema is what the caller sent: `minItems` may be a text there, and `properties` a list.
_MALFORMED = (TypeError, AttributeError, KeyError, IndexError, ValueError, ArithmeticError)


class _TooLarge(TooComplex):
    """No other attempt would help."""


def fill(schema: Schema, hints: Hints = _NO_HINTS, draw: Draw | None = None, *, sparse: bool = False) -> Any:
    """Return a value that `schema` accepts, with words of `hints` where they fit.

    With `sparse` a property that is not required is left out unless the conversation says something about it. Raises
    `Unfillable`, which is `TooComplex` where the work budget ends before a value is found.
    """
    draw = draw or Draw("fill")
    with budget():
        for attempt in range(_ATTEMPTS):
            source = hints if attempt < 3 else _NO_HINTS
            try:
                value = _Filler(schema, source, draw.child(attempt), attempt, sparse).value(schema, "", 0)
                if fits(value, schema, schema):
                    return value
            except TooComplex:
                raise
            except (Unfillable, RecursionError):
                continue
            except _MALFORMED as error:
                raise Unfillable(f"one of its keywords has a value of the wrong type ({error})") from error
    raise Unfillable("no value was found that the schema accepts")


class _Filler:
    """One attempt: the root for references, what was already taken from the conversation, how much was built."""

    __slots__ = ("attempt", "draw", "hints", "nodes", "objects", "root", "sparse", "taken")

    def __init__(self, root: Schema, hints: Hints, draw: Draw, attempt: int, sparse: bool = False) -> None:
        self.root, self.hints, self.draw, self.attempt = root, hints, draw, attempt
        self.sparse = sparse
        self.objects: list[dict[str, Any]] = []
        self.nodes = 0
        self.taken = 0

    def value(self, schema: Schema, name: str, depth: int) -> Any:
        """Return the value of the property `name` (empty: no property) at `depth`."""
        self.nodes += 1
        if self.nodes > _MOST_NODES * 2:
            raise _TooLarge(f"it needs a value of more than {_MOST_NODES * 2} parts")
        if depth > _DEEPEST:
            raise Unfillable("the schema needs a value too deep")
        node = plain(schema, self.root)
        if node is False:
            raise Unfillable("the schema `false` accepts nothing")
        if node is True:
            node = {}
        if not isinstance(node, Mapping):
            raise Unfillable(f"a schema is an object, true or false, and not {node!r}")
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return self._option(node, name)
        for key in ("anyOf", "oneOf"):
            if node.get(key):
                return self._branch(node, key, name, depth)
        if "not" in node or "if" in node:
            return self._checked(node, name, depth)
        return self._typed(node, name, depth)

    def _deep(self, depth: int) -> bool:
        return depth >= _DEEP or self.nodes > _MOST_NODES

    def _option(self, node: Mapping[str, Any], name: str) -> Any:
        rest = {key: value for key, value in node.items() if key != "enum"}
        options = [item for item in node["enum"] if fits(item, rest, self.root)]
        if not options:
            raise Unfillable("no value of `enum` fits the other keywords")
        said = self.hints.mentioned(options)
        if said is not None:
            return said
        for candidate in self.hints.candidates(name, ("string", "number", "boolean")) if name else ():
            found = [item for item in options if same(item, candidate)]
            if found:
                return found[0]
        label = self._label(options) if self.attempt == 0 else None
        if label is not None:
            return label
        if self.attempt == 0 and any(same(node.get("default"), item) for item in options) and "default" in node:
            return node["default"]
        told = [item for item in options if item is not None] or options
        return told[0] if self.attempt == 0 else self.draw.choice(options)

    def _label(self, options: Sequence[Any]) -> str | None:
        """Return the option that the question gives a sign of: a sentiment, a subject."""
        labels = [item for item in options if isinstance(item, str)][:_MOST_LABELS]
        spend(_TELLING)
        return telling(labels, self.hints.texts[0]) if labels and self.hints.texts else None

    def _branch(self, node: Mapping[str, Any], key: str, name: str, depth: int) -> Any:
        rest = {other: value for other, value in node.items() if other != key}
        branches = [merge(rest, plain(part, self.root)) for part in node[key]]
        for branch in self._ordered(branches, name, depth):
            try:
                value = self.value(branch, name, depth)
            except Unfillable:
                continue
            if fits(value, node, self.root):
                return value
        raise Unfillable(f"no branch of `{key}` could be filled")

    def _ordered(self, branches: Sequence[Schema], name: str, depth: int) -> list[Schema]:
        """Return the branches in the order they are tried: telling before null, shallow first where it is deep."""
        if self._deep(depth):
            return sorted(branches, key=lambda branch: self._height(branch, frozenset(), 0))
        turn = self.draw.integer(0, len(branches) - 1) if self.attempt else 0
        turned = [*branches[turn:], *branches[:turn]]
        return sorted(turned, key=lambda branch: (_only_null(branch), not self._said(branch, name)))

    def _said(self, branch: Schema, name: str) -> bool:
        """Return whether the conversation names this branch: its tag (a const property) or, for a scalar, its value."""
        if not isinstance(branch, Mapping):
            return False
        tags = [
            part["const"]
            for part in (branch.get("properties") or {}).values()
            if isinstance(part, Mapping) and "const" in part
        ]
        return bool(tags) and self.hints.mentioned(tags) is not None

    def _checked(self, node: Mapping[str, Any], name: str, depth: int) -> Any:
        """A node with `not` or `if`: its plain part is filled, along each way the condition can go, and checked."""
        bare = {key: value for key, value in node.items() if key not in ("not", "if", "then", "else")}
        ways: list[Schema] = [bare]
        if "if" in node:
            ways = [
                merge(merge(bare, plain(node["if"], self.root)), plain(node.get("then", True), self.root)),
                merge(bare, plain(node.get("else", True), self.root)),
            ]
        for way in ways:
            for kind in types_of(way) if isinstance(way, Mapping) else ():
                for _ in range(4):
                    try:
                        value = self.value(merge(way, {"type": kind}), name, depth)
                    except Unfillable:
                        break
                    if fits(value, node, self.root):
                        return value
        raise Unfillable("the conditions of the schema could not be met")

    def _typed(self, node: Mapping[str, Any], name: str, depth: int) -> Any:
        kinds = types_of(node)
        if not kinds:
            raise Unfillable("`type` leaves nothing")
        scalar = [kind for kind in kinds if kind not in ("object", "array", "null")]
        if name and scalar:
            for candidate in self._candidates(node, name, scalar):
                if fits(candidate, node, self.root):
                    return candidate
        if name and self.attempt == 0:
            for sample in samples_in(node):
                if fits(sample, node, self.root):
                    return sample
        order = (
            sorted(kinds, key=lambda kind: kind == "null")
            if not self._deep(depth)
            else sorted(
                kinds,
                key=lambda kind: ("null", "boolean", "integer", "number", "string", "array", "object").index(kind),
            )
        )
        for kind in order:
            try:
                return self._of_type(kind, node, name, depth)
            except Unfillable:
                if kind == order[-1]:
                    raise
        raise Unfillable("`type` leaves nothing")

    def _candidates(self, node: Mapping[str, Any], name: str, kinds: Sequence[str]) -> Iterator[Any]:
        """Return what was said of the property, what is known of the place that it is about, what is likely."""
        form = node.get("format")
        for value in self._likely(name, kinds):
            if not isinstance(value, str) or not isinstance(form, str):
                yield value
            elif (written := in_format(form, value)) is not None:
                yield written

    def _likely(self, name: str, kinds: Sequence[str]) -> Iterator[Any]:
        if self.hints is not _NO_HINTS:
            yield from self.hints.said(name, kinds)
            yield from known_values(name, self.objects, self.hints)
        yield from self.hints.candidates(name, kinds)

    def _of_type(self, kind: str, node: Mapping[str, Any], name: str, depth: int) -> Any:
        if kind == "null":
            return None
        if kind == "boolean":
            return self.draw.integer(0, 1) == 0 if self.attempt else True
        if kind == "object":
            return self._object(node, depth)
        if kind == "array":
            return self._array(node, name, depth)
        if kind == "string":
            text = string_for(node, name, self.hints, self.draw)
            if text is None:
                raise Unfillable("no text fits `pattern`, `minLength` and `maxLength`")
            return text
        number = self._said_number(node, kind, name) if name else None
        if number is None and name and self.attempt == 0:
            number = next((one for one in numbers_named(name) if fits(one, {**node, "type": kind}, self.root)), None)
        if number is None:
            number = number_for(node, kind == "integer", self.draw)
        if number is None:
            raise Unfillable("no number fits the bounds")
        return number

    def _said_number(self, node: Mapping[str, Any], kind: str, name: str) -> float | int | None:
        """Return the next number of the conversation that was not taken yet: `add 2 and 3` fills `a` and `b`."""
        numbers = self.hints.numbers()
        for at in range(self.taken, len(numbers)):
            if plausible(name, numbers[at]) and fits(numbers[at], {**node, "type": kind}, self.root):
                self.taken = at + 1
                return numbers[at]
        return None

    # objects

    def _object(self, node: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties: Mapping[str, Schema] = node.get("properties") or {}
        required = dict.fromkeys(name for name in node.get("required") or () if isinstance(name, str))
        spend(len(properties) + len(required))
        out: dict[str, Any] = {}
        self.objects.append(out)
        try:
            self._properties(node, properties, required, out, depth)
        finally:
            self.objects.pop()
        return out

    def _properties(
        self,
        node: Mapping[str, Any],
        properties: Mapping[str, Schema],
        required: Mapping[str, None],
        out: dict[str, Any],
        depth: int,
    ) -> None:
        most, missing = node.get("maxProperties", math.inf), len(required)
        for name, schema in properties.items():
            if name not in required:
                if self._deep(depth) or len(out) + missing >= most:
                    continue
                if self.sparse and not self._told(schema, name):
                    continue
                try:
                    out[name] = self.value(schema, name, depth + 1)
                except Unfillable:
                    continue
            else:
                out[name] = self.value(schema, name, depth + 1)
                missing -= 1
        for name in required:
            if name not in out:
                out[name] = self.value(self._other(node, name), name, depth + 1)
        self._depending(node, out, depth)
        for name in self._more_names(node, out):
            if len(out) >= node.get("minProperties", 0):
                break
            schema = properties[name] if name in properties else self._other(node, name)
            out[name] = self.value(schema, name, depth + 1)

    def _told(self, schema: Schema, name: str) -> bool:
        """Return whether the conversation says a value for this property."""
        node = plain(schema, self.root)
        if not isinstance(node, Mapping):
            return False
        if "enum" in node:
            return self.hints.mentioned(node["enum"]) is not None
        return any(fits(value, node, self.root) for value in self.hints.labelled(name, types_of(node)))

    def _depending(self, node: Mapping[str, Any], out: dict[str, Any], depth: int) -> None:
        for name, needed in (node.get("dependentRequired") or {}).items():
            for other in needed if name in out else ():
                if other not in out:
                    schema = (node.get("properties") or {}).get(other)
                    out[other] = self.value(self._other(node, other) if schema is None else schema, other, depth + 1)

    def _other(self, node: Mapping[str, Any], name: str) -> Schema:
        """Return the schema of a property that `properties` does not name."""
        from .pattern import matches

        found: Schema = True
        patterns = [part for pattern, part in (node.get("patternProperties") or {}).items() if matches(pattern, name)]
        for part in patterns or [node.get("additionalProperties", {"type": "string"})]:
            found = merge(found, part)
        if found is False:
            raise Unfillable(f"`additionalProperties` forbids the required property `{name}`")
        return {"type": "string"} if found is True or found == {} else found

    def _more_names(self, node: Mapping[str, Any], out: Mapping[str, Any]) -> Iterator[str]:
        for name in node.get("properties") or {}:
            if name not in out:
                yield name
        names = node.get("propertyNames", True)
        shapes: list[Schema] = [
            {"type": "string", "pattern": pattern} for pattern in node.get("patternProperties") or {}
        ]
        if node.get("additionalProperties", True) is not False:
            shapes.append({"type": "string"})
        for at in range(1, 200):
            for shape in shapes:
                if "pattern" in (shape if isinstance(shape, Mapping) else {}) or names is not True:
                    name = self.value(merge(shape, names), "", _DEEP)
                else:
                    name = f"property_{at}"
                if isinstance(name, str) and name not in out:
                    yield name

    # arrays

    def _array(self, node: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        first, rest = node.get("prefixItems"), node.get("items", True)
        if first is None and isinstance(rest, list):
            first, rest = rest, node.get("additionalItems", True)
        first = list(first or ())
        least, most = int(node.get("minItems", 0)), node.get("maxItems", math.inf)
        said = self._said_items(node, name)
        if said is not None:
            return said
        wanted = self._length(node, first, rest, least, most, depth)
        out: list[Any] = []
        contains = node.get("contains")
        needed = int(node.get("minContains", 1)) if contains is not None else 0
        singular = _singular(name)
        spend(max(wanted, needed))
        for at in range(max(wanted, needed)):
            schema = first[at] if at < len(first) else rest
            if schema is True:
                schema = {"type": "string"}
            if at < needed and contains is not None:
                schema = merge(
                    plain(schema, self.root) if at < len(first) or rest is not True else True,
                    plain(contains, self.root),
                )
            item = self._item(schema, singular, depth, out if node.get("uniqueItems") else None)
            if item is _NONE:
                if len(out) < least:
                    raise Unfillable("too few different items")
                break
            out.append(item)
        return out

    def _length(self, node: Mapping[str, Any], first: list[Any], rest: Any, least: int, most: float, depth: int) -> int:
        if rest is False:
            most = min(most, len(first))
        liked = 0 if self._deep(depth) else max(len(first), 2 if depth < 3 else 1)
        if rest is True and not first:
            liked = min(liked, 2)
        wanted = int(min(max(liked, least), most))
        if self._deep(depth) and not least:
            wanted = 0
        return wanted

    def _item(self, schema: Any, name: str, depth: int, others: list[Any] | None) -> Any:
        """One more item; `_NONE` when no further one differs from `others`."""
        if others is None:
            return self.value(schema, name, depth + 1)
        item = self.value(schema, name, depth + 1)
        if not any(same(item, other) for other in others):
            return item
        for different in _others_of(plain(schema, self.root)):
            if fits(different, schema, self.root) and not any(same(different, other) for other in others):
                return different
        bare = _Filler(self.root, _NO_HINTS, self.draw, max(1, self.attempt))
        for _ in range(40):
            item = bare.value(schema, "", depth + 1)
            if not any(same(item, other) for other in others):
                return item
        return _NONE

    def _said_items(self, node: Mapping[str, Any], name: str) -> list[Any] | None:
        if not name:
            return None
        rest = node.get("items")
        item = plain(rest, self.root) if isinstance(rest, Mapping) else True
        if isinstance(item, Mapping) and "enum" not in item and "string" in types_of(item):
            found: list[Any] = (
                self.hints.series(name if name.endswith("s") else name + "s") if _plural_people(name) else []
            )
        elif isinstance(item, Mapping) and {"integer", "number"}.intersection(types_of(item)) and "enum" not in item:
            found = self.hints.numbers()[self.taken :]
        else:
            return None
        for candidate in [*self.hints.candidates(name, ()), found]:
            if isinstance(candidate, list) and candidate and fits(candidate, node, self.root):
                return candidate
        return None

    def _height(self, schema: Schema, seen: frozenset[int], depth: int) -> float:
        """Return the least depth of a value; infinite along a reference that returns to itself."""
        spend()
        if id(schema) in seen or depth > 12:
            return math.inf
        target = plain(schema, self.root)
        if not isinstance(target, Mapping) or "const" in target or "enum" in target:
            return 0
        seen = seen | {id(schema)}
        if isinstance(schema, Mapping) and isinstance(schema.get("$ref"), str):
            from .resolve import resolve

            seen = seen | {id(resolve(schema["$ref"], self.root))}
        for key in ("anyOf", "oneOf"):
            if target.get(key):
                return min(self._height(part, seen, depth + 1) for part in target[key])
        kinds = types_of(target)
        if "null" in kinds or {"string", "number", "integer", "boolean"}.intersection(kinds):
            return 0 if "null" in kinds else 1
        if "array" in kinds:
            items = target.get("items", True)
            return (
                1 + self._height(items, seen, depth + 1)
                if target.get("minItems", 0) and not isinstance(items, list)
                else 1
            )
        parts = [(target.get("properties") or {}).get(name, True) for name in target.get("required") or ()]
        return 1 + max((self._height(part, seen, depth + 1) for part in parts), default=0)


_NONE = object()


def _only_null(branch: Schema) -> bool:
    return isinstance(branch, Mapping) and (
        branch.get("type") == "null" or ("const" in branch and branch["const"] is None)
    )


def _plural_people(name: str) -> bool:
    words = set(map(_singular, words_of(name)))
    return bool(
        words
        & {
            "participant",
            "attendee",
            "name",
            "people",
            "person",
            "city",
            "place",
            "location",
            "member",
            "guest",
            "country",
        }
    )


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _others_of(schema: Schema) -> Iterator[Any]:
    """Further values of a small domain, so that unique items can be distinguished."""
    if not isinstance(schema, Mapping):
        return
    if "enum" in schema:
        yield from schema["enum"]
    kinds = types_of(schema)
    if "integer" in kinds or "number" in kinds:
        step = schema.get("multipleOf") or 1
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        start = 0 if isinstance(low, bool) or not step else math.ceil(low / step)
        for at in range(64):
            yield (start + at) * step
    if "boolean" in kinds:
        yield from (True, False)
    if "null" in kinds:
        yield None
    if "string" in kinds and "pattern" not in schema:
        least, longest = int(schema.get("minLength", 0)), schema.get("maxLength", math.inf)
        for at in range(1, 65):
            told, bare = f"item {at}".rjust(least, "_"), str(at).rjust(least, "0")
            yield told if len(told) <= longest else bare
