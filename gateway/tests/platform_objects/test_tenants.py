"""What is in one organization is not read, counted or changed from another: every operation, every role.

The operations come from the contract itself, so that one that is added later is tested without a word here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from headgate_gateway.contract import load_contract

from ..databases import rows_of
from .kit import ROLES, Caller, Tenant, World, tables_of

DOCUMENT = load_contract()
# Whose turn it is and what changed is of all tenants, and told to none.
_OF_ALL = ("platform_turn", "platform_change")
_SKIPPED = ("/v1", "/openai", "/engines", "/health", "/readyz")
# Members of requests that name an object, and which object that is.
_NAMES = {
    "key": "key",
    "key_id": "key",
    "keys": "key",
    "key_aliases": "key_alias",
    "key_alias": "key_alias",
    "user_id": "user_id",
    "user_ids": "user_id",
    "user_email": "user_email",
    "team_id": "team_id",
    "team_ids": "team_id",
    "teams": "team_id",
    "organization_id": "organization_id",
    "organization_ids": "organization_id",
    "end_user_id": "customer",
    "budget_id": "budget_id",
    "budgets": "budget_id",
    "id": "budget_id",
    "admins": "user_id",
    "members": "user_id",
    "api_key": "key",
    "customer_id": "customer",
}


def followed(value: Any) -> dict[str, Any]:
    while "$ref" in value:
        node: Any = DOCUMENT
        for part in value["$ref"].removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
        value = node
    found: dict[str, Any] = value
    return found


def resolved(schema: Any) -> dict[str, Any]:
    schema = followed(schema)
    merged = {**schema, "properties": dict(schema.get("properties", {})), "required": list(schema.get("required", ()))}
    for part in schema.get("allOf", ()):
        inner = resolved(part)
        merged["properties"] |= inner["properties"]
        merged["required"] += inner["required"]
    return merged


def operations() -> Iterator[tuple[str, str]]:
    for path, item in DOCUMENT["paths"].items():
        if not path.startswith(_SKIPPED):
            yield from (
                (method.upper(), path) for method in item if method in ("get", "post", "put", "patch", "delete")
            )


class Operation:
    """An operation and how to ask for an object with it."""

    def __init__(self, method: str, path: str) -> None:
        self.method, self.path = method, path
        item = DOCUMENT["paths"][path]
        spec = item[method.lower()]
        parameters = [followed(p) for p in (*item.get("parameters", ()), *spec.get("parameters", ()))]
        self.query = {p["name"]: p for p in parameters if p["in"] == "query"}
        self.places = [p["name"] for p in parameters if p["in"] == "path"]
        body = spec.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        self.body = resolved(body) if body is not None else None

    def members(self) -> list[str]:
        """The members that name an object."""
        named = [*self.places, *self.query, *(self.body or {"properties": {}})["properties"]]
        return [name for name in dict.fromkeys(named) if name in _NAMES or name == "member"]

    def value(self, name: str, tenant: Tenant) -> Any:
        if name == "member":
            return {"role": "user" if "/team/" in self.path else "internal_user", "user_id": tenant.ids["user_id"]}
        kind = "customer" if self.path.startswith("/customer") and name.startswith("user_id") else _NAMES[name]
        if self.path.startswith("/model/") and name == "id":
            return "model-of-nobody"
        schema = (self.body or {"properties": {}})["properties"].get(name, {})
        several = "array" in str(resolved(schema).get("type", "")) if schema else False
        return [tenant.ids[kind]] if several else tenant.ids[kind]

    def request(self, aimed: str, foreign: Tenant, own: Tenant) -> tuple[str, Any, dict[str, Any]]:
        """Path, body and query that name a foreign object by `aimed`, and own ones where they must be named."""
        path, query = self.path, dict[str, Any]()
        for name in self.places:
            path = path.replace("{" + name + "}", str(self.value(name, foreign if name == aimed else own)))
        for name, parameter in self.query.items():
            if name == aimed or (parameter.get("required") and name in _NAMES):
                query[name] = self.value(name, foreign if name == aimed else own)
        body = None if self.body is None else self._body(aimed, foreign, own)
        return path, body, query

    def _body(self, aimed: str, foreign: Tenant, own: Tenant) -> dict[str, Any]:
        assert self.body is not None
        body: dict[str, Any] = {}
        for name, schema in self.body["properties"].items():
            if name == aimed:
                body[name] = self.value(name, foreign)
            elif name in self.body["required"]:
                known = name in _NAMES or name == "member"
                body[name] = self.value(name, own) if known else sample(schema)
        # What names the object of a change, where the contract leaves open by which member.
        if aimed not in ("key", "key_id") and self.path in ("/key/update", "/key/block", "/key/unblock"):
            body["key_id"] = own.ids["key"]
        if self.path == "/user/update" and aimed != "user_id":
            body["user_id"] = own.ids["user_id"]
        return body


def sample(schema: Any) -> Any:
    schema = resolved(schema)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return sample(schema[word][0])
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "object":
        return {name: sample(schema["properties"][name]) for name in schema["required"]}
    return {"string": "headgate/echo", "array": ["headgate/echo"], "integer": 1, "number": 1, "boolean": True}[kind]


_FAMILIES = ("key", "user", "team", "organization", "customer", "budget")
AIMS = [
    pytest.param(method, path, aimed, id=f"{method} {path} {aimed}")
    for method, path in operations()
    for aimed in Operation(method, path).members()
]
READS = [pytest.param(path, id=path) for method, path in operations() if method == "GET"]


def records_of(world: World, tenant: Tenant) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """All rows of the platform that were this tenant's when the world began, by table and first columns."""
    names = [f"{tenant.name}-marker", *tenant.ids.values(), *(caller.id or "" for caller in tenant.callers.values())]
    tables = [name for name in tables_of(world.data) if name.startswith("platform_") and name not in _OF_ALL]
    rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for table in tables:
        columns = 3 if table == "platform_member" else 1
        for row in rows_of(world.data, f'SELECT * FROM "{table}"'):
            place = (table, *row[:columns])
            if place in tenant.rows or (not tenant.rows and any(name in str(row) for name in names)):
                rows[place] = row
    tenant.rows = tenant.rows or set(rows)
    return rows


def without(text: str, *said: Any) -> str:
    """An answer without what the request itself had said."""
    for value in said:
        for one in value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]:
            text = text.replace(str(one), "")
    return text


def told(tenant: Tenant, text: str) -> list[str]:
    """What an answer tells of a tenant. Names that an organization gives itself may exist in both."""
    ids = [id for kind, id in tenant.ids.items() if kind not in ("user_email", "key_alias", "customer")]
    names = [f"{tenant.name}-marker", *ids, *(caller.id or "-" for caller in tenant.callers.values())]
    return [name for name in names if name in text]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path", "aimed"), AIMS)
def test_no_key_reaches_into_another_organization(world: World, method: str, path: str, aimed: str, role: str) -> None:
    operation, caller = Operation(method, path), world.a.callers[role]
    before = records_of(world, world.b)
    target, body, query = operation.request(aimed, world.b, world.a)
    answer = caller.request(method, target, body, **query)
    assert answer.status_code in (200, 400, 403, 404, 405, 409, 501), answer.text
    said = [*query.values(), *(body or {}).values(), *([world.b.ids["key"]] if operation.places else [])]
    assert not told(world.b, without(answer.text, *said)), answer.text
    assert len(before) > 10
    assert records_of(world, world.b) == before


OWN_READS = [aim for aim in AIMS if aim.values[0] == "GET" and str(aim.values[1]).split("/")[1] in _FAMILIES]


@pytest.mark.parametrize(("method", "path", "aimed"), OWN_READS)
def test_the_same_requests_find_what_is_ones_own(world: World, method: str, path: str, aimed: str) -> None:
    target, body, query = Operation(method, path).request(aimed, world.b, world.b)
    answer = world.b.callers["org_admin"].request(method, target, body, **query)
    assert answer.status_code == 200, answer.text
    assert told(world.b, answer.text)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", READS)
def test_lists_hold_and_count_what_is_ones_own(world: World, path: str, role: str) -> None:
    if "{" in path:
        return
    answer = world.a.callers[role].get(path)
    assert answer.status_code in (200, 400, 403, 404, 501), answer.text
    assert not told(world.b, answer.text)
    if answer.status_code != 200 or not isinstance(answer.json(), dict):
        return
    shown = answer.json()
    for items, count in (("keys", "total_count"), ("users", "total")):
        if items in shown and count in shown:
            assert shown[count] == len(shown[items])


@pytest.mark.parametrize("role", ROLES)
def test_no_key_works_on_the_account_of_another_organization(world: World, role: str) -> None:
    caller = world.a.callers[role]
    body = {"model": "headgate/echo", "messages": [{"role": "user", "content": "Hello!"}]}
    for header, id in (
        ("X-Headgate-Organization", world.b.organization_id),
        ("X-Headgate-Team", world.b.ids["team_id"]),
    ):
        answer = caller.post("/v1/chat/completions", body, headers={header: id})
        assert answer.status_code == 403
        assert not told(world.b, without(answer.text, id))
        assert caller.client.get("/key/list", headers={header: id}).status_code == 403


def test_the_master_sees_both(world: World) -> None:
    keys = world.master.get("/key/list", size=100).json()
    assert keys["total_count"] >= len(ROLES) * 2
    for tenant in (world.a, world.b):
        assert told(tenant, world.master.get("/organization/list").text)
        assert world.master.get("/team/info", team_id=tenant.ids["team_id"]).json()["team_memberships"]


def test_nobody_without_a_key(world: World) -> None:
    nobody = Caller(world.url, "")
    nobody.client.headers.pop("Authorization")
    for method, path in operations():
        answer = nobody.request(method, path.replace("{", "").replace("}", ""), {} if method != "GET" else None)
        assert answer.status_code == 401 or answer.json()["error"]["code"] in ("path_not_found", "method_not_allowed")
    nobody.close()


def test_names_that_one_organization_took_are_free_in_another(world: World) -> None:
    a, b = world.a.callers["org_admin"], world.b.callers["org_admin"]
    for number, caller in enumerate((a, b)):
        caller.made("/customer/new", user_id="shared-name", alias=f"of {number}")
        caller.made("/user/new", user_email="same@example.com", auto_create_key=False)
        caller.made("/key/generate", key_alias="same-name", organization_id=(world.a, world.b)[number].organization_id)
        assert caller.get("/customer/info", end_user_id="shared-name").json()["alias"] == f"of {number}"
        assert caller.get("/user/get_users", user_email="same@example.com").json()["total"] == 1
        assert caller.get("/key/list", key_alias="same-name").json()["total_count"] == 1
    a.made("/customer/block", user_ids=["shared-name"])
    assert a.chat(user="shared-name").json()["error"]["code"] == "customer_blocked"
    assert b.chat(user="shared-name").status_code == 200


def test_who_is_in_two_organizations_is_known_in_each_for_itself(world: World) -> None:
    body = {"user_email": "both@example.com", "auto_create_key": False, "organization_id": world.a.organization_id}
    user = world.master.made("/user/new", **body)["user_id"]
    member = {"role": "internal_user", "user_id": user}
    world.master.made("/organization/member_add", organization_id=world.b.organization_id, member=member)
    for mine, other in ((world.a, world.b), (world.b, world.a)):
        admin = mine.callers["org_admin"]
        info = admin.get("/user/info", user_id=user).json()["user_info"]
        assert info["organizations"] == [mine.organization_id]
        assert not told(other, str(info))
        assert admin.refused("/user/update", 403, user_id=user, blocked=True)["code"] == "above_required"
        assert admin.refused("/user/delete", 403, user_ids=[user])["code"] == "above_required"
