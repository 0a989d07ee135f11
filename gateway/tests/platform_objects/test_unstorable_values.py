"""Values that no management write accepts: refused by name, alike on every database, for every declared member."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from onceward_gateway.http.contract import load_contract

from ..test_parameters import resolved

PREFIXES = ("/key", "/team", "/user", "/organization", "/customer", "/budget", "/model", "/credentials", "/global")
HOSTILE = {
    "nul": json.dumps("a\0b"),
    "nul in a list": json.dumps(["a\0b"]),
    "negative": "-1",
    "huge": "1" + "0" * 40,
    "nested lists": "[[[[]]]]",
}
CONTRACT = load_contract()


def members(schema: Any) -> dict[str, Any]:
    schema = resolved(schema)
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= members(part)
    return found


def writes() -> Iterator[tuple[str, str, str]]:
    for path, item in CONTRACT["paths"].items():
        for method in ("post", "put", "patch", "delete"):
            if not path.startswith(PREFIXES) or "requestBody" not in item.get(method, {}):
                continue
            content = resolved(item[method]["requestBody"])["content"]
            for name in members(content["application/json"]["schema"]):
                yield method.upper(), path.replace("{key}", "k").replace("{credential_name}", "k"), name


def filters() -> Iterator[tuple[str, str]]:
    for path, item in CONTRACT["paths"].items():
        if "{" in path or "get" not in item:
            continue
        for parameter in (*item.get("parameters", ()), *item["get"].get("parameters", ())):
            if resolved(parameter)["in"] == "query":
                yield path, resolved(parameter)["name"]


def test_hostile_members_of_management_writes(gateway: str) -> None:
    wrong: list[tuple[object, ...]] = []
    with httpx2.Client(base_url=gateway, headers={"Content-Type": "application/json"}) as client:
        for method, path, name in writes():
            for kind, text in HOSTILE.items():
                answer = client.request(method, path, content=f'{{"{name}": {text}}}')
                if not 400 <= answer.status_code < 500:
                    wrong.append((path, name, kind, answer.status_code, answer.text[:120]))
                elif "database" in answer.json()["error"]["message"]:
                    wrong.append((path, name, kind, "names the database"))
    assert not wrong, "\n".join(map(str, wrong))


def test_nul_in_a_query(gateway: str) -> None:
    wrong: list[tuple[object, ...]] = []
    with httpx2.Client(base_url=gateway) as client:
        for path, name in filters():
            answer = client.get(path, params={name: "a\0b"})
            if answer.status_code != 400 or name not in answer.json()["error"]["message"]:
                wrong.append((path, name, answer.status_code, answer.text[:120]))
    assert not wrong, "\n".join(map(str, wrong))


def test_the_member_with_nul_is_named(gateway: str) -> None:
    body = {"key_alias": "a", "tags": ["plain", "a\0b"]}
    answer = httpx2.post(gateway + "/key/generate", json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "tags[1]")


@pytest.mark.parametrize("number", ["1e999", "NaN", "-Infinity"])
def test_numbers_that_json_does_not_have(gateway: str, number: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = httpx2.post(gateway + "/key/generate", content=f'{{"max_budget": {number}}}', headers=headers)
    assert answer.status_code == 400, answer.text


def test_a_member_name_with_nul(gateway: str) -> None:
    answer = httpx2.post(gateway + "/key/generate", json={"metadata": {"a\0b": "x"}})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "metadata")


@pytest.mark.parametrize(
    ("members", "param"),
    [
        ({"user": "a\0b"}, "user"),
        ({"metadata": {"a": "b\0"}}, "metadata.a"),
        ({"metadata": {"a\0": "b"}}, "metadata"),
        ({"metadata": {"tags": ["a\0"]}}, "metadata.tags[0]"),
        ({"tags": ["plain", "a\0"]}, "tags[1]"),
        ({"safety_identifier": "a\0"}, "safety_identifier"),
        ({"prompt_cache_key": "a\0"}, "prompt_cache_key"),
        ({"model": "onceward/echo\0"}, "model"),
        ({"extra_body": {"user": "a\0"}}, "extra_body.user"),
    ],
)
def test_a_call_of_a_model_with_nul(gateway: str, members: dict[str, Any], param: str) -> None:
    body = {"model": "onceward/echo", "messages": [{"role": "user", "content": "hi"}]} | members
    answer = httpx2.post(gateway + "/v1/chat/completions", json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param), answer.text


@pytest.mark.parametrize("path", ["/v1/models", "/key/list"])
def test_the_name_of_a_query_with_nul(gateway: str, path: str) -> None:
    answer = httpx2.get(gateway + path + "?a%00b=1")
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "query"), answer.text
