"""The fake gateway, asked over a plain socket or a plain HTTP client, so that nothing repairs what it does."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from time import monotonic, sleep
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward.testing import FakeGateway, Fault, FaultPlan, Reply, sse


def raw(gateway: FakeGateway, *, path: str = "/x", headers: str = "", body: bytes = b"") -> bytes:
    """Everything that one request brings back, byte by byte, until the connection ends."""
    port = int(gateway.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        sock.sendall(head.encode() + body)
        received = b""
        while data := sock.recv(65536):
            received += data
        return received


def test_it_records_what_came_and_answers_as_told() -> None:
    with FakeGateway() as gateway:
        gateway.respond_json({"ok": True}, status=201, headers={"X-One": "1"}, path="/v1/x")
        answer = httpx2.post(f"{gateway.url}/v1/x?a=1&a=2", json={"n": 1}, headers={"X-Two": "2"})
        assert (answer.status_code, answer.json(), answer.headers["x-one"]) == (201, {"ok": True}, "1")
        (request,) = gateway.requests
        assert (request.method, request.path, request.query) == ("POST", "/v1/x", [("a", "1"), ("a", "2")])
        assert request.json() == {"n": 1}
        assert request.header("x-two") == "2"
        # It is set by the server's thread, when all was sent.
        deadline = monotonic() + 10
        while request.outcome == "open" and monotonic() < deadline:
            sleep(0.01)
        assert request.outcome == "answered"


def test_it_runs_in_an_asynchronous_context_too() -> None:
    async def main() -> int:
        async with FakeGateway() as gateway:
            gateway.respond_json({})
            async with httpx2.AsyncClient() as client:
                return (await client.get(gateway.url)).status_code

    assert asyncio.run(main()) == 200


def test_answers_for_one_route_come_in_order_and_the_last_goes_on() -> None:
    with FakeGateway() as gateway:
        gateway.respond_error(500, times=2)
        gateway.respond_error(429, headers={"Retry-After": "1"})
        gateway.respond_json({"ok": 1})
        gateway.respond_json({"other": 1}, method="GET", path="/only/*")
        assert [httpx2.post(gateway.url).status_code for _ in range(5)] == [500, 500, 429, 200, 200]
        assert httpx2.get(f"{gateway.url}/only/this").status_code == 200


def test_what_is_not_scripted_says_so() -> None:
    with FakeGateway() as gateway:
        gateway.respond_json({}, path="/other")
        answer = httpx2.get(f"{gateway.url}/this")
        assert answer.status_code == 501
        assert "no answer is scripted for GET /this" in answer.text


def test_an_error_of_the_responder_reaches_the_test() -> None:
    def broken(_request: Any) -> Reply:
        raise KeyError("mine")

    gateway = FakeGateway().start()
    gateway.respond_with(broken)
    assert httpx2.get(gateway.url).status_code == 501
    with pytest.raises(KeyError, match="mine"):
        gateway.close()


def test_it_says_how_to_start_it() -> None:
    with pytest.raises(RuntimeError, match="`with` block"):
        _ = FakeGateway().url


def test_events_in_every_form() -> None:
    blocks = sse([{"a": 1}, "two\nlines", ("error", {"m": "x"}), b": raw\n\n"], done="[DONE]", ids=lambda n: f"c:{n}")
    assert blocks == [
        b'id: c:1\ndata: {"a":1}\n\n',
        b"id: c:2\ndata: two\ndata: lines\n\n",
        b'id: c:3\nevent: error\ndata: {"m":"x"}\n\n',
        b": raw\n\n",
        b"id: c:5\ndata: [DONE]\n\n",
    ]


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_cut_comes_before_the_byte_that_was_named(how: Any) -> None:
    body = bytes(range(65, 85))
    for at in range(len(body) + 1):
        with FakeGateway() as gateway:
            gateway.respond_bytes([body[:7], body[7:]], framing="close", fault=Fault(cut_at=at, cut=how))
            received = b""
            try:
                received = raw(gateway)
            except ConnectionResetError:
                assert how == "rst"
            else:
                assert received.partition(b"\r\n\r\n")[2] == body[:at]
            assert gateway.requests[0].outcome == "cut"


def test_a_cut_may_be_anywhere_on_the_wire() -> None:
    with FakeGateway() as gateway:
        gateway.respond_bytes([b"hello", b"world"], framing="chunked")
        whole = raw(gateway)
        for at in range(len(whole)):
            gateway.reset()
            gateway.respond_bytes([b"hello", b"world"], framing="chunked", fault=Fault(cut_wire_at=at))
            assert raw(gateway) == whole[:at]


def test_a_slow_head_a_late_body_and_pieces() -> None:
    with FakeGateway() as gateway:
        gateway.respond_bytes(b"abcdef", fault=Fault(delay=0.1, drip=0.001, pieces=2, pace=0.05))
        started = monotonic()
        received = raw(gateway)
        assert received.endswith(b"abcdef")
        assert monotonic() - started > 0.1 + 0.1 + len(received.partition(b"\r\n\r\n")[0]) * 0.001


def test_pings_only() -> None:
    with FakeGateway() as gateway:
        gateway.respond_sse(["one", "two"], fault=Fault(stall_at=11, pings=0.02))
        with httpx2.stream("POST", gateway.url, timeout=1) as answer:
            body = b""
            for chunk in answer.iter_raw():
                body += chunk
                if body.count(b": ping") >= 3:
                    break
        assert body.startswith(b"data: one\n\n: ping\n\n: ping\n\n")
        assert b"two" not in body


def test_a_fault_replaces_status_headers_type_and_body() -> None:
    fault = Fault(status=200, content_type="text/html", body=b"<html>", headers={"X-One": "", "X-New": "n"})
    with FakeGateway() as gateway:
        gateway.respond_json({}, status=404, headers={"X-One": "1"}, fault=fault)
        answer = httpx2.get(gateway.url)
        assert (answer.status_code, answer.text, answer.headers["content-type"]) == (200, "<html>", "text/html")
        assert "x-one" not in answer.headers
        assert answer.headers["x-new"] == "n"


def test_garbage_goes_in_where_it_was_told() -> None:
    with FakeGateway() as gateway:
        gateway.respond_bytes(b"abcd", framing="close", fault=Fault(garbage_at=2, garbage=b"\xff\x00"))
        assert raw(gateway).endswith(b"\r\n\r\nab\xff\x00cd")


def test_a_plan_spoils_the_first_answers_only() -> None:
    with FakeGateway(faults=[Fault(status=503, times=1), Fault(hang_up=True, times=1)]) as gateway:
        gateway.respond_json({})
        assert httpx2.get(gateway.url).status_code == 503
        with pytest.raises(httpx2.RemoteProtocolError):
            httpx2.get(gateway.url)
        assert httpx2.get(gateway.url).status_code == 200


@given(
    st.builds(
        Fault,
        times=st.none() | st.integers(1, 9),
        status=st.none() | st.sampled_from([429, 500]),
        body=st.none() | st.binary(),
        cut_at=st.none() | st.integers(0, 9),
        cut=st.sampled_from(["fin", "rst"]),
        garbage=st.binary(),
        headers=st.dictionaries(st.text(), st.text()),
    )
)
def test_a_fault_survives_json(fault: Fault) -> None:
    assert Fault.of(json.loads(json.dumps(fault.to_dict()))) == fault


def test_an_unknown_fault_is_named() -> None:
    with pytest.raises(ValueError, match="`cut_off`"):
        Fault.of({"cut_off": 1})


def test_a_plan_in_turn() -> None:
    plan = FaultPlan([Fault(status=500, times=2), Fault(status=429, times=1)])
    assert [plan.next().status for _ in range(5)] == [500, 500, 429, None, None]


def test_a_resumable_stream_is_one_call_however_often_it_is_asked_for() -> None:
    with FakeGateway() as gateway:
        gateway.respond_sse([{"n": number} for number in range(5)], resumable=True)
        whole = httpx2.post(gateway.url, content=b"{}", headers={"Idempotency-Key": "k"})
        call = whole.headers["x-onceward-call-id"]
        rest = httpx2.post(gateway.url, content=b"{}", headers={"Idempotency-Key": "k", "Last-Event-ID": f"{call}:3"})
        assert whole.content.split(b"\n\n")[3:] == rest.content.split(b"\n\n")
        assert rest.headers["x-onceward-replayed"] == "true"
        other = httpx2.post(gateway.url, content=b"{1}", headers={"Idempotency-Key": "k"})
        assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")
        wrong = httpx2.post(gateway.url, content=b"{}", headers={"Idempotency-Key": "k", "Last-Event-ID": "call_9:3"})
        assert wrong.status_code == 400
        (record,) = gateway.calls
        assert (record.key, record.attempts, record.resumed) == ("k", 4, 1)
        assert httpx2.post(f"{gateway.url}/v1/calls/{call}/cancel").json()["status"] == "cancelled"
        httpx2.post(gateway.url, content=b"{}")
        assert len(gateway.calls) == 2


def test_a_connection_serves_many_requests_and_many_threads_are_served() -> None:
    with FakeGateway() as gateway:
        gateway.respond_json({})
        with httpx2.Client() as client:
            for _ in range(5):
                client.get(gateway.url)
        assert {request.connection for request in gateway.requests} == {1}
        threads = [threading.Thread(target=httpx2.get, args=(gateway.url,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(gateway.requests) == 25


def test_closing_ends_what_is_stalled() -> None:
    started = monotonic()
    with FakeGateway() as gateway:
        gateway.respond_sse(["one"], fault=Fault(stall_at=0))
        port = int(gateway.url.rpartition(":")[2])
        sock = socket.create_connection(("127.0.0.1", port))
        sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert sock.recv(100)
    sock.close()
    assert monotonic() - started < 3
