"""Name every object, union and enum.

The name is derived from the enclosing named schema (or method) and the properties on the way; the items of a list are
in the singular. If a name is taken, the longer form of the same path is used.
"""

from __future__ import annotations

from collections.abc import Iterable

from onceward_generator.load import Map, Node, Seq
from onceward_generator.words import digest, pascal, singular, split

from .answers import successes
from .context import Context, Endpoint, map_operations, reference_to, schemas_of, with_schemas
from .labels import labels
from .media import STREAMING, family
from .method_names import ID

__all__ = ["BESIDE", "lift", "of_items", "of_property"]

_STATUSES = {
    "200": "Ok", "201": "Created", "202": "Accepted", "203": "Transformed", "206": "Partial", "207": "MultiStatus",
    "400": "BadRequest", "401": "Unauthorized", "402": "PaymentRequired", "403": "Forbidden", "404": "NotFound",
    "405": "MethodNotAllowed", "406": "NotAcceptable", "408": "RequestTimeout", "409": "Conflict", "410": "Gone",
    "412": "PreconditionFailed", "413": "TooLarge", "415": "UnsupportedMediaType", "422": "Unprocessable",
    "423": "Locked", "429": "RateLimit", "500": "Internal", "501": "NotImplemented", "502": "BadGateway",
    "503": "Unavailable", "504": "GatewayTimeout", "4XX": "Client", "5XX": "Server",
}  # fmt: skip
BESIDE = ("nullable", "description", "default", "deprecated", "readOnly", "writeOnly", "title")
"""Annotations that stay beside the reference to a schema that was named."""


def lift(document: Map, context: Context) -> Map:
    """Name every anonymous schema of a document."""
    lifter = _Lifter(document)
    for key, schema in schemas_of(document).items():
        if isinstance(schema, Map):
            lifter.named[key] = lifter.inside(schema, pascal(split(key)))
    document = map_operations(document, lifter.operation)
    return with_schemas(document, lifter.named) if lifter.named else document


class _Lifter:
    def __init__(self, document: Map) -> None:
        self._old = schemas_of(document)
        self.named: dict[str, Node] = dict(self._old)
        self._taken = {"".join(split(key)) for key in self.named}

    def operation(self, endpoint: Endpoint) -> Map:
        operation = endpoint.operation
        if ID not in operation:
            return operation
        base = pascal(split(str(operation[ID])))
        changed: dict[str, Node] = {}
        parameters = operation.seq("parameters")
        if parameters is not None:
            changed["parameters"] = parameters.of(self._parameter(p, base) for p in parameters)
        body = operation.map("requestBody")
        if body is not None:
            changed["requestBody"] = self._content(body, f"{base}Request", f"{base}Request")
        responses = operation.map("responses")
        if responses is not None:
            answers = {
                status: self._content(answer, self._response(responses, status, base), f"{base}Event")
                for status, answer in responses.items()
                if isinstance(answer, Map)
            }
            changed["responses"] = Map(answers, responses.at, responses.spots)
        return (
            operation if all(operation[key] == value for key, value in changed.items()) else operation.merged(changed)
        )

    def _response(self, responses: Map, status: str, base: str) -> str:
        """Return the name of a response, after its status unless it is the only or the preferred one."""
        good = successes(responses)
        if status in good:
            return f"{base}{'' if status == good[0] else _STATUSES.get(status, _other(status))}Response"
        return f"{base}{'' if status == 'default' else _STATUSES.get(status, _other(status))}Error"

    def _parameter(self, parameter: Map, base: str) -> Map:
        path = base + pascal(split(str(parameter["name"])))
        schema = parameter.map("schema")
        if schema is not None:
            return parameter.replace(schema=self.used(schema, [path, f"{path}Param"]))
        return self._content(parameter, path, path)

    def _content(self, node: Map, whole: str, piece: str) -> Map:
        content = node.map("content")
        if not content:
            return node
        entries: dict[str, Node] = {}
        for media_type, entry in content.items():
            name = piece if family(media_type) in STREAMING else whole
            names = [name, name + pascal(split(media_type.partition(";")[0].partition("/")[2]) or ("media",))]
            schema = entry.map("schema") if isinstance(entry, Map) else None
            entries[media_type] = entry if schema is None else entry.replace(schema=self._answer(schema, names, node))
        return node.replace(content=Map(entries, content.at, content.spots))

    def _answer(self, schema: Map, names: list[str], node: Map) -> Map:
        """Name the result of a method even if it is a list, so that every result can be referred to."""
        comes_back = "in" not in node and not names[0].endswith("Request")
        if comes_back and set(schema) & {"type", "const"} and schema.get("format") != "binary":
            return self._named_here(schema, names)
        return self.used(schema, names)

    def used(self, schema: Map, names: list[str]) -> Map:
        """Return a schema as it is used: a reference if it needs a name."""
        if not _deserves_name(schema):
            return self.inside(schema, names[0], names)
        return self._named_here(schema, names)

    def _named_here(self, schema: Map, names: list[str]) -> Map:
        key = self._free(names)
        self.named[key] = Map({}, schema.at)
        self.named[key] = self.inside(schema.without(*BESIDE), key)
        described = schema.only("description", "title", "deprecated")
        self.named[key] = Map({**described, **self.named[key]}, schema.at, schema.spots)
        return Map({"$ref": reference_to(key), **schema.only(*BESIDE)}, schema.at, schema.spots)

    def inside(self, schema: Map, path: str, names: list[str] | None = None) -> Map:
        """Return a schema with everything inside that needs a name replaced by references."""
        changed: dict[str, Node] = {}
        fields = schema.map("properties")
        if fields is not None:
            own = {key: self.used(field, of_property(path, key)) for key, field in fields.items()}
            changed["properties"] = Map(own, fields.at, fields.spots)
        items = schema.map("items")
        if items is not None:
            changed["items"] = self.used(items, [name for n in (names or [path]) for name in of_items(n)])
        extra = schema.map("additionalProperties")
        if extra is not None:
            changed["additionalProperties"] = self.used(extra, [f"{name}Value" for name in names or [path]])
        patterns = schema.map("patternProperties")
        if patterns is not None:
            own = {key: self.used(field, [f"{path}Value"]) for key, field in patterns.items()}
            changed["patternProperties"] = Map(own, patterns.at, patterns.spots)
        variants = schema.maps("oneOf")
        if variants:
            variant_names = labels(variants, self._old)
            own_names = [[f"{path}{pascal(label)}"] for label in variant_names]
            members = [self.used(v, n) for v, n in zip(variants, own_names, strict=True)]
            changed["oneOf"] = Seq(members, schema.where("oneOf"))
        return schema if all(schema[key] == value for key, value in changed.items()) else schema.merged(changed)

    def _free(self, names: Iterable[str]) -> str:
        """Return the first free name; the last resort is a digest of the path."""
        candidates = list(names)
        for name in (
            *candidates,
            f"{candidates[-1]}Value",
            f"{candidates[-1]}{digest('.'.join(candidates)).capitalize()}",
        ):
            if "".join(split(name)) not in self._taken:
                self._taken.add("".join(split(name)))
                return name
        return self._free([f"{candidates[-1]}{digest(candidates[-1]).capitalize()}"])


def of_property(path: str, key: str) -> list[str]:
    """Return the names for the schema of a property, the preferred one first."""
    words = split(key)
    return [path + pascal(words), f"{path}Property{pascal(words)}"]


def of_items(path: str) -> list[str]:
    """Return the names for the items of a list, the preferred one first."""
    words = split(path)
    one = pascal((*words[:-1], singular(words[-1])))
    return [one, f"{path}Item"] if one != path else [f"{path}Item"]


def _other(status: str) -> str:
    return _STATUSES.get(status.upper(), "Default" if status == "default" else f"Status{status}")


def _deserves_name(schema: Map) -> bool:
    if "$ref" in schema:
        return False
    return "oneOf" in schema or "enum" in schema or bool(schema.get("properties"))
