"""One `User` per client and transport: the same things done synchronously and asynchronously, with the same outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import httpx2
import pytest

import onceward
from onceward.testing import FakeGateway, FixedRandom

MESSAGES = [{"role": "user", "content": "hi"}]
LIBRARIES = ("httpx2", "fast", "injected-httpx2", "injected-httpx")
NAMES = [f"{kind}-{library}" for library in LIBRARIES for kind in ("sync", "async")]


def chunk(text: str | None = None, *, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """One chunk of a chat stream."""
    content = {} if text is None else {"content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {**content, **delta}, "finish_reason": finish}],
    }


def completion(text: str = "hello") -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


CHUNKS = [chunk("he"), chunk("llo"), chunk(finish="stop")]


class User:
    """A program that uses the SDK. ``stream`` gives what it saw: the events, and the error it ended with or None."""

    def __init__(self, name: str, url: str, **options: Any) -> None:
        kind, _, library = name.partition("-")
        self.name = name
        self.asynchronous = kind == "async"
        self._runner = asyncio.Runner() if self.asynchronous else None
        given: dict[str, Any] = {"base_url": url, "api_key": "sk-test-canary-0123456789", "random": FixedRandom([0.0])}
        self._own: Any = None
        if library.startswith("injected"):
            module: Any = httpx2 if library == "injected-httpx2" else httpx
            self._own = module.AsyncClient() if self.asynchronous else module.Client()
            given["http_client"] = self._own
        else:
            given["transport"] = library
        given.update(options)
        self.client: Any = (onceward.AsyncOnceward if self.asynchronous else onceward.Onceward)(**given)

    def run(self, work: Any) -> Any:
        if self._runner is None:
            return work
        return self._runner.run(_awaited(work))

    def create(self, **params: Any) -> Any:
        return self.run(self.client.chat.completions.create(**{"model": "m", "messages": MESSAGES, **params}))

    def stream(self, **params: Any) -> tuple[list[Any], Exception | None]:
        if self._runner is None:
            return self._stream(**params)
        result: tuple[list[Any], Exception | None] = self._runner.run(self._astream(**params))
        return result

    def _stream(self, **params: Any) -> tuple[list[Any], Exception | None]:
        events: list[Any] = []
        try:
            for event in self.create(stream=True, **params):
                events.append(event)
        except onceward.APIError as error:
            return events, error
        return events, None

    async def _astream(self, **params: Any) -> tuple[list[Any], Exception | None]:
        events: list[Any] = []
        given = {"model": "m", "messages": MESSAGES, "stream": True, **params}
        try:
            async for event in await self.client.chat.completions.create(**given):
                events.append(event)
        except onceward.APIError as error:
            return events, error
        return events, None

    def final(self) -> Any:
        """Return the final object of the ``.stream()`` helper."""
        if self._runner is None:
            with self.client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
                return stream.get_final_completion()
        return self._runner.run(self._afinal())

    async def _afinal(self) -> Any:
        async with self.client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
            return await stream.get_final_completion()

    def close(self) -> None:
        self.run(self.client.aclose() if self.asynchronous else self.client.close())
        if self._own is not None:
            self.run(self._own.aclose() if self.asynchronous else self._own.close())
        if self._runner is not None:
            self._runner.run(asyncio.sleep(0.01))
            self._runner.close()


async def _awaited(work: Any) -> Any:
    return await work


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    with FakeGateway() as running:
        yield running


MakeUser = Callable[..., User]


@pytest.fixture
def make_user(gateway: FakeGateway) -> Iterator[MakeUser]:
    made: list[User] = []

    def make(name: str, **options: Any) -> User:
        made.append(User(name, gateway.url, **options))
        return made[-1]

    yield make
    for user in made:
        user.close()


@pytest.fixture(params=NAMES)
def user(request: pytest.FixtureRequest, make_user: MakeUser) -> User:
    return make_user(request.param)
