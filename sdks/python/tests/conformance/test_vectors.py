"""Plays every conformance vector, sync and async, over each transport, against the wire server in its own process."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import onceward
from onceward.testing import ManualClock

CONFORMANCE = Path(__file__).resolve().parents[4] / "conformance"
TRANSPORTS = ["httpx2", "fast"]


def load() -> list[Any]:
    found = []
    for file in sorted((CONFORMANCE / "vectors").glob("*.json")):
        content = json.loads(file.read_text())
        for vector in content["vectors"]:
            whole = {**content["defaults"], **vector}
            found.append(pytest.param(whole, id=f"{content['area']}/{vector['id']}"))
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    command = [sys.executable, str(CONFORMANCE / "wire_server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        process.terminate()


def ask(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data)) as answer:
        return json.load(answer)


class Waits(ManualClock):
    """A clock whose time passes by itself, and which notes every wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.advance(seconds)

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)


@dataclass(frozen=True)
class Always:
    """A source of chance that leaves nothing to it."""

    value: float

    def random(self) -> float:
        return self.value


def client_options(vector: dict[str, Any], url: str, transport: str, clock: Waits) -> dict[str, Any]:
    options = dict(vector.get("client", {}))
    base_url = url + options.pop("base_path", "")
    if "timeout" in options:
        options["timeout"] = onceward.Timeout(**options["timeout"])
    if not vector["id"].startswith(("idle", "first-byte", "total")):
        options["clock"] = clock
    if "random" in vector:
        options["random"] = Always(vector["random"])
    return options | {"base_url": base_url, "transport": transport}


def arguments(call: dict[str, Any]) -> dict[str, Any]:
    """The call's arguments as Python names them, with files and answers as Python has them."""
    given = {name.removesuffix("[]"): value_of(value) for name, value in call["args"].items()}
    options = dict(call.get("options", {}))
    if call.get("stream"):
        given["stream"] = True
    return given | options


def value_of(value: Any) -> Any:
    if isinstance(value, list):
        return [value_of(item) for item in value]
    if isinstance(value, dict) and "$file" in value:
        file = value["$file"]
        content = file["text"].encode() if "text" in file else base64.b64decode(file["base64"])
        return (file["name"], content, file["type"])
    if isinstance(value, dict) and "$answer" in value:
        from onceward.types.chat import ChatCompletionMessage

        return ChatCompletionMessage.from_dict(value["$answer"])
    return value


def plain(value: Any) -> Any:
    """A result as plain JSON values."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value.to_dict() if hasattr(value, "to_dict") else value


def method(client: Any, operation: str) -> Any:
    for name in operation.split("."):
        client = getattr(client, name)
    return client


def play_sync(vector: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    call, seen = vector["call"], []
    with onceward.Onceward(**options) as client:
        try:
            answer = method(client, call["operation"])(**arguments(call))
            if not (call.get("stream") or call.get("collect")):
                return {"value": plain(answer)}
            for item in answer:
                seen.append(plain(item))
        except onceward.OncewardError as error:
            return {"seen": seen, "error": error}
    return {"seen": seen}


async def play_async(vector: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    call, seen = vector["call"], []
    async with onceward.AsyncOnceward(**options) as client:
        try:
            answer = method(client, call["operation"])(**arguments(call))
            if not call.get("collect"):
                answer = await answer
            if not (call.get("stream") or call.get("collect")):
                return {"value": plain(answer)}
            async for item in answer:
                seen.append(plain(item))
        except onceward.OncewardError as error:
            return {"seen": seen, "error": error}
    return {"seen": seen}


def contains(whole: Any, part: Any, where: str = "it") -> None:
    """Assert that every member of ``part`` is equal in ``whole``."""
    if isinstance(part, dict) and isinstance(whole, dict):
        for key, value in part.items():
            assert key in whole, f"{where} lacks `{key}`: {whole!r}"
            contains(whole[key], value, f"{where}.{key}")
    elif isinstance(part, list) and isinstance(whole, list):
        assert len(whole) == len(part), f"{where} has {len(whole)} items, not {len(part)}: {str(whole)[:500]}"
        for index, value in enumerate(part):
            contains(whole[index], value, f"{where}[{index}]")
    else:
        assert whole == part, f"{where} is {whole!r}, not {part!r}"


def error_class(name: str) -> type[Exception]:
    found: type[Exception] = getattr(onceward, name, None) or getattr(onceward, f"{name}Error")
    return found


def is_error(error: Any, wanted: dict[str, Any]) -> None:
    assert type(error) is error_class(wanted["class"]), repr(error)
    for name, value in wanted.items():
        if name == "message_has":
            for part in value:
                assert part in str(error), f"{part!r} is not in {str(error)!r}"
        elif name == "partial_text":
            assert (error.partial.choices[0].message.content or "") == value
        elif name != "class":
            assert getattr(error, name) == value, f"`{name}` is {getattr(error, name)!r}, not {value!r}"


def judge(result: dict[str, Any], outcome: dict[str, Any]) -> None:
    error = outcome.get("error")
    wanted = result.get("error") or result.get("then")
    if wanted is None and error is not None:
        raise error
    if "value" in result:
        contains(outcome["value"], result["value"])
    if "text" in result:
        assert outcome["value"] == result["text"]
    if "base64" in result:
        assert outcome["value"] == {"base64": result["base64"]}
    if "events" in result or "items" in result:
        contains(outcome["seen"], result.get("events", result.get("items")))
    if wanted is not None:
        assert error is not None, f"no error, but {str(outcome)[:500]}"
        is_error(error, wanted)


@pytest.mark.parametrize("vector", load())
@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("play", [play_sync, play_async], ids=["sync", "async"])
def test_vector(vector: dict[str, Any], transport: str, play: Any, server: str) -> None:
    path = ask(f"{server}/_plays", {"vector": vector})["path"]
    clock = Waits()
    options = client_options(vector, server + path, transport, clock)
    outcome = play(vector, options)
    if asyncio.iscoroutine(outcome):
        outcome = asyncio.run(outcome)
    verdict = ask(f"{server}{path.replace('/p/', '/_plays/')}")
    assert not verdict["problems"], "\n".join(verdict["problems"])
    judge(vector["result"], outcome)
    if "sleeps" in vector:
        assert len(clock.waits) == len(vector["sleeps"]), clock.waits
        for wait, (least, most) in zip(clock.waits, vector["sleeps"], strict=True):
            assert least <= wait <= most, clock.waits
