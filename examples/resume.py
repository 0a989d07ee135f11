"""A stream that is complete although its connection breaks repeatedly."""

from __future__ import annotations

from onceward import Onceward
from onceward.testing import CutProxy
from onceward.types.params import ChatCompletionMessageParam

ASK: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Count to 60"}]


def main() -> None:
    with Onceward() as client:
        whole = client.chat.completions.create(model="onceward/echo", messages=ASK).choices[0].message.content

        # The first five connections through the proxy break after 4,000 bytes each.
        with (
            CutProxy(client.base_url, cuts=dict.fromkeys(range(1, 6), 4000)) as proxy,
            Onceward(base_url=proxy.url, on_retry=lambda event: print("\n  cut:", event.error.message)) as flaky,
            flaky.chat.completions.stream(model="onceward/echo", messages=ASK) as stream,
        ):
            text = ""
            for piece in stream.text_stream:
                text += piece
                print(piece, end="", flush=True)

        key = stream.raw.idempotency_key if stream.raw is not None else None
        calls = client.calls.list(key=key or "").collect()
        print(f"\n\ncomplete: {text == whole}, cuts: {proxy.cuts_made}, calls billed: {len(calls)}")


if __name__ == "__main__":
    main()
