"""Callers, and two organizations that know nothing of each other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs

from headgate_gateway.contract import load_contract

from ..databases import environ_for, on_postgres, rows_of

DOCUMENT = load_contract()

MASTER = "sk-master-of-the-tests-0123456789"
ROLES = ("org_admin", "team_admin", "member", "onlooker", "team_key", "org_key")


@cache
def _schema(method: str, template: str) -> jsonschema_rs.Draft202012Validator | None:
    spec = DOCUMENT["paths"][template].get(method.lower(), {}).get("responses", {}).get("200", {})
    schema = spec.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return None
    return jsonschema_rs.Draft202012Validator({"allOf": [schema], "components": DOCUMENT["components"]})


def promised(answer: httpx2.Response) -> httpx2.Response:
    """An answer, which is what the contract promises."""
    path = re.sub(r"^/key/[^/]+/regenerate$", "/key/{key}/regenerate", answer.request.url.path)
    if answer.status_code == 200 and path in DOCUMENT["paths"]:
        schema = _schema(answer.request.method, path)
        if schema is not None:
            schema.validate(answer.json())
    return answer


class Caller:
    """One key, and what it does."""

    def __init__(self, url: str, key: str, id: str | None = None) -> None:
        self.key, self.id, self.url = key, id, url
        self.client = httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=20)

    def close(self) -> None:
        self.client.close()

    def request(self, method: str, path: str, body: Any = None, **query: Any) -> httpx2.Response:
        return promised(self.client.request(method, path, json=body, params=query or None))

    def post(self, path: str, body: Any = None, *, headers: dict[str, str] | None = None) -> httpx2.Response:
        return promised(self.client.post(path, json={} if body is None else body, headers=headers))

    def get(self, path: str, **query: Any) -> httpx2.Response:
        return promised(self.client.get(path, params=query))

    def made(self, path: str, **body: Any) -> dict[str, Any]:
        """The object that a request makes or changes."""
        answer = self.post(path, body)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def refused(self, path: str, status: int, **body: Any) -> dict[str, Any]:
        """The error that a request meets."""
        answer = self.post(path, body)
        assert answer.status_code == status, answer.text
        error: dict[str, Any] = answer.json()["error"]
        return error

    def chat(self, model: str = "headgate/echo", **more: Any) -> httpx2.Response:
        body = {"model": model, "messages": [{"role": "user", "content": "Hello!"}], **more}
        return self.post("/v1/chat/completions", body)


@dataclass
class Tenant:
    """An organization with one of each."""

    name: str
    organization_id: str
    callers: dict[str, Caller] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    rows: set[tuple[Any, ...]] = field(default_factory=set)


@dataclass
class World:
    """The gateway, who runs it, and its two tenants."""

    url: str
    data: Path
    log: Path
    master: Caller
    a: Tenant
    b: Tenant


def build_tenant(master: Caller, name: str) -> Tenant:
    """An organization, a team in it, users in all roles with their keys, a customer, a budget."""
    mark = f"{name}-marker"
    organization = master.made(
        "/organization/new", organization_alias=mark, max_budget=1000, metadata={"mark": mark}, models=["headgate/*"]
    )
    tenant = Tenant(name, organization["organization_id"])
    home = {"organization_id": tenant.organization_id}

    def user(role: str) -> dict[str, Any]:
        return master.made(
            "/user/new", user_email=f"{role}@{name}.example", user_alias=f"{role} {mark}", auto_create_key=False, **home
        )

    people = {role: user(role)["user_id"] for role in ("org_admin", "team_admin", "member", "onlooker", "target")}
    for role in ("org_admin", "onlooker"):
        seat = "org_admin" if role == "org_admin" else "internal_user_viewer"
        answer = master.request("PATCH", "/organization/member_update", home | {"user_id": people[role], "role": seat})
        assert answer.status_code == 200, answer.text
    team = master.made("/team/new", team_alias=f"team {mark}", max_budget=100, metadata={"mark": mark}, **home)
    team_id = team["team_id"]
    for role, seat in (("team_admin", "admin"), ("member", "user"), ("target", "user")):
        master.made("/team/member_add", team_id=team_id, member={"role": seat, "user_id": people[role]})

    def caller(role: str, **body: Any) -> None:
        made = master.made("/key/generate", key_alias=f"{role}-{mark}", metadata={"mark": mark}, **body)
        tenant.callers[role] = Caller(master.url, made["key"], made["key_id"])

    for role in ("org_admin", "onlooker"):
        caller(role, user_id=people[role], **home)
    for role in ("team_admin", "member"):
        caller(role, user_id=people[role], team_id=team_id)
    caller("team_key", team_id=team_id)
    caller("org_key", **home)
    admin = tenant.callers["org_admin"]
    target = master.made(
        "/key/generate", key_alias=f"target-{name}", metadata={"mark": mark}, user_id=people["target"], team_id=team_id
    )
    budget = admin.made("/budget/new", max_budget=7)
    admin.made("/customer/new", user_id=f"customer-of-{name}", alias=mark, metadata={"mark": mark})
    tenant.ids = {
        "organization_id": tenant.organization_id,
        "team_id": team_id,
        "user_id": people["target"],
        "user_email": f"target@{name}.example",
        "key": target["key_id"],
        "key_alias": f"target-{name}",
        "customer": f"customer-of-{name}",
        "budget_id": budget["budget_id"],
    }
    return tenant


class Server:
    """A gateway in a process of its own, with all that it writes."""

    def __init__(self, folder: Path, *arguments: str, name: str = "gateway", **environ: str) -> None:
        self.data = folder / "data"
        self.log = folder / f"{name}.log"
        env = {name: value for name, value in os.environ.items() if not name.startswith("HEADGATE")}
        env |= environ_for(self.data)
        command = [sys.executable, "-m", "headgate_gateway", "--port", "0", "--data-dir", str(self.data)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--offline", *arguments], cwd=folder, env=env | environ, stdout=log, stderr=log
            )
        self.url = self._address()

    def _address(self) -> str:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = re.findall(r"on (http://\S+)", self.log.read_text())
            try:
                if found and httpx2.get(found[-1] + "/readyz").status_code == 200:
                    return str(found[-1])
            except httpx2.TransportError:
                pass
            assert self._process.poll() is None, self.log.read_text()
            time.sleep(0.02)
        raise AssertionError(self.log.read_text())

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(20)


def tables_of(data: Path) -> list[str]:
    """The tables of a gateway's database."""
    if on_postgres():
        listed = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    else:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table'"
    return sorted(str(row[0]) for row in rows_of(data, listed))
