"""Usage records: every field, and the spend of each provider."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .test_processes import CHAT, CONFIG, MASTER, Launch, body, make_key, rows

PAID = {
    "id": "x",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 100, "completion_tokens": 100, "total_tokens": 200},
}
TWO = """
[providers.here]
base_url = "{url}/v1"
[providers.there]
base_url = "{url}/v1"
[prices."here/m"]
input_per_million = 10.0
output_per_million = 10.0
[prices."there/m"]
input_per_million = 10.0
output_per_million = 10.0
[budgets.providers.here]
max_budget = 0.005
[deployments.first]
model_name = "both"
model = "here/m"
order = 1
[deployments.second]
model_name = "both"
model = "there/m"
order = 2
[deployments.alone]
model_name = "one"
model = "here/m"
"""


async def get(url: str, path: str, key: dict[str, str], **query: Any) -> Any:
    async with httpx2.AsyncClient(base_url=url, headers=key, timeout=30) as client:
        answer = await client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def test_a_provider_with_an_exhausted_budget_is_avoided(launch: Launch, upstream: Any, tmp_path: Path) -> None:
    upstream.json(PAID)
    url = (await asyncio.to_thread(launch, config=CONFIG + TWO.format(url=upstream.url))).url
    async with httpx2.AsyncClient(base_url=url, headers=MASTER, timeout=30) as client:
        # A call costs 0.002 dollars of 0.005, and may cost some more.
        answers = [await client.post(CHAT, json=body(model="both", max_tokens=100)) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 6, answers[-1].text
        served = [answer.headers["x-onceward-deployment"] for answer in answers]
        assert served == ["first", "first", *["second"] * 4]
        refused = await client.post(CHAT, json=body(model="one", max_tokens=100))
        assert (refused.status_code, refused.json()["error"]["limit_scope"]) == (402, "provider")
        budgets = (await client.get("/provider/budgets")).json()["providers"]
    assert budgets["here"]["spend"] == 0.004
    counted = Counter(provider for (provider,) in rows(tmp_path, "SELECT provider FROM usage WHERE cost_nano > 0"))
    assert counted == {"here": 2, "there": 4}


async def test_a_record_describes_its_call(launch: Launch, upstream: Any) -> None:
    upstream.json(PAID)
    config = CONFIG + TWO.format(url=upstream.url.replace("://", "://user:secret@"))
    url = (await asyncio.to_thread(launch, config=config)).url
    key = await asyncio.to_thread(make_key, url, tags=["team-a"])
    asked = body(model="both", max_tokens=100, metadata={"case": "7", "tags": ["urgent"]}, user="c1")
    async with httpx2.AsyncClient(base_url=url, headers=key, timeout=30) as client:
        assert (await client.post(CHAT, json=asked, headers={"Idempotency-Key": "once"})).status_code == 200
    (record,) = (await get(url, "/spend/logs", MASTER))["data"]
    assert record["metadata"] == {"case": "7", "tags": ["urgent"]}
    assert record["request_tags"] == ["team-a", "urgent"]
    assert (record["model_group"], record["model_id"], record["custom_llm_provider"]) == ("both", "first", "here")
    assert record["api_base"] == upstream.url + "/v1"
    assert (record["end_user"], record["idempotency_key"], record["spend"]) == ("c1", "once", 0.002)
    assert record["request_duration_ms"] >= 0
    assert record["api_key"] == (await get(url, "/key/info", key))["info"]["token"]
    # Where the operator's models are is not for those who call them.
    (own,) = (await get(url, "/spend/logs", key))["data"]
    assert own == record | {"api_base": None}


async def test_records_have_the_time_of_the_first_token_and_the_cache_key(launch: Launch) -> None:
    config = CONFIG + '[cache]\nkind = "memory"\n'
    url = (await asyncio.to_thread(launch, config=config)).url
    asked = body(stream=True, pace=0.02)
    async with httpx2.AsyncClient(base_url=url, headers=MASTER, timeout=30) as client:
        for _ in range(2):
            assert "[DONE]" in (await client.post(CHAT, json=asked)).text
    cached, made = (await get(url, "/spend/logs", MASTER))["data"]
    assert 0 <= made["time_to_first_token_ms"] < made["request_duration_ms"]
    assert (made["cache_hit"], cached["cache_hit"]) == (False, True)
    assert made["cache_key"]
    assert made["cache_key"] == cached["cache_key"]
    assert made["spend"] > cached["spend"] == 0


async def test_a_key_says_when_it_was_used_last(launch: Launch) -> None:
    url = (await asyncio.to_thread(launch, config=CONFIG)).url
    key = await asyncio.to_thread(make_key, url)
    assert (await get(url, "/key/info", key))["info"]["last_used_at"] is None
    async with httpx2.AsyncClient(base_url=url, headers=key, timeout=30) as client:
        assert (await client.post(CHAT, json=body())).status_code == 200
    info = (await get(url, "/key/info", key))["info"]
    assert info["last_used_at"] >= info["created_at"]


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("rpm_limit = 2", "requests_per_minute_exceeded"),
        ("tpm_limit = 220", "tokens_per_minute_exceeded"),
        ("max_parallel_requests = 2", "parallelrequests_exceeded"),
    ],
)
async def test_the_pace_of_a_tier(launch: Launch, limit: str, code: str) -> None:
    tier = f'[credits]\ndefault_tier = "small"\n[credits.tiers.small]\n{limit}\n'
    url = (await asyncio.to_thread(launch, config=CONFIG + tier)).url
    made = [await asyncio.to_thread(make_key, url, user_id=None) for _ in range(2)]

    async def calls(key: dict[str, str]) -> list[httpx2.Response]:
        async with httpx2.AsyncClient(base_url=url, headers=key, timeout=30) as client:
            return list(await asyncio.gather(*(client.post(CHAT, json=body(pace=0.05)) for _ in range(5))))

    answers = await calls(made[0])
    assert Counter(answer.status_code for answer in answers) == {200: 2, 429: 3}
    error = next(answer.json()["error"] for answer in answers if answer.status_code == 429)
    assert error["code"] == code
    assert "tier 'small'" in error["message"]
    # Another account of the tier has a pace of its own.
    assert 200 in {answer.status_code for answer in await calls(made[1])}
