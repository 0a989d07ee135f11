"""The bases of generated resources, and the one mechanism behind ``with_raw_response``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from .._drivers.aio import AsyncClient
    from .._drivers.sync import SyncClient
    from .raw import AsyncRawResponse, RawResponse

__all__ = ["AsyncRawMethod", "AsyncResource", "RawMethod", "RawResource", "Resource"]

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound="Resource | AsyncResource")


class Resource:
    """A group of methods. It holds its client strongly, so that ``Client().models.list()`` works."""

    def __init__(self, client: SyncClient) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"


class AsyncResource:
    """A group of asynchronous methods."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"


class RawResource(Generic[R]):
    """The same methods, each giving the raw answer. Generated subclasses list them as `RawMethod` or
    `AsyncRawMethod`."""

    def __init__(self, resource: R) -> None:
        raw_client: Any = resource._client._raw_view()  # pyright: ignore[reportPrivateUsage]
        self._resource: R = type(resource)(raw_client)


class RawMethod(Generic[R, P, T]):
    """``create = RawMethod(ChatCompletions.create)``: takes the method's arguments, gives `RawResponse` of its
    result."""

    def __init__(self, method: Callable[Concatenate[R, P], T]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(self, instance: RawResource[R], owner: object = None) -> Callable[P, RawResponse[T]]:
        bound = self._method.__get__(instance._resource)  # pyright: ignore[reportPrivateUsage]
        return cast("Callable[P, RawResponse[T]]", bound)


class AsyncRawMethod(Generic[R, P, T]):
    """The twin for asynchronous methods and for lists."""

    def __init__(self, method: Callable[Concatenate[R, P], Awaitable[T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(
        self, instance: RawResource[R], owner: object = None
    ) -> Callable[P, Coroutine[Any, Any, AsyncRawResponse[T]]]:
        bound = self._method.__get__(instance._resource)  # pyright: ignore[reportPrivateUsage]
        return cast("Callable[P, Coroutine[Any, Any, AsyncRawResponse[T]]]", bound)
