"""Every quirk of the public upstream ends in a right answer or in a typed error, in both kinds of client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

import onceward
from onceward.testing import QUIRKS, Quirk, QuirkyUpstream

TEXT = "The gate is open, and the road behind it is clear."
MESSAGES = [{"role": "user", "content": "Hello, how are you?"}]
CHAT = [quirk for quirk in QUIRKS.values() if "openai" in quirk.wires and "chat" in quirk.kinds]
# These say more or less than the others in what is a whole answer all the same.
OTHER_TEXTS = {
    "choices-empty", "content-parts", "lone-surrogate", "one-event", "surrogates-split", "text-after-finish",
}  # fmt: skip
OPTIONS: dict[str, Any] = {
    "api_key": "sk-0123456789abc",
    "max_retries": 1,
    "max_retry_after": 0.05,
    "backoff": onceward.Backoff(0.01, 0.01),
    "timeout": onceward.Timeout(first_byte=2, idle=1, total=4),
}


@pytest.fixture(scope="module")
def upstream() -> Iterator[QuirkyUpstream]:
    with QuirkyUpstream() as started:
        yield started


def text_of(answer: Any, events: list[Any]) -> str | None:
    if events:
        first = (choice for event in events for choice in event.choices if not choice.index)
        return "".join(choice.delta.content or "" for choice in first)
    return answer.choices[0].message.content if answer.choices else None


def ask_sync(url: str, model: str, stream: bool) -> str | None:
    with onceward.Onceward(base_url=url, **OPTIONS) as client:
        answer = client.chat.completions.create(model=model, messages=MESSAGES, stream=stream)
        return text_of(answer, list(answer) if stream else [])


async def ask_async(url: str, model: str, stream: bool) -> str | None:
    async with onceward.AsyncOnceward(base_url=url, **OPTIONS) as client:
        answer: Any = await client.chat.completions.create(model=model, messages=MESSAGES, stream=stream)
        return text_of(answer, [event async for event in answer] if stream else [])


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("quirk", CHAT, ids=lambda quirk: quirk.name)
def test_a_quirk_ends_in_the_answer_or_in_a_typed_error(upstream: QuirkyUpstream, quirk: Quirk, kind: str) -> None:
    for part in quirk.parts:
        error: onceward.APIError | None = None
        text: str | None = None
        try:
            if kind == "sync":
                text = ask_sync(upstream.url, quirk.name, part == "stream")
            else:
                text = asyncio.run(ask_async(upstream.url, quirk.name, part == "stream"))
        except onceward.APIError as raised:
            error = raised
        if error is None:
            assert text == TEXT or quirk.name in OTHER_TEXTS
            continue
        assert type(error) is not onceward.APIError or error.status_code in range(300, 400)
        assert error.message
        assert error.attempts in (1, 2)


def test_there_are_enough_of_them() -> None:
    assert len(CHAT) >= 100
