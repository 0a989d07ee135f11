"""Writes of `/model/...`: refuse what would be kept and do nothing, or names what does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import invalid
from ..http.request import Call
from ..routing.deployment_options import check_params, check_prices
from ..routing.model_catalog import known_of
from ..routing.pool import AUTO
from .writes import missing

__all__ = ["SET_HERE", "check_write"]

STAMPS = ("db_model", "created_at", "created_by", "updated_at", "updated_by")
SET_HERE = ("id", *STAMPS)


async def check_write(
    call: Call, id: str, params: Mapping[str, Any], info: Mapping[str, Any], stamps: Mapping[str, Any]
) -> None:
    """Raise for members of a request that a deployment cannot have. `params` and `info` are what it will have.

    `stamps` is what the gateway itself says of the deployment: a client that sends back what it read may repeat it.
    """
    said = call.data.get("model_info") or {}
    if call.data.get("model_name") == AUTO:
        raise invalid("`model_name` is 'auto', which chooses among all names. Choose another.", param="model_name")
    check_params(call.data.get("litellm_params") or {})
    check_prices(params, info)
    _check_stamps({name: said[name] for name in SET_HERE if said.get(name) is not None}, {"id": id, **stamps})
    _check_base(call, said.get("base_model"), str(params.get("model")).partition("/")[0])
    for other in (call.data.get("litellm_params") or {}).get("fallbacks") or ():
        if not await call.gateway.selector.exists(call, other):
            raise missing("model", other, param="litellm_params.fallbacks")
    await _check_team(call, said.get("team_id"), info)


def _check_stamps(said: Mapping[str, Any], stamps: Mapping[str, Any]) -> None:
    for name, value in said.items():
        if value != stamps.get(name):
            now = f" is {stamps[name]!r} and" if name in stamps else ""
            raise invalid(
                f"`model_info.{name}` is {value!r}, but it{now} is set by the gateway. Leave it out.",
                param=f"model_info.{name}",
                code="set_by_the_gateway",
            )


def _check_base(call: Call, base: Any, provider: str) -> None:
    """A base model lends its price and its abilities: one that has neither lends nothing."""
    if base is None or base.startswith("onceward/") or known_of(base).able:
        return
    if call.gateway.prices.unit(provider, base) is None:
        raise invalid(
            f"`model_info.base_model` is {base!r}, of which neither a price nor abilities are known here. "
            "Correct the name, or leave it out and set prices in `litellm_params` and `supports_...` in `model_info`.",
            param="model_info.base_model",
            code="base_model_unknown",
        )


async def _check_team(call: Call, team: Any, info: Mapping[str, Any]) -> None:
    if team is not None and await call.gateway.platform.teams.get(team) is None:
        raise missing("team", team, param="model_info.team_id")
    if info.get("team_public_model_name") is not None and info.get("team_id") is None:
        raise invalid(
            "`model_info.team_public_model_name` is the name by which a team calls the model, and `team_id` names "
            "no team. Set both.",
            param="model_info.team_public_model_name",
            code="team_missing",
        )
