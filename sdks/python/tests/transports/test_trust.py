"""Trust: certificates are always verified, and errors about them, or about a proxy, are readable."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest

import onceward
from onceward._core.hosts import is_public
from onceward.transports._proxies import proxy_for
from onceward.transports._trust import named_context


def blind() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize("verify", [False, blind()])
def test_a_client_that_verifies_nothing_is_refused(library: Any, verify: Any) -> None:
    with pytest.raises(onceward.ConfigError, match="`http_client` does not verify certificates"):
        onceward.Onceward("sk-0123456789abc", http_client=library.Client(verify=verify))
    with pytest.raises(onceward.ConfigError, match="`http_client` does not verify certificates"):
        onceward.AsyncOnceward("sk-0123456789abc", http_client=library.AsyncClient(verify=verify))
    onceward.Onceward("sk-0123456789abc", http_client=library.Client())
    onceward.Onceward("sk-0123456789abc", http_client=library.Client(verify=ssl.create_default_context()))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", "/nowhere/at/all.pem"),
        ("SSL_CERT_FILE", __file__),
        ("SSL_CERT_FILE", "/"),
        ("SSL_CERT_DIR", "/nowhere/at/all"),
        ("SSL_CERT_DIR", __file__),
    ],
)
def test_certificates_that_cannot_be_read_are_a_typed_error(name: str, value: str) -> None:
    code = (
        "import onceward, asyncio\n"
        "for transport in ('httpx2', 'fast'):\n"
        "    for cls in (onceward.Onceward, onceward.AsyncOnceward):\n"
        "        try:\n"
        "            client = cls('sk-0123456789abc', base_url='https://localhost:1', transport=transport)\n"
        "            made = client.files.retrieve('f')\n"
        "            asyncio.run(made) if asyncio.iscoroutine(made) else None\n"
        "        except onceward.ConfigError as error:\n"
        "            print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env={name: value}, capture_output=True, text=True, check=True)
    assert done.stdout.count(f"`{name}` is {value!r}") == 4, done.stderr


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
def test_a_folder_of_certificates_is_trusted_beside_a_file(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "authority.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=authority", "-keyout"]
    subprocess.run([*make, key, "-out", certificate], check=True, capture_output=True)
    (tmp_path / "note.txt").write_text("no certificate")
    alone = named_context({"SSL_CERT_DIR": f"/nowhere:{tmp_path}"})
    beside = named_context({"SSL_CERT_FILE": str(certificate), "SSL_CERT_DIR": "/nowhere"})
    for context in (alone, beside):
        assert context is not None
        assert context.cert_store_stats()["x509_ca"] == 1
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
    assert named_context({}) is None


@pytest.mark.parametrize("transport", ["httpx2", "fast"])
@pytest.mark.parametrize(
    "proxy",
    [
        "socks9://127.0.0.1:1",
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999",
        "http://",
        "http://[::x",
        "http://two words:1",
        "http://h\u00f6st:1",
        "http://user:hunter2",
        ":::",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_cannot_be_one_is_a_typed_error(
    monkeypatch: pytest.MonkeyPatch, proxy: str, transport: str, scheme: str
) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", proxy)
    client = onceward.Onceward("sk-0123456789abc", base_url=f"{scheme}://localhost:1", transport=transport)
    with pytest.raises(onceward.ConfigError, match="the proxy in the environment") as caught:
        client.models.list()
    assert "hunter2" not in str(caught.value)


def test_a_socks_proxy_names_the_package_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setattr("onceward.transports.httpx2.find_spec", lambda name: None)
    with pytest.raises(onceward.ConfigError, match="pip install socksio"):
        onceward.Onceward(base_url="http://localhost:1").models.list()


def test_a_proxy_of_blanks_is_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", " ")
    assert proxy_for("http", "localhost") is None


@pytest.mark.parametrize("transport", ["httpx2", "fast"])
def test_a_proxy_that_is_down_is_told_in_words(monkeypatch: pytest.MonkeyPatch, transport: str) -> None:
    monkeypatch.setenv("https_proxy", "http://user:hunter2@127.0.0.1:1")
    client = onceward.Onceward("sk-0123456789abc", base_url="https://api.example.com", transport=transport)
    with pytest.raises(onceward.APIConnectionError, match=r"api.example.com through the proxy 127.0.0.1:1:") as caught:
        client.with_options(max_retries=0).models.list()
    text = str(caught.value)
    assert "{'" not in text
    assert "hunter2" not in text


def test_a_key_over_plain_http_to_a_public_host_warns_once() -> None:
    with pytest.warns(UserWarning, match="the API key is sent to gateway.example.com unencrypted"):
        onceward.Onceward("sk-0123456789abc", base_url="http://gateway.example.com")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        onceward.Onceward("sk-0123456789abc", base_url="http://gateway.example.com")
        onceward.Onceward(base_url="http://other.example.com")
        onceward.Onceward("sk-0123456789abc", base_url="https://third.example.com")
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
