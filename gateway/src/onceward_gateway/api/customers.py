"""The customer handlers: the end users of an organization's products, named by `user` in its requests."""

from __future__ import annotations

from typing import Any

from ..core import error_codes
from ..core.errors import conflict
from ..core.records import Customer, Limits
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..identity.sql import equal
from ..identity.visibility_filters import visible_customers
from .budgets import home_organization
from .parsing import (
    applied,
    bounded_metadata,
    changed_limits,
)
from .record_service import RecordService
from .serializers import page_by_cursor
from .writes import (
    below,
    missing,
    renewed,
)

__all__ = ["CustomerHandlers"]

_PLAIN = ("alias", "budget_id")


class CustomerHandlers(RecordService):
    """Handlers for `/customer`."""

    def _changes(self, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
        data = request.data
        changes: dict[str, Any] = {name: data[name] for name in _PLAIN if name in data}
        if "metadata" in data:
            changes["metadata"] = bounded_metadata(data["metadata"])
        if data.get("blocked") is not None:
            changes["blocked"] = data["blocked"]
        return changes, changed_limits(data, self._clock.time())

    async def _find(self, request: Request, name: str, param: str = "user_id") -> Customer:
        """Return the customer of a name; raise 404 if the caller may not see one."""
        found = await self._visible(request, name, param)
        if found is None:
            raise missing("customer", name, param=param)
        return found

    async def _visible(self, request: Request, name: str, param: str) -> Customer | None:
        """Return the customer of the organization that the caller acts for, else the only one that it may see."""
        caller = request.caller
        seen = await self._records.customers.find(visible_customers(caller) & equal("name", name))
        for customer in seen:
            if customer.organization_id == caller.organization_id:
                return customer
        if len(seen) > 1:
            raise conflict(
                f"Several organizations have a customer {name!r}. Say in `X-Onceward-Organization` which one it is.",
                code=error_codes.AMBIGUOUS,
                param=param,
            )
        return seen[0] if seen else None

    def _new(self, name: str, organization_id: str | None, **fields: Any) -> Customer:
        id = self._new_id("customer_")
        return Customer(id=id, name=name, organization_id=organization_id, **fields)

    async def create(self, request: Request) -> Response:
        """Create a customer."""
        await self._writer.begin(request)
        organization_id, name = home_organization(request.caller), request.data["user_id"]
        if await self._records.customer(organization_id, name) is not None:
            raise conflict(
                f"There is a customer {name!r}. Use `/customer/update`.",
                code=error_codes.CUSTOMER_EXISTS,
                param="user_id",
            )
        fields, limits = self._changes(request)
        below(limits, await self._records.organizations.get(organization_id))
        await self._ownership.require_budget(request.caller, fields.get("budget_id"))
        customer = self._new(name, organization_id, limits=Limits(**limits), **fields)
        return json_response(
            await self._serializer.customer(
                await self._writer.save(request, self._records.customers, customer, "created")
            )
        )

    async def update(self, request: Request) -> Response:
        """Change a customer."""
        await self._writer.begin(request)
        customer = await self._find(request, request.data["user_id"])
        fields, limits = self._changes(request)
        below(limits, await self._records.organizations.get(customer.organization_id))
        if fields.get("budget_id") != customer.budget_id:
            await self._ownership.require_budget(request.caller, fields.get("budget_id"))
        wanted = renewed(customer, {**fields, "limits": applied(customer.limits, limits)})
        return json_response(
            await self._serializer.customer(
                await self._writer.save(request, self._records.customers, wanted, "updated", customer)
            )
        )

    async def list_customers(self, request: Request) -> Response:
        """Return a page of the customers that the caller may see."""
        return await page_by_cursor(
            request,
            self._records.customers,
            visible_customers(request.caller),
            lambda customer: self._serializer.customer(customer),
        )

    async def info(self, request: Request) -> Response:
        """Return one customer."""
        customer = await self._find(request, request.query["end_user_id"], "end_user_id")
        return json_response(await self._serializer.customer(customer))

    async def delete(self, request: Request) -> Response:
        """Delete customers."""
        await self._writer.begin(request)
        found = [await self._find(request, name, "user_ids") for name in dict.fromkeys(request.data["user_ids"])]
        for customer in found:
            await self._writer.delete(request, self._records.customers, customer)
        return json_response({"deleted_customers": [customer.name for customer in found]})

    async def _to_block(self, request: Request, organization_id: str | None, name: str) -> Customer | None:
        """Return the customer of an organization; without one, the only customer that the caller may see."""
        own = await self._records.customer(organization_id, name)
        return own if own is not None or organization_id is not None else await self._visible(request, name, "user_ids")

    async def block(self, request: Request) -> Response:
        """Block customers; create those that do not exist."""
        await self._writer.begin(request)
        organization_id = home_organization(request.caller)
        names = list(dict.fromkeys(request.data["user_ids"]))
        blocked = []
        # All are found before the first is blocked: an ambiguous name must change nothing.
        for name, old in [(name, await self._to_block(request, organization_id, name)) for name in names]:
            wanted = self._new(name, organization_id, blocked=True) if old is None else renewed(old, {"blocked": True})
            blocked.append(await self._writer.save(request, self._records.customers, wanted, "blocked", old))
        return json_response({"blocked_users": [await self._serializer.customer(customer) for customer in blocked]})

    async def unblock(self, request: Request) -> Response:
        """Unblock customers."""
        await self._writer.begin(request)
        found = [await self._find(request, name, "user_ids") for name in dict.fromkeys(request.data["user_ids"])]
        shown = [
            await self._writer.save(request, self._records.customers, renewed(c, {"blocked": False}), "unblocked", c)
            for c in found
        ]
        return json_response({"unblocked_users": [await self._serializer.customer(customer) for customer in shown]})
