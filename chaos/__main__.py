"""Chaos: a complete Onceward under load while its parts are killed.

    python -m chaos                                  one node on SQLite, one minute, a random seed
    python -m chaos --nodes 3 --seed 7               three nodes on PostgreSQL and Redis, with this schedule
    python -m chaos --nodes 3 --runs 10              ten seeds in a row, and a table

The exit status is 0 if every run passed. A failed run keeps its logs and journals and prints their path.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from collections import Counter

from .evidence import Complaint
from .monkey import schedule
from .run import Outcome, run
from .stores import missing

__all__ = ["main"]

_COLUMNS = ("calls", "calls whole", "calls error", "calls left", "retried", "attempts", "records")
_MOST_SHOWN = 40


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nodes", type=int, default=1, help="1 runs on SQLite, more on PostgreSQL and Redis")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the monkey strikes")
    parser.add_argument("--seed", type=int, help="of the first run; each further one takes the next")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep logs and journals of green runs too")
    parser.add_argument("--plan", action="store_true", help="only print the schedule")
    given = parser.parse_args()
    first = random.randrange(1_000_000) if given.seed is None else given.seed
    if given.plan:
        print(*schedule(first, given.seconds, given.nodes), sep="\n")
        return 0
    lack = missing() if given.nodes > 1 else None
    if lack is not None:
        print(f"error: {lack}", file=sys.stderr)
        return 2
    # A run that is stopped ends the processes it has started.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(130))
    outcomes: list[Outcome] = []
    for seed in range(first, first + given.runs):
        print(f"seed {seed}: {given.nodes} nodes, {given.seconds:g} s", flush=True)
        outcomes.append(_run(given.nodes, seed, given.seconds, keep=given.keep))
        _tell(outcomes[-1])
    if given.runs > 1:
        _table(outcomes)
    return 0 if all(outcome.green for outcome in outcomes) else 1


def _run(nodes: int, seed: int, seconds: float, *, keep: bool) -> Outcome:
    """Run once; a run that raises an error counts as failed, and the others follow."""
    began = time.monotonic()
    try:
        return run(nodes=nodes, seed=seed, seconds=seconds, keep=keep)
    except Exception as error:  # noqa: BLE001 - a series reports all its runs
        told = " ".join([repr(error), *getattr(error, "__notes__", ())])
        return Outcome(seed, [Complaint("run", told)], [], Counter(), Counter(), time.monotonic() - began)


def _tell(outcome: Outcome) -> None:
    for line in outcome.story:
        print(f"  {line}")
    for complaint in outcome.complaints[:_MOST_SHOWN]:
        print(f"  ! {complaint}")
    if len(outcome.complaints) > _MOST_SHOWN:
        print(f"  ! and {len(outcome.complaints) - _MOST_SHOWN} more")
    print(f"  {dict(outcome.counts)}")
    print(f"  errors: {dict(outcome.errors)}")
    where = f", kept in {outcome.folder}" if outcome.folder is not None else ""
    verdict = "green" if outcome.green else f"{len(outcome.complaints)} complaints"
    print(f"  seed {outcome.seed}: {verdict} after {outcome.seconds:.0f} s{where}", flush=True)


def _table(outcomes: list[Outcome]) -> None:
    print("\n" + " ".join(f"{name:>12}" for name in ("seed", *_COLUMNS, "verdict")))
    for outcome in outcomes:
        figures = [outcome.seed, *(outcome.counts[name] for name in _COLUMNS)]
        verdict = "green" if outcome.green else "RED"
        print(" ".join(f"{figure:>12}" for figure in figures) + f" {verdict:>12}")
    green = sum(outcome.green for outcome in outcomes)
    print(f"{green} of {len(outcomes)} runs are green")


if __name__ == "__main__":
    sys.exit(main())
