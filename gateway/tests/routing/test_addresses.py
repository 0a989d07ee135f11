"""Addresses from users: the allowed targets, and no DNS rebinding."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from onceward_gateway.config.routing import read_outbound
from onceward_gateway.core.errors import ApiError
from onceward_gateway.providers.http_client import NameNotResolved
from onceward_gateway.routing.ssrf import AddressGuard, GuardedResolver

from .kit import Bench
from .test_admin import LOOPBACK, config, post

FORBIDDEN = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "nonsense",
    "",
]
ALLOWED = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "172.32.0.1"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_forbidden(address: str) -> None:
    assert not AddressGuard().permits(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_allowed(address: str) -> None:
    assert AddressGuard().permits(address)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com",
        "file:///etc/passwd",
        "gopher://example.com",
        "javascript:alert(1)",
        "//example.com",
        "example.com",
        "",
        "http://",
        "http://:80",
        "http:///path",
        "http://user:secret@example.com",
        "http://example.com@127.0.0.1",
        "http://example.com/?x=1",
        "http://example.com/#x",
        "http://example.com:0",
        "http://example.com:99999",
        "http://exa mple.com",
        "http://example.com/\r\nHost: x",
        "http://example.com\\@127.0.0.1",
        "http://ex\u0430mple.com",
        "http://127.0.0.1",
        "http://[::1]:8080/v1",
        "http://[::ffff:127.0.0.1]",
        "http://localhost",
        "http://LOCALHOST./v1",
        "http://" + "a" * 3000 + ".com",
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(ApiError) as raised:
        AddressGuard().check_url(url, "api_base")
    assert raised.value.status == 400
    assert "secret" not in raised.value.message


def test_urls_that_are_taken() -> None:
    guard = AddressGuard()
    assert guard.check_url("https://api.example.com/v1/", "api_base") == "https://api.example.com/v1"
    assert guard.check_url("http://93.184.216.34:8080", "api_base") == "http://93.184.216.34:8080"


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "017700000001", "localhost", "ip6-localhost."])
async def test_other_spellings_of_this_machine(host: str) -> None:
    """The address from the system's resolver counts, in any spelling of the host."""
    guard = AddressGuard()
    with pytest.raises(ApiError) as raised:
        await guard.check_host(f"http://{host}/v1", "api_base")
    assert raised.value.code in ("address_not_allowed", "host_not_found")
    with pytest.raises(OSError, match=r"not allowed|cannot be resolved"):
        await GuardedResolver(guard).resolve(host, 80)


async def test_the_connection_goes_to_the_address_that_was_checked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is public when it is given and private when it is called does not get there."""
    await bench.start(config(bench), LOOPBACK | {"ONCEWARD_GATEWAY_OUTBOUND_ALLOW": ""})
    port = bench.providers["a"].url.rpartition(":")[2]
    answers = ["93.184.216.34", "127.0.0.1"]
    asked: list[str] = []

    async def getaddrinfo(host: str, port: Any, **more: Any) -> Any:
        asked.append(host)
        address = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    params = {
        "model": "openai/x",
        "api_base": f"http://rebind.example:{port}/v1",
        "api_key": "sk-0123456789abcdef",
        "max_retries": 0,
    }
    await post(bench, "/model/new", {"model_name": "m", "litellm_params": params})
    reply = await bench.chat()
    assert (reply.status_code, reply.json()["error"]["code"]) == (502, "provider_unreachable")
    assert asked == ["rebind.example", "rebind.example"]
    assert not bench.providers["a"].seen


async def test_one_forbidden_address_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(host: str, port: Any, **more: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    with pytest.raises(OSError, match="not allowed"):
        await GuardedResolver(AddressGuard()).resolve("example.com", 80)
    with pytest.raises(ApiError):
        await AddressGuard().check_host("http://example.com", "api_base")


async def test_redirects_are_not_followed(bench: Bench) -> None:
    from aiohttp import web

    await bench.start(config(bench), LOOPBACK)

    async def elsewhere(request: web.Request, body: Any) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": bench.providers["b"].url + "/v1/chat/completions"})

    bench.providers["a"].act = elsewhere
    params = {"model": "openai/x", "api_base": bench.providers["a"].url, "api_key": "sk-0123456789abcdef"}
    await post(bench, "/model/new", {"model_name": "m", "litellm_params": params})
    assert (await bench.chat()).status_code == 502
    assert not bench.providers["b"].seen


async def test_the_operators_key_never_goes_to_a_users_address(bench: Bench) -> None:
    text = (
        config(bench) + '\n[providers.keyed]\nbase_url = "https://example.com/v1"\napi_key = "sk-operators-own-key"\n'
    )
    text += 'headers = { "X-Own" = "secret" }\n'
    await bench.start(text, LOOPBACK)
    params = {"model": "keyed/x", "api_base": bench.providers["a"].url}
    await post(bench, "/model/new", {"model_name": "m", "litellm_params": params})
    assert (await bench.chat()).status_code == 200
    (headers,) = bench.providers["a"].headers
    assert not any("operators" in value for value in headers.values())
    assert "X-Own" not in headers


def test_networks_of_the_operator() -> None:
    from onceward_gateway.config.table import ConfigError, Table

    opened = AddressGuard(read_outbound(Table({"allow": ["10.0.0.0/8", "fd00::/8"]}, "t"), None).allow)
    assert opened.permits("10.9.9.9")
    assert opened.permits("fd00::1")
    assert opened.permits("::ffff:10.1.1.1")
    assert not opened.permits("192.168.0.1")
    with pytest.raises(ConfigError, match="is not a network"):
        read_outbound(Table({"allow": ["ten"]}, "t"), None)


async def test_the_guarded_pool_takes_the_resolver(bench: Bench) -> None:
    await bench.start(config(bench))
    client = bench.gateway.providers.client(guarded=True)
    with pytest.raises(NameNotResolved):
        await client.request("GET", "http://localhost:9/")
