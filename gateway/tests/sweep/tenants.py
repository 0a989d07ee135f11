"""A gateway with two organizations that know nothing of each other, and a clock that a test turns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from onceward_gateway.config.load import load
from onceward_gateway.core.clock import SystemClock
from onceward_gateway.entry.app import App
from onceward_gateway.entry.services import Services

from ..databases import settings_for
from .kit import CHAT

__all__ = ["SHOWN", "Caller", "Pages", "Tenants", "TurnedClock", "shows", "tenants"]

_Test = TypeVar("_Test", bound=Callable[..., Any])
# The parameters whose effect some test shows, each by the path of its operation.
SHOWN: set[tuple[str, str]] = set()

_MASTER = "sk-master-of-the-queries-0123456789"
_CONFIG = f"""
[auth]
api_keys = ["{_MASTER}"]
[prices."onceward/echo"]
input_per_million = 100
output_per_million = 100
[credits]
default_tier = "free"
[credits.tiers.free]
credits = 100000
credits_duration = "1mo"
[credits.bands.cheap]
models = ["onceward/echo"]
credits_per_usd = 1000.0
[credits.bands.rest]
models = ["*"]
credits_per_usd = 1000.0
"""
# Half a minute before a new hour, day, week and month begin at once.
_SUNDAY = 1_780_271_970.0


def shows(path: str, *names: str) -> Callable[[_Test], _Test]:
    """Say that a test shows the effects of parameters of an operation."""
    SHOWN.update((path, name) for name in names)
    return lambda test: test


class TurnedClock(SystemClock):
    """A clock that only moves when a test moves it."""

    now = _SUNDAY

    def time(self) -> float:
        return self.now


@dataclass
class Pages:
    """The pagination of a list: the names of its parameters and of the members of its response."""

    path: str
    items: str = "data"
    size: str = "limit"
    mark: str = "cursor"
    id: str = "id"

    def next(self, page: dict[str, Any], number: int) -> Any:
        """Return the mark of the next page, None behind the last."""
        if self.mark == "page":
            return number + 1 if number < page["total_pages"] else None
        if self.mark == "after":
            return page["last_id"] if page["has_more"] else None
        return page["next_cursor"] if page["has_more"] else None


@dataclass
class Caller:
    """A key and what it asks."""

    client: httpx2.AsyncClient
    key: str
    id: str | None = None

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        return await self.client.request(method, path, json=body, headers=headers, **more)

    async def got(self, path: str, **query: Any) -> dict[str, Any]:
        answer = await self.ask("GET", path, params=query)
        assert answer.status_code == 200, (path, query, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    async def made(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.ask("POST", path, body)
        assert answer.status_code == 200, (path, body, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    async def error(self, path: str, **query: Any) -> tuple[int, str]:
        """Return the status and the `param` of an answer that must be an error."""
        answer = await self.ask("GET", path, params=query)
        assert answer.status_code >= 400, (path, query, answer.text)
        return answer.status_code, answer.json()["error"]["param"]

    async def chat(self, model: str = "onceward/echo", headers: Any = (), **more: Any) -> httpx2.Response:
        body = {"model": model, "messages": [{"role": "user", "content": "Hello!"}], **more}
        return await self.ask("POST", CHAT, body, headers=dict(headers))

    async def file(self, purpose: str = "user_data", content: bytes = b"text") -> str:
        named = {"file": ("data.jsonl", content)}
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = await self.client.post("/v1/files", data={"purpose": purpose}, files=named, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def paged(self, pages: Pages, size: int, between: Any = None, **query: Any) -> list[str]:
        """Read a list to its end in pages of `size`; `between` is called with the ids of the first page."""
        found: list[str] = []
        number, mark = 1, None
        while True:
            marked = {} if mark is None else {pages.mark: mark}
            page = await self.got(pages.path, **{pages.size: size, **marked, **query})
            ids = [one[pages.id] for one in page[pages.items]]
            assert len(ids) <= size, (pages, len(ids))
            found += ids
            mark = pages.next(page, number)
            if between is not None and number == 1:
                await between(ids)
            if mark is None:
                return found
            number += 1


@dataclass
class Tenants:
    """The master, and the administrators of two organizations."""

    app: App
    client: httpx2.AsyncClient
    clock: TurnedClock
    master: Caller
    one: Caller
    other: Caller
    organizations: tuple[str, str]
    _numbers: Any = field(default_factory=count)

    def fresh(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers)}"

    async def key(self, **more: Any) -> Caller:
        made = await self.master.made("/key/generate", **more)
        return Caller(self.client, made["key"], made["key_id"])

    async def user(self, **more: Any) -> str:
        body = {"user_alias": self.fresh("user"), "auto_create_key": False, **more}
        return str((await self.master.made("/user/new", **body))["user_id"])

    async def team(self, **more: Any) -> str:
        return str((await self.master.made("/team/new", **{"team_alias": self.fresh("team"), **more}))["team_id"])


async def _administrator(master: Caller, alias: str) -> tuple[str, Caller]:
    organization = (await master.made("/organization/new", organization_alias=alias))["organization_id"]
    user = (await master.made("/user/new", user_alias=alias, auto_create_key=False))["user_id"]
    member = {"role": "org_admin", "user_id": user}
    await master.made("/organization/member_add", organization_id=organization, member=member)
    made = await master.made("/key/generate", user_id=user, organization_id=organization, key_alias=alias)
    return organization, Caller(master.client, made["key"], made["key_id"])


@asynccontextmanager
async def tenants(folder: Path) -> AsyncIterator[Tenants]:
    """A gateway of offline models in this process, with a key of its operator and two organizations."""
    (folder / "onceward.toml").write_text(_CONFIG)
    known = load(
        folder / "onceward.toml", {"ONCEWARD_GATEWAY_SECRET_KEY": "a key to encrypt what the tests of queries make"}
    )
    settings = settings_for(
        folder,
        offline=True,
        ledger=known.ledger,
        prices=known.prices,
        auth_mode=known.auth_mode,
        key_hashes=known.key_hashes,
        secret_keys=known.secret_keys,
    )
    clock = TurnedClock()
    app = App(Services(settings, clock=clock))
    await app.start()
    transport = httpx2.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=30) as client:
        master = Caller(client, _MASTER)
        (first, one), (second, other) = [await _administrator(master, name) for name in ("one", "other")]
        yield Tenants(app, client, clock, master, one, other, (first, second))
    await app.gateway.stop()
