"""The ledger as callers of a real process meet it: parallel calls, kills, cut streams, replays, reports."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..databases import rows_of

Launch = Callable[..., Any]
CHAT = "/v1/chat/completions"
MASTER = {"Authorization": "Bearer sk-master-0123456789abcdef"}
CONFIG = """
[cluster]
heartbeat_seconds = 0.2
lease_seconds = 1.0
[auth]
api_keys = ["sk-master-0123456789abcdef"]
[prices."onceward/echo"]
input_per_million = 1.0
output_per_million = 2.0
"""


def body(text: str = "Tell me about rivers and gates.", *, pace: float = 0, **more: Any) -> dict[str, Any]:
    asked = {"model": "onceward/echo", "max_tokens": 40, "messages": [{"role": "user", "content": text}]} | more
    return asked | ({"provider_specific_params": {"pace": pace}} if pace else {})


def make_key(url: str, **limits: Any) -> dict[str, str]:
    answer = httpx2.post(url + "/key/generate", json=limits, headers=MASTER)
    assert answer.status_code == 200, answer.text
    return {"Authorization": "Bearer " + answer.json()["key"]}


def rows(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    # A sum is a decimal number on PostgreSQL.
    found = rows_of(folder / "data", statement)
    return [tuple(int(value) if isinstance(value, Decimal) else value for value in row) for row in found]


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """The reservations of a dead node are taken over when its lease expires."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


async def reached(done: list[str], count: int) -> None:
    """So many calls were answered."""
    deadline = time.monotonic() + 60
    while len(done) < count:
        assert time.monotonic() < deadline, f"only {len(done)} calls were answered"
        await asyncio.sleep(0.02)


async def many(url: str, key: dict[str, str], count: int, asked: dict[str, Any]) -> list[httpx2.Response]:
    limits = httpx2.Limits(max_connections=count)
    async with httpx2.AsyncClient(base_url=url, timeout=60, limits=limits, headers=key) as client:
        return list(await asyncio.gather(*(client.post(CHAT, json=asked) for _ in range(count))))


async def test_a_hundred_at_once_against_a_budget_for_ten(launch: Launch, tmp_path: Path) -> None:
    url = launch(config=CONFIG).url
    asked = body(pace=0.05)
    poor = make_key(url, max_budget=0.0000001)
    required = httpx2.post(url + CHAT, json=asked, headers=poor).json()["error"]["required"]
    key = make_key(url, max_budget=10 * required, key_alias="ten")
    answers = await many(url, key, 100, asked)
    assert Counter(answer.status_code for answer in answers) == {200: 10, 402: 90}
    refusal = next(answer for answer in answers if answer.status_code == 402).json()["error"]
    assert refusal["code"] == "budget_exceeded"
    assert "key 'ten'" in refusal["message"]
    assert refusal["limit_scope"] == "key"
    info = httpx2.get(url + "/key/info", headers=key).json()["info"]
    assert 0 < info["spend"] <= 10 * required
    assert rows(tmp_path, "SELECT SUM(held), COUNT(*) FROM budget_window") == [(0, 2)]
    (spent,) = rows(tmp_path, "SELECT SUM(cost_nano) FROM usage")[0]
    assert info["spend"] == spent / 1e9
    # The excess reservation is available again: calls that were refused now pass.
    assert httpx2.post(url + CHAT, json=asked, headers=key).status_code == 200


async def test_killed_under_load_nothing_is_lost_or_doubled(launch: Launch, tmp_path: Path) -> None:
    server = launch(config=CONFIG)
    key = make_key(server.url, max_budget=5.0, team_id=None)
    done: list[str] = []

    async def work(worker: int) -> None:
        async with httpx2.AsyncClient(base_url=server.url, timeout=30, headers=key) as client:
            for number in range(10_000):
                headers = {"Idempotency-Key": f"{worker}-{number}"} if number % 2 else {}
                stream = number % 3 == 0
                asked = body(f"{worker} {number}", stream=stream, pace=0.001 if number % 5 == 0 else 0)
                try:
                    answer = await client.post(CHAT, json=asked, headers=headers)
                except httpx2.TransportError:
                    return
                if answer.status_code == 200 and (not stream or "[DONE]" in answer.text):
                    done.append(answer.headers["x-onceward-call-id"])

    work_load = [asyncio.create_task(work(worker)) for worker in range(16)]
    await reached(done, 100)
    await asyncio.to_thread(server.kill)
    await asyncio.gather(*work_load)
    url = launch().url
    recorded = Counter(id for (id,) in rows(tmp_path, "SELECT call_id FROM usage"))
    assert all(recorded[id] == 1 for id in done)
    assert max(recorded.values()) == 1
    wait_for(lambda: rows(tmp_path, "SELECT COUNT(*) FROM hold") == [(0,)], "the dead node's holds are there")
    assert rows(tmp_path, "SELECT SUM(held) FROM budget_window") == [(0,)]
    recorded = Counter(id for (id,) in rows(tmp_path, "SELECT call_id FROM usage"))
    assert max(recorded.values()) == 1
    sums = rows(tmp_path, "SELECT (SELECT SUM(cost_nano) FROM usage), (SELECT SUM(spent) FROM budget_window)")[0]
    assert sums[0] == sums[1]
    assert httpx2.get(url + "/key/info", headers=key).json()["info"]["spend"] == sums[0] / 1e9


def test_a_call_resumed_after_a_kill_is_billed_once(launch: Launch, tmp_path: Path) -> None:
    server = launch(config=CONFIG)
    key = make_key(server.url, max_budget=5.0) | {"Idempotency-Key": "goes-on"}
    asked = body(stream=True, pace=0.05)
    with httpx2.stream("POST", server.url + CHAT, json=asked, headers=key, timeout=30) as answer:
        for seen, _ in enumerate(answer.iter_text()):
            if seen == 3:
                time.sleep(0.2)
                server.kill()
                break
    url = launch().url
    wait_for(
        lambda: rows(tmp_path, "SELECT COUNT(*), (SELECT SUM(held) FROM budget_window) FROM usage") == [(0, 0)],
        "the dead node's call holds money",
    )
    whole = httpx2.post(url + CHAT, json=asked, headers=key, timeout=30)
    assert "[DONE]" in whole.text
    ((tokens, estimated, cost),) = rows(tmp_path, "SELECT completion_tokens, estimated, cost_nano FROM usage")
    assert tokens > 5
    assert not estimated
    assert rows(tmp_path, "SELECT spent, held FROM budget_window") == [(cost, 0)]


def test_a_stream_that_is_left_is_paid_for_what_was_sent(launch: Launch, tmp_path: Path) -> None:
    url = launch(config=CONFIG).url
    key = make_key(url, max_budget=5.0)
    asked = body("Tell me a long story.", stream=True, pace=0.05, max_tokens=4000)
    with httpx2.stream("POST", url + CHAT, json=asked, headers=key, timeout=30) as answer:
        for seen, _ in enumerate(answer.iter_text()):
            if seen == 5:
                break
    deadline = time.monotonic() + 5
    while not (found := rows(tmp_path, "SELECT status, completion_tokens, estimated, cost_nano FROM usage")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    ((status, tokens, estimated, cost),) = found
    assert status == "cancelled"
    assert 3 <= tokens <= 12
    assert estimated == 1
    assert rows(tmp_path, "SELECT spent, held FROM budget_window") == [(cost, 0)]
    assert cost > 0


def test_replays_and_refusals_cost_nothing(launch: Launch, tmp_path: Path) -> None:
    url = launch(config=CONFIG).url
    key = make_key(url, max_budget=5.0, rpm_limit=2)
    for _ in range(4):
        assert httpx2.post(url + CHAT, json=body(), headers=key | {"Idempotency-Key": "again"}).status_code == 200
    failing = httpx2.post(url + CHAT, json=body(model="onceward/fault-error"), headers=key)
    assert failing.status_code == 500
    refused = httpx2.post(url + CHAT, json=body(), headers=key)
    assert refused.status_code == 429
    assert rows(tmp_path, "SELECT model, status, cost_nano > 0 FROM usage ORDER BY id") == [
        ("onceward/echo", "completed", 1),
        ("onceward/fault-error", "failed", 0),
    ]
    assert rows(tmp_path, "SELECT held FROM budget_window") == [(0,)]


def test_rate_limits_are_in_headers_and_errors(launch: Launch) -> None:
    url = launch(config=CONFIG).url
    key = make_key(url, key_alias="quick", rpm_limit=3, tpm_limit=100_000)
    answers = [httpx2.post(url + CHAT, json=body(), headers=key) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining-requests"] for answer in answers] == ["2", "1", "0", "0"]
    assert int(answers[1].headers["x-ratelimit-remaining-tokens"]) < 100_000
    assert 50 <= int(answers[3].headers["retry-after"]) <= 61
    error = answers[3].json()["error"]
    assert (error["type"], error["limit"], error["limit_scope"]) == ("rate_limit_error", "rpm_limit", "key")
    assert "key 'quick'" in error["message"]


async def test_calls_at_the_same_time(launch: Launch) -> None:
    url = launch(config=CONFIG).url
    key = make_key(url, max_parallel_requests=4)
    answers = await many(url, key, 20, body(pace=0.05))
    assert Counter(answer.status_code for answer in answers) == {200: 4, 429: 16}
    assert httpx2.post(url + CHAT, json=body(), headers=key).status_code == 200


TIERS = (
    CONFIG
    + """
[credits]
default_tier = "free"
[credits.tiers.free]
credits = 1
credits_duration = "1mo"
bands = ["basic"]
[credits.bands.basic]
models = ["onceward/echo"]
credits_per_usd = 1000.0
[credits.bands.big]
models = ["*"]
"""
)


async def test_credits_are_never_overdrawn(launch: Launch, tmp_path: Path) -> None:
    url = launch(config=TIERS).url
    key = make_key(url, key_alias="free")
    far = httpx2.post(url + CHAT, json=body(model="onceward/fault-error"), headers=key)
    assert (far.status_code, far.json()["error"]["code"]) == (403, "band_access_denied")
    answers = await many(url, key, 60, body(pace=0.01))
    refusal = next(answer for answer in answers if answer.status_code == 402).json()["error"]
    assert refusal["type"] == "insufficient_credits"
    assert refusal["credits_required"] > refusal["credits_remaining"] >= 0
    assert refusal["reset_date"].endswith("-01")
    balance = httpx2.get(url + "/v1/credits/balance", headers=key).json()
    stats = httpx2.get(url + "/v1/credits/stats", headers=key).json()
    entries: list[dict[str, Any]] = []
    cursor = None
    while True:
        query = {"limit": 7} | ({"cursor": cursor} if cursor else {})
        page = httpx2.get(url + "/v1/credits/history", params=query, headers=key).json()
        entries += page["entries"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    milli = [round(entry["credits_debited"] * 1000) for entry in entries]
    assert len(entries) == page["total"] == 1 + sum(answer.status_code == 200 for answer in answers)
    assert sum(milli) == -round(balance["credits_remaining"] * 1000)
    assert round(entries[0]["balance_after"] * 1000) == round(balance["credits_remaining"] * 1000) >= 0
    assert (
        round(stats["total_credits_used"] * 1000)
        == round(balance["credits_used"] * 1000)
        == sum(m for m in milli if m > 0)
    )


def test_reports_add_up_on_every_level(launch: Launch, tmp_path: Path) -> None:
    url = launch(config=CONFIG).url
    keys = [make_key(url, key_alias=f"k{n}", tags=["all"]) for n in range(3)]
    for number in range(21):
        asked = body("x" * number, user=f"c{number % 4}", tags=["odd"] if number % 2 else [])
        assert httpx2.post(url + CHAT, json=asked, headers=keys[number % 3]).status_code == 200
    (spent,) = rows(tmp_path, "SELECT SUM(cost_nano) FROM usage")[0]
    for group in ("team", "customer", "api_key", "user", "organization", "model", "provider"):
        for interval in ("hour", "day", "week", "month", "total"):
            query = {"group_by": group, "interval": interval}
            told = httpx2.get(url + "/global/spend/report", params=query, headers=MASTER).json()
            assert round(told["total"]["spend"] * 1e9) == spent
            assert sum(round(row["spend"] * 1e9) for row in told["results"]) == spent
            assert sum(round(m["spend"] * 1e9) for row in told["results"] for m in row["models"]) == spent
    logs = httpx2.get(url + "/spend/logs", params={"limit": 100}, headers=MASTER).json()["data"]
    assert sum(round(log["spend"] * 1e9) for log in logs) == spent
    infos = [httpx2.get(url + "/key/info", headers=key).json()["info"] for key in keys]
    assert sum(round(info["spend"] * 1e9) for info in infos) == spent
    tags = httpx2.get(url + "/spend/tags", headers=MASTER).json()["data"]
    assert [(tag["individual_request_tag"], tag["log_count"]) for tag in tags] == [("all", 21), ("odd", 10)]
    own = httpx2.get(url + "/global/spend/report", params={"group_by": "api_key"}, headers=keys[0]).json()
    assert round(own["total"]["spend"] * 1e9) == round(infos[0]["spend"] * 1e9)


def test_pages_of_records_follow_each_other(launch: Launch) -> None:
    url = launch(config=CONFIG).url
    key, other = make_key(url), make_key(url)
    for number in range(7):
        httpx2.post(url + CHAT, json=body(str(number)), headers=key if number else other)
    seen: list[str] = []
    cursor = None
    while True:
        page = httpx2.get(
            url + "/spend/logs", params={"limit": 3} | ({"cursor": cursor} if cursor else {}), headers=key
        )
        seen += [log["call_id"] for log in page.json()["data"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 6
    assert seen == sorted(seen, reverse=True)
    wrong = httpx2.get(url + "/spend/logs", params={"cursor": "nonsense"}, headers=key)
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("text", ["'; DROP TABLE usage; --", "%", "key_0' OR '1'='1"])
def test_no_filter_says_more_than_its_value(launch: Launch, text: str) -> None:
    url = launch(config=CONFIG).url
    httpx2.post(url + CHAT, json=body(), headers=make_key(url))
    for name in ("api_key", "user_id", "team_id", "model", "tag", "request_id"):
        answer = httpx2.get(url + "/spend/logs", params={name: text}, headers=MASTER)
        assert answer.json()["data"] == [], name
    refused = httpx2.get(url + "/spend/logs", params={"status": text}, headers=MASTER)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "status")


@pytest.mark.parametrize(
    "query", ["end_date=9999-12-31", "end_date=0001-01-01", "start_date=9999-12-31", "start_date=0001-01-01"]
)
def test_the_ends_of_the_calendar(launch: Launch, query: str) -> None:
    url = launch(config=CONFIG).url
    for path in ("/global/spend/report", "/spend/logs", "/spend/tags"):
        assert httpx2.get(f"{url}{path}?{query}", headers=MASTER).status_code == 200, path


def test_numbers_beyond_all_bounds(launch: Launch) -> None:
    url = launch(config=CONFIG).url
    key = make_key(url, max_budget=1.0)
    refused = httpx2.post(url + CHAT, json=body(max_tokens=10**30), headers=key)
    assert refused.status_code in (400, 402)
    for name in ("prompt_tokens", "completion_tokens"):
        answer = httpx2.post(url + "/spend/calculate", json={"model": "onceward/echo", name: 10**30}, headers=MASTER)
        assert answer.status_code == 400, answer.text
    made = {"model": "onceward/echo", "usage": {"prompt_tokens": -5, "completion_tokens": "many"}}
    answer = httpx2.post(url + "/spend/calculate", json={"completion_response": made}, headers=MASTER)
    assert answer.status_code == 400


async def test_implausible_usage_of_an_upstream_is_never_a_refund(
    launch: Launch, upstream: Any, tmp_path: Path
) -> None:
    config = CONFIG + f'[providers.up]\nbase_url = "{upstream.url}/v1"\n[prices."up/m"]\ninput_per_million = 1.0\n'
    url = (await asyncio.to_thread(launch, config=config)).url
    key = await asyncio.to_thread(make_key, url, max_budget=1.0)
    for tokens in (-1000, 7.5, 10**25):
        upstream.json(
            {
                "id": "x",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [],
                "usage": {"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens},
            }
        )
        async with httpx2.AsyncClient(timeout=30) as client:
            await client.post(url + CHAT, json=body(model="up/m"), headers=key)
    costs = rows(tmp_path, "SELECT cost_nano FROM usage ORDER BY id")
    assert all(cost >= 0 for (cost,) in costs)
    assert len(costs) == 3
    assert rows(tmp_path, "SELECT held FROM budget_window") == [(0,)]
