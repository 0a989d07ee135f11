"""Emissions of a model while it answers: chunks, and directives that say how the answer is to be delivered.

A model yields emissions; it never writes to a connection. Delivery faults (`Cut`, `Stall`, `Garbage`) concern one
client's connection alone: the call goes on behind them, so what a client lost can be had again with the call's key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import msgspec

from .errors import ApiError

__all__ = [
    "Answer",
    "Chunk",
    "Cut",
    "Delay",
    "DeliveryFault",
    "Emission",
    "Fail",
    "Fault",
    "Garbage",
    "ModelContext",
    "OfflineModel",
    "Stall",
]

Chunk: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait before the next emission."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Fail:
    """The call fails here: an HTTP error if nothing was sent yet, an error event if something was."""

    error: ApiError


@dataclass(frozen=True, slots=True)
class Cut:
    """The client's connection is closed abruptly; the call goes on."""


@dataclass(frozen=True, slots=True)
class Stall:
    """The client hears nothing but pings from here on; the call goes on."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes put on the client's connection as they are; never kept, so a replay does not show them."""

    data: bytes
    content_type: str = "application/json"


Fault: TypeAlias = Cut | Stall | Garbage
Emission: TypeAlias = Chunk | Delay | Fail | Cut | Stall | Garbage


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: the bytes that the client gets, and the usage that the record keeps."""

    body: bytes
    content_type: str = "application/json"
    usage: Mapping[str, Any] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200

    @classmethod
    def json(
        cls, value: Any, *, usage: Mapping[str, Any] | None = None, headers: tuple[tuple[str, str], ...] = ()
    ) -> Answer:
        """Return an answer with `value` encoded as JSON."""
        return cls(msgspec.json.encode(value), usage=usage, headers=headers)


class DeliveryFault(Exception):
    """A delivery fault out of a function that gives one whole answer. The `answer`, if any, is what a retry gets."""

    def __init__(self, fault: Fault, answer: Answer | None = None) -> None:
        super().__init__(repr(fault))
        self.fault = fault
        self.answer = answer


@dataclass(frozen=True, slots=True)
class ModelContext:
    """The facts of a call that a model may know besides its request; the same facts give the same answer."""

    call_id: str
    created: int
    model: str
    attempt: int
    key: str | None
    request_id: str
    principal: str


class OfflineModel(Protocol):
    """A model that runs inside the gateway."""

    @property
    def id(self) -> str:
        """Return the name of the model, such as `onceward/echo`."""

    def chat(self, request: dict[str, Any], context: ModelContext) -> Iterator[Emission]:
        """Chunks of a chat completion, the usage chunk last."""
        ...

    def complete(self, request: dict[str, Any], context: ModelContext) -> Iterator[Emission]:
        """Chunks of a text completion, the usage chunk last."""
        ...

    def embed(self, request: dict[str, Any], context: ModelContext) -> dict[str, Any]:
        """The embeddings of the request's input."""
        ...
