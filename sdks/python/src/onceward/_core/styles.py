"""Parameters in the styles of OpenAPI, which are those of RFC 6570, as percent-encoded texts.

Texts are encoded item by item, so that a separator inside an item stays apart from one between two items.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from .encode import Encoded, as_reserved, plain, query_pairs, scalar
from .errors import ParameterError
from .forms import form_pairs
from .narrow import is_dict, is_iterable, is_list, is_mapping
from .operation import Param

__all__ = ["cookie_pairs", "header_text", "path_text", "query_of", "whole_query"]

_TRIPLET: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PATH_STARTS: Final = {"label": ".", "matrix": ";"}
_RESERVED_QUERY: Final = "-._~:/?@!$'()*,;%"
"""Reserved characters that keep their meaning in a value of a query. ``&``, ``=``, ``+`` and ``#`` would end or change
it, and brackets are not allowed there."""
_RESERVED_PATH: Final = "-._~:@!$&'()*+,;=%"
_COOKIE: Final = re.compile(r"[!#-:<-\[\]-~]*").fullmatch


def _quoted(value: Any, reserved: str | None) -> str:
    """Return a value percent-encoded; with ``reserved``, those characters and percent-encoded triplets stay."""
    text = scalar(value)
    if reserved is None:
        return quote(text, safe="-._~")
    return quote(_TRIPLET.sub("%25", text), safe=reserved)


def _shape(value: Any) -> Any:
    """Return a list of pairs for an object, a list for an array, and every other value as it is; without None."""
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    elif hasattr(value, "model_dump"):
        value = plain(value)
    if is_mapping(value):
        return {str(key): item for key, item in value.items() if item is not None}
    if is_iterable(value):
        return [item for item in value if item is not None]
    return value


def _content(param: Param, value: Any) -> str | None:
    """Return the text of a value that has a media type, or None for one that has a style."""
    if param.content is None:
        return None
    if param.content == "json":
        return json.dumps(value, default=plain, separators=(",", ":"))
    return scalar(value)


# --- paths -----------------------------------------------------------------------------------------------------------


def path_text(param: Param, value: Any) -> Encoded:
    """Return the text of a path parameter."""
    reserved = _RESERVED_PATH if param.reserved else None
    content = _content(param, value)
    if content is not None:
        return Encoded(_quoted(content, reserved))
    shape = _shape(value)
    if param.style == "matrix":
        return Encoded(_matrix(param, shape, reserved))
    start = _PATH_STARTS.get(param.style, "")
    if not (is_dict(shape) or is_list(shape)):
        return Encoded(start + _quoted(shape, reserved))
    between = (start or ",") if param.explode else ","
    return Encoded(start + between.join(_members(shape, param.explode, reserved)))


def _members(shape: dict[str, Any] | list[Any], explode: bool, reserved: str | None) -> Iterable[str]:
    if isinstance(shape, list):
        return [_quoted(item, reserved) for item in shape]
    equals = "=" if explode else ","
    return [f"{_quoted(key, reserved)}{equals}{_quoted(item, reserved)}" for key, item in shape.items()]


def _matrix(param: Param, shape: Any, reserved: str | None) -> str:
    name = quote(param.wire, safe="-._~")
    if is_dict(shape) and param.explode:
        pairs: Iterable[tuple[str, str]] = [(quote(k, safe="-._~"), _quoted(v, reserved)) for k, v in shape.items()]
    elif is_list(shape) and param.explode:
        pairs = [(name, _quoted(item, reserved)) for item in shape]
    elif is_dict(shape) or is_list(shape):
        pairs = [(name, ",".join(_members(shape, False, reserved)))] if shape else []
    else:
        pairs = [(name, _quoted(shape, reserved))]
    return "".join(f";{key}={text}" if text else f";{key}" for key, text in pairs)


# --- queries ---------------------------------------------------------------------------------------------------------


def query_of(param: Param, value: Any) -> list[tuple[str, str]]:
    """Return the pairs of a query parameter that has a media type, or may contain reserved characters."""
    content = _content(param, value)
    if content is not None:
        return [(param.wire, Encoded(_quoted(content, _RESERVED_QUERY if param.reserved else None)))]
    pairs = query_pairs(param.wire, value, param.style, param.explode)
    if not param.reserved:
        return pairs
    return [
        (name, text if isinstance(text, Encoded) else as_reserved(text)) for name, text in _joined(param, value, pairs)
    ]


def _joined(param: Param, value: Any, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs with a joined list or object joined again, its items with their reserved characters."""
    shape = _shape(value)
    if param.explode or param.style not in ("", "form") or not shape or not (is_dict(shape) or is_list(shape)):
        return pairs
    return [(param.wire, Encoded(",".join(_members(shape, False, _RESERVED_QUERY))))]


def whole_query(param: Param, value: Any) -> list[tuple[str, str]]:
    """Return the pairs of a parameter that is the whole query. A text without a name has an empty one."""
    if param.content == "form":
        return _form_query(_shape(value))
    return [("", Encoded(_quoted(_content(param, value), None)))]


def _form_query(shape: Any) -> list[tuple[str, str]]:
    """Return the pairs of a query that is a form: a pair for each item of a list, and objects as JSON."""
    if not is_dict(shape):
        return [("", Encoded(_quoted(shape, None)))]
    return [pair for name, value in shape.items() for pair in form_pairs(name, value, None)]


# --- headers and cookies ---------------------------------------------------------------------------------------------


def header_text(param: Param, value: Any) -> str:
    """Return the text of a header. Headers are not percent-encoded, so that items with a comma are refused."""
    content = _content(param, value)
    if content is not None:
        return content
    shape = _shape(value)
    if not (is_dict(shape) or is_list(shape)):
        return scalar(shape)
    items = [scalar(item) for item in (shape.values() if is_dict(shape) else shape)]
    faulty = next((item for item in items if "," in item), None)
    if faulty is not None:
        raise ParameterError([f"`{param.wire}` has the item {faulty!r}, whose comma would make it two items"])
    if is_dict(shape):
        equals = "=" if param.explode else ","
        return ",".join(f"{key}{equals}{item}" for key, item in zip(shape, items, strict=True))
    return ",".join(items)


def cookie_pairs(param: Param, value: Any) -> list[str]:
    """Return the ``name=value`` texts of a cookie parameter."""
    if param.style == "cookie":
        return [f"{name}={_plain_cookie(name, text)}" for name, text in _cookie_values(param, value)]
    content = _content(param, value)
    if content is not None:
        return [f"{param.wire}={quote(content, safe='-._~')}"]
    return [
        f"{quote(name, safe='-._~[]')}={text if isinstance(text, Encoded) else quote(text, safe='-._~')}"
        for name, text in query_pairs(param.wire, value, param.style, param.explode)
    ]


def _cookie_values(param: Param, value: Any) -> list[tuple[str, str]]:
    content = _content(param, value)
    shape = _shape(value)
    if content is not None:
        return [(param.wire, content)]
    if is_list(shape):
        texts = [scalar(item) for item in shape]
        return [(param.wire, text) for text in texts] if param.explode else [(param.wire, ",".join(texts))]
    if not is_dict(shape):
        return [(param.wire, scalar(shape))]
    if param.explode:
        return [(key, scalar(item)) for key, item in shape.items()]
    return [(param.wire, ",".join(f"{key},{scalar(item)}" for key, item in shape.items()))]


def _plain_cookie(name: str, text: str) -> str:
    if _COOKIE(text) is None:
        raise ParameterError([f"cookie `{name}` is {text!r}, which has a character that a cookie may not contain"])
    return text
