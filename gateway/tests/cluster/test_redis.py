"""Redis outages: commands time out, the outage is logged once, and the connection is restored."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from onceward_gateway.config.table import ConfigError
from onceward_gateway.core.urls import StoreUrl
from onceward_gateway.redis.address import address_of
from onceward_gateway.redis.client import Redis
from onceward_gateway.redis.errors import RedisRefused, RedisUnavailable
from onceward_gateway.redis.script import Script

from .kit import until

ECHO = Script.of("return {ARGV[1], KEYS[1]}")


async def test_commands_answer_in_their_order(shared_redis: Any, nodes: Any) -> None:
    redis = nodes.redis(shared_redis.url)
    await redis.start()
    key = redis.prefix + "n"
    counted = await asyncio.gather(*[redis.ask("INCR", key) for _ in range(500)])
    assert counted == list(range(1, 501))
    assert redis.tell("SET", key, b"\x00\xff\r\n")
    assert await redis.ask("GET", key) == b"\x00\xff\r\n"


async def test_a_command_that_is_wrong_is_refused_and_nothing_else_suffers(shared_redis: Any, nodes: Any) -> None:
    redis = nodes.redis(shared_redis.url)
    await redis.start()
    key = redis.prefix + "text"
    await redis.ask("SET", key, "abc")
    with pytest.raises(RedisRefused, match="not an integer"):
        await redis.ask("INCR", key)
    assert await redis.ask("GET", key) == b"abc"
    assert redis.available


async def test_a_script_is_known_after_its_memory_was_emptied(shared_redis: Any, nodes: Any) -> None:
    redis = nodes.redis(shared_redis.url)
    redis.register(ECHO)
    await redis.start()
    assert await redis.ask("SCRIPT", "EXISTS", ECHO.sha) == [1]
    await redis.ask("SCRIPT", "FLUSH")
    assert await redis.run(ECHO, ["key"], "argument") == [b"argument", b"key"]
    assert await redis.ask("SCRIPT", "EXISTS", ECHO.sha) == [1]


async def test_the_answer_of_a_cancelled_command_goes_to_its_late_callback(shared_redis: Any, nodes: Any) -> None:
    redis = nodes.redis(shared_redis.url)
    await redis.start()
    late: list[Any] = []
    waiting = asyncio.create_task(redis.run(ECHO, ["key"], "1", late=late.append))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await redis.run(ECHO, ["key"], "2") == [b"2", b"key"]
    assert late == [[b"1", b"key"]]


async def test_a_frozen_redis_is_unavailable_after_the_timeout(
    redis_server: Any, nodes: Any, caplog: pytest.LogCaptureFixture
) -> None:
    redis = nodes.redis(redis_server.url, patience=0.1)
    changes: list[bool] = []
    redis.on_change(changes.append)
    await redis.start()
    redis_server.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    asked = [asyncio.create_task(redis.ask("GET", "a")) for _ in range(10)]
    done, _ = await asyncio.wait(asked, timeout=5)
    assert len(done) == 10
    assert all(isinstance(task.exception(), RedisUnavailable) for task in done)
    assert time.monotonic() - began < 2
    # From now on nobody waits.
    await until(lambda: not redis.available)
    began = time.monotonic()
    for _ in range(1000):
        with pytest.raises(RedisUnavailable, match="did not answer within"):
            await redis.ask("GET", "a")
    assert time.monotonic() - began < 1
    redis_server.send_signal(signal.SIGCONT)
    await until(lambda: redis.available)
    assert await redis.ask("GET", "a") is None
    assert changes == [True, False, True]
    told = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 2, told
    assert "is unavailable: it did not answer within 0.1 s" in told[0]
    assert "answers again after" in told[1]


async def test_a_loop_that_was_busy_itself_does_not_blame_redis(shared_redis: Any, nodes: Any) -> None:
    redis = nodes.redis(shared_redis.url, patience=0.05)
    await redis.start()
    waiting = asyncio.create_task(redis.ask("PING"))
    for _ in range(3):
        await asyncio.sleep(0)
        _hold_the_loop(0.2)
    assert await waiting == b"PONG"
    assert redis.losses == 0


def _hold_the_loop(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        """Other work of the process."""


async def test_killed_and_started_again_it_is_found(
    redis_server: Any, nodes: Any, caplog: pytest.LogCaptureFixture
) -> None:
    redis = nodes.redis(redis_server.url)
    redis.register(ECHO)
    await redis.start()
    for _ in range(2):
        redis_server.kill()
        await until(lambda: not redis.available)
        with pytest.raises(RedisUnavailable):
            await redis.ask("PING")
        assert not redis.tell("PING")
        redis_server.start()
        await until(lambda: redis.available)
        assert await redis.run(ECHO, ["key"], "argument") == [b"argument", b"key"]
    told = [record.message for record in caplog.records]
    assert [("is unavailable" in line, "answers again" in line) for line in told] == [(True, False), (False, True)] * 2


async def test_a_redis_missing_at_the_start_is_logged_once_and_connected_later(
    redis_server: Any, nodes: Any, caplog: pytest.LogCaptureFixture
) -> None:
    redis_server.kill()
    redis = nodes.redis(redis_server.url)
    await redis.start()
    assert not redis.available
    assert "cannot be reached" in (redis.reason or "")
    redis_server.start()
    await until(lambda: redis.available)
    assert len([record for record in caplog.records if "is unavailable" in record.message]) == 1


async def test_a_read_only_redis_is_unavailable(redis_server: Any, nodes: Any) -> None:
    redis = nodes.redis(redis_server.url)
    await redis.start()
    await redis.ask("CONFIG", "SET", "replica-read-only", "yes")
    await redis.ask("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(RedisUnavailable, match="READONLY"):
        await redis.ask("SET", "a", "1")
    await until(lambda: redis.losses == 1)


async def test_a_password_is_sent_and_never_shown(
    redis_server: Any, nodes: Any, caplog: pytest.LogCaptureFixture
) -> None:
    redis_server.kill()
    redis_server.start("--requirepass", "s3cret/word")
    url = redis_server.url.replace("127.0.0.1", ":s3cret%2Fword@127.0.0.1")
    redis = nodes.redis(url)
    await redis.start()
    assert await redis.ask("PING") == b"PONG"
    wrong = nodes.redis(redis_server.url.replace("127.0.0.1", ":wr0ng-word@127.0.0.1"))
    await wrong.start()
    assert not wrong.available
    shown = f"{redis.address!r} {wrong.address!r} {wrong.reason} {caplog.text}"
    assert "WRONGPASS" in shown
    assert not [secret for secret in ("s3cret", "wr0ng") if secret in shown]


async def test_a_socket_file_does(redis_server: Any, nodes: Any, tmp_path: Path) -> None:
    redis_server.kill()
    file = tmp_path / "redis.sock"
    redis_server.start("--unixsocket", str(file))
    redis = nodes.redis(f"unix://{file}?db=2")
    await redis.start()
    await redis.ask("SET", "where", "2")
    over_tcp = nodes.redis(redis_server.url.removesuffix("0") + "2")
    await over_tcp.start()
    assert await over_tcp.ask("GET", "where") == b"2"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that nobody knows, and its key."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


async def test_tls_is_checked(redis_server: Any, nodes: Any, certificate: tuple[Path, Path]) -> None:
    own, key = certificate
    redis_server.kill()
    tls_port = _free_port()
    tls = ["--tls-port", str(tls_port), "--tls-cert-file", str(own), "--tls-key-file", str(key)]
    redis_server.start(*tls, "--tls-ca-cert-file", str(own), "--tls-auth-clients", "no")
    trusting = nodes.redis(f"rediss://127.0.0.1:{tls_port}/0?ssl_ca_certs={own}")
    await trusting.start()
    assert await trusting.ask("PING") == b"PONG"
    bus = nodes.bus(trusting)
    await bus.start()
    assert bus.connected
    doubting = nodes.redis(f"rediss://127.0.0.1:{tls_port}/0")
    await doubting.start()
    assert not doubting.available
    assert "certificate" in (doubting.reason or "").lower()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("redis://host/x", "'x', which is not a number"),
        ("redis://host?timeout=3", "`timeout`, which is not known"),
        ("rediss://host?ssl_cert_reqs=none", "`ssl_cert_reqs`, which is not known"),
        ("unix://", "names no socket"),
        ("rediss://:hidden-word@host?ssl_ca_certs=/nowhere", "cannot be read"),
    ],
)
def test_an_address_that_is_none_says_why(url: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as refused:
        address_of(StoreUrl(url))
    assert "hidden-word" not in str(refused.value)


def test_an_address_is_read() -> None:
    address = address_of(StoreUrl("redis://user%40x:p%2Fw@cache.internal:6380/3"))
    assert (address.host, address.port, address.db) == ("cache.internal", 6380, 3)
    assert address.greeting() == [("AUTH", "user@x", "p/w"), ("SELECT", "3")]
    plain = address_of(StoreUrl("redis://cache.internal"))
    assert (plain.port, plain.greeting(), plain.tls) == (6379, [], None)
    secured = address_of(StoreUrl("rediss://cache.internal"))
    assert secured.tls is not None
    assert secured.tls.verify_mode is ssl.CERT_REQUIRED
    assert secured.tls.check_hostname


async def test_no_connection_is_left_open_at_the_end(redis_server: Any) -> None:
    redis = Redis(address_of(StoreUrl(redis_server.url)))
    await redis.start()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        again = Redis(address_of(StoreUrl(redis_server.url)))
        await again.start()
        await again.stop()
        with pytest.raises(RedisUnavailable):
            await again.ask("PING")
    await until(lambda: len(os.listdir("/proc/self/fd")) <= before)
    await redis.stop()
