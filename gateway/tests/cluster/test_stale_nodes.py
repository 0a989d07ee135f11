"""A node that learns late that it lost its calls does not overwrite their results."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from onceward_gateway.calls import sql
from onceward_gateway.calls.idempotent_calls import IdempotentCalls, NewCall
from onceward_gateway.calls.repository import CallStore
from onceward_gateway.cluster.membership import Nodes
from onceward_gateway.config.cluster import ClusterSettings
from onceward_gateway.config.load import Settings
from onceward_gateway.config.storage import StorageSettings
from onceward_gateway.core.call_record import CallRecord, read_record
from onceward_gateway.core.clock import SystemClock
from onceward_gateway.db import (
    Batch,
    Database,
    StorageUnavailable,
    open_database,
)
from onceward_gateway.idempotency.engine import Claim, IdempotencyKeys
from onceward_gateway.idempotency.repository import IdempotencyStore
from onceward_gateway.idempotency.request import IdempotentRequest

from ..databases import database_in, url_for
from .gateways import no_postgres

RUNNING = CallRecord(
    id="call_1",
    principal="p",
    operation="chat",
    model="onceward/echo",
    provider="offline",
    status="in_progress",
    stream=True,
    key="k",
    attempts=1,
    request_id="req_1",
    created_at=1.0,
    node="node_heir",
)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    made = database_in(tmp_path)
    await made.open()
    yield made
    await made.close()


async def put(db: Database, *records: CallRecord) -> CallRecord:
    """Write them one after the other and return the final state."""
    store = CallStore(db)
    for record in records:
        batch = Batch()
        store.put_record(batch, record)
        await db.write_batch(batch)
    found = await store.find("p", "call_1")
    assert found is not None
    return found


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
async def test_a_call_that_its_successor_ended_is_not_interrupted(db: Database, status: str) -> None:
    ended = replace(RUNNING, status=status, finished_at=2.0)
    late = replace(RUNNING, status="interrupted", node="node_late", finished_at=3.0)
    found = await put(db, RUNNING, ended, late)
    assert (found.status, found.node, found.finished_at) == (status, "node_heir", 2.0)


async def test_a_call_that_its_successor_runs_is_not_interrupted(db: Database) -> None:
    late = replace(RUNNING, status="interrupted", node="node_late", finished_at=3.0)
    assert (await put(db, RUNNING, late)).status == "in_progress"


async def test_the_end_that_was_paid_is_the_end(db: Database) -> None:
    late = replace(RUNNING, status="completed", node="node_late", finished_at=3.0)
    assert (await put(db, RUNNING, late)).status == "completed"


@pytest.mark.parametrize("status", ["failed", "cancelled"])
async def test_a_late_interruption_does_not_end_the_call_of_its_successor(db: Database, status: str) -> None:
    late = replace(RUNNING, status=status, node="node_late", finished_at=3.0)
    assert (await put(db, RUNNING, late)).status == "in_progress"


async def test_a_node_interrupts_what_is_its_own(db: Database) -> None:
    own = replace(RUNNING, status="interrupted", finished_at=3.0)
    assert (await put(db, RUNNING, own)).status == "interrupted"


def calls_with(db: Any, keys: IdempotencyKeys, node: str) -> IdempotentCalls:
    """Return the keyed calls of a node that makes none."""
    nodes, unused = Nodes(db, SystemClock(), ClusterSettings(), node), Any
    return IdempotentCalls(
        db, keys, nodes, lambda prefix: prefix + "1", CallStore(db), running={}, follow=unused, interrupt=unused
    )


class Unanswered:
    """A database whose answer to a claim is lost, and that is slow to write what is queued."""

    shared = True
    backlog = 0

    def __init__(self, db: Database) -> None:
        self._db = db
        self.queued: list[Batch] = []

    def enqueue(self, batch: Batch) -> None:
        self.queued.append(batch)

    async def changed(self, statement: str, parameters: Any = ()) -> Any:
        await self._db.changed(statement, parameters)
        raise StorageUnavailable("The server closed the connection.")


@pytest.fixture
async def shared(tmp_path: Path) -> AsyncIterator[Database]:
    url = url_for(tmp_path, "postgresql")
    made = open_database(Settings(data_dir=tmp_path, storage=StorageSettings(database_url=url)))
    await made.open()
    yield made
    await made.close()


@pytest.mark.cluster
@pytest.mark.skipif(no_postgres(), reason="PostgreSQL is not installed")
@pytest.mark.parametrize("heir", ["completed", "in_progress", "interrupted", None])
async def test_a_claim_that_is_undone_late_keeps_the_key_of_the_successor(shared: Database, heir: Any) -> None:
    lost: Any = Unanswered(shared)
    calls = calls_with(lost, IdempotencyKeys(lost, SystemClock(), 3600.0), "node_late")
    presented = IdempotentRequest("p", "chat", "k", b"same", stream=True, request_id="req_1", body_bytes=10)
    claim: Any = await calls.enter(presented, look_up=False)
    with pytest.raises(StorageUnavailable):
        await calls.new_call(presented, claim, model="onceward/echo", provider="offline")
    store = CallStore(shared)
    if heir is not None:
        await shared.write("UPDATE call SET node = ?, status = ? WHERE id = ?", ("node_heir", heir, "call_1"))
    for batch in lost.queued:
        await shared.write_batch(batch)
    found = await IdempotencyStore(shared).find(sql.FIND_KEY, "p", "k", SystemClock().time())
    assert (found is None) is (heir is None)
    assert (await store.find("p", "call_1") is None) is (heir is None)
    assert found is None or (found.named is not None and read_record(found.named).status == heir)


async def test_events_that_are_logged_stay_when_a_late_node_logs_fewer_of_them(db: Database) -> None:
    store = CallStore(db)
    frames = [b"id: call_1:%d\ndata: %d\n\n" % (number, number) for number in range(1, 9)]
    for first, last in ((1, 2), (3, 8), (3, 4), (3, 7)):
        batch = Batch()
        store.put_events(batch, ("call_1", first, last, b"".join(frames[first - 1 : last])))
        await db.write_batch(batch)
    blocks = await store.events("call_1", 0)
    assert b"".join(block.data for block in blocks) == b"".join(frames)


@pytest.mark.parametrize(
    ("node", "status", "kept"),
    [
        ("node_late", "in_progress", True),
        ("node_late", "completed", True),
        ("node_heir", "completed", True),
        ("node_heir", "in_progress", False),
    ],
)
async def test_a_lost_claim_releases_no_key(db: Database, node: str, status: Any, kept: bool) -> None:
    batch = Batch()
    IdempotencyStore.put(batch, ("p", "k", "chat", b"body", "call_1", 100.0))
    await db.write_batch(batch)
    await put(db, replace(RUNNING, status=status))
    keys = IdempotencyKeys(db, SystemClock(), 60.0)
    # Of two nodes: SQLite has the statements too.
    shared: Any = SimpleNamespace(shared=True, backlog=0)
    calls = calls_with(shared, keys, node)
    presented = IdempotentRequest("p", "chat", "k", b"body", stream=True, request_id="req_1")
    claim = Claim(presented, 100.0, recorded=True)
    call = NewCall(presented, replace(RUNNING, node=node), claim)
    claim.effect = calls._effect(call, claim)
    await calls.release(call)
    assert (await keys.store.find(sql.FIND_KEY, "p", "k", 50.0) is not None) is kept
