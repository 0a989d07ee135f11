"""Whether the process lives, and whether it takes calls."""

from __future__ import annotations

from .. import __version__
from ..http import Call, Response, json_response

__all__ = ["live", "ready"]


async def live(call: Call) -> Response:
    """The process answers."""
    return json_response({"status": "ok", "version": __version__})


async def ready(call: Call) -> Response:
    """The gateway takes calls: 200, or 503 while it starts, drains, or cannot reach its database."""
    gateway = call.gateway
    if gateway.draining:
        return json_response({"ok": False, "status": "draining"}, 503)
    if not gateway.ready:
        return json_response({"ok": False, "status": "starting"}, 503)
    if not gateway.nodes.connected:
        return json_response({"ok": False, "status": "storage_unavailable"}, 503)
    return json_response({"ok": True, "status": "ready", "auth_mode": gateway.settings.auth_mode})
