"""The bases of generated resources, and the mechanism behind ``with_raw_response``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, Concatenate, Final, Generic, ParamSpec, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from inspect import Signature

    from .operation import Operation
    from .raw import AsyncRawResponse, RawResponse

__all__ = ["AsyncExecutor", "AsyncRawMethod", "AsyncResource", "Executor", "RawMethod", "RawResource", "Resource"]

_CO_VARKEYWORDS: Final = 0x08
"""The flag of a function with ``**keywords``, as `inspect.CO_VARKEYWORDS`."""

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound="Resource | AsyncResource")


class Executor(Protocol):
    """The part of a synchronous client that its resources need."""

    def execute(self, operation: Operation, params: Mapping[str, Any]) -> Any:
        """Make the call that ``operation`` describes."""
        ...

    def close(self) -> None:
        """Close the client's connections."""
        ...


class AsyncExecutor(Protocol):
    """The part of an asynchronous client that its resources need."""

    def execute(self, operation: Operation, params: Mapping[str, Any]) -> Any:
        """Make the call that ``operation`` describes, to be awaited."""
        ...

    async def aclose(self) -> None:
        """Close the client's connections on this event loop."""
        ...


class _Shape:
    """The signature of a method, computed when somebody asks for it.

    It is the ``__wrapped__`` of the method, where `inspect.signature` finds ``__signature__``. Calls do not touch it.
    """

    __slots__ = ("_function",)

    def __init__(self, function: FunctionType) -> None:
        self._function = function

    @property
    def __signature__(self) -> Signature:
        from .signatures import signature_of

        return signature_of(self._function)

    @property
    def __wrapped__(self) -> FunctionType:
        from .signatures import plain_copy

        return plain_copy(self._function)


def _show_signatures(cls: type) -> None:
    """Let `inspect.signature` show the real arguments of the methods that take them as keywords."""
    for value in vars(cls).values():
        if isinstance(value, FunctionType) and value.__code__.co_flags & _CO_VARKEYWORDS:
            value.__wrapped__ = _Shape(value)  # type: ignore[attr-defined]


class Resource:
    """A group of methods. It keeps its client alive, so that ``Client().models.list()`` works."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _show_signatures(cls)

    def __init__(self, client: Executor) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"


class AsyncResource:
    """A group of asynchronous methods."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _show_signatures(cls)

    def __init__(self, client: AsyncExecutor) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"


class RawResource(Generic[R]):
    """The methods of a resource, each returning the raw response.

    Generated subclasses list them as `RawMethod` or `AsyncRawMethod`.
    """

    def __init__(self, resource: R) -> None:
        client: Any = resource._client  # pyright: ignore[reportPrivateUsage]
        self._resource: R = type(resource)(client._raw_view())


class RawMethod(Generic[R, P, T]):
    """A method that returns the `RawResponse` of another: ``create = RawMethod(Pets.create)``."""

    def __init__(self, method: Callable[Concatenate[R, P], T]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(self, instance: RawResource[R], owner: object = None) -> Callable[P, RawResponse[T]]:
        bound = self._method.__get__(instance._resource)  # pyright: ignore[reportPrivateUsage]
        return cast("Callable[P, RawResponse[T]]", bound)


class AsyncRawMethod(Generic[R, P, T]):
    """A `RawMethod` for asynchronous methods and for lists."""

    def __init__(self, method: Callable[Concatenate[R, P], Awaitable[T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(
        self, instance: RawResource[R], owner: object = None
    ) -> Callable[P, Coroutine[Any, Any, AsyncRawResponse[T]]]:
        bound = self._method.__get__(instance._resource)  # pyright: ignore[reportPrivateUsage]
        return cast("Callable[P, Coroutine[Any, Any, AsyncRawResponse[T]]]", bound)
