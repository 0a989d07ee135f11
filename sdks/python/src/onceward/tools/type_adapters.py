"""Pydantic adapters of the types that users pass, cached as long as the type exists.

An adapter references its type, so a table of adapters would keep every type alive. The adapter is cached on the user's
own class instead, and is freed with the class.
"""

from __future__ import annotations

import dataclasses
import sys
import typing
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeVar, cast, get_args, get_origin, is_typeddict

if typing.TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["adapter_of", "cached_on", "modern", "name_of"]

T = TypeVar("T")
_CACHE = "__onceward_cache__"


def cached_on(form: Any, key: object, make: Callable[[], T]) -> T:
    """Return the value for ``form`` under ``key``, made once and cached on the first class of the user in it.

    Without such a class, the value is made for every call.
    """
    owner = next(_user_classes(form), None)
    if owner is None:
        return make()
    cache = owner.__dict__.get(_CACHE)
    if cache is None:
        cache = cast("dict[object, Any]", {})
        type.__setattr__(owner, _CACHE, cache)
    if key not in cache:
        cache[key] = make()
    return cast("T", cache[key])


def adapter_of(form: Any) -> TypeAdapter[Any]:
    """Return the adapter of any type that Pydantic supports; `typing.TypedDict` works on every Python version."""
    from pydantic import TypeAdapter

    if isinstance(form, TypeAdapter):
        return cast("TypeAdapter[Any]", cast("object", form))
    if next(_user_classes(form), None) is None:
        return _plain_adapter(form) if _hashable(form) else TypeAdapter(form)
    return cached_on(form, ("adapter", _key(form)), lambda: TypeAdapter(modern(form)))


def name_of(form: Any) -> str:
    """Return a name for the type, with the characters that a schema's name may have."""
    name = getattr(form, "__name__", None) if isinstance(form, type) and not get_args(form) else None
    if not isinstance(name, str):
        name = "_".join(one.__name__ for one in _classes(form)) or "Answer"
    letters = "".join(letter if (letter.isalnum() and letter.isascii()) or letter in "_-" else "_" for letter in name)
    return letters.strip("_")[:64] or "Answer"


@lru_cache(maxsize=64)
def _plain_adapter(form: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(form)


def _hashable(form: Any) -> bool:
    try:
        hash(form)
    except TypeError:
        return False
    return True


def _key(form: Any) -> object:
    return form if _hashable(form) else repr(form)


def _classes(form: Any) -> Iterator[type]:
    if isinstance(form, type) and not get_args(form):
        yield form
        return
    origin = get_origin(form)
    if isinstance(origin, type) and not get_args(form):
        yield origin
    for argument in get_args(form):
        yield from _classes(argument)


def _user_classes(form: Any) -> Iterator[type]:
    return (one for one in _classes(form) if _is_users(one))


def _is_users(form: Any) -> bool:
    return is_typeddict(form) or dataclasses.is_dataclass(form) or hasattr(form, "__pydantic_core_schema__")


def modern(form: Any, within: tuple[Any, ...] = ()) -> Any:
    """Return ``form`` with every `typing.TypedDict` in a form that Pydantic accepts.

    Before Python 3.12, Pydantic accepts only the one of `typing_extensions`.
    """
    if sys.version_info >= (3, 12):
        return form
    if is_typeddict(form):
        return _modern_typeddict(form, within)
    arguments = get_args(form)
    if not arguments or get_origin(form) is typing.Literal:
        return form
    taken = tuple(modern(argument, within) for argument in arguments)
    if all(new is old for new, old in zip(taken, arguments, strict=True)):
        return form
    origin = get_origin(form)
    if origin is typing.Annotated:
        return typing.Annotated[(taken[0], *form.__metadata__)]
    if origin is typing.Union or (origin is not None and origin.__name__ == "UnionType"):
        return typing.Union[taken]  # noqa: UP007 - made from a tuple
    return cast("Any", origin)[taken]


def _modern_typeddict(form: Any, within: tuple[Any, ...]) -> Any:
    import typing_extensions

    if type(form).__module__ == "typing_extensions":
        return form
    if form in within:
        raise TypeError(
            f"`{form.__name__}` contains itself; declare it with `typing_extensions.TypedDict`, or use a Pydantic model"
        )
    members: dict[str, Any] = {}
    for name, hint in typing.get_type_hints(form, include_extras=True).items():
        # Where annotations are strings, `__required_keys__` does not consider them: the resolved hint comes first.
        required = name in form.__required_keys__
        while get_origin(hint) in (typing.Required, typing.NotRequired):
            required = get_origin(hint) is typing.Required
            hint = get_args(hint)[0]
        taken = modern(hint, (*within, form))
        members[name] = typing_extensions.Required[taken] if required else typing_extensions.NotRequired[taken]
    made = cast("Any", typing_extensions.TypedDict)(form.__name__, members)
    made.__doc__ = form.__doc__
    return made
