"""The organization handlers: create, update, list and delete organizations, which are tenants."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..core import error_codes
from ..core.errors import forbidden, invalid
from ..core.principal import Principal
from ..core.records import Limits, Organization
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..identity.authorization import (
    Ceiling,
    attenuate,
    authority_over_organization,
    may_see_organization,
    require_admin,
    visibility_of,
)
from ..identity.repositories import Repositories
from ..identity.sql import equal
from ..identity.visibility_filters import visible_organizations
from .key_writer import KeyWriter
from .parsing import (
    applied,
    changed_fields,
    changed_limits,
)
from .record_service import RecordContext, RecordService
from .serializers import page_by_cursor
from .team_access import TeamAccess
from .writes import (
    missing,
    renewed,
)

__all__ = ["OrganizationHandlers", "find_organization"]

_FIELDS = {"organization_alias": "alias", "budget_id": "budget_id", "tier": "tier"}


class OrganizationHandlers(RecordService):
    """Handlers for `/organization`, without its members."""

    def __init__(self, context: RecordContext, teams: TeamAccess, keys: KeyWriter, tiers: Collection[str]) -> None:
        super().__init__(context)
        self._teams = teams
        self._keys = keys
        self._tiers = tiers

    def _changes(self, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
        data = request.data
        return changed_fields(data, _FIELDS), changed_limits(data, self._clock.time())

    def _require_tier(self, tier: str | None) -> None:
        """Raise 400 for a tier that is not configured. Without credits no tier is known."""
        known = self._tiers
        if tier is not None and known and tier not in known:
            raise invalid(
                f"`tier` is {tier!r}. Use one of {', '.join(map(repr, sorted(known)))}, or add [credits.tiers.…] to "
                "onceward.toml.",
                param="tier",
                code=error_codes.TIER_UNKNOWN,
            )

    async def create(self, request: Request) -> Response:
        """Create an organization."""
        await self._writer.begin(request)
        require_admin(request.caller, "make an organization")
        fields, limits = self._changes(request)
        self._require_tier(fields.get("tier"))
        await self._ownership.require_budget(request.caller, fields.get("budget_id"))
        id = await self._writer.chosen_id(
            request, self._records.organizations, "organization", request.data.get("organization_id"), "org_"
        )
        organization = Organization(id=id, limits=Limits(**limits), **fields)
        return json_response(
            await self._serializer.organization(
                await self._writer.save(request, self._records.organizations, organization, "created")
            )
        )

    async def update(self, request: Request) -> Response:
        """Change an organization."""
        caller = await self._writer.begin(request)
        organization = await find_organization(self._records, request.caller, request.data["organization_id"])
        authority = authority_over_organization(caller, organization.id)
        if authority is None:
            raise forbidden(
                "Only an admin of the organization changes it. Ask one.", code=error_codes.ORGANIZATION_ADMIN_REQUIRED
            )
        fields, limits = self._changes(request)
        wanted = renewed(organization, {**fields, "limits": applied(organization.limits, limits)})
        if authority != "above":
            _require_smaller(organization, wanted, fields, limits)
        self._require_tier(fields.get("tier"))
        if fields.get("budget_id", organization.budget_id) != organization.budget_id:
            await self._ownership.require_budget(request.caller, fields["budget_id"])
        return json_response(
            await self._serializer.organization(
                await self._writer.save(request, self._records.organizations, wanted, "updated", organization)
            )
        )

    async def list_organizations(self, request: Request) -> Response:
        """Return a page of the organizations that the caller may see."""
        alias = request.query.get("organization_alias")
        where = visible_organizations(request.caller)
        if alias is not None:
            where &= equal("alias", alias)
        return await page_by_cursor(
            request, self._records.organizations, where, lambda one: self._serializer.organization(one)
        )

    async def info(self, request: Request) -> Response:
        """Return one organization, with its members and teams."""
        caller = request.caller
        organization = await find_organization(self._records, request.caller, request.query["organization_id"])
        members = await self._records.members.of_group("organization", organization.id)
        teams = await self._records.teams.by("organization_id", organization.id)
        if not visibility_of(caller).sees(organization_id=organization.id):
            members = [member for member in members if member.user_id == caller.user_id]
            teams = [team for team in teams if team.id in caller.teams_in]
        shown = await self._serializer.organization(organization)
        shown |= {
            "members": [await self._serializer.membership(one) for one in members],
            "teams": [team.id for team in teams],
        }
        return json_response(shown)

    async def delete(self, request: Request) -> Response:
        """Delete organizations with their teams, keys, customers and memberships."""
        caller = await self._writer.begin(request)
        found = [
            await find_organization(self._records, request.caller, id, "organization_ids")
            for id in dict.fromkeys(request.data["organization_ids"])
        ]
        require_admin(caller, "delete an organization")
        for organization in found:
            for team in await self._records.teams.by("organization_id", organization.id):
                await self._teams.delete(request, team)
            await self._keys.delete(request, await self._records.keys.by("organization_id", organization.id))
            for customer in await self._records.customers.by("organization_id", organization.id):
                await self._writer.delete(request, self._records.customers, customer)
            await self._records.members.drop_group("organization", organization.id)
            await self._writer.delete(request, self._records.organizations, organization)
        return json_response({"deleted_organizations": [one.id for one in found]})


async def find_organization(
    records: Repositories, caller: Principal, id: str, param: str = "organization_id"
) -> Organization:
    """Return an organization; raise 404 if the caller may not see it."""
    organization = await records.organizations.get(id)
    if organization is None or not may_see_organization(caller, id):
        raise missing("organization", id, param=param)
    return organization


def _require_smaller(
    organization: Organization, wanted: Organization, fields: Mapping[str, Any], limits: Mapping[str, Any]
) -> None:
    """Raise 403 for changes by which an admin of an organization extends it."""
    asked = {**limits, **({"models": fields["models"]} if "models" in fields else {})}
    attenuate(asked, Ceiling.of(organization), strict=True)
    for name in ("blocked", "budget_id", "tier"):
        if name in fields and getattr(wanted, name) != getattr(organization, name):
            raise forbidden(
                f"`{name}` of an organization is changed by an admin of the gateway. Leave it out.",
                code=error_codes.ADMIN_REQUIRED,
                param=name,
            )
