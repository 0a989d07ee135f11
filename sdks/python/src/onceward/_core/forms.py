"""The values of form bodies as texts."""

from __future__ import annotations

from typing import Any

from .encode import as_reserved, encode_json, plain, query_pairs, scalar
from .narrow import is_bytes, is_iterable, is_mapping
from .operation import Param

__all__ = ["form_pairs", "is_json", "items_of", "text_of"]


def form_pairs(wire: str, value: Any, param: Param | None) -> list[tuple[str, str]]:
    """Return the pairs of a value in a form body: in its style where the contract has one, else by its content."""
    if value is None:
        return []
    if param is not None and param.content is None and param.style != "form":
        style = "form" if param.style == "styled" else param.style
        pairs = query_pairs(wire, value, style, param.explode)
        return [(n, as_reserved(t) if param.reserved else t) for n, t in pairs]
    return [(wire, text_of(item, param.content if param is not None else None)[0]) for item in items_of(value)]


def items_of(value: Any) -> list[Any]:
    if hasattr(value, "to_dict") or hasattr(value, "model_dump"):
        value = plain(value)
    return list(value) if is_iterable(value) and not is_mapping(value) else [value]


def text_of(value: Any, content: str | None) -> tuple[str, str | None]:
    """Return the text of one value and its content type: objects and lists are JSON, unless the contract says more."""
    if hasattr(value, "to_dict") or hasattr(value, "model_dump"):
        value = plain(value)
    declared = next((one.strip() for one in (content or "").split(",") if "*" not in one and one.strip()), None)
    if is_mapping(value) or is_iterable(value) or is_json(declared or ""):
        return encode_json(value).decode(), declared or "application/json"
    if is_bytes(value):
        return bytes(value).decode(), declared
    return scalar(value), declared


def is_json(media_type: str) -> bool:
    bare = media_type.partition(";")[0].strip().lower()
    return bare == "application/json" or bare.endswith("+json")
