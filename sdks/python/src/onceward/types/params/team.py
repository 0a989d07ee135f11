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
    """The team."""

    member: Required[TeamAddMemberRequestMemberParam]
    """One member or several."""

    max_budget_in_team: float | None
    """What each of them may spend within the team, in US dollars."""


class TeamBlockParams(CallOptions, total=False):
    """Arguments of `team.block`."""

    team_id: Required[str]
    """The team."""


class TeamCreateParams(CallOptions, total=False):
    """Arguments of `team.create`."""

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

    team_alias: str | None
    """A name for people."""

    organization_id: str | None
    """The organization that it belongs to."""

    models: Sequence[str] | None
    """The models it may use; a `*` at the end stands for any rest. Empty or absent: all of its owner."""

    model_aliases: Mapping[str, str] | None
    """Names of models that stand for others in calls of the team."""

    guardrails: Sequence[str] | None
    """Guardrails that every call passes, by name."""

    tags: Sequence[str] | None
    """Marks that every record of its calls carries."""

    blocked: bool | None
    """Whether its keys are refused."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    team_id: str | None
    """Its id, where it must be a given one."""

    members_with_roles: Sequence[TeamMemberParam | TeamMember] | None
    """Its first members."""

    admins: Sequence[str] | None
    """Ids of members with the role `admin`; the older form of `members_with_roles`."""

    members: Sequence[str] | None
    """Ids of members with the role `user`; the older form of `members_with_roles`."""


class TeamDeleteMemberParams(CallOptions, total=False):
    """Arguments of `team.delete_member`."""

    team_id: Required[str]
    """The team."""

    user_id: str | None
    """The user."""

    user_email: str | None
    """The user's mail address."""


class TeamDeleteParams(CallOptions, total=False):
    """Arguments of `team.delete`."""

    team_ids: Required[Sequence[str]]
    """The teams."""


class TeamInfoParams(CallOptions, total=False):
    """Arguments of `team.info`."""

    team_id: Required[str]
    """The team."""


class TeamListParams(CallOptions, total=False):
    """Arguments of `team.list`."""

    cursor: str
    """The `next_cursor` of the page before."""

    limit: int
    """How many items a page holds at most."""

    user_id: str
    """Only teams of which this user is a member."""

    organization_id: str
    """Only teams of this organization."""

    team_alias: str
    """Only the team of this name."""


class TeamModelAddParams(CallOptions, total=False):
    """Arguments of `team.model.add`."""

    team_id: Required[str]
    """The team."""

    models: Required[Sequence[str]]
    """The models."""


class TeamModelDeleteParams(CallOptions, total=False):
    """Arguments of `team.model.delete`."""

    team_id: Required[str]
    """The team."""

    models: Required[Sequence[str]]
    """The models."""


class TeamUnblockParams(CallOptions, total=False):
    """Arguments of `team.unblock`."""

    team_id: Required[str]
    """The team."""


class TeamUpdateMemberParams(CallOptions, total=False):
    """Arguments of `team.update_member`."""

    team_id: Required[str]
    """The team."""

    user_id: str | None
    """The user."""

    user_email: str | None
    """The user's mail address."""

    role: TeamRole | None
    """What a member may do; an `admin` makes keys, members and limits within the team."""

    max_budget_in_team: float | None
    """What the member may spend within the team, in US dollars."""


class TeamUpdateParams(CallOptions, total=False):
    """Arguments of `team.update`."""

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

    team_alias: str | None
    """A name for people."""

    organization_id: str | None
    """The organization that it belongs to."""

    models: Sequence[str] | None
    """The models it may use; a `*` at the end stands for any rest. Empty or absent: all of its owner."""

    model_aliases: Mapping[str, str] | None
    """Names of models that stand for others in calls of the team."""

    guardrails: Sequence[str] | None
    """Guardrails that every call passes, by name."""

    tags: Sequence[str] | None
    """Marks that every record of its calls carries."""

    blocked: bool | None
    """Whether its keys are refused."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    team_id: Required[str]
    """The team."""


TeamAddMemberRequestMemberParam: TypeAlias = (
    "TeamMemberParam | TeamMember | Sequence[TeamMemberParam | TeamMember] | UnknownVariant"
)
"""One member or several."""
