"""Tries of a pool that came to nothing and were paid, where the call itself is interrupted."""

from __future__ import annotations

import asyncio
from typing import Any

from .kit import ROLE, Bench
from .test_deployment_options import PRICED
from .test_routing import config


async def test_a_paid_try_before_an_offline_stream_is_booked_when_that_is_interrupted(bench: Bench) -> None:
    local = '[deployments.z]\nmodel_name = "m"\nmodel = "onceward/echo"\norder = 9'
    await bench.start(config(bench, weights="a", a=PRICED) + "\n" + local)
    bench.providers["a"].says(ROLE)
    headers = {"idempotency-key": "drained"}
    body: dict[str, Any] = {"messages": [{"role": "user", "content": "word " * 200}], "pace": 0.05}
    asking = asyncio.ensure_future(bench.chat(stream=True, headers=headers, **body))
    calls = bench.gateway.calls
    while not any(call.total >= 2 for call in calls.running.values()):
        assert not asking.done(), asking.result().text
        await asyncio.sleep(0.01)
    await calls.drain(0)
    reply = await asking
    (record,) = (await bench.http.get("/v1/calls")).json()["data"]
    assert (record["status"], record["provider"]) == ("interrupted", "offline")
    assert record["cost_usd"] > 0
    listed = (await bench.http.get("/spend/logs")).json()
    (row,) = listed["data"]
    assert row["spend"] == record["cost_usd"]
    # Its key makes no second half of another answer, and pays for nothing.
    again = await bench.chat(stream=True, headers=headers, **body)
    assert again.headers["x-onceward-replayed"] == "true"
    assert len(bench.providers["a"].seen) == 1
    assert again.text.splitlines()[0] == reply.text.splitlines()[0]
    (same,) = (await bench.http.get("/v1/calls")).json()["data"]
    assert same["cost_usd"] == record["cost_usd"]
