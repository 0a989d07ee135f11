"""Billing: the usage that a provider bills is recorded once, over several attempts, late failures and odd framing."""

from __future__ import annotations

import json
import re
import socketserver
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from .kit import clean_gateway, prices

TEXT = "The quick brown fox jumps over the lazy dog and then runs home again quickly. "
USAGE = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
MORE = {"prompt_tokens": 10, "completion_tokens": 50, "total_tokens": 60}
HELLO = [{"role": "user", "content": "Hello, how are you?"}]
DONE = b"data: [DONE]\n\n"


def event(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def chunk(delta: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
    return event({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices} | more)


def framed(body: bytes, *, end: bytes = b"0\r\n\r\n", kind: str = "text/event-stream") -> bytes:
    """A chunked answer, all of it in one packet."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head.encode() + b"%x\r\n%s\r\n" % (len(body), body) + end


def whole(value: Any) -> bytes:
    return framed(json.dumps(value).encode(), kind="application/json")


WORDS, LAST = chunk({"content": TEXT}), chunk({}, "stop")
TOLD = chunk({}, choices=[], usage=USAGE)
EMPTY = chunk({"role": "assistant"})
ANSWER = {"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}
COMPLETION = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [ANSWER]}
PAID = json.dumps({**COMPLETION, "usage": USAGE}).encode()
FLAWED = {"error": {"message": "overloaded", "code": 503}}

# Streams that are complete, with other data between their chunks.
BESIDE: dict[str, bytes] = {
    "ping": event({"type": "ping"}),
    "meta": event({"id": "c", "model": "m", "vendor": {"queue": 3}}),
    "null": event({"id": "c", "choices": None}),
    "usage-only": event({"usage": USAGE}),
    "status": event({"type": "status", "message": "queued", "delta": {"stop_reason": "end_turn"}, "content": ""}),
    "timing": event({"object": "timing", "seconds": 0.25}),
}
# Answers that fail: whether they may be asked for again, and tokens of the answer (at least); None is not billed.
FAILURES: dict[str, tuple[bytes, bool, int | None]] = {
    "no-reason": (framed(EMPTY + DONE), False, 0),
    "no-end": (framed(EMPTY), True, 0),
    "no-json": (framed(b"data: {oops\n\n" + DONE), False, 0),
    "foreign": (framed(event({"text": TEXT}) + DONE), False, 15),
    **{
        f"foreign-{name}": (framed(WORDS + event(odd) + LAST + DONE), False, 30)
        for name, odd in {
            "delta": {"type": "response.output_text.delta", "delta": TEXT},
            "text": {"text": TEXT, "choices": []},
            "output": {"output_text": TEXT},
            "completion": {"completion": TEXT, "stop_reason": None},
            "parts": {"content": [{"type": "text", "text": TEXT}]},
            "block": {"type": "content_block_delta", "delta": {"type": "text_delta", "text": TEXT}},
            "gemini": {"candidates": [{"content": {"parts": [{"text": TEXT}]}}]},
            "ollama": {"message": {"role": "assistant", "content": TEXT}, "done": False},
        }.items()
    },
    "usage-error": (framed(event({**FLAWED, "usage": USAGE})), False, 20),
    "error": (framed(EMPTY + event(FLAWED)), True, None),
    "cut": (framed(EMPTY, end=b""), True, 0),
    "whole-error": (whole({**COMPLETION, **FLAWED, "usage": USAGE}), False, 20),
}
UNREADABLE = (
    b"Content-Type: application/json\r\nContent-Encoding: br\r\nContent-Length: 4000\r\nConnection: close\r\n\r\n"
)
UNREADABLE += b"\x8b" * 4000
FAILURES |= {
    "whole-empty": (framed(b"", kind="application/json"), False, 0),
    "empty": (framed(b""), False, 0),
    "pings": (framed(b": ping\n\n: ping\n\n"), False, 0),
    "whole-pings": (framed(b": ping\n\n: ping\n\n"), False, 0),
    "whole-br": (b"HTTP/1.1 200 OK\r\n" + UNREADABLE, False, 900),
    # An unreadable error is not a response.
    "whole-br-429": (b"HTTP/1.1 429 No\r\n" + UNREADABLE, True, None),
    "br-503": (b"HTTP/1.1 503 No\r\n" + UNREADABLE, True, None),
}
BROKEN = framed(EMPTY + chunk({"content": TEXT * 20}), end=b"ZZ\r\nno\r\n")
ANSWERS: dict[str, bytes] = {
    **{f"beside-{name}": framed(odd + WORDS + odd + LAST + TOLD + DONE) for name, odd in BESIDE.items()},
    **{name: answer for name, (answer, _, _) in FAILURES.items()},
    "bad-frame": BROKEN,
    "bad-frame-later": BROKEN,
    "long-length": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n" + PAID,
    "no-last-chunk": framed(PAID, end=b"", kind="application/json"),
    "two-usages": framed(WORDS + LAST + TOLD + chunk({}, choices=[], usage=MORE) + TOLD + DONE),
    "silent": whole(COMPLETION),
    "slow": whole({**COMPLETION, "usage": USAGE}),
    "zero": whole({**COMPLETION, "usage": {**USAGE, "completion_tokens": 0, "total_tokens": 10}}),
    "flex": whole({**COMPLETION, "usage": USAGE, "service_tier": "flex"}),
    "searches": whole({**COMPLETION, "usage": {**USAGE, "server_tool_use": {"web_search_requests": 2}}}),
    "sound": whole({**COMPLETION, "usage": {**USAGE, "completion_tokens_details": {"audio_tokens": 15}}}),
}


class Provider(socketserver.ThreadingTCPServer):
    """Answers by the model's name, and counts what it was asked; `flaky` breaks off once, at a price."""

    daemon_threads = allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.left = threading.Event()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        size = 0
        while line := self.rfile.readline().strip():
            name, _, value = line.partition(b":")
            size = int(value) if name.lower() == b"content-length" else size
        body = self.rfile.read(size)
        found = re.search(rb'"model": ?"([^"]+)"', body)
        assert isinstance(self.server, Provider)
        assert found is not None
        model = found[1].decode()
        self.server.asked.append(model)
        if model in ("flaky", "flaky-refused"):
            tries = self.server.asked.count(model)
            answer = whole({**COMPLETION, "usage": USAGE})
            if model == "flaky-refused" and tries == 2:
                answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            # The first is without its end.
            self.wfile.write(answer[:-20] if tries == 1 else answer)
        else:
            if model == "slow":
                self.server.left.wait(30)
            head, _, rest = ANSWERS[model].partition(b"\r\n\r\n")
            if model == "bad-frame":
                rest, head = head + b"\r\n\r\n" + rest, b""
            else:
                self.wfile.write(head + b"\r\n\r\n")
            if model == "bad-frame-later":
                # The broken bytes come in a packet of their own, after the one with the head.
                time.sleep(0.1)
            self.wfile.write(rest)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[str]:
    base = f"http://127.0.0.1:{provider.server_address[1]}"
    config = f'[providers.up]\nbase_url = "{base}/v1"\nretries = 0\n{prices((*ANSWERS, "flaky", "flaky-refused"))}'
    with clean_gateway(tmp_path_factory.mktemp("billed"), config) as found:
        yield found


def ask(url: str, model: str, *, key: str = "", **more: Any) -> tuple[httpx2.Response, dict[str, Any]]:
    headers = {"idempotency-key": key} if key else {}
    body = {"model": f"up/{model}", "messages": HELLO, **more}
    answer = httpx2.post(f"{url}/v1/chat/completions", json=body, headers=headers, timeout=60)
    return answer, httpx2.get(f"{url}/v1/calls/{answer.headers['x-onceward-call-id']}", timeout=60).json()


def chunks_of(answer: httpx2.Response) -> list[dict[str, Any]]:
    data = [block.rpartition(b"data: ")[2] for block in answer.content.split(b"\n\n")]
    return [json.loads(item) for item in data if item.startswith(b"{")]


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("shown", [False, True])
def test_events_that_are_not_chunks_are_skipped(url: str, name: str, shown: bool) -> None:
    more = {"stream_options": {"include_usage": True}} if shown else {}
    answer, record = ask(url, f"beside-{name}", stream=True, **more)
    assert (record["status"], record["usage"]["completion_tokens"]) == ("completed", 20)
    chunks = chunks_of(answer)
    assert all(isinstance(one["choices"], list) for one in chunks)
    assert [one["usage"]["completion_tokens"] for one in chunks if one.get("usage")] == [20] * shown


def test_a_client_is_told_the_usage_that_is_booked(url: str) -> None:
    answer, record = ask(url, "two-usages", stream=True, stream_options={"include_usage": True})
    assert [one["usage"]["completion_tokens"] for one in chunks_of(answer) if one.get("usage")] == [50]
    assert record["usage"]["completion_tokens"] == 50


@pytest.mark.parametrize("name", ["long-length", "no-last-chunk"])
def test_an_answer_that_is_there_is_delivered_though_its_framing_is_not_whole(url: str, name: str) -> None:
    answer, record = ask(url, name)
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"] == TEXT
    assert (record["status"], record["usage"]["completion_tokens"]) == ("completed", 20)


@pytest.mark.parametrize("name", FAILURES)
def test_billed_failures_are_not_retryable(url: str, name: str) -> None:
    _, again, tokens = FAILURES[name]
    answer, record = ask(url, name, stream=not name.startswith("whole"))
    streamed = answer.status_code == 200
    error = chunks_of(answer)[-1]["error"] if streamed else answer.json()["error"]
    assert error["retryable"] is again
    assert streamed or (answer.headers.get("x-should-retry") == "false") is not again
    assert record["status"] == "failed"
    if tokens is None:
        assert not record["cost_usd"]
    else:
        assert record["usage"]["completion_tokens"] >= tokens
        assert record["cost_usd"] > 0


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ["bad-frame", "bad-frame-later"])
def test_text_in_the_packet_that_breaks_the_framing_is_paid(url: str, name: str, stream: bool) -> None:
    _, record = ask(url, name, stream=stream)
    assert record["status"] == "failed"
    assert record["usage"]["completion_tokens"] > 200


@pytest.mark.parametrize("stream", [False, True])
def test_a_key_replays_a_failure_that_was_paid(url: str, provider: Provider, stream: bool) -> None:
    name, key = "usage-error" if stream else "whole-error", f"paid-{stream}"
    asked = provider.asked.count(name)
    first, failed = ask(url, name, key=key, stream=stream)
    again, record = ask(url, name, key=key, stream=stream)
    assert provider.asked.count(name) == asked + 1
    assert (again.status_code, again.json()["error"]["code"]) == (first.status_code, first.json()["error"]["code"])
    assert again.json()["error"]["message"] == first.json()["error"]["message"]
    assert again.json()["error"]["retryable"] is False
    assert (again.headers["x-onceward-replayed"], again.headers["x-should-retry"]) == ("true", "false")
    assert (record["id"], record["status"], record["cost_usd"]) == (failed["id"], "failed", failed["cost_usd"])
    assert record["cost_usd"] > 0


def test_a_key_replays_a_stream_that_failed_when_it_was_paid(url: str, provider: Provider) -> None:
    name = "foreign-text"
    asked = provider.asked.count(name)
    first, failed = ask(url, name, key="paid-events", stream=True)
    again, record = ask(url, name, key="paid-events", stream=True)
    assert provider.asked.count(name) == asked + 1
    assert again.content == first.content
    assert chunks_of(again)[-1]["error"]["retryable"] is False
    assert again.headers["x-onceward-replayed"] == "true"
    assert (record["id"], record["cost_usd"]) == (failed["id"], failed["cost_usd"])


def test_a_call_costs_the_sum_of_its_attempts(url: str, provider: Provider) -> None:
    first, failed = ask(url, "flaky", key="twice")
    assert (first.status_code, first.json()["error"]["retryable"]) == (502, True)
    assert failed["cost_usd"] > 0
    second, record = ask(url, "flaky", key="twice")
    replay, same = ask(url, "flaky", key="twice")
    assert provider.asked.count("flaky") == 2
    assert record["usage"]["completion_tokens"] == failed["usage"]["completion_tokens"] + 20
    assert record["cost_usd"] == same["cost_usd"] == pytest.approx(failed["cost_usd"] + 0.00021)
    for answer in (second, replay):
        assert float(answer.headers["x-cost-usd"]) == pytest.approx(record["cost_usd"])
        assert answer.headers["x-output-tokens"] == str(record["usage"]["completion_tokens"])


def test_an_attempt_that_cost_nothing_is_made_again_after_one_that_was_paid(url: str, provider: Provider) -> None:
    first, _ = ask(url, "flaky-refused", key="thrice")
    second, paid = ask(url, "flaky-refused", key="thrice")
    assert (first.status_code, second.status_code) == (502, 400)
    assert paid["cost_usd"] > 0
    third, record = ask(url, "flaky-refused", key="thrice")
    assert (third.status_code, "x-onceward-replayed" in third.headers) == (200, False)
    assert provider.asked.count("flaky-refused") == 3
    assert record["cost_usd"] == pytest.approx(paid["cost_usd"] + 0.00021)
    assert "paid_in_attempt" not in str(record)


@pytest.mark.parametrize("name", ["silent", "zero"])
def test_a_whole_answer_tells_the_usage_that_is_booked(url: str, name: str) -> None:
    answer, record = ask(url, name)
    usage = answer.json()["usage"]
    assert usage["estimated"] is record["estimated"] is True
    assert usage["completion_tokens"] == record["usage"]["completion_tokens"] > 10
    assert answer.headers["x-output-tokens"] == str(usage["completion_tokens"])


@pytest.mark.parametrize("name", ["flex", "searches", "sound"])
def test_costs_with_a_substitute_price_are_marked_as_estimated(url: str, name: str) -> None:
    answer, record = ask(url, name)
    assert record["estimated"] is True
    assert record["cost_usd"] == pytest.approx(0.00021)
    assert answer.json()["choices"][0]["message"]["content"] == TEXT


def test_a_whole_answer_is_booked_though_its_client_left(url: str, provider: Provider) -> None:
    body = {"model": "up/slow", "messages": HELLO}
    with httpx2.Client(timeout=30) as client, pytest.raises(httpx2.ReadTimeout):
        client.post(f"{url}/v1/chat/completions", json=body, timeout=0.5)
    provider.left.set()
    deadline = time.monotonic() + 20
    while True:
        record = next(
            call
            for call in httpx2.get(f"{url}/v1/calls", timeout=30).json()["data"]
            if call["model"] in ("slow", "up/slow")
        )
        if record["status"] != "in_progress":
            break
        assert time.monotonic() < deadline, "the call did not end"
        time.sleep(0.02)
    assert (record["status"], record["usage"]["completion_tokens"]) == ("completed", 20)
    assert record["cost_usd"] == pytest.approx(0.00021)
