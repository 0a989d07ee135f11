"""Emissions of a model while it answers: chunks, and directives for the delivery of the answer.

A model yields emissions; it never writes to a connection. Delivery faults (`CloseConnection`, `Stall`, `Garbage`)
affect only one client's connection: the call continues, so the client can get the lost part again with the call's key.
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
    "CloseConnection",
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
    """Fail the call: with an HTTP error if nothing was sent yet, else with an error event."""

    error: ApiError


@dataclass(frozen=True, slots=True)
class CloseConnection:
    """Close the client's connection abruptly; the call continues."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Send the client nothing but pings from now on; the call continues."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """Write raw bytes to the client's connection; they are not stored, so a replay does not contain them."""

    data: bytes
    content_type: str = "application/json"


Fault: TypeAlias = CloseConnection | Stall | Garbage
Emission: TypeAlias = Chunk | Delay | Fail | CloseConnection | Stall | Garbage


@dataclass(slots=True)
class Answer:
    """A whole answer: the bytes for the client, and the usage for the record."""

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
    """A delivery fault raised by a function that returns a whole answer. A retry gets `answer`, if there is one."""

    def __init__(self, fault: Fault, answer: Answer | None = None) -> None:
        super().__init__(repr(fault))
        self.fault = fault
        self.answer = answer


@dataclass(frozen=True, slots=True)
class ModelContext:
    """The properties of a call that a model receives besides its request; equal ones give equal answers."""

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
        """Yield the chunks of a chat completion, the usage chunk last."""
        ...

    def complete(self, request: dict[str, Any], context: ModelContext) -> Iterator[Emission]:
        """Yield the chunks of a text completion, the usage chunk last."""
        ...

    def embed(self, request: dict[str, Any], context: ModelContext) -> dict[str, Any]:
        """Return the embeddings of the request's input."""
        ...
