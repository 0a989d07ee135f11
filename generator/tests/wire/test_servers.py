"""Servers: their paths, variables and names, and servers of single operations."""

from __future__ import annotations

from typing import Any

import pytest


def contract(servers: str, own: str = "") -> str:
    operation = f"      servers: {own}\n" if own else ""
    return f"""
openapi: 3.1.0
info: {{title: Servers, version: "1"}}
servers: {servers}
paths:
  /things:
    get:
      operationId: listThings
{operation}      responses: {{"204": {{description: ok}}}}
"""


def target(wire: Any, text: str, **options: Any) -> str:
    sdk = wire.sdk(text)
    sdk.method(sdk.client(**options), "GET /things")()
    found: str = wire.last.target
    return found


@pytest.mark.parametrize("path", ["", "/v3", "/v1", "/api/v2/", "/a%20b"])
def test_the_path_of_a_server_is_kept(wire: Any, path: str) -> None:
    text = contract(f'[{{url: "SERVER{path}"}}]')
    assert target(wire, text) == f"{path.rstrip('/')}/things"


@pytest.mark.parametrize("base", ["/v3", "/v3/", "/v1", "/other"])
def test_the_callers_base_url_is_complete(wire: Any, base: str) -> None:
    text = contract('[{url: "https://api.example.com/v3"}]')
    assert wire.sdk(text).api.brand.base_url == "https://api.example.com/v3"
    assert target(wire, text, base_url=wire.server.url + base) == f"{base.rstrip('/')}/things"


NAMED = contract("""
  - {url: "SERVER/live", description: Production server}
  - {url: "SERVER/test", name: Sandbox}
  - url: "SERVER/{region}/{version}"
    description: Regions
    variables:
      region: {default: eu, enum: [eu, us]}
      version: {default: v2}
""")


def test_servers_are_chosen_by_name(wire: Any) -> None:
    assert target(wire, NAMED) == "/live/things"
    assert target(wire, NAMED, server="production") == "/live/things"
    assert target(wire, NAMED, server="sandbox") == "/test/things"
    with pytest.raises(wire.sdk(NAMED).module.ConfigError, match="give one of 'production', 'sandbox', 'regions'"):
        target(wire, NAMED, server="staging")


def test_server_variables_are_options(wire: Any) -> None:
    assert target(wire, NAMED, server="regions") == "/eu/v2/things"
    assert target(wire, NAMED, server="regions", region="us", version="v9") == "/us/v9/things"
    with pytest.raises(wire.sdk(NAMED).module.ConfigError, match="`region` is 'asia'; give one of 'eu', 'us'"):
        target(wire, NAMED, server="regions", region="asia")


def test_the_server_can_be_changed(wire: Any) -> None:
    sdk = wire.sdk(NAMED)
    sdk.method(sdk.client().with_options(server="sandbox"), "GET /things")()
    assert wire.last.target == "/test/things"


def test_an_operation_may_have_its_own_server(wire: Any) -> None:
    text = contract('[{url: "https://api.example.com"}]', '[{url: "SERVER/uploads"}]')
    assert target(wire, text) == "/uploads/things"
    assert target(wire, text, base_url=f"{wire.server.url}/mine") == "/mine/things"


@pytest.mark.parametrize(("own", "expected"), [("/uploads/", "/uploads/things"), ("/", "/things")])
def test_a_relative_server_of_an_operation_is_at_the_host_of_the_client(wire: Any, own: str, expected: str) -> None:
    assert target(wire, contract('[{url: "SERVER/api/v3"}]', f"[{{url: {own}}}]")) == expected


@pytest.mark.parametrize("servers", ["[{url: /api/v3}]", "[]"])
def test_a_server_without_an_address_is_a_warning(wire: Any, servers: str) -> None:
    text = contract(servers)
    assert wire.sdk(text).codes == ["W144"]
    assert target(wire, text, base_url=wire.server.url) == "/things"


def test_a_variable_that_is_not_declared_is_a_warning(wire: Any) -> None:
    assert wire.sdk(contract('[{url: "SERVER/{tenant}"}]')).codes == ["W145"]
