"""One subject of one part of the gateway, own or peer, under loads that come line by line.

    python part.py PART SUBJECT URL

Each line of standard input is a load and its number of units: `alone 1000`. It is answered by one line of JSON with the
CPU microseconds and wall microseconds of a unit. The end of the input ends the process.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from importlib import import_module

import uvloop
from _load import Subject
from _measure import cpu

__all__ = ["main"]


async def serve(subject: Subject, url: str) -> None:
    """Answer the lines of standard input until it ends."""
    async with subject(url) as loads:
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            name, times = line.split()
            start, wall = cpu(), time.perf_counter()
            await loads[name](int(times))
            figures = {"us": cpu() - start, "wall_us": time.perf_counter() - wall}
            print(json.dumps({name: value / int(times) * 1e6 for name, value in figures.items()}), flush=True)


def main() -> None:
    part, subject, url = sys.argv[1:]
    subjects: dict[str, Subject] = import_module(f"_{part}_part").SUBJECTS
    uvloop.run(serve(subjects[subject], url))


if __name__ == "__main__":
    main()
