"""One view of a request, authorised as it is sent: extra parameters, guardrails and charges, at a real gateway."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .conftest import GatewayProcess
from .recording_provider import RecordingProvider, recording_provider

MASTER = "sk-master-0123456789abcdef"
HELLO = [{"role": "user", "content": "hi"}]
USAGE = {"prompt_tokens": 10, "completion_tokens": 100, "total_tokens": 110}
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
"cheap" = "up/cheap"
"exp" = "up/exp"
"claude" = "claude/claude-x"
[prices."up/cheap"]
input_per_million = 1
output_per_million = 1
[prices."up/exp"]
input_per_million = 1000
output_per_million = 1000
[prices."claude/claude-x"]
input_per_million = 1
output_per_million = 1
[guardrails.pii]
guardrail = "pii"
default_on = false
[guardrails.names]
guardrail = "words"
default_on = false
options = {{ words = ["Voldemort"], action = "block" }}
"""


class World:
    """A gateway, its provider, and a key for the model `cheap` alone."""

    def __init__(self, url: str, provider: RecordingProvider) -> None:
        self.http = httpx2.Client(base_url=url, timeout=60)
        self.provider = provider
        self.seen = provider.seen
        self.cheap = self.key(models=["cheap"])

    def key(self, **members: Any) -> str:
        answer = self.http.post("/key/generate", json=members, headers={"Authorization": f"Bearer {MASTER}"})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["key"])

    def ask(
        self, body: Any, key: str | None = None, path: str = "/v1/chat/completions", **more: Any
    ) -> httpx2.Response:
        self.seen.clear()
        headers = {"Authorization": f"Bearer {key or self.cheap}"}
        if isinstance(body, bytes):
            return self.http.post(path, content=body, headers=headers | {"Content-Type": "application/json"})
        return self.http.post(path, json=body, headers=headers, **more)

    @property
    def sent(self) -> dict[str, Any]:
        """The one body that the provider was sent."""
        return self.provider.sent

    def spend(self, key: str) -> float:
        answer = self.http.get("/key/info", params={"key": key}, headers={"Authorization": f"Bearer {MASTER}"})
        return float(answer.json()["info"]["spend"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("one-view")
    with recording_provider() as provider:
        (folder / "onceward.toml").write_text(CONFIG.format(master=MASTER, url=provider.url))
        gateway = GatewayProcess(folder).start()
        made = World(gateway.url, provider)
        yield made
        made.http.close()
        gateway.stop()


PATHS: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"messages": HELLO},
    "/v1/completions": {"prompt": "hi"},
    "/v1/embeddings": {"input": "hi"},
    "/v1/images/generations": {"prompt": "hi"},
    "/v1/audio/speech": {"input": "hi", "voice": "alloy"},
    "/v1/moderations": {"input": "hi"},
}


@pytest.mark.parametrize("container", ["extra_body", "provider_specific_params"])
@pytest.mark.parametrize("path", PATHS)
def test_a_model_is_authorised_where_it_stands(world: World, path: str, container: str) -> None:
    body = {"model": "cheap", **PATHS[path]}
    for smuggled in ({"model": "exp"}, {"virtual_model_id": "exp"}):
        refused = world.ask(body | {container: smuggled}, path=path)
        assert refused.status_code == 403, refused.text
        assert "model_access_denied" in refused.json()["error"]["code"]
        assert world.seen == []
    assert world.ask(body | {container: {"top_k": 4}}, path=path).status_code == 200
    assert world.sent["top_k"] == 4
    assert world.sent["model"] == "cheap"
    assert container not in world.sent


def test_a_merged_model_is_routed_and_charged_as_itself(world: World) -> None:
    key = world.key(models=["cheap", "exp"])
    answer = world.ask({"model": "cheap", "messages": HELLO, "extra_body": {"model": "exp"}}, key)
    assert answer.headers["x-cost-usd"] == "0.11"
    assert world.sent["model"] == "exp"
    assert world.spend(key) == pytest.approx(0.11)


@pytest.mark.parametrize(
    "extra",
    [
        {"models": ["exp"]},
        {"extra_body": {"models": ["cheap", "exp"]}},
        {"extra_body": {"fallbacks": [{"model": "exp"}]}},
        {"fallbacks": [{"cheap": {"model": "exp"}}]},
        {"fallbacks": {"cheap": "exp"}},
        {"fallback": "exp"},
        {"context_window_fallbacks": [{"cheap": ["exp"]}]},
        {"providerOptions": {"gateway": {"order": ["up"], "models": ["exp"]}}},
        {"extra_body": {"provider": {"models": ["exp"]}}},
        {"plugins": [{"id": "auto-router", "allowed_models": ["exp"]}]},
        {"deployment_id": "exp"},
        {"model_id": "exp"},
        {"extra_body": {"engine": "exp"}},
        {"provider_specific_params": {"deployment": "exp"}},
        {"speculative_model": "exp"},
        {"extra_body": {"draft-model": "exp"}},
        {"speculative_config": {"model": "exp", "num_speculative_tokens": 2}},
        {"options": {"modelId": "exp"}},
        {"options": {"model id": "exp"}},
        {"azure_deployment": "exp"},
        {"fallbacks": [{"modelName": "exp"}]},
        {"provider": {"fallback-models": ["exp"]}},
        {"unknown": [{"deep": {"Allowed_Models": ["exp"]}}]},
    ],
)
def test_a_provider_is_not_asked_for_a_model_out_of_reach(world: World, extra: dict[str, Any]) -> None:
    refused = world.ask({"model": "cheap", "messages": HELLO, **extra})
    assert refused.status_code == 403, refused.text
    assert "`exp`" in refused.json()["error"]["message"] or "'exp'" in refused.json()["error"]["message"]
    assert world.seen == []
    assert world.ask({"model": "cheap", "messages": HELLO, **extra}, MASTER).status_code == 200


def test_routing_options_without_models_are_sent(world: World) -> None:
    key = world.key(models=["cheap"])
    options = {
        "provider": {"order": ["a", "b"], "sort": "price"},
        "plugins": [{"id": "web", "engine": "exa"}],
        "engine": "cheap",
        "fallbacks": [{"model": "cheap", "reasoning": "high", "tools": [{"required": ["exp"]}]}],
    }
    assert world.ask({"model": "cheap", "messages": HELLO, **options}, key).status_code == 200
    assert json.loads(world.seen[-1][1]).items() >= options.items()


@pytest.mark.parametrize("name", ["base_url", "api_base", "API_Base"])
@pytest.mark.parametrize("container", [None, "extra_body"])
def test_a_caller_chooses_no_destination(world: World, name: str, container: str | None) -> None:
    given = {name: "http://127.0.0.1:1"}
    refused = world.ask({"model": "cheap", "messages": HELLO, **({container: given} if container else given)}, MASTER)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "parameter_not_allowed")
    assert refused.json()["error"]["param"] == (f"{container}.{name}" if container else name)
    assert world.seen == []


@pytest.mark.parametrize(
    ("extra", "param"),
    [
        ({"apiKey": "sk-x"}, "apiKey"),
        ({"base-url": "http://x"}, "base-url"),
        ({"openai_api_key": "sk-x"}, "openai_api_key"),
        ({"fallbacks": [{"model": "cheap", "api_base": "http://x"}]}, "fallbacks[0].api_base"),
        ({"extra_body": {"fallbacks": [{"model": "cheap", "baseURL": "http://x"}]}}, "fallbacks[0].baseURL"),
        ({"unknown": {"a": [[{"Extra-Headers": {}}]]}}, "unknown.a[0][0].Extra-Headers"),
        ({"stream_options": {"base_url": "http://x"}}, "stream_options.base_url"),
        ({"organization": "org-x"}, "organization"),
    ],
)
def test_a_destination_is_refused_wherever_it_stands(world: World, extra: dict[str, Any], param: str) -> None:
    refused = world.ask({"model": "cheap", "messages": HELLO, **extra}, MASTER)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "parameter_not_allowed"), refused.text
    assert refused.json()["error"]["param"] == (f"extra_body.{param}" if "extra_body" in extra else param)
    assert world.seen == []


@pytest.mark.parametrize(
    "fields",
    [
        {"fallbacks": '[{"model": "cheap", "api_base": "http://x"}]'},
        {"fallbacks[0][apiBase]": "http://x"},
        {"extra_body": '{"unknown": {"api_key": "sk-x"}}'},
    ],
)
def test_a_form_chooses_no_destination(world: World, fields: dict[str, str]) -> None:
    file = {"file": ("a.wav", b"RIFF", "audio/wav")}
    refused = world.ask(None, MASTER, "/v1/audio/transcriptions", data={"model": "cheap"} | fields, files=file)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "parameter_not_allowed"), refused.text
    model = {"model": "cheap", "fallbacks": '[{"modelId": "exp"}]'}
    assert world.ask(None, None, "/v1/audio/transcriptions", data=model, files=file).status_code == 403
    assert world.seen == []


@pytest.mark.parametrize(
    "name",
    [
        *("Max-Tokens", "maxCompletionTokens", "responseFormat", "fallbackModels", "modelId"),
        *("model ", "model\u200b", "\uff4dodel", "max.tokens"),
    ],
)
def test_a_decisive_name_has_one_spelling(world: World, name: str) -> None:
    refused = world.ask({"model": "cheap", "messages": HELLO, name: "cheap"}, MASTER)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "unknown_parameter")
    assert refused.json()["error"]["param"] == name


@pytest.mark.parametrize("fields", [{"model[]": "exp"}, {"stream[]": "true"}, {"extra_body": '{"model": ["exp"]}'}])
def test_a_form_names_one_model(world: World, fields: dict[str, str]) -> None:
    file = {"file": ("a.wav", b"RIFF", "audio/wav")}
    refused = world.ask(None, None, "/v1/audio/transcriptions", data={"model": "cheap"} | fields, files=file)
    assert refused.status_code == 400, refused.text
    assert world.seen == []


def test_a_key_of_a_request_for_another_scope_is_another_request(world: World) -> None:
    headers = {"Authorization": f"Bearer {MASTER}"}
    for alias in ("payer-a", "payer-b"):
        made = world.http.post("/organization/new", json={"organization_alias": alias}, headers=headers)
        assert made.status_code == 200, made.text
    world.seen.clear()

    def ask(**scope: str) -> httpx2.Response:
        sent = headers | {"Idempotency-Key": "one-payer"} | scope
        body = {"model": "cheap", "messages": HELLO}
        return world.http.post("/v1/chat/completions", json=body, headers=sent)

    assert ask(**{"X-Onceward-Organization": "payer-a"}).status_code == 200
    assert ask(**{"X-Hanzo-Org": "payer-a"}).headers["x-onceward-replayed"] == "true"
    for other in ({"X-Onceward-Organization": "payer-b"}, {}):
        refused = ask(**other)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "idempotency_key_reused")
    assert len(world.seen) == 1


def test_names_in_what_users_write_are_theirs(world: World) -> None:
    schema = {
        "type": "object",
        "properties": {
            "api_key": {"type": "string"},
            "model": {"enum": ["exp"]},
            "baseURL": {"default": {"headers": 1}},
        },
    }
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"api_key": "k", "model": "exp"}'}}
    body = {
        "model": "cheap",
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "api_key", "api_base": "u", "models": ["exp"]}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "base_url"},
        ],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": schema}}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}},
        "metadata": {"api_key": "none", "model_id": "exp"},
        "guided_json": schema,
    }
    answer = world.ask(body, world.key(models=["cheap"], max_budget=5.0))
    assert answer.status_code == 200, answer.text
    assert world.sent["guided_json"] == schema


def test_a_call_with_a_budget_lets_no_provider_choose_the_model(world: World) -> None:
    key = world.key(max_budget=5.0)
    for extra, param in (
        ({"models": ["cheap", "exp"]}, "models"),
        ({"extra_body": {"fallbacks": [{"model": "exp"}]}}, "extra_body.fallbacks"),
    ):
        refused = world.ask({"model": "cheap", "messages": HELLO, **extra}, key)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "models_not_priced")
        assert refused.json()["error"]["param"] == param
    assert world.seen == []
    assert world.ask({"model": "cheap", "messages": HELLO, "models": ["cheap"]}, key).status_code == 200


def test_a_path_names_the_model(world: World) -> None:
    body = {"messages": HELLO, "model": None, "extra_body": {"model": "exp"}}
    assert world.ask(body, path="/openai/deployments/cheap/chat/completions").status_code == 200
    assert world.sent["model"] == "cheap"
    assert world.ask(body, path="/openai/deployments/exp/chat/completions").status_code == 403


@pytest.mark.parametrize(
    "bounds",
    [
        {"max_tokens": 1, "extra_body": {"max_tokens": 100_000}},
        {"max_tokens": 1, "extra_body": {"max_tokens": 1e5}},
        {"max_tokens": 1, "extra_body": {"max_completion_tokens": 100_000}},
        {"max_tokens": 1, "provider_specific_params": {"max_new_tokens": 100_000}},
        {"max_tokens": 1000, "extra_body": {"n": 100}},
        {"max_tokens": 1, "extra_body": {"messages": [{"role": "user", "content": "x" * 400_000}]}},
    ],
)
def test_a_budget_is_asked_for_what_is_sent(world: World, bounds: dict[str, Any]) -> None:
    key = world.key(models=["cheap"], max_budget=0.05)
    refused = world.ask({"model": "cheap", "messages": HELLO, **bounds}, key)
    assert refused.status_code == 402, refused.text
    assert world.seen == []
    assert world.ask({"model": "cheap", "messages": HELLO, "max_tokens": 1}, key).status_code == 200
    assert world.spend(key) == pytest.approx(0.00011)


@pytest.mark.parametrize("container", ["extra_body", "provider_specific_params"])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions"])
def test_a_merged_stream_is_streamed_and_charged(world: World, path: str, container: str) -> None:
    key = world.key(models=["cheap"])
    answer = world.ask({"model": "cheap", **PATHS[path], "max_tokens": 1, container: {"stream": True}}, key, path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith("data: [DONE]\n\n")
    assert world.sent["stream_options"] == {"include_usage": True}
    assert world.spend(key) == pytest.approx(0.00011)


def test_a_merged_stream_of_false_is_none(world: World) -> None:
    answer = world.ask({"model": "cheap", "messages": HELLO, "stream": True, "extra_body": {"stream": False}})
    assert answer.json()["usage"] == USAGE
    assert world.sent["stream"] is False


@pytest.mark.parametrize(
    "guardrails", [{"guardrails": ["names", "pii"]}, {"extra_body": {"guardrails": ["names", "pii"]}}]
)
def test_guardrails_see_what_is_sent(world: World, guardrails: dict[str, Any]) -> None:
    def body(text: str, **extra: Any) -> dict[str, Any]:
        inner = guardrails.get("extra_body", {}) | {"messages": [{"role": "user", "content": text}], **extra}
        return {"model": "cheap", "messages": HELLO, **guardrails, "extra_body": inner}

    blocked = world.ask(body("about Voldemort"))
    assert blocked.status_code == 400, blocked.text
    assert blocked.json()["error"]["code"] == "content_blocked"
    assert world.ask(body("hi", unknown={"Voldemort": 1})).status_code == 400
    assert world.seen == []
    assert world.ask(body("mail joe@x.com", metadata={"to": "joe@x.com"}, user="joe@x.com")).status_code == 200
    assert world.sent["messages"][0]["content"] == "mail [EMAIL]"
    assert b"joe@x.com" not in world.seen[0][1]
    assert "guardrails" not in world.sent


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/v1/images/edits", {"prompt": "for joe@x.com"}),
        ("/v1/audio/transcriptions", {"prompt": "for joe@x.com", "extra_body": '{"hotwords": "joe@x.com"}'}),
        ("/v1/audio/translations", {"prompt": "ok", "extra_body[prompt]": "for joe@x.com"}),
    ],
)
def test_forms_are_seen_whole(world: World, path: str, fields: dict[str, str]) -> None:
    file = {"image" if "images" in path else "file": ("joe@x.com.wav", b"RIFF", "audio/wav")}
    plain = {"model": "cheap", "tags": "a"}
    key = world.key(models=["cheap"], guardrails=["pii", "names"])
    assert world.ask(None, key, path, data=plain | fields, files=file).status_code == 200
    ((_, body),) = world.seen
    assert b"joe@x.com" not in body
    assert b"[EMAIL]" in body
    assert b"extra_body" not in body
    assert b'name="tags"' not in body
    smuggled = plain | {"extra_body": '{"model": "exp"}', "prompt": "x"}
    assert world.ask(None, key, path, data=smuggled, files=file).status_code == 403
    assert world.ask(None, key, path, data=plain | {"prompt": "Voldemort"}, files=file).status_code == 400
    assert world.seen == []


@pytest.mark.parametrize(
    ("extra", "param"),
    [
        ({"extra_body": {"max_tokens": "many"}}, "extra_body.max_tokens"),
        ({"extra_body": {"messages": []}}, "extra_body.messages"),
        ({"extra_body": {"messages": [5]}}, "extra_body.messages[0]"),
        ({"extra_body": {"model": None}}, "extra_body.model"),
        ({"extra_body": {"stream": "yes"}}, "extra_body.stream"),
        ({"provider_specific_params": {"n": 0}}, "provider_specific_params.n"),
        ({"extra_body": {"cache": 7}}, "extra_body.cache"),
        ({"extra_body": "model"}, "extra_body"),
        ({"extra_body": [{"model": "exp"}]}, "extra_body"),
        ({"extra_body": {"extra_body": {"model": "exp"}}}, "extra_body.extra_body"),
        ({"extra_body": {"provider_specific_params": {}}}, "extra_body.provider_specific_params"),
        ({"provider_specific_params": {"extra_body": {"model": "exp"}}}, "provider_specific_params.extra_body"),
        ({"Extra_Body": {"model": "exp"}}, "Extra_Body"),
        ({"MODEL": "exp"}, "MODEL"),
        ({"me\u017f\u017fages": HELLO}, "me\u017f\u017fages"),
        ({"extra_body": {"Model": "exp"}}, "extra_body.Model"),
        ({"extra_body": {"Engine": "exp"}}, "extra_body.Engine"),
        ({"api_base": "http://example.com"}, "api_base"),
        ({"extra_body": {"API_KEY": "sk-mine"}}, "extra_body.API_KEY"),
        ({"provider_specific_params": {"litellm_params": {"model": "exp"}}}, "provider_specific_params.litellm_params"),
    ],
)
def test_a_wrong_parameter_is_named_as_it_was_sent(world: World, extra: dict[str, Any], param: str) -> None:
    refused = world.ask({"model": "cheap", "messages": HELLO, **extra})
    assert refused.status_code == 400, refused.text
    assert refused.json()["error"]["param"] == param
    assert f"`{param}`" in refused.json()["error"]["message"]
    assert world.seen == []


def test_a_wrong_parameter_of_a_translated_call_is_named_as_it_was_sent(world: World) -> None:
    extra = {"messages": [{"role": "user", "content": 5}]}
    refused = world.ask({"model": "claude", "messages": HELLO, "extra_body": extra}, world.key(models=["claude"]))
    assert refused.status_code == 400, refused.text
    assert refused.json()["error"]["param"] == "extra_body.messages[0].content"
    assert world.seen == []


def test_a_name_that_stands_twice_is_sent_once(world: World) -> None:
    raw = (
        b'{"model":"exp","max_tokens":9999,"messages":[{"role":"user","content":"hi"}],"max_tokens":1,"model":"cheap"}'
    )
    assert world.ask(raw).status_code == 200
    assert world.seen[0][1].count(b'"model"') == world.seen[0][1].count(b'"max_tokens"') == 1
    assert world.sent == {"model": "cheap", "max_tokens": 1, "messages": HELLO}
    twice = (
        b'{"model":"cheap","guardrails":["names"],"messages":[{"role":"user","content":"Voldemort","content":"hi"}]}'
    )
    assert world.ask(twice).status_code == 200
    assert b"Voldemort" not in world.seen[0][1]


def test_the_messages_wire_is_sent_what_was_authorised(world: World) -> None:
    key = world.key(models=["claude"], max_budget=0.05)
    body = {"model": "claude", "messages": HELLO, "max_tokens": 1}
    native = {"top_k": 4, "thinking": {"type": "disabled"}, "context_management": {"edits": []}}
    assert world.ask(body | {"extra_body": native}, key).status_code == 200
    assert world.sent | native == world.sent
    assert world.sent["max_tokens"] == 1
    assert not {"extra_body", "provider_specific_params"} & world.sent.keys()
    assert world.ask(body | {"extra_body": {"max_tokens": 100_000}}, key).status_code == 402
    assert world.ask(body | {"extra_body": {"model": "exp"}}, key).status_code == 403
    refused = world.ask(body | {"extra_body": {"n": 2}}, key)
    assert refused.json()["error"]["param"] == "extra_body.n"
    blocked = body | {"guardrails": ["names"], "extra_body": {"system": "You are Voldemort"}}
    assert world.ask(blocked, key).json()["error"]["code"] == "content_blocked"
    assert world.seen == []
    assert world.spend(key) == pytest.approx(0.00011)


def test_a_line_of_a_batch_is_a_call_like_any_other(world: World) -> None:
    key = world.key(models=["cheap"], guardrails=["names"])
    extras: list[dict[str, Any]] = [
        {"model": "exp"},
        {"stream": True},
        {"messages": [{"role": "user", "content": "Voldemort"}]},
        {"top_k": 4},
    ]
    lines = [
        {
            "custom_id": f"c{at}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "cheap", "messages": HELLO, "extra_body": extra},
        }
        for at, extra in enumerate(extras)
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    auth = {"Authorization": f"Bearer {key}"}
    file = world.http.post(
        "/v1/files",
        data={"purpose": "batch"},
        files={"file": ("a.jsonl", text.encode(), "application/jsonl")},
        headers=auth,
    ).json()
    world.seen.clear()
    asked = {"input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    batch = world.http.post("/v1/batches", json=asked, headers=auth).json()
    for _ in range(600):
        batch = world.http.get(f"/v1/batches/{batch['id']}", headers=auth).json()
        if batch["status"] in ("completed", "failed", "expired", "cancelled"):
            break
        threading.Event().wait(0.05)
    assert batch["request_counts"] == {"total": 4, "completed": 1, "failed": 3}
    assert world.sent["top_k"] == 4
    assert "extra_body" not in world.sent
    assert world.spend(key) == pytest.approx(0.00011)


def test_metadata_of_extra_body_is_recorded(world: World) -> None:
    own = {"user": "u-9", "metadata": {"app": "a"}, "tags": ["t-9"], "mock_response": "said"}
    answer = world.ask({"model": "cheap", "messages": HELLO, "extra_body": own})
    assert answer.json()["choices"][0]["message"]["content"] == "said"
    assert world.seen == []
