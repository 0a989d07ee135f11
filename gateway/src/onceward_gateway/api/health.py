"""The health handlers: liveness, and readiness for calls."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from .._version import __version__
from ..cluster.bus import Bus
from ..cluster.membership import Nodes
from ..config.load import Settings
from ..core.errors import STORAGE_UNAVAILABLE, ApiError
from ..core.lifecycle import Lifecycle
from ..db import Database
from ..db.readiness import Readiness
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..routing.catalog import DeploymentCatalog

if TYPE_CHECKING:
    from ..redis.client import Redis

__all__ = ["HealthHandlers"]


class HealthHandlers:
    """Handlers for `/healthz` and `/readyz`."""

    def __init__(
        self,
        settings: Settings,
        lifecycle: Lifecycle,
        db: Database,
        readiness: Readiness,
        nodes: Nodes,
        bus: Bus,
        *,
        redis: Redis | None,
        catalog: DeploymentCatalog,
    ) -> None:
        self._settings = settings
        self._lifecycle = lifecycle
        self._db = db
        self._readiness = readiness
        self._nodes = nodes
        self._bus = bus
        self._redis = redis
        self._catalog = catalog

    async def live(self, request: Request) -> Response:
        """Report that the process answers."""
        return json_response({"status": "ok", "version": __version__, "issues": self._issues()})

    async def ready(self, request: Request) -> Response:
        """Report whether calls are accepted: 200, or 503 during start and drain, or without a writable database."""
        if self._lifecycle.draining:
            return json_response({"ok": False, "status": "draining"}, 503)
        if not self._lifecycle.ready:
            return json_response({"ok": False, "status": "starting"}, 503)
        if self._db.shared and not (self._nodes.connected and self._db.connected):
            return _unwritable(request, "The database cannot be reached or written. Calls are refused until it can be.")
        fault = await self._readiness.fault()
        if fault is not None:
            return _unwritable(request, fault)
        mode = self._settings.auth_mode
        return json_response({"ok": True, "status": "ready", "auth_mode": mode, "issues": self._issues()})

    def _issues(self) -> list[str]:
        """Return the faults with which the gateway accepts calls all the same."""
        settings = self._settings
        found: list[str] = []
        if not settings.offline:
            found += [issue.shown for issue in settings.issues.found]
            found += _left_out(self._catalog.broken, {entry.id for entry in settings.routing.deployments})
        if settings.auth_mode != "required" and "*" in settings.cors.allowed_origins:
            found.append("`cors.allowed_origins` is '*' and no key is required: every web page can call this gateway.")
        if self._redis is not None and not (self._redis.available and self._bus.connected):
            counted = (
                "are counted by each node alone" if settings.limits.redis_failure_mode == "open" else "refuse all calls"
            )
            found.append(f"Redis is unavailable: rate limits {counted}, and nodes learn of each other's changes later.")
        return found


def _left_out(broken: Collection[str], configured: Collection[str]) -> list[str]:
    return [f"The deployment {id!r} is left out." for id in broken if id in configured]


def _unwritable(request: Request, fault: str) -> Response:
    error = ApiError(503, fault, code=STORAGE_UNAVAILABLE, details={"issues": [fault]}).body(request.request_id)
    return json_response({"ok": False, "status": STORAGE_UNAVAILABLE, "issues": [fault], "error": error}, 503)
