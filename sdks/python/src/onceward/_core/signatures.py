"""Signatures of generated methods, for `inspect.signature`, `help()` and editors that look at live objects.

A method accepts ``**params: Unpack[XParams]``, which type checkers expand. At runtime the arguments are in the keys of
the request dictionary; they are read from it on first use, so that no types are imported before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import Parameter, Signature
from types import FunctionType
from typing import Any, get_overloads

from .narrow import is_mapping
from .options import UNSET, CallOptions

__all__ = ["plain_copy", "signature_of"]

_UNPACK = "Unpack["
_REQUIRED = "Required["
_OPTION_NAMES = CallOptions.__annotations__.keys()


class _Text(str):
    """An annotation as in the source, printed without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def signature_of(function: FunctionType) -> Signature:
    """Return the signature of a method with the keys of its request dictionary as keyword arguments."""
    code = function.__code__
    described = _described(function)
    hints = described.__annotations__
    positional = code.co_varnames[: code.co_argcount]
    parameters = [
        Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, annotation=_annotation(hints.get(name, Parameter.empty)))
        for name in positional
    ]
    named = [*_pinned(function), *_from_dictionary(function, hints.get("params"))]
    parameters += sorted(named, key=lambda parameter: (parameter.name in _OPTION_NAMES, parameter.default is UNSET))
    return Signature(parameters, return_annotation=_annotation(hints.get("return", Signature.empty)))


def plain_copy(function: FunctionType) -> FunctionType:
    """Return a copy of a function without its attributes, whose source can be read."""
    copy = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__annotations__ = function.__annotations__
    copy.__doc__, copy.__qualname__, copy.__module__ = function.__doc__, function.__qualname__, function.__module__
    return copy


def _described(function: FunctionType) -> Callable[..., Any]:
    """Return the last overload of a method, which accepts all that the others do; a method without overloads itself."""
    overloads = get_overloads(function)
    return overloads[-1] if overloads else function


def _pinned(function: FunctionType) -> Iterator[Parameter]:
    """Return the keyword arguments that are in the signatures themselves, because they decide the result."""
    described = _described(function)
    code = described.__code__
    for name in code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]:
        required = all(_demands(overload, name) for overload in get_overloads(function))
        yield _parameter(name, described.__annotations__.get(name), required=required)


def _demands(function: Callable[..., Any], name: str) -> bool:
    return name in function.__annotations__ and name not in (function.__kwdefaults__ or {})


def _from_dictionary(function: FunctionType, annotation: object) -> Iterator[Parameter]:
    name = annotation.removeprefix(_UNPACK).removesuffix("]") if isinstance(annotation, str) else ""
    dictionary = CallOptions if name == "CallOptions" else getattr(_params(function), name, None)
    hints = getattr(dictionary, "__annotations__", None)
    for key, hint in hints.items() if is_mapping(hints) else ():
        text = getattr(hint, "__forward_arg__", hint)
        required = isinstance(text, str) and text.startswith(_REQUIRED)
        yield _parameter(str(key), text[len(_REQUIRED) : -1] if required else text, required=required)


def _params(function: FunctionType) -> object:
    """Return the package of request types beside the package of resources that a method is in."""
    root, _, _ = function.__module__.rpartition(".resources.")
    return import_module(f"{root}.types.params") if root else None


def _parameter(name: str, annotation: object, *, required: bool) -> Parameter:
    """Return a keyword argument. The default of an optional one is `UNSET`: it is left out of the request."""
    default = Parameter.empty if required else UNSET
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=_annotation(annotation))


def _annotation(annotation: object) -> object:
    return _Text(annotation) if isinstance(annotation, str) else annotation
