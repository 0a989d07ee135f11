"""The contract as lists of operations and parameters, and one gateway in this process with an object of each kind."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx2

from onceward_gateway.config.load import load
from onceward_gateway.entry.app import App, create_app
from onceward_gateway.http.contract import load_contract

from ..databases import settings_for
from ..test_parameters import resolved as followed

__all__ = ["CHAT", "Swept", "Write", "followed", "jsonl", "managed_writes", "queries", "swept"]

CHAT = "/v1/chat/completions"
_DOCUMENT = load_contract()
_SECRET = {"ONCEWARD_GATEWAY_SECRET_KEY": "a key to encrypt credentials of the tests with"}
_CONFIG = """
[prices."onceward/echo"]
input_per_million = 100
output_per_million = 100
[prices."onceward/other"]
input_per_million = 100
output_per_million = 100
[credits]
default_tier = "free"
[credits.tiers.free]
credits = 100000
credits_duration = "1mo"
[credits.tiers.small]
credits = 0
credits_duration = "1mo"
[credits.bands.echo]
models = ["onceward/echo"]
credits_per_usd = 1000.0
[credits.bands.rest]
models = ["*"]
credits_per_usd = 1000.0
"""
# Objects that the gateway keeps: nobody but the gateway could heed what it drops of a request for them.
_MANAGED = (
    *("/key", "/team", "/user", "/organization", "/customer", "/budget", "/model", "/credentials", "/global", "/cache"),
    *("/v1/batches", "/v1/fine_tuning"),
)


@dataclass(frozen=True)
class Write:
    """An operation with a JSON body: its members and their schemas."""

    method: str
    path: str
    members: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def _members(schema: Any) -> dict[str, Any]:
    schema = followed(schema)
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= _members(part)
    return found


def managed_writes() -> Iterator[Write]:
    """All operations with a JSON body that change an object of the gateway."""
    for path, item in _DOCUMENT["paths"].items():
        for method in ("post", "put", "patch", "delete"):
            body = followed(item.get(method, {}).get("requestBody") or {})
            media = body.get("content", {}).get("application/json")
            if path.startswith(_MANAGED) and media is not None:
                yield Write(method.upper(), path, _members(media["schema"]))


def queries() -> Iterator[tuple[str, str]]:
    """Path and name of every query parameter of an operation that reads."""
    for path, item in _DOCUMENT["paths"].items():
        for parameter in (*item.get("parameters", ()), *item.get("get", {}).get("parameters", ())):
            if "get" in item and followed(parameter)["in"] == "query":
                yield path, followed(parameter)["name"]


def jsonl(*lines: Any) -> bytes:
    return "\n".join(json.dumps(line) for line in lines).encode()


@dataclass
class Swept:
    """The gateway, and what makes the objects that requests name."""

    app: App
    client: httpx2.AsyncClient
    _numbers: Iterator[int] = field(default_factory=count)

    def fresh(self, kind: str = "name") -> str:
        return f"{kind}-{next(self._numbers)}"

    async def ask(self, method: str, path: str, body: Any = None, **query: Any) -> httpx2.Response:
        return await self.client.request(method, path, json=body, params=query or None)

    async def made(self, path: str, body: Any = None, method: str = "POST") -> dict[str, Any]:
        answer = await self.ask(method, path, {} if body is None else body)
        assert answer.status_code == 200, (path, body, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    async def got(self, path: str, **query: Any) -> dict[str, Any]:
        answer = await self.client.get(path, params=query or None)
        assert answer.status_code == 200, (path, query, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    async def chat(self, key: str | None = None, model: str = "onceward/echo", **more: Any) -> httpx2.Response:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        body = {"model": model, "messages": [{"role": "user", "content": "Hello!"}], **more}
        return await self.client.post(CHAT, json=body, headers=headers)

    async def organization(self, **more: Any) -> str:
        body = {"organization_alias": self.fresh("org"), **more}
        return str((await self.made("/organization/new", body))["organization_id"])

    async def team(self, **more: Any) -> str:
        return str((await self.made("/team/new", {"team_alias": self.fresh("team"), **more}))["team_id"])

    async def user(self, **more: Any) -> str:
        body = {"user_alias": self.fresh("user"), "auto_create_key": False, **more}
        return str((await self.made("/user/new", body))["user_id"])

    async def customer(self) -> str:
        return str((await self.made("/customer/new", {"user_id": self.fresh("customer")}))["user_id"])

    async def budget(self, **more: Any) -> str:
        return str((await self.made("/budget/new", {"max_budget": 5, **more}))["budget_id"])

    async def key(self, **more: Any) -> dict[str, Any]:
        return await self.made("/key/generate", more)

    async def deployment(self) -> str:
        body = {"model_name": self.fresh("model"), "litellm_params": {"model": "onceward/echo"}}
        return str((await self.made("/model/new", body))["model_info"]["id"])

    async def credential(self) -> str:
        body = {"credential_name": self.fresh("cred"), "credential_info": {}, "credential_values": {"api_key": "sk-x"}}
        await self.made("/credentials", body)
        return str(body["credential_name"])

    async def file(self, purpose: str, *lines: Any, **more: Any) -> dict[str, Any]:
        named = {"file": ("data.jsonl", jsonl(*lines))}
        answer = await self.client.post("/v1/files", data={"purpose": purpose, **more}, files=named)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def work(self) -> str:
        body = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}
        line = {"custom_id": "one", "method": "POST", "url": CHAT, "body": body}
        return str((await self.file("batch", line))["id"])

    async def lessons(self) -> str:
        lesson = {"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Me."}]}
        return str((await self.file("fine-tune", *[lesson] * 10))["id"])

    async def request(self, path: str) -> tuple[str, dict[str, Any]]:
        """The address and the smallest body with which a write of the contract succeeds."""
        kind, _, action = path[1:].partition("/")
        if path.startswith("/v1/batches"):
            return path, {"input_file_id": await self.work(), "endpoint": CHAT, "completion_window": "24h"}
        if path.startswith("/v1/fine_tuning"):
            return path, {"model": "onceward/echo", "training_file": await self.lessons()}
        if action.startswith(("member_", "model/")):
            return path, await self._member(kind, action)
        if kind == "key" and action == "{key}/regenerate":
            return path.replace("{key}", (await self.key())["key_id"]), {}
        if path == "/credentials/{credential_name}":
            return path.replace("{credential_name}", await self.credential()), {"credential_info": {"a": "b"}}
        return path, await self._plain(kind, action)

    async def _member(self, kind: str, action: str) -> dict[str, Any]:
        if action.startswith("model/"):
            team = await self.team(models=["onceward/echo", "onceward/other"])
            return {"team_id": team, "models": ["onceward/echo"]}
        group = {f"{kind}_id": await (self.team() if kind == "team" else self.organization())}
        user, role = await self.user(), "user" if kind == "team" else "internal_user"
        joining = group | {"member": {"role": role, "user_id": user}}
        if action == "member_add":
            return joining
        await self.made(f"/{kind}/member_add", joining)
        return group | {"user_id": user}

    async def _plain(self, kind: str, action: str) -> dict[str, Any]:
        match kind, action:
            case ("key" | "team" | "user", "generate" | "new") | ("budget", "new") | ("global", _):
                return {}
            case "key", _:
                return {"key_id": (await self.key())["key_id"]}
            case "customer", "new":
                return {"user_id": self.fresh("customer")}
            case "customer", "update":
                return {"user_id": await self.customer()}
            case "customer", _:
                return {"user_ids": [await self.customer()]}
            case "organization", "new":
                return {"organization_alias": self.fresh("org")}
            case "organization" | "team" | "user", "delete":
                return {f"{kind}_ids": [await getattr(self, kind)()]}
            case "organization" | "team" | "user", _:
                return {f"{kind}_id": await getattr(self, kind)()}
            case "budget", _:
                budget = await self.budget()
                return {"update": {"budget_id": budget}, "delete": {"id": budget}}.get(action, {"budgets": [budget]})
            case "model", "new":
                return {"model_name": self.fresh("model"), "litellm_params": {"model": "onceward/echo"}}
            case "model", _:
                return {"id" if action == "delete" else "model_id": await self.deployment()}
            case "credentials", _:
                name = self.fresh("cred")
                return {"credential_name": name, "credential_info": {}, "credential_values": {"api_key": "sk-x"}}
            case "cache", _:
                return {"keys": [self.fresh("cache")]}
        raise AssertionError(f"/{kind}/{action}: a write without a smallest body. Add it here.")


@asynccontextmanager
async def swept(folder: Path) -> AsyncIterator[Swept]:
    """A gateway of offline models in this process."""
    (folder / "onceward.toml").write_text(_CONFIG)
    known = load(folder / "onceward.toml", _SECRET)
    app = create_app(
        settings_for(folder, offline=True, ledger=known.ledger, prices=known.prices, secret_keys=known.secret_keys)
    )
    await app.start()
    transport = httpx2.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=30) as client:
        yield Swept(app, client)
    await app.gateway.stop()
