"""The journal of the clients of a run, one JSON line per entry: evidence that is independent of the gateway."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from .work import Ask

__all__ = ["SIDE_BY_SIDE", "Began", "Entry", "Fault", "Made", "Journal", "Seen", "Told", "Usage", "read"]


SIDE_BY_SIDE = "calls at the same time"
"""The scope of keys with a limit on concurrent calls."""


class Usage(msgspec.Struct, frozen=True):
    """Token counts as in the response."""

    prompt: int
    completion: int


class Fault(msgspec.Struct, frozen=True):
    """An error raised by the SDK. `kind` is its class."""

    kind: str
    status: int | None
    code: str | None
    message: str


class Began(msgspec.Struct, frozen=True, tag=True):
    """A started call, described by `ask` (None for the creation of a key).

    `turn` counts requests with the same key. The call must end within `within` seconds.
    """

    marker: str
    turn: int
    key: str | None
    at: float
    within: float
    ask: Ask | None = None


class Seen(msgspec.Struct, frozen=True, tag=True):
    """A call that ended for its client.

    `end` is `whole` for success, `left` for a stream that its client left on purpose, `error` otherwise. `ids` are the
    numbers of the stream's events in the order of arrival, `cost` is the cost in the header of the response (USD, as
    text).
    """

    marker: str
    turn: int
    key: str | None
    account: str
    end: str
    at: float
    text: str = ""
    call_id: str | None = None
    usage: Usage | None = None
    ids: tuple[int, ...] = ()
    calls: tuple[str, ...] = ()
    cost: str | None = None
    attempts: int = 0
    fault: Fault | None = None


class Made(msgspec.Struct, frozen=True, tag=True):
    """A created account.

    `scope` and `id` identify the budget window in the ledger, in whose unit `limit` is. The alias of a key is the name
    of its account.
    """

    scope: str
    id: str
    limit: int | None = None
    alias: str | None = None


class Told(msgspec.Struct, frozen=True, tag=True):
    """A request as the provider handled it.

    `call_id` is the gateway's call, `sent` the number of words sent, and `whole` whether the response was sent
    completely, in which case a provider bills it.
    """

    marker: str
    call_id: str
    verdict: str
    prompt: int
    completion: int
    sent: int
    whole: bool
    at: float


Entry = Began | Seen | Made | Told
_decode = msgspec.json.Decoder(Entry).decode
_encode = msgspec.json.Encoder().encode


class Journal:
    """Write entries to a file immediately, from any thread."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def write(self, entry: Entry) -> None:
        line = _encode(entry) + b"\n"
        with self._lock:
            self._file.write(line)

    def close(self) -> None:
        self._file.close()


def read(paths: Iterable[Path]) -> list[Entry]:
    """Return all entries of some journals."""
    return [_decode(line) for path in paths for line in path.read_bytes().splitlines()]
