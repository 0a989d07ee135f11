"""The cut sweep: a stream is cut at every byte, and the caller must not notice it.

    python conformance/cut_sweep.py                        a stride that covers every position inside an event
    python conformance/cut_sweep.py --full                 every byte of the whole response
    python conformance/cut_sweep.py --target gateway       with the real gateway, started for it (or pass a URL)

A proxy in front of the server breaks the connection before byte k of the response: for each k, with each transport, and
synchronously and asynchronously. The events that the caller receives must be those of the uncut stream, including ids,
and the server must have one call for each stream. The exit status is 0 if this is true for every cut.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, Protocol

import onceward
from onceward.testing import CutProxy, FakeGateway, FixedRandom

__all__ = ["LIBRARIES", "FakeTarget", "GatewayTarget", "Outcome", "Target", "offsets", "sweep"]

LIBRARIES = ("httpx2", "fast", "injected-httpx2", "injected-httpx")
KINDS: tuple[Literal["sync", "async"], ...] = ("sync", "async")
KEY = "sk-test-0123456789"
Seen = list[tuple[str | None, str]]
"""The events of a stream as the caller received them: the id and the content of each."""


# ---- servers


class Target(Protocol):
    """A server whose streams can be resumed, and its records."""

    url: str
    params: dict[str, Any]

    def calls_of(self, key: str) -> int: ...


class FakeTarget:
    """Return the fake gateway of the test helpers, with a stream of this many events."""

    def __init__(self, events: int) -> None:
        self._gateway = FakeGateway().start()
        chunks = [_chunk(number) for number in range(events - 1)]
        self._gateway.respond_sse([*chunks, _chunk(events - 1, finish="stop")], resumable=True)
        self.url = self._gateway.url
        self.params: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}

    def calls_of(self, key: str) -> int:
        count = sum(call.key == key for call in self._gateway.calls)
        if len(self._gateway.requests) > 2000:
            self._gateway.forget()
        return count

    def close(self) -> None:
        self._gateway.close()


def _chunk(number: int, *, finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": f"{number} "}, "finish_reason": finish}],
    }


class GatewayTarget:
    """Return the real gateway: the one at ``url``, or one that is started with an empty data directory."""

    def __init__(self, events: int, url: str | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="cut-sweep-")
        self._process: subprocess.Popen[bytes] | None = None
        self.url = url or self._start()
        text = " ".join(str(number) for number in range(events))
        self.params: dict[str, Any] = {
            "model": "onceward/echo",
            "messages": [{"role": "user", "content": "hi"}],
            "mock_response": text,
        }

    def _start(self) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "onceward_gateway",
                "--offline",
                "--port",
                str(port),
                "--data-dir",
                self._folder.name,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 20
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/readyz", timeout=1):
                return url
            time.sleep(0.05)
        raise RuntimeError("the gateway did not start within 20 s")

    def calls_of(self, key: str) -> int:
        with urllib.request.urlopen(f"{self.url}/v1/calls?idempotency_key={key}", timeout=10) as answer:
            records = json.load(answer)["data"]
        wrong = [record["status"] for record in records if record["status"] != "completed"]
        if wrong:
            raise AssertionError(f"the gateway's record of {key!r} says {wrong}")
        return len(records)

    def close(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
        self._folder.cleanup()


# ---- callers


class Caller:
    """A client that streams through the proxy and returns the events it received."""

    def __init__(self, kind: Literal["sync", "async"], library: str, url: str, params: dict[str, Any]) -> None:
        self._params = params
        self._own: Any = None
        options: dict[str, Any] = {"base_url": url, "api_key": KEY, "random": FixedRandom([0.0]), "timeout": 10.0}
        if library.startswith("injected-"):
            module: Any = __import__(library.removeprefix("injected-"))
            self._own = module.Client() if kind == "sync" else module.AsyncClient()
            options["http_client"] = self._own
        else:
            options["transport"] = library
        self._runner = None if kind == "sync" else asyncio.Runner()
        self._client: Any = onceward.Onceward(**options) if kind == "sync" else onceward.AsyncOnceward(**options)

    def stream(self, key: str) -> Seen:
        if self._runner is not None:
            return self._runner.run(self._astream(key))
        stream = self._client.chat.completions.create(**self._params, stream=True, idempotency_key=key)
        return [(stream.last_event_id, event.to_json()) for event in stream]

    async def _astream(self, key: str) -> Seen:
        stream = await self._client.chat.completions.create(**self._params, stream=True, idempotency_key=key)
        return [(stream.last_event_id, event.to_json()) async for event in stream]

    def close(self) -> None:
        if self._runner is None:
            self._client.close()
            if self._own is not None:
                self._own.close()
            return
        self._runner.run(self._aclose())
        self._runner.close()

    async def _aclose(self) -> None:
        await self._client.aclose()
        if self._own is not None:
            await self._own.aclose()
        await asyncio.sleep(0.01)  # asyncio closes its sockets a turn later


# ---- the sweep


@dataclass
class Outcome:
    """The result of a sweep of one caller."""

    name: str
    cuts: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        verdict = "ok" if not self.failures else f"{len(self.failures)} FAILED, the first: {self.failures[0]}"
        return f"{self.name:24} {self.cuts:6} cuts  {self.seconds:7.1f} s  {verdict}"


def _comparable(seen: Seen) -> Seen:
    """Return the content without the id and date of the call, which differ from call to call."""
    return [(None if ident is None else ident.rpartition(":")[2], _content(text)) for ident, text in seen]


# Every cut of a stream is followed by the same events.
@lru_cache(maxsize=1024)
def _content(text: str) -> str:
    event = json.loads(text)
    event.pop("id", None)
    event.pop("created", None)
    return json.dumps(event, sort_keys=True)


def offsets(size: int, events: int, *, full: bool) -> Iterator[int]:
    """Return the bytes to cut before.

    The stride visits some of the head, then a position in each event, one byte further in each time, in as many rounds
    as it takes to cover every position inside an event, and the whole last event and end.
    """
    if full:
        yield from range(size + 1)
        return
    head = 400
    event = max(1, (size - head) // max(1, events))
    rounds = event // max(1, events) + 1
    yield from range(0, min(head, size), 5)
    for number in range(rounds):
        yield from range(head + number * (event // rounds), size - event, event + 1)
    yield from range(max(head, size - event - 8), size + 1)


def sweep(
    target: Target,
    kind: Literal["sync", "async"],
    library: str,
    *,
    events: int,
    full: bool = False,
    hows: tuple[Literal["fin", "rst"], ...] = ("rst", "fin"),
) -> Outcome:
    """Cut the stream of ``target`` at each of the offsets, with one client."""
    outcome = Outcome(f"{kind} {library}")
    started = time.monotonic()
    with CutProxy(target.url) as proxy:
        caller = Caller(kind, library, proxy.url, target.params)
        try:
            run = f"{kind}-{library}-{time.time_ns()}"
            proxy.arm(None)
            whole = _comparable(caller.stream(f"{run}-whole"))
            size = proxy.counted
            if len(whole) < events:
                raise RuntimeError(f"the uncut stream has {len(whole)} events, not {events}")
            for number, at in enumerate(offsets(size, events, full=full)):
                how = hows[number % len(hows)]
                failure = _cut(proxy, caller, target, f"{run}-{at}", at, how, whole)
                outcome.cuts += 1
                if failure is not None:
                    outcome.failures.append(f"byte {at} of {size} ({how}): {failure}")
            # The responses differ by a byte or two in their ids, so that the last offsets may miss.
            if proxy.cuts_made < outcome.cuts - 8:
                outcome.failures.append(f"only {proxy.cuts_made} of {outcome.cuts} cuts were made")
        finally:
            caller.close()
    outcome.seconds = time.monotonic() - started
    return outcome


def _cut(
    proxy: CutProxy, caller: Caller, target: Target, key: str, at: int, how: Literal["fin", "rst"], whole: Seen
) -> str | None:
    proxy.arm(at, how=how)
    try:
        seen = _comparable(caller.stream(key))
    except onceward.SDKError as error:
        return f"{type(error).__name__}: {error}"
    if seen != whole:
        return _difference(seen, whole)
    calls = target.calls_of(key)
    return None if calls == 1 else f"the server knows {calls} calls"


def _difference(seen: Seen, whole: Seen) -> str:
    for number, (mine, theirs) in enumerate(zip(seen, whole, strict=False)):
        if mine != theirs:
            return f"event {number} is {mine}, uncut it is {theirs}"
    return f"{len(seen)} events, uncut there are {len(whole)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="cut before every byte")
    parser.add_argument("--target", default="fake", help="`fake`, `gateway`, or the base URL of a running gateway")
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--libraries", default=",".join(LIBRARIES))
    parser.add_argument("--kinds", default=",".join(KINDS))
    given = parser.parse_args()
    target: Any
    if given.target == "fake":
        target = FakeTarget(given.events)
    else:
        target = GatewayTarget(given.events, None if given.target == "gateway" else given.target)
    failed = 0
    try:
        for library in given.libraries.split(","):
            for kind in KINDS:
                if kind in given.kinds.split(","):
                    outcome = sweep(target, kind, library, events=given.events, full=given.full)
                    print(outcome, flush=True)
                    failed += bool(outcome.failures)
    finally:
        target.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
