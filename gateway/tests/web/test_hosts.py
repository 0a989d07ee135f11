"""Without a key, requests are taken from where the operator expects them: by `Host`, `Origin` and content type."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from onceward_gateway.config.load import (
    ConfigError,
    Settings,
    load,
)
from onceward_gateway.config.web import CorsSettings
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.hosts import is_loopback
from onceward_gateway.http.hosts import (
    HostCheck,
    host_of,
)

from ..conftest import GatewayProcess

CHAT = "/v1/chat/completions"
BODY = json.dumps({"model": "onceward/echo", "messages": [{"role": "user", "content": "ping"}]}).encode()
JSON = "Content-Type: application/json"
KEY = "sk-hosts-0123456789abcdef"
MODES = ("keyless", "open")


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One on loopback that asks for no key, one on every address that asks for none, one that wants keys."""
    started: dict[str, GatewayProcess] = {}
    configs = {
        "keyless": "",
        "open": '[server]\nhost = "0.0.0.0"\nallowed_hosts = ["Gateway.Example.", "*.wild.example"]\n'
        f'[auth]\nmode = "optional"\napi_keys = ["{KEY}"]\n[cors]\nallowed_origins = ["https://app.example"]\n',
        "keys": f'[auth]\napi_keys = ["{KEY}"]\n',
    }
    for name, config in configs.items():
        folder = tmp_path_factory.mktemp(name)
        (folder / "onceward.toml").write_text(config)
        started[name] = GatewayProcess(folder).start()
    yield {name: server.url for name, server in started.items()}
    for server in started.values():
        server.stop()


def ask(url: str, target: str, *lines: str, method: str = "GET", body: bytes = b"", version: str = "1.1") -> Any:
    """The status of a request of exactly these lines, and the error or the whole body."""
    place = urlsplit(url)
    head = [f"{method} {target} HTTP/{version}", *lines, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    with socket.create_connection(("127.0.0.1", place.port or 0), timeout=20) as connection:
        connection.sendall("\r\n".join(head).encode("latin-1") + body)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    top, _, rest = answer.partition(b"\r\n\r\n")
    return int(top.split()[1]), rest


def refused(answer: Any, param: str) -> None:
    status, body = answer
    assert status == 403, body
    error = json.loads(body)["error"]
    assert error["code"] == "foreign_origin"
    assert error["param"] == param
    assert "`server.allowed_hosts`" in error["message"] or "`cors.allowed_origins`" in error["message"]


HERE = "Host: localhost:4100"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/models",
        "/v1/calls",
        "/v1/files",
        "/v1/files/file-x/content",
        "/v1/images/content/img-0123456789abcdef0123456789abcdef.png",
        "/openapi.json",
        "/models",
    ],
)
def test_every_route_asks_where_a_request_comes_from(gateways: dict[str, str], mode: str, path: str) -> None:
    refused(ask(gateways[mode], path, "Host: rebound.example:4100"), "Host")
    refused(ask(gateways[mode], path, HERE, "Origin: https://evil.example"), "Origin")
    refused(ask(gateways[mode], path, HERE, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"), "Sec-Fetch-Site")
    assert ask(gateways[mode], path, HERE)[0] in (200, 401, 404)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("lines", "param"),
    [
        (("Origin: https://evil.example",), "Origin"),
        (("Origin: null",), "Origin"),
        (("origin: HTTP://EVIL.example",), "Origin"),
        (("Origin: http://localhost.evil.example",), "Origin"),
        (("Origin: http://127.0.0.1.evil.example",), "Origin"),
        (("Origin: http://localhost@evil.example",), "Origin"),
        (("Origin: http://localhost", "Origin: https://evil.example"), "Origin"),
        (("Origin: chrome-extension://localhost",), "Origin"),
        (("Origin: ",), "Origin"),
        (("Sec-Fetch-Site: cross-site",), "Sec-Fetch-Site"),
        (("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"), "Sec-Fetch-Site"),
    ],
)
def test_a_page_of_another_site_spends_nothing(
    gateways: dict[str, str], mode: str, lines: tuple[str, ...], param: str
) -> None:
    refused(ask(gateways[mode], CHAT, HERE, JSON, *lines, method="POST", body=BODY), param)


@pytest.mark.parametrize(
    ("mode", "lines"),
    [
        ("keyless", ()),
        ("keyless", ("Origin: http://localhost:4100", "Sec-Fetch-Site: same-origin")),
        ("keyless", ("Origin: http://localhost:{port}",)),
        ("keyless", ("Origin: http://[::1]:{port}", "Sec-Fetch-Site: same-site")),
        ("keyless", ("Origin: http://127.0.0.1:{port}", "Sec-Fetch-Site: cross-site")),
        ("keyless", ("Sec-Fetch-Site: none",)),
        ("open", ("Origin: https://app.example", "Sec-Fetch-Site: cross-site")),
        ("open", ("Origin: https://gateway.example:8443",)),
        ("open", ("Origin: https://evil.example", f"Authorization: Bearer {KEY}")),
        ("keys", ("Origin: https://evil.example", f"Authorization: Bearer {KEY}")),
    ],
)
def test_programs_and_known_pages_are_served(gateways: dict[str, str], mode: str, lines: tuple[str, ...]) -> None:
    port = urlsplit(gateways[mode]).port
    status, body = ask(
        gateways[mode], CHAT, HERE, JSON, *(line.format(port=port) for line in lines), method="POST", body=BODY
    )
    assert status == 200, body


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:3000", "http://127.0.0.1", "https://localhost", "http://[::1]:3000", "http://a.localhost"],
)
@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS", "HEAD"])
def test_a_page_of_another_port_of_this_machine_is_foreign(gateways: dict[str, str], method: str, origin: str) -> None:
    path, body = (CHAT, BODY) if method == "POST" else ("/v1/models", b"")
    answer = ask(gateways["keyless"], path, HERE, JSON, f"Origin: {origin}", method=method, body=body)
    assert answer[0] == 403, answer
    if method != "HEAD":
        refused(answer, "Origin")


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("HEAD", 200), ("POST", 400)])
def test_only_probes_name_no_host(gateways: dict[str, str], method: str, status: int) -> None:
    path, body = (CHAT, BODY) if method == "POST" else ("/healthz", b"")
    assert ask(gateways["keyless"], path, JSON, method=method, body=body, version="1.0")[0] == status


@pytest.mark.parametrize(
    ("mode", "host", "version", "status"),
    [
        ("keyless", ("Host: LOCALHOST",), "1.1", 200),
        ("keyless", ("Host: localhost.:80",), "1.1", 200),
        ("keyless", ("Host: app.localhost",), "1.1", 200),
        ("keyless", ("Host: 127.0.0.1:4100",), "1.1", 200),
        ("keyless", ("Host: 127.9.9.9",), "1.1", 200),
        ("keyless", ("Host: [::1]:4100",), "1.1", 200),
        ("keyless", ("Host: [::FFFF:127.0.0.1]:4100",), "1.1", 200),
        ("keyless", ("Host: localhost:",), "1.1", 200),
        ("keyless", (), "1.0", 200),
        ("keyless", (), "1.1", 400),
        ("keyless", ("Host: localhost", "Host: localhost"), "1.1", 400),
        ("keyless", ("Host: localhost", "Host: evil.example"), "1.1", 400),
        ("keyless", ("Host: evil.example",), "1.0", 403),
        ("keyless", ("Host: ",), "1.1", 403),
        ("keyless", ("Host: evil.example:80@localhost",), "1.1", 403),
        ("keyless", ("Host: localhost.evil.example",), "1.1", 403),
        ("keyless", ("Host: localhost/evil.example",), "1.1", 403),
        ("keyless", ("Host: localhost:80:80",), "1.1", 403),
        ("keyless", ("Host: 127.0.0.1.evil.example",), "1.1", 403),
        ("keyless", ("Host: 10.0.0.5",), "1.1", 403),
        ("keyless", ("Host: [::2]",), "1.1", 403),
        ("keyless", ("Host: localh\xf6st",), "1.1", 403),
        ("keyless", ("Host: gateway.example",), "1.1", 403),
        ("open", ("Host: gateway.example:443",), "1.1", 200),
        ("open", ("Host: GATEWAY.EXAMPLE.",), "1.1", 200),
        ("open", ("Host: a.b.wild.example",), "1.1", 200),
        ("open", ("Host: wild.example",), "1.1", 403),
        ("open", ("Host: 0.0.0.0:4100",), "1.1", 200),
        ("open", ("Host: evil.example",), "1.1", 403),
        ("keys", ("Host: evil.example", f"Authorization: Bearer {KEY}"), "1.1", 200),
    ],
)
def test_names_of_the_gateway(
    gateways: dict[str, str], mode: str, host: tuple[str, ...], version: str, status: int
) -> None:
    found, body = ask(gateways[mode], "/v1/models", *host, version=version)
    assert found == status, body


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://localhost:4100/v1/models", 200),
        ("http://evil.example/v1/models", 403),
        ("HTTP://EVIL.example:80/v1/models", 403),
        ("http://evil.example?x=/v1/models", 400),
    ],
)
def test_an_absolute_target_names_the_host(gateways: dict[str, str], target: str, status: int) -> None:
    found, body = ask(gateways["keyless"], target, HERE)
    assert found == status, body


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/plain", 415),
        ("TEXT/PLAIN;charset=utf-8", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/json; charset=utf-8", 200),
        (None, 200),
    ],
)
@pytest.mark.parametrize("path", [CHAT, "/key/generate"])
def test_json_comes_as_json(gateways: dict[str, str], kind: str | None, status: int, path: str) -> None:
    lines = (HERE,) if kind is None else (HERE, f"Content-Type: {kind}")
    body = BODY if path == CHAT else b"{}"
    found, answer = ask(gateways["keyless"], path, *lines, method="POST", body=body)
    assert found == status, answer
    if status == 415:
        assert "`Content-Type: application/json`" in json.loads(answer)["error"]["message"]


def test_without_keys_administration_is_only_possible_from_localhost(gateways: dict[str, str]) -> None:
    for lines in (
        (HERE, "Origin: http://localhost:3000", "Sec-Fetch-Site: same-site"),
        (HERE, "Sec-Fetch-Site: same-site"),
        ("Host: rebound.example",),
    ):
        status, body = ask(gateways["keyless"], "/key/generate", JSON, *lines, method="POST", body=b"{}")
        assert status == 403, body


def test_a_link_leads_to_the_page(gateways: dict[str, str]) -> None:
    link = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")
    assert ask(gateways["keyless"], "/", HERE, *link)[0] == 200
    refused(ask(gateways["keyless"], "/v1/models", HERE, *link), "Sec-Fetch-Site")


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Example.COM.:8080", "example.com"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[::1", None),
        ("a b", None),
        ("a:x", None),
        (".", None),
        ("", None),
    ],
)
def test_hosts_in_their_plain_form(text: str, host: str | None) -> None:
    assert host_of(text) == host


def test_loopback_addresses_are_recognized() -> None:
    assert all(map(is_loopback, ("localhost", "a.localhost", "127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1")))
    assert not any(map(is_loopback, ("localhost.example", "128.0.0.1", "::2", "0.0.0.0", "")))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[server]\nallowed_hosts = ["https://x"]\n', ["`server.allowed_hosts`", "'https://x'", "without a scheme"]),
        ('[server]\nallowed_hosts = "x"\n', ["`server.allowed_hosts`", "list"]),
        ('[cors]\nallowed_origins = ["app.example"]\n', ["`cors.allowed_origins`", "'app.example'", "scheme"]),
        ('[cors]\nallowed_origins = ["https://a/b"]\n', ["`cors.allowed_origins`", "'https://a/b'"]),
        ('[cors]\nallowed_methods = ["GET "]\n', ["`cors.allowed_methods`", "'GET '"]),
        ('[cors]\nallowed_headers = ["x y"]\n', ["`cors.allowed_headers`", "'x y'"]),
        ("[cors]\nmax_age = -1\n", ["`cors.max_age`", "-1"]),
        ('[cors]\nallowed_origins = ["*"]\nallow_credentials = true\n', ["`cors.allow_credentials`", "'*'"]),
        ("[cors]\norigins = []\n", ["`cors.origins`", "allowed_origins"]),
    ],
)
def test_settings_that_cannot_be(tmp_path: Any, text: str, says: list[str]) -> None:
    (tmp_path / "onceward.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "onceward.toml", {})
    assert all(part in str(caught.value) for part in says), str(caught.value)


def test_the_environment_names_hosts_and_origins(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings: Settings = load(
        environ={
            "ONCEWARD_GATEWAY_ALLOWED_HOSTS": "A.example, b.example",
            "ONCEWARD_GATEWAY_ALLOWED_ORIGINS": "https://App.example:443, http://b.example:8080",
        }
    )
    assert settings.allowed_hosts == {"a.example", "b.example"}
    assert settings.cors.allowed_origins == {"https://app.example", "http://b.example:8080"}


def test_a_program_in_the_same_process_names_no_host() -> None:
    check = HostCheck("127.0.0.1", frozenset(), CorsSettings())
    check.check({"type": "http", "method": "POST", "headers": []})
    with pytest.raises(ApiError, match="no `Host`"):
        check.check({"type": "http", "method": "POST", "headers": [], "http_version": "1.1"})
