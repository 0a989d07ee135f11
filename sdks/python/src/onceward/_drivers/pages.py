"""Pages: the items of one page, and iteration over the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._core.call import Call, unary
from .._core.decode import decode_response
from .._core.meta import Headers, Meta
from .._core.operation import Page
from .._core.paging import Pager
from .._core.raw import AsyncRawResponse, RawResponse

if TYPE_CHECKING:
    from .performers import AsyncPerformer, Performer

__all__ = ["AsyncPage", "AsyncPages", "SyncPage", "load_async_list", "load_list"]

T = TypeVar("T")


class _Page(Generic[T]):
    """The part of both pages that needs no I/O."""

    def __init__(self, envelope: Any, meta: Meta, pager: Pager) -> None:
        self.raw = envelope
        """The decoded response. Its other members can be read from the page too."""
        self._meta = meta
        self._pager = pager
        self.data: list[T] = pager.items(envelope, meta)

    def has_next_page(self) -> bool:
        """Return whether there is another page. Raises `PaginationLoop` if the server repeats a cursor."""
        return self._next() is not None

    def _next(self) -> Pager | None:
        return self._pager.following(self.raw, self.data, self._meta)

    @property
    def _request_id(self) -> str | None:
        return self._meta.request_id

    @property
    def _headers(self) -> Headers:
        return self._meta.headers

    @property
    def _attempts(self) -> int:
        return self._meta.attempts

    def __len__(self) -> int:
        """Return the number of items on this page."""
        return len(self.data)

    def __bool__(self) -> bool:
        return True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "raw":
            raise AttributeError(name)
        return getattr(self.raw, name)

    def __repr__(self) -> str:
        more = " ..." if len(self.data) > 2 else ""
        return f"<{type(self).__name__} of {len(self.data)} items: {self.data[:2]!r}{more}>"


class SyncPage(_Page[T]):
    """One page of a list. Iteration yields the items of this page and of all that follow."""

    def __init__(self, envelope: Any, meta: Meta, pager: Pager, load: Callable[[Pager], SyncPage[T]]) -> None:
        super().__init__(envelope, meta, pager)
        self._load = load

    def get_next_page(self) -> SyncPage[T]:
        """Load the next page. Raises `ValueError` if there is none: check `has_next_page` first, or use `pages`."""
        following = self._next()
        if following is None:
            raise ValueError("there is no next page; check `has_next_page()` first")
        return self._load(following)

    def pages(self) -> Iterator[SyncPage[T]]:
        """Iterate over this page and all that follow."""
        page: SyncPage[T] = self
        while True:
            yield page
            following = page._next()
            if following is None:
                return
            page = self._load(following)

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.data

    def first(self) -> T | None:
        """Return the first item of the list, or None if it is empty."""
        return next(iter(self), None)

    def collect(self, limit: int | None = None) -> list[T]:
        """Return all items, or the first ``limit``. Pages that are not needed are not loaded."""
        items: list[T] = []
        for page in self.pages():
            items += page.data
            if limit is not None and len(items) >= limit:
                return items[:limit]
        return items


class AsyncPage(_Page[T]):
    """One page of a list. ``async for`` yields the items of this page and of all that follow."""

    def __init__(
        self, envelope: Any, meta: Meta, pager: Pager, load: Callable[[Pager], Awaitable[AsyncPage[T]]]
    ) -> None:
        super().__init__(envelope, meta, pager)
        self._load = load

    async def get_next_page(self) -> AsyncPage[T]:
        following = self._next()
        if following is None:
            raise ValueError("there is no next page; check `has_next_page()` first")
        return await self._load(following)

    async def pages(self) -> AsyncIterator[AsyncPage[T]]:
        page: AsyncPage[T] = self
        while True:
            yield page
            following = page._next()
            if following is None:
                return
            page = await self._load(following)

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.data:
                yield item

    async def first(self) -> T | None:
        async for item in self:
            return item
        return None

    async def collect(self, limit: int | None = None) -> list[T]:
        items: list[T] = []
        async for page in self.pages():
            items += page.data
            if limit is not None and len(items) >= limit:
                return items[:limit]
        return items


class AsyncPages(Generic[T]):
    """A list that is not requested yet: ``await`` it for its first page, or ``async for`` over its items."""

    def __init__(self, load: Callable[[], Awaitable[AsyncPage[T]]]) -> None:
        self._first = load

    def __await__(self) -> Generator[Any, Any, AsyncPage[T]]:
        return self._first().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        async for item in await self:
            yield item

    async def pages(self) -> AsyncIterator[AsyncPage[T]]:
        async for page in (await self).pages():
            yield page

    async def first(self) -> T | None:
        return await (await self).first()

    async def collect(self, limit: int | None = None) -> list[T]:
        return await (await self).collect(limit)


def load_list(page: Page, call: Call, performer: Performer, *, raw: bool) -> Any:
    """Return the first page of a list, or its raw response."""

    def page_of(pager: Pager, meta: Meta, body: bytes) -> SyncPage[Any]:
        return SyncPage(decode_response(pager.call, meta, body), meta, pager, load)

    def load(pager: Pager) -> SyncPage[Any]:
        found: SyncPage[Any] = performer.run(unary(pager.call, lambda meta, body: page_of(pager, meta, body)))
        return found

    start = Pager(page, call)
    if raw:
        return performer.run(
            unary(call, lambda meta, body: RawResponse(meta, body, lambda: page_of(start, meta, body)))
        )
    return load(start)


def load_async_list(page: Page, call: Call, performer: Callable[[], Awaitable[AsyncPerformer]], *, raw: bool) -> Any:
    """Return a list that is not requested yet, or a coroutine that returns the raw response of its first page."""

    def page_of(pager: Pager, meta: Meta, body: bytes) -> AsyncPage[Any]:
        return AsyncPage(decode_response(pager.call, meta, body), meta, pager, load)

    async def load(pager: Pager) -> AsyncPage[Any]:
        running = await performer()
        found: AsyncPage[Any] = await running.run(unary(pager.call, lambda meta, body: page_of(pager, meta, body)))
        return found

    async def load_raw() -> Any:
        running = await performer()
        return await running.run(
            unary(call, lambda meta, body: AsyncRawResponse(meta, body, lambda: page_of(start, meta, body)))
        )

    start = Pager(page, call)
    return load_raw() if raw else AsyncPages[Any](lambda: load(start))
