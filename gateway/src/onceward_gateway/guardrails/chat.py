"""The texts of a request: every string that a provider receives, and every name of a member with a string.

Only these are left out:

- the name of the model, and members that only the gateway reads (`tags`, `cache`, `guardrails`, `mock_response`,
  `virtual_model_id`)
- ids without white space (`id`, `tool_call_id`, `file_id`, ...)
- base64 of data other than text: in `data:` URLs, in `data`, `file_data`, `b64_json` and other members with bytes, and
  in signatures
- words of the protocol: the fixed values that the contract has for a member (`"type": "text"`, `"role": "user"`), and
  the names of members that the contract or JSON Schema declare

Tokens and vectors instead of texts cannot be read, and are rejected. Texts in `data:` URLs are decoded, whatever their
encoding and charset. Invisible characters, other forms of letters (full width, mathematical) and escapes (of JSON, URLs
and HTML) are normalized. Text that is split over the parts of a message is read as one, and so is a word that is split
over messages of one role and name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from functools import cache
from typing import Any

import msgspec

from ..core import error_codes
from ..core.effective_body import OWN
from ..core.errors import invalid
from ..http.contract import load_contract
from .embedded import changed_base64, changed_url
from .pieces import (
    RewrittenText,
    joined_messages,
    joined_parts,
)
from .reveal import revealing

__all__ = ["map_texts"]

Change = Callable[[str], str]
_LEFT_OUT = OWN | {"model"}
_IDS = frozenset({"id", "tool_call_id", "file_id", "call_id", "tool_use_id", "response_id", "item_id"})
_ID = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_.:|\-]{1,256}")
_ENCODED = frozenset(
    {"data", "file_data", "b64_json", "signature", "encrypted_content", "thought_signature"}
    | {"base64", "blob", "bytes", "content_base64"}
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_\-]{48,}={0,2}")
# May also be plain text.
_SHORT_BASE64 = re.compile(r"[A-Za-z0-9+/_\-]{4,47}={0,2}")
_TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
_KEYWORDS = (
    *("$defs", "$id", "$ref", "$schema", "additionalProperties", "allOf", "anyOf", "const", "contains", "default"),
    *("definitions", "dependentRequired", "description", "else", "enum", "examples", "exclusiveMaximum"),
    *("exclusiveMinimum", "format", "if", "items", "maxItems", "maxLength", "maximum", "minItems", "minLength"),
    *("minimum", "multipleOf", "not", "nullable", "oneOf", "pattern", "patternProperties", "prefixItems"),
    *("properties", "propertyNames", "required", "then", "title", "type", "uniqueItems"),
)
# Members whose ids and numbers are user content too.
_USER_DATA = frozenset({"metadata", "arguments"})
# Members of a request in which the parts of a list are one text, and the members that have such a list.
_WITH_PARTS = frozenset({"messages", "system", "prediction"})
_CONTENTS = frozenset({"content", "system"})
# Members in which servers of open models accept tokens or vectors, without `_` and `-`.
_TOKENS = frozenset(
    {"prompt", "input", "inputs", "context", "tokens", "tokenids", "prompttokenids", "promptids", "prompttokens"}
    | {"inputids", "inputtokenids", "inputtokens", "suffixtokens"}
)
_VECTORS = frozenset({"promptembeds", "inputembeds", "inputsembeds", "promptembeddings", "inputembeddings"})
_ROUTES = re.compile(r"/v1/(?:chat/completions|completions|embeddings|moderations|audio/.+|images/.+)")


def map_texts(request: dict[str, Any], change: Change) -> dict[str, Any]:
    """Return the request with all texts changed; raise 400 for tokens instead of texts."""
    for name, value in request.items():
        _refuse_tokens(name, value)
    walk = _Walk(_cached(revealing(change)))
    changed: dict[str, Any] = {}
    for name, value in request.items():
        if name in _LEFT_OUT:
            changed[name] = value
        else:
            walk.joins_parts = name in _WITH_PARTS
            walk.put(changed, name, value, user_data=False)
    return changed


def _cached(change: Change) -> Change:
    """Return a cached change: texts are changed alone, and together with their neighbors."""
    known: dict[str, str] = {}

    def changed_once(text: str) -> str:
        found = known.get(text)
        if found is None:
            found = known[text] = change(text)
        return found

    return changed_once


class _Walk:
    """A walk over a request."""

    __slots__ = ("_change", "_names", "_words", "joins_parts")

    def __init__(self, change: Change) -> None:
        # Whether the current member has messages, whose parts are read as one text.
        self.joins_parts = False
        self._change = change
        self._names, self._words = _vocabulary()

    def put(self, holder: dict[str, Any], name: str, value: Any, *, user_data: bool) -> None:
        """Add a changed member to the new object."""
        changed = name if name in self._names else self._change(name)
        while changed in holder:
            changed += "_"
        holder[changed] = self._value(value, name, user_data=user_data or name in _USER_DATA)

    def _value(self, value: Any, name: str, *, user_data: bool) -> Any:
        """Return the value of the member `name`, changed; each item of a list is such a value."""
        if isinstance(value, str):
            return self._text(value, name, user_data=user_data)
        if isinstance(value, dict):
            changed: dict[str, Any] = {}
            for key, item in value.items():
                self.put(changed, key, item, user_data=user_data)
            return changed
        if isinstance(value, list):
            return [
                self._value(item, name, user_data=user_data) for item in self._joined(value, name, user_data=user_data)
            ]
        if user_data and isinstance(value, int | float) and not isinstance(value, bool):
            shown = str(value)
            text = self._change(shown)
            return value if text == shown else text
        return value

    def _joined(self, items: list[Any], name: str, *, user_data: bool) -> list[Any]:
        """Return the items of a list, with texts masked that span several of them, if the list is content."""
        if user_data or not self.joins_parts:
            return items
        if name == "messages":
            return joined_messages(items, self._change)
        return joined_parts(items, self._change) if name in _CONTENTS else items

    def _text(self, text: str, name: str, *, user_data: bool) -> str:
        if isinstance(text, RewrittenText):
            return str(text)
        if text in self._words.get(name, ()):
            return text
        if name in _IDS and not user_data and _ID.fullmatch(text):
            return text
        if name in _ENCODED and _BASE64.fullmatch(text):
            return changed_base64(text, self._change)
        if name in _ENCODED and _SHORT_BASE64.fullmatch(text) and (inner := changed_base64(text, self._change)) != text:
            return inner
        if (changed := changed_url(text, self._change)) is not None:
            return changed
        return self._json(text) if name == "arguments" else self._change(text)

    def _json(self, text: str) -> str:
        """Return the JSON in a text with its strings changed, decoded escapes included; the result is JSON again."""
        try:
            value = msgspec.json.decode(text)
            changed = self._value(value, "", user_data=True)
        except msgspec.DecodeError:
            return self._change(text)
        except RecursionError:
            raise invalid(
                "`arguments` of a tool call is nested too deeply for the guardrails of this call. Flatten it.",
                param="messages",
                code=error_codes.TOO_DEEP,
            ) from None
        return text if changed == value else msgspec.json.encode(changed).decode()


def _refuse_tokens(name: str, value: Any) -> None:
    known = name.lower().replace("_", "").replace("-", "")
    if (known in _TOKENS and _is_numbers(value)) or (known in _VECTORS and value is not None):
        raise invalid(
            f"`{name}` holds {'tokens' if known in _TOKENS else 'vectors'}, which the guardrails of this call cannot "
            "read. Send the text.",
            param=name,
            code=error_codes.TOKENS_NOT_READABLE,
        )


def _is_numbers(value: Any) -> bool:
    """Return whether the value is a list that holds a number, directly or in a nested list."""
    if not isinstance(value, list):
        return False
    items = (item for one in value for item in (one if isinstance(one, list) else (one,)))
    return any(isinstance(item, int | float) and not isinstance(item, bool) for item in items)


@cache
def _vocabulary() -> tuple[frozenset[str], Mapping[str, Set[str]]]:
    """Return the members that the contract declares for model calls, and the fixed values of each."""
    document = load_contract()
    names, words = set(_KEYWORDS), {"type": set(_TYPES)}
    for path, item in document["paths"].items():
        if _ROUTES.fullmatch(path) and "post" in item:
            for schema in _schemas(document, item["post"].get("requestBody", {})):
                properties = schema.get("properties")
                for name, of in properties.items() if isinstance(properties, dict) else ():
                    names.add(name)
                    words.setdefault(name, set()).update(_words(document, of))
    return frozenset(names), words


def _words(document: Mapping[str, Any], schema: Any) -> set[str]:
    """Return the fixed values of a schema."""
    while isinstance(schema, dict) and "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if not isinstance(schema, dict):
        return set()
    listed = schema.get("enum")
    found = {word for word in (schema.get("const"), *(listed or ())) if isinstance(word, str)}
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), schema.get("items")):
        found |= _words(document, branch)
    return found


def _schemas(document: Mapping[str, Any], start: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every object of the contract below a schema, through references."""
    todo, seen = [start], set[str]()
    while todo:
        one = todo.pop()
        if isinstance(one, list):
            todo += one
        elif isinstance(one, dict):
            yield one
            todo += one.values()
            reference = one.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                todo.append(document["components"]["schemas"][reference.rpartition("/")[2]])
