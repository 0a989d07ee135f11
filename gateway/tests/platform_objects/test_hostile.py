"""Requests that mean harm: texts that no database keeps, texts that are statements, heads and bodies without end."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from .contract_requests import Operation, operations
from .kit import MASTER, World, dump

TEXTS = {
    "nul": "a\0b",
    "half a character": "\ud800",
    "a statement": "x'; DROP TABLE platform_key; --",
    "a pattern": "%",
    "a format": "{0.__class__} %s %(x)s $1 ?",
    "long": "x" * 20_000,
    "a path": "../../../../etc/passwd",
    "an address": "http://169.254.169.254/latest/meta-data/",
    "a number": "9" * 400,
    "lines": "a\r\nSet-Cookie: a=b\r\n\r\nHTTP/1.1 200 OK",
}
NAMED = [
    pytest.param(method, path, name, id=f"{method} {path} {name}")
    for method, path in operations()
    for name in Operation(method, path).names()
    if not path.startswith(("/openai", "/engines")) and (method, name) != ("POST", "stream")
]


def sent(world: World, method: str, path: str, name: str, text: str) -> httpx2.Response | None:
    """The answer to a request with this text in one member; None where no such request can be sent."""
    operation = Operation(method, path)
    target, body, query = operation.request("", world.a, world.a)
    if name in operation.places:
        named = text.encode("utf-8", "surrogatepass").hex(" ").replace(" ", "%")
        target = path.replace("{" + name + "}", f"%{named}" if len(text) < 2000 else text)
    elif name in operation.query:
        try:
            query[name] = text
            text.encode()
        except UnicodeEncodeError:
            return None
    else:
        body = (body or {}) | {name: text}
    raw = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if raw is not None else None
    return world.master.client.request(method, target, content=raw, params=query or None, headers=headers)


@pytest.mark.parametrize(("method", "path", "name"), NAMED)
def test_no_text_breaks_anything(busy: World, method: str, path: str, name: str) -> None:
    for what, text in TEXTS.items():
        answer = sent(busy, method, path, name, text)
        if answer is None:
            continue
        assert answer.status_code < 500 or answer.status_code == 501, (what, answer.text[:500])
        assert "set-cookie" not in answer.headers
        if answer.status_code >= 400 and answer.text:
            assert answer.json()["error"]["message"]


def test_nothing_was_lost_on_the_way(busy: World) -> None:
    """The tables are all there, the tenants are as they were, and no request ended in what nobody had thought of."""
    assert len(dump(busy.data)) > 100
    assert busy.master.get("/organization/info", organization_id=busy.b.organization_id).status_code == 200
    assert "Traceback" not in busy.log.read_text()


def spoken(url: str, *pieces: bytes, most: int = 1 << 16) -> bytes:
    """Return the response of the gateway to these raw bytes."""
    parts = urlsplit(url)
    with closing(socket.create_connection((parts.hostname, parts.port), timeout=20)) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except ConnectionError:
            pass
        said = b""
        try:
            while len(said) < most and (piece := connection.recv(65536)):
                said += piece
                if b"\r\n\r\n" in said:
                    break
        except (ConnectionError, TimeoutError):
            pass
    return said


HEAD = b"GET /key/list HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + MASTER.encode() + b"\r\n"
HEADS: dict[str, tuple[bytes, ...]] = {
    "one long header": (HEAD, b"X-Long: " + b"x" * (1 << 20) + b"\r\n\r\n"),
    "many headers": (HEAD, *(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(1000)), b"\r\n"),
    "a long path": (b"GET /" + b"p" * (1 << 20) + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",),
    "a header that never ends": (HEAD, b"X-Long: ", *([b"x" * 65536] * 64)),
    "no HTTP": (b"\x16\x03\x01" + b"\0" * 4096 + b"\r\n\r\n",),
    "two lengths": (HEAD, b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    "length and chunks": (
        b"POST /key/generate HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    "a length below nothing": (b"POST /key/generate HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",),
}


@pytest.mark.parametrize("what", HEADS)
def test_heads_without_end(world: World, what: str) -> None:
    said = spoken(world.url, *HEADS[what])
    assert not said or said.startswith(b"HTTP/1.1 4"), said[:200]
    assert world.master.get("/key/list").status_code == 200


def test_a_body_is_not_read_of_who_is_not_admitted(world: World) -> None:
    """Nobody sends gigabytes without a key: the answer comes before the body."""
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000000\r\n\r\n{"
    assert spoken(world.url, head).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("depth", [200, 5_000, 200_000])
@pytest.mark.parametrize("path", ["/key/generate", "/team/new", "/credentials", "/utils/transform_request"])
def test_bodies_without_a_bottom(world: World, path: str, depth: int) -> None:
    for opening, closing_ in (("[", "]"), ('{"a":', "}")):
        body = '{"metadata":' + opening * depth + "1" + closing_ * depth + "}"
        answer = world.master.client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 413, 422), answer.text[:300]


@pytest.mark.parametrize(
    "fields",
    [
        {"max_budget": 1e300},
        {"max_budget": -1},
        {"rpm_limit": 1 << 70},
        {"tpm_limit": -5},
        {"duration": "9" * 300 + "d"},
        {"models": ["m"] * 1_000_000},
        {"metadata": {"k" * 100: "v" * 5_000_000}},
        {"tags": ["t" * 1000] * 5000},
        {"temp_budget_increase": 1e18, "temp_budget_expiry": "9999-12-31T23:59:59Z"},
        {"temp_budget_increase": 1, "temp_budget_expiry": "+275760-09-13T00:00:00.000Z"},
    ],
    ids=lambda fields: "+".join(fields),
)
def test_amounts_without_sense(world: World, fields: dict[str, Any]) -> None:
    answer = world.master.post("/key/update", {"key_id": world.a.ids["key"], **fields})
    assert answer.status_code in (200, 400, 403, 413), answer.text[:300]
    assert world.master.get("/key/info", key=world.a.ids["key"]).status_code == 200


def test_no_host_and_no_path_but_the_real_one_decides(world: World) -> None:
    """The route determines the operation, not a header or another spelling of the path."""
    for headers in (
        {"Host": "localhost/healthz?"},
        {"Host": "localhost", "X-Original-URL": "/healthz", "X-Rewrite-URL": "/healthz"},
        {"X-Forwarded-Host": "localhost/healthz", "X-Forwarded-Prefix": "/healthz"},
        {"X-HTTP-Method-Override": "GET", "X-Forwarded-For": "127.0.0.1"},
    ):
        answer = httpx2.get(world.url + "/key/list", headers=headers)
        assert answer.status_code in (400, 401), answer.text
    for path in (
        *(
            "/healthz/../key/list",
            "/key/list/",
            "//key/list",
            "/KEY/LIST",
            "/key/./list",
            "/key%2Flist",
            "/key/list;a=b",
        ),
        *(
            "/healthz%2f..%2fkey/list",
            "/key/list%00",
            "/key/list%20",
            "/key\\list",
            "/.//key/list",
            "/key/list?/healthz",
        ),
    ):
        said = spoken(world.url, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert said.split(b" ")[1] in (b"400", b"401", b"404"), (path, said[:200])
