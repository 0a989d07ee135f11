# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `organization` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.organization import Organization as _Organization
    from ..types.organization import OrganizationAddMemberResponse, OrganizationDeleteResponse, OrganizationMembership
    from ..types.params.organization import (
        OrganizationAddMemberParams,
        OrganizationCreateParams,
        OrganizationDeleteMemberParams,
        OrganizationDeleteParams,
        OrganizationInfoParams,
        OrganizationListParams,
        OrganizationUpdateMemberParams,
        OrganizationUpdateParams,
    )

__all__ = [
    "AsyncOrganization",
    "AsyncOrganizationWithRawResponse",
    "Organization",
    "OrganizationWithRawResponse",
]

_CREATE = Operation(
    id="organization.create",
    method="POST",
    path="/organization/new",
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
        "models": Param(
            wire="models", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "tier": Param(wire="tier", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "blocked": Param(wire="blocked", nullable=True, check=("null", "boolean")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "organization_alias": Param(
            wire="organization_alias", required=True, check=("within", "string", {"min_length": 1, "max_length": 255})
        ),
        "organization_id": Param(
            wire="organization_id",
            nullable=True,
            check=("null", ("within", "string", {"min_length": 1, "max_length": 255})),
        ),
    },
    body=Body(),
    result=Result(type="organization:Organization"),
    retry="keyed",
)

_UPDATE = Operation(
    id="organization.update",
    method="PATCH",
    path="/organization/update",
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
        "models": Param(
            wire="models", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "tier": Param(wire="tier", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "blocked": Param(wire="blocked", nullable=True, check=("null", "boolean")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "organization_id": Param(wire="organization_id", required=True, check=("within", "string", {"min_length": 1})),
        "organization_alias": Param(
            wire="organization_alias",
            nullable=True,
            check=("null", ("within", "string", {"min_length": 1, "max_length": 255})),
        ),
    },
    body=Body(),
    result=Result(type="organization:Organization"),
    retry="keyed",
)

_LIST = Operation(
    id="organization.list",
    method="GET",
    path="/organization/list",
    params={
        "cursor": Param(wire="cursor", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
        "organization_alias": Param(
            wire="organization_alias", place="query", check=("within", "string", {"min_length": 1})
        ),
    },
    result=Result(type="organization:OrganizationList"),
    page=Page(
        style="cursor",
        items=("data",),
        cursor_param="cursor",
        limit_param="limit",
        next=("next_cursor",),
        has_more=("has_more",),
    ),
)

_INFO = Operation(
    id="organization.info",
    method="GET",
    path="/organization/info",
    params={
        "organization_id": Param(
            wire="organization_id", place="query", required=True, check=("within", "string", {"min_length": 1})
        ),
    },
    result=Result(type="organization:Organization"),
)

_DELETE = Operation(
    id="organization.delete",
    method="POST",
    path="/organization/delete",
    params={
        "organization_ids": Param(
            wire="organization_ids",
            required=True,
            check=("within", ("list", ("within", "string", {"min_length": 1})), {"min_length": 1, "max_length": 1000}),
        ),
    },
    body=Body(),
    result=Result(type="organization:OrganizationDeleteResponse"),
    retry="keyed",
)

_ADD_MEMBER = Operation(
    id="organization.add_member",
    method="POST",
    path="/organization/member_add",
    params={
        "organization_id": Param(wire="organization_id", required=True, check=("within", "string", {"min_length": 1})),
        "member": Param(wire="member", required=True, check="organization:OrganizationAddMemberRequestMemberParam"),
        "max_budget_in_organization": Param(
            wire="max_budget_in_organization", nullable=True, check=("null", ("within", "number", {"minimum": 0}))
        ),
    },
    body=Body(),
    result=Result(type="organization:OrganizationAddMemberResponse"),
    retry="keyed",
)

_DELETE_MEMBER = Operation(
    id="organization.delete_member",
    method="POST",
    path="/organization/member_delete",
    params={
        "organization_id": Param(wire="organization_id", required=True, check=("within", "string", {"min_length": 1})),
        "user_id": Param(wire="user_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "user_email": Param(wire="user_email", nullable=True, check=("null", ("within", "string", {"min_length": 3}))),
    },
    body=Body(),
    result=Result(type="organization:OrganizationMembership"),
    retry="keyed",
)

_UPDATE_MEMBER = Operation(
    id="organization.update_member",
    method="PATCH",
    path="/organization/member_update",
    params={
        "organization_id": Param(wire="organization_id", required=True, check=("within", "string", {"min_length": 1})),
        "user_id": Param(wire="user_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "user_email": Param(wire="user_email", nullable=True, check=("null", ("within", "string", {"min_length": 3}))),
        "role": Param(wire="role", nullable=True, check=("null", "string")),
        "max_budget_in_organization": Param(
            wire="max_budget_in_organization", nullable=True, check=("null", ("within", "number", {"minimum": 0}))
        ),
    },
    body=Body(),
    result=Result(type="organization:OrganizationMembership"),
    retry="keyed",
)


class Organization(Resource):
    """Organizations and their members."""

    @cached_property
    def with_raw_response(self) -> OrganizationWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return OrganizationWithRawResponse(self)

    def create(self, **params: Unpack[OrganizationCreateParams]) -> _Organization:
        """Create an organization.

        Creates an organization. Its models, budget and limits apply to all its teams, users and keys together.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            models: The models that may be used.
            tier: The tier, which defines credits and bands.
            blocked: Whether the organization is blocked.
            metadata: Custom metadata.
            organization_alias: The display name.
            organization_id: The id of the organization.
        """
        answer: _Organization = self._client.execute(_CREATE, params)
        return answer

    def update(self, **params: Unpack[OrganizationUpdateParams]) -> _Organization:
        """Update an organization.

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
            models: The models that may be used.
            tier: The tier, which defines credits and bands.
            blocked: Whether the organization is blocked.
            metadata: Custom metadata.
            organization_id: The id of the organization.
            organization_alias: The display name.
        """
        answer: _Organization = self._client.execute(_UPDATE, params)
        return answer

    def list(self, **params: Unpack[OrganizationListParams]) -> SyncPage[_Organization]:
        """List organizations.

        Lists the organizations that the caller may see, newest first.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.
            organization_alias: Only the organization with this alias.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[_Organization] = self._client.execute(_LIST, params)
        return answer

    def info(self, **params: Unpack[OrganizationInfoParams]) -> _Organization:
        """Retrieve an organization.

        Retrieves an organization with its members and the ids of its teams.

        Args:
            organization_id: The id of the organization.
        """
        answer: _Organization = self._client.execute(_INFO, params)
        return answer

    def delete(self, **params: Unpack[OrganizationDeleteParams]) -> OrganizationDeleteResponse:
        """Delete organizations.

        Deletes organizations with their teams and keys, either all of the given ones or none. Their spend
        records are kept.

        Args:
            organization_ids: The ids of the organizations.
        """
        answer: OrganizationDeleteResponse = self._client.execute(_DELETE, params)
        return answer

    def add_member(self, **params: Unpack[OrganizationAddMemberParams]) -> OrganizationAddMemberResponse:
        """Add members to an organization.

        Adds users to an organization. Unknown users are created; existing memberships do not change.

        Args:
            organization_id: The id of the organization.
            member: A member, or several members.
            max_budget_in_organization: The maximum spend of each member within the organization, in US dollars.
        """
        answer: OrganizationAddMemberResponse = self._client.execute(_ADD_MEMBER, params)
        return answer

    def delete_member(self, **params: Unpack[OrganizationDeleteMemberParams]) -> OrganizationMembership:
        """Remove a member from an organization.

        Removes a user from an organization and from its teams. The user's keys in the organization are deleted.

        Args:
            organization_id: The id of the organization.
            user_id: The id of the user.
            user_email: The email address of the user.
        """
        answer: OrganizationMembership = self._client.execute(_DELETE_MEMBER, params)
        return answer

    def update_member(self, **params: Unpack[OrganizationUpdateMemberParams]) -> OrganizationMembership:
        """Update an organization member.

        Updates the role of a member, or its budget within the organization.

        Args:
            organization_id: The id of the organization.
            user_id: The id of the user.
            user_email: The email address of the user.
            role: The role of a member.
            max_budget_in_organization: The maximum spend of the member within the organization, in US dollars.
        """
        answer: OrganizationMembership = self._client.execute(_UPDATE_MEMBER, params)
        return answer


class OrganizationWithRawResponse(RawResource["Organization"]):
    """The methods of `Organization`, returning raw responses."""

    create = RawMethod(Organization.create)
    update = RawMethod(Organization.update)
    list = RawMethod(Organization.list)
    info = RawMethod(Organization.info)
    delete = RawMethod(Organization.delete)
    add_member = RawMethod(Organization.add_member)
    delete_member = RawMethod(Organization.delete_member)
    update_member = RawMethod(Organization.update_member)


class AsyncOrganization(AsyncResource):
    """Organizations and their members."""

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncOrganizationWithRawResponse(self)

    async def create(self, **params: Unpack[OrganizationCreateParams]) -> _Organization:
        """Create an organization.

        Creates an organization. Its models, budget and limits apply to all its teams, users and keys together.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            models: The models that may be used.
            tier: The tier, which defines credits and bands.
            blocked: Whether the organization is blocked.
            metadata: Custom metadata.
            organization_alias: The display name.
            organization_id: The id of the organization.
        """
        answer: _Organization = await self._client.execute(_CREATE, params)
        return answer

    async def update(self, **params: Unpack[OrganizationUpdateParams]) -> _Organization:
        """Update an organization.

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
            models: The models that may be used.
            tier: The tier, which defines credits and bands.
            blocked: Whether the organization is blocked.
            metadata: Custom metadata.
            organization_id: The id of the organization.
            organization_alias: The display name.
        """
        answer: _Organization = await self._client.execute(_UPDATE, params)
        return answer

    def list(self, **params: Unpack[OrganizationListParams]) -> AsyncPages[_Organization]:
        """List organizations.

        Lists the organizations that the caller may see, newest first.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.
            organization_alias: Only the organization with this alias.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[_Organization] = self._client.execute(_LIST, params)
        return answer

    async def info(self, **params: Unpack[OrganizationInfoParams]) -> _Organization:
        """Retrieve an organization.

        Retrieves an organization with its members and the ids of its teams.

        Args:
            organization_id: The id of the organization.
        """
        answer: _Organization = await self._client.execute(_INFO, params)
        return answer

    async def delete(self, **params: Unpack[OrganizationDeleteParams]) -> OrganizationDeleteResponse:
        """Delete organizations.

        Deletes organizations with their teams and keys, either all of the given ones or none. Their spend
        records are kept.

        Args:
            organization_ids: The ids of the organizations.
        """
        answer: OrganizationDeleteResponse = await self._client.execute(_DELETE, params)
        return answer

    async def add_member(self, **params: Unpack[OrganizationAddMemberParams]) -> OrganizationAddMemberResponse:
        """Add members to an organization.

        Adds users to an organization. Unknown users are created; existing memberships do not change.

        Args:
            organization_id: The id of the organization.
            member: A member, or several members.
            max_budget_in_organization: The maximum spend of each member within the organization, in US dollars.
        """
        answer: OrganizationAddMemberResponse = await self._client.execute(_ADD_MEMBER, params)
        return answer

    async def delete_member(self, **params: Unpack[OrganizationDeleteMemberParams]) -> OrganizationMembership:
        """Remove a member from an organization.

        Removes a user from an organization and from its teams. The user's keys in the organization are deleted.

        Args:
            organization_id: The id of the organization.
            user_id: The id of the user.
            user_email: The email address of the user.
        """
        answer: OrganizationMembership = await self._client.execute(_DELETE_MEMBER, params)
        return answer

    async def update_member(self, **params: Unpack[OrganizationUpdateMemberParams]) -> OrganizationMembership:
        """Update an organization member.

        Updates the role of a member, or its budget within the organization.

        Args:
            organization_id: The id of the organization.
            user_id: The id of the user.
            user_email: The email address of the user.
            role: The role of a member.
            max_budget_in_organization: The maximum spend of the member within the organization, in US dollars.
        """
        answer: OrganizationMembership = await self._client.execute(_UPDATE_MEMBER, params)
        return answer


class AsyncOrganizationWithRawResponse(RawResource["AsyncOrganization"]):
    """The methods of `AsyncOrganization`, returning raw responses."""

    create = AsyncRawMethod(AsyncOrganization.create)
    update = AsyncRawMethod(AsyncOrganization.update)
    list = AsyncRawMethod(AsyncOrganization.list)
    info = AsyncRawMethod(AsyncOrganization.info)
    delete = AsyncRawMethod(AsyncOrganization.delete)
    add_member = AsyncRawMethod(AsyncOrganization.add_member)
    delete_member = AsyncRawMethod(AsyncOrganization.delete_member)
    update_member = AsyncRawMethod(AsyncOrganization.update_member)
