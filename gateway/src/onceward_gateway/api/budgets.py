"""The budget handlers: create, update, list and delete budgets that several objects share."""

from __future__ import annotations

from typing import Any

from ..core import error_codes
from ..core.errors import forbidden, invalid
from ..core.principal import Principal
from ..core.records import Budget, Limits
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..identity.authorization import visibility_of
from ..identity.sql import among
from ..identity.visibility_filters import visible_budgets
from .parsing import (
    LIMITS,
    applied,
    changed_limits,
)
from .record_service import RecordService
from .serializers import page_by_cursor
from .writes import (
    below,
    missing,
    renewed,
)

__all__ = ["BudgetHandlers", "home_organization"]

_SETTINGS = {
    "max_budget": ("number", "The most that may be spent, in US dollars."),
    "soft_budget": ("number", "The spending in US dollars from which a warning is sent."),
    "budget_duration": ("string", "The interval after which the spending is reset to 0."),
    "tpm_limit": ("integer", "Tokens a minute."),
    "rpm_limit": ("integer", "Requests a minute."),
    "max_parallel_requests": ("integer", "Calls at the same time."),
    "model_max_budget": ("object", "Limits for single models."),
}


class BudgetHandlers(RecordService):
    """Handlers for `/budget`."""

    async def _find(self, request: Request, id: str, param: str) -> Budget:
        budget = await self._records.budgets.get(id)
        if budget is None or not _is_visible(request.caller, budget):
            raise missing("budget", id, param=param)
        return budget

    async def _require_below(self, request: Request, changes: dict[str, Any], organization_id: str | None) -> None:
        below(changes, await self._records.organizations.get(organization_id))

    async def create(self, request: Request) -> Response:
        """Create a budget."""
        await self._writer.begin(request)
        organization_id = home_organization(request.caller)
        changes = changed_limits(request.data, self._clock.time())
        await self._require_below(request, changes, organization_id)
        id = await self._writer.chosen_id(
            request, self._records.budgets, "budget", request.data.get("budget_id"), "budget_"
        )
        budget = Budget(id=id, organization_id=organization_id, limits=Limits(**changes))
        return json_response(
            await self._serializer.budget(await self._writer.save(request, self._records.budgets, budget, "created"))
        )

    async def update(self, request: Request) -> Response:
        """Change a budget."""
        await self._writer.begin(request)
        budget = await self._find(request, request.data["budget_id"], "budget_id")
        changes = changed_limits(request.data, self._clock.time())
        await self._require_below(request, changes, budget.organization_id)
        wanted = renewed(budget, {"limits": applied(budget.limits, changes)})
        return json_response(
            await self._serializer.budget(
                await self._writer.save(request, self._records.budgets, wanted, "updated", budget)
            )
        )

    async def list_budgets(self, request: Request) -> Response:
        """Return a page of the budgets that the caller may see."""
        return await page_by_cursor(
            request,
            self._records.budgets,
            visible_budgets(request.caller),
            lambda budget: self._serializer.budget(budget),
        )

    async def info(self, request: Request) -> Response:
        """Return the budgets of the given ids."""
        ids = list(dict.fromkeys(request.data["budgets"]))
        found = {
            one.id: one for one in await self._records.budgets.find(visible_budgets(request.caller) & among("id", ids))
        }
        shown = [await self._serializer.budget(found[id]) for id in ids if id in found]
        return json_response({"budgets": shown})

    async def delete(self, request: Request) -> Response:
        """Delete a budget."""
        await self._writer.begin(request)
        budget = await self._find(request, request.data["id"], "id")
        await self._writer.delete(request, self._records.budgets, budget)
        return json_response({"budget_id": budget.id, "deleted": True})

    async def settings(self, request: Request) -> Response:
        """Return the limits of a budget as a form: names, types and values."""
        budget = await self._find(request, request.query["budget_id"], "budget_id")
        shown = await self._serializer.budget(budget)
        settings = []
        for name, (kind, meaning) in _SETTINGS.items():
            assert name in LIMITS
            value = shown[name] or None if name == "model_max_budget" else shown[name]
            settings.append(
                {
                    "field_name": name,
                    "field_type": kind,
                    "field_description": meaning,
                    "field_value": value,
                    "field_default_value": None,
                    "stored_in_db": value is not None,
                }
            )
        return json_response({"budget_id": budget.id, "settings": settings})


def _is_visible(caller: Principal, budget: Budget) -> bool:
    return visibility_of(caller).sees(organization_id=budget.organization_id)


def home_organization(caller: Principal) -> str | None:
    """Return the organization of what a caller creates: the one it acts for, or the only one it administers."""
    if caller.admin:
        return caller.organization_id
    run = caller.organizations_run
    if not run:
        raise forbidden(
            "Only an admin of an organization or of the gateway does this. Ask one, or use such a key.",
            code=error_codes.ORGANIZATION_ADMIN_REQUIRED,
        )
    if caller.organization_id in run:
        return caller.organization_id
    if len(run) > 1:
        raise invalid(
            "You administer several organizations. Say in `X-Onceward-Organization` for which this is.",
            param="X-Onceward-Organization",
            code=error_codes.MISSING,
        )
    return next(iter(run))
