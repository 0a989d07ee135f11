"""A connection that is cut again and again, and a stream that is whole."""

from __future__ import annotations

from headgate import Headgate
from headgate.testing import CutProxy
from headgate.types.params import ChatCompletionMessageParam

ASK: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Count to 60"}]


def main() -> None:
    with Headgate() as client:
        whole = client.chat.completions.create(model="headgate/echo", messages=ASK).choices[0].message.content

        # The first five connections through the proxy break after some thousand bytes each.
        with (
            CutProxy(client.base_url, cuts=dict.fromkeys(range(1, 6), 4000)) as proxy,
            Headgate(base_url=proxy.url, on_retry=lambda event: print("\n  cut:", event.error.message)) as flaky,
            flaky.chat.completions.stream(model="headgate/echo", messages=ASK) as stream,
        ):
            text = ""
            for piece in stream.text_stream:
                text += piece
                print(piece, end="", flush=True)

        key = stream.raw.idempotency_key if stream.raw is not None else None
        calls = client.calls.list(key=key or "").collect()
        print(f"\n\nwhole: {text == whole}, cuts: {proxy.cuts_made}, calls billed: {len(calls)}")


if __name__ == "__main__":
    main()
