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

    user_email: str | None
    """The mail address. Unique."""

    user_alias: str | None
    """A name for people."""

    user_role: UserRole | None
    """What a user may do. A `proxy_admin` may all, an `internal_user` makes keys for itself, `_viewer`s look on.
    Who administers teams and organizations is said by memberships.
    """

    models: Sequence[str] | None
    """The models of keys that belong to no team. Empty or absent: all."""

    blocked: bool | None
    """Whether the user's keys are refused."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    user_id: str | None
    """The id, where it must be a given one."""

    organization_id: str | None
    """An organization to be a member of."""

    teams: Sequence[str] | None
    """Teams to be a member of."""

    auto_create_key: bool | None
    """Whether a first key is made."""

    key_alias: str | None
    """The name of the first key."""

    duration: DurationParam | None
    """How long it lives from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`. Null is for ever."""


class UserDeleteParams(CallOptions, total=False):
    """Arguments of `user.delete`."""

    user_ids: Required[Sequence[str]]
    """The users."""


class UserInfoParams(CallOptions, total=False):
    """Arguments of `user.info`."""

    user_id: str
    """The user."""


class UserListParams(CallOptions, total=False):
    """Arguments of `user.list`."""

    page: int
    """The number of the page, from 1. What is deleted between two pages moves those that follow: the next page
    then begins one later. Read the list again where that matters.
    """

    page_size: int
    """How many users a page holds at most."""

    role: str
    """Only users of this role."""

    user_ids: str
    """Only these users, separated by commas."""

    user_email: str
    """Only the user with this mail address."""

    organization_id: str
    """Only members of this organization."""


class UserUpdateParams(CallOptions, total=False):
    """Arguments of `user.update`."""

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

    user_email: str | None
    """The mail address. Unique."""

    user_alias: str | None
    """A name for people."""

    user_role: UserRole | None
    """What a user may do. A `proxy_admin` may all, an `internal_user` makes keys for itself, `_viewer`s look on.
    Who administers teams and organizations is said by memberships.
    """

    models: Sequence[str] | None
    """The models of keys that belong to no team. Empty or absent: all."""

    blocked: bool | None
    """Whether the user's keys are refused."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    user_id: str | None
    """The user. Without it, `user_email` says who."""
