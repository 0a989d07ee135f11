"""Chaos with real processes: a shorter run of what `make chaos` does ten times.

A failure prints its seed and its story; `python -m chaos --nodes 1 --seed SEED` does the same again.
"""

from __future__ import annotations

import os
import random

import pytest

from ..run import run
from ..stores import missing

SECONDS = 40.0


@pytest.mark.chaos
@pytest.mark.parametrize("nodes", [1, 3])
def test_no_call_is_lost_or_paid_twice(nodes: int) -> None:
    lack = missing() if nodes > 1 else None
    if lack is not None and os.environ.get("CI") != "true":
        pytest.skip(lack)
    seed = random.randrange(1_000_000)
    outcome = run(nodes=nodes, seed=seed, seconds=SECONDS)
    complaints = [str(complaint) for complaint in outcome.complaints]
    assert not complaints, f"seed {seed}, kept in {outcome.folder}:\n" + "\n".join([*outcome.story, *complaints])
