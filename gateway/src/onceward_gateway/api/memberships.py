"""Memberships: find, invite and add the users of teams and organizations."""

from __future__ import annotations

from ..core import error_codes
from ..core.errors import (
    invalid,
)
from ..core.records import (
    Limits,
    Member,
    Team,
    User,
)
from ..http.request import (
    Request,
)
from ..identity.directory import Directory
from .record_service import RecordContext, RecordService
from .writes import (
    missing,
)

__all__ = ["Memberships"]


class Memberships(RecordService):
    """Finds and invites users, and makes them members of teams and organizations."""

    def __init__(self, context: RecordContext, directory: Directory) -> None:
        super().__init__(context)
        self._directory = directory

    async def join(
        self, request: Request, kind: str, group: str, user_id: str, role: str, limits: Limits | None = None
    ) -> Member:
        """Make a user a member of a group; leave an existing membership as it is."""
        now = self._clock.time()
        known = await self._records.members.get(kind, group, user_id)
        if known is not None:
            return known
        member = Member(group_kind=kind, group_id=group, user_id=user_id, role=role, created_at=now)
        if limits is not None:
            member.limits = limits
        await self._records.members.put(member)
        await self._directory.audit(
            request.principal, request.request_id, "joined", None, await self._records.users.get(user_id), member
        )
        await self._directory.changed("member", f"{group}:{user_id}", "created")
        return member

    async def find_user(self, request: Request, id: str | None, email: str | None) -> User:
        """Return the user of an id or an email address; raise 404 if the caller may not see it."""
        if id is not None:
            user = await self._records.users.get(id)
            if user is None or not await self._ownership.may_see_user(request.caller, user):
                raise missing("user", id, param="user_id")
            return user
        if email is None:
            raise invalid("`user_id` or `user_email` is required.", param="user_id", code=error_codes.MISSING)
        seen = [
            user
            for user in await self._records.users.by("email", email)
            if await self._ownership.may_see_user(request.caller, user)
        ]
        if len(seen) > 1:
            raise invalid(f"Several users have the address {email!r}. Name one by `user_id`.", param="user_email")
        if not seen:
            raise missing("user", email, param="user_email")
        return seen[0]

    async def require_same_user(self, request: Request, id: str, email: str, param: str) -> None:
        """Raise 400 if an id and an email address belong to different users."""
        user = await self._records.users.get(id)
        if user is not None and user.email != email:
            raise invalid(
                f"`user_id` {id!r} and `user_email` {email!r} are not those of one user. Give one of them.",
                param=param,
                code=error_codes.AMBIGUOUS,
            )

    async def invite(self, request: Request, id: str | None, email: str | None, organization_id: str | None) -> User:
        """Return the user to become a member: one that the caller may see, one of the organization, or a new one."""
        known = (
            [await self._records.users.get(id)]
            if id is not None
            else await self._records.users.by("email", email or "")
        )
        for user in known:
            if user is not None and (
                await self._ownership.may_see_user(request.caller, user) or await self._is_in(user, organization_id)
            ):
                if id is not None and email is not None:
                    await self.require_same_user(request, id, email, "member")
                return user
        if id is None and email is None:
            raise invalid("`user_id` or `user_email` is required.", param="member", code=error_codes.MISSING)
        if id is not None and not request.caller.admin:
            raise missing("user", id, param="member")
        user = User(id=id if id is not None else self._new_id("user_"), email=email)
        if await self._records.users.any(user.id) is not None:
            raise missing("user", user.id, param="member")
        return user

    async def _is_in(self, user: User, organization_id: str | None) -> bool:
        return (
            organization_id is not None
            and await self._records.members.get("organization", organization_id, user.id) is not None
        )

    async def join_team(
        self, request: Request, team: Team, user: User, role: str, limits: Limits | None = None
    ) -> Member:
        """Make a user a member of a team and of its organization, and save the user if it is new."""
        if await self._records.users.get(user.id) is None:
            await self._writer.save(request, self._records.users, user, "created")
        if team.organization_id is not None:
            await self.join(request, "organization", team.organization_id, user.id, "internal_user")
        return await self.join(request, "team", team.id, user.id, role, limits)
