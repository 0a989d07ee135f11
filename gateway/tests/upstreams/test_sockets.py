"""Any bytes from an upstream's socket end a call with a response or an error, a record, and a quiet log."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..conftest import GatewayProcess

_FRESH = "ONCEWARD_TEST_FUZZ_EXAMPLES"  # so many with fresh seeds; the same 120 every time without it
_EXAMPLES = int(os.environ.get(_FRESH, "120"))


class _Upstream:
    """A provider whose next answer is a string of bytes, whatever was asked; the connection closes behind it."""

    def __init__(self) -> None:
        self.answer = b""
        self.asked = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as reader:
                try:
                    self._answer(connection, reader)
                except OSError:
                    continue

    def _answer(self, connection: socket.socket, reader: Any) -> None:
        length = 0
        for line in iter(reader.readline, b"\r\n"):
            if not line:
                return
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        reader.read(length)
        self.asked += 1
        connection.sendall(self.answer)
        connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


class _Edge:
    """A gateway process before that upstream, of both wires."""

    def __init__(self, folder: Path) -> None:
        self.upstream = _Upstream()
        settings_of = 'api_key = "sk-operators-own-key"\nretries = 0\nresponse_timeout = 5\nstream_timeout = 5\n'
        base = f"http://127.0.0.1:{self.upstream.port}"
        (folder / "onceward.toml").write_text(
            f'[providers.up]\nprotocol = "openai"\nbase_url = "{base}/v1"\n{settings_of}'
            f'[providers.claude]\nprotocol = "anthropic"\nbase_url = "{base}"\n{settings_of}'
            '[prices."m"]\ninput_per_million = 1\noutput_per_million = 10\n'
        )
        self.server = GatewayProcess(folder, log=folder / "log").start()
        self.client = httpx2.Client(base_url=self.server.url, timeout=20)

    def close(self) -> None:
        self.client.close()
        self.server.stop()
        self.upstream.close()

    def log(self) -> str:
        assert self.server.log is not None
        return self.server.log.read_text(errors="replace")


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Edge]:
    """The gateway, and the upstream behind it."""
    found = _Edge(tmp_path_factory.mktemp("sockets"))
    try:
        yield found
    finally:
        found.close()


_SCALAR = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "a", "\ud83d", "stop", "error", "1000", "\xb2", 10**400, -1, 429])
)
_NAMES = st.sampled_from(
    [
        *("error", "choices", "message", "delta", "content", "text", "tool_calls", "function", "arguments", "index"),
        *("finish_reason", "usage", "code", "detail", "type", "input", "name", "id", "status", "prompt_tokens"),
        *("completion_tokens", "total_tokens", "completion_tokens_details", "model", "data", "embedding", "results"),
    ]
)


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return inner | st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4)


_VALUE = _nested(_nested(_SCALAR))
_USAGE = _VALUE | st.just({"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12})
_FINISH = st.sampled_from([None, "stop", "error", "length", 7])
_CHOICE = st.fixed_dictionaries(
    {"index": st.sampled_from([0, 1, None, "0"]), "finish_reason": _FINISH},
    optional={
        "delta": st.just({"content": "some words"}) | _VALUE,
        "message": st.just({"role": "assistant", "content": "some words"}) | _VALUE,
        "text": st.just("some words") | _VALUE,
    },
)
_CHUNK = st.fixed_dictionaries(
    {"id": st.just("c1"), "choices": st.lists(_CHOICE, max_size=2) | _VALUE},
    optional={"usage": _USAGE, "error": _VALUE, "detail": _VALUE, "model": _VALUE},
)
_MESSAGE_EVENT = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            [
                *("message_start", "content_block_start", "content_block_delta", "content_block_stop"),
                *("message_delta", "message_stop", "error", "ping", "odd"),
            ]
        )
    },
    optional={
        "index": st.just(0) | _SCALAR,
        "message": st.fixed_dictionaries({"id": st.just("m1"), "content": _VALUE, "usage": _USAGE}) | _VALUE,
        "content_block": st.fixed_dictionaries({"type": st.sampled_from(["text", "tool_use", "thinking"])}) | _VALUE,
        "delta": st.just({"type": "text_delta", "text": "some words"}) | st.just({"stop_reason": "end_turn"}) | _VALUE,
        "usage": _USAGE,
        "error": _VALUE,
    },
)
_DATA = (_CHUNK | _MESSAGE_EVENT | _VALUE).map(lambda value: json.dumps(value).encode()) | st.sampled_from(
    [b"[DONE]", b"{", b"\xff\xfe", b"", b"[" * 3000, b'{"a":' * 3000]
)
_NAME = st.sampled_from([b"", b"event: error\n", b"event: message_delta\n", b"id: 7\n", b"retry: x\n", b": hi\n"])
_EVENTS = st.lists(st.builds(lambda name, data: name + b"data: " + data + b"\n\n", _NAME, _DATA), max_size=5).map(
    b"".join
)
_BODY = _EVENTS | st.builds(lambda events: events + b"data: [DONE]\n\n", _EVENTS) | _DATA | st.binary(max_size=60)
_ODD = st.binary(max_size=10).map(lambda data: data.replace(b"\r", b"").replace(b"\n", b""))
_HEADERS = st.lists(
    st.sampled_from(
        [
            *(b"Retry-After: inf", b"Retry-After: nan", b"Retry-After: 1e9", b"Retry-After: -5", b"Retry-After: "),
            *(b"retry-after-ms: \xc2\xb2", b"retry-after-ms: \xb2", b"Retry-After: Wed, 99 Foo 2026 00:00:00 GMT"),
            *(b"x-request-id: \xff\x00", b"x-big: " + b"a" * 9000, b"Location: http://169.254.169.254/", b"no colon"),
            *(b"Content-Encoding: gzip", b"Content-Encoding: odd", b"Transfer-Encoding: odd", b"Set-Cookie: a=b"),
        ]
    )
    | _ODD.map(lambda data: b"x-odd: " + data),
    max_size=2,
)
_TYPES = st.sampled_from(
    [
        *(b"text/event-stream", b"application/json", b"text/event-stream; charset=utf-16", b"text/html", b""),
        *(b"application/json; charset=no-such", b"application/octet-stream", b"audio/mpeg"),
    ]
)
_STATUS = st.sampled_from([200] * 8 + [201, 204, 206, 100, 101, 199, 302, 304, 400, 401, 404, 429, 500, 503, 529, 999])


@st.composite
def _answers(draw: st.DrawFn) -> bytes:
    """An answer, framed by its length, by chunks, by the end, or wrongly; and perhaps cut."""
    body = draw(_BODY)
    framing = draw(st.sampled_from(["length", "length", "chunked", "chunked", "end", "short", "long", "ill", "both"]))
    lines = [b"HTTP/1.1 %d X" % draw(_STATUS), *draw(_HEADERS), b"Connection: close"]
    kind = draw(_TYPES)
    if kind:
        lines.append(b"Content-Type: " + kind)
    lengths = {"length": len(body), "short": len(body) // 2, "long": len(body) + 9, "both": len(body)}
    if framing in lengths:
        lines.append(b"Content-Length: %d" % lengths[framing])
    if framing in ("chunked", "ill", "both"):
        lines.append(b"Transfer-Encoding: chunked")
        cut = draw(st.integers(0, len(body)))
        parts = [part for part in (body[:cut], body[cut:]) if part]
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
        body += draw(st.sampled_from([b"zz\r\n", b"-1\r\n", b""])) if framing == "ill" else b"0\r\n\r\n"
    whole = b"\r\n".join(lines) + b"\r\n\r\n" + body
    return whole[: draw(st.none() | st.none() | st.integers(0, len(whole)))]


_CALLS: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "hi"}]},
    "/v1/completions": {"prompt": "hi"},
    "/v1/embeddings": {"input": "hi"},
    "/v1/moderations": {"input": "hi"},
    "/v1/images/generations": {"prompt": "hi"},
    "/v1/audio/speech": {"input": "hi", "voice": "alloy"},
}
_CALL = st.sampled_from(
    [
        *(
            ("/v1/chat/completions", provider, stream)
            for provider in ("up", "claude")
            for stream in (True, True, False)
        ),
        *((path, "up", False) for path in _CALLS if path != "/v1/chat/completions"),
        ("/v1/completions", "up", True),
    ]
)


def _ends(body: bytes) -> bool:
    """Return whether a stream ended with its terminal event or with an error event."""
    events = [block for block in body.split(b"\n\n") if b"data: " in block]
    return bool(events) and (events[-1].endswith(b"data: [DONE]") or b"event: error" in events[-1])


@settings(
    max_examples=_EXAMPLES,
    derandomize=_FRESH not in os.environ,
    deadline=None,
    suppress_health_check=[*HealthCheck],
)
@given(call=_CALL, answer=_answers())
def test_any_bytes_of_an_upstream_end_the_call(edge: _Edge, call: tuple[str, str, bool], answer: bytes) -> None:
    path, provider, stream = call
    edge.upstream.answer = answer
    before, noise = edge.upstream.asked, len(edge.log())
    body = {"model": f"{provider}/m", **_CALLS[path]} | ({"stream": True} if stream else {})
    response = edge.client.post(path, json=body)
    assert edge.upstream.asked == before + 1
    assert response.status_code != 500, response.text
    if response.status_code >= 400:
        assert response.json()["error"]["message"]
        assert response.json()["error"]["status"] == response.status_code
    elif stream and response.status_code == 200:
        assert _ends(response.content), (call, answer, response.content, response.headers)
    record = edge.client.get(f"/v1/calls/{response.headers['x-onceward-call-id']}").json()
    assert record["status"] in ("completed", "failed"), record
    if record["status"] == "completed" and path != "/v1/moderations":
        assert record["cost_usd"] is not None
    said = edge.log()[noise:]
    assert "Traceback" not in said, said


@pytest.mark.parametrize("streamed", [False, True])
def test_an_upstream_that_says_for_ever_that_it_works_is_given_up(edge: _Edge, streamed: bool) -> None:
    edge.upstream.answer = b"HTTP/1.1 102 Processing\r\n\r\n" * 1_000
    body = {"model": "up/m", "stream": streamed, "messages": [{"role": "user", "content": "hi"}]}
    refused = edge.client.post("/v1/chat/completions", json=body)
    assert refused.status_code == 502, refused.text
    assert refused.json()["error"]["code"]


def test_a_few_heads_before_the_answer_are_passed_over(edge: _Edge) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "words"}, "finish_reason": "stop"}
    answer = json.dumps({"id": "c", "object": "chat.completion", "choices": [choice]}).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(answer)
    edge.upstream.answer = b"HTTP/1.1 102 Processing\r\n\r\n" * 3 + head + answer
    body = {"model": "up/m", "messages": [{"role": "user", "content": "hi"}]}
    told = edge.client.post("/v1/chat/completions", json=body)
    assert (told.status_code, told.json()["choices"][0]["message"]["content"]) == (200, "words"), told.text


def test_many_comments_in_one_packet_hide_no_event(edge: _Edge) -> None:
    chunk = {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "words"}}]}
    end = {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    events = b"".join(b": keep\n\n" * 20_000 + b"data: " + json.dumps(one).encode() + b"\n\n" for one in (chunk, end))
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
    edge.upstream.answer = head + events + b"data: [DONE]\n\n"
    body = {"model": "up/m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    told = edge.client.post("/v1/chat/completions", json=body)
    assert told.status_code == 200
    assert '"content":"words"' in told.text.replace(" ", "")
    assert told.text.endswith("data: [DONE]\n\n")
