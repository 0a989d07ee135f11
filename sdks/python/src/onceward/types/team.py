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
    """A team, and the added users and memberships."""

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

    team_id: str
    """The id of the team."""

    team_alias: str | None = None
    """The display name."""

    organization_id: str | None = None
    """The organization that the team belongs to."""

    models: list[str] | None = None
    """The models that may be used. Empty: all models of the owner."""

    model_aliases: dict[str, str] | None = None
    """Model aliases: alias to model name."""

    members_with_roles: list[TeamMember] | None = None
    """The members with their roles."""

    guardrails: list[str] | None = None
    """Guardrails for all calls."""

    tags: list[str] | None = None
    """Tags of all call records."""

    blocked: bool | None = None
    """Whether the team is blocked."""

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

    updated_users: list[User] | None = None
    """The users that were added."""

    updated_team_memberships: list[TeamMembership] | None = None
    """Their memberships."""


class TeamDeleteResponse(Model):
    """The deleted teams."""

    deleted_teams: list[str]
    """The ids of the deleted teams."""


class TeamInfo(Model):
    """A team with its keys and memberships."""

    team_id: str
    """The id of the team."""

    team_info: Team
    """A team."""

    keys: list[KeyRecord] | None = None
    """The newest keys; see `GET /key/list` for all keys."""

    team_memberships: list[TeamMembership] | None = None
    """The memberships, with spend and budget."""


class TeamList(Model):
    """A page of teams."""

    object: Literal["list"]

    data: list[Team]
    """The teams."""

    has_more: bool | None = None
    """Whether there are more items."""

    next_cursor: str | None = None
    """The `cursor` of the next page."""


class TeamMembership(Model):
    """A membership of a user in a team."""

    team_id: str
    """The id of the team."""

    user_id: str
    """The id of the user."""

    user_email: str | None = None
    """The email address of the user."""

    role: TeamRole | None = None
    """The role of a member. An `admin` manages keys, members and limits within the team."""

    spend: float | None = None
    """The spend of the user within the team, in US dollars."""

    max_budget_in_team: float | None = None
    """The maximum spend of the user within the team, in US dollars."""

    budget_id: str | None = None
    """The budget of the membership."""

    created_at: str | None = None
    """When the membership started (ISO 8601, UTC)."""
