"""Decimal numbers of JSON responses, with all digits that the server wrote.

Pydantic reads the numbers of JSON as floats. The digits of long ones are restored afterwards. This module imports
Pydantic, so nothing imports it before the first model that has such a number is needed.
"""

from __future__ import annotations

import decimal
import json
import re
from typing import Annotated, Any, Final

from pydantic import BaseModel, PlainSerializer, PlainValidator

from .narrow import is_dict, is_list

__all__ = ["DecimalNumber", "restored"]

_LONG: Final = re.compile(rb"[0-9][0-9.]{15}|[0-9.][eE]").search
"""A number that a float may not hold."""
_TEXT: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch


class _Written(str):
    """The text of a number in JSON."""

    __slots__ = ()


def _read(value: Any) -> decimal.Decimal:
    if isinstance(value, decimal.Decimal):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return decimal.Decimal(repr(value))
    if isinstance(value, str) and _TEXT(value):
        return decimal.Decimal(value)
    raise ValueError("Input should be a valid number")


def _written(value: decimal.Decimal) -> float | int:
    whole = value.is_finite() and value == value.to_integral_value() and value.adjusted() < 400
    return int(value) if whole else float(value)


DecimalNumber = Annotated[
    decimal.Decimal, PlainValidator(_read), PlainSerializer(_written, return_type=float | int, when_used="json")
]


def restored(value: Any, body: bytes) -> Any:
    """Return a decoded body whose decimal numbers have the digits that they were written with."""
    if not _LONG(body):
        return value
    try:
        raw = json.loads(body, parse_float=_Written, parse_int=_Written)
    except (ValueError, RecursionError):
        return value
    return _restored(value, raw)


def _restored(value: Any, raw: Any) -> Any:
    if isinstance(value, decimal.Decimal):
        return decimal.Decimal(raw) if isinstance(raw, _Written) else value
    if is_dict(raw):
        if isinstance(value, BaseModel):
            names = {info.alias or name: name for name, info in type(value).model_fields.items()}
            members: Any = value.__dict__
        elif is_dict(value):
            names, members = {}, value
        else:
            return value
        for key, inner in raw.items():
            name = names.get(key, key)
            if name in members:
                members[name] = _restored(members[name], inner)
    elif is_list(raw) and is_list(value) and len(raw) == len(value):
        value[:] = [_restored(item, inner) for item, inner in zip(value, raw, strict=True)]
    return value
