"""Operations as data: everything the executor must know about one endpoint.

Generated resource modules hold one `Operation` per endpoint and nothing else of substance; `_core.call` runs all of
them. Type references are strings of the form ``"family:Name"``, resolved against the package's ``types`` on first use,
so that importing a resource does not import models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Body", "Operation", "Page", "Param", "Result", "Stream"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One argument: its place in the request and the check it must pass."""

    wire: str
    place: Literal["path", "query", "querystring", "header", "cookie", "accept", "body", "whole_body"] = "body"
    required: bool = False
    nullable: bool = False
    check: Any = None
    """The check of the argument, in the form that `_core.checks` reads."""
    file: bool = False
    beside: Literal["texts", "values"] | None = None
    """The values that a file parameter may have besides: texts and others, or only others. A path is then no text."""
    style: str = "form"
    """The style of a list or an object. In a form body, the default is the content type of each value."""
    explode: bool = True
    reserved: bool = False
    """True if reserved characters and percent-encoded triplets are sent as they are."""
    content: str | None = None
    """The media type of the value in a form body; elsewhere ``json``, ``text`` or ``form``, instead of a style."""
    headers: Mapping[str, str | None] | None = None
    """Headers of the part in a multipart body, with their fixed values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    kind: Literal["json", "form", "multipart", "binary", "text", "json_lines"] = "json"
    media_type: str = "application/json"
    required: bool = True
    extra: tuple[Any] | None = None
    """The check of members that have no name in the contract, if it has a type for them."""
    item: str | None = None
    """The media type of each item, where the body is a list of parts without names."""
    prefix: tuple[str | None, ...] = ()
    """The media types of the first items of such a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The content of a 2xx response. ``type`` is a reference for the kinds json and json_lines.

    ``statuses`` and ``media_type``, which may be a range, select it among the `Operation.answers`.
    """

    kind: Literal["json", "text", "binary", "empty", "json_lines"] = "json"
    type: str | None = None
    text_when: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    statuses: tuple[int, int] = (200, 299)
    media_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The stream of an operation. A stream without its end marker was cut, unless it has none.

    ``event`` is a reference, or ``":text"`` or ``":any"`` for data of server-sent events that need not be JSON. With
    ``framed_end`` the stream ends where its body ends, and ``done`` is only recognized. ``named`` has the references
    of events that are distinguished by name. ``tag`` is the JSON key with the type of an event.
    """

    event: str
    framing: Literal["sse", "json_lines", "json_seq"] = "sse"
    flag: str | None = "stream"
    done: str | None = None
    terminal: frozenset[str] = frozenset()
    tag: str | None = None
    error_event: str | None = "error"
    resumable: bool = False
    finish: tuple[str, str, str, str] | None = None
    """Four names: the member of an event with its items, their number, their finish reason, and the member of the
    request with their count.
    """
    framed_end: bool = False
    named: Mapping[str, str] = field(default_factory=dict[str, str])
    media_type: str = "text/event-stream"
    flag_place: Literal["body", "query", "accept"] = "body"
    """The place of the parameter ``flag``. An ``accept`` is an argument that only chooses the header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The pagination of a list. Members of the response are paths of keys; parameters are wire names."""

    style: Literal["cursor", "after", "page", "offset", "url", "link", "none"]
    items: tuple[str, ...]
    cursor_param: str | None = None
    limit_param: str | None = None
    next: tuple[str, ...] | None = None
    has_more: tuple[str, ...] | None = None
    total: tuple[str, ...] | None = None
    total_pages: tuple[str, ...] | None = None
    last_id: tuple[str, ...] | None = None
    item_id: str = "id"
    is_last: tuple[str, ...] | None = None
    """The member that is true on the last page."""
    first: int = 1
    """The number of the first page."""
    in_body: bool = False
    """The parameter is a member of the request's JSON body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    id: str
    method: str
    path: str
    params: Mapping[str, Param] = field(default_factory=dict[str, Param])
    """Parameters by Python argument name."""
    body: Body | None = None
    result: Result = Result()
    answers: tuple[Result, ...] = ()
    """All successful responses, if there are several: those with the narrowest range of statuses first."""
    accept: str | None = None
    """The header ``Accept``; None for that of JSON, or of anything."""
    errors: Mapping[str, str] = field(default_factory=dict[str, str])
    """References to the types of error bodies, by ``404``, ``4XX`` or ``default``."""
    stream: Stream | None = None
    page: Page | None = None
    retry: Literal["safe", "keyed", "never"] = "safe"
    sends: tuple[str, ...] | None = None
    """The headers, ``idempotency`` and ``request_id``, that the client adds by itself; None for all it has."""
    auth: bool = True
    security: tuple[tuple[str, ...], ...] | None = None
    """The alternatives of security schemes, if the operation has its own."""
    server: str | None = None
    """The base URL of an operation that is at another server, or the path of one at the client's."""
    alternatives: Mapping[str, tuple[Body, Mapping[str, Param]]] = field(
        default_factory=dict[str, tuple[Body, Mapping[str, Param]]]
    )
    """Other media types of the request, each with its body and its parameters."""
    chooser: str = "content_type"
    """The argument that chooses a media type."""
