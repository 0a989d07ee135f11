"""The canonical JSON form of a model: equal models have equal bytes, different models different bytes.

The key ``is`` holds the class of a member of a union. Members with their default value are left out. Named types are a
list, in the order of the contract.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from hashlib import sha256
from typing import Any

from .model import Api

__all__ = ["fingerprint", "to_json"]

_KIND = "is"


def to_json(api: Api) -> str:
    """Return the canonical form of a model."""
    return json.dumps(_encode(api), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def fingerprint(api: Api) -> str:
    """Return the SHA-256 of the canonical form."""
    return sha256(to_json(api).encode()).hexdigest()


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
