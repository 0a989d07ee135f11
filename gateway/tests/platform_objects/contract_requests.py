"""Requests made from the contract: every operation, and each way in which it can name an object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from onceward_gateway.http.contract import load_contract

from .kit import Tenant

__all__ = ["Operation", "known_names", "operations", "sample"]

DOCUMENT = load_contract()
METHODS = ("get", "post", "put", "patch", "delete")
# They ask for no key and tell nothing of anybody.
PUBLIC = (
    *("/", "/openapi.json", "/openapi.yaml"),
    *("/health", "/health/liveness", "/health/liveliness", "/health/readiness", "/healthz", "/readyz"),
)
# Members of requests that name an object, and which object that is.
NAMES = {
    "key": "key",
    "key_id": "key",
    "keys": "key",
    "key_aliases": "key_alias",
    "key_alias": "key_alias",
    "api_key": "key",
    "user_id": "user_id",
    "user_ids": "user_id",
    "user_email": "user_email",
    "internal_user_id": "user_id",
    "admins": "user_id",
    "members": "user_id",
    "member": "user_id",
    "members_with_roles": "user_id",
    "team_id": "team_id",
    "team_ids": "team_id",
    "teams": "team_id",
    "team_alias": "team_alias",
    "organization_id": "organization_id",
    "organization_ids": "organization_id",
    "organization_alias": "organization_alias",
    "end_user_id": "customer",
    "end_user": "customer",
    "customer_id": "customer",
    "user": "customer",
    "budget_id": "budget_id",
    "budgets": "budget_id",
    "id": "budget_id",
    "model_id": "deployment",
    "model_group": "model",
    "model_name": "model",
    "virtual_model_id": "model",
    "model": "model",
    "credential_name": "credential",
    "file_id": "file",
    "input_file_id": "file",
    "training_file": "lessons",
    "validation_file": "lessons",
    "batch_id": "batch",
    "fine_tuning_job_id": "job",
    "call_id": "call",
    "request_id": "request",
    "idempotency_key": "idempotency_key",
    "tag": "tag",
    "tags": "tag",
    "cursor": "cursor",
    "after": "cursor",
}
# The values that a path makes of such a name.
PLACES = {
    ("/cache/delete", "keys"): "cache_key",
    ("/model/delete", "id"): "deployment",
    ("/v1/files", "after"): "file",
    ("/v1/batches", "after"): "batch",
    ("/v1/fine_tuning/jobs", "after"): "job",
    ("/v1/fine_tuning/jobs", "model"): "",
    ("/v1/calls", "cursor"): "call",
    ("/spend/logs", "cursor"): "usage",
    ("/v1/credits/history", "cursor"): "credit",
    ("/team/list", "cursor"): "team_id",
    ("/organization/list", "cursor"): "organization_id",
    ("/customer/list", "cursor"): "customer_record",
    ("/budget/list", "cursor"): "budget_id",
    ("/v1/models", "cursor"): "",
    ("/v1/fine_tuning/jobs/{fine_tuning_job_id}/events", "after"): "",
    ("/v1/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints", "after"): "",
}
# Marks that a request puts on what it makes, and names that it gives to what is its own: they find nothing.
GIVEN = {
    "tags": ("/key", "/team", "/v1", "/engines", "/openai"),
    "organization_alias": ("/organization/new", "/organization/update"),
    "team_alias": ("/team/new", "/team/update"),
    "model_name": ("/model/new", "/model/update"),
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


def sample(schema: Any, name: str = "") -> Any:
    """A value that a schema takes."""
    schema = resolved(schema)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return sample(schema[word][0], name)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if "enum" in schema or "const" in schema:
        return schema["enum"][0] if "enum" in schema else schema["const"]
    if kind == "object":
        return {inner: sample(schema["properties"][inner], inner) for inner in schema["required"]}
    if kind == "array":
        return [sample(schema["items"], name)] if "items" in schema else []
    return {"string": "onceward/echo", "integer": 1, "number": 1, "boolean": True}[kind]


def operations() -> Iterator[tuple[str, str]]:
    """All operations that know who asks."""
    for path, item in DOCUMENT["paths"].items():
        if path not in PUBLIC:
            yield from ((method.upper(), path) for method in item if method in METHODS)


class Operation:
    """An operation and how to ask for an object with it."""

    def __init__(self, method: str, path: str) -> None:
        self.method, self.path = method, path
        item = DOCUMENT["paths"][path]
        spec = item[method.lower()]
        parameters = [followed(p) for p in (*item.get("parameters", ()), *spec.get("parameters", ()))]
        self.query = {p["name"]: p for p in parameters if p["in"] == "query"}
        self.places = [p["name"] for p in parameters if p["in"] == "path"]
        content = spec.get("requestBody", {}).get("content", {})
        self.is_form = bool(content) and "application/json" not in content
        body = content.get("application/json", {}).get("schema")
        self.body = resolved(body) if body is not None else None

    def names(self) -> list[str]:
        """All that a request may have in it."""
        return list(dict.fromkeys([*self.places, *self.query, *(self.body or {"properties": {}})["properties"]]))

    def members(self) -> list[str]:
        """The members that name an object."""
        return [name for name in self.names() if self.kind(name)]

    def kind(self, name: str) -> str:
        """Return the object that a member refers to, if any."""
        if self.method != "GET" and self.path.startswith(GIVEN.get(name, ())):
            return ""
        if self.path.startswith("/customer") and name.startswith("user_id"):
            return "customer"
        return PLACES.get((self.path, name), NAMES.get(name, ""))

    def value(self, name: str, tenant: Tenant) -> Any:
        value: Any = tenant.ids[self.kind(name)]
        if name in ("member", "members_with_roles"):
            value = {"role": "user" if "/team/" in self.path else "internal_user", "user_id": value}
        schema = (self.body or {"properties": {}})["properties"].get(name, {})
        # Where a list and a single one are taken, the single one is asked.
        kinds = resolved(schema).get("type", "") if schema else ""
        return [value] if kinds == "array" or ("array" in kinds and "string" not in kinds) else value

    def request(self, aimed: str, foreign: Tenant, own: Tenant) -> tuple[str, Any, dict[str, Any]]:
        """Path, body and query that name a foreign object by `aimed`, and own ones where they must be named."""
        path, query = self.path, dict[str, Any]()
        for name in self.places:
            value = str(self.value(name, foreign if name == aimed else own))
            path = path.replace("{" + name + "}", quote(value, safe=""))
        for name, parameter in self.query.items():
            if name == aimed or (parameter.get("required") and self.kind(name)):
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
                body[name] = self.value(name, own) if self.kind(name) else sample(schema, name)
        self._complete(body, aimed, own)
        return body

    def _complete(self, body: dict[str, Any], aimed: str, own: Tenant) -> None:
        """Name the object of a change where the contract leaves open by which member, and say what is wanted."""
        if aimed not in ("key", "key_id") and self.path in ("/key/update", "/key/block", "/key/unblock"):
            body["key_id"] = own.ids["key"]
        if self.path == "/user/update" and aimed != "user_id":
            body["user_id"] = own.ids["user_id"]
        if "messages" in body:
            body["messages"] = [{"role": "user", "content": "Hello!"}]
        if self.path.startswith(("/v1/", "/engines", "/openai")) and "model" in body and aimed != "model":
            body["model"] = "onceward/echo" if "messages" in body or "prompt" in body else body["model"]
        if "credential_values" in body:
            body["credential_values"] = {"api_key": "sk-of-nobody-at-all"}
        if self.path == "/v1/batches":
            body["endpoint"], body["completion_window"] = "/v1/chat/completions", "24h"
        if self.path == "/v1/fine_tuning/jobs":
            body["model"] = "onceward/echo"


def known_names(request: tuple[str, Any, Mapping[str, Any]]) -> list[str]:
    """Return the texts of the request, which a response may repeat."""
    path, body, query = request
    said = [unquote(part) for part in path.split("/") if len(part) > 12]

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)
        else:
            said.append(str(value))

    collect(body)
    collect(dict(query))
    return said
