"""Routes, and the requests and responses of their endpoints."""

from __future__ import annotations

import enum
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeAlias

import msgspec

from ..core.answer import (
    Answer,
    ModelContext,
    OfflineModel,
)
from ..core.decisive_names import Named
from ..core.principal import ANONYMOUS, Principal

if TYPE_CHECKING:
    from ..core.call_record import CallRecord
    from .relayed import ContractFault

__all__ = [
    "Access",
    "BodyKind",
    "Request",
    "Change",
    "Endpoint",
    "Headers",
    "Local",
    "Receive",
    "Reply",
    "Response",
    "Route",
    "Send",
    "Streamer",
    "Upload",
    "deployment_path",
    "header_lines",
    "header_value",
    "json_response",
    "model_route",
]

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
Headers: TypeAlias = tuple[tuple[str, str], ...]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]


class Access(enum.Enum):
    """The access that a route requires: if the gateway requires keys, every route but a PUBLIC one needs a key.

    PLATFORM routes manage the gateway: without keys they are only reachable from the machine that it runs on.
    """

    PUBLIC = "public"
    KEY = "key"
    PLATFORM = "platform"


class BodyKind(enum.Enum):
    """The kind of body that a route takes."""

    NONE = "none"
    JSON = "json"
    JSON_OR_NONE = "json_or_none"
    FORM = "form"
    FORM_OR_JSON = "form_or_json"


@dataclass(slots=True)
class Response:
    """A complete response."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Headers = ()


class Streamer(Protocol):
    """A response that sends itself; `headers` are those that the gateway adds to every response."""

    async def send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        """Write the whole response to the ASGI `send`, with `headers` added to its own."""


class _Asgi(Protocol):
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


Reply: TypeAlias = Response | Streamer | _Asgi


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is ready to be written, which only an idempotent route may return.

    `write` awaits nothing but the database and returns the answer. Its writes and the answer stored for the idempotency
    key are one transaction: a node that crashes leaves both or neither. `then` runs when both are durable, and `undo`
    if `write` failed.
    """

    write: Callable[[], Awaitable[Response]]
    then: Callable[[], Awaitable[None]] | None = None
    undo: Callable[[], Awaitable[None]] | None = None


def header_value(value: str) -> bytes:
    """Return the bytes of a header value, without control characters: model names come from callers."""
    if value.isascii() and value.isprintable():
        return value.encode("ascii")
    return _CONTROL.sub(b" ", value.encode("latin-1", "replace"))


def header_lines(headers: Headers) -> bytes | None:
    """Return the headers as lines of a head; None if one of them has characters that need to be replaced first."""
    text = "".join([f"{name}: {value}\r\n" for name, value in headers])
    is_plain = text.isascii() and text.count("\r\n") == len(headers) and text.replace("\r\n", "").isprintable()
    return text.encode("ascii") if is_plain else None


def json_response(value: Any, status: int = 200, headers: Headers = ()) -> Response:
    """Return a value as a JSON response."""
    return Response(status, msgspec.json.encode(value), headers=headers)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a form. The file is spooled: in memory while small, else in a temporary file."""

    name: str
    filename: str
    content_type: str
    file: BinaryIO
    size: int


@dataclass(slots=True, eq=False)
class Request:
    """An authorized and validated request, as an endpoint receives it."""

    operation: str
    request_id: str
    principal: str
    headers: dict[str, str]
    params: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    raw: bytes = b""
    # The container of extra parameters that each merged member of the body came from.
    merged: dict[str, str] = field(default_factory=dict)
    # The further models that the body lists, as some providers accept them.
    others: list[Named] = field(default_factory=list)
    files: list[Upload] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    # A fault of the body that offline models and translations raise; a provider of the same protocol may accept it.
    fault: ContractFault | None = None
    model: str = ""
    scope: dict[str, Any] | None = None
    receive: Receive | None = None
    caller: Principal = ANONYMOUS
    # For telemetry: the call that answers, how an earlier call was reused, and the model that was tried last.
    record: CallRecord | None = None
    repeated: str = ""
    tried: str | None = None

    def header(self, name: str) -> str | None:
        """Return the value of a request header; `name` is in lower case."""
        return self.headers.get(name)


Endpoint: TypeAlias = Callable[[Request], Awaitable[Reply | Change]]
Local: TypeAlias = Callable[[OfflineModel, Request, ModelContext], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the gateway. `path` is a template in which `{name}` takes one raw segment.

    `idempotent`: a mutation, whose first answer is replayed for a repeated idempotency key. A platform mutation runs in
    one transaction unless `in_transaction` is false, because it uses more than the database or reports its outcome
    itself. Every other mutation returns a `Change`.
    """

    method: str
    path: str
    operation: str
    endpoint: Endpoint | None = None
    body: BodyKind = BodyKind.NONE
    access: Access = Access.KEY
    idempotent: bool = False
    in_transaction: bool = True
    kind: str | None = None
    local: Local | None = None
    aliases: Sequence[str] = ()


def deployment_path(tail: str) -> str:
    """Return the path under which Azure clients call an operation of a model."""
    return f"/openai/deployments/{{model}}/{tail}"


def model_route(
    *,
    path: str,
    operation: str,
    kind: str,
    body: BodyKind,
    local: Local | None = None,
    aliases: Sequence[str] = (),
) -> Route:
    """Return the route of a POST that calls a model; `local` answers for offline models."""
    return Route("POST", path, operation, body=body, kind=kind, local=local, aliases=aliases)
