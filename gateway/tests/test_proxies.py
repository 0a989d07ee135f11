"""The address of a client, the URL of links, and account headers: what callers write is believed from proxies alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from onceward_gateway.config.load import (
    ConfigError,
    Settings,
    load,
)
from onceward_gateway.http.forwarded import base_url, client_address
from onceward_gateway.http.request_headers import read_headers

Launch = Callable[..., Any]
PROXIES = '[server]\ntrusted_proxies = ["10.0.0.0/8", "fd00::/8"]\n'


def settings(tmp_path: Path, text: str = PROXIES, **environ: str) -> Settings:
    (tmp_path / "onceward.toml").write_text(text)
    return load(tmp_path / "onceward.toml", environ)


@pytest.mark.parametrize(
    ("peer", "headers", "client"),
    [
        ("192.0.2.1", {}, "192.0.2.1"),
        ("192.0.2.1", {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9"}, "192.0.2.1"),
        ("10.1.1.1", {}, "10.1.1.1"),
        ("10.1.1.1", {"x-forwarded-for": "203.0.113.9"}, "203.0.113.9"),
        ("10.1.1.1", {"x-forwarded-for": "127.0.0.1, 203.0.113.9"}, "203.0.113.9"),
        ("10.1.1.1", {"x-forwarded-for": "127.0.0.1, 203.0.113.9:4711, 10.2.2.2"}, "203.0.113.9"),
        ("10.1.1.1", {"x-forwarded-for": "10.9.9.9, 10.2.2.2"}, "10.9.9.9"),
        ("10.1.1.1", {"x-forwarded-for": "203.0.113.9, unknown"}, "10.1.1.1"),
        ("10.1.1.1", {"x-forwarded-for": " , ,"}, "10.1.1.1"),
        ("fd00::1", {"x-forwarded-for": "2001:db8::7"}, "2001:db8::7"),
        ("::ffff:10.1.1.1", {"x-forwarded-for": "::ffff:203.0.113.9"}, "203.0.113.9"),
        ("10.1.1.1", {"forwarded": 'for=127.0.0.1, for="[2001:db8::7]:4711";proto=https'}, "2001:db8::7"),
        ("10.1.1.1", {"forwarded": "for=_hidden"}, "10.1.1.1"),
        ("10.1.1.1", {"forwarded": "for=127.0.0.1", "x-forwarded-for": "203.0.113.9"}, "10.1.1.1"),
        ("10.1.1.1", {"forwarded": "for=203.0.113.9", "x-forwarded-for": "203.0.113.9"}, "203.0.113.9"),
    ],
)
def test_the_client_is_named_by_trusted_proxies_alone(
    tmp_path: Path, peer: str, headers: dict[str, str], client: str
) -> None:
    trusted = settings(tmp_path).trusted_proxies
    assert str(client_address({"client": (peer, 9)}, headers, trusted)) == client
    assert client_address(None, headers, trusted) is None


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        (["127.0.0.1", "203.0.113.9"], "203.0.113.9"),
        (["203.0.113.9", "10.2.2.2"], "203.0.113.9"),
        (["127.0.0.1, 203.0.113.9", "10.2.2.2, 10.3.3.3"], "203.0.113.9"),
    ],
)
@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded"])
def test_proxies_may_add_lines_of_their_own(tmp_path: Path, name: str, lines: list[str], client: str) -> None:
    prefix = "for=" if name == "forwarded" else ""
    raw = [(name.encode(), ", ".join(prefix + one for one in line.split(", ")).encode()) for line in lines]
    headers = read_headers([(b"host", b"gateway"), *raw])
    trusted = settings(tmp_path).trusted_proxies
    assert str(client_address({"client": ("10.1.1.1", 9)}, headers, trusted)) == client


async def test_headers_that_decide_may_not_disagree(launch: Launch) -> None:
    gateway = launch("--auth-mode", "disabled")
    body = b'{"model":"onceward/echo","messages":[{"role":"user","content":"hi"}]}'
    for name in ("Authorization", "X-API-Key", "Idempotency-Key", "Content-Type", "X-Provider-Key-OpenAI"):
        for values, status in ((("application/json", "sk-secret"), 400), (("application/json",) * 2, 200)):
            headers = [(name, value) for value in values]
            if name != "Content-Type":
                headers.append(("Content-Type", "application/json"))
            answer = httpx2.post(f"{gateway.url}/v1/chat/completions", headers=headers, content=body)
            assert answer.status_code == status, (name, answer.text)
            if status == 400:
                error = answer.json()["error"]
                assert (error["code"], error["param"]) == ("conflicting_headers", name.lower())
                assert "sk-secret" not in answer.text


FORGED = {
    "host": "evil.example",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-for": "203.0.113.9",
    "forwarded": "for=203.0.113.9;host=evil.example;proto=https",
}


@pytest.mark.parametrize(
    ("text", "peer", "headers", "url"),
    [
        ("", "192.0.2.1", FORGED, "http://192.0.2.2:4100"),
        (PROXIES, "192.0.2.1", FORGED, "http://192.0.2.2:4100"),
        (PROXIES, "10.1.1.1", {"host": "a.example"}, "http://a.example"),
        (PROXIES, "10.1.1.1", {"host": "in", "x-forwarded-host": "a.example:8443"}, "http://a.example:8443"),
        (PROXIES, "10.1.1.1", {"host": "a.example", "x-forwarded-proto": "https"}, "https://a.example"),
        (PROXIES, "10.1.1.1", {"forwarded": "for=1.2.3.4;host=a.example;proto=HTTPS"}, "https://a.example"),
        (PROXIES, "10.1.1.1", {"host": "a.example/x?"}, "http://192.0.2.2:4100"),
        (PROXIES, "10.1.1.1", {"host": "a.example", "x-forwarded-proto": "javascript"}, "http://a.example"),
        # The proxy next to the client says `https`, the one behind it was asked over plain HTTP.
        (
            PROXIES,
            "10.1.1.1",
            {
                "host": "a.example",
                "x-forwarded-for": "203.0.113.9, 10.2.2.2",
                "x-forwarded-proto": "https, http",
                "x-forwarded-host": "evil.example, a.example, inner",
            },
            "https://a.example",
        ),
        ('[server]\npublic_url = "https://b.example/gw/"\n', "192.0.2.1", FORGED, "https://b.example/gw"),
        (PROXIES + 'public_url = "https://b.example"\n', "10.1.1.1", FORGED, "https://b.example"),
    ],
)
def test_links_are_built_from_what_the_operator_configured(
    tmp_path: Path, text: str, peer: str, headers: dict[str, str], url: str
) -> None:
    scope = {"client": (peer, 9), "server": ("192.0.2.2", 4100), "scheme": "http"}
    assert base_url(scope, headers, settings(tmp_path, text)) == url


def test_links_of_calls_without_a_connection(tmp_path: Path) -> None:
    assert base_url(None, FORGED, settings(tmp_path, "")) == "http://127.0.0.1:4100"
    wildcard = '[server]\nhost = "0.0.0.0"\nport = 5\n[auth]\napi_keys = ["sk-0123456789abcdef"]\n'
    assert base_url(None, {}, settings(tmp_path, wildcard)) == "http://127.0.0.1:5"
    assert base_url({"server": ("::1", 7)}, {}, settings(tmp_path, "")) == "http://[::1]:7"


def test_the_environment_names_proxies_too(tmp_path: Path) -> None:
    named = {
        "ONCEWARD_GATEWAY_TRUSTED_PROXIES": "192.0.2.7, 10.0.0.0/8",
        "ONCEWARD_GATEWAY_PUBLIC_URL": "https://a.example",
    }
    read = settings(tmp_path, PROXIES, **named)
    assert [str(network) for network in read.trusted_proxies] == ["192.0.2.7/32", "10.0.0.0/8"]
    assert read.public_url == "https://a.example"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('trusted_proxies = ["proxy.internal"]', "server.trusted_proxies"),
        ('trusted_proxies = "10.0.0.1"', "server.trusted_proxies"),
        ('public_url = "gateway.example"', "server.public_url"),
        ('public_url = "ftp://gateway.example"', "server.public_url"),
        ('public_url = "https://gateway.example/?a=b"', "server.public_url"),
        ('public_url = "https://user:secret@gateway.example"', "server.public_url"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        settings(tmp_path, f"[server]\n{text}\n")


async def test_image_links_ignore_the_callers_headers(launch: Launch) -> None:
    plain = launch("--offline")
    body = {"model": "dall-e-2", "prompt": "foxes", "size": "64x64"}
    async with httpx2.AsyncClient(timeout=30) as http:
        forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "Host": "localhost"}
        answer = await http.post(plain.url + "/v1/images/generations", json=body, headers=forged)
        assert answer.json()["data"][0]["url"].startswith(plain.url + "/v1/images/content/")
        plain.stop()
        proxied = launch("--offline", ONCEWARD_GATEWAY_TRUSTED_PROXIES="127.0.0.0/8")
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.example"}
        answer = await http.post(proxied.url + "/v1/images/generations", json=body, headers=headers)
        assert answer.json()["data"][0]["url"].startswith("https://a.example/v1/images/content/")


ACCOUNT = {"OpenAI-Organization": "org-callers", "openai-project": "proj-callers", "OpenAI-Beta": "assistants=v2"}


@pytest.mark.parametrize("model", ["openai/gpt-4o", "gpt-4o", "local/m", "spread"])
@pytest.mark.parametrize("own_key", [False, True])
async def test_account_headers_go_out_with_the_callers_key_alone(
    launch: Launch, upstream: Any, model: str, own_key: bool
) -> None:
    config = f"""
[providers.openai]
base_url = "{upstream.url}/v1"
api_key = "sk-operators"
headers = {{ "openai-organization" = "org-operators" }}
[providers.local]
base_url = "{upstream.url}"
[models]
"gpt-4o" = "openai/gpt-4o"
[routing.fallbacks]
"gpt-4o" = ["local/m"]
[deployments.one]
model_name = "spread"
model = "openai/gpt-4o"
"""
    upstream.json({"object": "chat.completion", "choices": [], "usage": None})
    gateway = launch(config=config)
    brought = {"X-Provider-Key-OpenAI": "sk-callers", "X-Provider-Key-Local": "sk-callers"} if own_key else {}
    async with httpx2.AsyncClient(timeout=30) as http:
        body = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
        await http.post(gateway.url + "/v1/chat/completions", json=body, headers=ACCOUNT | brought)
    sent = [(name.lower(), value) for name, value in upstream.requests[0]["headers"].items()]
    assert ("openai-beta", "assistants=v2") in sent
    own = [value for name, value in sent if name in ("openai-organization", "openai-project")]
    callers = own_key and model != "spread"
    operators = [] if model == "local/m" else ["org-operators"]
    assert own == (["org-callers", "proj-callers"] if callers else operators)
    keys = [value for name, value in sent if name == "authorization"]
    assert keys == (["Bearer sk-callers"] if callers else [] if model == "local/m" else ["Bearer sk-operators"])
