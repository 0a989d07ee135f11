"""One effect per key, whatever happens in whatever order: to calls and to writes, on one node and on two."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from onceward_gateway.core.errors import ApiError
from onceward_gateway.db import Database, StorageUnavailable
from onceward_gateway.testing.clock import ManualClock

from ..databases import database_in
from .world import EFFECTS, KEEP_SECONDS, Client, Effect, World

KINDS = ["call", "write", "change"]
_NODES = st.integers(0, 1)


_COMPLETED = ("end", "completed")


def _send(kind: str, node: int = 0) -> tuple[str, str, str, str, int]:
    return "send", kind, "a", "x", node


@st.composite
def _events(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Return what happens: mostly to one kind of requests with one key, which is what the engine is for."""
    usual = st.tuples(st.just("send"), st.just(draw(st.sampled_from(KINDS))), st.just("a"), st.just("x"), _NODES)
    other = st.tuples(st.just("send"), st.sampled_from(KINDS), st.sampled_from("ab"), st.sampled_from("xy"), _NODES)
    turn = st.tuples(st.just("turn"), st.integers(1, 40))
    end = st.tuples(st.just("end"), st.sampled_from(["completed", "failed", "refused"]))
    rare = st.one_of(
        st.tuples(st.just("crash"), _NODES), st.tuples(st.just("lose"), _NODES), st.tuples(st.just("expire")), other
    )
    return draw(st.lists(st.one_of(usual, usual, turn, turn, end, rare), max_size=25))


_principals = itertools.count(1)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[asyncio.AbstractEventLoop, Database]]:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(_ignore_the_dead)
    db = database_in(tmp_path_factory.mktemp("engine"))

    async def prepare() -> None:
        await db.open()
        await db.write(EFFECTS)
        await db.flush()

    loop.run_until_complete(prepare())
    yield loop, db
    loop.run_until_complete(db.close())
    loop.close()


def _ignore_the_dead(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report every error that nobody awaited, except those of writes on nodes that crashed."""
    if not isinstance(context.get("exception"), StorageUnavailable):
        loop.default_exception_handler(context)


async def play(world: World, events: list[tuple[Any, ...]]) -> None:
    for name, *parameters in events:
        if name == "send":
            world.send(*parameters)
        elif name == "end":
            world.end(*parameters)
        elif name == "turn":
            await world.turn(*parameters)
        elif name == "crash":
            await world.crash(*parameters)
        elif name == "lose":
            await world.lose(*parameters)
        else:
            await world.expire()
    await world.settle()


def assert_one_effect(committed: list[Effect]) -> None:
    """Fail if a key had a second effect before it expired."""
    for key in "ab":
        effects = [effect for effect in committed if effect.key == key]
        for first, second in itertools.pairwise(sorted(effects, key=lambda effect: effect.claimed)):
            assert second.begun >= first.claimed + KEEP_SECONDS, (first, second)


def assert_only_retryable_calls_are_made_again(effects: list[Effect]) -> None:
    """Fail if a provider was asked again under a key whose call had not failed in a way that may be retried."""
    for key in "ab":
        calls = [effect for effect in effects if effect.key == key and effect.kind == "call"]
        for first, second in itertools.pairwise(calls):
            assert first.ended == "failed" or second.begun >= first.claimed + KEEP_SECONDS, (first, second)


def assert_answered(client: Client, clients: list[Client], committed: list[Effect]) -> None:
    """Fail if a client got anything but the answer of its own effect, or a conflict without a reason."""
    error = client.task.exception()
    others = [one for one in clients if one.key == client.key and (one.kind, one.body) != (client.kind, client.body)]
    stored = [
        effect
        for effect in committed
        if effect.key == client.key
        and effect.committed is not None
        and effect.committed < client.order
        and client.done < effect.claimed + KEEP_SECONDS
    ]
    if error is None:
        (effect,) = [one for one in committed if one.bytes == client.task.result()]
        assert (effect.kind, effect.key, effect.body) == (client.kind, client.key, client.body)
        assert all(one is effect for one in stored)
        return
    assert isinstance(error, ApiError), error
    if error.code == "idempotency_key_reused":
        assert error.status == 409
        assert others
    if error.code == "request_taken_over":
        # By another node, to which this one is dead, or whose clock says that the key has expired.
        assert client.node.lost or client.done >= ManualClock().time() + KEEP_SECONDS
    assert all((one.kind, one.body) != (client.kind, client.body) for one in stored), "an answer was not replayed"
    assert not stored or error.code == "idempotency_key_reused"


@pytest.mark.parametrize("shared", [False, True], ids=["one node", "two nodes"])
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(events=[_send("write"), ("turn", 1), _send("write")], pauses=[5, 5, 0, 1, 30]).via("a stale look-up")
@example(
    events=[_send("change"), ("turn", 40), ("lose", 0), _send("change", 1), ("turn", 40), _COMPLETED, _COMPLETED],
    pauses=[],
).via("a write of a node that was declared dead")
@example(events=[_send("call"), ("turn", 40), ("end", "refused"), ("turn", 40), _send("call")], pauses=[]).via(
    "a failure that was billed"
)
@example(events=[_send("change"), ("turn", 40), ("end", "failed"), ("turn", 40), _send("change", 1)], pauses=[]).via(
    "a write that failed before it was written"
)
@example(
    events=[_send("change"), ("turn", 40), _send("change", 1), ("turn", 40), _COMPLETED, _COMPLETED], pauses=[]
).via("a write that runs on another node")
@given(events=_events(), pauses=st.lists(st.sampled_from([0, 0, 1, 2, 5, 12]), max_size=12))
def test_a_key_has_one_effect(
    opened: tuple[asyncio.AbstractEventLoop, Database],
    shared: bool,
    events: list[tuple[Any, ...]],
    pauses: list[int],
) -> None:
    loop, db = opened
    loop.run_until_complete(_check(db, shared=shared, events=events, pauses=pauses))


async def _check(db: Database, *, shared: bool, events: list[tuple[Any, ...]], pauses: list[int]) -> None:
    world = World(db, pauses, shared=shared, principal=f"p{next(_principals)}-")
    try:
        await play(world, events)
        committed = await world.committed()
        assert_one_effect(committed)
        assert_only_retryable_calls_are_made_again(world.effects)
        for client in world.clients:
            if not client.node.db.dead:
                assert_answered(client, world.clients, committed)
        for node in world.nodes:
            assert not node.keys._claims
    finally:
        await world.close()
