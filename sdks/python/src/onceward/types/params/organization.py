# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: organization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Required, TypeAlias, TypedDict

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..organization import OrganizationRole
    from ..shared import BudgetDurationParam, ModelMaxBudget
    from .shared import MetadataParam, ModelMaxBudgetParam

__all__ = [
    "OrganizationAddMemberParams",
    "OrganizationAddMemberRequestMemberParam",
    "OrganizationCreateParams",
    "OrganizationDeleteMemberParams",
    "OrganizationDeleteParams",
    "OrganizationInfoParams",
    "OrganizationListParams",
    "OrganizationMemberParam",
    "OrganizationUpdateMemberParams",
    "OrganizationUpdateParams",
]


class OrganizationAddMemberParams(CallOptions, total=False):
    """Arguments of `organization.add_member`."""

    organization_id: Required[str]
    """The id of the organization."""

    member: Required[OrganizationAddMemberRequestMemberParam]
    """A member, or several members."""

    max_budget_in_organization: float | None
    """The maximum spend of each member within the organization, in US dollars."""


class OrganizationCreateParams(CallOptions, total=False):
    """Arguments of `organization.create`."""

    budget_id: str | None
    """A shared budget. It applies in addition to the limits given here."""

    max_budget: float | None
    """The maximum spend in US dollars. Calls above it are refused with 402."""

    soft_budget: float | None
    """The spend in US dollars from which responses carry a warning."""

    budget_duration: BudgetDurationParam | None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    tpm_limit: int | None
    """The maximum number of tokens per minute. Calls above it are refused with 429."""

    rpm_limit: int | None
    """The maximum number of requests per minute. Calls above it are refused with 429."""

    max_parallel_requests: int | None
    """The maximum number of concurrent calls. Calls above it are refused with 429."""

    model_max_budget: Mapping[str, ModelMaxBudgetParam | ModelMaxBudget] | None
    """Limits per model."""

    models: Sequence[str] | None
    """The models that may be used. A trailing `*` matches any suffix. Empty or absent: all models."""

    tier: str | None
    """The tier, which defines credits and bands. See `GET /v1/credits/tiers`."""

    blocked: bool | None
    """Whether the organization is blocked."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    organization_alias: Required[str]
    """The display name."""

    organization_id: str | None
    """The id of the organization. Default: generated."""


class OrganizationDeleteMemberParams(CallOptions, total=False):
    """Arguments of `organization.delete_member`."""

    organization_id: Required[str]
    """The id of the organization."""

    user_id: str | None
    """The id of the user."""

    user_email: str | None
    """The email address of the user."""


class OrganizationDeleteParams(CallOptions, total=False):
    """Arguments of `organization.delete`."""

    organization_ids: Required[Sequence[str]]
    """The ids of the organizations."""


class OrganizationInfoParams(CallOptions, total=False):
    """Arguments of `organization.info`."""

    organization_id: Required[str]
    """The id of the organization."""


class OrganizationListParams(CallOptions, total=False):
    """Arguments of `organization.list`."""

    cursor: str
    """The `next_cursor` of the previous page."""

    limit: int
    """The maximum number of items per page."""

    organization_alias: str
    """Only the organization with this alias."""


class OrganizationMemberParam(TypedDict, total=False):
    """A member of an organization. `user_id` or `user_email` is required."""

    user_id: str | None
    """The id of the user."""

    user_email: str | None
    """The email address of the user."""

    role: Required[OrganizationRole]
    """The role of a member. An `org_admin` manages teams, users, keys and limits within the organization."""


class OrganizationUpdateMemberParams(CallOptions, total=False):
    """Arguments of `organization.update_member`."""

    organization_id: Required[str]
    """The id of the organization."""

    user_id: str | None
    """The id of the user."""

    user_email: str | None
    """The email address of the user."""

    role: OrganizationRole | None
    """The role of a member. An `org_admin` manages teams, users, keys and limits within the organization."""

    max_budget_in_organization: float | None
    """The maximum spend of the member within the organization, in US dollars."""


class OrganizationUpdateParams(CallOptions, total=False):
    """Arguments of `organization.update`."""

    budget_id: str | None
    """A shared budget. It applies in addition to the limits given here."""

    max_budget: float | None
    """The maximum spend in US dollars. Calls above it are refused with 402."""

    soft_budget: float | None
    """The spend in US dollars from which responses carry a warning."""

    budget_duration: BudgetDurationParam | None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    tpm_limit: int | None
    """The maximum number of tokens per minute. Calls above it are refused with 429."""

    rpm_limit: int | None
    """The maximum number of requests per minute. Calls above it are refused with 429."""

    max_parallel_requests: int | None
    """The maximum number of concurrent calls. Calls above it are refused with 429."""

    model_max_budget: Mapping[str, ModelMaxBudgetParam | ModelMaxBudget] | None
    """Limits per model."""

    models: Sequence[str] | None
    """The models that may be used. A trailing `*` matches any suffix. Empty or absent: all models."""

    tier: str | None
    """The tier, which defines credits and bands. See `GET /v1/credits/tiers`."""

    blocked: bool | None
    """Whether the organization is blocked."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    organization_id: Required[str]
    """The id of the organization."""

    organization_alias: str | None
    """The display name."""


OrganizationAddMemberRequestMemberParam: TypeAlias = "OrganizationMemberParam | Sequence[OrganizationMemberParam]"
"""A member, or several members."""
