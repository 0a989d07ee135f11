"""The access log: a line for each request, with what finds it again, and without what it said."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from onceward_gateway.config.load import ConfigError
from onceward_gateway.telemetry.access_log import AccessLog

from .kit import CHAT, Launch, asked, key_of, until

MASTER = "sk-master-of-the-log-0123456789abc"


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of the log, without readiness probes."""
    if not path.exists():
        return []
    told = [json.loads(line) for line in path.read_text().splitlines()]
    return [line for line in told if line["operation"] != "get_health_readiness" and "read" not in line["operation"]]


async def written(path: Path, count: int) -> list[dict[str, Any]]:
    async def there() -> list[dict[str, Any]]:
        told = lines(path)
        return told if len(told) >= count else []

    told: list[dict[str, Any]] = await until(there, f"{count} lines")
    return told


async def test_a_line_for_each_request(launch: Launch, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    gateway = launch(config=f'[access_log]\nto = "{log}"\n', ONCEWARD_GATEWAY_API_KEYS=MASTER)
    async with httpx2.AsyncClient(base_url=gateway.url, headers=key_of(MASTER)) as client:
        made = (await client.post("/key/generate", json={"key_alias": "of-the-log"})).json()
        mine = key_of(made["key"]) | {"X-Request-Id": "req-1", "Idempotency-Key": "once"}
        first = await client.post(CHAT, json=asked(), headers=mine)
        await client.post(CHAT, json=asked(), headers=mine | {"X-Request-Id": "req-2"})
        await client.post(CHAT, json=asked("onceward/fault-rate-limit", stream=True), headers=key_of(made["key"]))
        await client.post(CHAT, json=asked(), headers=key_of("sk-nobody-knows-this-one"))
        await client.get("/v1/nowhere?secret=in-the-query")
    generated, chat, again, failed, unknown, nowhere = await written(log, 6)
    assert generated["status"] == 200
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", chat["time"])
    assert 0 < chat["ms"] < 10_000
    usage = first.json()["usage"]
    expected = {
        "request_id": "req-1",
        "method": "POST",
        "operation": "chat_completions_create",
        "status": 200,
        "caller": made["key_id"],
        "call_id": first.headers["x-onceward-call-id"],
        "model": "onceward/echo",
        "provider": "offline",
        "outcome": "completed",
        "stream": False,
        "input_tokens": usage["prompt_tokens"],
        "output_tokens": usage["completion_tokens"],
    }
    assert expected.items() <= chat.items()
    assert (again["request_id"], again["repeated"], again["call_id"]) == ("req-2", "replayed", chat["call_id"])
    assert (failed["status"], failed["outcome"], failed["stream"]) == (429, "failed", True)
    assert failed["error"]
    assert (unknown["status"], unknown["error"]) == (401, "invalid_api_key")
    assert "caller" not in unknown
    assert (nowhere["status"], nowhere["operation"]) == (404, "none")
    text = log.read_text()
    for private in (MASTER, made["key"], "sk-nobody", "Hello!", "in-the-query", "nowhere"):
        assert private not in text


async def test_a_stream_is_logged_when_it_has_ended(launch: Launch, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    gateway = launch("--offline", ONCEWARD_GATEWAY_ACCESS_LOG=str(log))
    body = asked(stream=True, provider_specific_params={"pace": 0.02})
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        async with client.stream("POST", CHAT, json=body) as answer:
            found = answer.aiter_lines()
            assert (await anext(found)).startswith("id: ")
            assert lines(log) == []
            assert [line async for line in found]
        # Left in the middle: no error of the gateway's, and cancelled, for it had no key.
        async with client.stream("POST", CHAT, json=body) as answer:
            await anext(answer.aiter_lines())
    whole, left = await written(log, 2)
    assert (whole["outcome"], whole["status"], whole["stream"]) == ("completed", 200, True)
    assert whole["ms"] >= 20
    assert left["call_id"] != whole["call_id"]


async def test_a_name_that_is_a_key_is_not_written(launch: Launch, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    gateway = launch("--offline", ONCEWARD_GATEWAY_ACCESS_LOG=str(log))
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        await client.post(CHAT, json=asked("sk-put-in-the-wrong-place-0123"))
        await client.post(CHAT, json=asked('a" ,"b":1\n{' + "x" * 500))
    key, odd = await written(log, 2)
    assert key["model"] == "sk-...REDACTED"
    assert re.fullmatch(r"[A-Za-z0-9?:]{128}", odd["model"])


async def test_a_rotated_file_is_made_anew(launch: Launch, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    gateway = launch("--offline", ONCEWARD_GATEWAY_ACCESS_LOG=str(log))
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        await client.post(CHAT, json=asked(), headers={"X-Request-Id": "before"})
        await written(log, 1)
        log.rename(tmp_path / "access.log.1")
        await client.post(CHAT, json=asked(), headers={"X-Request-Id": "after"})
    assert [line["request_id"] for line in await written(log, 1)] == ["after"]
    assert [line["request_id"] for line in lines(tmp_path / "access.log.1")] == ["before"]


async def test_buffered_lines_are_written_at_shutdown(launch: Launch, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    gateway = launch("--offline", ONCEWARD_GATEWAY_ACCESS_LOG=str(log))
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        for _ in range(3):
            await client.post(CHAT, json=asked())
    gateway.terminate()
    assert gateway.wait() == 0
    assert len(lines(log)) == 3


def test_an_unwritable_path_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"`access_log.to` is '.*nowhere/x', which cannot be written: .*\. Check"):
        AccessLog(str(tmp_path / "nowhere" / "x"))
