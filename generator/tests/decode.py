"""Decoder of the canonical form, to prove that different models never have the same one."""

from __future__ import annotations

import json
import types as builtin_types
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from onceward_generator import behaviour, model
from onceward_generator.model import Api

__all__ = ["from_json"]

_KIND = "is"
_CLASSES: dict[str, type[Any]] = {
    name: getattr(module, name)
    for module in (model, behaviour)
    for name in module.__all__
    if is_dataclass(getattr(module, name))
}


def from_json(text: str) -> Api:
    """Return the model of a canonical form. Raises `ValueError` on text that `to_json` did not write."""
    try:
        api: Api = _decode(json.loads(text), Api)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a canonical form of a model: {error!r}") from error
    return api


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
    """Report whether a hint is `JsonValue`, the only union of the model with a mapping in it."""
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
