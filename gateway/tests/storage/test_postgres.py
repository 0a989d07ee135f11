"""PostgreSQL when it stops, dies, hangs up and is in its own way."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from onceward_gateway.config.storage import StorageSettings
from onceward_gateway.core.clock import SystemClock
from onceward_gateway.core.urls import StoreUrl
from onceward_gateway.db import (
    AlreadyDone,
    Batch,
    Database,
    StorageError,
    StorageUnavailable,
)
from onceward_gateway.db.postgres import PostgresDatabase
from onceward_gateway.db.presence import Folders
from onceward_gateway.db.readiness import Readiness
from onceward_gateway.db.values import array_text

from ..servers import PostgresServer
from .conftest import Cluster

ADD = "INSERT INTO note (id, text) VALUES (?, ?)"
COUNT = "UPDATE counter SET total = total + ? WHERE name = ?"


def record(number: int, text: str = "call") -> Batch:
    """The writes of a call: its row, written once, a second row, and a sum."""
    batch = Batch(once=(ADD, (number, text)))
    batch.add(ADD, (number + 1_000_000, text))
    batch.add_shared(("counter", "a"), COUNT, (1, "a"))
    return batch


async def counted(db: Database) -> tuple[int, int]:
    """The rows that were written, and what the sum says."""
    rows = await db.query("SELECT COUNT(*) FROM note WHERE text = 'call'")
    return rows[0][0], (await db.query("SELECT total FROM counter WHERE name = 'a'"))[0][0]


async def until(condition: Callable[[], bool], what: str, within: float = 20) -> None:
    deadline = time.monotonic() + within
    for _ in iter(condition, True):
        assert time.monotonic() < deadline, f"it took too long until {what}"
        await asyncio.sleep(0.01)


async def until_asked(db: Database, sql: str, rows: list[tuple[Any, ...]], within: float = 20) -> None:
    deadline = time.monotonic() + within
    for _ in itertools.count():
        if await db.query(sql) == rows:
            return
        assert time.monotonic() < deadline, f"it took too long until {sql!r} gave {rows!r}"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
async def test_a_restart_under_load_loses_nothing_and_doubles_nothing(
    cluster: Cluster, postgres: PostgresServer, how: signal.Signals
) -> None:
    nodes = [await cluster.node(), await cluster.node()]
    written: list[int] = []
    events = 0
    stop = False

    async def load(worker: int) -> None:
        nonlocal events
        number = worker
        node = nodes[worker % 2]
        while not stop:
            number += 16
            event = Batch()
            event.add("INSERT INTO note (id, text) VALUES (?, 'event') ON CONFLICT (id) DO NOTHING", (-number,))
            node.enqueue(event)
            events += 1
            try:
                await node.write_batch(record(number))
            except AlreadyDone:
                # The commit had gone through when the connection was lost: it is this call's own row.
                assert await node.one("SELECT text FROM note WHERE id = ?", (number,)) == ("call",)
            written.append(number)

    workers = [asyncio.create_task(load(worker)) for worker in range(16)]
    for _ in range(2):
        before = len(written)
        await until(lambda before=before: len(written) > before + 100, "calls end")  # type: ignore[misc]  # its default
        await asyncio.to_thread(postgres.stop, how)
        await until(lambda: not any(node.connected for node in nodes), "the nodes notice")
        await asyncio.to_thread(postgres.start)
    before = len(written)
    await until(lambda: len(written) > before + 100, "calls end again")
    stop = True
    await asyncio.gather(*workers)
    for node in nodes:
        await node.flush()
        assert node.connected
    assert await counted(nodes[0]) == (2 * len(written), len(written))
    assert (await nodes[0].query("SELECT COUNT(*) FROM note WHERE text = 'event'"))[0][0] == events


async def test_a_write_that_times_out_is_written_later(cluster: Cluster, postgres: PostgresServer) -> None:
    node = await cluster.node(write_timeout_seconds=0.4, connect_timeout_seconds=0.4)
    await node.write_batch(record(1))
    await asyncio.to_thread(postgres.stop)
    try:
        with pytest.raises(StorageUnavailable, match="stay queued"):
            await node.write_batch(record(2))
        with pytest.raises(StorageUnavailable, match="cannot be reached"):
            await node.query("SELECT 1")
        with pytest.raises(StorageUnavailable, match="cannot be reached"):
            await node.write(ADD, (9, "never"))
        with pytest.raises(StorageUnavailable):
            await node.flush()
        assert not node.connected
    finally:
        await asyncio.to_thread(postgres.start)
    await until(lambda: node._committer.connected, "the node writes again")
    await node.flush()
    assert await counted(node) == (4, 2)
    assert node.connected


async def test_reads_and_transactions_wait_for_a_quick_restart(cluster: Cluster, postgres: PostgresServer) -> None:
    node = await cluster.node(connect_timeout_seconds=20)
    await node.write(ADD, (1, "call"))
    await asyncio.to_thread(postgres.stop)
    read = asyncio.create_task(node.one("SELECT text FROM note WHERE id = ?", (1,)))

    async def transact() -> int:
        async with node.transaction():
            return await node.write(ADD, (2, "call"))

    transaction = asyncio.create_task(transact())
    await asyncio.to_thread(postgres.start)
    assert await read == ("call",)
    assert await transaction == 1


async def test_a_frozen_server_is_reported_within_the_timeout(cluster: Cluster) -> None:
    node = await cluster.node(statement_timeout_seconds=0.3, connect_timeout_seconds=0.2)
    ready = Readiness(node, SystemClock(), Folders(Path("/nowhere"), ()))
    ((backend,),) = await node.query("SELECT pg_backend_pid()")
    os.kill(backend, signal.SIGSTOP)
    try:
        with pytest.raises(StorageUnavailable):
            await asyncio.wait_for(node.query("SELECT 1"), 10)
        assert await node.query("SELECT 1") == [(1,)]
        ((backend,),) = await node.query("SELECT pg_backend_pid()")
        os.kill(backend, signal.SIGSTOP)
        assert await asyncio.wait_for(ready.fault(), 10) is not None
        assert await asyncio.wait_for(node.query("SELECT 1"), 10) == [(1,)]
    finally:
        for (stopped,) in await (await cluster.node()).query(
            "SELECT pid FROM pg_stat_activity WHERE datname IS NOT NULL"
        ):
            os.kill(stopped, signal.SIGCONT)


async def test_a_transaction_that_loses_its_connection_is_undone_and_says_so(cluster: Cluster) -> None:
    node, other = await cluster.node(), await cluster.node()

    async def lost() -> None:
        async with node.transaction():
            await node.write(ADD, (1, "lost"))
            await other.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
            )
            await node.write(ADD, (2, "lost"))

    with pytest.raises(StorageUnavailable):
        await lost()
    assert await node.query("SELECT id FROM note") == []


async def test_idle_connections_that_the_server_ended_are_not_used(cluster: Cluster) -> None:
    node, other = await cluster.node(), await cluster.node()
    await asyncio.gather(*(node.query("SELECT pg_sleep(0.01)") for _ in range(5)))
    await other.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()"
    )
    await node.write(ADD, (1, "call"))
    await node.write_batch(record(2))
    assert (await counted(node))[0] == 3


class Line:
    """A connection to the server that a test can cut, after what it lets through."""

    def __init__(self) -> None:
        self.port = 0
        self.swallow = False
        self._writers: list[asyncio.StreamWriter] = []

    def cut(self) -> None:
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        try:
            while data := await reader.read(65536):
                if not (answers and self.swallow):
                    writer.write(data)
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def line_to(server: PostgresServer) -> AsyncIterator[Line]:
    line = Line()
    tasks: list[asyncio.Task[None]] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", server.port)
        line._writers += [writer, far_writer]
        tasks.append(asyncio.create_task(line.carry(reader, far_writer, answers=False)))
        tasks.append(asyncio.create_task(line.carry(far_reader, writer, answers=True)))

    listener = await asyncio.start_server(connected, "127.0.0.1", 0)
    line.port = listener.sockets[0].getsockname()[1]
    yield line
    line.cut()
    listener.close()
    await asyncio.wait(tasks)


async def test_a_commit_whose_answer_is_lost_counts_once(cluster: Cluster, postgres: PostgresServer) -> None:
    watcher = await cluster.node()
    async with line_to(postgres) as line:
        url = StoreUrl(postgres.url().replace(str(postgres.port), str(line.port)))
        node = PostgresDatabase(url, StorageSettings(write_timeout_seconds=20))
        await node.open()
        await node.write_batch(record(1))
        line.swallow = True
        waiting = asyncio.create_task(node.write_batch(record(2)))
        await until_asked(watcher, "SELECT id FROM note WHERE id = 2", [(2,)])
        line.swallow = False
        line.cut()
        with pytest.raises(AlreadyDone):
            await waiting
        await node.write_batch(record(3))
        assert await counted(watcher) == (6, 3)
        await node.close()


async def test_a_deadlock_is_tried_again(cluster: Cluster, postgres: PostgresServer) -> None:
    node = await cluster.node()
    batch = Batch(once=(ADD, (1, "call")))
    batch.add(COUNT, (1, "a"))
    batch.add("SELECT pg_sleep(0.5)")
    batch.add(COUNT, (1, "b"))
    async with await psycopg.AsyncConnection.connect(postgres.url()) as other:
        # The batch is the one that finds out, and is ended.
        await other.execute("SET deadlock_timeout = '1min'")
        await other.execute("UPDATE counter SET total = total + 10 WHERE name = 'b'")
        waiting = asyncio.create_task(node.write_batch(batch))
        asleep = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        await until_asked(node, asleep, [(1,)])
        await other.execute("UPDATE counter SET total = total + 10 WHERE name = 'a'")
        await other.commit()
    await waiting
    assert await node.query("SELECT name, total FROM counter ORDER BY name") == [("a", 11), ("b", 11)]
    assert await node.query("SELECT id FROM note") == [(1,)]


async def test_a_commit_that_fails_undoes_its_batch_and_no_other(cluster: Cluster) -> None:
    """Statements that all worked may still fail when they are committed."""
    node = await cluster.node()
    await node.write("CREATE TABLE child (id BIGINT REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED)")
    try:
        batches = [record(1), record(2), record(3)]
        batches[1].add("INSERT INTO child (id) VALUES (?)", (99,))
        written = await asyncio.gather(*(node.write_batch(batch) for batch in batches), return_exceptions=True)
        assert (written[0], written[2]) == (None, None)
        assert isinstance(written[1], StorageError)
        assert "child" in str(written[1])
        assert await counted(node) == (4, 2)
        assert await node.query("SELECT COUNT(*) FROM child") == [(0,)]
        await node.write_batch(record(4))
        assert await counted(node) == (6, 3)
    finally:
        await node.write("DROP TABLE child")


async def test_changes_of_shared_rows_do_not_deadlock(cluster: Cluster) -> None:
    nodes = [await cluster.node(), await cluster.node()]
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = await nodes[0].query(deadlocks)

    async def call(number: int) -> None:
        batch = Batch(once=(ADD, (number, "call")))
        for name in ("a", "b") if number % 2 else ("b", "a"):
            batch.add_shared(("counter", name), COUNT, (1, name))
        await nodes[number % 2].write_batch(batch)

    for start in range(0, 400, 20):
        await asyncio.gather(*(call(number) for number in range(start, start + 20)))
    assert await nodes[0].query("SELECT name, total FROM counter ORDER BY name") == [("a", 400), ("b", 400)]
    assert await nodes[0].query(deadlocks) == before


async def test_a_statement_timeout_does_not_mark_the_server_as_unavailable(cluster: Cluster) -> None:
    node = await cluster.node(statement_timeout_seconds=0.2)
    with pytest.raises(StorageError, match="timeout") as refused:
        await node.query("SELECT pg_sleep(5)")
    assert not isinstance(refused.value, StorageUnavailable)
    assert node.connected


async def test_arrays_are_read_as_they_were_written(cluster: Cluster) -> None:
    node = await cluster.node()
    texts: list[str | int | float] = [
        "",
        "plain",
        'a "b"',
        "c\\d\\",
        "{e,f}",
        "NULL",
        " g ",
        "Büro 🙂",
        "new\nline",
        "'",
    ]
    numbers: list[str | int | float] = [0, -1, 2**63 - 1]
    times: list[str | int | float] = [0.0, 1_790_000_000.25, 1e17]
    for kind, values in (("TEXT", texts), ("BIGINT", numbers), ("DOUBLE PRECISION", times)):
        array = f"UNNEST(CAST(? AS {kind}[])) WITH ORDINALITY AS one (value, number)"
        rows = await node.query(f"SELECT value FROM {array} ORDER BY number", (array_text(values),))
        assert [value for (value,) in rows] == values


async def test_more_statements_than_a_connection_keeps(cluster: Cluster) -> None:
    node = await cluster.node()
    for start in range(0, 1100, 100):
        batch = Batch()
        for number in range(start, start + 100):
            batch.add(f"INSERT INTO note (id, text) VALUES (?, 'call') /* {number} */", (number,))
        await node.write_batch(batch)
    assert (await counted(node))[0] == 1100


async def test_closing_writes_what_is_queued(cluster: Cluster) -> None:
    node, other = await cluster.node(), await cluster.node()
    for number in range(50):
        node.enqueue(record(number))
    await node.close()
    assert await counted(other) == (100, 50)


async def test_no_error_shows_the_password(postgres: PostgresServer, caplog: pytest.LogCaptureFixture) -> None:
    port = postgres.port
    for address, says in (
        (f"postgresql://onceward:hunter%402@127.0.0.1:{port}/nowhere", "nowhere"),
        (f"postgresql://onceward@127.0.0.1:{port}/nowhere?password=hunter%402", "nowhere"),
        ("postgresql://onceward:hunter%402@127.0.0.1:1/x", "refused"),
    ):
        node = PostgresDatabase(StoreUrl(address), StorageSettings(write_timeout_seconds=0.5))
        with pytest.raises(StorageUnavailable) as refused:
            await node.open()
        shown = str(refused.value) + repr(refused.value) + caplog.text + repr(node.__dict__["url"])
        assert says in shown
        assert "hunter" not in shown


async def test_each_reads_its_own_and_the_others_writes(cluster: Cluster) -> None:
    nodes: list[Any] = [await cluster.node(), await cluster.node()]

    async def call(number: int) -> None:
        await nodes[number % 2].write_batch(record(number))
        assert await nodes[1 - number % 2].one("SELECT text FROM note WHERE id = ?", (number,)) == ("call",)

    await asyncio.gather(*(call(number) for number in range(100)))
    assert await counted(nodes[0]) == (200, 100)
