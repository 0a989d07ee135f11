"""`GET /` for people and programs, the contract under the gateway's own address, and paths that were probably meant."""

from __future__ import annotations

import re

import httpx2
import pytest

from onceward_gateway import __version__

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def test_a_browser_gets_a_page(gateway: str) -> None:
    answer = httpx2.get(gateway + "/", headers={"Accept": BROWSER})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    assert __version__ in answer.text
    assert f"curl {gateway}/v1/chat/completions" in answer.text
    links = re.findall(r'href="(/[^"]*)"', answer.text)
    assert {"/v1/models", "/openapi.json", "/healthz", "/readyz"} <= set(links)
    for link in links:
        assert httpx2.get(gateway + link).status_code == 200, link


@pytest.mark.parametrize(
    "accept", [None, "*/*", "application/json", "application/json, text/html;q=0.5", "text/html;q=0"]
)
def test_a_program_gets_json(gateway: str, accept: str | None) -> None:
    answer = httpx2.get(gateway + "/", headers={} if accept is None else {"Accept": accept})
    shown = answer.json()
    assert (shown["version"], shown["auth_mode"]) == (__version__, "disabled")
    for name, link in shown["links"].items():
        assert name == "docs" or httpx2.get(gateway + link).status_code == 200, link


@pytest.mark.parametrize("path", ["/", "/openapi.json", "/healthz", "/v1/models"])
def test_head_is_get_without_a_body(gateway: str, path: str) -> None:
    head, get = httpx2.head(gateway + path), httpx2.get(gateway + path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.headers["content-length"] == str(len(get.content))


def test_the_contract_is_whole(gateway: str) -> None:
    document = httpx2.get(gateway + "/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert document["servers"] == [{"url": "/"}]
    chat = document["paths"]["/v1/chat/completions"]["post"]
    assert chat["summary"]
    assert chat["responses"]["200"]["description"]
    same = httpx2.get(gateway + "/openapi.yaml")
    assert (same.json(), same.headers["content-type"]) == (document, "application/yaml")


@pytest.mark.parametrize(
    ("method", "path", "meant"),
    [
        ("POST", "/v1/chat/completion", "POST /v1/chat/completions"),
        ("POST", "/v1/v1/chat/completions", "POST /v1/chat/completions"),
        ("POST", "/api/v1/chat/completions", "POST /v1/chat/completions"),
        ("POST", "/V1/Chat/Completions", "POST /v1/chat/completions"),
        ("POST", "/v1//chat/completions/", "POST /v1/chat/completions"),
        ("POST", "/v1/chat/compeltions", "POST /v1/chat/completions"),
        ("GET", "/v1/model", "GET /v1/models"),
        ("POST", "/v1/embedding", "POST /v1/embeddings"),
        ("GET", "/chat/complete", "POST /chat/completions"),
    ],
)
def test_the_path_that_was_meant(gateway: str, method: str, path: str, meant: str) -> None:
    answer = httpx2.request(method, gateway + path)
    assert answer.status_code == 404
    message = answer.json()["error"]["message"]
    assert f"`{meant}`" in message or f"`{meant.replace(' /', ' /v1/')}`" in message, message


@pytest.mark.parametrize("path", ["/nothing/like/it", "/" + "x" * 5000, "/%00", "/.env"])
def test_no_path_is_guessed_for_what_is_far_from_all(gateway: str, path: str) -> None:
    answer = httpx2.get(gateway + path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "path_not_found")
    assert "Did you mean" not in answer.json()["error"]["message"]


def test_a_wrong_method_names_the_right_ones(gateway: str) -> None:
    answer = httpx2.get(gateway + "/v1/chat/completions")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert "Use POST" in answer.json()["error"]["message"]
