"""Callers, and two organizations that know nothing of each other."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import fork_server
import httpx2
import jsonschema_rs
import psycopg

from onceward_gateway.http.contract import load_contract

from ..databases import environ_for, on_postgres, url_for

DOCUMENT = load_contract()

MASTER = "sk-master-of-the-tests-0123456789"
ROLES = ("org_admin", "team_admin", "member", "onlooker", "team_key", "org_key")
# The configuration of a gateway with two tenants: everything that they could share.
CONFIG = """
[cache]
kind = "memory"
[guardrails.pii]
default_on = false
[budgets.models."onceward/echo"]
max_budget = 1000000.0
[prices."onceward/echo"]
input_per_million = 100
output_per_million = 100
[credits]
default_tier = "free"
[credits.tiers.free]
credits = 100000
credits_duration = "1mo"
bands = ["all"]
[credits.bands.all]
models = ["*"]
credits_per_usd = 1000.0
"""
# Names that a tenant gives itself may be those of another, and say nothing.
OWN_NAMES = ("user_email", "key_alias", "customer", "idempotency_key", "model")
_WITHIN = 30.0


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

    def chat(self, model: str = "onceward/echo", **more: Any) -> httpx2.Response:
        body = {"model": model, "messages": [{"role": "user", "content": "Hello!"}], **more}
        return self.post("/v1/chat/completions", body)


@dataclass
class Tenant:
    """An organization with one of each."""

    name: str
    organization_id: str
    callers: dict[str, Caller] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    rows: frozenset[str] = frozenset()


@dataclass
class World:
    """The gateway, who runs it, and its two tenants."""

    url: str
    data: Path
    log: Path
    master: Caller
    a: Tenant
    b: Tenant
    outsider: Caller


def build_tenant(master: Caller, name: str) -> Tenant:
    """An organization, a team in it, users in all roles with their keys, a customer, a budget."""
    mark = f"{name}-marker"
    organization = master.made(
        "/organization/new",
        organization_alias=mark,
        max_budget=1000,
        metadata={"mark": mark},
        models=["onceward/*", "ft:*"],
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
    tenant.callers["target"] = Caller(master.url, target["key"], target["key_id"])
    budget = admin.made("/budget/new", max_budget=7)
    admin.made("/customer/new", user_id=f"customer-of-{name}", alias=mark, metadata={"mark": mark})
    tenant.ids = {
        "organization_id": tenant.organization_id,
        "organization_alias": mark,
        "team_id": team_id,
        "team_alias": f"team {mark}",
        "user_id": people["target"],
        "user_email": f"target@{name}.example",
        "key": target["key_id"],
        "key_alias": f"target-{name}",
        "customer": f"customer-of-{name}",
        "budget_id": budget["budget_id"],
        "credential": f"credential-of-{name}",
        "model": f"onceward/private-{name}",
        "idempotency_key": f"the-call-of-{name}-0001",
        "tag": f"tag-{mark}",
        # Once the database is looked into.
        "usage": "",
        "credit": "",
        "customer_record": "",
    }
    return tenant


def build_models(master: Caller, tenant: Tenant) -> None:
    """A credential and a deployment that only the team of a tenant may use."""
    info = {"mark": f"{tenant.name}-marker"}
    values = {"api_key": f"sk-provider-of-{tenant.name}-0123456789"}
    master.made(
        "/credentials", credential_name=tenant.ids["credential"], credential_info=info, credential_values=values
    )
    made = master.made(
        "/model/new",
        model_name=tenant.ids["model"],
        litellm_params={"model": "onceward/echo"},
        model_info={"team_id": tenant.ids["team_id"]},
    )
    tenant.ids["deployment"] = made["model_info"]["id"]


def build_work(tenant: Tenant) -> None:
    """Create objects with a tenant's key: calls, a cached response, files, a batch, a fine-tuned model."""
    target, ids = tenant.callers["target"], tenant.ids
    body = {
        "model": "onceward/echo",
        "messages": [{"role": "user", "content": f"Say {tenant.name}-marker."}],
        "user": ids["customer"],
        "tags": [ids["tag"]],
    }
    answer = target.post("/v1/chat/completions", body, headers={"Idempotency-Key": ids["idempotency_key"]})
    assert answer.status_code == 200, answer.text
    ids["call"], ids["request"] = answer.headers["x-onceward-call-id"], answer.headers["x-request-id"]
    assert target.chat(ids["model"]).status_code == 200
    ids["cache_key"] = answer.headers["x-onceward-cache-key"]
    chat = {"custom_id": "one", "method": "POST", "url": "/v1/chat/completions", "body": body}
    lesson = [{"role": "user", "content": "Whose?"}, {"role": "assistant", "content": f"{tenant.name}-marker"}]
    ids["file"] = upload(target, "batch", [chat])
    ids["lessons"] = upload(target, "fine-tune", [{"messages": lesson}] * 10)
    wanted = {"input_file_id": ids["file"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    ids["batch"] = _ended(target, "/v1/batches", wanted)["id"]
    job = _ended(target, "/v1/fine_tuning/jobs", {"model": "onceward/echo", "training_file": ids["lessons"]})
    ids["job"], ids["tuned"] = job["id"], job["fine_tuned_model"]


def upload(caller: Caller, purpose: str, lines: list[Any]) -> str:
    """The id of a new file."""
    data = "\n".join(json.dumps(line) for line in lines).encode()
    answer = caller.client.post("/v1/files", data={"purpose": purpose}, files={"file": ("data.jsonl", data)})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def _ended(caller: Caller, path: str, body: Any) -> dict[str, Any]:
    made, deadline = caller.made(path, **body), time.monotonic() + _WITHIN
    while made["status"] not in ("completed", "succeeded"):
        assert made["status"] not in ("failed", "cancelled", "expired"), made
        assert time.monotonic() < deadline, made
        made = caller.get(f"{path}/{made['id']}").json()
    return made


class Server:
    """A gateway in a process of its own, with all that it writes."""

    flags: tuple[str, ...] = ("--offline",)

    def __init__(self, folder: Path, *arguments: str, name: str = "gateway", **environ: str) -> None:
        self.data = folder / "data"
        self.log = folder / f"{name}.log"
        env = {name: value for name, value in os.environ.items() if not name.startswith("ONCEWARD")}
        env |= environ_for(self.data)
        options = ["--port", "0", "--data-dir", str(self.data), *self.flags, *arguments]
        with self.log.open("ab") as log:
            self._process = fork_server.start(options, cwd=folder, env=env | environ, stdout=log, stderr=log)
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


def dump(data: Path) -> list[str]:
    """Every row of every table, as text that begins with the table's name."""
    return [f"{table} {row!r}" for table, rows in _tables(data) for row in rows]


def _tables(data: Path) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    listed = (
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        if on_postgres()
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    url = url_for(data)
    connection: Any = (
        psycopg.connect(url.reveal()) if on_postgres() else sqlite3.connect(f"file:{url.path}?mode=ro", uri=True)
    )
    with closing(connection):
        tables = sorted(str(row[0]) for row in connection.execute(listed).fetchall())
        assert len(tables) > 20
        for table in tables:
            columns = _LASTING.get(table, "*")
            yield table, connection.execute(f'SELECT {columns} FROM "{table}"').fetchall()


def rows_of_tenant(world: World, tenant: Tenant) -> frozenset[str]:
    """Return the rows about a tenant, once no more are being written."""
    # Turns and changes belong to all tenants, and are visible to none.
    found, before = frozenset[str]("?"), frozenset[str]()
    names = [value for kind, value in tenant.ids.items() if value and kind not in (*OWN_NAMES, "tag")]
    deadline = time.monotonic() + _WITHIN
    while found != before:
        assert time.monotonic() < deadline
        before, rows = found, dump(world.data)
        found = frozenset(row for row in rows if any(name in row for name in names) and not row.startswith(_OF_ALL))
        world.master.get("/key/list")
    return found


# Whether a window was summed up again is the ledger's own matter, in its own time.
_LASTING = {"budget_window": "scope, id, model, start_at, end_at, spent, held, overrun"}
_OF_ALL = ("platform_turn ", "platform_change ")
