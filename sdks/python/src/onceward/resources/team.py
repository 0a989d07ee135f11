# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `team` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.params.team import (
        TeamAddMemberParams,
        TeamBlockParams,
        TeamCreateParams,
        TeamDeleteMemberParams,
        TeamDeleteParams,
        TeamInfoParams,
        TeamListParams,
        TeamModelAddParams,
        TeamModelDeleteParams,
        TeamUnblockParams,
        TeamUpdateMemberParams,
        TeamUpdateParams,
    )
    from ..types.shared import Team as _Team
    from ..types.team import TeamAddMemberResponse, TeamDeleteResponse, TeamInfo, TeamMembership

__all__ = [
    "AsyncTeam",
    "AsyncTeamModel",
    "AsyncTeamModelWithRawResponse",
    "AsyncTeamWithRawResponse",
    "Team",
    "TeamModel",
    "TeamModelWithRawResponse",
    "TeamWithRawResponse",
]

_MODEL_ADD = Operation(
    id="team.model.add",
    method="POST",
    path="/team/model/add",
    params={
        "team_id": Param(wire="team_id", required=True, check=("within", "string", {"min_length": 1})),
        "models": Param(
            wire="models",
            required=True,
            check=("within", ("list", ("within", "string", {"min_length": 1})), {"min_length": 1}),
        ),
    },
    body=Body(),
    result=Result(type="shared:Team"),
    retry="keyed",
)

_MODEL_DELETE = Operation(
    id="team.model.delete",
    method="POST",
    path="/team/model/delete",
    params={
        "team_id": Param(wire="team_id", required=True, check=("within", "string", {"min_length": 1})),
        "models": Param(
            wire="models",
            required=True,
            check=("within", ("list", ("within", "string", {"min_length": 1})), {"min_length": 1}),
        ),
    },
    body=Body(),
    result=Result(type="shared:Team"),
    retry="keyed",
)

_CREATE = Operation(
    id="team.create",
    method="POST",
    path="/team/new",
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
        "team_alias": Param(
            wire="team_alias", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "organization_id": Param(
            wire="organization_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))
        ),
        "models": Param(
            wire="models", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "model_aliases": Param(
            wire="model_aliases", nullable=True, check=("null", ("map", ("within", "string", {"min_length": 1})))
        ),
        "guardrails": Param(
            wire="guardrails", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "tags": Param(wire="tags", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))),
        "blocked": Param(wire="blocked", nullable=True, check=("null", "boolean")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "team_id": Param(
            wire="team_id", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "members_with_roles": Param(
            wire="members_with_roles", nullable=True, check=("null", ("list", "shared:TeamMemberParam"))
        ),
        "admins": Param(
            wire="admins", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "members": Param(
            wire="members", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
    },
    body=Body(required=False),
    result=Result(type="shared:Team"),
    retry="keyed",
)

_UPDATE = Operation(
    id="team.update",
    method="POST",
    path="/team/update",
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
        "team_alias": Param(
            wire="team_alias", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "organization_id": Param(
            wire="organization_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))
        ),
        "models": Param(
            wire="models", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "model_aliases": Param(
            wire="model_aliases", nullable=True, check=("null", ("map", ("within", "string", {"min_length": 1})))
        ),
        "guardrails": Param(
            wire="guardrails", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "tags": Param(wire="tags", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))),
        "blocked": Param(wire="blocked", nullable=True, check=("null", "boolean")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "team_id": Param(wire="team_id", required=True, check=("within", "string", {"min_length": 1})),
    },
    body=Body(),
    result=Result(type="shared:Team"),
    retry="keyed",
)

_LIST = Operation(
    id="team.list",
    method="GET",
    path="/team/list",
    params={
        "cursor": Param(wire="cursor", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
        "user_id": Param(wire="user_id", place="query", check=("within", "string", {"min_length": 1})),
        "organization_id": Param(wire="organization_id", place="query", check=("within", "string", {"min_length": 1})),
        "team_alias": Param(wire="team_alias", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="team:TeamList"),
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
    id="team.info",
    method="GET",
    path="/team/info",
    params={
        "team_id": Param(wire="team_id", place="query", required=True, check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="team:TeamInfo"),
)

_DELETE = Operation(
    id="team.delete",
    method="POST",
    path="/team/delete",
    params={
        "team_ids": Param(
            wire="team_ids",
            required=True,
            check=("within", ("list", ("within", "string", {"min_length": 1})), {"min_length": 1, "max_length": 1000}),
        ),
    },
    body=Body(),
    result=Result(type="team:TeamDeleteResponse"),
    retry="keyed",
)

_BLOCK = Operation(
    id="team.block",
    method="POST",
    path="/team/block",
    params={
        "team_id": Param(wire="team_id", required=True, check=("within", "string", {"min_length": 1})),
    },
    body=Body(),
    result=Result(type="shared:Team"),
    retry="keyed",
)

_UNBLOCK = Operation(
    id="team.unblock",
    method="POST",
    path="/team/unblock",
    params={
        "team_id": Param(wire="team_id", required=True, check=("within", "string", {"min_length": 1})),
    },
    body=Body(),
    result=Result(type="shared:Team"),
    retry="keyed",
)

_ADD_MEMBER = Operation(
    id="team.add_member",
    method="POST",
    path="/team/member_add",
    params={
        "team_id": Param(wire="team_id", required=True, check=("within", "string", {"min_length": 1})),
        "member": Param(wire="member", required=True, check="team:TeamAddMemberRequestMemberParam"),
        "max_budget_in_team": Param(
            wire="max_budget_in_team", nullable=True, check=("null", ("within", "number", {"minimum": 0}))
        ),
    },
    body=Body(),
    result=Result(type="team:TeamAddMemberResponse"),
    retry="keyed",
)

_DELETE_MEMBER = Operation(
    id="team.delete_member",
    method="POST",
    path="/team/member_delete",
    params={
        "team_id": Param(wire="team_id", required=True, check=("within", "string", {"min_length": 1})),
        "user_id": Param(wire="user_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "user_email": Param(wire="user_email", nullable=True, check=("null", ("within", "string", {"min_length": 3}))),
    },
    body=Body(),
    result=Result(type="shared:Team"),
    retry="keyed",
)

_UPDATE_MEMBER = Operation(
    id="team.update_member",
    method="POST",
    path="/team/member_update",
    params={
        "team_id": Param(wire="team_id", required=True, check=("within", "string", {"min_length": 1})),
        "user_id": Param(wire="user_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "user_email": Param(wire="user_email", nullable=True, check=("null", ("within", "string", {"min_length": 3}))),
        "role": Param(wire="role", nullable=True, check=("null", "string")),
        "max_budget_in_team": Param(
            wire="max_budget_in_team", nullable=True, check=("null", ("within", "number", {"minimum": 0}))
        ),
    },
    body=Body(),
    result=Result(type="team:TeamMembership"),
    retry="keyed",
)


class TeamModel(Resource):
    """Models that a team may use."""

    @cached_property
    def with_raw_response(self) -> TeamModelWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return TeamModelWithRawResponse(self)

    def add(self, **params: Unpack[TeamModelAddParams]) -> _Team:
        """Add models to a team.

        Adds models to those that a team may use.

        Args:
            team_id: The id of the team.
            models: The models.
        """
        answer: _Team = self._client.execute(_MODEL_ADD, params)
        return answer

    def delete(self, **params: Unpack[TeamModelDeleteParams]) -> _Team:
        """Remove models from a team.

        Removes models from those that a team may use. For a team that may use all models, first set a list with
        `/team/update`.

        Args:
            team_id: The id of the team.
            models: The models.
        """
        answer: _Team = self._client.execute(_MODEL_DELETE, params)
        return answer


class TeamModelWithRawResponse(RawResource["TeamModel"]):
    """The methods of `TeamModel`, returning raw responses."""

    add = RawMethod(TeamModel.add)
    delete = RawMethod(TeamModel.delete)


class AsyncTeamModel(AsyncResource):
    """Models that a team may use."""

    @cached_property
    def with_raw_response(self) -> AsyncTeamModelWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncTeamModelWithRawResponse(self)

    async def add(self, **params: Unpack[TeamModelAddParams]) -> _Team:
        """Add models to a team.

        Adds models to those that a team may use.

        Args:
            team_id: The id of the team.
            models: The models.
        """
        answer: _Team = await self._client.execute(_MODEL_ADD, params)
        return answer

    async def delete(self, **params: Unpack[TeamModelDeleteParams]) -> _Team:
        """Remove models from a team.

        Removes models from those that a team may use. For a team that may use all models, first set a list with
        `/team/update`.

        Args:
            team_id: The id of the team.
            models: The models.
        """
        answer: _Team = await self._client.execute(_MODEL_DELETE, params)
        return answer


class AsyncTeamModelWithRawResponse(RawResource["AsyncTeamModel"]):
    """The methods of `AsyncTeamModel`, returning raw responses."""

    add = AsyncRawMethod(AsyncTeamModel.add)
    delete = AsyncRawMethod(AsyncTeamModel.delete)


class Team(Resource):
    """Teams and their members."""

    @cached_property
    def model(self) -> TeamModel:
        """Models that a team may use."""
        return TeamModel(self._client)

    @cached_property
    def with_raw_response(self) -> TeamWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return TeamWithRawResponse(self)

    def create(self, **params: Unpack[TeamCreateParams]) -> _Team:
        """Create a team.

        Creates a team, with limits for all its keys and members together. Its models, budget and limits cannot
        exceed those of its organization.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            team_alias: The display name.
            organization_id: The organization that the team belongs to.
            models: The models that may be used.
            model_aliases: Model aliases for calls of the team: alias to model name.
            guardrails: Guardrails for all calls, by name.
            tags: Tags that are added to all call records of the team.
            blocked: Whether the team is blocked.
            metadata: Custom metadata.
            team_id: The id of the team.
            members_with_roles: The initial members.
            admins: Ids of members with the role `admin`.
            members: Ids of members with the role `user`.
        """
        answer: _Team = self._client.execute(_CREATE, params)
        return answer

    def update(self, **params: Unpack[TeamUpdateParams]) -> _Team:
        """Update a team.

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
            team_alias: The display name.
            organization_id: The organization that the team belongs to.
            models: The models that may be used.
            model_aliases: Model aliases for calls of the team: alias to model name.
            guardrails: Guardrails for all calls, by name.
            tags: Tags that are added to all call records of the team.
            blocked: Whether the team is blocked.
            metadata: Custom metadata.
            team_id: The id of the team.
        """
        answer: _Team = self._client.execute(_UPDATE, params)
        return answer

    def list(self, **params: Unpack[TeamListParams]) -> SyncPage[_Team]:
        """List teams.

        Lists the teams that the caller may see, newest first.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.
            user_id: Only teams that this user is a member of.
            organization_id: Only teams of this organization.
            team_alias: Only the team with this alias.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[_Team] = self._client.execute(_LIST, params)
        return answer

    def info(self, **params: Unpack[TeamInfoParams]) -> TeamInfo:
        """Retrieve a team.

        Retrieves a team with its newest keys (at most 100) and its memberships.

        Args:
            team_id: The id of the team.
        """
        answer: TeamInfo = self._client.execute(_INFO, params)
        return answer

    def delete(self, **params: Unpack[TeamDeleteParams]) -> TeamDeleteResponse:
        """Delete teams.

        Deletes teams with their keys, either all of the given ones or none. Their spend records are kept.

        Args:
            team_ids: The ids of the teams.
        """
        answer: TeamDeleteResponse = self._client.execute(_DELETE, params)
        return answer

    def block(self, **params: Unpack[TeamBlockParams]) -> _Team:
        """Block a team.

        Blocks a team: calls with its keys are refused until it is unblocked.

        Args:
            team_id: The id of the team.
        """
        answer: _Team = self._client.execute(_BLOCK, params)
        return answer

    def unblock(self, **params: Unpack[TeamUnblockParams]) -> _Team:
        """Unblock a team.

        Unblocks a team: its keys can be used again.

        Args:
            team_id: The id of the team.
        """
        answer: _Team = self._client.execute(_UNBLOCK, params)
        return answer

    def add_member(self, **params: Unpack[TeamAddMemberParams]) -> TeamAddMemberResponse:
        """Add members to a team.

        Adds users to a team. Unknown users are created; existing memberships do not change.

        Args:
            team_id: The id of the team.
            member: A member, or several members.
            max_budget_in_team: The maximum spend of each member within the team, in US dollars.
        """
        answer: TeamAddMemberResponse = self._client.execute(_ADD_MEMBER, params)
        return answer

    def delete_member(self, **params: Unpack[TeamDeleteMemberParams]) -> _Team:
        """Remove a member from a team.

        Removes a user from a team. The user's keys in the team are deleted.

        Args:
            team_id: The id of the team.
            user_id: The id of the user.
            user_email: The email address of the user.
        """
        answer: _Team = self._client.execute(_DELETE_MEMBER, params)
        return answer

    def update_member(self, **params: Unpack[TeamUpdateMemberParams]) -> TeamMembership:
        """Update a team member.

        Updates the role of a member, or its budget within the team.

        Args:
            team_id: The id of the team.
            user_id: The id of the user.
            user_email: The email address of the user.
            role: The role of a member.
            max_budget_in_team: The maximum spend of the member within the team, in US dollars.
        """
        answer: TeamMembership = self._client.execute(_UPDATE_MEMBER, params)
        return answer


class TeamWithRawResponse(RawResource["Team"]):
    """The methods of `Team`, returning raw responses."""

    create = RawMethod(Team.create)
    update = RawMethod(Team.update)
    list = RawMethod(Team.list)
    info = RawMethod(Team.info)
    delete = RawMethod(Team.delete)
    block = RawMethod(Team.block)
    unblock = RawMethod(Team.unblock)
    add_member = RawMethod(Team.add_member)
    delete_member = RawMethod(Team.delete_member)
    update_member = RawMethod(Team.update_member)


class AsyncTeam(AsyncResource):
    """Teams and their members."""

    @cached_property
    def model(self) -> AsyncTeamModel:
        """Models that a team may use."""
        return AsyncTeamModel(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncTeamWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncTeamWithRawResponse(self)

    async def create(self, **params: Unpack[TeamCreateParams]) -> _Team:
        """Create a team.

        Creates a team, with limits for all its keys and members together. Its models, budget and limits cannot
        exceed those of its organization.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            team_alias: The display name.
            organization_id: The organization that the team belongs to.
            models: The models that may be used.
            model_aliases: Model aliases for calls of the team: alias to model name.
            guardrails: Guardrails for all calls, by name.
            tags: Tags that are added to all call records of the team.
            blocked: Whether the team is blocked.
            metadata: Custom metadata.
            team_id: The id of the team.
            members_with_roles: The initial members.
            admins: Ids of members with the role `admin`.
            members: Ids of members with the role `user`.
        """
        answer: _Team = await self._client.execute(_CREATE, params)
        return answer

    async def update(self, **params: Unpack[TeamUpdateParams]) -> _Team:
        """Update a team.

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
            team_alias: The display name.
            organization_id: The organization that the team belongs to.
            models: The models that may be used.
            model_aliases: Model aliases for calls of the team: alias to model name.
            guardrails: Guardrails for all calls, by name.
            tags: Tags that are added to all call records of the team.
            blocked: Whether the team is blocked.
            metadata: Custom metadata.
            team_id: The id of the team.
        """
        answer: _Team = await self._client.execute(_UPDATE, params)
        return answer

    def list(self, **params: Unpack[TeamListParams]) -> AsyncPages[_Team]:
        """List teams.

        Lists the teams that the caller may see, newest first.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.
            user_id: Only teams that this user is a member of.
            organization_id: Only teams of this organization.
            team_alias: Only the team with this alias.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[_Team] = self._client.execute(_LIST, params)
        return answer

    async def info(self, **params: Unpack[TeamInfoParams]) -> TeamInfo:
        """Retrieve a team.

        Retrieves a team with its newest keys (at most 100) and its memberships.

        Args:
            team_id: The id of the team.
        """
        answer: TeamInfo = await self._client.execute(_INFO, params)
        return answer

    async def delete(self, **params: Unpack[TeamDeleteParams]) -> TeamDeleteResponse:
        """Delete teams.

        Deletes teams with their keys, either all of the given ones or none. Their spend records are kept.

        Args:
            team_ids: The ids of the teams.
        """
        answer: TeamDeleteResponse = await self._client.execute(_DELETE, params)
        return answer

    async def block(self, **params: Unpack[TeamBlockParams]) -> _Team:
        """Block a team.

        Blocks a team: calls with its keys are refused until it is unblocked.

        Args:
            team_id: The id of the team.
        """
        answer: _Team = await self._client.execute(_BLOCK, params)
        return answer

    async def unblock(self, **params: Unpack[TeamUnblockParams]) -> _Team:
        """Unblock a team.

        Unblocks a team: its keys can be used again.

        Args:
            team_id: The id of the team.
        """
        answer: _Team = await self._client.execute(_UNBLOCK, params)
        return answer

    async def add_member(self, **params: Unpack[TeamAddMemberParams]) -> TeamAddMemberResponse:
        """Add members to a team.

        Adds users to a team. Unknown users are created; existing memberships do not change.

        Args:
            team_id: The id of the team.
            member: A member, or several members.
            max_budget_in_team: The maximum spend of each member within the team, in US dollars.
        """
        answer: TeamAddMemberResponse = await self._client.execute(_ADD_MEMBER, params)
        return answer

    async def delete_member(self, **params: Unpack[TeamDeleteMemberParams]) -> _Team:
        """Remove a member from a team.

        Removes a user from a team. The user's keys in the team are deleted.

        Args:
            team_id: The id of the team.
            user_id: The id of the user.
            user_email: The email address of the user.
        """
        answer: _Team = await self._client.execute(_DELETE_MEMBER, params)
        return answer

    async def update_member(self, **params: Unpack[TeamUpdateMemberParams]) -> TeamMembership:
        """Update a team member.

        Updates the role of a member, or its budget within the team.

        Args:
            team_id: The id of the team.
            user_id: The id of the user.
            user_email: The email address of the user.
            role: The role of a member.
            max_budget_in_team: The maximum spend of the member within the team, in US dollars.
        """
        answer: TeamMembership = await self._client.execute(_UPDATE_MEMBER, params)
        return answer


class AsyncTeamWithRawResponse(RawResource["AsyncTeam"]):
    """The methods of `AsyncTeam`, returning raw responses."""

    create = AsyncRawMethod(AsyncTeam.create)
    update = AsyncRawMethod(AsyncTeam.update)
    list = AsyncRawMethod(AsyncTeam.list)
    info = AsyncRawMethod(AsyncTeam.info)
    delete = AsyncRawMethod(AsyncTeam.delete)
    block = AsyncRawMethod(AsyncTeam.block)
    unblock = AsyncRawMethod(AsyncTeam.unblock)
    add_member = AsyncRawMethod(AsyncTeam.add_member)
    delete_member = AsyncRawMethod(AsyncTeam.delete_member)
    update_member = AsyncRawMethod(AsyncTeam.update_member)
