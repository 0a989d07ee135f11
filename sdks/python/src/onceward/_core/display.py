"""Representations of values: one readable line or block in a terminal, a small table in a notebook."""

from __future__ import annotations

from typing import Any

from .narrow import class_of, is_dict
from .secrets import mask

__all__ = ["html_of", "text_of"]

_TEXT_LIMIT = 120
_LIST_LIMIT = 6


def text_of(model: object, width: int | None) -> str:
    """Return ``Name(field=value, ...)`` with the fields that were set, on several lines if longer than ``width``."""
    return _text(model, width, 0)


def _text(value: Any, width: int | None, depth: int) -> str:
    fields = _fields(value)
    if fields is not None:
        return _group(f"{type(value).__name__}(", [(f"{name}=", item) for name, item in fields], ")", width, depth)
    if isinstance(value, str):
        return repr(value) if len(value) <= _TEXT_LIMIT else f"{value[:_TEXT_LIMIT]!r}...({len(value)} characters)"
    if isinstance(value, (bytes, bytearray)):
        return f"<{len(value)} bytes>"
    if isinstance(value, (list, tuple)):
        return _sequence(value, width, depth)
    if is_dict(value):
        items: list[tuple[str, Any]] = [(f"{key!r}: ", item) for key, item in value.items()]
        return _group("{", items, "}", width, depth)
    return repr(value)


def _sequence(value: Any, width: int | None, depth: int) -> str:
    visible = [("", item) for item in value[:_LIST_LIMIT]]
    text = _group("[", visible, "]", width, depth)
    rest = len(value) - len(visible)
    return f"{text[:-1]}, ...{rest} more]" if rest > 0 else text


def _group(start: str, items: list[tuple[str, Any]], end: str, width: int | None, depth: int) -> str:
    parts = [label + _text(item, width, depth + 1) for label, item in items]
    line = start + ", ".join(parts) + end
    if width is None or (len(line) + 2 * depth <= width and "\n" not in line):
        return line
    indent = "  " * (depth + 1)
    return start + "".join(f"\n{indent}{part}," for part in parts) + "\n" + "  " * depth + end


def _fields(value: Any) -> list[tuple[str, Any]] | None:
    names: Any = getattr(class_of(value), "model_fields", None)
    if names is None:
        return None
    given = value.model_fields_set
    fields: list[tuple[str, Any]] = [
        (name, value.__dict__[name] if field.repr else _masked(value.__dict__[name]))
        for name, field in names.items()
        if name in given and name in value.__dict__
    ]
    extra: dict[str, Any] = value.model_extra or {}
    return fields + list(extra.items())


def _masked(value: Any) -> Any:
    return mask(value) if isinstance(value, str) else value


def html_of(model: object) -> str:
    """Return an HTML table of fields and values."""
    from html import escape

    rows: list[str] = []
    for name, value in _fields(model) or []:
        text = escape(_text(value, 100, 0))
        rows.append(
            f"<tr><th style='text-align:left;vertical-align:top'>{escape(name)}</th>"
            f"<td style='text-align:left'><pre style='margin:0;white-space:pre-wrap'>{text}</pre></td></tr>"
        )
    caption = f"<caption style='text-align:left'><b>{escape(type(model).__name__)}</b></caption>"
    return f"<table>{caption}{''.join(rows)}</table>"
