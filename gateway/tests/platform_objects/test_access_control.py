"""Access control: every route is guarded, statements only receive values, and foreign routes do not exist."""

from __future__ import annotations

import ast
import hmac
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import onceward_gateway
from onceward_gateway.api.authentication import Authenticator
from onceward_gateway.core.errors import ApiError
from onceward_gateway.entry.app import App
from onceward_gateway.entry.services import Services
from onceward_gateway.http.request import Access, Route
from onceward_gateway.http.router import aliases_of
from onceward_gateway.identity import api_keys

from ..databases import settings_for
from .contract_requests import PUBLIC, Operation, operations
from .kit import ROLES, World

SOURCE = Path(onceward_gateway.__file__).parent
ASKING = ("query", "one", "query_in_thread", "write", "write_many", "changed", "add", "add_many", "add_shared")


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    made = App(Services(settings_for(tmp_path, auth_mode="required")))
    yield made
    await made.gateway.db.close()


def gate_of(app: App) -> Authenticator:
    gateway = app.gateway
    return Authenticator(gateway.settings, gateway.directory, gateway.masters, app.catalog)


def test_public_routes_are_a_fixed_list(app: App) -> None:
    """The gate decides on the route; those that it lets everybody through are these, and tell nothing of anybody."""
    routes = [route for route in app.table.routes if route.access is Access.PUBLIC]
    opened = {path for route in routes for path in (route.path, *aliases_of(route))}
    # A picture is read by whoever has its address, which nobody guesses and which ends after a day.
    pictures = {"/v1/images/content/{name}", "/images/content/{name}", "/openai/v1/images/content/{name}"}
    assert opened == set(PUBLIC) | pictures


async def test_the_gate_refuses_who_has_no_key_on_every_other_route(app: App) -> None:
    gate = gate_of(app)
    for route in app.table.routes:
        if route.access is not Access.PUBLIC:
            with pytest.raises(ApiError) as caught:
                await gate.admit(route, {})
            assert caught.value.status == 401, route.path


async def test_hashes_are_compared_in_constant_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[Any, Any]] = []
    real = hmac.compare_digest

    def compare(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    digest = api_keys.hash_of("sk-" + "a" * 43)
    assert api_keys.same(digest, digest)
    assert not api_keys.same(digest, api_keys.hash_of("sk-" + "b" * 43))
    assert len(compared) == 2


def constant(node: ast.expr, module: ast.Module) -> bool:
    """Return whether an expression is a literal SQL text, or comes from a module in which all are."""
    if isinstance(node, ast.Constant | ast.Attribute | ast.Name | ast.Subscript | ast.Starred):
        return True
    if isinstance(node, ast.IfExp):
        return constant(node.body, module) and constant(node.orelse, module)
    # A function of a module of statements puts one together from constants; see the tests of `Where`.
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def test_no_text_is_put_together_where_the_database_is_asked() -> None:
    """A statement is a constant of an `sql.py`; what a request says is a value that is bound."""
    found = []
    for file in SOURCE.rglob("*.py"):
        module = ast.parse(file.read_text())
        for node in ast.walk(module):
            asks = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING
            if asks and node.args and not constant(node.args[0], module):  # type: ignore[attr-defined]
                text = ast.unparse(node)
                if any(word in text.upper() for word in ("SELECT ", "INSERT ", "UPDATE ", "DELETE ")):
                    found.append(f"{file.name}: {text[:100]}")
    assert found == []


# Operations for the operator of the gateway only.
RUNS_IT = {
    *(("POST", path) for path in ("/organization/new", "/organization/delete", "/global/spend/reset")),
    *(("POST", path) for path in ("/model/new", "/model/update", "/model/delete", "/credentials")),
    *((method, "/credentials/{credential_name}") for method in ("GET", "PATCH", "DELETE")),
    ("DELETE", "/organization/delete"),
    ("GET", "/credentials"),
    ("GET", "/provider/budgets"),
    ("GET", "/cache/ping"),
    ("GET", "/metrics"),
}


@pytest.mark.parametrize(("method", "path"), sorted(RUNS_IT))
def test_operator_routes_are_refused_to_tenants(busy: World, method: str, path: str) -> None:
    """Every role of a tenant is refused, also with objects of its own."""
    known = (method, path) in set(operations())
    target, body, query = Operation(method, path).request("", busy.a, busy.a) if known else (path, None, {})
    for caller in (*(busy.a.callers[role] for role in ROLES), busy.outsider):
        answer = caller.request(method, target, body, **query)
        # Objects that they may not see do not exist for them.
        assert answer.status_code == 403 or (answer.status_code == 404 and "organization" in path), answer.text
    if method == "GET":
        assert busy.master.request(method, target, body, **query).status_code == 200


def test_no_role_reaches_more_than_it_should(busy: World) -> None:
    """A viewer changes nothing, by any operation."""
    onlooker = busy.a.callers["onlooker"]
    changing = [
        (method, path)
        for method, path in operations()
        if method != "GET" and path.startswith(("/key", "/team", "/user", "/organization", "/customer", "/budget"))
    ]
    assert len(changing) > 35
    for method, path in changing:
        if path in ("/key/health", "/budget/info"):
            continue
        target, body, query = Operation(method, path).request("", busy.a, busy.a)
        answer = onlooker.request(method, target, body, **query)
        assert answer.status_code in (400, 403, 404), (path, answer.text)
        assert answer.status_code != 400 or answer.json()["error"]["param"], (path, answer.text)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/config/update",
            "/get/config/callbacks",
            "/prompts/test",
            "/mcp",
            "/mcp-rest/test/tools/list",
            "/invocations",
        ),
        *("/sso/callback", "/login", "/ui", "/docs", "/debug/memory/details", "/routes", "/test"),
        *("/global/activity", "/otel-spans", "/v1/mcp/server", "/model/settings", "/jwt/key/mapping", "/.env"),
    ],
)
def test_doors_of_others_are_not_here(world: World, path: str) -> None:
    for method in ("GET", "POST"):
        assert world.master.client.request(method, path).status_code == 404


async def test_a_route_without_a_word_about_access_asks_for_a_key(app: App) -> None:
    gate = gate_of(app)
    with pytest.raises(ApiError) as caught:
        await gate.admit(
            Route("GET", "/added/later", "added.later"), {"host": "localhost", "x-forwarded-for": "127.0.0.1"}
        )
    assert caught.value.code == "missing_api_key"
