"""Decode a response that does not quite match the contract: keep all of it, and record its deviations.

Runs only after the fast decoder refused. A value that does not fit its field is kept in it as it came; a required field
that is missing is None. One unexpected field never discards a response that was paid for.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import Discriminator, PydanticUserError, Tag, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from .models import Deviation, Model
from .narrow import is_dict, is_list, is_mapping

__all__ = ["construct", "unrecognizable", "validator_of"]

_ADAPTERS: Final[dict[Any, TypeAdapter[Any]]] = {}
_ADAPTER_LIMIT: Final = 512


def validator_of(annotation: Any) -> TypeAdapter[Any] | None:
    """Return the cached validator of a type; None for a type without a schema of its own."""
    try:
        adapter = _ADAPTERS.get(annotation)
    except TypeError:  # not hashable: a Literal of lists and the like
        return None
    if adapter is None:
        try:
            adapter = TypeAdapter(annotation)
            adapter.rebuild(raise_errors=True)
        except PydanticUserError:
            return None
        if len(_ADAPTERS) < _ADAPTER_LIMIT:
            _ADAPTERS[annotation] = adapter
    return adapter


def construct(annotation: Any, value: Any, path: str, deviations: list[Deviation]) -> Any:
    """Return ``value`` as ``annotation`` as far as possible.

    Values that do not fit stay raw and are added to ``deviations``.
    """
    adapter = validator_of(annotation)
    problem = "does not fit"
    if adapter is not None:
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            problem = error.errors(include_url=False, include_context=False)[0]["msg"]
    return _parts(annotation, value, path, deviations, problem)


def _parts(annotation: Any, value: Any, path: str, deviations: list[Deviation], problem: str) -> Any:
    origin = get_origin(annotation)
    arguments = get_args(annotation)
    variant = _variant(annotation, value) if is_mapping(value) else None
    if variant is not None:
        return construct(variant, value, path, deviations)
    if origin is Annotated:
        return _parts(arguments[0], value, path, deviations, problem)
    if origin is Union or origin is types.UnionType:
        arm = _arm(arguments, value)
        if arm is not None:
            return construct(arm, value, path, deviations)
    elif origin is list and is_list(value):
        return [construct(arguments[0], item, _join(path, index), deviations) for index, item in enumerate(value)]
    elif origin is dict and is_dict(value):
        return {key: construct(arguments[1], item, _join(path, key), deviations) for key, item in value.items()}
    elif isinstance(annotation, type) and issubclass(annotation, Model) and is_mapping(value):
        return _model(annotation, value, path, deviations)
    deviations.append((path, problem))
    return value


def _model(cls: type[Model], value: Mapping[str, Any], path: str, deviations: list[Deviation]) -> Model:
    built: dict[str, Any] = {}
    given: set[str] = set()
    rest = dict(value)
    for name, info in _fields(cls).items():
        wire = info.validation_alias if isinstance(info.validation_alias, str) else info.alias or name
        if wire in rest:
            built[name] = construct(info.annotation, rest.pop(wire), _join(path, wire), deviations)
            given.add(name)
        elif info.is_required():
            deviations.append((_join(path, wire), "missing"))
            built[name] = None
        if built.get(name, ()) is None and info.is_required() and get_origin(_bare(info.annotation)) is list:
            built[name] = []  # None of an empty list, so that a loop over it ends at once.
    return cls.model_construct(given | set(rest), **rest, **built)


def _fields(cls: type[Model]) -> dict[str, FieldInfo]:
    """Return the fields with resolved types: a model that was never built may have names in their place."""
    if not cls.__pydantic_fields_complete__:
        cls.model_rebuild(force=True)
    return cls.model_fields


def _arm(arms: tuple[Any, ...], value: Any) -> Any:
    """Return the member of a union that the value was most likely meant to be."""
    if is_mapping(value):
        table = value
        models = [arm for arm in map(_bare, arms) if isinstance(arm, type) and issubclass(arm, Model)]
        ranked = sorted(models, key=lambda arm: _likeness(arm, table), reverse=True)
        return ranked[0] if ranked else _of_origin(arms, dict)
    if isinstance(value, list):
        return _of_origin(arms, list)
    return None


def _variant(annotation: Any, value: Mapping[str, Any]) -> Any:
    """Return the variant that the tag of a value selects; None without a tag, or for an unknown one."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Union or origin is types.UnionType:
        return next((found for arm in arguments if (found := _variant(arm, value)) is not None), None)
    if origin is not Annotated:
        return None
    arms: tuple[Any, ...] = get_args(arguments[0])
    for mark in arguments[1:]:
        if isinstance(mark, Discriminator) and callable(mark.discriminator):
            tag = mark.discriminator(value)
            return next((arm for arm in arms if any(isinstance(m, Tag) and m.tag == tag for m in get_args(arm))), None)
        if isinstance(mark, FieldInfo) and isinstance(mark.discriminator, str):
            return next((arm for arm in arms if _has_tag(arm, mark.discriminator, value)), None)
    return _variant(arguments[0], value)


def _has_tag(arm: Any, name: str, value: Mapping[str, Any]) -> bool:
    """Return whether a variant, or one inside it, has the tag of a value."""
    bare = _bare(arm)
    if isinstance(bare, type) and issubclass(bare, Model):
        info = _fields(bare).get(name)
        tags = _literals(info.annotation) if info is not None else set[Any]()
        return info is not None and _hashable(value.get(info.alias or name)) in tags
    return any(_has_tag(inner, name, value) for inner in get_args(bare))


def _literals(annotation: Any) -> set[Any]:
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    return {value for part in get_args(annotation) for value in _literals(part)}


def _hashable(value: Any) -> Any:
    return value if isinstance(value, (str, int)) else None


def _likeness(cls: type[Model], value: Mapping[str, Any]) -> tuple[int, int]:
    tags = 0
    for name, info in _fields(cls).items():
        if get_origin(info.annotation) is Literal:
            wire = info.alias or name
            tags += 1 if value.get(wire) in get_args(info.annotation) else -1 if wire in value else 0
    return tags, sum((info.alias or name) in value for name, info in cls.model_fields.items())


def _bare(arm: Any) -> Any:
    return get_args(arm)[0] if get_origin(arm) is Annotated else arm


def _of_origin(arms: tuple[Any, ...], origin: type) -> Any:
    return next((arm for arm in map(_bare, arms) if get_origin(arm) is origin), None)


def _join(path: str, part: object) -> str:
    return f"{path}.{part}" if path else str(part)


def unrecognizable(annotation: Any, value: Any, deviations: list[Deviation], *, event: bool = False) -> bool:
    """Return whether the response is something else altogether.

    That is: another JSON type, an object with none of its keys, or one without its essential objects. An ``event`` may
    leave
    out its lists, since other events have them.
    """
    if any(path == "" for path, _ in deviations):
        return True
    cls = _bare(annotation)
    if not (isinstance(cls, type) and issubclass(cls, Model) and is_mapping(value)):
        return False
    required = [info.alias or name for name, info in cls.model_fields.items() if info.is_required()]
    if required and not any(wire in value for wire in required):
        return True
    return not _holds(cls, value, event)


def _holds(cls: type[Model], value: Mapping[str, Any], event: bool) -> bool:
    """Return whether the objects, and the lists of objects, that an answer must have are present."""
    for name, info in _fields(cls).items():
        form = _bare(info.annotation)
        item = value.get(info.alias or name)
        if not info.is_required() or (event and item is None):
            continue
        if get_origin(form) is list:
            inner = _bare(get_args(form)[0])
            if not is_list(item) or not all(_fits(inner, one, event) for one in item):
                return False
        elif not _fits(form, item, event):
            return False
    return True


def _fits(form: Any, value: Any, event: bool) -> bool:
    if not (isinstance(form, type) and issubclass(form, Model)):
        return True
    return is_mapping(value) and _holds(form, value, event)
