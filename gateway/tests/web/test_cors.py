"""CORS: the headers that a browser receives for requests of another origin, and before them."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from ..conftest import GatewayProcess, Launch

CHAT = "/v1/chat/completions"
BODY = {"model": "onceward/echo", "messages": [{"role": "user", "content": "ping"}]}
APP, OTHER = "https://app.example", "https://other.example"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("cors")
    (folder / "onceward.toml").write_text(
        f'[cors]\nallowed_origins = ["{APP}", "null"]\nallowed_methods = ["get", "POST"]\n'
        'allowed_headers = ["Authorization", "content-type"]\nallow_credentials = true\nmax_age = 77\n'
    )
    server = GatewayProcess(folder).start()
    yield server.url
    server.stop()


def preflight(url: str, path: str, origin: str, method: str = "POST", **more: str) -> httpx2.Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": method, "Sec-Fetch-Site": "cross-site"}
    return httpx2.request("OPTIONS", url + path, headers=headers | {k.replace("_", "-"): v for k, v in more.items()})


def granted(answer: httpx2.Response) -> dict[str, str]:
    return {
        name.removeprefix("access-control-"): value
        for name, value in answer.headers.items()
        if name.startswith("access-control-")
    }


@pytest.mark.parametrize("path", [CHAT, "/v1/models", "/v1/files/x/content", "/metrics", "/key/generate", "/nowhere"])
def test_a_preflight_of_a_known_origin(url: str, path: str) -> None:
    asked = "Authorization, Content-Type"
    answer = preflight(
        url, path, APP, access_control_request_headers=asked, access_control_request_private_network="true"
    )
    assert answer.status_code == 200
    found = granted(answer)
    assert found["allow-origin"] == APP
    assert found["allow-methods"] == "GET, POST"
    assert found["allow-headers"] == "authorization, content-type"
    assert found["allow-credentials"] == "true"
    assert found["max-age"] == "77"
    assert found["allow-private-network"] == "true"
    assert "origin" in answer.headers["vary"].lower()


def test_preflights_that_are_refused(url: str) -> None:
    for answer, code in (
        (preflight(url, CHAT, OTHER), "origin_not_allowed"),
        (preflight(url, CHAT, APP + ".evil.example"), "origin_not_allowed"),
        (preflight(url, CHAT, APP, "DELETE"), "method_not_allowed"),
        (preflight(url, CHAT, APP, access_control_request_headers="x-secret"), "header_not_allowed"),
    ):
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == code
    assert "allow-origin" not in granted(preflight(url, CHAT, OTHER))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("origin", [APP, "null"])
def test_answers_streams_and_errors_are_readable(url: str, stream: bool, origin: str) -> None:
    for body, status in ((BODY | {"stream": stream}, 200), ({**BODY, "messages": []}, 400)):
        answer = httpx2.post(url + CHAT, json=body, headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == status
        found = granted(answer)
        assert (found["allow-origin"], found["allow-credentials"]) == (origin, "true")
        assert {"x-request-id", "retry-after", "x-onceward-call-id"} <= set(found["expose-headers"].split(", "))
        assert answer.headers.get_list("vary") == ["Origin"]


def test_other_origins_are_granted_nothing(url: str) -> None:
    answer = httpx2.post(url + CHAT, json=BODY, headers={"Origin": OTHER})
    assert answer.status_code == 403
    assert granted(answer) == {}
    plain = httpx2.post(url + CHAT, json=BODY)
    assert (plain.status_code, granted(plain), plain.headers["vary"]) == (200, {}, "Origin")


def test_off_by_default(gateway: str) -> None:
    answer = httpx2.post(gateway + CHAT, json=BODY, headers={"Origin": gateway})
    assert (answer.status_code, granted(answer), "vary" in answer.headers) == (200, {}, False)
    assert preflight(gateway, CHAT, gateway).status_code == 405
    assert preflight(gateway, CHAT, "http://localhost:3000").status_code == 403


def test_every_origin_where_keys_are_required(launch: Launch) -> None:
    key = "sk-cors-0123456789abcdef"
    server = launch(config=f'[auth]\napi_keys = ["{key}"]\n[cors]\nallowed_origins = ["*"]\n')
    asked = preflight(server.url, CHAT, OTHER, access_control_request_headers="authorization,x-anything")
    assert granted(asked)["allow-origin"] == "*"
    assert granted(asked)["allow-headers"] == "authorization, x-anything"
    headers = {"Origin": OTHER, "Authorization": f"Bearer {key}"}
    answer = httpx2.post(server.url + CHAT, json=BODY, headers=headers)
    assert (answer.status_code, granted(answer)["allow-origin"]) == (200, "*")
    refused = httpx2.post(server.url + CHAT, json=BODY, headers={"Origin": OTHER})
    assert (refused.status_code, granted(refused)["allow-origin"]) == (401, "*")


def test_a_preflight_names_the_gateway(url: str) -> None:
    assert preflight(url, CHAT, APP, Host="rebound.example").json()["error"]["code"] == "foreign_origin"
