"""One SDK in one scenario: `onceward` or its peer `openai`, by the same calls, for they have the same names.

python sdk.py SCENARIO URL PACKAGE [TRANSPORT]        prints one line of JSON
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
from typing import Any

from _measure import cpu, peak_mb, repeat, repeat_async, run

MESSAGES: Any = [{"role": "user", "content": "hi"}]
PACKAGE = sys.argv[3]
OPTIONS: dict[str, Any] = {"transport": sys.argv[4]} if len(sys.argv) > 4 else {}
CLASS = {"onceward": "Onceward", "openai": "OpenAI"}[PACKAGE]


def client(url: str, prefix: str = "") -> Any:
    package = importlib.import_module(PACKAGE)
    return getattr(package, prefix + CLASS)(base_url=f"{url}/v1", api_key="sk-test-000000000000", **OPTIONS)


def imported(url: str) -> dict[str, float]:
    before, start = len(sys.modules), cpu()
    importlib.import_module(PACKAGE)
    return {"cpu_us": (cpu() - start) * 1e6, "modules": len(sys.modules) - before}


def started(url: str) -> dict[str, float]:
    answer = client(url + "/unary").chat.completions.create(model="onceward/echo", messages=MESSAGES)
    assert answer.choices[0].message.content
    return {"cpu_us": cpu() * 1e6}


def constructed(url: str) -> dict[str, float]:
    client(url)
    return repeat(lambda: client(url), 30, 1)


def unary(url: str) -> dict[str, float]:
    create = client(url + "/unary").chat.completions.create
    return repeat(lambda: create(model="onceward/echo", messages=MESSAGES), 500)


def stream(url: str) -> dict[str, float]:
    opened = client(url).chat.completions.create(model="onceward/echo", messages=MESSAGES, stream=True)
    start, wall, count = cpu(), time.perf_counter(), 0
    for chunk in opened:
        count += chunk.choices[0].delta.content is not None
    return {"cpu_us": (cpu() - start) / count * 1e6, "wall_us": (time.perf_counter() - wall) / count * 1e6}


def first_event(url: str) -> dict[str, float]:
    create = client(url + "/first").chat.completions.create

    def call() -> None:
        with create(model="onceward/echo", messages=MESSAGES, stream=True) as opened:
            for _ in opened:
                break

    return repeat(call, 200)


def concurrent(url: str) -> dict[str, float]:
    async def calls() -> dict[str, float]:
        create = client(url + "/unary", "Async").chat.completions.create
        return await repeat_async(lambda: create(model="onceward/echo", messages=MESSAGES), 1000, 100)

    return asyncio.run(calls())


def embeddings(url: str) -> dict[str, float]:
    client(url + "/embedding").embeddings.create(
        model="onceward/embed", input="x"
    )  # modules that are loaded once do not count
    create = client(url + "/embeddings").embeddings.create
    before, start = peak_mb(), cpu()
    answer = create(model="onceward/embed", input=["x"] * 2048)
    last = answer.data[-1]
    assert len(last.vector if PACKAGE == "onceward" else last.embedding) == 1536
    return {"cpu_us": (cpu() - start) * 1e6, "peak_mb": peak_mb() - before}


if __name__ == "__main__":
    run(
        {
            "import": imported,
            "start": started,
            "construct": constructed,
            "unary": unary,
            "stream64": lambda url: stream(url + "/stream64"),
            "stream1": lambda url: stream(url + "/stream1"),
            "first_event": first_event,
            "concurrent": concurrent,
            "embeddings": embeddings,
        }
    )
