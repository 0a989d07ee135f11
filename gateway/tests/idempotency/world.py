"""Nodes over one database, with calls and writes whose ends a test decides, and a record of everything that happened.

The engine, its statements and the database are the gateway's. Around them, a call is a record and an answer, a write
inserts one row, and a client is a task.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from onceward_gateway.calls import sql as calls_sql
from onceward_gateway.calls.idempotent_calls import IdempotentCalls, NewCall
from onceward_gateway.calls.remote import lost
from onceward_gateway.calls.repository import CallStore
from onceward_gateway.core.answer import Answer
from onceward_gateway.core.call_record import CallRecord, read_record
from onceward_gateway.core.errors import ApiError
from onceward_gateway.db import Batch, Database, StorageUnavailable
from onceward_gateway.http.request import Change, Response
from onceward_gateway.idempotency.engine import Attached, Claim, IdempotencyKeys, Replay
from onceward_gateway.idempotency.request import IdempotentRequest
from onceward_gateway.idempotency.sql import CLAIM_KEY
from onceward_gateway.idempotency.writes import IdempotentWrites
from onceward_gateway.testing.clock import ManualClock

KEEP_SECONDS = 1000.0
_KEY_PARAMETERS = 10
# The order of events. One sequence for all worlds: they share the table of effects.
_numbers = itertools.count(1)
EFFECTS = "CREATE TABLE IF NOT EXISTS effect (number BIGINT, body TEXT)"


class NodeDatabase:
    """A node's view of the database: it pauses before every statement, and executes none once the node is dead.

    With `shared` on SQLite, the one statement that only PostgreSQL has is replaced by two in a transaction.
    """

    connected = True
    backlog = 0

    def __init__(self, db: Database, pauses: Iterator[int], *, shared: bool) -> None:
        self._db = db
        self._pauses = pauses
        self._emulated = shared and not db.shared
        self.shared = shared
        self.dead = False

    async def _pause(self) -> None:
        for _ in range(next(self._pauses)):
            await asyncio.sleep(0)
        if self.dead:
            raise StorageUnavailable("The node is dead.")

    async def one(self, sql: str, parameters: Any = ()) -> Any:
        await self._pause()
        row = await self._db.one(sql, parameters)
        if self.shared:
            # An answer over the network may be stale when it arrives.
            await self._pause()
        return row

    async def query(self, sql: str, parameters: Any = ()) -> Any:
        await self._pause()
        return await self._db.query(sql, parameters)

    async def write(self, sql: str, parameters: Any = ()) -> int:
        await self._pause()
        return await self._db.write(sql, parameters)

    async def changed(self, sql: str, parameters: Any = ()) -> Any:
        await self._pause()
        if not (self._emulated and sql == calls_sql.CLAIM_CALL):
            return await self._db.changed(sql, parameters)
        async with self._db.transaction():
            rows = await self._db.changed(CLAIM_KEY, parameters[:_KEY_PARAMETERS])
            if rows:
                batch = Batch()
                CallStore.put_record(batch, read_record(parameters[_KEY_PARAMETERS:]))
                await self._db.write_batch(batch)
            return rows

    def transaction(self) -> Any:
        return self._db.transaction()

    async def write_batch(self, batch: Batch) -> None:
        await self._pause()
        await self._db.write_batch(batch)

    def enqueue(self, batch: Batch) -> None:
        if not self.dead:
            self._db.enqueue(batch)

    async def flush(self) -> None:
        await self._pause()
        await self._db.flush()


@dataclass(eq=False)
class Run:
    """A call that runs: its end is decided by the test."""

    record: CallRecord
    claim: Claim | None
    answer: Answer | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def body(self) -> bytes | None:
        return None if self.answer is None else self.answer.body


@dataclass(eq=False)
class Effect:
    """A call or write that began, and waits for the test to decide its end."""

    kind: str
    key: str
    body: str
    number: int
    claimed: float
    begun: float
    decision: asyncio.Future[str]
    node: Node
    ended: str = ""
    committed: int | None = None

    @property
    def bytes(self) -> bytes:
        return f"{self.number}:{self.body}".encode()


class Node:
    """One process: an engine, with calls and writes over it."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.lost = False
        self.db: Any = NodeDatabase(world.db, world.pauses, shared=world.shared)
        nodes: Any = SimpleNamespace(id=name)
        self.keys = IdempotencyKeys(self.db, world.clock, KEEP_SECONDS)
        self.store = CallStore(self.db)
        self.running: dict[str, Any] = {}
        self.calls = IdempotentCalls(
            self.db,
            self.keys,
            nodes,
            world.new_id,
            self.store,
            running=self.running,
            follow=self._follow,
            interrupt=self._interrupt,
        )
        self.writes = IdempotentWrites(self.db, self.keys, world.new_id, node=name, together=self._transaction)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        async with self.db.transaction():
            yield

    # -- calls

    async def call(self, request: IdempotentRequest, body: str) -> bytes:
        """Return the answer of a call, as `api/inference.py` obtains it."""
        look_up = False
        while True:
            outcome = await self.calls.enter(request, look_up=look_up)
            if isinstance(outcome, Replay):
                return await self._stored(outcome.ended)
            if isinstance(outcome, Attached):
                stream: Any = outcome.running
                await stream.over.wait()
                return await self._stored(stream.record)
            await self.db._pause()
            call = await self.calls.new_call(request, outcome, model="m", provider="p")
            if call is not None:
                run: Any = await self._run(call, request, body)
                return await self._stored(run.record)
            look_up = True

    async def _run(self, call: NewCall, request: IdempotentRequest, body: str) -> Run:
        run: Any = Run(call.record, call.claim)
        assert call.claim is not None
        self.running[run.record.id] = run
        self.calls.begun(call, run)
        if not call.claim.recorded:
            # Durable before a provider is asked.
            await self._record(call.claim, run)
        claimed = call.claim.expires_at - KEEP_SECONDS
        effect = self.world.begin("call", request.key or "", body, self, claimed)
        effect.ended = await effect.decision
        record = run.record
        record.finished_at = self.world.clock.time()
        record.status = "completed" if effect.ended == "completed" else "failed"
        if record.status == "failed":
            record.error_status, record.error = 500, {"message": "no", "retryable": effect.ended == "failed"}
            record.cost_nano = 5
        else:
            run.answer = Answer(effect.bytes)
            record.usage = {"number": effect.number}
        await self._record(None, run)
        effect.committed = next(_numbers)
        del self.running[record.id]
        self.calls.ended(run)
        run.over.set()
        return run

    async def _record(self, claim: Claim | None, run: Any) -> None:
        batch = Batch()
        if claim is not None:
            self.calls.record(batch, run)
        self.calls.put_answer(batch, run)
        self.store.put_record(batch, run.record)
        await self.db.write_batch(batch)

    async def _stored(self, record: CallRecord) -> bytes:
        if record.status != "completed":
            raise record.failure()
        answer = await self.keys.store.answer(record.id)
        if answer is None:
            # The key expired meanwhile.
            raise lost(record.id)
        return answer.body

    def _follow(self, record: CallRecord) -> Any:
        run = Run(record, None)

        async def follow() -> None:
            while run.record.status == "in_progress":
                await self.world.clock.sleep(0.2)
                found = await self.store.find(record.principal, record.id)
                assert found is not None
                run.record = found
            run.over.set()

        self.world.spawn(follow())
        return run

    async def _interrupt(self, record: CallRecord) -> None:
        parameters = (self.world.clock.time(), record.id, self.name, record.attempt)
        await self.store.interrupt(calls_sql.INTERRUPT_ONE, parameters)

    # -- writes

    async def write(self, request: IdempotentRequest, body: str, *, whole: bool) -> bytes:
        """Return the answer of a write: in one transaction, or prepared first and written then."""

        async def act() -> Response | Change:
            kind = "write" if whole else "change"
            effect = self.world.begin(kind, request.key or "", body, self, self.world.clock.time())
            effect.ended = "completed" if whole else await effect.decision
            if effect.ended == "failed":
                raise ApiError(400, "It cannot be prepared.", code="failed")

            async def write() -> Response:
                await self.db.write("INSERT INTO effect (number, body) VALUES (?, ?)", (effect.number, body))
                if effect.ended == "refused":
                    raise ApiError(400, "It cannot be written.", code="failed")
                return Response(200, effect.bytes)

            return await write() if whole else Change(write)

        reply: Any = await self.writes.run(request, act, whole=whole)
        self.world.committed_now(reply.body)
        return bytes(reply.body)


@dataclass(eq=False)
class Client:
    """A request that was sent, and what came of it."""

    key: str
    kind: str
    body: str
    node: Node
    order: int
    sent: float
    task: asyncio.Task[bytes]
    done: float = 0.0


class World:
    """The nodes, their clients, and the effects that they had."""

    def __init__(self, db: Database, pauses: list[int], *, shared: bool, principal: str) -> None:
        self.db = db
        self.shared = shared or db.shared
        self.clock = ManualClock()
        self.pauses = itertools.cycle(pauses or [0])
        self.principal = principal
        self.effects: list[Effect] = []
        self.clients: list[Client] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self.nodes = [self._node() for _ in range(2 if self.shared else 1)]

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{self.principal}_{next(_numbers)}"

    def _node(self) -> Node:
        return Node(self, self.new_id("node_"))

    def spawn(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        return task  # type: ignore[return-value]

    def begin(self, kind: str, key: str, body: str, node: Node, claimed: float) -> Effect:
        decision = asyncio.get_running_loop().create_future()
        effect = Effect(kind, key, body, next(_numbers), claimed, self.clock.time(), decision, node)
        self.effects.append(effect)
        return effect

    def committed_now(self, answer: bytes) -> None:
        """Note that a write has ended, unless it is a replay."""
        number = int(answer.split(b":")[0])
        for effect in self.effects:
            if effect.number == number and effect.committed is None:
                effect.committed = next(_numbers)

    # -- what a test does

    def send(self, kind: str, key: str, body: str, node: int) -> None:
        """Send a request to a node."""
        chosen = self.nodes[node % len(self.nodes)]
        digest = hashlib.sha256(f"{kind}{body}".encode()).digest()
        request = IdempotentRequest(self.principal, kind, key, digest)
        if kind == "call":
            work = chosen.call(request, body)
        else:
            work = chosen.write(request, body, whole=kind == "write")
        client = Client(key, kind, body, chosen, next(_numbers), self.clock.time(), self.spawn(work))
        client.task.add_done_callback(lambda _: setattr(client, "done", self.clock.time()))
        self.clients.append(client)

    def end(self, how: str) -> None:
        """End the call or write that has waited longest."""
        for effect in self.effects:
            if not effect.decision.done() and not effect.node.db.dead:
                effect.decision.set_result(how)
                return

    async def crash(self, node: int) -> None:
        """Stop a node between two statements, and let another one, or the next start, take over what it left."""
        at = node % len(self.nodes)
        dead = self.nodes[at]
        dead.db.dead = True
        for effect in self.effects:
            if effect.node is dead:
                effect.decision.cancel()
        for client in self.clients:
            if client.node is dead:
                client.task.cancel()
        self.nodes[at] = self._node()
        heir = self.nodes[(at + 1) % len(self.nodes)]
        await heir.keys.died(dead.name)
        await heir.store.interrupt(calls_sql.INTERRUPT, (self.clock.time(), dead.name))

    async def lose(self, node: int) -> None:
        """Declare a node dead that is alive, and free the keys of its writes."""
        lost = self.nodes[node % len(self.nodes)]
        if len(self.nodes) > 1:
            lost.lost = True
            await self.nodes[(node + 1) % len(self.nodes)].keys.died(lost.name)

    async def expire(self) -> None:
        """Let every key expire that is stored now."""
        await self.clock.advance(KEEP_SECONDS + 1)
        await self.nodes[0].keys.sweep()

    @staticmethod
    async def turn(count: int) -> None:
        """Let everything run for some turns of the event loop."""
        for _ in range(count):
            await asyncio.sleep(0)

    async def settle(self) -> None:
        """End everything, and wait until every client of a living node has its answer."""
        end = self.clock.time() + KEEP_SECONDS / 2
        async with asyncio.timeout(10):
            while any(not client.task.done() for client in self.clients if not client.node.db.dead):
                assert self.clock.time() < end, "a client waits for ever"
                self.end("completed")
                await self.clock.advance(0.1)
                await asyncio.sleep(0.001 if self.db.shared else 0)
        await self.turn(2)

    async def close(self) -> None:
        """Stop the tasks of dead nodes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what happened

    async def committed(self) -> list[Effect]:
        """Return the effects that the database has."""
        await self.db.flush()
        calls = "SELECT usage FROM call WHERE principal = ? AND status = 'completed'"
        numbers = {json.loads(usage)["number"] for (usage,) in await self.db.query(calls, (self.principal,))}
        numbers |= {int(number) for (number,) in await self.db.query("SELECT number FROM effect")}
        return [effect for effect in self.effects if effect.number in numbers]
