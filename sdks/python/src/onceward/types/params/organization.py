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
    """The organization."""

    member: Required[OrganizationAddMemberRequestMemberParam]
    """One member or several."""

    max_budget_in_organization: float | None
    """What each of them may spend within the organization, in US dollars."""


class OrganizationCreateParams(CallOptions, total=False):
    """Arguments of `organization.create`."""

    budget_id: str | None
    """A budget that is shared with others. It holds beside the limits given here."""

    max_budget: float | None
    """How much may be spent in US dollars; then 402."""

    soft_budget: float | None
    """From which sum in US dollars on a warning is given."""

    budget_duration: BudgetDurationParam | None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    tpm_limit: int | None
    """Tokens a minute; then 429."""

    rpm_limit: int | None
    """Requests a minute; then 429."""

    max_parallel_requests: int | None
    """Calls at the same time; then 429."""

    model_max_budget: Mapping[str, ModelMaxBudgetParam | ModelMaxBudget] | None
    """Limits for single models."""

    models: Sequence[str] | None
    """The models it may use; a `*` at the end stands for any rest. Empty or absent: all."""

    tier: str | None
    """Its tier, which gives credits and bands; see `GET /v1/credits/tiers`."""

    blocked: bool | None
    """Whether its keys are refused."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    organization_alias: Required[str]
    """A name for people."""

    organization_id: str | None
    """Its id, where it must be a given one."""


class OrganizationDeleteMemberParams(CallOptions, total=False):
    """Arguments of `organization.delete_member`."""

    organization_id: Required[str]
    """The organization."""

    user_id: str | None
    """The user."""

    user_email: str | None
    """The user's mail address."""


class OrganizationDeleteParams(CallOptions, total=False):
    """Arguments of `organization.delete`."""

    organization_ids: Required[Sequence[str]]
    """The organizations."""


class OrganizationInfoParams(CallOptions, total=False):
    """Arguments of `organization.info`."""

    organization_id: Required[str]
    """The organization."""


class OrganizationListParams(CallOptions, total=False):
    """Arguments of `organization.list`."""

    cursor: str
    """The `next_cursor` of the page before."""

    limit: int
    """How many items a page holds at most."""

    organization_alias: str
    """Only the organization of this name."""


class OrganizationMemberParam(TypedDict, total=False):
    """A user in an organization. `user_id` or `user_email` is needed."""

    user_id: str | None
    """The user."""

    user_email: str | None
    """The user's mail address."""

    role: Required[OrganizationRole]
    """What a member may do; an `org_admin` makes teams, users, keys and limits within the organization."""


class OrganizationUpdateMemberParams(CallOptions, total=False):
    """Arguments of `organization.update_member`."""

    organization_id: Required[str]
    """The organization."""

    user_id: str | None
    """The user."""

    user_email: str | None
    """The user's mail address."""

    role: OrganizationRole | None
    """What a member may do; an `org_admin` makes teams, users, keys and limits within the organization."""

    max_budget_in_organization: float | None
    """What the member may spend within the organization, in US dollars."""


class OrganizationUpdateParams(CallOptions, total=False):
    """Arguments of `organization.update`."""

    budget_id: str | None
    """A budget that is shared with others. It holds beside the limits given here."""

    max_budget: float | None
    """How much may be spent in US dollars; then 402."""

    soft_budget: float | None
    """From which sum in US dollars on a warning is given."""

    budget_duration: BudgetDurationParam | None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    tpm_limit: int | None
    """Tokens a minute; then 429."""

    rpm_limit: int | None
    """Requests a minute; then 429."""

    max_parallel_requests: int | None
    """Calls at the same time; then 429."""

    model_max_budget: Mapping[str, ModelMaxBudgetParam | ModelMaxBudget] | None
    """Limits for single models."""

    models: Sequence[str] | None
    """The models it may use; a `*` at the end stands for any rest. Empty or absent: all."""

    tier: str | None
    """Its tier, which gives credits and bands; see `GET /v1/credits/tiers`."""

    blocked: bool | None
    """Whether its keys are refused."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    organization_id: Required[str]
    """The organization."""

    organization_alias: str | None
    """A name for people."""


OrganizationAddMemberRequestMemberParam: TypeAlias = "OrganizationMemberParam | Sequence[OrganizationMemberParam]"
"""One member or several."""
