"""Every limit of every write does what it says to the calls below the object that it was written to."""

from __future__ import annotations

import pytest

from .bounded import BOUNDED, EFFECTS, bounding
from .kit import Swept


@pytest.mark.parametrize("write", BOUNDED)
async def test_limits_hold(world: Swept, write: str) -> None:
    wrong = []
    for member in BOUNDED[write][1]:
        try:
            await EFFECTS[member](world, bounding(write))
        except AssertionError as error:
            wrong.append((write, member, str(error)[:300]))
    assert not wrong, "\n".join(map(str, wrong))
