"""Hostile upstreams over real sockets: however an answer is cut it decodes the same, and broken ones end in time.

After each example the next request gets its own answer: no connection that is out of step came back into the pool.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvloop
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from onceward_gateway.providers.http_client import HttpClient, HttpClientError, Timeouts

from .kit import Writer, answer

_FRESH = "ONCEWARD_TEST_FUZZ_EXAMPLES"  # so many with fresh seeds; the same 150 every time without it
_SETTINGS = settings(
    max_examples=int(os.environ.get(_FRESH, "150")),
    derandomize=_FRESH not in os.environ,
    deadline=None,
    suppress_health_check=[*HealthCheck],
)
_TIMEOUTS = Timeouts(connect=2, first_byte=0.15, idle=0.15, total=0.5)
_PATIENCE = 5.0


@dataclass
class Sent:
    """The bytes that the upstream sends to a request: one write each, and optionally the end of the connection."""

    pieces: list[bytes]
    closes: bool


@dataclass
class Valid:
    """The bytes of an answer, and what they mean."""

    raw: bytes
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    by_end: bool


class _Harness:
    """A client and an upstream on one loop."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.next = Sent([], False)
        self._url = ""
        self._written = asyncio.Event()

    def open(self) -> None:
        self.runner.run(self._open())

    async def _open(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.client = HttpClient()
        self._url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        self.runner.run(self._close())
        self.runner.close()

    async def _close(self) -> None:
        await self.client.close()
        self.server.close()
        await asyncio.sleep(0.05)

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(2)
                if b"POST /clean" in head:
                    writer.write(answer(b"clean"))
                    continue
                for piece in self.next.pieces:
                    writer.write(piece)
                    await asyncio.sleep(0)
                self._written.set()
                if self.next.closes:
                    break
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._written.set()
            writer.close()

    def call(self, sent: Sent) -> tuple[int, list[tuple[bytes, bytes]], bytes] | HttpClientError:
        """Make a request that is answered so, and one after it; return the answer or the error of the first."""
        self.next = sent
        return self.runner.run(self._call())

    async def _call(self) -> tuple[int, list[tuple[bytes, bytes]], bytes] | HttpClientError:
        self._written.clear()
        found: tuple[int, list[tuple[bytes, bytes]], bytes] | HttpClientError
        async with asyncio.timeout(_PATIENCE):
            try:
                response = await self.client.request("POST", self._url, body=b"{}", timeouts=_TIMEOUTS)
                async with response:
                    found = (response.status, list(response.raw_headers), await response.read())
            except HttpClientError as error:
                found = error
            await self._written.wait()
            # The written data is read before the next request.
            for _ in range(5):
                await asyncio.sleep(0)
            clean = await self.client.request("POST", f"{self._url}/clean", body=b"{}", timeouts=_TIMEOUTS)
            assert (clean.status, await clean.read()) == (200, b"clean")
        (pool,) = self.client._pools.values()
        assert len(pool.connections) == pool.idle <= 1
        return found


@pytest.fixture(scope="module")
def harness() -> Iterator[_Harness]:
    """The harness of all examples."""
    made = _Harness()
    made.open()
    try:
        yield made
    finally:
        made.close()


# -- strategies

_NAMES = st.sampled_from([b"x-a", b"X-Request-Id", b"Content-Type", b"set-cookie", b"Retry-After", b"x-!#$%&'*+.^_`|~"])
_VALUES = st.sampled_from(
    [b"", b"a", b"a b", b"text/event-stream; charset=utf-8", b"\xc3\xbc\xff", b"a" * 3000, b"a:b,c"]
)
_HEADERS = st.lists(st.tuples(_NAMES, _VALUES), max_size=5)
_BODIES = st.binary(max_size=300) | st.sampled_from(
    [b'data: {"a":1}\n\n' * 40, b"HTTP/1.1 200 OK\r\n\r\n", b"0\r\n\r\n", b"\r\n" * 20, bytes(70_000)]
)
_INTERIM = st.lists(
    st.sampled_from([b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n"]), max_size=3
).map(b"".join)
_EXTENSIONS = st.sampled_from([b"", b";a=b", b";a"])


def _block(headers: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%b: %b\r\n" % header for header in headers)


@st.composite
def _valid(draw: st.DrawFn) -> Valid:
    """An answer that keeps every rule."""
    status, headers, body = (
        draw(st.sampled_from([200, 200, 200, 201, 206, 400, 429, 500, 599])),
        draw(_HEADERS),
        draw(_BODIES),
    )
    framing = draw(st.sampled_from(["length", "chunked", "end", "none"]))
    if framing == "none":
        status, body = draw(st.sampled_from([204, 304])), b""
    tail = body
    if framing == "length":
        headers = [*headers, (b"Content-Length", b"%d" % len(body))]
    elif framing == "chunked":
        headers = [*headers, (b"Transfer-Encoding", draw(st.sampled_from([b"chunked", b"Chunked", b"gzip, chunked"])))]
        cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=6)))
        parts = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True) if end > start]
        tail = b"".join(b"%x%b\r\n%b\r\n" % (len(part), draw(_EXTENSIONS), part) for part in parts)
        tail += b"0\r\n" + _block(draw(_HEADERS)) + b"\r\n"
    raw = draw(_INTERIM) + b"HTTP/1.1 %d Any Reason\r\n" % status + _block(headers) + b"\r\n" + tail
    expected = [(name, value.strip(b" ")) for name, value in headers]
    return Valid(raw, status, expected, body, framing == "end")


@st.composite
def _split(draw: st.DrawFn, raw: bytes) -> list[bytes]:
    if draw(st.booleans()) and len(raw) < 600:
        return [raw[at : at + 1] for at in range(len(raw))]
    cuts = sorted(draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    return [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]


@_SETTINGS
@given(st.data())
def test_an_answer_decodes_the_same_however_it_is_cut(harness: _Harness, data: st.DataObject) -> None:
    valid = data.draw(_valid())
    found = harness.call(Sent(data.draw(_split(valid.raw)), valid.by_end or data.draw(st.booleans())))
    assert found == (valid.status, valid.headers, valid.body)


_JUNK = st.binary(min_size=1, max_size=12) | st.sampled_from(
    [
        *(b"\r\n", b"\r\n\r\n", b"\0", b"\n", b"\r", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n"),
        *(
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            b"ffffffffffffffff\r\n",
            b"-1\r\n",
            b"0\r\n\r\n",
            b" ",
            b":",
        ),
        *(
            b"Connection: close\r\n",
            b"Connection: keep-alive\r\n",
            b"HTTP/9.9",
            b"101",
            b"HTTP/1.1 100 Continue\r\n\r\n",
        ),
    ]
)


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """An answer with a few faults."""
    raw = draw(_valid()).raw
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, min(len(raw), 400)))
        kind = draw(st.sampled_from(["insert", "insert", "replace", "delete", "cut", "repeat"]))
        if kind == "insert":
            raw = raw[:at] + draw(_JUNK) + raw[at:]
        elif kind == "replace":
            junk = draw(_JUNK)
            raw = raw[:at] + junk + raw[at + len(junk) :]
        elif kind == "delete":
            raw = raw[:at] + raw[at + draw(st.integers(1, 20)) :]
        elif kind == "cut":
            raw = raw[:at]
        else:
            raw += raw[:at]
    return raw


@_SETTINGS
@given(st.data())
def test_broken_bytes_end_in_time_in_an_answer_or_a_typed_error(harness: _Harness, data: st.DataObject) -> None:
    raw = data.draw(_mutated() | st.binary(max_size=200))
    _ends(harness.call(Sent(data.draw(_split(raw)), data.draw(st.booleans()))), raw)


@_SETTINGS
@given(raw=st.lists(_JUNK, max_size=40).map(b"".join), closes=st.booleans())
@example(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" * 2, closes=False)
@example(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", closes=True)
def test_junk_ends_in_time(harness: _Harness, raw: bytes, closes: bool) -> None:
    _ends(harness.call(Sent([raw], closes)), raw)


def _ends(found: Any, raw: bytes) -> None:
    """Check that an exchange ended as one can, and that nothing was made up."""
    if isinstance(found, HttpClientError):
        assert type(found) is not HttpClientError
        assert str(found)
        assert found.sent
    else:
        status, _, body = found
        assert 200 <= status <= 999
        assert len(body) <= len(raw)
