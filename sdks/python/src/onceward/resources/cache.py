# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `cache` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from ..types.cache import CacheDeleted, CachePing
    from ..types.params.cache import CacheDeleteParams

__all__ = [
    "AsyncCache",
    "AsyncCacheWithRawResponse",
    "Cache",
    "CacheWithRawResponse",
]

_PING = Operation(id="cache.ping", method="GET", path="/cache/ping", result=Result(type="cache:CachePing"))

_DELETE = Operation(
    id="cache.delete",
    method="POST",
    path="/cache/delete",
    params={
        "keys": Param(
            wire="keys",
            required=True,
            check=("within", ("list", ("within", "string", {"min_length": 1})), {"min_length": 1, "max_length": 1000}),
        ),
    },
    body=Body(),
    result=Result(type="cache:CacheDeleted"),
    retry="keyed",
)

_FLUSH_ALL = Operation(
    id="cache.flush_all", method="POST", path="/cache/flushall", result=Result(type="cache:CacheDeleted"), retry="keyed"
)


class Cache(Resource):
    """The response cache."""

    @cached_property
    def with_raw_response(self) -> CacheWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return CacheWithRawResponse(self)

    def ping(self, **params: Unpack[CallOptions]) -> CachePing:
        """Check the cache.

        Writes to and reads from the response cache, and reports its status.
        """
        answer: CachePing = self._client.execute(_PING, params)
        return answer

    def delete(self, **params: Unpack[CacheDeleteParams]) -> CacheDeleted:
        """Delete cached responses.

        Deletes cached responses by key. The keys are in the header `x-onceward-cache-key` and in spend logs.

        Args:
            keys: The cache keys.
        """
        answer: CacheDeleted = self._client.execute(_DELETE, params)
        return answer

    def flush_all(self, **params: Unpack[CallOptions]) -> CacheDeleted:
        """Flush the cache.

        Deletes all cached responses of the caller's organization; for administrators, of all organizations.
        """
        answer: CacheDeleted = self._client.execute(_FLUSH_ALL, params)
        return answer


class CacheWithRawResponse(RawResource["Cache"]):
    """The methods of `Cache`, returning raw responses."""

    ping = RawMethod(Cache.ping)
    delete = RawMethod(Cache.delete)
    flush_all = RawMethod(Cache.flush_all)


class AsyncCache(AsyncResource):
    """The response cache."""

    @cached_property
    def with_raw_response(self) -> AsyncCacheWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncCacheWithRawResponse(self)

    async def ping(self, **params: Unpack[CallOptions]) -> CachePing:
        """Check the cache.

        Writes to and reads from the response cache, and reports its status.
        """
        answer: CachePing = await self._client.execute(_PING, params)
        return answer

    async def delete(self, **params: Unpack[CacheDeleteParams]) -> CacheDeleted:
        """Delete cached responses.

        Deletes cached responses by key. The keys are in the header `x-onceward-cache-key` and in spend logs.

        Args:
            keys: The cache keys.
        """
        answer: CacheDeleted = await self._client.execute(_DELETE, params)
        return answer

    async def flush_all(self, **params: Unpack[CallOptions]) -> CacheDeleted:
        """Flush the cache.

        Deletes all cached responses of the caller's organization; for administrators, of all organizations.
        """
        answer: CacheDeleted = await self._client.execute(_FLUSH_ALL, params)
        return answer


class AsyncCacheWithRawResponse(RawResource["AsyncCache"]):
    """The methods of `AsyncCache`, returning raw responses."""

    ping = AsyncRawMethod(AsyncCache.ping)
    delete = AsyncRawMethod(AsyncCache.delete)
    flush_all = AsyncRawMethod(AsyncCache.flush_all)
