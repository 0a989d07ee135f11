"""What the clients of a run did and saw, one JSON line each: the side of the story that no gateway can write."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from .work import Ask

__all__ = ["SIDE_BY_SIDE", "Began", "Entry", "Fault", "Made", "Journal", "Seen", "Told", "Usage", "read"]


SIDE_BY_SIDE = "calls at the same time"
"""The scope of what was made with a limit on these."""


class Usage(msgspec.Struct, frozen=True):
    """Tokens as the answer told them."""

    prompt: int
    completion: int


class Fault(msgspec.Struct, frozen=True):
    """An error as the SDK raised it. `kind` is its class."""

    kind: str
    status: int | None
    code: str | None
    message: str


class Began(msgspec.Struct, frozen=True, tag=True):
    """A call was begun, of which `ask` tells all (None for a key that is made). `turn` counts those who present the
    same key. The call must end within `within` seconds."""

    marker: str
    turn: int
    key: str | None
    at: float
    within: float
    ask: Ask | None = None


class Seen(msgspec.Struct, frozen=True, tag=True):
    """A call has ended for its client.

    `end` is `whole` for one that succeeded, `left` for a stream that its client gave up on purpose, `error` otherwise.
    `ids` are the numbers of a stream's events in the order in which they came, `cost` is what the answer's header said
    (USD, as text).
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
    """Somebody who pays was made: `scope` and `id` name the line in the ledger, whose unit `limit` has. The alias of a
    key is the name of its account."""

    scope: str
    id: str
    limit: int | None = None
    alias: str | None = None


class Told(msgspec.Struct, frozen=True, tag=True):
    """What the provider did with one request.

    `call_id` is the gateway's call, `sent` counts the words that went out, `whole` says that the answer was sent to its
    end: what a provider bills for.
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
    """Writes entries to a file, from any thread, each as soon as it is given."""

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
    """All entries of some journals."""
    return [_decode(line) for path in paths for line in path.read_bytes().splitlines()]
