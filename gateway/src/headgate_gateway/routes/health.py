"""Whether the process lives, and whether it takes calls."""

from __future__ import annotations

from ..http import Call, Response, json_response

__all__ = ["live", "ready"]


async def live(call: Call) -> Response:
    """The process answers."""
    return json_response({"status": "ok"})


async def ready(call: Call) -> Response:
    """The gateway takes calls: 200, or 503 while it starts or drains."""
    gateway = call.gateway
    if gateway.draining:
        return json_response({"status": "draining"}, 503)
    if not gateway.ready:
        return json_response({"status": "starting"}, 503)
    gateway.db.one("SELECT 1")
    return json_response({"status": "ready"})
