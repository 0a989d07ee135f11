"""Every failure in the one envelope: paths, methods, bodies, fields, keys, versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import openai
import pytest

Launch = Callable[..., Any]

CHAT = "/v1/chat/completions"
HELLO: list[Any] = [{"role": "user", "content": "Hello!"}]


def failed(answer: httpx2.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert error["message"]
    assert error["type"]
    assert error["request_id"] == answer.headers["x-request-id"]
    assert {"code", "param"} <= error.keys()
    return error


def test_unknown_path(gateway: str) -> None:
    assert failed(httpx2.get(gateway + "/v1/nothing"), 404)["code"] == "path_not_found"
    failed(httpx2.get(gateway + "/v1/models/"), 404)
    failed(httpx2.get(gateway + "//v1/models"), 404)


def test_wrong_method(gateway: str) -> None:
    answer = httpx2.put(gateway + CHAT, json={})
    assert failed(answer, 405)["code"] == "method_not_allowed"
    assert answer.headers["allow"] == "POST"
    assert httpx2.request("OPTIONS", gateway + "/v1/models").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("body", [b"", b"{", b"hello", b'{"a": NaN}', b"\xff\xfe", b'{"model": "x",}'])
def test_no_json(gateway: str, body: bytes) -> None:
    assert failed(httpx2.post(gateway + CHAT, content=body), 400)["code"] == "invalid_json"


@pytest.mark.parametrize("body", [b"[]", b"3", b'"text"', b"null"])
def test_no_object(gateway: str, body: bytes) -> None:
    failed(httpx2.post(gateway + CHAT, content=body), 400)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"messages":' + "[" * 400 + "]" * 400 + "}"])
def test_nested_too_deep(gateway: str, text: str) -> None:
    assert failed(httpx2.post(gateway + CHAT, content=text.encode()), 400)["code"] in ("too_deep", "invalid_json")


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": 3}, "temperature"),
        ({"messages": []}, "messages"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": 1}]}]}, "messages[0].content[0].text"),
        ({"stream": "yes"}, "stream"),
        ({"n": 1.5}, "n"),
        ({"model": None}, "model"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
    ],
)
def test_a_wrong_field_is_named(gateway: str, change: dict[str, Any], param: str) -> None:
    error = failed(httpx2.post(gateway + CHAT, json={"model": "onceward/echo", "messages": HELLO} | change), 400)
    assert error["param"] == param
    assert error["type"] == "invalid_request_error"


def test_a_missing_field_is_named(gateway: str) -> None:
    assert failed(httpx2.post(gateway + CHAT, json={"messages": HELLO}), 400)["param"] == "model"
    assert failed(httpx2.post(gateway + CHAT, json={"model": "m"}), 400)["param"] == "messages"


def test_a_wrong_query_is_named(gateway: str) -> None:
    assert failed(httpx2.get(gateway + "/v1/calls?limit=many"), 400)["param"] == "limit"
    assert failed(httpx2.get(gateway + "/v1/calls?limit=0"), 400)["param"] == "limit"


def test_too_large(launch: Launch) -> None:
    server = launch("--offline", ONCEWARD_GATEWAY_MAX_BODY_BYTES="2048")
    body = {"model": "m", "messages": [{"role": "user", "content": "x" * 4096}]}
    assert failed(httpx2.post(server.url + CHAT, json=body), 413)["code"] == "payload_too_large"
    pieces = (b"x" * 500 for _ in range(10))
    failed(httpx2.post(server.url + CHAT, content=pieces), 413)


def test_unknown_model(launch: Launch) -> None:
    server = launch()
    answer = httpx2.post(server.url + CHAT, json={"model": "gpt-4", "messages": HELLO})
    assert failed(answer, 404)["code"] == "model_not_found"


def test_version(gateway: str) -> None:
    for version, status in (("1", 200), ("v1", 200), ("2025-03-01", 200), ("2", 400), ("x", 400)):
        assert httpx2.get(gateway + "/v1/models", headers={"X-Onceward-API-Version": version}).status_code == status


@pytest.mark.parametrize("given", ["ok-1.2:3_4", "x" * 255])
def test_a_sane_request_id_is_kept(gateway: str, given: str) -> None:
    assert httpx2.get(gateway + "/healthz", headers={"X-Request-Id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["a b", "x" * 256, "<script>", ""])
def test_another_is_replaced(gateway: str, given: str) -> None:
    made = httpx2.get(gateway + "/healthz", headers={"X-Request-Id": given}).headers["x-request-id"]
    assert made.startswith("req_")


KEY = "sk-test-0123456789abcdef"


@pytest.fixture
def guarded(launch: Launch) -> str:
    url: str = launch("--offline", ONCEWARD_GATEWAY_API_KEYS=KEY).url
    return url


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {KEY}"},
        {"authorization": f"bearer {KEY}"},
        {"X-API-Key": KEY},
        {"api-key": KEY},
        {"Ocp-Apim-Subscription-Key": KEY},
    ],
)
def test_every_way_to_send_a_key(guarded: str, headers: dict[str, str]) -> None:
    assert httpx2.get(guarded + "/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize("key", [None, "sk-wrong", "' OR 1=1 --", "sk-test-0123456789abcdef "[:-2], "x" * 9000])
def test_no_other_key(guarded: str, key: str | None) -> None:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    for path in ("/v1/models", "/v1/calls", "/models/onceward%2Fecho"):
        answer = httpx2.get(guarded + path, headers=headers)
        assert failed(answer, 401)["type"] == "authentication_error"
        assert key is None or len(key) < 13 or key not in answer.text
    failed(httpx2.post(guarded + CHAT, headers=headers, json={"model": "m", "messages": HELLO}), 401)
    assert httpx2.get(guarded + "/healthz").status_code == 200


def test_callers_do_not_see_each_other(launch: Launch) -> None:
    other = "sk-other-0123456789abcdef"
    server = launch("--offline", ONCEWARD_GATEWAY_API_KEYS=f"{KEY},{other}")
    mine, theirs = ({"Authorization": f"Bearer {key}", "Idempotency-Key": "same"} for key in (KEY, other))
    body = {"model": "m", "messages": HELLO}
    first = httpx2.post(server.url + CHAT, json=body, headers=mine)
    second = httpx2.post(server.url + CHAT, json=body, headers=theirs)
    assert first.headers["x-onceward-call-id"] != second.headers["x-onceward-call-id"]
    failed(httpx2.get(f"{server.url}/v1/calls/{first.headers['x-onceward-call-id']}", headers=theirs), 404)
    assert len(httpx2.get(server.url + "/v1/calls", headers=theirs).json()["data"]) == 1


def test_the_official_client_raises_its_classes(gateway: str) -> None:
    client = openai.OpenAI(base_url=gateway + "/v1", api_key="x", max_retries=0)
    with pytest.raises(openai.BadRequestError) as bad:
        client.chat.completions.create(model="onceward/echo", messages=HELLO, temperature=9)
    assert bad.value.param == "temperature"
    with pytest.raises(openai.RateLimitError) as limited:
        client.chat.completions.create(model="onceward/fault-rate-limit", messages=HELLO)
    assert limited.value.response.headers["retry-after"]
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="onceward/fault-error", messages=HELLO)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/batches", {"endpoint": CHAT, "completion_window": "24h", "input_file_id": "f" * 900_000}, 400),
        ("/v1/fine_tuning/jobs", {"model": "onceward/echo", "training_file": "f" * 900_000}, 400),
        (CHAT, {"model": "onceward/echo", "messages": HELLO, "response_format": {"type": "m" * 900_000}}, 400),
    ],
)
def test_a_long_value_is_not_repeated_whole(gateway: str, path: str, body: dict[str, Any], status: int) -> None:
    error = failed(httpx2.post(gateway + path, json=body), status)
    assert len(error["message"]) < 5_000
    # The last sentence says how to resolve the error.
    assert error["message"].endswith(".")
