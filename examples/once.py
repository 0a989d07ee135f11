"""A program that crashes and is started again pays once, because its idempotency key identifies the purchase."""

from __future__ import annotations

import sys
import time

from onceward import Onceward


def pay(order: str) -> str:
    """Run the program once. It stores nothing except the number of the order."""
    with Onceward() as client:
        answer = client.chat.completions.with_raw_response.create(
            model="onceward/echo",
            messages=[{"role": "user", "content": f"Write 20 words about order {order}"}],
            idempotency_key=f"order-{order}",
        )
        again = answer.headers.get("x-onceward-replayed") == "true"
        call = client.calls.retrieve(answer.headers["x-onceward-call-id"])
        return f"{call.id}: {'replayed' if again else 'made'}, cost {call.cost_usd} USD, attempts {call.attempts}"


def main() -> None:
    order = sys.argv[1] if sys.argv[1:] else str(time.time_ns())
    for _ in range(3):
        print(pay(order))


if __name__ == "__main__":
    main()
