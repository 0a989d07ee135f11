"""The floor: a hand loop over httpx2's own calls, with JSON decoded to dicts.

python bare_httpx2.py unary URL
"""

from __future__ import annotations

import json

import httpx2
from _measure import repeat, run


def unary(url: str) -> dict[str, float]:
    client = httpx2.Client(headers={"authorization": "Bearer sk-test-000000000000"})
    body = {"model": "onceward/echo", "messages": [{"role": "user", "content": "hi"}]}
    target = url + "/unary/v1/chat/completions"

    def call() -> object:
        return json.loads(client.post(target, json=body).content)

    return repeat(call, 500)


if __name__ == "__main__":
    run({"unary": unary})
