"""On which terms deployments are used: budgets, limits, times, versions; what is refused instead of kept in vain."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from .kit import ROLE, Bench, answer, chunk, events_of, text_of
from .test_admin import LOOPBACK, get, post
from .test_admin import config as providers
from .test_routing import config

PRICED = {"input_per_million": 1_000_000.0, "output_per_million": 1_000_000.0}
MASTER = "sk-" + "m" * 30


async def add(bench: Bench, name: str, status: int = 200, group: str = "m", **params: Any) -> Any:
    info = {"id": name} | params.pop("info", {})
    body = {"model_name": group, "litellm_params": {"model": f"{name}/x"} | params, "model_info": info}
    return await post(bench, "/model/new", body, status=status)


def served(replies: list[Any]) -> Counter[str]:
    return Counter(reply.headers["x-onceward-deployment"] for reply in replies)


# -- budgets


async def test_a_deployment_that_spent_its_budget_is_passed_over_until_it_renews(bench: Bench) -> None:
    # An answer has 12 tokens, a dollar each.
    terms = PRICED | {"max_budget": 20.0, "budget_duration": "1d"}
    await bench.start(config(bench, weights="ab", a=terms, b={"weight": 0.000001} | PRICED))
    assert served([await bench.chat() for _ in range(4)]) == {"a": 2, "b": 2}
    bench.clock.turned += 86_400
    assert (await bench.chat()).headers["x-onceward-deployment"] == "a"


async def test_spending_of_a_deployment_is_kept_over_a_restart(bench: Bench) -> None:
    text = config(bench, weights="ab", a=PRICED | {"max_budget": 10.0}, b={"weight": 0.000001})
    await bench.start(text)
    assert (await bench.chat()).headers["x-onceward-deployment"] == "a"
    await bench.start(text)
    assert (await bench.chat()).headers["x-onceward-deployment"] == "b"


async def test_when_all_budgets_are_spent_it_is_about_money(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", **{name: PRICED | {"max_budget": 10.0} for name in "ab"}))
    assert served([await bench.chat() for _ in range(2)]) == {"a": 1, "b": 1}
    reply = await bench.chat()
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (402, "budget_exceeded")
    assert {one["code"] for one in error["attempts"]} == {"budget_spent"}
    assert "max_budget" in error["message"]


async def test_a_provider_with_an_exhausted_budget_is_avoided(bench: Bench) -> None:
    budget = "[budgets.providers.a]\nmax_budget = 60.0\n"
    await bench.start(budget + config(bench, weights="ab", a=PRICED, b=PRICED | {"weight": 0.000001}))
    replies = [await bench.chat(max_tokens=2) for _ in range(6)]
    assert {reply.status_code for reply in replies} == {200}
    assert replies[0].headers["x-onceward-deployment"] == "a"
    assert {reply.headers["x-onceward-deployment"] for reply in replies[4:]} == {"b"}
    assert 2 <= len(bench.providers["a"].seen) <= 4


async def test_a_free_deployment_costs_nothing_and_is_the_cheapest(bench: Bench) -> None:
    await bench.start(config(bench, strategy="cost", weights="ab", a=PRICED, b={"tier": "free"}))
    reply = await bench.chat()
    assert (reply.headers["x-onceward-deployment"], reply.headers["x-cost-usd"]) == ("b", "0")


# -- pace


async def test_a_single_deployment_keeps_its_limits_too(bench: Bench) -> None:
    await bench.start(config(bench, weights="a", a={"rpm": 2}))
    assert [(await bench.chat()).status_code for _ in range(2)] == [200, 200]
    reply = await bench.chat()
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (429, "all_deployments_limited")
    assert "deployment 'a'" in error["message"]
    assert 1 <= int(reply.headers["retry-after"]) <= 61
    bench.clock.turned += 61
    assert (await bench.chat()).status_code == 200
    assert len(bench.providers["a"].seen) == 3


async def test_tokens_a_minute_of_a_deployment(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", a={"tpm": 60}, b={"weight": 0.000001}))
    counted = served([await bench.chat() for _ in range(10)])
    assert 2 <= counted["a"] <= 5, "12 tokens each"
    bench.clock.turned += 61
    assert (await bench.chat()).headers["x-onceward-deployment"] == "a"


async def test_calls_at_the_same_time(bench: Bench) -> None:
    await bench.start(config(bench, weights="a", a={"max_parallel_requests": 2}))
    a = bench.providers["a"]
    a.gate = asyncio.Event()
    held = [asyncio.create_task(bench.chat()) for _ in range(2)]
    await a.saw(2)
    assert (await bench.chat()).status_code == 429
    a.gate.set()
    assert [(await call).status_code for call in held] == [200, 200]
    assert (await bench.chat()).status_code == 200


# -- time


async def test_a_deployment_that_takes_too_long_is_left_for_another(bench: Bench) -> None:
    slow = {"timeout": 0.3}
    await bench.start(config(bench, "allowed_fails = 1", weights="ab", a=slow, b={"weight": 0.000001}))
    bench.providers["a"].gate = asyncio.Event()
    assert (await bench.chat()).headers["x-onceward-deployment"] == "b"
    assert bench.gateway.breakers.seconds_open("a") > 0
    assert "0.3 s" in (bench.gateway.breakers.states["a"].last_error or "")


async def test_a_stream_is_waited_for_until_its_first_word_alone(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", a={"stream_timeout": 1.5}, b={"weight": 0.000001}))
    a, going_on = bench.providers["a"], asyncio.Event()

    async def late(request: Any, body: Any) -> Any:
        response = await a._write(request, [ROLE, chunk({"content": "Slow"})])
        await asyncio.sleep(2)
        for event in (chunk({"content": "ly"}), chunk(finish="stop"), b"data: [DONE]\n\n"):
            await response.write(event)
        return response

    a.act = late
    reply = await bench.chat(stream=True)
    assert (text_of(reply), reply.headers["x-onceward-deployment"]) == ("Slowly", "a")

    async def silent(request: Any, body: Any) -> Any:
        response = await a._write(request, [ROLE])
        await going_on.wait()
        return response

    a.act = silent
    reply = await bench.chat(stream=True)
    going_on.set()
    assert (text_of(reply), reply.headers["x-onceward-deployment"]) == ("from b", "b")


async def test_all_tries_have_one_deadline(bench: Bench) -> None:
    await bench.start(config(bench, "total_timeout_seconds = 0.5", a={"timeout": 0.2}, b={"timeout": 0.2}))
    for provider in bench.providers.values():
        provider.gate = asyncio.Event()
    reply = await bench.chat()
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (504, "deadline_exceeded")
    assert "total_timeout_seconds" in error["message"]
    assert error["attempts"][-1]["code"] == "out_of_time"
    assert bench.gateway.breakers.states[error["attempts"][-1]["deployment"]].failed == 0, "it had no whole chance"


async def test_the_deadline_ends_with_the_first_word(bench: Bench) -> None:
    await bench.start(config(bench, "total_timeout_seconds = 1.5", weights="ab", b={"weight": 0.000001}))
    a = bench.providers["a"]

    async def late(request: Any, body: Any) -> Any:
        response = await a._write(request, [ROLE, chunk({"content": "Word"})])
        await asyncio.sleep(2)
        for event in (chunk(finish="stop"), b"data: [DONE]\n\n"):
            await response.write(event)
        return response

    a.act = late
    reply = await bench.chat(stream=True)
    assert text_of(reply) == "Word"
    assert "error" not in events_of(reply)[-1]


# -- what is asked of a provider


async def test_a_version_is_asked_for_in_the_way_of_azure(bench: Bench) -> None:
    await bench.start(providers(bench), LOOPBACK)
    url = bench.providers["a"].url
    params = {"model": "azure/gpt-x", "api_base": url, "api_key": "k" * 30, "api_version": "2024-10-21"}
    await add(bench, "one", **params)
    seen: list[Any] = []

    async def act(request: Any, body: Any) -> Any:
        seen.append(request)
        return await bench.providers["a"]._well(request, body)

    bench.providers["a"].act = act
    assert text_of(await bench.chat()) == "from a"
    assert seen[0].path_qs == "/openai/deployments/gpt-x/chat/completions?api-version=2024-10-21"
    assert seen[0].headers["api-key"] == "k" * 30
    assert "authorization" not in seen[0].headers
    await post(bench, "/model/update", {"model_id": "one", "litellm_params": {"api_version": None}})
    await bench.chat()
    assert seen[1].path_qs == "/openai/v1/chat/completions"


async def test_another_provider_is_asked_for_a_version_too(bench: Bench) -> None:
    await bench.start(providers(bench), LOOPBACK)
    await add(bench, "a", api_version="7")
    seen: list[str] = []

    async def act(request: Any, body: Any) -> Any:
        seen.append(request.path_qs)
        return await bench.providers["a"]._well(request, body)

    bench.providers["a"].act = act
    await bench.chat()
    assert seen == ["/v1/chat/completions?api-version=7"]


async def test_tries_at_one_deployment_are_as_many_as_it_says(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", a={"max_retries": 1}, b={"weight": 0.000001}))
    target = bench.gateway.targets.of_deployment
    deployments = {one.id: one for one in bench.gateway.catalog.deployments()}
    assert target(deployments["a"], sole=False).upstream.retries == 1  # type: ignore[union-attr]  # of a provider
    assert target(deployments["b"], sole=False).upstream.retries == 0  # type: ignore[union-attr]  # of a provider
    assert target(deployments["b"], sole=True).upstream.retries == 2  # type: ignore[union-attr]  # of a provider


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"drop_params": True}, "unknown_parameter", "litellm_params.drop_params"),
        ({"input_cost_per_second": 0.1}, "param_not_supported", "litellm_params.input_cost_per_second"),
        ({"budget_duration": "1d"}, "budget_missing", "litellm_params.max_budget"),
        ({"max_budget": 5, "budget_duration": "2 fortnights"}, "invalid_value", "litellm_params.budget_duration"),
        ({"info": {"tier": "gold"}}, "tier_unknown", "model_info.tier"),
        ({"info": {"tier": "free"}, "input_cost_per_token": 1}, "free_with_a_price", "model_info.tier"),
        ({"info": {"band": "high"}}, "band_of_configuration", "model_info.band"),
    ],
)
async def test_options_without_effect_are_refused(bench: Bench, more: dict[str, Any], code: str, param: str) -> None:
    await bench.start(providers(bench), LOOPBACK)
    error = (await add(bench, "a", status=400, **more))["error"]
    assert (error["code"], error["param"]) == (code, param)
    assert (await get(bench, "/model/info"))["data"] == []


# -- what a caller may reach


BANDS = """
[credits.tiers.small]
credits = 1000
bands = ["basic"]
[credits.bands.basic]
models = ["m", "auto"]
[credits]
default_tier = "small"
"""


def in_reach(bench: Bench, *, fallback: bool) -> str:
    text = "\n".join(['[routing.fallbacks]\n"m" = ["premium"]'] if fallback else [])
    for name, group, price in (("a", "m", 5.0), ("b", "premium", 1.0)):
        text += f'\n[providers.{name}]\nbase_url = "{bench.providers[name].url}/v1"'
        text += f'\n[deployments.{name}]\nmodel_name = "{group}"\nmodel = "{name}/x"\n'
        text += f"input_per_million = {price}\noutput_per_million = {price}"
    return text


@pytest.mark.parametrize("limited", ["models", "band"])
async def test_auto_and_fallbacks_stay_within_the_callers_reach(bench: Bench, limited: str) -> None:
    bands = BANDS if limited == "band" else ""
    await bench.start(in_reach(bench, fallback=True) + bands, LOOPBACK | {"ONCEWARD_GATEWAY_API_KEYS": MASTER})
    bench.http.headers["authorization"] = f"Bearer {MASTER}"
    fields = {"models": ["m", "auto"]} if limited == "models" else {}
    key = (await post(bench, "/key/generate", fields))["key"]
    bench.http.headers["authorization"] = f"Bearer {key}"
    assert (await bench.chat("premium")).status_code == 403
    assert (await bench.chat("auto")).headers["x-onceward-deployment"] == "a", "the cheaper one is out of reach"
    bench.providers["a"].fails(500)
    assert (await bench.chat("m")).status_code == 502
    assert not bench.providers["b"].seen


async def test_a_model_of_a_team_answers_only_that_team(bench: Bench) -> None:
    text = providers(bench, "[cache]", 'kind = "memory"')
    await bench.start(text, LOOPBACK | {"ONCEWARD_GATEWAY_API_KEYS": MASTER})
    bench.http.headers["authorization"] = f"Bearer {MASTER}"
    house = (await post(bench, "/organization/new", {"organization_alias": "house"}))["organization_id"]
    teams = [
        (await post(bench, "/team/new", {"team_alias": name, "organization_id": house}))["team_id"] for name in "xy"
    ]
    await add(bench, "a", info={"team_id": teams[0]})
    await add(bench, "b", info={"team_id": teams[1]})
    keys = [(await post(bench, "/key/generate", {"team_id": team}))["key"] for team in teams]
    for key, name in zip(keys, "ab", strict=True):
        for mark in ("miss", "hit"):
            reply = await bench.chat(headers={"authorization": f"Bearer {key}"})
            assert (text_of(reply), reply.headers["x-onceward-cache"]) == (f"from {name}", mark)


async def test_a_call_for_an_organization_is_cached_for_that_organization(bench: Bench) -> None:
    text = providers(bench, "[cache]", 'kind = "memory"', "[models]", '"m" = "a/x"')
    await bench.start(text, LOOPBACK | {"ONCEWARD_GATEWAY_API_KEYS": MASTER})
    bench.http.headers["authorization"] = f"Bearer {MASTER}"
    one, two = [
        (await post(bench, "/organization/new", {"organization_alias": name}))["organization_id"] for name in "xy"
    ]
    member = (await post(bench, "/key/generate", {"organization_id": one}))["key"]

    async def asked(key: str, **headers: str) -> str:
        named = {"authorization": f"Bearer {key}"} | {f"x-onceward-{name}": value for name, value in headers.items()}
        reply = await bench.chat(headers=named)
        assert reply.status_code == 200, reply.text
        return str(reply.headers["x-onceward-cache"])

    assert await asked(member) == "miss"
    assert await asked(member, organization=one) == "hit"
    assert await asked(MASTER, organization=one) == "hit", "who works for an organization shares its answers"
    assert await asked(MASTER, organization=two) == "miss"
    assert await asked(MASTER) == "miss", "an administrator of its own has its own"
    team = (await post(bench, "/team/new", {"team_alias": "t", "organization_id": one}))["team_id"]
    assert await asked(MASTER, team=team) == "hit"


async def test_the_guardrails_of_a_key_are_passed_and_never_left_out(bench: Bench) -> None:
    words = '[guardrails.house]\ndefault_on = false\nguardrail = "words"\noptions = { words = ["plan"] }\n'
    text = words + providers(bench, "[models]", '"m" = "a/x"')
    environ = LOOPBACK | {"ONCEWARD_GATEWAY_API_KEYS": MASTER}
    await bench.start(text, environ)
    bench.http.headers["authorization"] = f"Bearer {MASTER}"
    key = (await post(bench, "/key/generate", {"guardrails": ["house"]}))["key"]
    bench.providers["a"].act = _telling("The plan.")
    headers = {"authorization": f"Bearer {key}"}
    assert text_of(await bench.chat(headers=headers)) == "The ***."
    assert text_of(await bench.chat()) == "The plan."
    await bench.start(text.removeprefix(words), environ)
    reply = await bench.chat(headers=headers)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "guardrail_missing")


def _telling(text: str) -> Any:
    async def act(request: Any, body: Any) -> Any:
        from aiohttp import web

        return web.json_response(answer(text))

    return act


async def test_tries_that_were_paid_leave_the_next_one_what_the_budget_has_left(bench: Bench) -> None:
    text = config(bench, "allowed_fails = 100", a=PRICED, b=PRICED, c=PRICED)
    await bench.start(text, LOOPBACK | {"ONCEWARD_GATEWAY_API_KEYS": MASTER})
    for provider in bench.providers.values():
        # It breaks off before its first word, and its prompt is paid.
        provider.says(ROLE)
    bench.http.headers["authorization"] = f"Bearer {MASTER}"

    async def call(budget: float) -> tuple[int, Any, Any]:
        key = (await post(bench, "/key/generate", {"max_budget": budget}))["key"]
        headers = {"authorization": f"Bearer {key}"}
        before = sum(len(provider.seen) for provider in bench.providers.values())
        reply = await bench.chat(stream=True, max_tokens=30, headers=headers)
        tries = sum(len(provider.seen) for provider in bench.providers.values()) - before
        too_much = await bench.chat(max_tokens=100_000, headers=headers)
        return tries, reply.json()["error"], too_much.json()["error"]

    _, refusal, _ = await call(0.5)
    _, _, standing = await call(1000)
    most, paid = refusal["required"], standing["spend"] / 3
    for left, tries in ((paid - 1, 1), (paid, 2), (2 * paid - 1, 2), (2 * paid, 3)):
        asked, error, standing = await call(most + left)
        assert (asked, error["code"]) == (tries, "all_deployments_failed")
        assert [one["code"] for one in error["attempts"][tries:]] == ["budget_spent"] * (3 - tries)
        assert (standing["spend"], standing["reserved"]) == (paid * tries, 0)
