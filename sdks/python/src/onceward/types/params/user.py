# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Required

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..shared import BudgetDurationParam, ModelMaxBudget, UserRole
    from .shared import DurationParam, MetadataParam, ModelMaxBudgetParam

__all__ = [
    "UserCreateParams",
    "UserDeleteParams",
    "UserInfoParams",
    "UserListParams",
    "UserUpdateParams",
]


class UserCreateParams(CallOptions, total=False):
    """Arguments of `user.create`."""

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

    user_email: str | None
    """The email address. Unique."""

    user_alias: str | None
    """The display name."""

    user_role: UserRole | None
    """The role of a user. A `proxy_admin` may do everything, an `internal_user` manages its own keys, and
    `_viewer` roles have read-only access. Memberships define who administers teams and organizations.
    """

    models: Sequence[str] | None
    """The models for keys that belong to no team. Empty or absent: all models."""

    blocked: bool | None
    """Whether the user is blocked."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    user_id: str | None
    """The id of the user. Default: generated."""

    organization_id: str | None
    """An organization to add the user to."""

    teams: Sequence[str] | None
    """Teams to add the user to."""

    auto_create_key: bool | None
    """Whether to create a first key."""

    key_alias: str | None
    """The alias of the first key."""

    duration: DurationParam | None
    """The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`. Null: unlimited."""


class UserDeleteParams(CallOptions, total=False):
    """Arguments of `user.delete`."""

    user_ids: Required[Sequence[str]]
    """The ids of the users."""


class UserInfoParams(CallOptions, total=False):
    """Arguments of `user.info`."""

    user_id: str
    """The id of the user."""


class UserListParams(CallOptions, total=False):
    """Arguments of `user.list`."""

    page: int
    """The page number, from 1. If a user is deleted between two requests, the following pages shift by one; read
    the list again if you need every key.
    """

    page_size: int
    """The maximum number of users per page."""

    role: str
    """Only users with this role."""

    user_ids: str
    """Only these users, separated by commas."""

    user_email: str
    """Only the user with this email address."""

    organization_id: str
    """Only members of this organization."""


class UserUpdateParams(CallOptions, total=False):
    """Arguments of `user.update`."""

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

    user_email: str | None
    """The email address. Unique."""

    user_alias: str | None
    """The display name."""

    user_role: UserRole | None
    """The role of a user. A `proxy_admin` may do everything, an `internal_user` manages its own keys, and
    `_viewer` roles have read-only access. Memberships define who administers teams and organizations.
    """

    models: Sequence[str] | None
    """The models for keys that belong to no team. Empty or absent: all models."""

    blocked: bool | None
    """Whether the user is blocked."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    user_id: str | None
    """The id of the user. Without it, `user_email` identifies the user."""
