# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: user."""

from __future__ import annotations

from pydantic import Field

from .._core.models import Model
from .shared import KeyRecord, Metadata, ModelMaxBudget, Team, User, UserRole

__all__ = [
    "UserCreateResponse",
    "UserDeleteResponse",
    "UserInfo",
    "UserList",
]


class UserCreateResponse(Model):
    """A user, and the first key."""

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

    user_id: str
    """The user's id."""

    user_email: str | None = None
    """The mail address."""

    user_alias: str | None = None
    """A name for people."""

    user_role: UserRole | None = None
    """What a user may do. A `proxy_admin` may all, an `internal_user` makes keys for itself, `_viewer`s look on.
    Who administers teams and organizations is said by memberships.
    """

    organization_id: str | None = None
    """The organization to be a member of."""

    organizations: list[str] | None = None
    """All organizations to be a member of."""

    teams: list[str] | None = None
    """Teams to be a member of."""

    models: list[str] | None = None
    """The models of keys that belong to no team."""

    blocked: bool | None = None
    """Whether the user's keys are refused."""

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

    key: str | None = Field(default=None, repr=False)
    """The key itself. Keep it; it is not shown again."""

    key_id: str | None = None
    """The key's id."""

    expires: str | None = None
    """From when on the key is refused."""


class UserDeleteResponse(Model):
    """Users that were deleted."""

    deleted_users: list[str]
    """Their ids."""


class UserInfo(Model):
    """A user and what belongs to it."""

    user_id: str
    """The user's id."""

    user_info: User
    """A user."""

    keys: list[KeyRecord] | None = None
    """The newest keys; `GET /key/list` has all."""

    teams: list[Team] | None = None
    """The teams."""


class UserList(Model):
    """A page of users."""

    users: list[User]
    """The users."""

    total: int | None = None
    """How many there are on all pages."""

    page: int | None = None
    """The number of this page."""

    page_size: int | None = None
    """How many a page holds."""

    total_pages: int | None = None
    """How many pages there are."""
