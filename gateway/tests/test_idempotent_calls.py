"""A call is made once, paid once, and its stream is never lost: keys, replays, resumption, kills, drains."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from .servers import wait_for

Launch = Callable[..., Any]
CHAT = "/v1/chat/completions"
# Where nodes share a database, one that was killed is taken for dead after this.
LEASE = "[cluster]\nheartbeat_seconds = 0.2\nlease_seconds = 1.0\n"


def asked(text: str = "Tell me about rivers and gates.", *, stream: bool = False, pace: float = 0, **more: Any) -> Any:
    body = {"model": "onceward/echo", "messages": [{"role": "user", "content": text}], "stream": stream} | more
    return body | ({"provider_specific_params": {"pace": pace}} if pace else {})


def post(url: str, body: Any, key: str | None = None, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named |= {"Idempotency-Key": key} if key else {}
    return httpx2.post(url + CHAT, json=body, headers=named, timeout=30)


def calls(url: str, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx2.get(url + "/v1/calls", params={"idempotency_key": key}).json()["data"]
    return found


def frames(text: str) -> list[str]:
    return [frame for frame in re.split(r"(?<=\n\n)", text) if frame.startswith("id:")]


def read_some(url: str, body: Any, key: str, count: int) -> list[str]:
    """Read `count` events of a stream, then hang up."""
    seen = ""
    with httpx2.stream("POST", url + CHAT, json=body, headers={"Idempotency-Key": key}, timeout=30) as answer:
        for piece in answer.iter_text():
            seen += piece
            if len(frames(seen)) >= count:
                break
    return frames(seen)[:count]


@pytest.mark.parametrize("stream", [False, True])
def test_the_same_key_gives_the_same_bytes(gateway: str, stream: bool) -> None:
    key = f"same-bytes-{stream}"
    first = post(gateway, asked(stream=stream), key)
    second = post(gateway, asked(stream=stream), key)
    assert second.content == first.content
    assert "x-onceward-replayed" not in first.headers
    assert second.headers["x-onceward-replayed"] == "true"
    assert second.headers["x-onceward-call-id"] == first.headers["x-onceward-call-id"]
    (record,) = calls(gateway, key)
    assert record["attempts"] == 2
    assert record["status"] == "completed"


def test_another_body_is_a_conflict(gateway: str) -> None:
    post(gateway, asked("one"), "reused")
    answer = post(gateway, asked("two"), "reused")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "idempotency_key_reused"
    running = read_some(gateway, asked("one", stream=True, pace=0.05), "reused-running", 2)
    assert running
    assert post(gateway, asked("two", stream=True, pace=0.05), "reused-running").status_code == 409


@pytest.mark.parametrize("stream", [False, True])
async def test_calls_at_the_same_time_are_one(gateway: str, stream: bool) -> None:
    key = f"together-{stream}"
    async with httpx2.AsyncClient(base_url=gateway, timeout=30) as client:
        body = asked(stream=stream, pace=0.01)
        answers = await asyncio.gather(
            *(client.post(CHAT, json=body, headers={"Idempotency-Key": key}) for _ in range(12))
        )
    assert len({answer.content for answer in answers}) == 1
    (record,) = calls(gateway, key)
    assert record["attempts"] == 12
    assert record["cost_usd"] > 0


@pytest.mark.parametrize("seen", [0, 1, 7, 19, 20, 21])
def test_a_stream_goes_on_behind_the_last_event(gateway: str, seen: int) -> None:
    body, key = asked("Hello!", stream=True), f"resume-{seen}"
    whole = post(gateway, body, key)
    ids = re.findall(r"^id: (.*)$", whole.text, re.MULTILINE)
    call = whole.headers["x-onceward-call-id"]
    rest = post(gateway, body, key, Last_Event_ID=f"{call}:{seen}")
    assert "".join(frames(whole.text)[:seen]) + rest.text == whole.text
    assert re.findall(r"^id: (.*)$", rest.text, re.MULTILINE) == ids[seen:]


def test_a_running_stream_is_joined_and_goes_on_live(gateway: str) -> None:
    body, key = asked(stream=True, pace=0.02), "join-live"
    seen = read_some(gateway, body, key, 3)
    last = re.match(r"id: (.*)\n", seen[-1])
    assert last is not None
    rest = post(gateway, body, key, Last_Event_ID=last[1])
    again = post(gateway, body, key)
    assert "".join(seen) + rest.text == again.text
    assert rest.headers["x-onceward-replayed"] == "true"
    (record,) = calls(gateway, key)
    assert record["attempts"] == 3


@pytest.mark.parametrize("bad", ["nonsense", "call_x:", "call_x:1", ":", "call_x:one"])
def test_a_wrong_event_id_makes_no_call(gateway: str, bad: str) -> None:
    body, key = asked(stream=True), f"bad-id-{bad}"
    assert post(gateway, body, key, Last_Event_ID="call_x:1").status_code == 409
    assert calls(gateway, key) == []
    post(gateway, body, key)
    answer = post(gateway, body, key, Last_Event_ID=bad)
    assert answer.status_code in (400, 409)
    assert answer.json()["error"]["param"] == "Last-Event-ID"


def test_an_event_id_needs_a_key(gateway: str) -> None:
    assert post(gateway, asked(stream=True), Last_Event_ID="call_x:1").status_code == 400


@pytest.mark.parametrize("stream", [False, True])
def test_a_cut_connection_heals(gateway: str, stream: bool) -> None:
    body, key = asked(stream=stream, model="onceward/fault-cut"), f"cut-{stream}"
    with pytest.raises(httpx2.TransportError):
        post(gateway, body, key)
    healed = post(gateway, body, key)
    assert healed.status_code == 200
    if stream:
        assert frames(healed.text)[-1].endswith("data: [DONE]\n\n")
    (record,) = calls(gateway, key)
    assert record["status"] == "completed"


def test_a_failure_before_content_is_tried_again_under_its_key(gateway: str) -> None:
    body, key = asked(model="onceward/fault-flaky"), "flaky"
    statuses = [post(gateway, body, key).status_code for _ in range(4)]
    assert statuses[0] >= 429
    assert statuses[-1] == 200
    (record,) = calls(gateway, key)
    assert record["attempts"] == 4


@pytest.mark.parametrize("stream", [False, True])
def test_a_flaky_model_counts_callers_without_a_key(gateway: str, stream: bool) -> None:
    body, other = asked("One", model="onceward/fault-flaky", stream=stream), asked("Two", model="onceward/fault-flaky")
    statuses = [post(gateway, one).status_code for one in (body, other, body, body, other, other, body, body, body)]
    assert statuses == [503, 503, 503, 200, 503, 200, 503, 503, 200]
    embedding = {"model": "gpt-4", "input": "x", "provider_specific_params": {"fault": {"kind": "flaky", "times": 1}}}
    url = f"{gateway}/v1/embeddings"
    assert [httpx2.post(url, json=embedding).status_code for _ in range(4)] == [503, 200, 503, 200]


def test_a_call_without_a_key_ends_with_its_client(gateway: str) -> None:
    body = asked("x " * 200, stream=True, pace=0.02)
    with httpx2.stream("POST", gateway + CHAT, json=body) as answer:
        call = answer.headers["x-onceward-call-id"]
        next(answer.iter_text())
    assert ended(gateway, call)["status"] == "cancelled"


def ended(url: str, call: str, seconds: float = 30) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        record: dict[str, Any] = httpx2.get(f"{url}/v1/calls/{call}").json()
        if record["status"] != "in_progress":
            return record
        assert time.monotonic() < deadline, record


def test_a_call_with_a_key_waits_for_its_client(launch: Launch) -> None:
    url = launch("--offline", ONCEWARD_GATEWAY_DISCONNECT_GRACE_SECONDS="1").url
    body = asked("x " * 1000, stream=True, pace=0.05)
    read_some(url, body, "comes-not-back", 2)
    (record,) = calls(url, "comes-not-back")
    record = ended(url, record["id"])
    assert record["status"] == "cancelled"
    # It was left before it was looked at, and went on for the time of grace.
    assert record["finished_at"] - record["created_at"] >= 1
    assert record["usage"]["estimated"] is True
    assert record["cost_usd"] > 0
    again = post(url, body, "comes-not-back")
    assert 'event: error\ndata: {"error":' in again.text
    assert "call_cancelled" in again.text
    assert "[DONE]" not in again.text


def test_a_client_cancels(gateway: str) -> None:
    body = asked("x " * 200, stream=True, pace=0.02)
    seen = read_some(gateway, body, "cancelled", 2)
    call = seen[0].split("\n")[0].removeprefix("id: ").rpartition(":")[0]
    answer = httpx2.post(f"{gateway}/v1/calls/{call}/cancel")
    assert answer.json()["status"] == "cancelled"
    assert httpx2.post(f"{gateway}/v1/calls/{call}/cancel").json()["status"] == "cancelled"
    assert httpx2.post(f"{gateway}/v1/calls/call_none/cancel").status_code == 404
    done = post(gateway, asked(), "done-before")
    stays = httpx2.post(f"{gateway}/v1/calls/{done.headers['x-onceward-call-id']}/cancel").json()
    assert stays["status"] == "completed"


@pytest.mark.parametrize("stream", [False, True])
def test_a_kill_forgets_no_answer(launch: Launch, stream: bool) -> None:
    server = launch("--offline")
    first = post(server.url, asked(stream=stream), "kept")
    server.kill()
    server.start()
    again = post(server.url, asked(stream=stream), "kept")
    assert again.content == first.content
    assert again.headers["x-onceward-replayed"] == "true"
    assert len(calls(server.url, "kept")) == 1


def test_a_kill_in_mid_stream_and_the_stream_goes_on(launch: Launch) -> None:
    server = launch("--offline", config=LEASE)
    body = asked("Hello!", stream=True, pace=0.05)
    seen = read_some(server.url, body, "killed", 6)
    server.kill()
    server.start()
    (record,) = calls(server.url, "killed")
    assert ended(server.url, record["id"])["status"] == "interrupted"
    last = seen[-1].split("\n")[0].removeprefix("id: ")
    rest = post(server.url, body, "killed", Last_Event_ID=last)
    got = frames("".join(seen) + rest.text)
    assert [frame.split("\n")[0] for frame in got] == [f"id: {record['id']}:{n + 1}" for n in range(len(got))]
    assert got[-1].endswith("data: [DONE]\n\n")
    text = "".join(
        json.loads(frame.split("data: ")[1])["choices"][0]["delta"].get("content") or "" for frame in got[:-1]
    )
    plain = post(server.url, asked("Hello!")).json()
    assert text == plain["choices"][0]["message"]["content"]
    assert post(server.url, body, "killed").text == "".join(got)
    (record,) = calls(server.url, "killed")
    assert record["status"] == "completed"


def test_a_unary_call_that_was_killed_is_made_again_under_its_id(launch: Launch) -> None:
    server = launch("--offline", config=LEASE)
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.post(server.url + CHAT, json=asked(pace=0.5), headers={"Idempotency-Key": "k"}, timeout=0.3)
    # On a busy machine, the request arrives later than its client leaves.
    wait_for(lambda: bool(calls(server.url, "k")), "the call to be recorded")
    server.kill()
    server.start()
    (before,) = calls(server.url, "k")
    answer = httpx2.post(server.url + CHAT, json=asked(pace=0.5), headers={"Idempotency-Key": "k"}, timeout=60)
    assert answer.status_code == 200
    assert answer.headers["x-onceward-call-id"] == before["id"]


def test_a_stop_lets_streams_end_and_takes_no_new_calls(launch: Launch) -> None:
    server = launch("--offline")
    body = asked("Hello!", stream=True, pace=0.05)
    with httpx2.stream("POST", server.url + CHAT, json=body, headers={"Idempotency-Key": "drained"}) as answer:
        pieces = answer.iter_text()
        text = next(pieces)
        server.terminate()
        deadline = time.monotonic() + 5
        while server.is_ready():
            assert time.monotonic() < deadline
        refused = post(server.url, asked())
        assert refused.status_code == 529
        assert refused.json()["error"]["code"] == "draining"
        assert refused.json()["error"]["type"] == "overloaded_error"
        text += "".join(pieces)
    assert text.endswith("data: [DONE]\n\n")
    assert server.wait() == 0


def test_a_stop_that_is_out_of_time_says_so_and_the_stream_goes_on_later(launch: Launch) -> None:
    server = launch("--offline", ONCEWARD_GATEWAY_DRAIN_TIMEOUT_SECONDS="0.2")
    body = asked("Hello!", stream=True, pace=0.1)
    with httpx2.stream("POST", server.url + CHAT, json=body, headers={"Idempotency-Key": "late"}) as answer:
        pieces = answer.iter_text()
        text = next(pieces)
        server.terminate()
        text += "".join(pieces)
    assert server.wait() == 0
    assert frames(text)[-1].split("\n")[1] == "event: error"
    assert '"code":"draining"' in frames(text)[-1]
    server.start()
    # Its usage is recorded when it has ended, once.
    (record,) = calls(server.url, "late")
    assert (record["status"], record["usage"], record["cost_usd"]) == ("interrupted", None, None)
    seen = frames(text)[:-1]
    rest = post(server.url, body, "late", Last_Event_ID=seen[-1].split("\n")[0].removeprefix("id: "))
    assert post(server.url, body, "late").text == "".join(seen) + rest.text
    post(server.url, body, "whole")
    used = [
        [call[0][name] for name in ("usage", "cost_usd")]
        for call in (calls(server.url, "late"), calls(server.url, "whole"))
    ]
    assert used[0] == used[1]
    assert used[0][1] > 0


def test_a_quiet_stream_is_pinged(launch: Launch) -> None:
    url = launch("--offline", ONCEWARD_GATEWAY_PING_INTERVAL_SECONDS="0.1").url
    answer = post(url, asked("Hi", stream=True, pace=0.35))
    assert answer.text.count(": ping\n\n") >= 3
    assert answer.text.endswith("data: [DONE]\n\n")
