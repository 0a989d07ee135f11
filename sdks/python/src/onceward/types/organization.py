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
    """The spend since the last budget reset, in US dollars."""

    budget_id: str | None = None
    """The shared budget."""

    max_budget: float | None = None
    """The maximum spend, in US dollars."""

    soft_budget: float | None = None
    """The spend from which responses carry a warning, in US dollars."""

    budget_duration: str | None = None
    """How often `spend` resets to 0."""

    budget_reset_at: str | None = None
    """When `spend` resets next (ISO 8601, UTC)."""

    tpm_limit: int | None = None
    """The maximum number of tokens per minute."""

    rpm_limit: int | None = None
    """The maximum number of requests per minute."""

    max_parallel_requests: int | None = None
    """The maximum number of concurrent calls."""

    model_max_budget: dict[str, ModelMaxBudget] | None = None
    """Limits per model."""

    organization_id: str
    """The id of the organization."""

    organization_alias: str | None = None
    """The display name."""

    models: list[str] | None = None
    """The models that may be used. Empty: all models."""

    tier: str | None = None
    """The tier, which defines credits and bands."""

    members: list[OrganizationMembership] | None = None
    """The members. Only when a single organization is retrieved."""

    teams: list[str] | None = None
    """The ids of the teams. Only when a single organization is retrieved."""

    blocked: bool | None = None
    """Whether the organization is blocked."""

    metadata: Metadata | None = None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    created_at: str | None = None
    """When the object was created (ISO 8601, UTC)."""

    created_by: str | None = None
    """The user or key that created it."""

    updated_at: str | None = None
    """When the object was last updated (ISO 8601, UTC)."""

    updated_by: str | None = None
    """The user or key that last changed it."""


class OrganizationAddMemberResponse(Model):
    """The added users and memberships."""

    organization_id: str
    """The id of the organization."""

    updated_users: list[User]
    """The users that were added."""

    updated_organization_memberships: list[OrganizationMembership]
    """Their memberships."""


class OrganizationDeleteResponse(Model):
    """The deleted organizations."""

    deleted_organizations: list[str]
    """The ids of the deleted organizations."""


class OrganizationList(Model):
    """A page of organizations."""

    object: Literal["list"]

    data: list[Organization]
    """The ids of the organizations."""

    has_more: bool | None = None
    """Whether there are more items."""

    next_cursor: str | None = None
    """The `cursor` of the next page."""


class OrganizationMembership(Model):
    """A membership of a user in an organization."""

    organization_id: str
    """The id of the organization."""

    user_id: str
    """The id of the user."""

    user_email: str | None = None
    """The email address of the user."""

    user_role: OrganizationRole | None = None
    """The role of a member. An `org_admin` manages teams, users, keys and limits within the organization."""

    spend: float | None = None
    """The spend of the user within the organization, in US dollars."""

    max_budget_in_organization: float | None = None
    """The maximum spend of the user within the organization, in US dollars."""

    budget_id: str | None = None
    """The budget of the membership."""

    created_at: str | None = None
    """When the membership started (ISO 8601, UTC)."""

    updated_at: str | None = None
    """When the object was last updated (ISO 8601, UTC)."""


OrganizationRole: TypeAlias = Literal["org_admin", "internal_user", "internal_user_viewer"] | str
"""The role of a member. An `org_admin` manages teams, users, keys and limits within the organization."""
