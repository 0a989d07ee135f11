"""Checks of deployments: refuse values without effect, and names of objects that do not exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..billing.prices import PriceBook
from ..core import error_codes
from ..core.errors import invalid
from ..http.request import Request
from ..identity.repositories import Repositories
from ..routing.deployment_options import check_params, check_prices
from ..routing.model_catalog import model_info
from ..routing.pool import AUTO
from ..routing.selection import DeploymentSelector
from .writes import missing

__all__ = ["SET_HERE", "DeploymentWriteChecks"]

STAMPS = ("db_model", "created_at", "created_by", "updated_at", "updated_by")
SET_HERE = ("id", *STAMPS)


class DeploymentWriteChecks:
    """Checks of deployments before they are written."""

    def __init__(self, records: Repositories, selector: DeploymentSelector, prices: PriceBook) -> None:
        self._records = records
        self._selector = selector
        self._prices = prices

    async def check(
        self, request: Request, id: str, params: Mapping[str, Any], info: Mapping[str, Any], stamps: Mapping[str, Any]
    ) -> None:
        """Raise for properties that a deployment cannot have. `params` and `info` are what it will have.

        `stamps` are the values that the gateway sets itself; a client may send back the values that it read.
        """
        said = request.data.get("model_info") or {}
        if request.data.get("model_name") == AUTO:
            raise invalid("`model_name` is 'auto', which chooses among all names. Choose another.", param="model_name")
        check_params(request.data.get("litellm_params") or {})
        check_prices(params, info)
        _check_stamps({name: said[name] for name in SET_HERE if said.get(name) is not None}, {"id": id, **stamps})
        self._check_base_model(said.get("base_model"), str(params.get("model")).partition("/")[0])
        for other in (request.data.get("litellm_params") or {}).get("fallbacks") or ():
            if not await self._selector.exists(request, other):
                raise missing("model", other, param="litellm_params.fallbacks")
        await self._check_team(said.get("team_id"), info)

    def _check_base_model(self, base: Any, provider: str) -> None:
        """Raise 400 for a base model without a known price or capabilities, which would have no effect."""
        if base is None or base.startswith("onceward/") or model_info(base).abilities:
            return
        if self._prices.unit(provider, base) is None:
            raise invalid(
                f"`model_info.base_model` is {base!r}, without a known price or capabilities. "
                "Correct the name, or leave it out and set prices in `litellm_params` and `supports_...` in "
                "`model_info`.",
                param="model_info.base_model",
                code=error_codes.BASE_MODEL_UNKNOWN,
            )

    async def _check_team(self, team: Any, info: Mapping[str, Any]) -> None:
        if team is not None and await self._records.teams.get(team) is None:
            raise missing("team", team, param="model_info.team_id")
        if info.get("team_public_model_name") is not None and info.get("team_id") is None:
            raise invalid(
                "`model_info.team_public_model_name` is the name by which a team calls the model, and `team_id` names "
                "no team. Set both.",
                param="model_info.team_public_model_name",
                code=error_codes.TEAM_MISSING,
            )


def _check_stamps(said: Mapping[str, Any], stamps: Mapping[str, Any]) -> None:
    for name, value in said.items():
        if value != stamps.get(name):
            now = f" is {stamps[name]!r} and" if name in stamps else ""
            raise invalid(
                f"`model_info.{name}` is {value!r}, but it{now} is set by the gateway. Leave it out.",
                param=f"model_info.{name}",
                code=error_codes.SET_BY_THE_GATEWAY,
            )
