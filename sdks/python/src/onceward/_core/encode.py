"""Encode Python values as paths, queries, headers and JSON.

A value without one clear form is refused, never guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote

from .errors import ParameterError
from .narrow import class_of, is_iterable, is_mapping, is_row

__all__ = [
    "Encoded",
    "as_reserved",
    "unquoted",
    "encode_form",
    "encode_json",
    "encode_path",
    "encode_query",
    "fill_path",
    "header_fault",
    "header_name_fault",
    "plain",
    "query_pairs",
    "scalar",
    "surrogate_faults",
]

_LONE: Final = re.compile("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")
_TRIPLET: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_SEPARATORS: Final = {"spaceDelimited": " ", "pipeDelimited": "|"}


class Encoded(str):
    """A text that is percent-encoded already."""

    __slots__ = ()


def encode_path(value: Any) -> str:
    """Encode one path segment. ``/`` is encoded too, so that ``a/b`` stays one segment."""
    return quote(scalar(value), safe="-._~")


def fill_path(template: str, values: Mapping[str, Any]) -> str:
    """Return a path template such as ``/v1/models/{model}`` with its values, encoded."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", encode_path(value))
    return template


def scalar(value: Any) -> str:
    """Return the text of one value in a path, a query, a header or a form."""
    if isinstance(value, str):
        return str.__str__(getattr(value, "value", value))
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if isinstance(value, (int, float)):
        return json.dumps(value)
    converted = plain(value)
    return converted if isinstance(converted, str) else json.dumps(converted)


def query_pairs(wire: str, value: Any, style: str = "form", explode: bool = True) -> list[tuple[str, str]]:
    """Return the name-value pairs of one query parameter."""
    if value is None:
        return []
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    elif hasattr(value, "model_dump"):
        value = plain(value)
    if is_mapping(value):
        members = [(key, item) for key, item in value.items() if item is not None]
        if style in ("deepObject", "brackets"):
            return [pair for key, item in members for pair in _deep_pairs(f"{wire}[{key}]", item)]
        if explode and style not in _SEPARATORS:
            return [(str(key), scalar(item)) for key, item in members]
        texts = [text for key, item in members for text in (str(key), scalar(item))]
        return _joined(wire, texts, style)
    if is_iterable(value):
        if style in ("brackets", "deepObject"):
            return _deep_pairs(wire, value)
        texts = [scalar(item) for item in value if item is not None]
        if explode:
            return [(wire, text) for text in texts]
        return _joined(wire, texts, style)
    return [(wire, scalar(value))]


def _deep_pairs(wire: str, value: Any) -> list[tuple[str, str]]:
    """Return the pairs of a nested value: ``a[b]=1``, ``a[]=1`` for texts in a list, ``a[0][b]=1`` for objects."""
    if value is None:
        return []
    if hasattr(value, "to_dict") or hasattr(value, "model_dump"):
        value = plain(value)
    if is_mapping(value):
        return [pair for key, item in value.items() for pair in _deep_pairs(f"{wire}[{key}]", item)]
    if not is_iterable(value):
        return [(wire, scalar(value))]
    items = list(value)
    flat = not any(is_mapping(item) or is_iterable(item) or hasattr(item, "to_dict") for item in items)
    name = wire.removesuffix("[]")
    return [
        pair
        for place, item in enumerate(items)
        for pair in _deep_pairs(f"{name}[]" if flat else f"{name}[{place}]", item)
    ]


def _joined(wire: str, texts: list[str], style: str) -> list[tuple[str, str]]:
    """Return a pair of a name and several texts with a separator, which none of them may contain unencoded."""
    if not texts:
        return []
    separator = _SEPARATORS.get(style)
    if separator is None:
        return [(wire, Encoded(",".join(quote(text, safe="-._~") for text in texts)))]
    faulty = next((text for text in texts if separator in text), None)
    if faulty is not None:
        fault = f"`{wire}` has the item {faulty!r}, which contains the separator {separator!r} of its items"
        raise ParameterError([fault])
    return [(wire, separator.join(texts))]


def encode_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the query of name-value pairs, percent-encoded. A pair without a name is only its value."""
    return "&".join(
        (f"{name if name.__class__ is Encoded else quote(name, safe='-._~')}=" if name else "")
        + (text if text.__class__ is Encoded else quote(text, safe="-._~"))
        for name, text in pairs
    )


def encode_form(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a body of type ``application/x-www-form-urlencoded``, as browsers write it: a space is ``+``."""
    return "&".join(
        f"{quote_plus(name, safe='-._*')}={text if text.__class__ is Encoded else quote_plus(text, safe='-._*')}"
        for name, text in pairs
    )


def as_reserved(text: str) -> Encoded:
    """Return a text encoded except for reserved characters, where they cannot end the value, and triplets."""
    whole = text if text.__class__ is Encoded else _TRIPLET.sub("%25", text)
    return Encoded(quote(whole, safe="-._~:/?@!$'()*,;%"))


def unquoted(text: str) -> str:
    """Return a text without the percent-encoding of `Encoded`."""
    return unquote(text) if text.__class__ is Encoded else text


def header_name_fault(name: object) -> str | None:
    """Return what is wrong with a header's name, or None."""
    if isinstance(name, str) and _NAME(name):
        return None
    return f"{name!r} is not a valid header name; use letters, digits and hyphens"


def header_fault(name: str, value: str) -> str | None:
    """Return what is wrong with a header's value, or None."""
    if "\n" in value or "\r" in value or "\0" in value:
        return f"header `{name}` contains a line break, which would end the header"
    try:
        value.encode("latin-1")
    except UnicodeEncodeError as error:
        return f"header `{name}` contains {value[error.start]!r}, which is not allowed in a header"
    if value != value.strip(" \t"):
        return f"header `{name}` begins or ends with white space; leave it out"
    control = next((one for one in value if (one < " " and one != "\t") or one == "\x7f"), None)
    return None if control is None else f"header `{name}` contains {control!r}, which is not allowed in a header"


# --- JSON ------------------------------------------------------------------------------------------------------------


def encode_json(value: Any, operation: str | None = None) -> bytes:
    """Encode a value as compact UTF-8 JSON.

    Models are written as they came: only fields that were set, unknown ones too.
    """
    try:
        text = json.dumps(value, default=plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except ParameterError as error:
        raise ParameterError(_json_faults(value) or error.faults, operation) from None
    except RecursionError:
        fault = "the body cannot be written as JSON: it is nested too deeply, or contains itself"
        raise ParameterError([fault], operation) from None
    except (TypeError, ValueError) as error:
        faults = _json_faults(value) or [f"the body cannot be written as JSON: {error}"]
        raise ParameterError(faults, operation) from error
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _rejoined(text, value, operation)


def _rejoined(text: str, value: Any, operation: str | None) -> bytes:
    """Return the text as UTF-8, with surrogate pairs joined to the characters that they stand for."""
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()
    except UnicodeDecodeError:
        raise ParameterError(
            surrogate_faults(value) or ["the body contains an unpaired surrogate"], operation
        ) from None


def _json_faults(value: Any, *, most: int = 20) -> list[str]:
    """Return the faults of the values in a body that JSON cannot express, each with its path."""
    faults: list[str] = []
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting and len(faults) < most:
        place, item = waiting.pop()
        if isinstance(item, float) and item - item != 0:
            faults.append(f"`{place}` is {item!r}, which JSON cannot express; give a finite number")
        if item is None or isinstance(item, (str, int, float)) or id(item) in seen:
            continue
        if is_mapping(item) or is_row(item):
            seen.add(id(item))
        if is_mapping(item):
            names: list[Any] = list(item)
            faults += [
                f"`{place}` has a name of type `{class_of(name).__name__}`, {name!r}; give a string"
                for name in names
                if not (name is None or isinstance(name, (str, int, float)))
            ]
            members = [(f"{place}.{key}" if place else str(key), inner) for key, inner in item.items()]
            waiting += reversed(members)
        elif is_row(item):
            waiting += reversed([(f"{place}[{number}]", inner) for number, inner in enumerate(item)])
        elif not hasattr(item, "__next__"):
            try:
                waiting.append((place, plain(item)))
            except ParameterError as error:
                faults += [f"`{place}`: {fault}" for fault in error.faults]
    return faults[:most]


def surrogate_faults(value: Any, path: str = "", *, most: int = 20) -> list[str]:
    """Return a fault for each text in a value with an unpaired surrogate, which UTF-8 cannot express."""
    faults: list[str] = []
    waiting: list[tuple[str, Any]] = [(path, value)]
    while waiting and len(faults) < most:
        place, item = waiting.pop()
        if isinstance(item, str):
            alone = None if item.isascii() else _LONE.search(item)
            if alone is not None:
                faults.append(
                    f"`{place}` contains an unpaired surrogate, {alone[0]!r} at {alone.start()}; "
                    "cut texts between characters, or leave it out"
                )
        elif item is None or isinstance(item, (int, float, bytes)):
            continue
        elif is_mapping(item):
            members = list(item.items())
            waiting += [(f"{place}.{key}" if place else str(key), inner) for key, inner in reversed(members)]
            waiting += [(f"{place} (a name)".strip(), key) for key, _ in members]
        elif is_row(item):
            items = list(enumerate(item))
            waiting += [(f"{place}[{number}]", inner) for number, inner in reversed(items)]
        elif not hasattr(item, "__next__") and not hasattr(item, "read"):
            try:
                waiting.append((place, plain(item)))
            except ParameterError:
                continue
    return faults


def plain(value: Any) -> Any:
    """Return the JSON value of a model, dataclass, date, enumeration, iterable or the like."""
    is_class = issubclass(class_of(value), type)
    for convert in () if is_class else _CONVERTERS:
        converted = convert(value)
        if converted is not _NO:
            return converted
    hint = "; convert it to str, int, float, bool, None, a dict or a list"
    name = class_of(value).__name__
    if name in ("bytes", "bytearray", "memoryview"):
        hint = "; JSON has no bytes: send base64 text, or give them to a file parameter"
    elif name in ("set", "frozenset"):
        hint = "; a set has no order: give a list, such as `sorted(...)` of it"
    elif is_class:
        hint = "; give a value, not a class (for a class as the answer's type there is `.parse()`)"
    raise ParameterError([f"a value of type `{name}` cannot be written as JSON{hint}"])


_NO: Final = object()


def _from_model(value: Any) -> Any:
    convert = getattr(value, "to_dict", None)
    if convert is not None:
        return convert()
    dump = getattr(value, "model_dump", None)
    if dump is None:
        return _NO
    return dump(mode="json", by_alias=True, exclude_unset=True)


def _from_standard(value: Any) -> Any:
    if hasattr(value, "isoformat"):  # date, datetime, time
        return value.isoformat()
    kind = class_of(value)
    if kind.__module__ in ("uuid", "pathlib"):
        return str(value)
    if kind.__module__ in ("decimal", "_decimal", "_pydecimal"):
        return float(value)
    if hasattr(kind, "__members__"):  # an enumeration
        return value.value
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    return _NO


def _from_container(value: Any) -> Any:
    if is_mapping(value):
        return dict(value)
    if isinstance(value, (bytes, bytearray, memoryview, set, frozenset, type)):
        return _NO
    tolist = getattr(value, "tolist", None)  # array.array, numpy
    if tolist is not None:
        return tolist()
    if is_iterable(value):
        return list(value)
    return _NO


_CONVERTERS: Final[tuple[Callable[[Any], Any], ...]] = (_from_model, _from_standard, _from_container)
