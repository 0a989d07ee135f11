"""Every member of `/model/new` and `/model/update` is shown and felt by calls, or refused.

One that is new in the contract fails here until it has a row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from aiohttp import web

from onceward_gateway.http.contract import load_contract

from ..sweep.kit import followed
from .kit import Bench, answer, text_of
from .test_admin import LOOPBACK, config, get, post

__all__ = ["WRITES"]

WRITES = ("/model/new", "/model/update", "/model/delete")
_NUMBERS = count()
_KEY = "sk-" + "k" * 40
# An answer reads 10 tokens and writes 2; 4 of those that are read are from the cache.
_CACHED = {
    "prompt_tokens": 10,
    "completion_tokens": 2,
    "total_tokens": 12,
    "prompt_tokens_details": {"cached_tokens": 4},
}
_PRICED = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}


@dataclass
class Made:
    """A deployment with the member, under a name of its own, and what the bench has beside it."""

    bench: Bench
    name: str
    id: str

    async def call(self, status: int = 200, **more: Any) -> Any:
        reply = await self.bench.chat(more.pop("model", self.name), **more)
        assert reply.status_code == status, reply.text
        return reply

    async def beside(self, params: Mapping[str, Any] | None = None) -> str:
        """Another deployment of the same name, at provider b."""
        body = {"model_name": self.name, "litellm_params": {"model": "b/x", **(params or {})}}
        return str((await post(self.bench, "/model/new", body))["model_info"]["id"])

    async def cost(self) -> str:
        return str((await self.call()).headers["x-cost-usd"])

    async def code(self, status: int, **more: Any) -> str:
        return str((await self.call(status, **more)).json()["error"]["code"])

    def header(self, name: str) -> str | None:
        return self.bench.providers["a"].headers[-1].get(name)

    async def group(self) -> dict[str, Any]:
        found: dict[str, Any] = (await get(self.bench, f"/model_group/info?model_group={self.name}"))["data"][0]
        return found

    async def card(self) -> dict[str, Any]:
        found: dict[str, Any] = await get(self.bench, f"/v1/models/{self.name}")
        return found


Felt = Callable[[Made], Awaitable[object]]


@dataclass(frozen=True)
class Row:
    """The value of a member, its companions, and whether it affects calls."""

    value: Any
    felt: Felt
    beside: Mapping[str, Any] | None = None


async def _from_b(made: Made) -> bool:
    return text_of(await made.call()) == "from b"


async def _key(made: Made) -> bool:
    await made.call()
    return made.header("Authorization") == f"Bearer {_KEY}"


async def _version(made: Made) -> bool:
    seen: list[str] = []

    async def act(request: Any, body: Any) -> Any:
        seen.append(request.path_qs)
        return await made.bench.providers["a"]._well(request, body)

    made.bench.providers["a"].act = act
    await made.call()
    made.bench.providers["a"].well()
    return seen == ["/v1/chat/completions?api-version=7"]


async def _organization(made: Made) -> bool:
    await made.call()
    return made.header("OpenAI-Organization") == "org-7"


async def _region(made: Made) -> bool:
    await made.call(headers={"x-onceward-region": "eu"})
    return await made.code(400, headers={"x-onceward-region": "us"}) == "no_deployment_in_region"


async def _other_first(made: Made) -> bool:
    other = await made.beside()
    return {(await made.call()).headers["x-onceward-deployment"] for _ in range(6)} == {other}


async def _tags(made: Made) -> bool:
    other = await made.beside()
    await made.call(tags=["batch"])
    return {(await made.call()).headers["x-onceward-deployment"] for _ in range(6)} == {other}


async def _fallbacks(made: Made) -> bool:
    made.bench.providers["a"].fails(429)
    reply = await made.call()
    made.bench.providers["a"].well()
    return str(reply.headers["x-model"]) == "onceward/echo"


async def _late(made: Made, **more: Any) -> bool:
    made.bench.providers["a"].gate = asyncio.Event()
    reply = await made.bench.chat(made.name, **more)
    made.bench.providers["a"].gate = None
    return reply.status_code == 504 and "0.01 s" in reply.text


async def _retries(made: Made) -> bool:
    gateway = made.bench.gateway
    one = gateway.catalog.deployment(made.id)
    assert one is not None
    return gateway.targets.of_deployment(one, sole=True).upstream.retries == 7  # type: ignore[union-attr]  # of a provider


async def _limited(made: Made) -> bool:
    return await made.code(429) == "all_deployments_limited"


async def _spent(made: Made) -> bool:
    return await made.code(402) == "budget_exceeded"


async def _renewed(made: Made) -> bool:
    await made.call()
    spent = await _spent(made)
    made.bench.clock.turned += 86_400
    await made.call()
    return spent


async def _cached(made: Made) -> bool:
    async def act(request: Any, body: Any) -> Any:
        return web.json_response(answer() | {"usage": _CACHED})

    made.bench.providers["a"].act = act
    cost = await made.cost()
    made.bench.providers["a"].well()
    return float(cost) == pytest.approx(6e-6 + 4 * 5e-7 + 4e-6)


def _costs(dollars: float) -> Felt:
    async def felt(made: Made) -> bool:
        return float(await made.cost()) == pytest.approx(dollars)

    return felt


def _grouped(member: str, value: Any) -> Felt:
    async def felt(made: Made) -> bool:
        return bool((await made.group())[member] == value)

    return felt


def _carded(member: str, value: Any) -> Felt:
    async def felt(made: Made) -> bool:
        return bool((await made.card())[member] == value)

    return felt


async def _serves_no_chat(made: Made) -> bool:
    return await made.code(400) == "model_not_capable"


async def _for_the_team(made: Made) -> bool:
    for_others = await made.bench.chat(made.name, headers={"x-onceward-team": "strangers"})
    assert for_others.status_code == 404, for_others.text
    return text_of(await made.call(headers={"x-onceward-team": "ours"})) == "from a"


async def _by_the_public_name(made: Made) -> bool:
    return text_of(await made.call(model="public", headers={"x-onceward-team": "ours"})) == "from a"


async def _too_long(made: Made) -> bool:
    other = await made.beside()
    long = [{"role": "user", "content": "word " * 50}]
    return {(await made.call(messages=long)).headers["x-onceward-deployment"] for _ in range(6)} == {other}


async def _named(made: Made) -> bool:
    return str((await made.call()).headers["x-onceward-deployment"]) == made.id


PARAMS: Mapping[str, Row] = {
    "model": Row("b/x", _from_b),
    "custom_llm_provider": Row("b", _from_b, {"model": "x"}),
    "api_base": Row("<b>", _from_b),
    "api_key": Row(_KEY, _key),
    "api_version": Row("7", _version),
    "credential_name": Row("kept", _key),
    "organization": Row("org-7", _organization),
    "region_name": Row("eu", _region),
    "weight": Row(0, _other_first),
    "order": Row(7, _other_first),
    "tags": Row(["batch"], _tags),
    "fallbacks": Row(["onceward/echo"], _fallbacks, {"max_retries": 0}),
    "timeout": Row(0.01, _late, {"max_retries": 0}),
    "stream_timeout": Row(0.01, lambda made: _late(made, stream=True), {"max_retries": 0}),
    "max_retries": Row(7, _retries),
    "rpm": Row(0, _limited),
    "tpm": Row(0, _limited),
    "max_parallel_requests": Row(0, _limited),
    "max_budget": Row(0, _spent, _PRICED),
    "budget_duration": Row("1d", _renewed, {"max_budget": 13e-6} | _PRICED),
    "input_cost_per_token": Row(3e-6, _costs(34e-6), {"output_cost_per_token": 2e-6}),
    "output_cost_per_token": Row(4e-6, _costs(18e-6), {"input_cost_per_token": 1e-6}),
    "cache_read_input_token_cost": Row(5e-7, _cached, _PRICED),
}
INFO: Mapping[str, Row] = {
    "mode": Row("embedding", _serves_no_chat),
    "base_model": Row("gpt-4o", _grouped("supports_vision", True)),
    "team_id": Row("ours", _for_the_team),
    "team_public_model_name": Row("public", _by_the_public_name, {"team_id": "ours"}),
    "tier": Row("free", _costs(0)),
    "max_input_tokens": Row(20, _too_long),
    "max_output_tokens": Row(77, _carded("max_output_tokens", 77)),
    "supports_vision": Row(True, _grouped("supports_vision", True)),
    "supports_function_calling": Row(True, _grouped("supports_function_calling", True)),
    "supports_parallel_function_calling": Row(
        False, _grouped("supports_parallel_function_calling", False), {"supports_function_calling": True}
    ),
    "supports_reasoning": Row(True, _grouped("supports_reasoning", True)),
    "supports_response_schema": Row(True, _carded("supports_structured_output", True)),
}
# Invalid values of a deployment, and the code of the refusal.
REFUSED: Mapping[str, tuple[tuple[Any, str], ...]] = {
    "litellm_params.input_cost_per_second": ((0.1, "param_not_supported"),),
    "litellm_params.output_cost_per_second": ((0.1, "param_not_supported"),),
    "litellm_params.credential_name": (("none", "credential_not_found"),),
    "litellm_params.fallbacks": ((["onceward/eco"], "model_not_found"),),
    "litellm_params.timeout": ((1e9, "invalid_value"),),
    "model_info.mode": (("chta", "mode_unknown"), ("", "mode_unknown")),
    "model_info.tier": (("fre", "tier_unknown"), ("", "tier_unknown")),
    "model_info.base_model": (("no-such-model", "base_model_unknown"), ("", "invalid_value")),
    "model_info.team_id": (("none", "team_not_found"), ("", "invalid_value")),
    "model_info.team_public_model_name": (("public", "team_missing"),),
    "model_info.band": (("high", "band_of_configuration"),),
    "model_info.max_input_tokens": ((0, "invalid_value"),),
    "model_info.max_output_tokens": ((0, "invalid_value"),),
    **{
        f"model_info.{name}": ((value, "set_by_the_gateway"),)
        for name, value in {
            "db_model": False,
            "created_at": "2026-01-01T00:00:00Z",
            "created_by": "me",
            "updated_at": "2026-01-01T00:00:00Z",
            "updated_by": "me",
        }.items()
    },
}


def _declared(path: str) -> Iterator[str]:
    schema = followed(load_contract()["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"])
    for name, member in schema["properties"].items():
        whole = followed(member)
        for one in whole.get("oneOf", (whole,)):
            inner = followed(one).get("properties")
            if inner is not None:
                yield from (f"{name}.{part}" for part in inner)
            elif followed(one).get("type") != "null":
                yield name


@pytest.mark.parametrize("path", WRITES)
def test_every_member_has_a_row(path: str) -> None:
    rows = {f"litellm_params.{name}" for name in PARAMS} | {f"model_info.{name}" for name in INFO} | set(REFUSED)
    # These name the deployment; `test_names_of_deployments` has them.
    rows |= {"model_name", "model_id", "id", "model_info.id"}
    assert set(_declared(path)) <= rows
    if path == "/model/new":
        assert rows - set(_declared(path)) == {"model_id", "id"}


async def _started(bench: Bench) -> None:
    await bench.start(config(bench), LOOPBACK)
    for team in ("ours", "strangers"):
        await post(bench, "/team/new", {"team_id": team})
    kept = {"credential_name": "kept", "credential_info": {}, "credential_values": {"api_key": _KEY}}
    await post(bench, "/credentials", kept)


async def _made(bench: Bench, path: str, part: str, member: str, row: Row) -> tuple[Made, Any]:
    name, id = f"m{next(_NUMBERS)}", f"d{next(_NUMBERS)}"
    value = bench.providers["b"].url + "/v1" if row.value == "<b>" else row.value
    params: dict[str, Any] = {"model": "a/x"}
    info: dict[str, Any] = {"id": id}
    if part == "model_info" and member in ("tier", "max_input_tokens"):
        params |= {} if member == "tier" else _PRICED
    written = params if part == "litellm_params" else info
    written |= row.beside or {}
    body = {"model_name": name, "litellm_params": params, "model_info": info}
    if path == "/model/update":
        # Half a price or a provider alone cannot be there before the change.
        plain = body | {part: {"model": "a/x"} if part == "litellm_params" else {"id": id}}
        await post(bench, "/model/new", plain)
        shown = await post(bench, path, {"model_id": id, part: {**(row.beside or {}), member: value}})
    else:
        written[member] = value
        shown = await post(bench, path, body)
    return Made(bench, name, id), (shown, value)


@pytest.mark.parametrize("path", WRITES[:2])
@pytest.mark.parametrize("part", ["litellm_params", "model_info"])
async def test_every_member_is_shown_and_has_an_effect(bench: Bench, path: str, part: str) -> None:
    await _started(bench)
    wrong: list[Any] = []
    for member, row in (PARAMS if part == "litellm_params" else INFO).items():
        try:
            made, (shown, value) = await _made(bench, path, part, member, row)
            if shown[part][member] != ("sk-kkk...REDACTED" if member == "api_key" else value):
                wrong.append((member, "shown as", shown[part][member]))
            if not await row.felt(made):
                wrong.append((member, "not felt"))
        except AssertionError as error:
            wrong.append((member, str(error)[:300]))
    assert not wrong, "\n".join(map(str, wrong))


async def test_invalid_members_are_refused_by_name(bench: Bench) -> None:
    await _started(bench)
    await post(bench, "/model/new", {"model_name": "m", "litellm_params": {"model": "a/x"}, "model_info": {"id": "d"}})
    wrong: list[Any] = []
    for place, values in REFUSED.items():
        part, _, member = place.partition(".")
        for value, code in values:
            new = {"model_name": "n", "litellm_params": {"model": "a/x"}} | {"model_info": {}}
            new[part] = {**new[part], member: value}  # type: ignore[dict-item]
            for path, body in (("/model/new", new), ("/model/update", {"model_id": "d", part: {member: value}})):
                reply = await bench.http.post(path, json=body)
                error = reply.json().get("error", {})
                told = (reply.status_code, error.get("code"), error.get("param"))
                if told not in ((400, code, place), (404, code, place)):
                    wrong.append((path, place, value, *told, error.get("message")))
    assert not wrong, "\n".join(map(str, wrong))
    assert [one["model_info"]["id"] for one in (await get(bench, "/model/info"))["data"]] == ["d"]


@pytest.mark.parametrize(
    ("half", "lacks"),
    [
        ("input_cost_per_token", "output_cost_per_token"),
        ("output_cost_per_token", "input_cost_per_token"),
        ("cache_read_input_token_cost", "input_cost_per_token"),
    ],
)
async def test_half_a_price_is_refused(bench: Bench, half: str, lacks: str) -> None:
    """A price without its counterpart would make calls free by accident."""
    await bench.start(config(bench), LOOPBACK)
    body: dict[str, Any] = {"model_name": "m", "litellm_params": {"model": "a/x", half: 1e-6}}
    error = (await post(bench, "/model/new", body, 400))["error"]
    assert (error["code"], error["param"]) == ("price_incomplete", f"litellm_params.{lacks}")
    if half == "input_cost_per_token":
        # Vectors are not written by the token.
        await post(bench, "/model/new", body | {"model_info": {"id": "d", "mode": "embedding"}})
        error = (await post(bench, "/model/update", {"model_id": "d", "model_info": {"mode": "chat"}}, 400))["error"]
        assert error["code"] == "price_incomplete"


async def test_names_of_deployments(bench: Bench) -> None:
    await bench.start(config(bench), LOOPBACK)
    body: Any = {"model_name": "m", "litellm_params": {"model": "a/x"}, "model_info": {"id": "d", "db_model": True}}
    read = await post(bench, "/model/new", body)
    assert (await bench.chat("m")).headers["x-onceward-deployment"] == "d"
    # A client that sends back what it read, with a change.
    changed = {"model_name": "n", "model_info": read["model_info"]}
    assert (await post(bench, "/model/update", changed))["model_name"] == "n"
    assert (await bench.chat("n")).headers["x-onceward-deployment"] == "d"
    assert (await bench.chat("m")).status_code == 404
    for refused, param in (
        ({"model_id": "d", "model_info": {"id": "e"}}, "model_info.id"),
        ({"model_id": "d", "model_name": "auto"}, "model_name"),
    ):
        assert (await post(bench, "/model/update", refused, 400))["error"]["param"] == param
    for path, absent in (("/model/update", {"model_id": "e"}), ("/model/delete", {"id": "e"})):
        assert (await post(bench, path, absent, 404))["error"]["code"] == "deployment_not_found"
