"""Answers as bytes that a server wrote and left: what the client gets of them, and what is booked."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from .kit import clean_gateway, prices

TEXT = "The quick brown fox jumps over the lazy dog and then runs home again quickly. "
EVENTS = "text/event-stream"
HELLO = [{"role": "user", "content": "Hello, how are you?"}]
USAGE = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
FEW = {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}
MEDIA_USAGE = {"input_tokens": 10, "output_tokens": 20, "total_tokens": 30}


def event(value: Any, name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return head.encode() + b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def chunk(delta: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
    return event({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices} | more)


def media(kind: str, **more: Any) -> bytes:
    return event({"type": kind, **more}, "error" if kind == "error" else "")


FIRST, LAST, DONE = chunk({"role": "assistant", "content": ""}), chunk({}, "stop"), b"data: [DONE]\n\n"
TOLD = chunk({}, choices=[], usage=USAGE)
WORDS = chunk({"content": TEXT})
LONG = chunk({"content": TEXT * 100})
STARTED = event(
    {"type": "message_start", "message": {"usage": {"input_tokens": 10, "output_tokens": 1}, "content": []}}
)
BLOCK = event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
PIECE = event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": TEXT * 100}})
ERROR = {"message": "blocked", "code": "moderation_blocked"}

# The name: kind of the call, body, and what comes of it: status of the record, tokens of the answer (at least).
BODIES: dict[str, tuple[str, bytes, str, int]] = {
    "blanks": ("chat", (FIRST + WORDS + LAST + TOLD + DONE).replace(b"data: ", b"data:  \t"), "completed", 20),
    "empty-data": (
        "chat",
        FIRST + b"data\n\ndata:\n\ndata: \n\n" + WORDS + b"id: 7\n\nretry: 9\n\n" + LAST + TOLD + DONE,
        "completed",
        20,
    ),
    "increments": (
        "chat",
        FIRST
        + b"".join(
            chunk({"content": f"{word} "}, usage=USAGE | {"completion_tokens": 1, "total_tokens": 11})
            for word in TEXT.split() * 9
        )
        + LAST
        + DONE,
        "completed",
        100,
    ),
    "cumulative": (
        "chat",
        FIRST
        + b"".join(
            chunk({"content": f"{word} "}, usage=USAGE | {"completion_tokens": at, "total_tokens": 10 + at})
            for at, word in enumerate(TEXT.split())
        )
        + LAST
        + TOLD
        + DONE,
        "completed",
        20,
    ),
    "repeated": (
        "chat",
        FIRST + chunk({}, usage=FEW) * 3 + LONG + chunk({}, usage=FEW) + LAST + DONE,
        "completed",
        1000,
    ),
    "pictures": ("chat", FIRST + chunk({"images": [{"image_url": {"url": "data:"}}]}) + LAST + DONE, "completed", 500),
    "thoughts": ("chat", FIRST + chunk({"thinking_blocks": [{"thinking": TEXT * 9}]}) + LAST + DONE, "completed", 100),
    "cut-in-event": ("chat", FIRST + LONG[: len(LONG) // 2], "failed", 500),
    "broken-event": ("chat", FIRST + LONG.replace(b"}\n", b"\n") + LAST + DONE, "failed", 1000),
    "large-event": ("chat", FIRST + WORDS + chunk({"content": TEXT * 250_000}) + LAST + DONE, "failed", 100_000),
    "cut-message": ("messages", STARTED + BLOCK + PIECE[: len(PIECE) // 2], "failed", 500),
    "picture": ("images", media("image_generation.completed", b64_json="aGk=", usage=MEDIA_USAGE), "completed", 20),
    "picture-cut": ("images", media("image_generation.partial_image", b64_json="aGk="), "failed", 500),
    "picture-error": (
        "images",
        media("image_generation.partial_image", b64_json="aGk=") + media("error", error=ERROR),
        "failed",
        500,
    ),
    "picture-refused": ("images", media("error", error=ERROR), "failed", 0),
    "sound": ("speech", media("speech.audio.delta", audio="aGk=") + media("speech.audio.done"), "completed", 10),
    "sound-cut": ("speech", media("speech.audio.delta", audio="aGk="), "failed", 10),
    "sound-error": (
        "speech",
        media("speech.audio.delta", audio="aGk=") + event({"type": "error", **ERROR}),
        "failed",
        9,
    ),
    "heard": (
        "transcription",
        media("transcript.text.delta", delta=TEXT) + media("transcript.text.done", text=TEXT) + DONE,
        "completed",
        15,
    ),
    "heard-cut": ("transcription", media("transcript.text.delta", delta=TEXT * 9), "failed", 100),
    "heard-noise": ("transcription", b"data: no\n\n" + media("transcript.text.done", text=TEXT), "failed", 15),
}
PATHS = {
    "chat": "chat/completions",
    "messages": "chat/completions",
    "images": "images/generations",
    "speech": "audio/speech",
    "embeddings": "embeddings",
    "transcription": "audio/transcriptions",
}


# Large answers: more numbers, and more choices, than are taken out of their bytes.
VECTOR = json.dumps([at / 7919 for at in range(3072)])
VECTORS = b'{"object": "list", "data": [%b], "model": "vectors", "usage": %b, "id": "e-1"}' % (
    b", ".join(b'{"object": "embedding", "index": %d, "embedding": %b}' % (at, VECTOR.encode()) for at in range(200)),
    json.dumps({"prompt_tokens": 1000, "total_tokens": 1000}).encode(),
)
RANKED = [{"token": f"t{at}", "logprob": -0.125 * at, "bytes": [116, 48 + at]} for at in range(20)]
LIKELY = json.dumps({"content": [{**RANKED[0], "top_logprobs": RANKED}] * 120}).encode()
MANY = b'{"id": "c", "object": "chat.completion", "created": 1, "model": "many", "choices": [%b], "usage": %b}' % (
    b", ".join(
        b'{"index": %d, "message": {"role": "assistant", "content": "No %d."}, "logprobs": %b, "finish_reason": "stop"}'
        % (at, at, LIKELY)
        for at in range(128)
    ),
    json.dumps({"prompt_tokens": 10, "completion_tokens": 15360, "total_tokens": 15370}).encode(),
)


class Handler(BaseHTTPRequestHandler):
    """Answers by the body of the model's name, or says which model answered."""

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        found = re.search(rb'"model": ?"([^"]+)"|name="model"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r]+)', raw)
        assert found is not None
        name = (found[1] or found[2]).decode()
        if name in BODIES:
            status, kind, body = 200, EVENTS, BODIES[name][1]
        else:
            status, kind, body = answer_of(name, json.loads(raw))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def answer_of(name: str, asked: dict[str, Any]) -> tuple[int, str, bytes]:
    """A page, an error that was paid, or an answer of the last model that may answer."""
    if name == "page":
        return 200, "text/html", b"<html>" + TEXT.encode() + b"</html>"
    if name == "paid-error":
        return 400, "application/json", json.dumps({"error": {"message": "No."}, "usage": USAGE}).encode()
    if name == "vectors":
        return 200, "application/json", VECTORS
    if name == "many":
        return 200, "application/json", MANY
    served = asked.get("models", [name])[-1]
    usage = USAGE | {"completion_tokens_details": {"audio_tokens": 15}}
    choices = [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}]
    if asked.get("stream"):
        parts = (FIRST, WORDS, LAST, TOLD)
        return 200, EVENTS, b"".join(part.replace(b'"m"', json.dumps(served).encode()) for part in parts) + DONE
    value = {"id": "c", "object": "chat.completion", "created": 1, "model": served, "choices": choices, "usage": usage}
    return 200, "application/json", json.dumps(value).encode()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    provider = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{provider.server_address[1]}"
    dear = '[prices."dear"]\ninput_per_million = 100\noutput_per_million = 1000\n'
    names = (*BODIES, "cheap", "page", "paid-error", "vectors", "many")
    config = (
        f'[providers.up]\nbase_url = "{base}/v1"\nretries = 0\n'
        f'[providers.claude]\nprotocol = "anthropic"\nbase_url = "{base}"\nretries = 0\n{dear}{prices(names)}'
    )
    try:
        with clean_gateway(tmp_path_factory.mktemp("bodies"), config) as found:
            yield found
    finally:
        provider.shutdown()
        provider.server_close()


def ask(url: str, kind: str, model: str, **more: Any) -> tuple[httpx2.Response, dict[str, Any]]:
    provider = "claude" if kind == "messages" else "up"
    body: dict[str, Any] = {"model": f"{provider}/{model}", **more}
    path = f"{url}/v1/{PATHS[kind]}"
    if kind == "transcription":
        files = {"file": ("a.wav", b"RIFF" + bytes(4000))}
        answer = httpx2.post(path, data=body | {"stream": "true"}, files=files, timeout=60)
    else:
        said = {"chat": "messages", "messages": "messages", "images": "prompt"}.get(kind, "input")
        body[said] = HELLO if said == "messages" else "Hello, how are you?"
        body |= {"voice": "alloy", "stream_format": "sse"} if kind == "speech" else {}
        answer = httpx2.post(path, json=body, timeout=60)
    return answer, httpx2.get(f"{url}/v1/calls/{answer.headers['x-onceward-call-id']}", timeout=60).json()


@pytest.mark.parametrize("name", BODIES)
def test_a_stream_is_whole_or_a_failure_and_is_paid(url: str, name: str) -> None:
    kind, _, status, tokens = BODIES[name]
    answer, record = ask(url, kind, name, **({} if kind in ("speech", "transcription") else {"stream": True}))
    assert record["status"] == status
    failed = answer.status_code != 200 or "event: error" in answer.text
    assert failed is (status == "failed")
    if name == "picture-refused":
        assert not record["cost_usd"]
        return
    assert tokens <= record["usage"]["completion_tokens"] <= max(3 * tokens, tokens + 3_000_000 * (tokens > 99_999))
    assert record["cost_usd"] > 0


def test_an_answer_that_came_whole_and_cannot_be_read_is_not_asked_for_again(url: str) -> None:
    answer, _ = ask(url, "transcription", "heard-noise")
    assert answer.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("kind", "name", "body", "usage"),
    [("embeddings", "vectors", VECTORS, (1000, 0)), ("chat", "many", MANY, (10, 15360))],
)
def test_a_large_answer_is_passed_on_and_billed_as_told(
    url: str, kind: str, name: str, body: bytes, usage: tuple[int, int]
) -> None:
    answer, record = ask(url, kind, name, **({"n": 128} if kind == "chat" else {}))
    assert (answer.status_code, answer.content == body) == (200, True)
    assert (record["status"], "estimated" in record["usage"]) == ("completed", False)
    assert (record["usage"]["prompt_tokens"], record["usage"]["completion_tokens"]) == usage
    assert record["cost_usd"] == pytest.approx((usage[0] + 10 * usage[1]) / 1_000_000)


@pytest.mark.parametrize("stream", [False, True])
def test_a_page_is_not_paid_and_the_usage_of_an_error_is(url: str, stream: bool) -> None:
    _, page = ask(url, "chat", "page", stream=stream)
    assert not page["cost_usd"]
    _, error = ask(url, "chat", "paid-error", stream=stream)
    assert error["usage"]["completion_tokens"] == 20
    assert error["cost_usd"] == pytest.approx(0.00021)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("models", "cost"),
    [
        (["dear"], 0.021),
        (["up/dear", "dear-2026-01-01"], 0.021),
        (["dear", "cheap"], 0.00021),
        (["dear", "nobody-knows"], 0.021),
    ],
)
def test_the_model_that_answered_is_paid(url: str, models: list[str], cost: float, stream: bool) -> None:
    _, record = ask(url, "chat", "cheap", models=models, stream=stream)
    assert record["cost_usd"] == pytest.approx(cost)


@pytest.mark.parametrize("name", ["Models", "FALLBACKS", "Fallback_Models"])
def test_lists_of_models_have_one_spelling(url: str, name: str) -> None:
    path = f"{url}/v1/chat/completions"
    answer = httpx2.post(path, json={"model": "up/cheap", "messages": HELLO, name: ["dear"]}, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == name


def test_lists_of_models_are_bounded(url: str) -> None:
    body = {"model": "up/cheap", "messages": HELLO, "models": [f"m{number}" for number in range(33)]}
    answer = httpx2.post(f"{url}/v1/chat/completions", json=body, timeout=60)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "too_long")
