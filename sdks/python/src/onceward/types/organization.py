# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: organization."""

from __future__ import annotations

from typing import Literal, TypeAlias

from .._core.models import Model
from .shared import Metadata, ModelMaxBudget, User

__all__ = [
    "Organization",
    "OrganizationAddMemberResponse",
    "OrganizationDeleteResponse",
    "OrganizationList",
    "OrganizationMembership",
    "OrganizationRole",
]


class Organization(Model):
    """An organization."""

    spend: float
    """What was spent since the budget was last reset, in US dollars."""

    budget_id: str | None = None
    """A budget that is shared with others."""

    max_budget: float | None = None
    """How much may be spent, in US dollars."""

    soft_budget: float | None = None
    """From which sum on a warning is given."""

    budget_duration: str | None = None
    """How often `spend` goes back to 0."""

    budget_reset_at: str | None = None
    """When it does so next (ISO 8601, UTC)."""

    tpm_limit: int | None = None
    """Tokens a minute."""

    rpm_limit: int | None = None
    """Requests a minute."""

    max_parallel_requests: int | None = None
    """Calls at the same time."""

    model_max_budget: dict[str, ModelMaxBudget] | None = None
    """Limits for single models."""

    organization_id: str
    """The organization's id."""

    organization_alias: str | None = None
    """A name for people."""

    models: list[str] | None = None
    """The models it may use. Empty is all."""

    tier: str | None = None
    """Its tier, which gives credits and bands."""

    members: list[OrganizationMembership] | None = None
    """Its members, where one organization is asked for."""

    teams: list[str] | None = None
    """Ids of its teams, where one organization is asked for."""

    blocked: bool | None = None
    """Whether its keys are refused."""

    metadata: Metadata | None = None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    created_at: str | None = None
    """When it was made (ISO 8601, UTC)."""

    created_by: str | None = None
    """By whom."""

    updated_at: str | None = None
    """When it was last changed."""

    updated_by: str | None = None
    """By whom."""


class OrganizationAddMemberResponse(Model):
    """What changed by new members."""

    organization_id: str
    """The organization."""

    updated_users: list[User]
    """The users who were added."""

    updated_organization_memberships: list[OrganizationMembership]
    """Their memberships."""


class OrganizationDeleteResponse(Model):
    """Organizations that were deleted."""

    deleted_organizations: list[str]
    """Their ids."""


class OrganizationList(Model):
    """A page of organizations."""

    object: Literal["list"]

    data: list[Organization]
    """The organizations."""

    has_more: bool | None = None
    """Whether there is a next page."""

    next_cursor: str | None = None
    """What `cursor` must be for it."""


class OrganizationMembership(Model):
    """A user in an organization."""

    organization_id: str
    """The organization."""

    user_id: str
    """The user."""

    user_email: str | None = None
    """The user's mail address."""

    user_role: OrganizationRole | None = None
    """What a member may do; an `org_admin` makes teams, users, keys and limits within the organization."""

    spend: float | None = None
    """What the user spent within the organization, in US dollars."""

    max_budget_in_organization: float | None = None
    """What the user may spend within it."""

    budget_id: str | None = None
    """The budget that holds for the membership."""

    created_at: str | None = None
    """Since when (ISO 8601, UTC)."""

    updated_at: str | None = None
    """When it was last changed."""


OrganizationRole: TypeAlias = Literal["org_admin", "internal_user", "internal_user_viewer"] | str
"""What a member may do; an `org_admin` makes teams, users, keys and limits within the organization."""
