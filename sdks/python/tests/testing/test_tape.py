"""Recording and replaying: what is kept, what is taken out, and what is said when the program has changed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

import onceward
from onceward._core.secrets import MaskedStr
from onceward._core.wire import ConnectFailed, ReadFailed, Request, Timeouts
from onceward.testing import FakeGateway, Fault, ReplayMismatch, record, record_async, replay
from onceward.transports.fast import AsyncFastTransport, FastTransport

CLOCKS = Timeouts(connect=5.0, pool=5.0, first_byte=5.0, idle=5.0)
KEY = "sk-onceward-very-secret-0123456789"


def chat(url: str, text: str = "hi", **headers: str) -> Request:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode()
    given = [("authorization", MaskedStr(f"Bearer {KEY}")), ("content-type", "application/json"), *headers.items()]
    return Request("POST", f"{url}/v1/chat/completions?team=a", given, body, CLOCKS)


def recorded(path: Path, gateway: FakeGateway, *requests: Request, timing: bool = False) -> None:
    transport = record(path, FastTransport(), timing=timing)
    for request in requests:
        response = transport.send(request)
        response.read()
        response.close()
    transport.close()


def test_what_was_recorded_is_replayed_without_a_network(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "tape.jsonl"
    with FakeGateway() as gateway:
        gateway.respond_json({"answer": 1}, headers={"X-Request-Id": "req_1"}, times=1)
        gateway.respond_sse([{"n": 1}, {"n": 2}])
        recorded(path, gateway, chat(gateway.url), chat(gateway.url, "stream"))
    tape = replay(path)
    assert tape.left == ["POST /v1/chat/completions?team=a"] * 2
    response = tape.send(chat("https://elsewhere.example"))
    assert (response.status, dict(response.headers)["x-request-id"]) == (200, "req_1")
    assert response.read() == b'{"answer":1}'
    stream = tape.send(chat("https://elsewhere.example", "stream"))
    assert stream.read_chunk() == b'data: {"n":1}\n\n'
    assert stream.read() == b'data: {"n":2}\n\ndata: [DONE]\n\n'
    assert tape.left == []


async def test_asynchronously_too(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    with FakeGateway() as gateway:
        gateway.respond_sse([{"n": 1}, {"n": 2}])
        transport = record_async(path, AsyncFastTransport())
        response = await transport.send(chat(gateway.url))
        body = await response.read()
        await response.aclose()
        await transport.aclose()
    tape = replay(path)
    again = await tape.send(chat("http://x"))
    assert await again.read() == body
    await again.aclose()
    await tape.aclose()


def test_no_key_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    with FakeGateway() as gateway:
        gateway.respond_json(
            {"echo": KEY, "other": "sk-or-v1-abcdefghijk"}, headers={"Set-Cookie": "session=abcdefgh12345"}
        )
        request = chat(
            gateway.url, f"my key is {KEY}", **{"x-provider-key-openai": "prov-0123456789", "cookie": "c=verysecret"}
        )
        recorded(path, gateway, request)
    text = path.read_text()
    for secret in (KEY, "sk-or-v1-abcdefghijk", "prov-0123456789", "verysecret", "abcdefgh12345", "REDACTED..."):
        assert secret not in text
    assert text.count("REDACTED") >= 5


def test_a_program_with_another_key_still_matches(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    with FakeGateway() as gateway:
        gateway.respond_json({})
        recorded(path, gateway, chat(gateway.url))
    other = chat("http://x")
    other.headers[0] = ("authorization", "Bearer another")
    assert replay(path).send(other).status == 200


def test_a_mismatch_shows_the_difference(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    with FakeGateway() as gateway:
        gateway.respond_json({})
        recorded(path, gateway, chat(gateway.url, "what is two and two"))
    tape = replay(path)
    with pytest.raises(ReplayMismatch) as caught:
        tape.send(chat("http://x", "what is two and three"))
    text = str(caught.value)
    lines = [line.replace(" ", "") for line in text.splitlines()]
    assert '-"content":"whatistwoandtwo",' in lines
    assert '+"content":"whatistwoandthree",' in lines
    tape.send(chat("http://x", "what is two and two"))
    with pytest.raises(ReplayMismatch, match="every exchange"):
        tape.send(chat("http://x", "what is two and two"))


def test_headers_match_only_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    with FakeGateway() as gateway:
        gateway.respond_json({})
        recorded(path, gateway, chat(gateway.url, **{"idempotency-key": "one"}))
    with pytest.raises(ReplayMismatch, match="idempotency-key"):
        replay(path, match_headers=("Idempotency-Key",)).send(chat("http://x", **{"idempotency-key": "two"}))
    assert replay(path).send(chat("http://x", **{"idempotency-key": "two"})).status == 200


def test_failures_are_recorded_and_fail_again(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    with FakeGateway() as gateway:
        gateway.respond_sse([{"n": 1}, {"n": 2}], fault=Fault(cut_at=15))
        transport = record(path, FastTransport())
        response = transport.send(chat(gateway.url))
        with pytest.raises(ReadFailed):
            response.read()
        response.close()
        with pytest.raises(ConnectFailed):
            transport.send(Request("GET", "http://127.0.0.1:9/gone", [], None, CLOCKS))
        transport.close()
    tape = replay(path)
    stream = tape.send(chat("http://x"))
    assert stream.read_chunk() == b'data: {"n":1}\n\n'
    with pytest.raises(ReadFailed):  # noqa: PT012 - one of the reads
        while stream.read_chunk():
            pass
    with pytest.raises(ConnectFailed):
        tape.send(Request("GET", "http://x/gone", [], None, CLOCKS))


def test_bytes_that_are_no_text_and_multipart_bodies(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"

    def upload(url: str, boundary: str) -> Request:
        body = f"--{boundary}\r\n\r\nx\r\n--{boundary}--".encode()
        return Request("POST", f"{url}/v1/files", [("content-type", f"multipart/form-data; boundary={boundary}")], body)

    with FakeGateway() as gateway:
        gateway.respond_bytes(b"\xff\x00\xfe")
        recorded(path, gateway, upload(gateway.url, "abc123"))
    assert replay(path).send(upload("http://x", "other")).read() == b"\xff\x00\xfe"


def test_timing_is_kept_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tape.jsonl"
    with FakeGateway() as gateway:
        gateway.respond_sse([{"n": 1}, {"n": 2}], fault=Fault(pace=0.1))
        recorded(path, gateway, chat(gateway.url), timing=True)
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    replay(path).send(chat("http://x")).read()
    assert slept == []
    replay(path, timing=True).send(chat("http://x")).read()
    assert sum(slept) > 0.15


def test_what_may_be_recorded(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    with pytest.raises(TypeError, match="record_async"):
        record(path, AsyncFastTransport())
    with pytest.raises(TypeError, match="`record`"):
        record_async(path, FastTransport())
    with FakeGateway() as gateway, httpx2.Client() as client:
        gateway.respond_json({"via": "client"})
        for target in (client, "fast", None):
            transport = record(path, target)
            response: Any = transport.send(chat(gateway.url))
            assert response.read() == b'{"via":"client"}'
            response.close()
            transport.close()


MESSAGES: Any = [{"role": "user", "content": "hi"}]


def chunk(text: str) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": "stop"}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def test_a_client_records_and_another_replays_streams_and_retries(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    with FakeGateway() as gateway, record(path) as transport:
        gateway.respond_error(503, headers={"Retry-After": "0"}, times=1)
        gateway.respond_sse([chunk("he"), chunk("llo")])
        client = onceward.Onceward(base_url=gateway.url, api_key=KEY, transport=transport)
        live = list(client.chat.completions.create(model="m", messages=MESSAGES, stream=True))
        client.close()
    client = onceward.Onceward(base_url="https://nowhere.invalid", api_key=KEY, transport=replay(path))
    again = list(client.chat.completions.create(model="m", messages=MESSAGES, stream=True))
    assert [event.to_dict() for event in again] == [event.to_dict() for event in live]
    assert len(live) == 2
    with pytest.raises(ReplayMismatch):
        client.models.list()


async def test_an_asynchronous_client_records_and_replays(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    async with FakeGateway() as gateway, record_async(path) as transport:
        gateway.respond_sse([chunk("he"), chunk("llo")])
        client = onceward.AsyncOnceward(base_url=gateway.url, api_key=KEY, transport=transport)
        live = [e async for e in await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)]
        await client.aclose()
    tape = replay(path)
    client = onceward.AsyncOnceward(base_url="https://nowhere.invalid", api_key=KEY, transport=tape)
    again = [e async for e in await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)]
    assert [event.to_dict() for event in again] == [event.to_dict() for event in live]
    assert tape.left == []


def test_an_upload_is_recorded_and_replayed(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    file = {"id": "file-1", "object": "file", "bytes": 3, "created_at": 1, "filename": "a.txt", "purpose": "batch"}
    with FakeGateway() as gateway, record(path) as transport:
        gateway.respond_json(file)
        client = onceward.Onceward(base_url=gateway.url, api_key=KEY, transport=transport)
        client.files.create(file=("a.txt", b"abc"), purpose="batch")
    client = onceward.Onceward(base_url="https://nowhere.invalid", api_key=KEY, transport=replay(path))
    assert client.files.create(file=("a.txt", b"abc"), purpose="batch").id == "file-1"
    with pytest.raises(ReplayMismatch):
        client.files.create(file=("a.txt", b"abd"), purpose="batch")
