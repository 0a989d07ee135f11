# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `user` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.params.user import UserCreateParams, UserDeleteParams, UserInfoParams, UserListParams, UserUpdateParams
    from ..types.shared import User as _User
    from ..types.user import UserCreateResponse, UserDeleteResponse, UserInfo

__all__ = [
    "AsyncUser",
    "AsyncUserWithRawResponse",
    "User",
    "UserWithRawResponse",
]

_CREATE = Operation(
    id="user.create",
    method="POST",
    path="/user/new",
    params={
        "budget_id": Param(wire="budget_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "max_budget": Param(wire="max_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "soft_budget": Param(wire="soft_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "budget_duration": Param(
            wire="budget_duration",
            nullable=True,
            check=("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        ),
        "tpm_limit": Param(wire="tpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "rpm_limit": Param(wire="rpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "max_parallel_requests": Param(
            wire="max_parallel_requests", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))
        ),
        "model_max_budget": Param(
            wire="model_max_budget", nullable=True, check=("null", ("map", "shared:ModelMaxBudgetParam"))
        ),
        "user_email": Param(
            wire="user_email", nullable=True, check=("null", ("within", "string", {"min_length": 3, "max_length": 320}))
        ),
        "user_alias": Param(
            wire="user_alias", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "user_role": Param(wire="user_role", nullable=True, check=("null", "string")),
        "models": Param(
            wire="models", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "blocked": Param(wire="blocked", nullable=True, check=("null", "boolean")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "user_id": Param(
            wire="user_id", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "organization_id": Param(
            wire="organization_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))
        ),
        "teams": Param(wire="teams", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))),
        "auto_create_key": Param(wire="auto_create_key", nullable=True, check=("null", "boolean")),
        "key_alias": Param(
            wire="key_alias", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "duration": Param(
            wire="duration",
            nullable=True,
            check=("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        ),
    },
    body=Body(required=False),
    result=Result(type="user:UserCreateResponse"),
    retry="keyed",
)

_UPDATE = Operation(
    id="user.update",
    method="POST",
    path="/user/update",
    params={
        "budget_id": Param(wire="budget_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "max_budget": Param(wire="max_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "soft_budget": Param(wire="soft_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "budget_duration": Param(
            wire="budget_duration",
            nullable=True,
            check=("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        ),
        "tpm_limit": Param(wire="tpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "rpm_limit": Param(wire="rpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "max_parallel_requests": Param(
            wire="max_parallel_requests", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))
        ),
        "model_max_budget": Param(
            wire="model_max_budget", nullable=True, check=("null", ("map", "shared:ModelMaxBudgetParam"))
        ),
        "user_email": Param(
            wire="user_email", nullable=True, check=("null", ("within", "string", {"min_length": 3, "max_length": 320}))
        ),
        "user_alias": Param(
            wire="user_alias", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "user_role": Param(wire="user_role", nullable=True, check=("null", "string")),
        "models": Param(
            wire="models", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "blocked": Param(wire="blocked", nullable=True, check=("null", "boolean")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "user_id": Param(wire="user_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
    },
    body=Body(),
    result=Result(type="shared:User"),
    retry="keyed",
)

_LIST = Operation(
    id="user.list",
    method="GET",
    path="/user/get_users",
    params={
        "page": Param(wire="page", place="query", check=("within", "integer", {"minimum": 1, "maximum": 1000000})),
        "page_size": Param(
            wire="page_size", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})
        ),
        "role": Param(wire="role", place="query", check=("within", "string", {"min_length": 1})),
        "user_ids": Param(wire="user_ids", place="query", check=("within", "string", {"min_length": 1})),
        "user_email": Param(wire="user_email", place="query", check=("within", "string", {"min_length": 1})),
        "organization_id": Param(wire="organization_id", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="user:UserList"),
    page=Page(
        style="page",
        items=("users",),
        cursor_param="page",
        limit_param="page_size",
        total=("total",),
        total_pages=("total_pages",),
    ),
)

_INFO = Operation(
    id="user.info",
    method="GET",
    path="/user/info",
    params={
        "user_id": Param(wire="user_id", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="user:UserInfo"),
)

_DELETE = Operation(
    id="user.delete",
    method="POST",
    path="/user/delete",
    params={
        "user_ids": Param(
            wire="user_ids",
            required=True,
            check=("within", ("list", ("within", "string", {"min_length": 1})), {"min_length": 1, "max_length": 1000}),
        ),
    },
    body=Body(),
    result=Result(type="user:UserDeleteResponse"),
    retry="keyed",
)


class User(Resource):
    """Users."""

    @cached_property
    def with_raw_response(self) -> UserWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return UserWithRawResponse(self)

    def create(self, **params: Unpack[UserCreateParams]) -> UserCreateResponse:
        """Create a user.

        Creates a user and a first key, whose secret only this response contains. With `auto_create_key: false`,
        no key is created.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            user_email: The email address.
            user_alias: The display name.
            user_role: The role of a user.
            models: The models for keys that belong to no team.
            blocked: Whether the user is blocked.
            metadata: Custom metadata.
            user_id: The id of the user.
            organization_id: An organization to add the user to.
            teams: Teams to add the user to.
            auto_create_key: Whether to create a first key. Default: True.
            key_alias: The alias of the first key.
            duration: The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
        """
        answer: UserCreateResponse = self._client.execute(_CREATE, params)
        return answer

    def update(self, **params: Unpack[UserUpdateParams]) -> _User:
        """Update a user.

        Updates the given fields and leaves the others unchanged. Null removes a limit.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            user_email: The email address.
            user_alias: The display name.
            user_role: The role of a user.
            models: The models for keys that belong to no team.
            blocked: Whether the user is blocked.
            metadata: Custom metadata.
            user_id: The id of the user.
        """
        answer: _User = self._client.execute(_UPDATE, params)
        return answer

    def list(self, **params: Unpack[UserListParams]) -> SyncPage[_User]:
        """List users.

        Lists the users that the caller may see, newest first.

        Args:
            page: The page number, from 1. Default: 1.
            page_size: The maximum number of users per page. Default: 25.
            role: Only users with this role.
            user_ids: Only these users, separated by commas.
            user_email: Only the user with this email address.
            organization_id: Only members of this organization.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[_User] = self._client.execute(_LIST, params)
        return answer

    def info(self, **params: Unpack[UserInfoParams]) -> UserInfo:
        """Retrieve a user.

        Retrieves a user with the newest keys (at most 100) and the teams. Without `user_id`, retrieves the
        caller.

        Args:
            user_id: The id of the user.
        """
        answer: UserInfo = self._client.execute(_INFO, params)
        return answer

    def delete(self, **params: Unpack[UserDeleteParams]) -> UserDeleteResponse:
        """Delete users.

        Deletes users with their keys and memberships, either all of the given ones or none. Their spend records
        are kept.

        Args:
            user_ids: The ids of the users.
        """
        answer: UserDeleteResponse = self._client.execute(_DELETE, params)
        return answer


class UserWithRawResponse(RawResource["User"]):
    """The methods of `User`, returning raw responses."""

    create = RawMethod(User.create)
    update = RawMethod(User.update)
    list = RawMethod(User.list)
    info = RawMethod(User.info)
    delete = RawMethod(User.delete)


class AsyncUser(AsyncResource):
    """Users."""

    @cached_property
    def with_raw_response(self) -> AsyncUserWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncUserWithRawResponse(self)

    async def create(self, **params: Unpack[UserCreateParams]) -> UserCreateResponse:
        """Create a user.

        Creates a user and a first key, whose secret only this response contains. With `auto_create_key: false`,
        no key is created.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            user_email: The email address.
            user_alias: The display name.
            user_role: The role of a user.
            models: The models for keys that belong to no team.
            blocked: Whether the user is blocked.
            metadata: Custom metadata.
            user_id: The id of the user.
            organization_id: An organization to add the user to.
            teams: Teams to add the user to.
            auto_create_key: Whether to create a first key. Default: True.
            key_alias: The alias of the first key.
            duration: The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
        """
        answer: UserCreateResponse = await self._client.execute(_CREATE, params)
        return answer

    async def update(self, **params: Unpack[UserUpdateParams]) -> _User:
        """Update a user.

        Updates the given fields and leaves the others unchanged. Null removes a limit.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            user_email: The email address.
            user_alias: The display name.
            user_role: The role of a user.
            models: The models for keys that belong to no team.
            blocked: Whether the user is blocked.
            metadata: Custom metadata.
            user_id: The id of the user.
        """
        answer: _User = await self._client.execute(_UPDATE, params)
        return answer

    def list(self, **params: Unpack[UserListParams]) -> AsyncPages[_User]:
        """List users.

        Lists the users that the caller may see, newest first.

        Args:
            page: The page number, from 1. Default: 1.
            page_size: The maximum number of users per page. Default: 25.
            role: Only users with this role.
            user_ids: Only these users, separated by commas.
            user_email: Only the user with this email address.
            organization_id: Only members of this organization.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[_User] = self._client.execute(_LIST, params)
        return answer

    async def info(self, **params: Unpack[UserInfoParams]) -> UserInfo:
        """Retrieve a user.

        Retrieves a user with the newest keys (at most 100) and the teams. Without `user_id`, retrieves the
        caller.

        Args:
            user_id: The id of the user.
        """
        answer: UserInfo = await self._client.execute(_INFO, params)
        return answer

    async def delete(self, **params: Unpack[UserDeleteParams]) -> UserDeleteResponse:
        """Delete users.

        Deletes users with their keys and memberships, either all of the given ones or none. Their spend records
        are kept.

        Args:
            user_ids: The ids of the users.
        """
        answer: UserDeleteResponse = await self._client.execute(_DELETE, params)
        return answer


class AsyncUserWithRawResponse(RawResource["AsyncUser"]):
    """The methods of `AsyncUser`, returning raw responses."""

    create = AsyncRawMethod(AsyncUser.create)
    update = AsyncRawMethod(AsyncUser.update)
    list = AsyncRawMethod(AsyncUser.list)
    info = AsyncRawMethod(AsyncUser.info)
    delete = AsyncRawMethod(AsyncUser.delete)
