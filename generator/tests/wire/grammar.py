"""Random contracts with random valid requests and answers, for OpenAPI 3.0, 3.1 and 3.2."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Case", "make_case"]

WORDS = (
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "juniper", "kelp", "lagoon",
    "maple", "nectar", "onyx", "pearl", "quartz", "raven", "sable", "tundra", "umber", "violet", "willow", "zephyr",
)  # fmt: skip
TEXTS = (
    "plain",
    "two words",
    "a&b=c",
    "1+1",
    "50%",
    "x/y?z#w",
    "ü€𝄞",
    "quote\"'",
    "a;b:c@d",
    "{brace}",
    "[0]",
    "~tilde",
)
PATH_STYLES = (
    ("simple", False),
    ("simple", True),
    ("label", False),
    ("label", True),
    ("matrix", False),
    ("matrix", True),
)
QUERY_STYLES = (
    ("form", True),
    ("form", False),
    ("pipeDelimited", False),
    ("spaceDelimited", False),
    ("deepObject", True),
)


@dataclass
class Case:
    """A contract of one operation with a request and an answer."""

    document: dict[str, Any]
    arguments: dict[str, Any] = field(default_factory=dict)
    """The values by the names of the parameters."""
    parameters: list[dict[str, Any]] = field(default_factory=list)
    body: Any = None
    media_type: str | None = None
    answer: Any = None

    @property
    def response_schema(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document["components"]["schemas"]["Answer"]
        return found


class _Maker:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.version = self._random.choice(("3.0.3", "3.1.0", "3.2.0"))
        self._words = list(WORDS)
        self._random.shuffle(self._words)
        self.schemas: dict[str, Any] = {}

    def word(self) -> str:
        return self._words.pop()

    def chance(self, part: float) -> bool:
        return self._random.random() < part

    # --- scalars

    def scalar(self) -> dict[str, Any]:
        kind = self._random.choice(("string", "integer", "number", "boolean", "enum"))
        if kind == "enum":
            return {"type": "string", "enum": ["red", "dark blue", "a,b"]}
        return {"type": kind}

    def scalar_value(self, schema: dict[str, Any], avoid: str = "") -> Any:
        if "enum" in schema:
            return self._random.choice([value for value in schema["enum"] if not set(value) & set(avoid)])
        texts = [text for text in TEXTS if not set(text) & set(avoid)]
        made: dict[str, Callable[[], Any]] = {
            "string": lambda: self._random.choice(texts),
            "integer": lambda: self._random.randrange(-5, 10**6),
            "number": lambda: self._random.choice((0.5, -2.25, 1e21, 7.0)),
            "boolean": lambda: self.chance(0.5),
        }
        return made[schema["type"]]()

    # --- JSON

    def json(self, depth: int) -> tuple[dict[str, Any], Any]:
        """Return a schema and a valid value."""
        kind = self._random.choice(("scalar", "scalar", "list", "object", "map", "null", "union"))
        if depth == 0 or kind == "scalar":
            schema = self.scalar()
            return schema, self.scalar_value(schema)
        if kind == "list":
            schema, _ = self.json(0)
            return {"type": "array", "items": schema}, [
                self.scalar_value(schema) for _ in range(self._random.randrange(3))
            ]
        if kind == "map":
            schema, value = self.json(0)
            return {"type": "object", "additionalProperties": schema}, {"any key": value}
        if kind == "null":
            return self._nullable()
        return self._union() if kind == "union" else self.object(depth - 1)

    def _nullable(self) -> tuple[dict[str, Any], Any]:
        schema = {"type": self._random.choice(("string", "integer"))}
        value = None if self.chance(0.5) else self.scalar_value(schema)
        if self.version.startswith("3.0"):
            return {**schema, "nullable": True}, value
        return {"type": [schema["type"], "null"]}, value

    def _union(self) -> tuple[dict[str, Any], Any]:
        """Return two tagged objects behind references, with or without a discriminator."""
        variants, values = [], []
        for tag in ("first", "second"):
            name = f"{self.word().capitalize()}Variant"
            schema, value = self.object(0)
            schema["properties"] = {"kind": {"type": "string", "enum": [tag]}, **schema["properties"]}
            schema["required"] = ["kind", *schema.get("required", [])]
            self.schemas[name] = schema
            variants.append({"$ref": f"#/components/schemas/{name}"})
            values.append({"kind": tag, **value})
        union: dict[str, Any] = {"oneOf": variants}
        if self.chance(0.5):
            mapping = {tag: one["$ref"] for tag, one in zip(("first", "second"), variants, strict=True)}
            union["discriminator"] = {"propertyName": "kind", "mapping": mapping}
        return union, self._random.choice(values)

    def object(self, depth: int) -> tuple[dict[str, Any], Any]:
        fields: dict[str, Any] = {}
        values: dict[str, Any] = {}
        required: list[str] = []
        for name in self._random.sample(
            ("id", "title", "count_of", "camelCase", "with-dash"), self._random.randrange(1, 4)
        ):
            fields[name], value = self.json(depth)
            if self.chance(0.5):
                required.append(name)
            if name in required or self.chance(0.7):
                values[name] = value
        schema: dict[str, Any] = {"type": "object", "properties": fields}
        if required:
            schema["required"] = required
        if depth and self.chance(0.3):
            return self._composed(schema), values
        return schema, values

    def _composed(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return an object as a reference to a base, and what is added to it."""
        name = f"{self.word().capitalize()}Base"
        self.schemas[name] = {"type": "object", "properties": {"base": {"type": "string"}}}
        return {"allOf": [{"$ref": f"#/components/schemas/{name}"}, schema]}

    # --- parameters

    def parameter(self, place: str) -> tuple[dict[str, Any], Any]:
        styles = {"path": PATH_STYLES, "query": QUERY_STYLES}.get(
            place, (("simple" if place == "header" else "form", False),)
        )
        style, explode = self._random.choice(styles)
        kinds = ["scalar", "list", "object"]
        if style in ("pipeDelimited", "spaceDelimited"):
            kinds = ["list", "object"]
        elif style == "deepObject":
            kinds = ["object"]
        avoid = {"pipeDelimited": "|", "spaceDelimited": " "}.get(style, "")
        if place == "header":
            avoid = ",ü\"'\\"
        schema, value = self._styled(self._random.choice(kinds), avoid)
        parameter = {"name": self.word(), "in": place, "style": style, "explode": explode, "schema": schema}
        if place == "path":
            parameter["required"] = True
        return parameter, value

    def _styled(self, kind: str, avoid: str) -> tuple[dict[str, Any], Any]:
        if kind == "scalar":
            schema = self.scalar()
            return schema, self.scalar_value(schema, avoid)
        if kind == "list":
            schema = self.scalar()
            values = [self.scalar_value(schema, avoid) for _ in range(self._random.randrange(1, 4))]
            return {"type": "array", "items": schema}, values
        names = [self.word(), self.word()]
        fields = {name: self.scalar() for name in names}
        return (
            {"type": "object", "properties": fields},
            {name: self.scalar_value(field, avoid) for name, field in fields.items()},
        )


def make_case(seed: int) -> Case:
    """Return the case of a seed."""
    maker = _Maker(seed)
    case = Case({})
    template = "/things"
    for place in ("path", "path", "query", "query", "query", "header", "cookie"):
        if maker.chance(0.5):
            parameter, value = maker.parameter(place)
            case.parameters.append(parameter)
            case.arguments[parameter["name"]] = value
            if place == "path":
                template += f"/{{{parameter['name']}}}"
    operation: dict[str, Any] = {"operationId": "playThings", "parameters": case.parameters}
    if maker.chance(0.8):
        _add_body(maker, case, operation)
    schema, case.answer = maker.object(2)
    maker.schemas["Answer"] = schema
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}
    operation["responses"] = {"200": {"description": "ok", "content": content}}
    case.document = {
        "openapi": maker.version,
        "info": {"title": "Random", "version": "1"},
        "servers": [{"url": "SERVER/root"}],
        "paths": {template: {"post": operation}},
        "components": {"schemas": maker.schemas},
    }
    return case


def _add_body(maker: _Maker, case: Case, operation: dict[str, Any]) -> None:
    form = maker.chance(0.3)
    case.media_type = "application/x-www-form-urlencoded" if form else "application/json"
    schema, case.body = maker.object(0 if form else 2)
    operation["requestBody"] = {"required": True, "content": {case.media_type: {"schema": schema}}}
