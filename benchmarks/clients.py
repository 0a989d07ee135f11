"""Compares HTTP clients behind the same pass-through: aiohttp, pyreqwest, and the gateway's own.

    python benchmarks/clients.py                 instructions and CPU of a request and of a chunk
    python benchmarks/clients.py unary           only this scenario

Server, upstream and load are the same for all, so the differences are the clients'. Exit status 1 when the own client
costs more instructions than another.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gateways.counted import SCENARIOS, cpu, instructions
from gateways.processes import serving

__all__ = ["main"]

MOCK_PROVIDER = Path(__file__).parent / "mock_provider.py"
OWN = "own client"
PEERS = {"pass-through": "aiohttp", "pyreqwest": "pyreqwest"}
# The CPU of a unit is measured over so many times its units: the system counts in ticks of 10 ms.
_TIMES = 6


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares HTTP clients behind a pass-through.")
    parser.add_argument("scenarios", nargs="*", help="only these scenarios")
    names = parser.parse_args().scenarios or ["unary", "alone", "chunk_full", "chunk_paced"]
    chosen = {name: SCENARIOS[name] for name in names}
    pythons = {"gateway": Path(sys.executable)}
    with serving(MOCK_PROVIDER) as upstream:
        counted = {who: instructions(who, upstream, pythons, chosen) for who in (OWN, *PEERS)}
        spent = {who: cpu(who, upstream, pythons, chosen, _TIMES) for who in (OWN, *PEERS)}
    print(f"{'':40}" + "".join(f"{PEERS.get(who, who):>24}" for who in counted))
    print(f"{'':40}" + f"{'1,000 instr.      CPU us':>24}" * len(counted))
    for name, scenario in chosen.items():
        print(
            f"{scenario.title:40}" + "".join(f"{counted[who][name]:12.1f}{spent[who][name]:12.1f}" for who in counted)
        )
    return int(any(counted[OWN][name] > counted[who][name] for who in PEERS for name in chosen))


if __name__ == "__main__":
    sys.exit(main())
