"""A batch with a progress bar."""

from __future__ import annotations

from onceward import BatchRequest, Onceward
from onceward.types import Batch

WIDTH = 40


def show(batch: Batch) -> None:
    counts = batch.request_counts
    total = counts.total if counts is not None else 0
    done = counts.completed + counts.failed if counts is not None else 0
    filled = WIDTH * done // total if total else 0
    print(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total} {batch.status:<12}", end="", flush=True)


def main() -> None:
    requests = [
        BatchRequest(
            {"model": "onceward/echo", "messages": [{"role": "user", "content": f"Write {n + 5} words about gates"}]},
            custom_id=f"text-{n}",
        )
        for n in range(40)
    ]
    with Onceward() as client:
        batch = client.batches.create_from(requests)
        batch = client.batches.wait(batch.id, poll=0.1, on_progress=show)
        print()
        results = client.batches.results(batch)
    print(results["text-3"].unwrap().choices[0].message.content)


if __name__ == "__main__":
    main()
