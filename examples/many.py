"""A thousand calls with a concurrency limit."""

from __future__ import annotations

import asyncio
import time

from onceward import AsyncOnceward

CALLS = 1000


async def main() -> None:
    async with AsyncOnceward(max_concurrency=50, timeout=120) as client:

        async def square(n: int) -> str | None:
            answer = await client.chat.completions.create(
                model="onceward/echo", messages=[{"role": "user", "content": f"What is {n} * {n}?"}]
            )
            return answer.choices[0].message.content

        begun = time.perf_counter()
        answers = await asyncio.gather(*(square(n) for n in range(CALLS)))
        print(f"{len(answers)} answers in {time.perf_counter() - begun:.1f} s, the last one: {answers[-1]}")


if __name__ == "__main__":
    asyncio.run(main())
