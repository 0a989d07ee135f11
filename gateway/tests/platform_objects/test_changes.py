"""Changes across nodes: atomic, serialized, published after the commit, and never missed by a cache of callers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from onceward_gateway.core.clock import SystemClock
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.records import Key, Team
from onceward_gateway.http.request import Response, json_response
from onceward_gateway.idempotency.engine import IdempotencyKeys
from onceward_gateway.idempotency.request import IdempotentRequest
from onceward_gateway.idempotency.writes import IdempotentWrites
from onceward_gateway.identity import api_keys
from onceward_gateway.identity.invalidation import EVERYTHING, RecordChange
from onceward_gateway.identity.one_time_secrets import OneTimeSecrets
from onceward_gateway.identity.sql import ALL

from ..databases import database_in, on_postgres
from ..identity import directory_over

only_shared = pytest.mark.skipif(not on_postgres(), reason="SQLite has one node")


class TurnedClock(SystemClock):
    """Time that a test turns."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


class Wire:
    """A bus between the nodes of a test. Cut, it loses what is said."""

    def __init__(self) -> None:
        self.listeners: list[tuple[Wire.End, Callable[[bytes], None]]] = []
        self.cut = False

    class End:
        connected = True

        def __init__(self, wire: Wire) -> None:
            self._wire = wire
            self.doubts: list[Callable[[], None]] = []

        async def start(self) -> None:
            """There is nothing to connect to."""

        async def stop(self) -> None:
            """There is nothing to close."""

        def publish(self, topic: str, message: bytes) -> None:
            for end, listener in self._wire.listeners:
                if end is not self and not self._wire.cut:
                    listener(message)

        def subscribe(self, topic: str, listener: Callable[[bytes], None]) -> Callable[[], None]:
            self._wire.listeners.append((self, listener))
            return lambda: None

        follow = subscribe

        def followed(self, topic: str) -> bool:
            return False

        def on_reconnect(self, listener: Callable[[], None]) -> None:
            self.doubts.append(listener)


class Node:
    """A directory with a clock of its own, and the changes that it heard of."""

    def __init__(self, db: Any, end: Wire.End) -> None:
        self.clock, self.end, self.told = TurnedClock(), end, list[RecordChange]()
        self.db = db
        self.directory = directory_over(db, self.clock, lambda prefix: f"{prefix}{id(object())}", bus=end)
        self.directory.subscribe(self.told.append)
        self.secrets = OneTimeSecrets(db, self.clock)


class Start:
    """Starts nodes over one database and one bus."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self.wire = Wire()
        self._folder, self._stack = folder, stack

    async def __call__(self) -> Node:
        db = database_in(self._folder)
        await db.open()
        self._stack.push_async_callback(db.close)
        return Node(db, Wire.End(self.wire))


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:
        yield Start(tmp_path, stack)


async def make_key(node: Node, id: str = "key_1", **fields: Any) -> str:
    secret = api_keys.mint()
    async with node.directory.changes.transaction():
        await node.directory.records.keys.put(
            Key(id=id, hash=api_keys.hash_of(secret), name=api_keys.masked(secret), alias=id, **fields)
        )
        await node.directory.changed("key", id, "created")
    return secret


async def block(node: Node, id: str = "key_1", *, blocked: bool = True) -> None:
    directory = node.directory
    async with directory.changes.transaction():
        await directory.changes.take_turn()
        key = await directory.records.keys.get(id)
        assert key is not None
        key.blocked = blocked
        await directory.records.keys.put(key)
        await directory.changed("key", id, "blocked")


async def refused(node: Node, secret: str) -> bool:
    try:
        assert node.directory.known(secret) or await node.directory.admit(secret)
    except ApiError as error:
        return error.code == "key_blocked"
    return False


async def test_changes_of_a_transaction_are_published_when_it_commits(start: Start) -> None:
    node = await start()
    async with node.directory.changes.transaction():
        await node.directory.records.teams.put(Team(id="t"))
        await node.directory.changed("team", "t", "created")
        async with node.directory.changes.transaction():
            await node.directory.changed("team", "t", "updated")
        assert not node.told
    assert [(one.kind, one.id, one.action) for one in node.told] == [("team", "t", "created"), ("team", "t", "updated")]


async def test_a_failed_transaction_is_not_published(start: Start) -> None:
    node = await start()

    async def fail() -> None:
        async with node.directory.changes.transaction():
            await node.directory.records.teams.put(Team(id="t"))
            await node.directory.changed("team", "t", "created")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await node.directory.records.teams.any("t") is None
    assert not node.told
    async with node.directory.changes.transaction():
        await node.directory.changed("team", "u", "created")
    assert len(node.told) == 1


async def test_changes_of_one_process_come_one_after_the_other(start: Start) -> None:
    node, directory = (one := await start()), one.directory
    await make_key(node)

    async def add(tag: str) -> None:
        async with directory.changes.transaction():
            await directory.changes.take_turn()
            key = await directory.records.keys.get("key_1")
            assert key is not None
            key.tags = [*key.tags, tag]
            await asyncio.sleep(0)
            await directory.records.keys.put(key)
            await directory.changed("key", "key_1", "updated")

    await asyncio.gather(*(add(str(n)) for n in range(20)))
    key = await directory.records.keys.get("key_1")
    assert key is not None
    assert sorted(key.tags) == sorted(str(n) for n in range(20))


async def test_a_task_that_a_change_starts_has_no_part_in_it(start: Start) -> None:
    node, directory = (one := await start()), one.directory
    after = asyncio.Event()

    async def later() -> None:
        await after.wait()
        async with directory.changes.transaction():
            await directory.changed("team", "later", "created")

    async with directory.changes.transaction():
        task = asyncio.get_running_loop().create_task(later())
        await directory.changed("team", "now", "created")
    after.set()
    await task
    assert [one.id for one in node.told] == ["now", "later"]


async def test_a_principal_read_before_a_change_is_not_cached(start: Start) -> None:
    """A key is read, then blocked, and then its parents are read: its caller must not be cached."""
    node, directory = (one := await start()), one.directory
    async with directory.changes.transaction():
        await directory.records.teams.put(Team(id="team_1"))
    secret = await make_key(node, team_id="team_1")
    reached, go_on = asyncio.Event(), asyncio.Event()
    read = directory.records.teams.any

    async def slowly(id: str) -> Team | None:
        reached.set()
        await go_on.wait()
        return await read(id)

    directory.records.teams.any = slowly  # type: ignore[method-assign]
    admitting = asyncio.get_running_loop().create_task(refused(node, secret))
    await reached.wait()
    directory.records.teams.any = read  # type: ignore[method-assign]
    await block(node)
    go_on.set()
    await admitting
    assert await refused(node, secret)


@pytest.mark.cluster
@only_shared
async def test_other_nodes_are_notified_at_once(start: Start) -> None:
    a, b = await start(), await start()
    secret = await make_key(a)
    assert not await refused(a, secret)
    assert not await refused(b, secret)
    assert b.directory.known(secret) is not None
    await block(a)
    assert await refused(a, secret)
    assert await refused(b, secret)
    assert [one.action for one in b.told[-1:]] == ["blocked"]


@pytest.mark.cluster
@only_shared
async def test_missed_changes_apply_within_a_second(start: Start) -> None:
    a, b = await start(), await start()
    secret = await make_key(a)
    assert not await refused(b, secret)
    start.wire.cut = True
    await block(a)
    # As old as it may be: this is the price of asking the database once a second and not at each call.
    assert b.directory.known(secret) is not None
    b.clock.now += 1.0
    assert b.directory.known(secret) is None
    assert await refused(b, secret)
    assert b.told[-1] == a.told[-1]
    await block(a, blocked=False)
    b.clock.now += 1.0
    assert not await refused(b, secret)


@pytest.mark.cluster
@only_shared
async def test_the_cache_is_refreshed_in_the_background(start: Start) -> None:
    a, b = await start(), await start()
    secret = await make_key(a)
    assert not await refused(b, secret)
    start.wire.cut = True
    await block(a)
    b.clock.now += 0.5
    assert b.directory.known(secret) is not None
    deadline = asyncio.get_running_loop().time() + 5
    while not await refused(b, secret):
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.001)


@pytest.mark.cluster
@only_shared
async def test_a_bus_that_came_back_is_not_trusted_for_what_was_missed(start: Start) -> None:
    a, b = await start(), await start()
    secret = await make_key(a)
    assert not await refused(b, secret)
    start.wire.cut = True
    await block(a)
    start.wire.cut = False
    for doubt in b.end.doubts:
        doubt()
    assert b.directory.known(secret) is None
    assert await refused(b, secret)


@pytest.mark.cluster
@only_shared
async def test_words_of_another_version_are_read_from_the_database(start: Start) -> None:
    a, b = await start(), await start()
    secret = await make_key(a)
    assert not await refused(b, secret)
    start.wire.cut = True
    await block(a)
    for end, listener in start.wire.listeners:
        if end is b.end:
            listener(b"\xff other words")
    assert await refused(b, secret)


@pytest.mark.cluster
@only_shared
async def test_a_node_that_missed_pruned_changes_clears_its_cache(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onceward_gateway.identity.invalidation._MOST_MISSED", 10)
    monkeypatch.setattr("onceward_gateway.identity.invalidation._PRUNED_EVERY", 4)
    a, b = await start(), await start()
    secret = await make_key(a)
    assert not await refused(b, secret)
    start.wire.cut = True
    await block(a)
    for n in range(40):
        async with a.directory.changes.transaction():
            await a.directory.changed("team", f"t{n}", "created")
    b.clock.now += 1.0
    assert await refused(b, secret)
    assert EVERYTHING in b.told


@pytest.mark.cluster
@only_shared
async def test_two_nodes_lose_no_change_of_each_other(start: Start) -> None:
    nodes = [await start(), await start()]
    await make_key(nodes[0])

    async def add(node: Node, tag: str) -> None:
        directory = node.directory
        async with directory.changes.transaction():
            await directory.changes.take_turn()
            key = await directory.records.keys.get("key_1")
            assert key is not None
            key.tags = [*key.tags, tag]
            await directory.records.keys.put(key)
            await directory.changed("key", "key_1", "updated")

    await asyncio.gather(*(add(nodes[n % 2], str(n)) for n in range(40)))
    key = await nodes[0].directory.records.keys.get("key_1")
    assert key is not None
    assert sorted(key.tags) == sorted(str(n) for n in range(40))
    # Each received all changes, in the order in which they were written.
    assert {one.id for one in nodes[0].told} == {"key_1"}
    assert len(nodes[0].told) == len(nodes[1].told) == 41


async def test_a_new_secret_is_given_again_to_who_asked_for_it_alone(start: Start) -> None:
    node = await start()
    secrets = node.secrets
    await secrets.put("key_1", "sk-secret", "sk-master", "an-idempotency-key")
    assert await secrets.get("key_1", "sk-master", "an-idempotency-key") == "sk-secret"
    for asked_with, key, id in (
        ("sk-other", "an-idempotency-key", "key_1"),
        (None, "an-idempotency-key", "key_1"),
        ("sk-master", "another-key", "key_1"),
        ("sk-master", "an-idempotency-key", "key_2"),
    ):
        assert await secrets.get(id, asked_with, key) is None
    node.clock.now += 599.0
    assert await secrets.get("key_1", "sk-master", "an-idempotency-key") == "sk-secret"
    node.clock.now += 1.0
    assert await secrets.get("key_1", "sk-master", "an-idempotency-key") is None


@pytest.mark.cluster
@only_shared
async def test_a_new_secret_is_given_again_by_another_node(start: Start) -> None:
    a, b = await start(), await start()
    await a.secrets.put("key_1", "sk-secret", "sk-master", "an-idempotency-key")
    assert await b.secrets.get("key_1", "sk-master", "an-idempotency-key") == "sk-secret"
    await b.secrets.drop("key_1")
    assert await a.secrets.get("key_1", "sk-master", "an-idempotency-key") is None


@pytest.mark.cluster
@only_shared
async def test_a_change_that_was_written_without_a_word_is_not_made_again(start: Start) -> None:
    """The database goes away between writing and saying so: who asks again gets what was made the first time."""
    node, made = await start(), list[str]()
    directory = node.directory

    class Cut(Exception):
        """Return the error of a lost connection."""

    @asynccontextmanager
    async def cut() -> AsyncIterator[None]:
        async with directory.changes.transaction():
            yield
        if len(made) == 1:
            raise Cut

    async def make() -> Response:
        made.append(api_keys.mint())
        await directory.records.teams.put(Team(id=f"team_{len(made)}"))
        await directory.changed("team", f"team_{len(made)}", "created")
        return json_response({"made": made[-1]})

    keys = IdempotencyKeys(node.db, node.clock, 3600)
    writes = IdempotentWrites(node.db, keys, lambda prefix: prefix + "1", node="node_1", together=cut)
    request = IdempotentRequest("caller", "team.create", "a-key-of-the-test", b"f")
    with pytest.raises(Cut):
        await writes.run(request, make)
    await node.db.flush()
    again = await writes.run(request, make)
    assert isinstance(again, Response)
    assert json.loads(again.body) == {"made": made[0]}
    assert len(made) == 1
    assert await directory.records.teams.count(ALL) == 1
