"""Where a model name leads, for tools that do not call it."""

from __future__ import annotations

from ..core.errors import ApiError
from ..http.request import Call
from .deployments import Deployment
from .router import Pool
from .targets import OfflineTarget, Target

__all__ = ["named", "place_of"]


async def place_of(call: Call, name: str, kind: str) -> tuple[Target, Deployment | None]:
    """The target that a call would go to first, and its deployment if it has one. Raises what the call would."""
    call.caller.require_model(name)
    name = call.caller.aliases.get(name, name)
    found = await call.gateway.routing.resolved(call, name, kind)
    if not isinstance(found, Pool):
        return found, None
    one = next((one for _, stage in found.stages for one in stage), None)
    if one is None:
        raise ApiError(503, f"No deployment of {name!r} can serve. See `GET /model/info`.", code="no_deployment")
    return call.gateway.routing.target(one, alone=True), one


def named(target: Target) -> str:
    """The target as `provider/model`."""
    return target.model.id if isinstance(target, OfflineTarget) else f"{target.provider}/{target.model}"
