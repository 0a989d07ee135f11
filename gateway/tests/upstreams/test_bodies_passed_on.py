"""Bodies of calls: passed on to providers of the same protocol, and checked as a whole for all other targets."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

import onceward

from ..conftest import GatewayProcess
from ..recording_provider import RecordingProvider, recording_provider

MASTER = "sk-master-0123456789abcdef"
USER = {"role": "user", "content": "ping"}
CALL = {"id": "c1", "type": "function", "function": {"name": "w", "arguments": "{}"}}
FUNCTION = {"name": "w", "parameters": {"type": "object", "properties": {}}}
TOOLS = [{"type": "function", "function": FUNCTION}]
CONFIG = """
[auth]
api_keys = ["{master}"]
[providers.up]
base_url = "{url}/v1"
api_key = "sk-operators"
[providers.claude]
protocol = "anthropic"
base_url = "{url}"
api_key = "sk-operators"
[models]
"m" = "up/m"
"claude" = "claude/claude-x"
"local" = "onceward/echo"
[prices."up/m"]
input_per_million = 1
output_per_million = 1
[deployments.mixed-offline]
model_name = "mixed"
model = "onceward/echo"
weight = 1000
[deployments.mixed-up]
model_name = "mixed"
model = "up/m"
[deployments.mixed-claude]
model_name = "mixed"
model = "claude/claude-x"
[deployments.strict-offline]
model_name = "strict"
model = "onceward/echo"
[deployments.strict-claude]
model_name = "strict"
model = "claude/claude-x"
[routing.fallbacks]
"local" = ["m"]
"m" = ["local"]
[guardrails.names]
guardrail = "words"
default_on = false
options = {{ words = ["Voldemort"], action = "block" }}
"""


class World:
    """A gateway and its provider."""

    def __init__(self, url: str, provider: RecordingProvider) -> None:
        self.http = httpx2.Client(base_url=url, timeout=60)
        self.provider = provider
        self.seen = provider.seen

    def key(self, **members: Any) -> str:
        answer = self.http.post("/key/generate", json=members, headers={"Authorization": f"Bearer {MASTER}"})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["key"])

    def ask(self, path: str, key: str = MASTER, **request: Any) -> httpx2.Response:
        self.seen.clear()
        return self.http.post(path, headers={"Authorization": f"Bearer {key}"}, **request)

    def chat(self, body: dict[str, Any], key: str = MASTER, model: str = "m") -> httpx2.Response:
        return self.ask("/v1/chat/completions", key, json={"model": model, "messages": [USER]} | body)

    def refused(self, answer: httpx2.Response, status: int = 400) -> dict[str, Any]:
        """Return the error of a request that no provider received."""
        assert answer.status_code == status, answer.text
        assert self.seen == []
        error: dict[str, Any] = answer.json()["error"]
        return error

    @property
    def sent(self) -> dict[str, Any]:
        """The one body that the provider was sent."""
        return self.provider.sent


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("passed-on")
    with recording_provider() as provider:
        (folder / "onceward.toml").write_text(CONFIG.format(master=MASTER, url=provider.url))
        gateway = GatewayProcess(folder, log=folder / "log").start()
        made = World(gateway.url, provider)
        yield made
        made.http.close()
        gateway.stop()
    assert "Traceback" not in (folder / "log").read_text()


def parts(*content: Any, role: str = "user") -> dict[str, Any]:
    return {"messages": [{"role": role, "content": list(content)}, USER]}


def called(call: dict[str, Any]) -> dict[str, Any]:
    result = {"role": "tool", "tool_call_id": "c1", "content": "x"}
    return {"messages": [USER, {"role": "assistant", "content": None, "tool_calls": [call]}, result]}


# Bodies that providers and the contract accept: offline models answer, or refuse by name.
ACCEPTED = [
    {"n": 20},
    {"stop": list("vwxyz")},
    {"max_tokens": -1},
    {"max_tokens": 0},
    {"tools": TOOLS, "tool_choice": "any"},
    parts({"type": "video_url", "video_url": {"url": "http://x/a.mp4"}}),
    parts({"type": "audio_url", "audio_url": {"url": "http://x/a.mp3"}}),
    parts({"type": "image_url", "image_url": "http://x/a.png"}),
    {
        "messages": [
            USER,
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {
                "role": "tool",
                "tool_call_id": "c1",
                "content": [{"type": "image_url", "image_url": {"url": "http://x/a.png"}}],
            },
        ]
    },
    {"tools": [{"type": "builtin_function", "function": {"name": "$web_search"}}]},
    {"tools": [{"type": "web_search"}]},
    {"response_format": {"type": "grammar", "grammar": "x"}},
    parts({"type": "document_url", "document_url": "http://x/a.pdf"}),
    parts({"type": "thinking", "thinking": [{"type": "text", "text": "x"}]}, role="assistant"),
    called({"id": "c1", "function": {"name": "w", "arguments": "{}"}}),
    parts({"type": "image_url", "image_url": {"url": "http://x/a.png", "detail": None}}),
    {"tools": [{"type": "function", "function": {"name": "w", "parameters": None}}]},
    {"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}},
]
# Bodies that the contract excludes, with the member that has the fault.
STRICT: list[tuple[dict[str, Any], str]] = [
    ({"n": 200}, "n"),
    ({"temperature": 3}, "temperature"),
    ({"temperature": "0.5"}, "temperature"),
    ({"top_p": 1.5}, "top_p"),
    ({"frequency_penalty": -3}, "frequency_penalty"),
    ({"logprobs": 5}, "logprobs"),
    ({"stop": [50256]}, "stop[0]"),
    ({"logit_bias": [[50256, -100]]}, "logit_bias"),
    ({"seed": "7"}, "seed"),
    ({"tool_choice": "w", "tools": TOOLS}, "tool_choice"),
    ({"tools": [{"function": FUNCTION}]}, "tools[0].type"),
    ({"tools": [{"type": "function", "function": "w"}]}, "tools[0].function"),
    ({"functions": [{"name": 5}]}, "functions[0].name"),
    ({"response_format": "json"}, "response_format"),
    ({"response_format": {"type": "json_schema", "json_schema": {"schema": True}}}, "response_format"),
    ({"parallel_tool_calls": "auto"}, "parallel_tool_calls"),
    ({"reasoning_effort": 3}, "reasoning_effort"),
    ({"thinking": "enabled"}, "thinking"),
    ({"store": "no"}, "store"),
    ({"service_tier": 1}, "service_tier"),
    ({"web_search_options": True}, "web_search_options"),
    ({"prompt_cache_key": 7}, "prompt_cache_key"),
    ({"messages": [{"role": "ipython", "content": "x"}, USER]}, "messages[0].role"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
    ({"messages": [{"role": "user", "content": {"text": "x"}}]}, "messages[0].content"),
    ({"messages": [{"role": "user"}]}, "messages[0].content"),
    (parts("ping"), "messages[0].content"),
    (parts({"type": "text"}), "messages[0].content"),
    (called({"id": 1, "function": {"name": "w"}}), "messages[1].tool_calls"),
    ({"extra_body": {"temperature": 3}}, "extra_body.temperature"),
]


@pytest.mark.parametrize("body", ACCEPTED, ids=lambda body: str(body)[:70])
def test_a_provider_gets_a_valid_body_as_it_is(world: World, body: dict[str, Any]) -> None:
    assert world.chat(body).status_code == 200
    assert world.sent == {"messages": [USER]} | body | {"model": "m"}


@pytest.mark.parametrize("body", ACCEPTED, ids=lambda body: str(body)[:70])
def test_the_python_sdk_sends_a_valid_body(world: World, body: dict[str, Any]) -> None:
    world.seen.clear()
    with onceward.Onceward(api_key=MASTER, base_url=str(world.http.base_url)) as client:
        client.chat.completions.create(**{"model": "m", "messages": [USER]} | body)
    assert world.sent == {"messages": [USER]} | body | {"model": "m"}


@pytest.mark.parametrize("body", [body for body, _ in STRICT if "extra_body" not in body], ids=lambda b: str(b)[:70])
def test_the_python_sdk_sends_any_other_body_as_extra_parameters(world: World, body: dict[str, Any]) -> None:
    world.seen.clear()
    with onceward.Onceward(api_key=MASTER, base_url=str(world.http.base_url)) as client:
        client.chat.completions.create(model="m", messages=[USER], extra_body=body)  # type: ignore[list-item]
    assert world.sent == {"messages": [USER]} | body | {"model": "m"}


@pytest.mark.parametrize("body", [body for body, _ in STRICT], ids=lambda body: str(body)[:70])
@pytest.mark.parametrize("model", ["m", "mixed", "up/m"])
def test_a_provider_gets_any_other_body_as_it_is(world: World, body: dict[str, Any], model: str) -> None:
    """Of a name with several deployments, the one that takes the body serves it."""
    answer = world.chat(body, model=model)
    assert answer.status_code == 200, answer.text
    expected = {"messages": [USER]} | body | body.get("extra_body", {}) | {"model": "m"}
    expected.pop("extra_body", None)
    assert world.sent == expected


@pytest.mark.parametrize(("body", "param"), STRICT, ids=lambda value: str(value)[:70])
@pytest.mark.parametrize("model", ["onceward/echo", "claude", "strict", "claude/any"])
def test_other_targets_need_the_whole_contract(world: World, body: dict[str, Any], param: str, model: str) -> None:
    error = world.refused(world.chat(body, model=model))
    assert error["param"].startswith(param)
    assert f"`{error['param']}`" in error["message"]


@pytest.mark.parametrize("body", ACCEPTED, ids=lambda body: str(body)[:70])
def test_offline_models_answer_or_refuse_by_name(world: World, body: dict[str, Any]) -> None:
    answer = world.chat(body, model="onceward/echo")
    assert answer.status_code == 200 or answer.json()["error"]["param"], answer.text
    assert world.seen == []


def test_a_mocked_answer_needs_the_whole_contract(world: World) -> None:
    assert world.refused(world.chat({"mock_response": "x", "temperature": 3}))["param"] == "temperature"


def test_a_fallback_that_takes_the_body_serves_it(world: World) -> None:
    assert world.chat({"temperature": 3}, model="local").status_code == 200
    assert world.sent["temperature"] == 3
    assert world.chat({"temperature": 1}, model="local").status_code == 200
    assert world.seen == []


@pytest.mark.parametrize("path", ["/openai/deployments/m", "/engines/m", "/openai/deployments/mixed"])
@pytest.mark.parametrize("named", [{}, {"model": None}])
def test_paths_with_a_deployment(world: World, path: str, named: dict[str, Any]) -> None:
    body = {"messages": [USER], "temperature": 3, **named}
    answer = world.ask(path + "/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    assert world.sent == {"messages": [USER], "temperature": 3, "model": "m"}
    error = world.refused(world.ask("/openai/deployments/strict/chat/completions", json=body))
    assert error["param"] == "temperature"


def test_aliases_of_a_key(world: World) -> None:
    key = world.key(aliases={"fast": "m", "free": "onceward/echo"})
    assert world.chat({"temperature": 3}, key, "fast").status_code == 200
    assert world.refused(world.chat({"temperature": 3}, key, "free"))["param"] == "temperature"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"model": 5}, "model"),
        ({"model": None}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "ping"}, "messages"),
        ({"messages": ["ping"]}, "messages[0]"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": "usage"}, "stream_options"),
        ({"n": "2"}, "n"),
        ({"n": 0}, "n"),
        ({"n": 1.5}, "n"),
        ({"max_tokens": "many"}, "max_tokens"),
        ({"max_completion_tokens": [5]}, "max_completion_tokens"),
        ({"tools": {"type": "web_search"}}, "tools"),
        ({"modalities": "audio"}, "modalities"),
        ({"user": 7}, "user"),
        ({"metadata": "x"}, "metadata"),
        ({"tags": "x"}, "tags"),
        ({"cache": 7}, "cache"),
        ({"guardrails": "names"}, "guardrails"),
        ({"virtual_model_id": 1}, "virtual_model_id"),
        ({"extra_body": {"n": "2"}}, "extra_body.n"),
        ({"temperature": 3, "n": "2"}, "n"),
    ],
)
@pytest.mark.parametrize("model", ["m", "onceward/echo"])
def test_what_the_gateway_uses_is_checked_for_every_target(
    world: World, body: dict[str, Any], param: str, model: str
) -> None:
    error = world.refused(world.chat({"model": model} | body, model=model))
    assert error["param"] == param
    assert f"`{param}`" in error["message"]


def preview(world: World, body: dict[str, Any], model: str) -> dict[str, Any]:
    asked = {"call_type": "completion", "request_body": {"model": model, "messages": [USER]} | body}
    answer = world.ask("/utils/transform_request", json=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_preview_refuses_what_the_call_would_refuse(world: World) -> None:
    assert preview(world, {"temperature": 3}, "m")["raw_request_body"]["temperature"] == 3
    assert preview(world, {"temperature": 3}, "mixed")["raw_request_body"]["temperature"] == 3
    for model in ("claude", "strict", "onceward/echo"):
        assert "`temperature`" in preview(world, {"temperature": 3}, model)["error"]
    assert "`extra_body.temperature`" in preview(world, {"extra_body": {"temperature": 3}}, "claude")["error"]
    for name, value in (("messages", 5), ("modalities", 5), ("stream_options", 5), ("tools", 5), ("n", "2")):
        for model in ("m", "mixed", "claude"):
            assert f"`{name}`" in preview(world, {name: value, "stream": True}, model)["error"]


def test_access_and_model_are_judged_before_the_contract(world: World) -> None:
    assert world.refused(world.chat({"temperature": 3}, "sk-unknown-0123456789"), 401)
    assert world.refused(world.chat({"temperature": 3}, world.key(models=["claude"])), 403)
    assert world.refused(world.chat({"temperature": 3}, model="nobody/knows"), 404)["code"] == "model_not_found"


def test_every_answer_is_reserved(world: World) -> None:
    """Twenty answers of 1,000 tokens cost 0.02 dollars, two hundred 0.2."""
    key = world.key(max_budget=0.1)
    assert world.chat({"n": 20, "max_tokens": 1000}, key).status_code == 200
    for count in (200, 200.0):
        refused = world.refused(world.chat({"n": count, "max_tokens": 1000}, key), 402)
        assert refused["code"] == "budget_exceeded"


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": {"deep": [{"er": "Voldemort"}]}}]},
        {"messages": [{"role": "Voldemort", "content": "x"}]},
        parts("Voldemort"),
        parts({"type": "document_url", "document_url": {"name": "Voldemort"}}),
        {"stop": {"at": "Voldemort"}},
        {"temperature": "Voldemort"},
        {"messages": [{"role": "ipython", "content": "Volde"}, {"role": "ipython", "content": "mort"}]},
        {"messages": [{"role": {}, "content": "x"}, {"role": ["Voldemort"], "content": 1}]},
        {"messages": [{"role": "user", "content": "Volde"}, {"role": "User", "content": "mort"}]},
        {"messages": [{"content": "Volde"}, {"content": "mort"}]},
        {"messages": [{"role": ["user"], "content": "Volde"}, {"role": ["user"], "content": "mort"}]},
        {"messages": [{"role": "user", "content": "Volde", "tool_calls": [1]}, {"role": "user", "content": "mort"}]},
        {"messages": [{"role": "user", "content": "Volde"}, {"role": "user", "content": ["mo", "rt"]}]},
        parts("Volde", "mort"),
        parts("Volde", {"type": "text", "text": "mort"}),
        parts({"type": "blob", "blob": base64.b64encode(b"This is Voldemort, and nobody else.").decode()}),
        parts({"document": {"source": {"bytes": base64.b64encode(b"This is Voldemort, and nobody else.").decode()}}}),
    ],
)
def test_guardrails_read_every_text(world: World, body: dict[str, Any]) -> None:
    error = world.refused(world.chat(body | {"guardrails": ["names"]}))
    assert error["code"] == "content_blocked"


_NAMES = (
    *("arguments", "content", "data", "file", "function", "id", "image_url", "input_audio", "name", "parameters"),
    *("role", "text", "tool_calls", "type", "url"),
)
_MEMBERS = (
    *("audio", "function_call", "functions", "logit_bias", "max_tokens", "metadata", "modalities", "moderation"),
    *("options", "plugins", "prediction", "reasoning", "response_format", "search_parameters", "service_tier", "speed"),
    *("stop", "stream_options", "temperature", "thinking", "tool_choice", "tools", "web_search_options"),
)


def odd(choose: random.Random, depth: int = 0) -> Any:
    """Return any JSON value."""
    kind = choose.randrange(8 if depth < 4 else 6)
    if kind < 6:
        return choose.choice([None, True, 0, -1, 1.5, 10**30, "", "x", "text", "user", "data:image/png;base64,AAAA"])
    if kind == 6:
        return [odd(choose, depth + 1) for _ in range(choose.randrange(3))]
    return {choose.choice(_NAMES): odd(choose, depth + 1) for _ in range(choose.randrange(4))}


@pytest.mark.parametrize("seed", range(4))
def test_no_body_breaks_the_gateway(world: World, seed: int) -> None:
    choose = random.Random(seed)
    passed = 0
    for _ in range(150):
        message = {choose.choice(_NAMES): odd(choose) for _ in range(3)}
        messages = [message, {"role": odd(choose, 3), "content": odd(choose)}]
        body = {"messages": messages} | {choose.choice(_MEMBERS): odd(choose) for _ in range(choose.randrange(4))}
        answer = world.chat(body | choose.choice([{}, {"guardrails": ["names"]}]))
        assert answer.status_code in (200, 400), body
        passed += answer.status_code == 200
    assert passed > 50


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("completions", {"prompt": "x", "temperature": 3, "echo": "yes"}, "temperature"),
    ("completions", {"prompt": "x", "logprobs": True}, "logprobs"),
    ("embeddings", {"input": "x", "dimensions": "many"}, "dimensions"),
    ("embeddings", {"input": "x", "encoding_format": 5}, "encoding_format"),
    ("embeddings", {"input": "x", "messages": 5, "dimensions": "many"}, "dimensions"),
    ("images/generations", {"prompt": "x", "size": 1024}, "size"),
    ("audio/speech", {"input": "x", "voice": "alloy", "speed": 9}, "speed"),
    ("audio/speech", {"input": "x"}, "voice"),
]


@pytest.mark.parametrize(("path", "body", "param"), CASES)
def test_other_operations(world: World, path: str, body: dict[str, Any], param: str) -> None:
    for key in (MASTER, world.key(max_budget=1000)):
        answer = world.ask(f"/v1/{path}", key, json=body | {"model": "m"})
        assert answer.status_code == 200, answer.text
        assert world.sent == body | {"model": "m"}
    error = world.refused(world.ask(f"/v1/{path}", json=body | {"model": "onceward/echo"}))
    assert error["param"] == param


def test_forms(world: World) -> None:
    fields = {"model": "m", "temperature": "warm"}
    file = {"file": ("a.wav", b"RIFF0000WAVE")}
    answer = world.ask("/v1/audio/transcriptions", data=fields, files=file)
    assert answer.status_code == 200, answer.text
    assert b'name="temperature"\r\n\r\nwarm' in world.seen[0][1]
    fields["model"] = "onceward/transcribe"
    error = world.refused(world.ask("/v1/audio/transcriptions", data=fields, files=file))
    assert error["param"] == "temperature"
    error = world.refused(world.ask("/v1/audio/transcriptions", data={"model": "m"}, files={"x": ("a", b"1")}))
    assert error["param"] == "file"


def test_a_large_body(world: World) -> None:
    body = {"messages": [{"role": "user", "content": "x" * 300_000}, {"role": "user", "content": {"text": "y"}}]}
    assert world.chat(body).status_code == 200
    assert world.sent == body | {"model": "m"}
    error = world.refused(world.chat(body, model="onceward/echo"))
    assert error["param"] == "messages[1].content"
