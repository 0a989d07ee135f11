"""Requests of any shape: none is answered with a 500, and none leaves a traceback in the log."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onceward_gateway.entry.app import App, create_app

from .databases import settings_for

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -1, 2**63, 1e308, 0.5])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["\x00", "a/b", "../x", "onceward/echo", "onceward/fault-cut:9", "ft:x", "%00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_BODIES = {
    "/v1/chat/completions": {"model": "onceward/echo", "messages": [{"role": "user", "content": "hi"}]},
    "/v1/completions": {"model": "onceward/echo", "prompt": "hi"},
    "/v1/embeddings": {"model": "onceward/embed", "input": "hi", "dimensions": 8},
    "/v1/moderations": {"input": "hi"},
    "/v1/images/generations": {"prompt": "hi", "size": "16x16"},
    "/v1/audio/speech": {"model": "onceward/speech", "input": "hi", "voice": "alloy"},
    "/v1/batches": {"endpoint": "/v1/embeddings", "input_file_id": "file-x", "completion_window": "24h"},
    "/key/generate": {"key_alias": "x"},
    "/v1/responses": {"model": "onceward/echo", "input": "hi"},
}
_MEMBERS = st.sampled_from(
    [
        *("model", "messages", "tools", "tool_choice", "response_format", "stop", "n", "max_tokens", "seed", "stream"),
        *("stream_options", "logprobs", "top_logprobs", "user", "metadata", "provider_specific_params", "extra_body"),
        *(
            "reasoning_effort",
            "modalities",
            "audio",
            "prediction",
            "input",
            "prompt",
            "best_of",
            "echo",
            "size",
            "quality",
        ),
        *(
            "dimensions",
            "encoding_format",
            "voice",
            "speed",
            "fallbacks",
            "mock_response",
            "cache",
            "tags",
            "functions",
        ),
        *(
            "guardrails",
            "key_alias",
            "models",
            "max_budget",
            "duration",
            "permissions",
            "endpoint",
            "completion_window",
        ),
    ]
)
_ANY_BYTES = st.binary(max_size=12).map(lambda data: data.replace(b"\r", b"").replace(b"\n", b""))


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[App, asyncio.AbstractEventLoop]]:
    """A gateway in this process, and the loop that it lives on."""
    loop = asyncio.new_event_loop()
    folder: Path = tmp_path_factory.mktemp("fuzz")
    app = create_app(settings_for(folder, offline=True))
    loop.run_until_complete(app.start())
    yield app, loop
    loop.run_until_complete(app.gateway.stop())
    loop.close()


async def _status(
    app: App, method: str, path: bytes, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes, cut: int | None
) -> int | None:
    """The status of a request that is sent whole, or whose client leaves behind `cut` bytes."""
    waiting = [{"type": "http.request", "body": body[:cut], "more_body": cut is not None}]
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop()
        if cut is None:
            await asyncio.get_running_loop().create_future()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": query,
        "headers": [(b"host", b"localhost"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 4100),
        "scheme": "http",
    }
    # A fault model may hang by request, and one may cut the connection.
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(5):
            await app(scope, receive, send)
    return statuses[0] if statuses else None


def _ask(
    edge: tuple[App, asyncio.AbstractEventLoop],
    caplog: pytest.LogCaptureFixture,
    path: bytes,
    body: bytes,
    *,
    method: str = "POST",
    query: bytes = b"",
    headers: list[tuple[bytes, bytes]] | None = None,
    cut: int | None = None,
) -> int | None:
    app, loop = edge
    caplog.clear()
    given_headers = [(b"content-type", b"application/json")] if headers is None else headers
    status = loop.run_until_complete(_status(app, method, path, query, given_headers, body, cut))
    assert status != 500, (path, query, headers, body)
    assert [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR] == []
    return status


_QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=250, deadline=None, suppress_health_check=_QUIET)
@given(path=st.sampled_from(sorted(_BODIES)), more=st.dictionaries(_MEMBERS, _JSON, max_size=4), stream=st.booleans())
def test_any_member_of_a_body(
    edge: Any, caplog: pytest.LogCaptureFixture, path: str, more: dict[str, Any], stream: bool
) -> None:
    value = {**_BODIES[path], **more} | ({"stream": True} if stream else {})
    _ask(edge, caplog, path.encode(), json.dumps(value).encode())


@settings(max_examples=150, deadline=None, suppress_health_check=_QUIET)
@given(
    path=st.sampled_from(sorted(_BODIES)),
    body=st.binary(max_size=60) | _JSON.map(lambda value: json.dumps(value).encode()),
    cut=st.none() | st.integers(0, 40),
    name=st.sampled_from(
        [
            *(b"idempotency-key", b"authorization", b"x-request-id", b"last-event-id", b"x-api-key", b"content-length"),
            *(b"x-onceward-api-version", b"user-agent", b"traceparent", b"x-forwarded-for", b"content-type", b"origin"),
            *(b"x-onceward-region", b"x-onceward-organization", b"openai-organization", b"accept", b"x-onceward-tags"),
        ]
    ),
    value=_ANY_BYTES,
    query=_ANY_BYTES,
)
def test_any_bytes_as_body_header_and_query(
    edge: Any,
    caplog: pytest.LogCaptureFixture,
    path: str,
    body: bytes,
    cut: int | None,
    name: bytes,
    value: bytes,
    query: bytes,
) -> None:
    headers = [(b"content-type", b"application/json"), (name, value)]
    _ask(edge, caplog, path.encode(), body, query=query, headers=headers, cut=cut)


@settings(max_examples=150, deadline=None, suppress_health_check=_QUIET)
@given(
    place=st.sampled_from(
        ["/v1/files/{}", "/v1/models/{}", "/v1/calls/{}", "/v1/batches/{}", "/key/info", "/spend/logs"]
    ),
    segment=st.binary(min_size=1, max_size=8).map(lambda data: "".join(f"%{byte:02x}" for byte in data).encode()),
    name=st.sampled_from([b"limit", b"after", b"order", b"purpose", b"key", b"start_date", b"user_id", b"model"]),
)
def test_any_path_and_parameter(
    edge: Any, caplog: pytest.LogCaptureFixture, place: str, segment: bytes, name: bytes
) -> None:
    path = place.encode().replace(b"{}", segment)
    _ask(edge, caplog, path, b"", method="GET", query=name + b"=" + segment, headers=[])


_PART = b'--X\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\n\r\n%b\r\n'


@settings(max_examples=80, deadline=None, suppress_health_check=_QUIET)
@given(name=_ANY_BYTES, filename=_ANY_BYTES, content=st.binary(max_size=40), purpose=_ANY_BYTES)
def test_any_form(
    edge: Any, caplog: pytest.LogCaptureFixture, name: bytes, filename: bytes, content: bytes, purpose: bytes
) -> None:
    for part in (b"file", name):
        body = _PART % (part, filename, content)
        for said in (b"user_data", purpose):
            body += b'--X\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n%b\r\n' % said
        headers = [(b"content-type", b"multipart/form-data; boundary=X"), (b"idempotency-key", filename.hex().encode())]
        _ask(edge, caplog, b"/v1/files", body + b"--X--\r\n", headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"onceward/echo","messages":[{"role":"user","content":"\xff"}]}',
        b'{"model":"onceward/echo","messages":[{"role":"user","content":"\\ud800"}]}',
        b'{"model":"onceward/echo","messages":[{"role":"user","content":"\\u0000"}],"user":"a\\u0000b"}',
        b'{"model":"onceward/echo\\u0000","messages":[{"role":"user","content":"a"}]}',
        b'{"model":"onceward/echo","model":"x","messages":[{"role":"user","content":"a"}],"seed":1e400}',
        b'{"model":"onceward/echo","messages":[{"role":"user","content":"a"}],"seed":' + b"9" * 5000 + b"}",
        b"[" * 5000,
        b'{"x":' * 5000,
    ],
)
def test_known_oddities(edge: Any, caplog: pytest.LogCaptureFixture, body: bytes) -> None:
    _ask(edge, caplog, b"/v1/chat/completions", body)
    _ask(
        edge,
        caplog,
        b"/v1/chat/completions",
        body,
        headers=[(b"content-type", b"application/json"), (b"idempotency-key", b"k")],
    )
