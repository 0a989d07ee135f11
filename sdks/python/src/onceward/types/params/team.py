# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Required, TypeAlias

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..._core.models import UnknownVariant
    from ..shared import BudgetDurationParam, ModelMaxBudget, TeamMember, TeamRole
    from .shared import MetadataParam, ModelMaxBudgetParam, TeamMemberParam

__all__ = [
    "TeamAddMemberParams",
    "TeamAddMemberRequestMemberParam",
    "TeamBlockParams",
    "TeamCreateParams",
    "TeamDeleteMemberParams",
    "TeamDeleteParams",
    "TeamInfoParams",
    "TeamListParams",
    "TeamModelAddParams",
    "TeamModelDeleteParams",
    "TeamUnblockParams",
    "TeamUpdateMemberParams",
    "TeamUpdateParams",
]


class TeamAddMemberParams(CallOptions, total=False):
    """Arguments of `team.add_member`."""

    team_id: Required[str]
    """The id of the team."""

    member: Required[TeamAddMemberRequestMemberParam]
    """A member, or several members."""

    max_budget_in_team: float | None
    """The maximum spend of each member within the team, in US dollars."""


class TeamBlockParams(CallOptions, total=False):
    """Arguments of `team.block`."""

    team_id: Required[str]
    """The id of the team."""


class TeamCreateParams(CallOptions, total=False):
    """Arguments of `team.create`."""

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

    team_alias: str | None
    """The display name."""

    organization_id: str | None
    """The organization that the team belongs to."""

    models: Sequence[str] | None
    """The models that may be used. A trailing `*` matches any suffix. Empty or absent: all models of the owner."""

    model_aliases: Mapping[str, str] | None
    """Model aliases for calls of the team: alias to model name."""

    guardrails: Sequence[str] | None
    """Guardrails for all calls, by name."""

    tags: Sequence[str] | None
    """Tags that are added to all call records of the team."""

    blocked: bool | None
    """Whether the team is blocked."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    team_id: str | None
    """The id of the team. Default: generated."""

    members_with_roles: Sequence[TeamMemberParam | TeamMember] | None
    """The initial members."""

    admins: Sequence[str] | None
    """Ids of members with the role `admin`. Older form of `members_with_roles`."""

    members: Sequence[str] | None
    """Ids of members with the role `user`. Older form of `members_with_roles`."""


class TeamDeleteMemberParams(CallOptions, total=False):
    """Arguments of `team.delete_member`."""

    team_id: Required[str]
    """The id of the team."""

    user_id: str | None
    """The id of the user."""

    user_email: str | None
    """The email address of the user."""


class TeamDeleteParams(CallOptions, total=False):
    """Arguments of `team.delete`."""

    team_ids: Required[Sequence[str]]
    """The ids of the teams."""


class TeamInfoParams(CallOptions, total=False):
    """Arguments of `team.info`."""

    team_id: Required[str]
    """The id of the team."""


class TeamListParams(CallOptions, total=False):
    """Arguments of `team.list`."""

    cursor: str
    """The `next_cursor` of the previous page."""

    limit: int
    """The maximum number of items per page."""

    user_id: str
    """Only teams that this user is a member of."""

    organization_id: str
    """Only teams of this organization."""

    team_alias: str
    """Only the team with this alias."""


class TeamModelAddParams(CallOptions, total=False):
    """Arguments of `team.model.add`."""

    team_id: Required[str]
    """The id of the team."""

    models: Required[Sequence[str]]
    """The models."""


class TeamModelDeleteParams(CallOptions, total=False):
    """Arguments of `team.model.delete`."""

    team_id: Required[str]
    """The id of the team."""

    models: Required[Sequence[str]]
    """The models."""


class TeamUnblockParams(CallOptions, total=False):
    """Arguments of `team.unblock`."""

    team_id: Required[str]
    """The id of the team."""


class TeamUpdateMemberParams(CallOptions, total=False):
    """Arguments of `team.update_member`."""

    team_id: Required[str]
    """The id of the team."""

    user_id: str | None
    """The id of the user."""

    user_email: str | None
    """The email address of the user."""

    role: TeamRole | None
    """The role of a member. An `admin` manages keys, members and limits within the team."""

    max_budget_in_team: float | None
    """The maximum spend of the member within the team, in US dollars."""


class TeamUpdateParams(CallOptions, total=False):
    """Arguments of `team.update`."""

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

    team_alias: str | None
    """The display name."""

    organization_id: str | None
    """The organization that the team belongs to."""

    models: Sequence[str] | None
    """The models that may be used. A trailing `*` matches any suffix. Empty or absent: all models of the owner."""

    model_aliases: Mapping[str, str] | None
    """Model aliases for calls of the team: alias to model name."""

    guardrails: Sequence[str] | None
    """Guardrails for all calls, by name."""

    tags: Sequence[str] | None
    """Tags that are added to all call records of the team."""

    blocked: bool | None
    """Whether the team is blocked."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    team_id: Required[str]
    """The id of the team."""


TeamAddMemberRequestMemberParam: TypeAlias = (
    "TeamMemberParam | TeamMember | Sequence[TeamMemberParam | TeamMember] | UnknownVariant"
)
"""A member, or several members."""
