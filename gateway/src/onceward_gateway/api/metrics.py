"""The metrics handler: the metrics on the gateway's own port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..config.telemetry import MetricsSettings
from ..core import error_codes
from ..core.errors import ApiError
from ..http.request import (
    Access,
    Request,
    Response,
)
from ..identity.authorization import require_admin
from ..telemetry.exporter import may_read
from ..telemetry.prometheus import CONTENT_TYPE

__all__ = ["MetricsHandlers"]


class MetricsHandlers:
    """Handlers for `/metrics`. `read` returns all metrics as text."""

    def __init__(self, settings: MetricsSettings, read: Callable[[], Awaitable[bytes]]) -> None:
        self._settings = settings
        self._read = read

    @property
    def access(self) -> Access:
        """The access that the route requires."""
        return Access.PLATFORM if self._settings.readers == "admin" else Access.PUBLIC

    async def read(self, request: Request) -> Response:
        """Return all metrics."""
        if self._settings.readers == "admin":
            require_admin(request.caller, "read the metrics")
        elif not may_read(self._settings, request.headers):
            raise ApiError(
                401,
                "The metrics are read with a token of their own. Send it as `Authorization: Bearer ...`.",
                code=error_codes.INVALID_METRICS_TOKEN,
                headers=(("www-authenticate", "Bearer"),),
            )
        return Response(200, await self._read(), CONTENT_TYPE, (("cache-control", "no-store"),))
