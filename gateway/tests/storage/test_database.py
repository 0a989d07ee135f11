"""Behavior common to both databases."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from onceward_gateway.db import (
    AlreadyDone,
    Batch,
    Database,
    Increment,
    StorageError,
    Unstorable,
)

ADD = "INSERT INTO note (id, text) VALUES (?, ?)"
COUNT = "UPDATE counter SET total = total + ? WHERE name = ?"
COUNTED = Increment(COUNT, lambda key: ("counter", *key), amounts_first=True)


async def notes(db: Database) -> list[tuple[Any, ...]]:
    return await db.query("SELECT id, text FROM note ORDER BY id")


async def total(db: Database, name: str = "a") -> int:
    row = await db.one("SELECT total FROM counter WHERE name = ?", (name,))
    assert row is not None
    found: int = row[0]
    return found


async def test_written_rows_are_read(db: Database) -> None:
    assert await db.write(ADD, (1, "one")) == 1
    await db.write_many(ADD, [(2, "two"), (3, None)])
    assert await notes(db) == [(1, "one"), (2, "two"), (3, None)]
    assert await db.one("SELECT text FROM note WHERE id = ?", (9,)) is None
    assert await db.changed("UPDATE note SET text = ? WHERE id < ? RETURNING id, text", ("x", 2)) == [(1, "x")]
    assert await db.write("DELETE FROM note WHERE id > ?", (1,)) == 2
    await db.flush()
    assert await db.query_in_thread("SELECT COUNT(*), CAST(SUM(id) AS BIGINT) FROM note") == [(1, 1)]


async def test_values_come_back_as_they_were(db: Database) -> None:
    values = (2**63 - 1, "what's $1? ü 模型 %s", 1_800_000_000.123456, b"\x00\xff?")
    await db.write("INSERT INTO note (id, text, at, data) VALUES (?, ?, ?, ?)", values)
    assert await db.query("SELECT id, text, at, data FROM note WHERE text <> '?'") == [values]
    batch = Batch()
    batch.add("INSERT INTO note (id, text, at, data) VALUES (?, ?, ?, ?)", (-(2**63), *values[1:]))
    await db.write_batch(batch)
    assert await db.query("SELECT id, text, at, data FROM note WHERE id < ?", (0,)) == [(-(2**63), *values[1:])]
    assert await db.one("SELECT SUM(id) FROM note WHERE id < 0") == (-(2**63),)


@pytest.mark.parametrize(("id", "text"), [(1, "a\0b"), (2**63, "x"), (1, "\ud800")])
async def test_values_that_cannot_be_stored_are_refused(db: Database, id: int, text: str) -> None:
    with pytest.raises(Unstorable, match="cannot keep a value"):
        await db.write(ADD, (id, text))
    with pytest.raises(Unstorable):
        await db.query("SELECT id FROM note WHERE text = ? AND id = ?", (text, id))
    assert await notes(db) == []


async def test_a_record_is_kept_whatever_its_texts_are(db: Database) -> None:
    batch = Batch(once=(ADD, (1, "a\0b")))
    batch.add(ADD, (2, "half \ud83d of one"))
    await db.write_batch(batch)
    assert await notes(db) == [(1, "a\ufffdb"), (2, "half \ufffd of one")]


async def undone(db: Database, row: tuple[int, str]) -> None:
    async with db.transaction():
        await db.write(ADD, row)
        raise KeyError("mine")


async def failing(db: Database, *rows: tuple[int, str]) -> None:
    async with db.transaction():
        for row in rows:
            await db.write(ADD, row)


async def swallowing(db: Database, *rows: tuple[int, str]) -> None:
    async with db.transaction():
        for row in rows:
            with contextlib.suppress(StorageError):
                await db.write(ADD, row)


async def test_a_transaction_is_all_or_nothing(db: Database) -> None:
    async with db.transaction():
        await db.write(ADD, (1, "one"))
        assert await notes(db) == [(1, "one")]
    with pytest.raises(KeyError, match="mine"):
        await undone(db, (2, "two"))
    assert await notes(db) == [(1, "one")]


async def test_transactions_nest(db: Database) -> None:
    async with db.transaction():
        await db.write(ADD, (1, "one"))
        with pytest.raises(StorageError):
            await failing(db, (2, "two"), (1, "again"))
        async with db.transaction():
            await db.write(ADD, (3, "three"))
    assert await notes(db) == [(1, "one"), (3, "three")]


async def test_a_failure_that_was_swallowed_undoes_its_block(db: Database) -> None:
    await db.write(ADD, (1, "one"))
    with pytest.raises(StorageError, match="nothing of the transaction was written"):
        await swallowing(db, (2, "two"), (1, "again"), (3, "three"))
    assert await notes(db) == [(1, "one")]


async def test_a_cancelled_transaction_leaves_nothing(db: Database) -> None:
    began = asyncio.Event()

    async def stuck() -> None:
        async with db.transaction():
            await db.write(ADD, (1, "one"))
            began.set()
            await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(stuck())
    await began.wait()
    task.cancel()
    await asyncio.wait([task])
    assert await notes(db) == []
    await db.write(ADD, (1, "free"))


async def test_others_do_not_get_into_a_transaction(db: Database) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def undone() -> None:
        async with db.transaction():
            await db.write(ADD, (1, "mine"))
            began.set()
            await go_on.wait()
            raise KeyError

    async def other() -> None:
        await db.write(ADD, (2, "other"))

    first = asyncio.create_task(undone())
    await began.wait()
    second = asyncio.create_task(other())
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    with pytest.raises(KeyError):
        await first
    await second
    assert await notes(db) == [(2, "other")]


async def test_reserving_in_transactions_never_overdraws(db: Database) -> None:
    """Each takes one if fewer than 20 are taken, with a row that says so."""

    async def take(number: int) -> bool:
        async with db.transaction():
            if not await db.write("UPDATE counter SET total = total + 1 WHERE name = ? AND total < ?", ("a", 20)):
                return False
            await db.write(ADD, (number, "taken"))
            return True

    taken = await asyncio.gather(*(take(number) for number in range(50)))
    assert sum(taken) == await total(db) == len(await notes(db)) == 20


async def test_a_batch_is_written_once(db: Database) -> None:
    batch = Batch(once=(f"{ADD} ON CONFLICT (id) DO NOTHING", (1, "one")))
    batch.add(ADD, (2, "two"))
    batch.add_shared(("counter", "a"), COUNT, (5, "a"))
    await db.write_batch(batch)
    with pytest.raises(AlreadyDone):
        await db.write_batch(batch)
    again = Batch(once=(ADD, (1, "other")))
    again.add_shared(("counter", "a"), COUNT, (5, "a"))
    with pytest.raises(AlreadyDone):
        async with db.transaction():
            await db.write_batch(again)
    assert await notes(db) == [(1, "one"), (2, "two")]
    assert await total(db) == 5


async def test_a_batch_that_fails_keeps_no_other_from_being_written(db: Database) -> None:
    await db.write(ADD, (7, "there"))

    async def put(number: int) -> str:
        batch = Batch(once=(ADD, (100 + number, "once")))
        batch.add_many(ADD, [(number, "good"), (1000 + number, "good")])
        batch.add_shared(("counter", "a"), COUNT, (1, "a"))
        try:
            await db.write_batch(batch)
        except StorageError:
            return "failed"
        return "written"

    ended = await asyncio.gather(*(put(number) for number in range(20)))
    assert [number for number, end in enumerate(ended) if end == "failed"] == [7]
    assert await total(db) == 19
    assert len(await notes(db)) == 1 + 3 * 19
    assert await db.one("SELECT COUNT(*) FROM note WHERE id IN (107, 1007)") == (0,)


async def test_increments_count_exactly_what_is_written(db: Database) -> None:
    """Of batches that come together, one is there already and one fails: neither is counted."""
    await db.write_many(ADD, [(7, "there"), (1011, "there")])

    async def put(number: int) -> str:
        batch = Batch(once=(ADD, (1000 + number, "once")))
        batch.add(ADD, (number, "good"))
        batch.increment(COUNTED, ("a",), 1)
        batch.increment(COUNTED, ("ab"[number % 2],), 10)
        try:
            await db.write_batch(batch)
        except StorageError:
            return "failed"
        except AlreadyDone:
            return "there"
        return "written"

    ended = await asyncio.gather(*(put(number) for number in range(20)))
    assert {number: end for number, end in enumerate(ended) if end != "written"} == {7: "failed", 11: "there"}
    assert (await total(db, "a"), await total(db, "b")) == (18 + 100, 80)
    # Inside a transaction, and undone with it.
    batch = Batch()
    batch.increment(COUNTED, ("b",), 5)

    async def undone() -> None:
        async with db.transaction():
            await db.write_batch(batch)
            raise KeyError

    async with db.transaction():
        await db.write_batch(batch)
    with pytest.raises(KeyError):
        await undone()
    assert await total(db, "b") == 85


async def test_many_with_the_same_id_are_one(db: Database) -> None:
    async def put() -> bool:
        batch = Batch(once=(ADD, (1, "once")))
        batch.add_shared(("counter", "a"), COUNT, (1, "a"))
        try:
            await db.write_batch(batch)
        except AlreadyDone:
            return False
        return True

    assert sum(await asyncio.gather(*(put() for _ in range(10)))) == 1
    assert await total(db) == 1


async def test_enqueued_batches_are_durable_after_a_flush(db: Database) -> None:
    for number in range(30):
        batch = Batch()
        batch.add(ADD, (number, "soon"))
        db.enqueue(batch)
    await db.flush()
    assert len(await notes(db)) == 30


async def test_enqueued_batches_are_outside_the_open_transaction(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    batch = Batch()
    batch.add(ADD, (1, "soon"))

    async def undone() -> None:
        async with db.transaction():
            await db.write(ADD, (2, "undone"))
            db.enqueue(batch)
            raise KeyError

    with pytest.raises(KeyError):
        await undone()
    await db.flush()
    assert await notes(db) == [(1, "soon")]
    db.enqueue(batch)
    await db.flush()
    assert "given up" in caplog.text


async def test_committed_inside_a_transaction_is_a_mistake(db: Database) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"):
        async with db.transaction():
            await db.flush()


async def test_many_calls_at_once(db: Database) -> None:
    async def call(number: int) -> None:
        async with db.transaction():
            await db.write(COUNT, (1, "b"))
        batch = Batch(once=(ADD, (number, "call")))
        batch.add_shared(("counter", "a"), COUNT, (number, "a"))
        batch.add_shared(("counter", "b"), COUNT, (-1, "b"))
        await db.write_batch(batch)
        assert await db.one("SELECT text FROM note WHERE id = ?", (number,)) == ("call",)

    await asyncio.gather(*(call(number) for number in range(200)))
    assert (await total(db), await total(db, "b")) == (sum(range(200)), 0)
