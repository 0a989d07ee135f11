"""`/cache/...`: how the cache stands, and forgetting."""

from __future__ import annotations

from typing import Any

from ..core.errors import ApiError
from ..http.request import (
    Access,
    BodyKind,
    Call,
    Response,
    Route,
    json_response,
)
from ..identity.authorization import require_admin, require_writer

__all__ = ["ROUTES"]

_PROBE = "ping"


async def _ping(call: Call) -> Response:
    """Write, read and forget an entry."""
    cache = call.gateway.cache
    store = cache.store
    if store is None:
        return json_response({"status": "off", "cache_type": "none", "ping_response": False, "entries": 0})
    if not call.caller.viewer:
        require_admin(call.caller, "look into the cache")
    now = call.gateway.clock.time()
    kind = cache.settings.kind
    await store.put(_PROBE, _PROBE, b"pong", now, now + 60)
    answered = await store.find(_PROBE, now) == b"pong"
    try:
        await store.drop([_PROBE], None)
        entries = (await store.size())[0]
    except ApiError as away:
        away_state = {"set_cache_response": "failed", "error": away.message}
        return json_response({"status": "unhealthy", "cache_type": kind, "ping_response": False} | away_state)
    state: dict[str, Any] = {
        "status": "healthy" if answered else "unhealthy",
        "cache_type": kind,
        "ping_response": answered,
        "set_cache_response": "success" if answered else "failed",
        "entries": entries,
    }
    return json_response(state)


async def _delete(call: Call) -> Response:
    """Forget answers by their keys: an administrator those of all, others those they share."""
    store = call.gateway.cache.store
    dropped = 0 if store is None else await store.drop(call.data["keys"], _reach(call))
    return json_response({"status": "success", "deleted": dropped})


async def _flush(call: Call) -> Response:
    """Forget all that the caller may."""
    store = call.gateway.cache.store
    dropped = 0 if store is None else await store.drop_all(_reach(call))
    return json_response({"status": "success", "deleted": dropped})


def _reach(call: Call) -> str | None:
    """The scope within which the caller may forget; None for all. What everybody shares is the administrators'."""
    require_writer(call.caller)
    if call.caller.admin:
        return None
    if call.gateway.cache.settings.scope == "global":
        require_admin(call.caller, "empty a cache that all share")
    return call.gateway.cache.scope(call)


ROUTES = (
    Route("GET", "/cache/ping", "cache.ping", _ping, access=Access.PLATFORM),
    Route(
        "POST",
        "/cache/delete",
        "cache.delete",
        _delete,
        body=BodyKind.JSON,
        access=Access.PLATFORM,
        once=True,
        apart=True,
    ),
    Route("POST", "/cache/flushall", "cache.flush_all", _flush, access=Access.PLATFORM, once=True, apart=True),
)
