"""Whether the process lives, and whether it takes calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._version import __version__
from ..core.errors import AWAY, ApiError
from ..http.request import (
    Call,
    Response,
    json_response,
)

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["issues", "live", "ready"]


async def live(call: Call) -> Response:
    """The process answers."""
    return json_response({"status": "ok", "version": __version__, "issues": issues(call.gateway)})


async def ready(call: Call) -> Response:
    """The gateway takes calls: 200, or 503 while it starts, drains, or cannot write its database."""
    gateway = call.gateway
    if gateway.draining:
        return json_response({"ok": False, "status": "draining"}, 503)
    if not gateway.ready:
        return json_response({"ok": False, "status": "starting"}, 503)
    if gateway.db.shared and not (gateway.nodes.connected and gateway.db.connected):
        return _unwritable(call, "The database cannot be reached or written. Calls are refused until it can be.")
    fault = await gateway.readiness.fault()
    if fault is not None:
        return _unwritable(call, fault)
    state = {"ok": True, "status": "ready", "auth_mode": gateway.settings.auth_mode, "issues": issues(gateway)}
    return json_response(state)


def _unwritable(call: Call, fault: str) -> Response:
    error = ApiError(503, fault, code=AWAY, details={"issues": [fault]}).body(call.request_id)
    return json_response({"ok": False, "status": AWAY, "issues": [fault], "error": error}, 503)


def issues(gateway: Gateway) -> list[str]:
    """What is not as it should be, though calls are taken."""
    settings = gateway.settings
    found: list[str] = []
    if not settings.offline:
        found += [issue.shown for issue in settings.issues.found]
        written = {entry.id for entry in settings.routing.deployments}
        found += [f"The deployment {id!r} is left out." for id in gateway.routing.broken if id in written]
    if settings.auth_mode != "required" and "*" in settings.cors.allowed_origins:
        found.append("`cors.allowed_origins` is '*' and no key is required: every web page can call this gateway.")
    if gateway.redis is not None and not (gateway.redis.available and gateway.bus.connected):
        counted = "are counted by each node alone" if settings.limits.when_away == "open" else "refuse all calls"
        found.append(f"Redis is away: limits of pace {counted}, and nodes learn of each other's changes later.")
    return found
