"""Chaos with real processes: a shorter version of what `make chaos` runs ten times.

A failure prints its seed and events; `python -m chaos --nodes 1 --seed SEED` repeats it.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3

import pytest

from ..run import run
from ..stores import missing

SECONDS = 40.0
SHORT = 12.0


@pytest.mark.chaos
@pytest.mark.slow
@pytest.mark.parametrize("nodes", [1, pytest.param(3, marks=pytest.mark.cluster)])
def test_no_call_is_lost_or_paid_twice(nodes: int) -> None:
    lack = missing() if nodes > 1 else None
    if lack is not None and os.environ.get("CI") != "true":
        pytest.skip(lack)
    seed = random.randrange(1_000_000)
    outcome = run(nodes=nodes, seed=seed, seconds=SECONDS)
    complaints = [str(complaint) for complaint in outcome.complaints]
    assert not complaints, f"seed {seed}, kept in {outcome.folder}:\n" + "\n".join([*outcome.story, *complaints])


def _meddle(database: str) -> None:
    """Delete one usage record, add another one twice more, and make a budget look overspent for a moment."""
    with sqlite3.connect(database, timeout=20) as connection:
        # The duplicated record costs at least as much as the deleted one, so that they never cancel out.
        embeddings = "SELECT id FROM usage WHERE operation LIKE '%embedding%' AND key_id IN"
        budgeted = "(SELECT id FROM budget_window WHERE scope = 'key')"
        lost, *_, booked = connection.execute(f"{embeddings} {budgeted} ORDER BY cost_nano, id").fetchall()
        connection.execute("DELETE FROM usage WHERE id = ?", lost)
        connection.execute("CREATE TEMP TABLE again AS SELECT * FROM usage WHERE id = ?", booked)
        for _ in range(2):
            connection.execute("UPDATE again SET id = id || '.again'")
            connection.execute("INSERT INTO usage SELECT * FROM again")
        connection.execute("UPDATE witness SET highest = 1000000000000 WHERE scope = 'key'")
    connection.close()


@pytest.mark.chaos
@pytest.mark.slow
def test_a_run_whose_database_was_meddled_with_is_not_green() -> None:
    outcome = run(nodes=1, seed=random.randrange(1_000_000), seconds=SHORT, meddle=_meddle)
    complained = {complaint.check for complaint in outcome.complaints}
    assert {"recorded", "billed once", "limits", "totals", "windows"} <= complained
    assert outcome.folder is not None
    shutil.rmtree(outcome.folder)
