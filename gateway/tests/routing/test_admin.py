"""Deployments and credentials that are added while the gateway runs, and who may see what of them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import httpx2
import jsonschema_rs
import pytest

from onceward_gateway.http.contract import load_contract
from onceward_gateway.http.router import Match

from ..databases import on_postgres, rows_of
from .kit import Bench, text_of

SECRET_KEY = "a-key-of-the-environment-0123456789abcdef"
CANARY = "sk-canary-0123456789-abcdefghijkl"
LOOPBACK = {"ONCEWARD_GATEWAY_SECRET_KEY": SECRET_KEY, "ONCEWARD_GATEWAY_OUTBOUND_ALLOW": "127.0.0.0/8"}


def config(bench: Bench, *more: str) -> str:
    lines = list(more)
    for name, provider in bench.providers.items():
        lines += [f"[providers.{name}]", f'base_url = "{provider.url}/v1"']
    return "\n".join(lines)


async def post(bench: Bench, path: str, body: Any = None, status: int = 200) -> Any:
    reply = await bench.http.post(path, json=body)
    assert reply.status_code == status, reply.text
    return as_promised(bench, "POST", path, reply)


async def get(bench: Bench, path: str, status: int = 200) -> Any:
    reply = await bench.http.get(path)
    assert reply.status_code == status, reply.text
    return as_promised(bench, "GET", path, reply)


def as_promised(bench: Bench, method: str, path: str, reply: httpx2.Response) -> Any:
    """The answer, which has the shape that the contract gives it."""
    match = bench.app.table.match(method, path.partition("?")[0].encode())
    assert isinstance(match, Match)
    document = load_contract()
    item = document["paths"].get(match.route.path, {}).get(method.lower())
    if item is None:
        return reply.json()
    promised = item["responses"].get(str(reply.status_code)) or item["responses"]["default"]
    while "$ref" in promised:
        promised = document["components"]["responses"][promised["$ref"].rpartition("/")[2]]
    schema = {"allOf": [promised["content"]["application/json"]["schema"]], "components": document["components"]}
    jsonschema_rs.Draft202012Validator(schema).validate(reply.json())
    return reply.json()


def everything(bench: Bench) -> bytes:
    """All bytes of the database."""
    folder = bench.gateway.settings.data_dir
    if not on_postgres():
        return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    tables = rows_of(folder, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    values = [value for (table,) in tables for row in rows_of(folder, f'SELECT * FROM "{table}"') for value in row]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


async def test_a_deployment_comes_changes_and_goes(bench: Bench) -> None:
    await bench.start(config(bench), LOOPBACK)
    url = bench.providers["a"].url
    params = {"model": "openai/gpt-x", "api_base": f"{url}/v1", "api_key": CANARY, "weight": 2, "region_name": "eu"}
    made = await post(bench, "/model/new", {"model_name": "fast", "litellm_params": params})
    id = made["model_info"]["id"]
    assert made["litellm_params"]["api_key"] == "sk-can...REDACTED"
    assert made["model_info"]["db_model"] is True
    assert made["status"] == "active"
    reply = await bench.chat("fast")
    assert text_of(reply) == "from a"
    assert reply.headers["x-onceward-deployment"] == id
    assert bench.providers["a"].headers[0]["Authorization"] == f"Bearer {CANARY}"
    assert bench.providers["a"].seen[0]["model"] == "gpt-x"

    moved = {"api_base": f"{bench.providers['b'].url}/v1", "region_name": None}
    changed = await post(bench, "/model/update", {"model_id": id, "litellm_params": moved})
    assert "region_name" not in changed["litellm_params"]
    assert changed["litellm_params"]["weight"] == 2
    assert text_of(await bench.chat("fast")) == "from b"
    assert bench.providers["b"].headers[0]["Authorization"] == f"Bearer {CANARY}"

    listed = await get(bench, "/model/info?model_name=fast")
    assert [one["model_info"]["id"] for one in listed["data"]] == [id]
    assert CANARY not in json.dumps(listed)
    assert CANARY.encode() not in everything(bench)
    assert (await post(bench, "/model/delete", {"id": id}))["deleted"] is True
    assert (await bench.chat("fast")).status_code == 404
    await post(bench, "/model/delete", {"id": id}, status=404)
    await get(bench, f"/model/info?model_id={id}", status=404)


@pytest.mark.parametrize("name", ["api_key", "api_version", "organization"])
async def test_a_parameter_that_would_end_its_header_is_refused(bench: Bench, name: str) -> None:
    await bench.start(config(bench), LOOPBACK)
    params = {"model": "anthropic/x", "api_base": "https://api.example", "api_key": CANARY, name: "a\r\nX-Other: b"}
    error = (await post(bench, "/model/new", {"model_name": "m", "litellm_params": params}, 400))["error"]
    assert (error["param"], error["code"]) == (f"litellm_params.{name}", "invalid_value")
    assert "X-Other" not in json.dumps(error)


async def test_a_deployment_of_the_configuration_whose_key_would_end_its_header_is_an_issue(bench: Bench) -> None:
    text = config(bench, "[deployments.fixed]", 'model_name = "fast"', 'model = "a/x"', 'api_key = "a\\nb"')
    await bench.start(text, LOOPBACK)
    assert "The deployment 'fixed' is left out." in (await get(bench, "/readyz"))["issues"]
    assert (await bench.chat("fast")).status_code == 404


async def test_a_credential_that_would_end_its_header_is_refused(bench: Bench) -> None:
    await bench.start(config(bench), LOOPBACK)
    body = {"credential_name": "eu", "credential_info": {}, "credential_values": {"api_key": "a\nX-Other: b"}}
    error = (await post(bench, "/credentials", body, 400))["error"]
    assert (error["param"], error["code"]) == ("credential_values.api_key", "invalid_value")
    assert "X-Other" not in json.dumps(error)


async def test_a_deployment_is_kept_over_a_restart(bench: Bench) -> None:
    await bench.start(config(bench), LOOPBACK)
    params = {"model": "a/gpt-x", "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
    await post(bench, "/model/new", {"model_name": "fast", "litellm_params": params, "model_info": {"id": "mine"}})
    await post(bench, "/model/new", {"model_name": "fast", "litellm_params": params, "model_info": {"id": "mine"}}, 409)
    await bench.gateway.db.flush()
    await bench.start(config(bench), LOOPBACK, data_dir=bench.gateway.settings.data_dir)
    reply = await bench.chat("fast")
    assert reply.headers["x-onceward-deployment"] == "mine"
    assert reply.headers["x-cost-usd"] == "0.000014"


async def test_those_of_the_configuration_are_shown_and_not_changed(bench: Bench) -> None:
    text = config(bench, "[deployments.fixed]", 'model_name = "fast"', 'model = "a/x"', f'api_key = "{CANARY}"')
    await bench.start(text, LOOPBACK)
    (shown,) = (await get(bench, "/model/info"))["data"]
    assert shown["model_info"]["db_model"] is False
    assert shown["litellm_params"]["api_key"] == "sk-can...REDACTED"
    error = await post(bench, "/model/delete", {"id": "fixed"}, status=403)
    assert error["error"]["code"] == "deployment_of_configuration"
    await post(bench, "/model/update", {"model_id": "fixed", "model_name": "x"}, status=403)


async def test_model_groups_show_cooldowns(bench: Bench) -> None:
    await bench.start(config(bench, "[routing]", "allowed_fails = 1"), LOOPBACK)
    for name, cost in (("a", 1e-6), ("b", 2e-6)):
        params = {"model": f"{name}/gpt-4o", "input_cost_per_token": cost, "output_cost_per_token": cost, "rpm": 10}
        await post(bench, "/model/new", {"model_name": "m", "litellm_params": params, "model_info": {"id": name}})
    bench.providers["a"].fails(500)
    while not bench.providers["a"].seen:
        assert (await bench.chat()).status_code == 200
    (group,) = (await get(bench, "/model_group/info"))["data"]
    assert (group["model_group"], group["providers"]) == ("m", ["a", "b"])
    assert (group["deployments"], group["healthy_deployments"], group["rpm"]) == (2, 1, 20)
    assert group["input_cost_per_token"] == 1e-6
    assert group["supports_vision"] is True
    assert "temperature" in group["supported_openai_params"]
    resting = (await get(bench, "/model/info?model_id=a"))["data"][0]
    assert resting["status"] == "cooldown"
    assert resting["cooldown_until"].endswith("Z")
    assert "a is down" in resting["last_error"]
    assert (await get(bench, "/model_group/info?model_group=none", 404))["error"]["code"] == "model_group_not_found"


async def test_names_are_listed_with_the_models(bench: Bench) -> None:
    await bench.start(config(bench), LOOPBACK)
    price = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
    await post(bench, "/model/new", {"model_name": "m", "litellm_params": {"model": "a/gpt-4o"} | price})
    card = await get(bench, "/v1/models/m")
    assert (card["owned_by"], card["input_cost_per_token"], card["supports_vision"]) == ("a", 1e-6, True)
    assert "m" in [one["model_id"] for one in (await get(bench, "/v1/capabilities"))["data"]]


async def test_credentials(bench: Bench) -> None:
    await bench.start(config(bench), LOOPBACK)
    values = {"api_key": CANARY, "api_base": bench.providers["a"].url + "/v1"}
    body = {"credential_name": "eu", "credential_info": {"description": "Frankfurt"}, "credential_values": values}
    made = await post(bench, "/credentials", body)
    assert made["credential_values"]["api_key"] == "sk-can...REDACTED"
    await post(bench, "/credentials", body, status=409)
    params = {"model": "openai/x", "credential_name": "eu"}
    await post(bench, "/model/new", {"model_name": "m", "litellm_params": params})
    await bench.chat()
    assert bench.providers["a"].headers[-1]["Authorization"] == f"Bearer {CANARY}"
    other = CANARY.replace("canary", "turned")
    await bench.http.patch("/credentials/eu", json={"credential_values": {"api_key": other}})
    await bench.chat()
    assert bench.providers["a"].headers[-1]["Authorization"] == f"Bearer {other}"
    assert (await bench.http.delete("/credentials/eu")).status_code == 409
    (listed,) = (await get(bench, "/credentials"))["credentials"]
    assert listed == await get(bench, "/credentials/eu") == await get(bench, "/credentials/by_name/eu")
    assert listed["credential_info"] == {"description": "Frankfurt"}
    assert CANARY.encode() not in everything(bench)
    assert other.encode() not in everything(bench)
    id = (await get(bench, "/model/info"))["data"][0]["model_info"]["id"]
    await post(bench, "/model/delete", {"id": id})
    assert (await bench.http.delete("/credentials/eu")).json() == {"credential_name": "eu", "deleted": True}
    await get(bench, "/credentials/eu", status=404)
    missing = {"model_name": "m", "litellm_params": {"model": "openai/x", "credential_name": "none"}}
    assert (await post(bench, "/model/new", missing, status=400))["error"]["code"] == "credential_not_found"


async def test_values_that_no_provider_is_called_with_are_refused(bench: Bench) -> None:
    await bench.start(config(bench), LOOPBACK)
    body = {"credential_name": "eu", "credential_info": {}, "credential_values": {"api_kye": CANARY}}
    error = (await post(bench, "/credentials", body, status=400))["error"]
    assert (error["param"], error["code"]) == ("credential_values.api_kye", "unknown_parameter")
    assert "Did you mean 'api_key'?" in error["message"]
    assert CANARY not in error["message"]
    await post(bench, "/credentials", body | {"credential_values": {"api_key": CANARY}})
    changed = await bench.http.patch("/credentials/eu", json={"credential_values": {"token": CANARY}})
    assert (changed.status_code, changed.json()["error"]["param"]) == (400, "credential_values.token")
    assert set((await get(bench, "/credentials/eu"))["credential_values"]) == {"api_key"}


async def test_without_a_key_of_the_environment_no_secret_is_kept(bench: Bench) -> None:
    await bench.start(config(bench), {"ONCEWARD_GATEWAY_OUTBOUND_ALLOW": "127.0.0.1"})
    body = {"credential_name": "eu", "credential_info": {}, "credential_values": {"api_key": CANARY}}
    error = (await post(bench, "/credentials", body, status=412))["error"]
    assert error["code"] == "secret_key_missing"
    assert "ONCEWARD_GATEWAY_SECRET_KEY" in error["message"]
    params = {"model": "a/x", "api_key": CANARY}
    await post(bench, "/model/new", {"model_name": "m", "litellm_params": params}, status=412)
    await post(bench, "/model/new", {"model_name": "m", "litellm_params": {"model": "a/x"}})


async def test_a_changed_encryption_key_is_reported_and_other_deployments_work(bench: Bench) -> None:
    await bench.start(config(bench), LOOPBACK)
    for name, more in (("with", {"api_key": CANARY}), ("without", {})):
        body = {"model_name": "m", "litellm_params": {"model": "a/x"} | more, "model_info": {"id": name}}
        await post(bench, "/model/new", body)
    folder = bench.gateway.settings.data_dir
    await bench.gateway.db.flush()
    await bench.start(config(bench), LOOPBACK | {"ONCEWARD_GATEWAY_SECRET_KEY": "y" * 40}, data_dir=folder)
    assert {(await bench.chat()).headers["x-onceward-deployment"] for _ in range(8)} == {"without"}
    broken = (await get(bench, "/model/info?model_id=with"))["data"][0]
    assert broken["status"] == "disabled"
    assert "another key" in broken["last_error"]
    revived = await post(bench, "/model/update", {"model_id": "with", "litellm_params": {"api_key": CANARY + "new"}})
    assert revived["status"] == "active"
    await post(bench, "/model/update", {"model_id": "with", "litellm_params": {"weight": 1}})
    await bench.gateway.db.flush()
    both = LOOPBACK | {"ONCEWARD_GATEWAY_SECRET_KEY": "y" * 40 + "," + SECRET_KEY}
    await bench.start(config(bench), both, data_dir=folder)
    served = Counter([(await bench.chat()).headers["x-onceward-deployment"] for _ in range(30)])
    assert set(served) == {"with", "without"}


async def test_an_encrypted_secret_is_bound_to_its_record(bench: Bench) -> None:
    await bench.start(config(bench), LOOPBACK)
    for name in ("one", "two"):
        body = {"credential_name": name, "credential_info": {}, "credential_values": {"api_key": CANARY + name}}
        await post(bench, "/credentials", body)
    await bench.gateway.db.write(
        "UPDATE credential SET secrets = (SELECT secrets FROM credential WHERE name = 'one') WHERE name = 'two'"
    )
    assert (await get(bench, "/credentials/two"))["credential_values"] == {}
    params = {"model": "a/x", "credential_name": "two"}
    error = await post(bench, "/model/new", {"model_name": "m", "litellm_params": params}, status=412)
    assert error["error"]["code"] == "secret_unreadable"


async def test_other_roles_change_nothing_and_see_no_secrets(bench: Bench) -> None:
    master = "sk-" + "m" * 30
    await bench.start(config(bench), LOOPBACK | {"ONCEWARD_GATEWAY_API_KEYS": master})
    bench.http.headers["authorization"] = f"Bearer {master}"
    base = {"api_base": bench.providers["a"].url, "api_key": CANARY}
    for name in ("mine", "theirs"):
        await post(bench, "/model/new", {"model_name": name, "litellm_params": {"model": "openai/x"} | base})
    key = (await post(bench, "/key/generate", {"models": ["mine"]}))["key"]
    bench.http.headers["authorization"] = f"Bearer {key}"
    (shown,) = (await get(bench, "/model/info"))["data"]
    assert shown["model_name"] == "mine"
    assert not {"api_key", "api_base", "credential_name"} & set(shown["litellm_params"])
    assert [group["model_group"] for group in (await get(bench, "/model_group/info"))["data"]] == ["mine"]
    await post(bench, "/model/new", {"model_name": "x", "litellm_params": {"model": "a/x"}}, status=403)
    await post(bench, "/model/update", {"model_id": shown["model_info"]["id"], "model_name": "x"}, status=403)
    await post(bench, "/model/delete", {"id": shown["model_info"]["id"]}, status=403)
    for method, path in (("GET", "/credentials"), ("GET", "/credentials/x"), ("DELETE", "/credentials/x")):
        assert (await bench.http.request(method, path)).status_code == 403
    assert (await bench.chat("mine")).status_code == 200
    assert (await bench.chat("theirs")).status_code == 403
    auto = await bench.chat("auto")
    assert auto.status_code == 403, "a key with a list of models names `auto` in it to use it"


async def test_a_deployment_of_one_team(bench: Bench) -> None:
    master = "sk-" + "m" * 30
    await bench.start(config(bench), LOOPBACK | {"ONCEWARD_GATEWAY_API_KEYS": master})
    bench.http.headers["authorization"] = f"Bearer {master}"
    team = (await post(bench, "/team/new", {"team_alias": "research"}))["team_id"]
    body = {"model_name": "m", "litellm_params": {"model": "a/x"}, "model_info": {"id": "ours", "team_id": team}}
    await post(bench, "/model/new", body)
    await post(
        bench, "/model/new", {"model_name": "m", "litellm_params": {"model": "b/x"}, "model_info": {"id": "all"}}
    )
    inside = (await post(bench, "/key/generate", {"team_id": team}))["key"]
    outside = (await post(bench, "/key/generate", {}))["key"]

    async def served(key: str) -> set[str]:
        headers = {"authorization": f"Bearer {key}"}
        return {(await bench.chat(headers=headers)).headers["x-onceward-deployment"] for _ in range(20)}

    assert await served(inside) == {"ours", "all"}
    assert await served(outside) == {"all"}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"model": "gpt-x"}, "provider_missing"),
        ({"model": "nowhere/gpt-x"}, "provider_unknown"),
        ({"model": "openai/gpt-x"}, "provider_key_missing"),
        ({"model": "openai/x", "api_base": "ftp://example.com"}, "invalid_url"),
        ({"model": "openai/x", "api_base": "http://169.254.169.254/latest"}, "address_not_allowed"),
        ({"model": "openai/x", "api_base": "http://no-such-host.invalid"}, "host_not_found"),
    ],
)
async def test_invalid_deployments_are_refused(bench: Bench, params: dict[str, Any], code: str) -> None:
    await bench.start(config(bench), LOOPBACK)
    error = (await post(bench, "/model/new", {"model_name": "m", "litellm_params": params}, status=400))["error"]
    assert error["code"] == code
    assert error["param"].startswith("litellm_params.")
    assert (await get(bench, "/model/info"))["data"] == []


async def test_order_parallel_calls_and_fallbacks_of_a_deployment(bench: Bench) -> None:
    await bench.start(config(bench), LOOPBACK)
    await post(bench, "/model/new", {"model_name": "spare", "litellm_params": {"model": "c/x"}})
    for name, more in (("a", {"order": 1, "max_parallel_requests": 1}), ("b", {"order": 2, "fallbacks": ["spare"]})):
        params = {"model": f"{name}/x"} | more
        await post(bench, "/model/new", {"model_name": "m", "litellm_params": params, "model_info": {"id": name}})
    assert {(await bench.chat()).headers["x-onceward-deployment"] for _ in range(6)} == {"a"}
    a = bench.providers["a"]
    a.gate = asyncio.Event()
    held = asyncio.create_task(bench.chat())
    await a.saw(7)
    assert (await bench.chat()).headers["x-onceward-deployment"] == "b"
    a.gate.set()
    assert (await held).headers["x-onceward-deployment"] == "a"
    assert (await bench.chat()).headers["x-onceward-deployment"] == "a"
    a.fails(500)
    bench.providers["b"].fails(500)
    assert (await bench.chat()).headers["x-model"] == "spare"


async def test_health_of_models(bench: Bench) -> None:
    text = config(bench, "[routing]", "allowed_fails = 1", "[deployments.echo]", 'model = "onceward/echo"')
    await bench.start(text, LOOPBACK)
    for name in "ab":
        await post(
            bench,
            "/model/new",
            {"model_name": "m", "litellm_params": {"model": f"{name}/x"}, "model_info": {"id": name}},
        )
    bench.providers["b"].fails(500)
    found = await get(bench, "/health/models")
    assert (found["healthy_count"], found["unhealthy_count"]) == (2, 1)
    assert {one["model_id"] for one in found["healthy_endpoints"]} == {"a", "echo"}
    assert "b is down" in found["unhealthy_endpoints"][0]["error"]
    assert bench.providers["a"].seen[0]["max_tokens"] == 1
    assert (await get(bench, "/v1/calls"))["data"] == [], "nobody is billed"
    assert (await get(bench, "/health/models?model=echo"))["healthy_count"] == 1
    for path in ("/health", "/health/liveness", "/health/liveliness", "/health/readiness"):
        await get(bench, path)


async def test_health_is_not_asked_again_at_once_for_a_key(bench: Bench) -> None:
    master = "sk-" + "m" * 30
    await bench.start(config(bench), LOOPBACK | {"ONCEWARD_GATEWAY_API_KEYS": master})
    bench.http.headers["authorization"] = f"Bearer {master}"
    await post(bench, "/model/new", {"model_name": "m", "litellm_params": {"model": "a/x"}})
    key = (await post(bench, "/key/generate", {}))["key"]
    bench.http.headers["authorization"] = f"Bearer {key}"
    for _ in range(5):
        assert (await get(bench, "/health/models"))["healthy_count"] == 1
    assert len(bench.providers["a"].seen) == 1
    bench.clock.turned += 31
    await get(bench, "/health/models")
    assert len(bench.providers["a"].seen) == 2


async def test_utilities_call_no_model(bench: Bench) -> None:
    text = config(bench, "[providers.anthropic]", f'base_url = "{bench.providers["c"].url}"', f'api_key = "{CANARY}"')
    await bench.start(text, LOOPBACK)
    hello = [{"role": "user", "content": "Hello world"}]
    exact = await post(bench, "/utils/token_counter", {"model": "onceward/echo", "messages": hello})
    said = (await bench.chat("onceward/echo", messages=hello)).json()["usage"]["prompt_tokens"]
    assert (exact["total_tokens"], exact["tokenizer_type"]) == (said, "onceward")
    guess = await post(bench, "/utils/token_counter", {"model": "a/x", "prompt": "Hello world!"})
    assert guess == {"total_tokens": 3, "request_model": "a/x", "model_used": "a/x", "tokenizer_type": "estimate"}
    await post(bench, "/utils/token_counter", {"model": "a/x"}, status=400)
    await post(bench, "/utils/token_counter", {"model": "nothing", "prompt": "x"}, status=404)
    params = await get(bench, "/utils/supported_openai_params?model=onceward/echo")
    assert {"tools", "temperature", "seed"} <= set(params["supported_openai_params"])
    params = await get(bench, "/utils/supported_openai_params?model=anthropic/claude-x")
    assert "tools" in params["supported_openai_params"]
    assert "seed" not in params["supported_openai_params"]
    body = {"model": "anthropic/claude-x", "messages": hello, "cache": {"no-store": True}}
    sent = await post(bench, "/utils/transform_request", {"call_type": "completion", "request_body": body})
    assert sent["raw_request_body"]["model"] == "claude-x"
    assert sent["raw_request_body"]["max_tokens"] == 4096
    assert sent["raw_request_headers"]["x-api-key"] == "sk-...REDACTED"
    assert CANARY not in json.dumps(sent)
    texts = {"call_type": "embedding", "request_body": body | {"input": "x"}}
    refused = await post(bench, "/utils/transform_request", texts)
    assert "does not serve" in refused["error"]
    assert (
        "call_type" in (await post(bench, "/utils/transform_request", {"call_type": "?", "request_body": {}}))["error"]
    )
    assert not bench.providers["c"].seen


async def test_the_cache_and_guardrails_by_their_routes(bench: Bench) -> None:
    text = config(
        bench, "[cache]", 'kind = "sqlite"', "[guardrails.house]", 'guardrail = "words"', 'options = { words = ["x"] }'
    )
    await bench.start(text + '\n[models]\n"m" = "a/x"')
    assert (await get(bench, "/cache/ping"))["status"] == "healthy"
    key = (await bench.chat()).headers["x-onceward-cache-key"]
    assert (await get(bench, "/cache/ping"))["entries"] == 1
    assert await post(bench, "/cache/delete", {"keys": [key, "none"]}) == {"status": "success", "deleted": 1}
    assert (await bench.chat()).headers["x-onceward-cache"] == "miss"
    assert await post(bench, "/cache/flushall") == {"status": "success", "deleted": 1}
    (guardrail,) = (await get(bench, "/guardrails/list"))["guardrails"]
    assert guardrail["guardrail_name"] == "house"
    assert guardrail["litellm_params"] == {"guardrail": "words", "mode": ["pre_call", "post_call"], "default_on": True}


async def test_keys_forget_only_what_they_share(bench: Bench) -> None:
    master = "sk-" + "m" * 30
    await bench.start(
        config(bench, "[cache]", 'kind = "memory"', "[models]", '"m" = "a/x"'), {"ONCEWARD_GATEWAY_API_KEYS": master}
    )
    bench.http.headers["authorization"] = f"Bearer {master}"
    keys = [(await post(bench, "/key/generate", {}))["key"] for _ in range(2)]

    async def asked(key: str) -> httpx2.Response:
        return await bench.chat(headers={"authorization": f"Bearer {key}"})

    names = [(await asked(key)).headers["x-onceward-cache-key"] for key in keys]
    bench.http.headers["authorization"] = f"Bearer {keys[0]}"
    assert (await post(bench, "/cache/delete", {"keys": names}))["deleted"] == 1
    assert (await post(bench, "/cache/flushall"))["deleted"] == 0
    assert (await bench.http.get("/cache/ping")).status_code == 403
    assert (await asked(keys[1])).headers["x-onceward-cache"] == "hit"
    bench.http.headers["authorization"] = f"Bearer {master}"
    assert (await post(bench, "/cache/flushall"))["deleted"] == 1


async def test_a_cache_that_is_off(bench: Bench) -> None:
    await bench.start(config(bench))
    assert (await get(bench, "/cache/ping"))["status"] == "off"
    assert (await post(bench, "/cache/flushall"))["deleted"] == 0
