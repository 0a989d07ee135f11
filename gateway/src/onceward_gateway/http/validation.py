"""Validation of requests against the contract: each body has a JSON Schema that is compiled when first needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import msgspec

from ..core import error_codes
from ..core.errors import ApiError, invalid
from ..core.json_leaves import leaves
from .contract import Document
from .narrow import Narrowed, narrow
from .relayed import ContractFault, needed_schema
from .unknown_fields import (
    Resolver,
    refuse_unknown_fields,
    refuse_unknown_query,
)

__all__ = ["Contract", "Specification", "refuse_nul"]

_JSON = "application/json"
_FORM = "multipart/form-data"
# A marker among the types of an object whose members are strings: `x[y]=1` is the string "1".
_STRING_MEMBERS = "texts"
_PARAMETER = re.compile(r"\{[^}]*\}")
_MAX_SHOWN = 60
# No length limit or pattern of the contract distinguishes texts longer than this.
_MAX_TEXT = 65_536


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    required: bool
    validator: jsonschema_rs.Draft202012Validator
    types: frozenset[str]


class Contract:
    """All operations of the contract, by method and path template."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[tuple[str, str], Specification] = {}
        self.resolver = Resolver(document.get("components", {}))
        self._names = _member_names(document)
        for path, item in document.get("paths", {}).items():
            for method, operation in item.items():
                if method in ("get", "post", "put", "patch", "delete", "head"):
                    specification = Specification(self, operation, item.get("parameters", ()))
                    self._known[(method.upper(), _PARAMETER.sub("{}", path))] = specification

    def find(self, method: str, template: str) -> Specification | None:
        """Return the operation of a route, or None if the contract does not have it."""
        return self._known.get((method, _PARAMETER.sub("{}", template)))

    def resolve(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow a local `$ref`."""
        while "$ref" in value:
            node: Any = self._document
            for part in value["$ref"].removeprefix("#/").split("/"):
                node = node[part.replace("~1", "/").replace("~0", "~")]
            value = node
        return value

    def compile(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        """Compile a schema of the contract, in which references lead to the contract's components."""
        return jsonschema_rs.Draft202012Validator(
            {"allOf": [schema], "components": self._document.get("components", {})}, validate_formats=False
        )

    def fault(self, validator: jsonschema_rs.Draft202012Validator, value: Any, prefix: str = "") -> ApiError:
        """Return the error for the first fault of an invalid value."""
        found = narrow(value, validator.is_valid, self._names)
        if found.too_long is not None:
            path = _spell(found.place(found.too_long), prefix)
            return invalid(f"`{path}` has too many items. Send fewer.", param=path, code=error_codes.INVALID_VALUE)
        if found.value is None:
            return invalid(
                "The body does not have the form that the contract asks for, and is too large to say where. "
                "Send a smaller one to see."
            )
        return _fault(validator.iter_errors(found.value), prefix, found)

    def types_of(self, schema: Mapping[str, Any]) -> frozenset[str]:
        """Return the JSON types that a schema allows, through references and unions."""
        schema = self.resolve(schema)
        found = schema.get("type")
        types = set([found] if isinstance(found, str) else found or ())
        for word in ("anyOf", "oneOf", "allOf"):
            for branch in schema.get(word, ()):
                types |= self.types_of(branch)
        others = schema.get("additionalProperties")
        if isinstance(others, Mapping) and self.types_of(others) == {"string"}:
            types.add(_STRING_MEMBERS)
        if not types and "enum" in schema:
            types = {_type_name(value) for value in schema["enum"]}
        return frozenset(types)


def _member_names(node: Any) -> frozenset[str]:
    """Return the names of all members that schemas of the contract declare."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            properties, required = one.get("properties"), one.get("required")
            found.update(properties if isinstance(properties, Mapping) else ())
            found.update(name for name in required if isinstance(name, str)) if isinstance(required, list) else None
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return frozenset(found)


def _cut_texts(value: Any) -> Any:
    """Return `value` with long texts cut: a validator copies the values that it checks, once for each alternative."""
    if isinstance(value, str):
        return value[:_MAX_TEXT]
    if isinstance(value, dict):
        return {name: _cut_texts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [item if type(item) is int else _cut_texts(item) for item in value]
    return value


class Specification:
    """The schemas of one operation's request: body, form and query."""

    def __init__(self, contract: Contract, operation: Mapping[str, Any], shared: Iterable[Mapping[str, Any]]) -> None:
        self._contract = contract
        # Whether members that the contract does not declare are rejected, as in management requests.
        self.closed = False
        # The same for names in the query, also of requests that only read.
        self.closed_query = False
        # Whether a body may go to a provider as it is, so that not every target needs all of the contract.
        self.relayed = False
        self.operation_id: str = operation.get("operationId", "")
        self._operation = operation
        self._shared = tuple(shared)
        self._validators: dict[str, tuple[jsonschema_rs.Draft202012Validator, Mapping[str, Any]] | None] = {}
        self._needed: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._query: tuple[_Parameter, ...] | None = None
        self._query_needed: bool | None = None

    def _body(self, media: str) -> tuple[jsonschema_rs.Draft202012Validator, Mapping[str, Any]] | None:
        if media not in self._validators:
            body = self._contract.resolve(self._operation.get("requestBody") or {})
            schema = body.get("content", {}).get(media, {}).get("schema")
            self._validators[media] = None if schema is None else (self._contract.compile(schema), schema)
        return self._validators[media]

    def check_json(self, value: Any, *, is_large: bool = False) -> ContractFault | None:
        """Raise the error for the first fault in a JSON body, or return one that only some targets have to raise."""
        if self.closed:
            self.refuse_unknown(value)
        compiled = self._body(_JSON)
        if compiled is None:
            return None
        checked = _cut_texts(value) if is_large else value
        if not compiled[0].is_valid(checked):
            return self._faulty(_JSON, checked, value, is_large=is_large)
        if self.closed:
            refuse_nul(checked)
            _refuse_long_names(checked)
        return None

    def _faulty(self, media: str, checked: Any, value: Any, *, is_large: bool = False) -> ContractFault:
        """Return the fault of an invalid body; raise it where every target has it."""
        compiled = self._body(media)
        assert compiled is not None
        validator, schema = compiled
        if not self.relayed:
            raise self._contract.fault(validator, checked)
        needed = self._needed.get(media)
        if needed is None:
            reduced = needed_schema(schema, self._contract.resolve, self._contract.types_of)
            needed = self._needed[media] = self._contract.compile(reduced)
        if not needed.is_valid(checked):
            raise self._contract.fault(needed, checked)

        def describe() -> ApiError:
            # Not the checked copy of a large body: the fault is kept as long as its call runs.
            return self._contract.fault(validator, _cut_texts(value) if is_large else value)

        return ContractFault(describe, is_large=is_large)

    def refuse_unknown(self, value: Any) -> None:
        """Raise the error for members of a body that the contract does not declare."""
        body = self._contract.resolve(self._operation.get("requestBody") or {})
        schema = body.get("content", {}).get(_JSON, {}).get("schema")
        refuse_unknown_fields(value, schema, self._contract.resolver)

    def read_form(
        self, fields: list[tuple[str, str]], files: Iterable[str]
    ) -> tuple[dict[str, Any], ContractFault | None]:
        """Return the fields of a form, typed by the contract, and a fault that only some targets have to raise.

        A file part counts as present.
        """
        compiled = self._body(_FORM)
        if compiled is None:
            return _collect_fields(fields, {}), None
        validator, schema = compiled
        properties = self._properties(schema)
        data = _collect_fields(fields, {name: self._contract.types_of(part) for name, part in properties.items()})
        whole: dict[str, Any] = dict(data)
        for name in files:
            known = name if name in properties else name.removesuffix("[]")
            types = self._contract.types_of(properties.get(known, {}))
            if "array" in types and ("string" not in types or known in whole):
                whole.setdefault(known, [])
                whole[known] = [*whole[known], ""] if isinstance(whole[known], list) else [whole[known], ""]
            else:
                whole[known] = ""
        fault = None if validator.is_valid(whole) else self._faulty(_FORM, whole, whole)
        if self.closed:
            refuse_unknown_fields(whole, schema, self._contract.resolver)
            refuse_nul(whole)
        return data, fault

    def _properties(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        schema = self._contract.resolve(schema)
        found = dict(schema.get("properties", {}))
        for part in schema.get("allOf", ()):
            found.update(self._properties(part))
        return found

    def read_query(self, pairs: list[tuple[str, str]]) -> dict[str, Any]:
        """Return the validated query, typed by the contract; unknown names are strings, or rejected if it is closed."""
        types = {p.name.removesuffix("[]"): p.types for p in self._parameters()}
        query = _collect_fields(pairs, types)
        refuse_nul(query, "query")
        if query and (self.closed or self.closed_query):
            refuse_unknown_query(query, types)
        for parameter in self._parameters():
            name = parameter.name.removesuffix("[]")
            if name not in query:
                if parameter.required:
                    raise invalid(f"`{name}` is missing from the query.", param=name, code=error_codes.MISSING)
                continue
            if not parameter.validator.is_valid(query[name]):
                raise self._contract.fault(parameter.validator, query[name], name)
        return query

    def has_query(self, name: str) -> bool:
        """Return whether the contract declares a query parameter."""
        return any(parameter.name == name for parameter in self._parameters())

    @property
    def needs_query(self) -> bool:
        """Return whether a parameter of the query is required."""
        if self._query_needed is None:
            self._query_needed = any(parameter.required for parameter in self._parameters())
        return self._query_needed

    def _parameters(self) -> tuple[_Parameter, ...]:
        if self._query is None:
            found: dict[str, _Parameter] = {}
            for reference in (*self._shared, *self._operation.get("parameters", ())):
                spec = self._contract.resolve(reference)
                if spec.get("in") == "query":
                    schema = spec.get("schema", {})
                    types = self._contract.types_of(schema)
                    validator = self._contract.compile(schema)
                    found[spec["name"]] = _Parameter(spec["name"], spec.get("required", False), validator, types)
            self._query = tuple(found.values())
        return self._query


def refuse_nul(value: Any, place: str = "body", at: str = "") -> None:
    """Raise the error for the first text with a NUL character, which PostgreSQL cannot store and SQLite can.

    `place` is named by the error if the name of a top-level member has it.
    """
    for where, part in leaves(value, at):
        if isinstance(part, str) and "\0" in part:
            where = where or place
            raise invalid(
                f"`{where}` holds a NUL character (U+0000). Remove it.", param=where, code=error_codes.INVALID_VALUE
            )


# Members whose texts have limits of their own, or are not stored.
_LONG_MEMBERS = frozenset(
    {
        *("metadata", "credential_info", "credential_values", "litellm_params", "model_info", "method"),
        *("messages", "prompt", "completion_response", "request_body"),
    }
)
_MAX_NAME = 1024


def _refuse_long_names(body: Any) -> None:
    """Raise the error for the first name in a management request that is longer than any stored name."""
    if not isinstance(body, dict):
        return
    for name, member in body.items():
        for at, part in leaves(member, name) if name not in _LONG_MEMBERS else ():
            if isinstance(part, str) and len(part) > _MAX_NAME:
                raise invalid(
                    f"`{at}` is longer than {_MAX_NAME} characters. Shorten it.", param=at, code=error_codes.TOO_LONG
                )


def _collect_fields(pairs: list[tuple[str, str]], types: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    """Return fields by name, typed by the contract: `x[]` and repeated names are lists, `x[y]` is an object."""
    data: dict[str, Any] = {}
    for name, text in pairs:
        plain = name.removesuffix("[]")
        known = types.get(name) or types.get(plain) or frozenset()
        if plain.endswith("]") and "[" in plain:
            outer, _, inner = plain[:-1].partition("[")
            held = data.setdefault(outer, {})
            if isinstance(held, dict):
                held[inner] = text if _STRING_MEMBERS in types.get(outer, ()) else _scalar(text)
        elif "array" in known or plain != name:
            held = data.setdefault(plain if plain in types or name not in types else name, [])
            if isinstance(held, list):
                held.append(_coerce(text, known - {"array"}) if known else text)
        elif plain in data:
            before = data[plain]
            data[plain] = [*(before if isinstance(before, list) else [before]), _coerce(text, known)]
        else:
            data[plain] = _coerce(text, known)
    return data


def _scalar(text: str) -> Any:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text


def _coerce(text: str, types: frozenset[str]) -> Any:
    if "string" in types and not types & {"object"}:
        return text
    try:
        if "integer" in types or "number" in types:
            value = msgspec.json.decode(text, type=int | float)
            return value
        if "boolean" in types and text in ("true", "false", "1", "0"):
            return text in ("true", "1")
        if types & {"object", "array"} and text[:1] in ("{", "["):
            return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return text
    return text


def _type_name(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    return names.get(type(value), "object")


def _fault(errors: Iterable[Any], prefix: str, narrowed: Narrowed) -> ApiError:
    error = _most_specific(list(errors), ())
    kind = error.kind
    path = _spell(narrowed.place(error.path), prefix)
    if kind.name == "required":
        name = _join(path, kind.property)
        return invalid(f"`{name}` is missing.", param=name, code=error_codes.MISSING)
    if kind.name in ("additionalProperties", "unevaluatedProperties"):
        name = _join(path, kind.unexpected[0])
        return invalid(
            f"`{name}` is not a parameter of this operation. Remove it.", param=name, code=error_codes.UNKNOWN_PARAMETER
        )
    shown = repr(error.instance)
    if len(shown) > _MAX_SHOWN:
        shown = shown[:_MAX_SHOWN] + "…"
    return invalid(
        f"`{path or 'body'}` is {shown}, which {_description(error)}.", param=path or None, code=_code(kind.name)
    )


@dataclass(frozen=True, slots=True)
class _Located:
    kind: Any
    message: str
    instance: Any
    path: tuple[str | int, ...]


def _most_specific(errors: list[Any], base: tuple[str | int, ...]) -> _Located:
    """Return the most specific fault: inside a union, that of the branch which fits the value best."""
    error = min(errors, key=lambda e: (len(e.instance_path), _UNHELPFUL.get(e.kind.name, 0)))
    path = base + tuple(error.instance_path)
    context = getattr(error.kind, "context", None)
    if context:
        branches = [branch for branch in context if branch]
        common = _common_fault(branches, error, path)
        if common is not None:
            return common
        if branches:
            at = len(error.instance_path)
            best = max(branches, key=lambda branch: _fitness(branch, at))
            if _fitness(best, at) > (0, 0, 0):
                return _most_specific(best, base if _absolute(best, error) else path)
    return _Located(error.kind, error.message, error.instance, path)


def _common_fault(branches: list[list[Any]], error: Any, path: tuple[str | int, ...]) -> _Located | None:
    """Return one fault for all branches, if each expects another type or another constant at the same path."""
    first = [branch[0] for branch in branches]
    if not first:
        return None
    if all(e.kind.name == "type" and list(e.instance_path) == list(error.instance_path) for e in first):
        names = sorted({name for e in first for name in e.kind.types})
        return _Located(first[0].kind, f"is not {_either(names)}", error.instance, path)
    tags = [e for branch in branches for e in branch if e.kind.name in ("const", "enum")]
    if len(tags) == len(branches) and len({tuple(e.instance_path) for e in tags}) == 1:
        words = [repr(w) for e in tags for w in ([e.kind.expected_value] if e.kind.name == "const" else e.kind.options)]
        return _Located(tags[0].kind, f"is not {_either(words)}", tags[0].instance, tuple(tags[0].instance_path))
    return None


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


_UNHELPFUL = {"anyOf": 1, "oneOf": 1}


def _absolute(branch: list[Any], parent: Any) -> bool:
    head = list(parent.instance_path)
    return all(list(error.instance_path)[: len(head)] == head for error in branch)


def _fitness(branch: list[Any], at: int) -> tuple[int, int, int]:
    """Return how well a value fits a branch of a union at depth `at`: type and tag agree, faults are deep and few."""
    depth = max(len(error.instance_path) for error in branch)
    if any(error.kind.name == "type" and len(error.instance_path) <= at for error in branch):
        return (0, 0, 0)
    if any(error.kind.name in ("const", "enum", "not") and len(error.instance_path) > at for error in branch):
        return (0, depth, 0)
    return (1, depth, -len(branch))


def _spell(path: tuple[str | int, ...], prefix: str) -> str:
    text = prefix
    for part in path:
        text = f"{text}[{part}]" if isinstance(part, int) else _join(text, part)
    return text


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


_DESCRIPTIONS = {
    "anyOf": "is none of the forms that the contract allows here",
    "oneOf": "is none of the forms that the contract allows here",
    "minItems": "has too few items",
    "maxItems": "has too many items",
    "minLength": "is too short",
    "maxLength": "is too long",
    "pattern": "does not have the required form",
}


def _description(error: _Located) -> str:
    known = _DESCRIPTIONS.get(error.kind.name)
    if known is not None:
        return known
    if error.message.startswith("is not "):
        return error.message
    for word in (" is ", " was ", " does ", " has "):
        at = error.message.rfind(word)
        if at >= 0:
            return error.message[at + 1 :]
    return f"breaks `{error.kind.name}` of the contract"


def _code(kind: str) -> str:
    return {"type": "wrong_type", "enum": "unknown_value", "const": "unknown_value"}.get(kind, "invalid_value")
