"""The upstream with quirks, asked over a plain HTTP client: every quirk shows where it says, and is accounted for."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import httpx2
import pytest

from onceward.testing import QUIRKS, Charge, Quirk, QuirkyUpstream, RecordedRequest
from onceward.testing.quirks.draft import Asked, Draft, drafted

PAGE = Path(__file__).parents[4] / "docs" / "testing.md"
HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello, how are you?"}]}
PATHS = {
    "chat": "/v1/chat/completions",
    "completions": "/v1/completions",
    "embeddings": "/v1/embeddings",
    "images": "/v1/images/generations",
    "speech": "/v1/audio/speech",
    "transcription": "/v1/audio/transcriptions",
    "moderations": "/v1/moderations",
    "messages": "/v1/messages",
}
STREAMED = ("chat", "completions", "messages")


@pytest.fixture
def upstream() -> Iterator[QuirkyUpstream]:
    with QuirkyUpstream() as started:
        yield started


def ask(kind: str, *, stream: bool, tools: bool = False, n: int = 1) -> Draft:
    """The sound answer to such a request."""
    body = {**HELLO, "model": "m", "stream": stream, "stream_options": {"include_usage": True}, "n": n}
    if tools:
        body["tools"] = [{"type": "function", "function": {"name": "look", "parameters": {}}}]
    request = RecordedRequest("POST", PATHS[kind], [], json.dumps(body).encode())
    return drafted(Asked.of(request, "The gate is open, and the road behind it is clear."))


@pytest.mark.parametrize("quirk", QUIRKS.values(), ids=lambda quirk: quirk.name)
def test_a_quirk_shows_wherever_it_says(quirk: Quirk) -> None:
    for kind, part, tools, n in product(quirk.kinds, quirk.parts, (False, True), (1, 2)):
        if part == "stream" and kind not in STREAMED:
            continue
        sound, odd = (ask(kind, stream=part == "stream", tools=tools, n=n) for _ in range(2))
        quirk.apply(odd)
        if odd.reply() == sound.reply() and odd.fault == sound.fault:
            # Quirks of texts do not apply to a tool call.
            assert tools
            assert quirk.name in ("lone-surrogate", "not-utf8", "latin-1")


def test_there_are_enough_of_them_on_both_wires() -> None:
    for wire in ("openai", "anthropic"):
        for part in ("unary", "stream"):
            assert len([quirk for quirk in QUIRKS.values() if wire in quirk.wires and part in quirk.parts]) > 80


def test_a_model_name_chooses_a_quirk_and_its_charge_is_kept(upstream: QuirkyUpstream) -> None:
    body = {**HELLO, "model": "quirks/usage-missing"}
    headers = {"Idempotency-Key": "k"}
    answer = httpx2.post(upstream.url + PATHS["chat"], json=body, headers=headers).json()
    assert "usage" not in answer
    assert answer["choices"][0]["message"]["content"] == "The gate is open, and the road behind it is clear."
    assert upstream.requests[0].json() == body
    (charge,) = upstream.charges
    assert charge == Charge("usage-missing", "openai", "chat", "quirks/usage-missing", False, "k", 6, 13)
    assert charge.paid


def test_a_quirk_of_the_constructor_is_for_all_other_names() -> None:
    with QuirkyUpstream("status-201", text="Hi.") as upstream:
        assert httpx2.post(upstream.url + "/chat/completions", json={**HELLO, "model": "gpt-4o"}).status_code == 201
        assert httpx2.post(upstream.url + "/messages", json={**HELLO, "model": "status-206"}).status_code == 206
        assert httpx2.get(upstream.url + "/v1/models").status_code == 200
        assert [charge.quirk for charge in upstream.charges] == ["status-201", "status-206", None]
        assert [charge.paid for charge in upstream.charges] == [True, True, False]
        upstream.forget()
        assert (upstream.requests, upstream.charges) == ([], [])


def test_an_unknown_quirk_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="usage-missing"):
        QuirkyUpstream("usage-mising")


@pytest.mark.parametrize(
    ("name", "stream", "paid"),
    [("error-html", False, 0), ("stream-error", True, 5), ("one-event-cut", True, 2000), ("hang-up", False, 13)],
)
def test_it_charges_for_what_was_written(upstream: QuirkyUpstream, name: str, stream: bool, paid: int) -> None:
    try:
        httpx2.post(upstream.url + PATHS["chat"], json={**HELLO, "model": name, "stream": stream})
    except httpx2.HTTPError:
        assert name in ("one-event-cut", "hang-up")
    assert [charge.completion_tokens for charge in upstream.charges] == [paid]


@pytest.mark.parametrize("wire", ["chat", "messages"])
def test_a_sound_stream_says_what_the_whole_answer_says(upstream: QuirkyUpstream, wire: str) -> None:
    body = {**HELLO, "model": "m", "stream": True, "stream_options": {"include_usage": True}}
    lines = httpx2.post(upstream.url + PATHS[wire], json=body).text.split("\n")
    events = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    if wire == "chat":
        text = "".join(event["choices"][0]["delta"].get("content", "") for event in events[:-1])
        assert events[-1]["usage"] == {"prompt_tokens": 6, "completion_tokens": 13, "total_tokens": 19}
        assert lines[-3] == "data: [DONE]"
    else:
        text = "".join(event["delta"]["text"] for event in events if event["type"] == "content_block_delta")
        assert events[0]["message"]["usage"]["input_tokens"] == 6
        assert events[-2]["usage"] == {"output_tokens": 13}
        assert events[-1] == {"type": "message_stop"}
    assert text == "The gate is open, and the road behind it is clear."


def test_encodings_are_what_they_are_named(upstream: QuirkyUpstream) -> None:
    for name in ("gzip", "deflate"):
        with httpx2.stream("POST", upstream.url + PATHS["chat"], json={**HELLO, "model": name}) as answer:
            raw = b"".join(answer.iter_raw())
        assert json.loads(zlib.decompress(raw, zlib.MAX_WBITS | (16 if name == "gzip" else 0)))["object"]


def test_the_page_lists_every_quirk() -> None:
    listed = [line.split("|")[1:3] for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    summaries = {name.strip().strip("`"): summary.strip() for name, summary in listed}
    assert {name: summaries.get(name) for name in QUIRKS} == {name: quirk.summary for name, quirk in QUIRKS.items()}
