"""Nodes tell each other by topic, and learn when they may have missed something."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import pytest

from onceward_gateway.cluster.bus import LocalBus

from .kit import until


async def test_a_message_reaches_the_other_nodes_and_not_the_one_that_sent_it(shared_redis: Any, nodes: Any) -> None:
    (redis, first), (_, second), (_, third) = [await nodes.started(shared_redis.url) for _ in range(3)]
    heard: list[tuple[str, bytes]] = []
    for name, bus in (("first", first), ("second", second), ("third", third)):
        bus.subscribe("keys", lambda message, name=name: heard.append((name, message)))
    await _taken(redis, "keys", 3)
    first.publish("keys", b"\x00\xffone")
    first.publish("other", b"nobody listens")
    await until(lambda: len(heard) == 2)
    assert sorted(heard) == [("second", b"\x00\xffone"), ("third", b"\x00\xffone")]


async def test_an_unsubscribed_callback_receives_nothing(shared_redis: Any, nodes: Any) -> None:
    (redis, first), (_, second) = [await nodes.started(shared_redis.url) for _ in range(2)]
    one: list[bytes] = []
    other: list[bytes] = []
    leave = second.subscribe("keys", one.append)
    second.subscribe("keys", other.append)
    await _taken(redis, "keys", 1)
    first.publish("keys", b"1")
    await until(lambda: other == [b"1"])
    leave()
    leave()
    first.publish("keys", b"2")
    await until(lambda: other == [b"1", b"2"])
    assert one == [b"1"]


async def test_a_listener_that_fails_takes_nothing_with_it(shared_redis: Any, nodes: Any) -> None:
    (redis, first), (_, second) = [await nodes.started(shared_redis.url) for _ in range(2)]
    faults: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: faults.append(str(context["exception"])))
    heard: list[bytes] = []

    def fails(message: bytes) -> None:
        raise ValueError(f"cannot take {message!r}")

    second.subscribe("keys", fails)
    second.subscribe("keys", heard.append)
    await _taken(redis, "keys", 1)
    first.publish("keys", b"1")
    first.publish("keys", b"2")
    await until(lambda: heard == [b"1", b"2"])
    assert faults == ["cannot take b'1'", "cannot take b'2'"]
    assert second.connected


async def test_events_are_published_only_while_somebody_follows(shared_redis: Any, nodes: Any) -> None:
    (_, owner), (_, follower) = [await nodes.started(shared_redis.url) for _ in range(2)]
    heard: list[bytes] = []
    assert not owner.followed("events:call_1")
    leave = follower.follow("events:call_1", heard.append)
    await until(lambda: owner.followed("events:call_1"))
    # A node that announced itself has subscribed already: it receives the first message.
    owner.publish("events:call_1", b"7")
    await until(lambda: heard == [b"7"])
    assert not owner.followed("events:call_2")
    leave()
    await until(lambda: not owner.followed("events:call_1"))


async def test_two_followers_of_a_node_are_one_until_the_last_leaves(shared_redis: Any, nodes: Any) -> None:
    (_, owner), (_, follower) = [await nodes.started(shared_redis.url) for _ in range(2)]
    heard: list[bytes] = []
    first, second = follower.follow("t", heard.append), follower.follow("t", heard.append)
    await until(lambda: owner.followed("t"))
    first()
    first()
    owner.publish("t", b"1")
    await until(lambda: heard == [b"1"])
    assert owner.followed("t")
    second()
    await until(lambda: not owner.followed("t"))


async def test_a_follower_that_dies_is_forgotten(
    shared_redis: Any, nodes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from onceward_gateway.cluster import redis_bus

    monkeypatch.setattr(redis_bus, "_FORGET_SECONDS", 0.2)
    monkeypatch.setattr(redis_bus, "_TEND_SECONDS", 0.05)
    (_, owner), (redis, follower) = [await nodes.started(shared_redis.url) for _ in range(2)]
    follower.follow("t", lambda message: None)
    await until(lambda: owner.followed("t"))
    await follower.stop()
    await redis.stop()
    await until(lambda: not owner.followed("t"))


async def test_nodes_of_another_prefix_or_database_hear_nothing(shared_redis: Any, nodes: Any) -> None:
    (redis, first), (_, second) = [await nodes.started(shared_redis.url) for _ in range(2)]
    other_url = shared_redis.url.removesuffix("0") + "1"
    in_other, other_database = await nodes.started(other_url)
    nodes.prefix += "other:"
    of_other, other_prefix = await nodes.started(shared_redis.url)
    heard: list[str] = []
    for name, bus in (("second", second), ("database", other_database), ("prefix", other_prefix)):
        bus.subscribe("keys", lambda message, name=name: heard.append(name))
    for one in (redis, in_other, of_other):
        await _taken(one, "keys", 1)
    first.publish("keys", b"1")
    await until(lambda: heard)
    # A message of their own nodes, sent later, is the first that the others hear.
    for one in (in_other, of_other):
        sender = nodes.bus(one)
        sender.publish("keys", b"2")
    await until(lambda: len(heard) == 3)
    assert heard[0] == "second"
    assert sorted(heard) == ["database", "prefix", "second"]


async def test_after_an_outage_all_nodes_read_anew(redis_server: Any, nodes: Any) -> None:
    (redis, first), (_, second) = [await nodes.started(redis_server.url) for _ in range(2)]
    told: list[str] = []
    heard: list[bytes] = []
    first.on_reconnect(lambda: told.append("first"))
    second.on_reconnect(lambda: told.append("second"))
    second.subscribe("keys", heard.append)
    await _taken(redis, "keys", 1)
    assert told == []
    redis_server.kill()
    await until(lambda: not (first.connected or second.connected or redis.available))
    first.publish("keys", b"lost")
    assert first.dropped == 1
    redis_server.start()
    await until(lambda: first.connected and second.connected and redis.available)
    await until(lambda: {"first", "second"} <= set(told))
    # Subscriptions hold over the outage.
    first.publish("keys", b"after")
    await until(lambda: heard == [b"after"])


async def test_a_node_that_could_not_send_has_the_others_read_anew(redis_server: Any, nodes: Any) -> None:
    (redis, first), (_, second) = [await nodes.started(redis_server.url) for _ in range(2)]
    told: list[str] = []
    second.on_reconnect(lambda: told.append("second"))
    # Only the first node's connection for commands breaks: nobody else sees anything of it.
    other = nodes.redis(redis_server.url)
    await other.start()
    await other.ask("CLIENT", "KILL", "ID", await redis.ask("CLIENT", "ID"))
    await until(lambda: not redis.available)
    first.publish("keys", b"lost")
    await until(lambda: told == ["second"])
    assert second.connected


async def test_a_bus_that_could_not_connect_at_the_start_connects_later(redis_server: Any, nodes: Any) -> None:
    redis_server.kill()
    _, first = await nodes.started(redis_server.url)
    told: list[str] = []
    first.on_reconnect(lambda: told.append("first"))
    assert not first.connected
    redis_server.start()
    await until(lambda: first.connected)
    assert told == ["first"]


async def test_a_dropped_backlog_is_reported_as_a_reconnect(
    redis_server: Any, nodes: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (_, first), (_, second) = [await nodes.started(redis_server.url) for _ in range(2)]
    told: list[str] = []
    second.on_reconnect(lambda: told.append("second"))
    redis_server.send_signal(signal.SIGSTOP)
    for _ in range(40):
        first.publish("events", b"x" * 1_000_000)
        await asyncio.sleep(0)
    assert 0 < first.dropped < 40
    redis_server.send_signal(signal.SIGCONT)
    await until(lambda: told)
    assert [record.message for record in caplog.records if "dropped" in record.message] == [
        "Redis takes messages to other nodes slower than they are made; they are dropped meanwhile"
    ]


async def test_the_local_bus_delivers_nothing() -> None:
    bus = LocalBus()
    bus.publish("t", b"1")
    leave = bus.follow("t", lambda message: None)
    leave()
    assert not bus.connected
    assert not bus.followed("t")


async def _taken(redis: Any, topic: str, count: int) -> None:
    """Return when so many nodes are subscribed to a topic."""
    channel = f"{redis.prefix}bus:{redis.address.db}:{topic}"
    async with asyncio.timeout(5):
        known = -1
        while known != count:
            await asyncio.sleep(0)
            known = (await redis.ask("PUBSUB", "NUMSUB", channel))[1]
