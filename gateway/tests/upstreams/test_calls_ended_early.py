"""Clients that leave, and providers that are not asked: the cost and the error of a call that ended early."""

from __future__ import annotations

import socket
import time
from typing import Any

import httpx2
import pytest

from ..conftest import Launch
from .kit import KINDS, Quirky


def ended(quirky: Quirky, call: str) -> dict[str, Any]:
    """The record of a call, once it has ended."""
    deadline = time.monotonic() + 20
    while True:
        record: dict[str, Any] = httpx2.get(f"{quirky.server.url}/v1/calls/{call}", timeout=30).json()
        if record["status"] != "in_progress":
            return record
        assert time.monotonic() < deadline, "the call did not end"
        time.sleep(0.05)


@pytest.mark.parametrize("kind", ["chat", "completions", "messages"])
def test_a_client_that_leaves_pays_for_what_was_written(quirky: Quirky, kind: str) -> None:
    provider, path, body = KINDS[kind]
    asked = {**body, "model": f"patient-{provider}/stall-pings", "stream": True}
    with httpx2.stream("POST", quirky.server.url + path, json=asked, timeout=30) as answer:
        call = answer.headers["x-onceward-call-id"]
        seen = ""
        for piece in answer.iter_text():
            seen += piece
            if "gate" in seen:
                break
    record = ended(quirky, call)
    assert record["status"] == "cancelled"
    assert record["estimated"] is True
    assert record["usage"]["prompt_tokens"] > 3
    assert record["usage"]["completion_tokens"] >= 2
    assert record["cost_usd"] > 0


@pytest.mark.parametrize("kind", ["chat", "messages"])
def test_two_thousand_words_in_one_event_are_not_one_token(quirky: Quirky, kind: str) -> None:
    outcome = quirky.ask(kind, "one-event-cut", stream=True)
    assert outcome.record["status"] == "failed"
    assert outcome.record["usage"]["completion_tokens"] >= 2000


def test_usage_that_was_asked_for_is_shown_and_marked(quirky: Quirky) -> None:
    outcome = quirky.ask("chat", "usage-missing", stream=True, stream_options={"include_usage": True})
    assert outcome.chunks[-1]["choices"] == []
    assert outcome.chunks[-1]["usage"]["estimated"] is True
    assert outcome.chunks[-1]["usage"]["completion_tokens"] > 10


def test_an_error_tells_whether_a_provider_was_asked_and_not_where_it_is(launch: Launch) -> None:
    url = launch(config='[providers.gone]\nbase_url = "http://127.0.0.1:9/v1"\nretries = 0\n').url
    chat = KINDS["chat"][2]
    unavailable = httpx2.post(f"{url}/v1/chat/completions", json={**chat, "model": "gone/m"}).json()["error"]
    assert unavailable["provider_asked"] is False
    assert "127.0.0.1" not in str(unavailable)
    wrong = httpx2.post(f"{url}/v1/chat/completions", json={**chat, "model": "no-such"}).json()["error"]
    assert wrong["provider_asked"] is False


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("clock", "code"),
    [
        ("connect_timeout = 0.3", "provider_unreachable"),
        ("response_timeout = 0.3\nstream_timeout = 0.3", "provider_timeout"),
    ],
)
def test_a_connection_that_was_never_made_costs_nothing(launch: Launch, stream: bool, clock: str, code: str) -> None:
    with socket.socket() as full, socket.socket() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        # Nobody accepts, so that the one place in the queue stays taken and the next connection waits.
        waiting.connect(full.getsockname())
        url = launch(
            config=f'[providers.full]\nbase_url = "http://127.0.0.1:{full.getsockname()[1]}/v1"\n'
            f'{clock}\nretries = 0\n[prices."full/m"]\ninput_per_million = 1\noutput_per_million = 1\n'
        ).url
        asked = {**KINDS["chat"][2], "model": "full/m", "stream": stream}
        answer = httpx2.post(f"{url}/v1/chat/completions", json=asked, timeout=30)
        record = httpx2.get(f"{url}/v1/calls/{answer.headers['x-onceward-call-id']}", timeout=30).json()
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["provider_asked"] is False
    assert record["status"] == "failed"
    assert not record["usage"]
    assert not record["cost_usd"]
