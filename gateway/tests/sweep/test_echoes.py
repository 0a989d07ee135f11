"""Written values are read back: after creation, after each change, after null, and next to other changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from .echoes import CONTENT_DEFAULTS, ECHOES, Echo, value_for
from .kit import Swept, Write, managed_writes

_WRITES = {write.name: write for write in managed_writes()}
# Null says nothing of these: nobody is unblocked, renamed or given another role by it.
_KEPT_BY_NULL = {"blocked", "user_role"}


class _Round:
    """One kind of object, written and read."""

    def __init__(self, world: Swept, echo: Echo) -> None:
        self.world, self.echo = world, echo
        self.wrong: list[tuple[object, ...]] = []

    async def wrote(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        write = _WRITES[name]
        path = write.path.replace("{key}", str(body.get("key_id")))
        sent = {key: value for key, value in body.items() if key != "key_id" or "key_id" in write.members}
        return await self.world.made(path, sent, write.method)

    async def expect(self, write: str, member: str, answer: Mapping[str, Any], value: Any) -> None:
        reads = await self.echo.read(self.world, answer)
        assert len(reads) == 2, reads
        for shown in (answer, *reads):
            if shown[member] != value:
                self.wrong.append((write, member, "wrote", value, "read", shown[member]))

    async def created(self, member: str) -> None:
        url, smallest = await self.world.request(_WRITES[self.echo.create].path)
        plain = await self.wrote(self.echo.create, smallest)
        empty = plain[member]
        for value in (*await value_for(self.world, self.echo.kind, member), None):
            if value is None and not _takes_null(_WRITES[self.echo.create], member):
                continue
            _, smallest = await self.world.request(url)
            answer = await self.wrote(self.echo.create, {**smallest, member: value})
            await self.expect(self.echo.create, member, answer, empty if value is None else value)
            if member == "key_alias":
                await self.world.made("/key/delete", {"key_id": answer["key_id"]})
            if member == "user_email" and value:
                await self.world.made("/user/delete", {"user_ids": [answer["user_id"]]})

    async def updated(self, name: str, member: str) -> None:
        values = await value_for(self.world, self.echo.kind, member)
        made = await self.wrote(self.echo.create, (await self.world.request(_WRITES[self.echo.create].path))[1])
        which = {self.echo.identity: made[self.echo.identity]}
        for value in values:
            answer = await self.wrote(name, which | {member: value})
            await self.expect(name, member, answer, value)
            other = "metadata" if member != "metadata" else "blocked"
            if other in _WRITES[name].members:
                await self.expect(name, member, await self.wrote(name, which | {other: None}), value)
        await self.wrote(name, which | {member: values[0]})
        if _takes_null(_WRITES[name], member):
            after = values[0] if member in _KEPT_BY_NULL else CONTENT_DEFAULTS.get(member)
            await self.expect(name, member, await self.wrote(name, which | {member: None}), after)
        if member == "user_email":
            await self.world.made("/user/delete", {"user_ids": [made["user_id"]]})
        if member == "key_alias":
            await self.world.made("/key/delete", {"key_id": made["key_id"]})


def _takes_null(write: Write, member: str) -> bool:
    return "null" in repr(write.members[member])


@pytest.mark.parametrize("echo", ECHOES, ids=lambda echo: echo.kind)
async def test_every_written_member_is_returned(world: Swept, echo: Echo) -> None:
    asked = _Round(world, echo)
    for member in (*echo.members, *echo.only.get(echo.create, ())):
        await asked.created(member)
    for name in echo.updates:
        for member in (*echo.members, *echo.only.get(name, ())):
            await asked.updated(name, member)
    assert not asked.wrong, "\n".join(map(str, asked.wrong))
