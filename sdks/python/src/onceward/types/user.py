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
    """A user and its first key."""

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

    user_id: str
    """The id of the user."""

    user_email: str | None = None
    """The email address."""

    user_alias: str | None = None
    """The display name."""

    user_role: UserRole | None = None
    """The role of a user. A `proxy_admin` may do everything, an `internal_user` manages its own keys, and
    `_viewer` roles have read-only access. Memberships define who administers teams and organizations.
    """

    organization_id: str | None = None
    """The organization that the user belongs to."""

    organizations: list[str] | None = None
    """All organizations that the user belongs to."""

    teams: list[str] | None = None
    """Teams to add the user to."""

    models: list[str] | None = None
    """The models for keys that belong to no team."""

    blocked: bool | None = None
    """Whether the user is blocked."""

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

    key: str | None = Field(default=None, repr=False)
    """The secret of the key. Store it safely; it is not shown again."""

    key_id: str | None = None
    """The id of the key."""

    expires: str | None = None
    """When the key expires."""


class UserDeleteResponse(Model):
    """The deleted users."""

    deleted_users: list[str]
    """The ids of the deleted users."""


class UserInfo(Model):
    """A user with its keys and teams."""

    user_id: str
    """The id of the user."""

    user_info: User
    """A user."""

    keys: list[KeyRecord] | None = None
    """The newest keys; see `GET /key/list` for all keys."""

    teams: list[Team] | None = None
    """The teams."""


class UserList(Model):
    """A page of users."""

    users: list[User]
    """The ids of the users."""

    total: int | None = None
    """The number of entries on all pages."""

    page: int | None = None
    """The number of the current page."""

    page_size: int | None = None
    """The number of users per page."""

    total_pages: int | None = None
    """The number of pages."""
