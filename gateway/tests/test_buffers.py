"""Long byte strings, built in pieces."""

from __future__ import annotations

import asyncio

import pytest

from onceward_gateway.core.buffers import (
    contents,
    join_in_turns,
    room_for,
    sliced,
)
from onceward_gateway.core.json_parts import member

MB = 1 << 20
LONG = bytes(range(256)) * (3 * MB // 256) + b"end"


@pytest.mark.parametrize(("start", "end"), [(0, len(LONG)), (1, len(LONG)), (5, 2 * MB), (3, MB + 5), (7, 9), (4, 4)])
def test_a_slice_is_what_slicing_returns(start: int, end: int) -> None:
    assert sliced(LONG, start, end) == LONG[start:end]


@pytest.mark.parametrize(
    "parts", [[], [b""], [LONG, b"", b"x"], [b"ab"] * (MB // 2 + 1), [LONG[:MB], LONG[:3]]], ids=len
)
async def test_joined_parts_are_what_joining_returns(parts: list[bytes]) -> None:
    assert await join_in_turns(parts) == b"".join(parts)


async def test_other_tasks_have_turns_while_a_long_part_is_joined() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await join_in_turns([LONG])
    counting.cancel()
    assert turns >= len(LONG) // MB


@pytest.mark.parametrize("size", [0, 2, 3, 100])
def test_a_buffer_has_what_was_written_whatever_its_room(size: int) -> None:
    buffer = room_for(size)
    buffer.write(b"abc")
    assert contents(buffer) == b"abc"


@pytest.mark.parametrize("space", [b"", b" ", b"\r\n\t ", b" " * 100])
def test_a_long_member_is_split_without_the_space_before_its_value(space: bytes) -> None:
    value = b'"' + b"a" * 2 * MB + b'"'
    name, found = member(b' "x" :' + space + value)
    assert (name, found.lstrip()) == (b'"x"', value)
    assert len(space) > 64 or found == value
