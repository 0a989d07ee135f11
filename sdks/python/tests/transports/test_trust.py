"""Whom a client trusts: certificates are always verified, and what is wrong with them, or with a proxy, is readable."""

from __future__ import annotations

import ssl
import subprocess
import sys
import warnings
from typing import Any

import httpx
import httpx2
import pytest

import headgate
from headgate._core.hosts import is_public


def blind() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize("verify", [False, blind()])
def test_a_client_that_verifies_nothing_is_refused(library: Any, verify: Any) -> None:
    with pytest.raises(headgate.ConfigError, match="`http_client` does not verify certificates"):
        headgate.Headgate("sk-0123456789abc", http_client=library.Client(verify=verify))
    with pytest.raises(headgate.ConfigError, match="`http_client` does not verify certificates"):
        headgate.AsyncHeadgate("sk-0123456789abc", http_client=library.AsyncClient(verify=verify))
    headgate.Headgate("sk-0123456789abc", http_client=library.Client())
    headgate.Headgate("sk-0123456789abc", http_client=library.Client(verify=ssl.create_default_context()))


@pytest.mark.parametrize("value", ["/nowhere/at/all.pem", __file__])
def test_certificates_that_cannot_be_read_are_a_typed_error(value: str) -> None:
    code = (
        "import headgate, asyncio\n"
        "for cls in (headgate.Headgate, headgate.AsyncHeadgate):\n"
        "    try:\n"
        "        made = cls('sk-0123456789abc', base_url='https://localhost:1').files.retrieve('f')\n"
        "        asyncio.run(made) if asyncio.iscoroutine(made) else None\n"
        "    except headgate.ConfigError as error:\n"
        "        print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"SSL_CERT_FILE": value}, capture_output=True, text=True, check=True
    )
    assert done.stdout.count(f"`SSL_CERT_FILE` is {value!r}") == 2, done.stderr


@pytest.mark.parametrize("proxy", ["socks9://127.0.0.1:1", "http://127.0.0.1:port", "http://"])
def test_a_proxy_that_cannot_be_one_is_a_typed_error(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(headgate.ConfigError, match="the proxy that the environment names"):
        headgate.Headgate("sk-0123456789abc", base_url="https://api.example.com").models.list()


@pytest.mark.parametrize("transport", ["httpx2", "fast"])
def test_a_proxy_that_is_down_is_told_in_words(monkeypatch: pytest.MonkeyPatch, transport: str) -> None:
    monkeypatch.setenv("https_proxy", "http://user:hunter2@127.0.0.1:1")
    client = headgate.Headgate("sk-0123456789abc", base_url="https://api.example.com", transport=transport)
    with pytest.raises(headgate.APIConnectionError, match="no connection to api") as caught:
        client.with_options(max_retries=0).models.list()
    text = str(caught.value)
    assert "{'" not in text
    assert "hunter2" not in text


def test_a_key_over_plain_http_to_a_public_host_warns_once() -> None:
    with pytest.warns(UserWarning, match="the key travels unencrypted to gateway.example.com"):
        headgate.Headgate("sk-0123456789abc", base_url="http://gateway.example.com")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        headgate.Headgate("sk-0123456789abc", base_url="http://gateway.example.com")
        headgate.Headgate(base_url="http://other.example.com")
        headgate.Headgate("sk-0123456789abc", base_url="https://third.example.com")
    public = ("example.com", "8.8.8.8", "2001:4860:4860::8888")
    private = (
        "localhost",
        "gateway",
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "::1",
        "fd00::1",
        "a.internal",
        "x.local",
    )
    assert [host for host in (*public, *private) if is_public(host)] == list(public)
