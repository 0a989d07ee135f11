"""Every member of all other writes of the contract: batches, jobs, files, credentials, the cache, spending.

An operation or a member that is new in the contract fails here until it has a row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import pytest

from onceward_gateway.http.contract import load_contract

from ..routing.test_every_member import WRITES
from ..test_parameters import MODEL_PATHS
from .kit import Swept, followed, jsonl
from .test_every_member import KINDS

__all__: list[str] = []

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file")
_BATCH, _JOB = "POST /v1/batches", "POST /v1/fine_tuning/jobs"
_LATER = {"anchor": "created_at", "seconds": 7200}
# Write -> member -> a value that the answer shows.
SHOWN: Mapping[str, Mapping[str, Any]] = {
    _BATCH: {"completion_window": "1h", "endpoint": "/v1/embeddings", "metadata": {"a": "b"}},
    _JOB: {"model": "onceward/echo", "seed": 7, "metadata": {"a": "b"}},
    "POST /credentials": {"credential_name": "own", "credential_info": {"description": "Frankfurt"}},
    "PATCH /credentials/{credential_name}": {"credential_info": {"description": "Paris"}},
}
# Write -> member -> a name that nothing has, which is answered 404 by the member's name.
ABSENT: Mapping[str, tuple[str, ...]] = {
    _BATCH: ("input_file_id",),
    _JOB: ("training_file", "validation_file"),
    "POST /global/spend/reset": ("api_key", "user_id", "team_id", "organization_id", "customer_id", "budget_id"),
}
# Write -> member -> a value that this gateway cannot heed.
REFUSED: Mapping[str, Mapping[str, Any]] = {
    _BATCH: {"endpoint": "/v1/foo", "output_expires_after": {"anchor": "created_at", "seconds": -1}},
    _JOB: {"integrations": [{"type": "wandb", "wandb": {"project": "p"}}], "custom_llm_provider": "openai"},
}
Felt = Callable[[Swept], Awaitable[bool]]


async def _ended(world: Swept, path: str, *ends: str) -> dict[str, Any]:
    while True:
        found = await world.got(path)
        if found["status"] in ends:
            return found
        await asyncio.sleep(0.005)


async def _expiry(world: Swept) -> bool:
    _, body = await world.request("/v1/batches")
    made = await world.made("/v1/batches", body | {"output_expires_after": _LATER})
    batch = await _ended(world, f"/v1/batches/{made['id']}", "completed", "failed")
    output = await world.got(f"/v1/files/{batch['output_file_id']}")
    return int(output["expires_at"]) - int(output["created_at"]) == _LATER["seconds"]


def _of_job(member: str, value: Any, shows: Callable[[dict[str, Any]], bool]) -> Felt:
    async def felt(world: Swept) -> bool:
        _, body = await world.request("/v1/fine_tuning/jobs")
        made = await world.made("/v1/fine_tuning/jobs", body | {member: value})
        return shows(await _ended(world, f"/v1/fine_tuning/jobs/{made['id']}", "succeeded", "failed"))

    return felt


def _upload(shows: Callable[[dict[str, Any]], bool], purpose: str = "user_data", **more: Any) -> Felt:
    async def felt(world: Swept) -> bool:
        return shows(await world.file(purpose, {}, **more))

    return felt


async def _new_key(world: Swept) -> bool:
    changed = {"credential_values": {"api_key": "sk-another-" + "x" * 20, "region_name": "eu"}}
    shown = await world.made(f"/credentials/{await world.credential()}", changed, "PATCH")
    return bool(shown["credential_values"] == {"api_key": "sk-ano...REDACTED", "region_name": "eu"})


async def _first_values(world: Swept) -> bool:
    body = {"credential_name": world.fresh("cred"), "credential_info": {}, "credential_values": {"api_version": "7"}}
    return bool((await world.made("/credentials", body))["credential_values"] == {"api_version": "7"})


async def _no_entry(world: Swept) -> bool:
    # `routing/test_cache.py` deletes existing entries by their keys.
    return bool((await world.made("/cache/delete", {"keys": [world.fresh("key")]}))["deleted"] == 0)


def _another(path: str, body: dict[str, Any], member: str, value: Any, shown: str) -> Felt:
    """Another value gives another number."""

    async def felt(world: Swept) -> bool:
        rest = body if "request_body" in body else {"model": "onceward/echo"} | body
        numbers = [(await world.made(path, rest | change))[shown] for change in ({}, {member: value})]
        return bool(numbers[0] != numbers[1])

    return felt


_COST, _COUNT = "/spend/calculate", "/utils/token_counter"
_TALK, _LONG = [[{"role": "user", "content": text}] for text in ("Hi.", "A much longer text than that one.")]
FELT: Mapping[str, Mapping[str, Felt]] = {
    _BATCH: {"output_expires_after": _expiry},
    _JOB: {
        "suffix": _of_job("suffix", "mine", lambda job: ":mine:" in str(job["fine_tuned_model"])),
        "hyperparameters": _of_job("hyperparameters", {"n_epochs": 2}, lambda j: j["hyperparameters"]["n_epochs"] == 2),
        "method": _of_job(
            "method",
            {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3}}},
            lambda job: job["method"]["supervised"]["hyperparameters"]["n_epochs"] == 3,
        ),
    },
    "POST /v1/files": {
        "file": _upload(lambda made: made["bytes"] == len(jsonl({}))),
        "purpose": _upload(lambda made: made["purpose"] == "assistants", "assistants"),
        "expires_after": _upload(
            lambda made: made["expires_at"] - made["created_at"] == 3600,
            **{"expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"},
        ),
    },
    "POST /credentials": {"credential_values": _first_values},
    "PATCH /credentials/{credential_name}": {"credential_values": _new_key},
    "POST /cache/delete": {"keys": _no_entry},
    f"POST {_COST}": {
        "model": _another(_COST, {"prompt_tokens": 9}, "model", "openai/gpt-4o", "cost"),
        "prompt": _another(_COST, {"prompt": "Hi."}, "prompt", "A longer text.", "cost"),
        "messages": _another(_COST, {"messages": _TALK}, "messages", _LONG, "cost"),
        "prompt_tokens": _another(_COST, {"prompt_tokens": 9}, "prompt_tokens", 10, "cost"),
        "completion_tokens": _another(_COST, {"prompt_tokens": 9}, "completion_tokens", 10, "cost"),
        "completion_response": _another(
            _COST,
            {"completion_response": {"usage": {"prompt_tokens": 1, "completion_tokens": 2}}},
            "completion_response",
            {"usage": {"prompt_tokens": 1, "completion_tokens": 3}},
            "cost",
        ),
    },
    f"POST {_COUNT}": {
        "model": _another(_COUNT, {"prompt": "Hi."}, "model", "onceward/small", "request_model"),
        "prompt": _another(_COUNT, {"prompt": "Hi."}, "prompt", "A longer text.", "total_tokens"),
        "messages": _another(_COUNT, {"messages": _TALK}, "messages", _LONG, "total_tokens"),
    },
    "POST /utils/transform_request": {
        "request_body": _another(
            "/utils/transform_request",
            {"call_type": "chat", "request_body": {"model": "onceward/echo", "messages": _TALK}},
            "request_body",
            {"model": "onceward/echo", "messages": _LONG},
            "raw_request_body",
        ),
    },
}
# The tests of `utilities` cover providers, and those of `platform_objects` their objects.
ELSEWHERE = {("POST /utils/transform_request", "call_type")}


def _declared() -> Iterator[tuple[str, str]]:
    """Write and member of all operations with a body that no other sweep has."""
    swept = (*KINDS, *WRITES, *MODEL_PATHS, "/openai/deployments/", "/engines/")
    for path, item in load_contract()["paths"].items():
        for method in ("post", "put", "patch", "delete"):
            body = followed(item.get(method, {}).get("requestBody") or {})
            for media in body.get("content", {}).values():
                waiting = [media["schema"]]
                while waiting:
                    schema = followed(waiting.pop())
                    waiting += schema.get("allOf", ())
                    if not path.startswith(swept):
                        yield from ((f"{method.upper()} {path}", name) for name in schema.get("properties", ()))


def test_every_write_of_the_contract_has_rows() -> None:
    rows = {
        (write, member)
        for table in (SHOWN, ABSENT, REFUSED, FELT)
        for write, found in table.items()
        for member in found
    }
    assert set(_declared()) == rows | ELSEWHERE


async def test_every_written_member_is_shown_or_refused(world: Swept) -> None:
    wrong: list[Any] = []
    for write in (*SHOWN, *ABSENT, *REFUSED):
        method, _, path = write.partition(" ")
        changes = [(member, value, 200) for member, value in SHOWN.get(write, {}).items()]
        changes += [(member, "absent", 404) for member in ABSENT.get(write, ())]
        changes += [(member, value, 400) for member, value in REFUSED.get(write, {}).items()]
        for member, value, status in changes:
            url, body = await world.request(path)
            answer = await world.ask(method, url, body | {member: value})
            told = answer.json()
            right = told.get(member) == value if status == 200 else member in str(told.get("error", {}).get("param"))
            if answer.status_code != status or not right:
                wrong.append((write, member, value, answer.status_code, answer.text[:200]))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("write", FELT)
async def test_every_written_member_has_an_effect(world: Swept, write: str) -> None:
    wrong = [member for member, felt in FELT[write].items() if not await felt(world)]
    assert not wrong


@pytest.mark.parametrize("tail", ["balance", "history", "stats"])
async def test_credits_of_an_organization_where_no_key_is_asked_for(world: Swept, tail: str) -> None:
    organization = await world.organization()
    assert await world.got(f"/v1/credits/{tail}", organization_id=organization)
    answer = await world.ask("GET", f"/v1/credits/{tail}", organization_id="absent")
    assert (answer.status_code, answer.json()["error"]["param"]) == (404, "organization_id")
    assert (await world.chat()).status_code == 200
