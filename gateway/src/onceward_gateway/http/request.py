"""The vocabulary of the edge: what a route is, what an endpoint is given, and what it gives back."""

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
    "header_value",
    "json_response",
    "model_route",
]

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
Headers: TypeAlias = tuple[tuple[str, str], ...]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]


class Access(enum.Enum):
    """Who may call a route. What is not named PUBLIC needs a key wherever the gateway asks for keys.

    PLATFORM routes govern the gateway: without a key they answer nobody but the machine that it listens on alone.
    """

    PUBLIC = "public"
    KEY = "key"
    PLATFORM = "platform"


class BodyKind(enum.Enum):
    """What a route reads as its body."""

    NONE = "none"
    JSON = "json"
    JSON_OR_NONE = "json_or_none"
    FORM = "form"
    FORM_OR_JSON = "form_or_json"


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Headers = ()


class Streamer(Protocol):
    """A response that writes itself; `headers` are those that the edge adds to every answer."""

    async def send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None: ...


class _Asgi(Protocol):
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


Reply: TypeAlias = Response | Streamer | _Asgi


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is ready to be written, which only a route with `once` may return.

    `write` awaits nothing but the database and returns the answer. What it writes and the answer kept for the
    idempotency key are one transaction: a node that dies leaves both or neither. `then` runs when both are durable,
    and `undo` where `write` failed.
    """

    write: Callable[[], Awaitable[Response]]
    then: Callable[[], Awaitable[None]] | None = None
    undo: Callable[[], Awaitable[None]] | None = None


def header_value(value: str) -> bytes:
    """A header value that no text can break out of: model names come from callers."""
    if value.isascii() and value.isprintable():
        return value.encode("ascii")
    return _CONTROL.sub(b" ", value.encode("latin-1", "replace"))


def json_response(value: Any, status: int = 200, headers: Headers = ()) -> Response:
    """A value as a JSON response."""
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
    """One request, as an endpoint sees it: authorised, read and validated."""

    operation: str
    request_id: str
    principal: str
    headers: dict[str, str]
    params: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    raw: bytes = b""
    # Which members of the body came out of which container of extra parameters.
    merged: dict[str, str] = field(default_factory=dict)
    # The models that the body names beside its own, as some providers take them.
    others: list[Named] = field(default_factory=list)
    files: list[Upload] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    model: str = ""
    scope: dict[str, Any] | None = None
    receive: Receive | None = None
    caller: Principal = ANONYMOUS
    # What those who watch are told: the call that answers, how it was made before, the model that was tried last.
    record: CallRecord | None = None
    repeated: str = ""
    tried: str | None = None

    def header(self, name: str) -> str | None:
        """The value of a request header; `name` in lower case."""
        return self.headers.get(name)


Endpoint: TypeAlias = Callable[[Request], Awaitable[Reply | Change]]
Local: TypeAlias = Callable[[OfflineModel, Request, ModelContext], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the gateway. `path` is a template in which `{name}` takes one raw segment.

    `once`: a mutation, whose first answer a key that comes again gets again. One of the platform is a transaction as a
    whole, unless it is `apart`: because it asks more than the database, or tells what it did itself. Every other one
    returns a `Change`.
    """

    method: str
    path: str
    operation: str
    endpoint: Endpoint | None = None
    body: BodyKind = BodyKind.NONE
    access: Access = Access.KEY
    once: bool = False
    apart: bool = False
    kind: str | None = None
    local: Local | None = None
    aliases: Sequence[str] = ()


def deployment_path(tail: str) -> str:
    """The path under which clients of Azure call an operation of a model."""
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
    """A POST that calls a model: routed, recorded, made once per key. `local` answers for offline models."""
    return Route("POST", path, operation, body=body, kind=kind, local=local, aliases=aliases)
