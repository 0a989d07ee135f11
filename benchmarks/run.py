"""Measures the budgets side by side with the peers, each in an environment of its own, and prints one table.

    make bench                                   everything
    make bench-gateway                           the rows of the gateway, beside those of LiteLLM and Portkey
    python benchmarks/run.py --rounds 3 unary    rows whose scenario is named
    python benchmarks/run.py redis router        parts of the gateway, beside libraries (`parts.py`)

CPU is that of the client's process. Each round runs subject and peer one after the other, so that a drift of the
machine's speed meets both; the table shows the medians and the ratio of the medians. Exit status 1 when a budget is
missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

from environments import node_of, python_of
from gateways.measure import DIRECT, PROVIDER, measured
from gateways.processes import serving
from instructions import measured as count_instructions
from parts import PARTS
from parts import measured as measure_parts
from parts import table as parts_table

__all__ = ["main"]

HERE = Path(__file__).parent
ROOT = HERE.parent
GATEWAYS = ("onceward gateway", "pass-through", "litellm proxy", "portkey gateway", DIRECT)
# For gateways, also show what the budgets do not contain.
FIGURES = {
    "rps_core": "requests/s a core",
    "cpu_us": "CPU us a request",
    "alone_p50_ms": "one caller: p50 ms",
    "alone_p99_ms": "one caller: p99 ms",
    "busy_p99_ms": "32 callers: p99 ms",
    "chunk_us": "100 streams: CPU us a chunk",
    "chunk_p50_ms": "100 streams: p50 ms a chunk",
    "chunk_p99_ms": "100 streams: p99 ms a chunk",
    "ready_s": "ready after s",
    "idle_mb": "idle MB",
    "busy_mb": "MB after the load",
}
WORKERS = {
    "onceward": ("onceward", ["sdk.py"], ["onceward"]),
    "onceward fast": ("onceward", ["sdk.py"], ["onceward", "fast"]),
    "openai": ("openai", ["sdk.py"], ["openai"]),
    "httpx2": ("onceward", ["bare_httpx2.py"], []),
}
USER_FILE = """\
from onceward import Onceward

client = Onceward()
answer = client.chat.completions.create(model="onceward/echo", messages=[{"role": "user", "content": "hi"}])
print(answer.choices[0].message.content)
"""

Figures = dict[str, float]


def work(pythons: dict[str, Path], subject: str, scenario: str, url: str) -> Figures:
    """Run one worker once, in a separate process."""
    environment, script, arguments = WORKERS[subject]
    command: list[str | Path] = [pythons[environment], HERE / "workers" / script[0], scenario, url, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: Figures = json.loads(done.stdout)
    return figures | {"cpu_ms": figures["cpu_us"] / 1000}


def check_types(pythons: dict[str, Path], tool: str) -> Figures:
    """Return the seconds that a type checker without a cache takes for a user's file, minus those for an empty one."""
    with tempfile.TemporaryDirectory() as folder:
        empty, user = Path(folder, "empty.py"), Path(folder, "user.py")
        empty.write_text("")
        user.write_text(USER_FILE)
        return {"seconds": timed(pythons, tool, user) - timed(pythons, tool, empty)}


def timed(pythons: dict[str, Path], tool: str, file: Path) -> float:
    python = pythons["types"]
    commands: dict[str, list[str | Path]] = {
        "mypy": [python, "-m", "mypy", "--strict", "--cache-dir", "/dev/null", file],
        "pyright": [python, "-m", "pyright", "--pythonpath", python, file],
    }
    start = time.perf_counter()
    subprocess.run(commands[tool], check=True, capture_output=True, cwd=file.parent)
    return time.perf_counter() - start


def generate() -> Figures:
    """Return the seconds to generate the SDK of our contract and compare it with the committed one."""
    start = time.perf_counter()
    subprocess.run(
        [Path(sys.executable).parent / "onceward-generate", "--check"], check=True, cwd=ROOT, capture_output=True
    )
    return {"seconds": time.perf_counter() - start}


def measure(budgets: list[dict[str, Any]], rounds: int) -> dict[tuple[str, str], list[Figures]]:
    """Return all measurements of all rounds, by subject and scenario; subject and peer take turns."""
    scenarios = {budget["scenario"] for budget in budgets}
    own = scenarios - {"gateway", "instructions", *PARTS}
    gateways, counted = "gateway" in scenarios, "instructions" in scenarios
    needed = [*(["onceward", "openai", "types"] if own else []), *(["gateway"] if gateways or counted else [])]
    needed += ["litellm"] if gateways else []
    pythons = {name: python_of(name) for name in needed}
    if gateways:
        pythons["portkey"] = node_of("portkey")
    wanted = dict.fromkeys(
        (who, budget["scenario"])
        for budget in budgets
        for who in (budget["subject"], budget.get("peer"))
        if who is not None and budget["scenario"] in own
    )
    seen: dict[tuple[str, str], list[Figures]] = {pair: [] for pair in wanted}
    if gateways:
        seen |= {(who, "gateway"): [] for who in GATEWAYS}
        measure_gateways(seen, pythons, rounds)
    if counted:
        # Instructions are the same in every round.
        seen |= {(who, "instructions"): [figures] for who, figures in count_instructions(pythons).items()}
    if parts := [name for name in PARTS if name in scenarios]:
        seen |= measure_parts(parts, rounds)
    if not own:
        return seen
    with serving(HERE / "server.py") as url:
        for _ in range(rounds):
            for subject, scenario in wanted:
                if scenario in ("mypy", "pyright"):
                    figures = check_types(pythons, scenario)
                elif subject == "generator":
                    figures = generate()
                else:
                    figures = work(pythons, subject, scenario, url)
                seen[subject, scenario].append(figures)
    return seen


def measure_gateways(seen: dict[tuple[str, str], list[Figures]], pythons: dict[str, Path], rounds: int) -> None:
    """Return all measurements of all gateways with one mock provider; overhead is relative to no gateway."""
    with serving(PROVIDER) as upstream:
        for _ in range(rounds):
            found = {who: measured(who, upstream, pythons) for who in GATEWAYS}
            direct = found[DIRECT]
            for who, figures in found.items():
                shared = [name for name in ("alone_p50_ms", "chunk_p50_ms") if name in figures]
                added = {f"added_{name}": figures[name] - direct[name] for name in shared}
                seen[who, "gateway"].append(figures | added)


def gateway_table(seen: dict[tuple[str, str], list[Figures]]) -> None:
    """Print the medians of all measurements of all gateways."""
    print(f"\n{'gateways':34}" + "".join(f"{who:>18}" for who in GATEWAYS))
    for figure, title in FIGURES.items():
        print(f"{title:34}", end="")
        for who in GATEWAYS:
            values = [figures[figure] for figures in seen[who, "gateway"] if figure in figures]
            print(f"{statistics.median(values):18.2f}" if values else f"{'-':>18}", end="")
        print()


def table(budgets: list[dict[str, Any]], seen: dict[tuple[str, str], list[Figures]]) -> bool:
    """Print the table and return whether every budget is met."""
    kept = True
    print(f"{'what':62} {'subject':>11} {'peer':>11} {'ratio':>8} {'budget':>8}")
    for budget in budgets:
        figure = budget.get("figure", "cpu_us")

        def middle(who: str, scenario: str = budget["scenario"], figure: str = figure) -> float:
            return statistics.median(figures[figure] for figures in seen[who, scenario])

        subject = middle(budget["subject"])
        peer = middle(budget["peer"]) if "peer" in budget else None
        value = subject if peer is None else subject / peer
        good = value <= budget["most"]
        kept = kept and good
        shown = ("-", "-") if peer is None else (f"{peer:.1f}", f"{value:.3f}")
        mark = "" if good else "  missed"
        print(f"{budget['row']:62} {subject:11.1f} {shown[0]:>11} {shown[1]:>8} {budget['most']:>8}{mark}")
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures the budgets side by side with the peers.")
    parser.add_argument("scenarios", nargs="*", help="only rows of these scenarios")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    budgets = tomllib.loads((HERE / "budgets.toml").read_text())["budget"]
    if options.scenarios:
        budgets = [budget for budget in budgets if budget["scenario"] in options.scenarios]
    seen = measure(budgets, options.rounds)
    kept = table(budgets, seen)
    if ("pass-through", "gateway") in seen:
        gateway_table(seen)
    parts_table({who: figures for who, figures in seen.items() if who[1] in PARTS})
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
