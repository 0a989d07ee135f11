"""Tiers: their limits on requests per day and per second apply to their members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2

from ..conftest import GatewayProcess

MASTER = "sk-master-0123456789abcdef"
CONFIG = """
[auth]
api_keys = ["sk-master-0123456789abcdef"]
[credits]
default_tier = "small"
[credits.tiers.small]
credits = 1000
{limits}
"""
BODY: dict[str, Any] = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}


def client_of(server: GatewayProcess, key: str = MASTER) -> httpx2.Client:
    return httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {key}"}, timeout=30)


def key_of(server: GatewayProcess) -> str:
    with client_of(server) as master:
        made = master.post("/organization/new", json={"organization_alias": "o"})
        assert made.status_code == 200, made.text
        key = master.post("/key/generate", json={"organization_id": made.json()["organization_id"]})
        return str(key.json()["key"])


def test_requests_a_day(launch: Callable[..., GatewayProcess]) -> None:
    server = launch(config=CONFIG.format(limits="rpd_limit = 2"))
    with client_of(server, key_of(server)) as client:
        assert [client.post("/v1/chat/completions", json=BODY).status_code for _ in range(2)] == [200, 200]
        refused = client.post("/v1/chat/completions", json=BODY)
        assert refused.status_code == 429
        error = refused.json()["error"]
        assert (error["code"], error["limit"], error["limit_value"]) == ("requests_per_day_exceeded", "rpd_limit", 2)
        assert 86_000 < int(refused.headers["retry-after"]) <= 86_701
        (tier,) = client.get("/v1/credits/tiers").json()["tiers"]
        assert (tier["rpd_limit"], tier["burst"]) == (2, None)


def test_requests_at_once(launch: Callable[..., GatewayProcess]) -> None:
    server = launch(config=CONFIG.format(limits="burst = 3"))
    with client_of(server, key_of(server)) as client:
        answers = [client.post("/v1/chat/completions", json=BODY) for _ in range(60)]
    refused = [answer.json()["error"] for answer in answers if answer.status_code == 429]
    assert len(answers) - len(refused) >= 3
    assert refused, "sixty calls within a few seconds are more than three in each"
    assert {(error["code"], error["limit"]) for error in refused} == {("burst_exceeded", "burst")}
