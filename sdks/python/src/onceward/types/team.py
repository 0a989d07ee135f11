# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: team."""

from __future__ import annotations

from typing import Literal

from .._core.models import Model
from .shared import KeyRecord, Metadata, ModelMaxBudget, Team, TeamMember, TeamRole, User

__all__ = [
    "TeamAddMemberResponse",
    "TeamDeleteResponse",
    "TeamInfo",
    "TeamList",
    "TeamMembership",
]


class TeamAddMemberResponse(Model):
    """A team, and what changed by new members."""

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

    team_id: str
    """The team's id."""

    team_alias: str | None = None
    """A name for people."""

    organization_id: str | None = None
    """The organization that it belongs to."""

    models: list[str] | None = None
    """The models it may use. Empty is all of its owner."""

    model_aliases: dict[str, str] | None = None
    """Names of models that stand for others."""

    members_with_roles: list[TeamMember] | None = None
    """Its members."""

    guardrails: list[str] | None = None
    """Guardrails that every call passes."""

    tags: list[str] | None = None
    """Marks of its records."""

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

    updated_users: list[User] | None = None
    """The users who were added."""

    updated_team_memberships: list[TeamMembership] | None = None
    """Their memberships."""


class TeamDeleteResponse(Model):
    """Teams that were deleted."""

    deleted_teams: list[str]
    """Their ids."""


class TeamInfo(Model):
    """A team and what belongs to it."""

    team_id: str
    """The team's id."""

    team_info: Team
    """A team."""

    keys: list[KeyRecord] | None = None
    """Its newest keys; `GET /key/list` has all."""

    team_memberships: list[TeamMembership] | None = None
    """What its members spent and may spend."""


class TeamList(Model):
    """A page of teams."""

    object: Literal["list"]

    data: list[Team]
    """The teams."""

    has_more: bool | None = None
    """Whether there is a next page."""

    next_cursor: str | None = None
    """What `cursor` must be for it."""


class TeamMembership(Model):
    """A user in a team."""

    team_id: str
    """The team."""

    user_id: str
    """The user."""

    user_email: str | None = None
    """The user's mail address."""

    role: TeamRole | None = None
    """What a member may do; an `admin` makes keys, members and limits within the team."""

    spend: float | None = None
    """What the user spent within the team, in US dollars."""

    max_budget_in_team: float | None = None
    """What the user may spend within the team."""

    budget_id: str | None = None
    """The budget that holds for the membership."""

    created_at: str | None = None
    """Since when (ISO 8601, UTC)."""
