"""Counts what a request and a chunk cost: user-space instructions of the gateway over those of a bare pass-through.

    python benchmarks/instructions.py                   both subjects, then the gateway's Python calls and statements
    python benchmarks/instructions.py unary chunk_full  only these scenarios
    python benchmarks/instructions.py --work unary      only the gateway's calls and statements, as JSON

The gateway runs with a key, limits of requests and tokens, a budget and the durable record on SQLite; the pass-through
relays bytes with uvicorn and aiohttp. Instructions are counted with callgrind (`valgrind` must be installed), so the
load of the machine does not change them. Exit status 1 when a budget of `budgets.toml` is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path

from gateways.counted import SCENARIOS, Scenario, instructions, work
from gateways.processes import serving

__all__ = ["COUNTED", "main", "measured"]

HERE = Path(__file__).parent
MOCK_PROVIDER = HERE / "mock_provider.py"
COUNTED = ("onceward gateway", "pass-through")
COUNTS = {
    "python_calls": "Python calls",
    "sql": "SQL statements",
    "transactions": "transactions",
    "tasks": "tasks",
    "futures": "futures",
    "timers": "timers",
    "call_soon": "call_soon",
}

Figures = dict[str, float]


def measured(pythons: dict[str, Path], chosen: dict[str, Scenario] = SCENARIOS) -> dict[str, Figures]:
    """Return the thousands of instructions of a unit by subject and scenario; of the gateway its counts too.

    A count is named for what is counted and the scenario: `sql_unary`.
    """
    with serving(MOCK_PROVIDER) as upstream:
        found = {name: instructions(name, upstream, pythons, chosen) for name in COUNTED}
        for scenario, counts in worked(upstream, pythons, chosen).items():
            found[COUNTED[0]] |= {f"{name}_{scenario}": count for name, count in counts.items()}
    return found


def worked(upstream: str, pythons: dict[str, Path], chosen: dict[str, Scenario]) -> dict[str, Figures]:
    """Return what the gateway does for a unit of each scenario: Python calls, statements, tasks and timers."""
    found: dict[str, Figures] = {name: {} for name in chosen}
    for what in ("calls", "events"):
        for scenario, counts in work(what, upstream, pythons, chosen).items():
            found[scenario] |= counts
    return found


def table(found: dict[str, Figures], chosen: dict[str, Scenario]) -> None:
    """Print every figure."""
    gateway, through = (found[name] for name in COUNTED)
    print(f"\n{'instructions, thousands':40}" + "".join(f"{name:>18}" for name in (*COUNTED, "ratio")))
    for name, scenario in chosen.items():
        print(f"{scenario.title:40}{gateway[name]:18.1f}{through[name]:18.1f}{gateway[name] / through[name]:18.2f}")
    print(f"\n{'the gateway does':40}" + "".join(f"{name:>18}" for name in chosen))
    for count, title in COUNTS.items():
        print(f"{title:40}" + "".join(f"{gateway.get(f'{count}_{name}', 0):18.2f}" for name in chosen))


def missed(found: dict[str, Figures], chosen: dict[str, Scenario]) -> list[str]:
    """Return the rows of the budgets that are not kept."""
    rows = []
    for budget in tomllib.loads((HERE / "budgets.toml").read_text())["budget"]:
        figure = budget.get("figure", "")
        if budget["scenario"] != "instructions" or not figure.endswith(tuple(chosen)):
            continue
        value = found[budget["subject"]].get(figure, 0.0)
        if "peer" in budget:
            value /= found[budget["peer"]][figure]
        if value > budget["most"]:
            rows.append(f"{budget['row']}: {value:.2f}, at most {budget['most']}")
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description="Counts instructions of the gateway and of a pass-through.")
    parser.add_argument("scenarios", nargs="*", help="only these scenarios")
    parser.add_argument("--work", action="store_true", help="only the gateway's calls and statements, as JSON")
    options = parser.parse_args()
    names = options.scenarios
    chosen = {name: scenario for name, scenario in SCENARIOS.items() if not names or name in names}
    # Subject and peer run in the environment of this interpreter.
    pythons = {"gateway": Path(sys.executable)}
    if options.work:
        with serving(MOCK_PROVIDER) as upstream:
            print(json.dumps(worked(upstream, pythons, chosen)))
        return 0
    found = measured(pythons, chosen)
    table(found, chosen)
    rows = missed(found, chosen)
    print("".join(f"\nmissed: {row}" for row in rows))
    return 1 if rows else 0


if __name__ == "__main__":
    sys.exit(main())
