"""The cache handlers: check the cache and delete entries."""

from __future__ import annotations

from typing import Any

from ..cache.cache import ResponseCache
from ..core.clock import Clock
from ..core.errors import ApiError
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..identity.authorization import require_admin, require_writer

__all__ = ["CacheHandlers"]

_PROBE = "ping"


class CacheHandlers:
    """Handlers for `/cache`."""

    def __init__(self, cache: ResponseCache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock

    async def ping(self, request: Request) -> Response:
        """Write, read and delete an entry, and return the state of the cache."""
        store = self._cache.store
        if store is None:
            return json_response({"status": "off", "cache_type": "none", "ping_response": False, "entries": 0})
        if not request.caller.viewer:
            require_admin(request.caller, "look into the cache")
        now = self._clock.time()
        kind = self._cache.settings.kind
        await store.put(_PROBE, _PROBE, b"pong", now, now + 60)
        answered = await store.find(_PROBE, now) == b"pong"
        try:
            await store.delete([_PROBE], None)
            entries = (await store.size())[0]
        except ApiError as error:
            failed = {"set_cache_response": "failed", "error": error.message}
            return json_response({"status": "unhealthy", "cache_type": kind, "ping_response": False} | failed)
        state: dict[str, Any] = {
            "status": "healthy" if answered else "unhealthy",
            "cache_type": kind,
            "ping_response": answered,
            "set_cache_response": "success" if answered else "failed",
            "entries": entries,
        }
        return json_response(state)

    async def delete(self, request: Request) -> Response:
        """Delete entries by key: any entry for an administrator, entries of its own scope for anyone else."""
        store = self._cache.store
        dropped = 0 if store is None else await store.delete(request.data["keys"], self._scope(request))
        return json_response({"status": "success", "deleted": dropped})

    async def delete_all(self, request: Request) -> Response:
        """Delete every entry that the caller may delete."""
        store = self._cache.store
        dropped = 0 if store is None else await store.delete_all(self._scope(request))
        return json_response({"status": "success", "deleted": dropped})

    def _scope(self, request: Request) -> str | None:
        """Return the scope whose entries the caller may delete, or None for all scopes.

        Only administrators may delete entries of a cache that all callers share.
        """
        require_writer(request.caller)
        if request.caller.admin:
            return None
        if self._cache.settings.scope == "global":
            require_admin(request.caller, "empty a cache that all share")
        return self._cache.scope(request)
