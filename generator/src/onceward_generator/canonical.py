"""The one JSON form of a model: the same model gives the same bytes, and the bytes give the same model.

A member of a sum says which one it is under ``is``. Members that have their default value are left out. Named types
stand in a list, in the order of the contract.
"""

from __future__ import annotations

import json
import types as builtin_types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any, Union, get_args, get_origin, get_type_hints

from . import model
from .model import Api

__all__ = ["fingerprint", "from_json", "to_json"]

_KIND = "is"
_CLASSES: dict[str, type[Any]] = {
    name: getattr(model, name) for name in model.__all__ if is_dataclass(getattr(model, name))
}


def to_json(api: Api) -> str:
    """The canonical form, for people and for hashes."""
    return json.dumps(_encode(api), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def fingerprint(api: Api) -> str:
    """The SHA-256 of the canonical form."""
    return sha256(to_json(api).encode()).hexdigest()


def from_json(text: str) -> Api:
    """The model of a canonical form. Raises `ValueError` on text that `to_json` did not write."""
    try:
        api: Api = _decode(json.loads(text), Api)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no canonical form of a model: {error!r}") from error
    return api


def _encode(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return _encode_class(value)
    if isinstance(value, tuple):
        return [_encode(member) for member in value]
    if isinstance(value, Mapping):
        return {key: _encode(member) for key, member in value.items()}
    return value


def _encode_class(value: Any) -> dict[str, Any]:
    encoded: dict[str, Any] = {_KIND: type(value).__name__}
    for item in fields(value):
        member = getattr(value, item.name)
        if item.default is not MISSING and type(member) is type(item.default) and member == item.default:
            continue
        if isinstance(value, Api) and item.name == "types":
            member = tuple(member.values())
        encoded[item.name] = _encode(member)
    return encoded


def _decode(value: Any, hint: Any) -> Any:
    if _is_json(hint):
        return _json(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if isinstance(value, dict) and _KIND in value:
        return _decode_class(value)
    if get_origin(hint) in (Union, builtin_types.UnionType):
        options = [option for option in get_args(hint) if option is not type(None)]
        return value if value is None or len(options) != 1 else _decode(value, options[0])
    if isinstance(value, list):
        return _decode_tuple(value, hint)
    return value


def _is_json(hint: Any) -> bool:
    """Whether a hint is `JsonValue`: of all unions in the model, the only one with a mapping in it."""
    return any(get_origin(option) is Mapping for option in get_args(hint))


def _decode_tuple(value: list[Any], hint: Any) -> tuple[Any, ...]:
    inner = get_args(hint)
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(_decode(member, inner[0]) for member in value)
    return tuple(_decode(member, one) for member, one in zip(value, inner, strict=True))


def _decode_class(value: dict[str, Any]) -> Any:
    found = _CLASSES[value[_KIND]]
    hints = _hints(found.__name__)
    members = {
        name: _decode(member, hints[name]) for name, member in value.items() if name != _KIND and name != "types"
    }
    if "types" in value:
        members["types"] = (
            {one["key"]: _decode_class(one) for one in value["types"]} if found is Api else tuple(value["types"])
        )
    return found(**members)


@cache
def _hints(name: str) -> dict[str, Any]:
    return get_type_hints(_CLASSES[name])


def _json(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_json(member) for member in value)
    if isinstance(value, dict):
        return {key: _json(member) for key, member in value.items()}
    return value
