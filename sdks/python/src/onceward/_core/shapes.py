"""The shapes of responses: a validator for each type that an operation refers to, made on first use."""

from __future__ import annotations

import importlib
import sys
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["Shape", "shape_of"]

_ROOT: Final = __name__.rpartition("._core.")[0]


@dataclass(frozen=True, slots=True)
class Shape:
    """A type of responses: its validator, and the treatment of an ``error`` in it."""

    name: str
    annotation: Any
    validate: Callable[[bytes], Any]
    declares_error: bool
    """``error`` is a field of the type."""
    keeps_unknown: bool = False
    """The type is a model that keeps unknown fields, so that an ``error`` it does not declare is among them."""
    restore: Callable[[Any, bytes], Any] | None = None
    """Restores the digits of decimal numbers, if any type has them."""


_lock: Final = threading.Lock()
_by_reference: Final[dict[str | None, Shape]] = {}
_by_class: Final[weakref.WeakKeyDictionary[type, Shape]] = weakref.WeakKeyDictionary()


def shape_of(reference: Any) -> Shape:
    """Return the shape of ``"family:Name"``, of a type, or of None (any JSON).

    Made once; imports the models on first use.
    """
    if reference is None or isinstance(reference, str):
        shape = _by_reference.get(reference)
        if shape is None:
            with _lock:
                shape = _by_reference.get(reference) or _by_reference.setdefault(reference, _shape(reference))
        return shape
    if isinstance(reference, type):
        shape = _by_class.get(reference)
        if shape is None:
            with _lock:
                shape = _by_class.get(reference) or _by_class.setdefault(reference, _make(reference))
        return shape
    return _make(reference)


def _shape(reference: str | None) -> Shape:
    plain = _plain_shape(reference) if reference else None
    return _make(_resolve(reference), (reference or "").partition(":")[2]) if plain is None else plain


def _text_or_json(data: bytes) -> Any:
    import json

    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")


def _plain_shape(reference: str) -> Shape | None:
    """Return the shape of data that need not be JSON: ``":text"``, or ``":any"`` for JSON or text."""
    if reference == ":text":
        return Shape("text", str, lambda data: data.decode("utf-8", "replace"), True)
    return Shape("any", Any, _text_or_json, True) if reference == ":any" else None


def _resolve(reference: str | None) -> Any:
    if reference is None:
        return Any
    family, _, name = reference.partition(":")
    return getattr(importlib.import_module(f"{_ROOT}.types.{family}"), name)


def _make(annotation: Any, name: str = "") -> Shape:
    from pydantic import BaseModel, TypeAdapter

    if _is_model(annotation, BaseModel):
        model: Any = annotation  # as Any: the type checkers disagree about this value
        if not model.__pydantic_complete__:
            model.model_rebuild()
        # The validator itself: `model_validate_json` adds a Python call and its keyword handling to every event.
        validate = model.__pydantic_validator__.validate_json
        declares = any((info.alias or name) == "error" for name, info in model.model_fields.items())
        keeps = model.model_config.get("extra") == "allow"
        return Shape(model.__name__, model, _restoring(validate), declares, keeps, _restore())
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    adapter.rebuild(raise_errors=True)
    shown: str = name or getattr(annotation, "__name__", None) or str(annotation)
    return Shape(shown, annotation, _restoring(adapter.validator.validate_json), False, restore=_restore())


def _restore() -> Callable[[Any, bytes], Any] | None:
    """Return the function that restores the digits of decimal numbers, if a type that has them was imported."""
    decimals = sys.modules.get(f"{_ROOT}._core.decimals")
    return None if decimals is None else decimals.restored


def _restoring(validate: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Return a validator that keeps all digits of decimal numbers."""
    restore = _restore()
    if restore is None:
        return validate

    def validate_exactly(data: bytes) -> Any:
        return restore(validate(data), data)

    return validate_exactly


def _is_model(annotation: Any, base: type) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, base)
