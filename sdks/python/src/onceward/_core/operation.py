"""An operation as data: everything the executor must know about one endpoint.

Generated resource modules hold one `Operation` per endpoint and nothing else of substance; `_core.call` runs all of
them. Type references are strings of the form ``"family:Name"``, resolved against the package's ``types`` on first use,
so that importing a resource imports no model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Body", "Operation", "Page", "Param", "Result", "Stream"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One argument: where it goes on the wire and what is checked before it goes."""

    wire: str
    place: Literal["path", "query", "header", "cookie", "body", "whole_body"] = "body"
    required: bool = False
    nullable: bool = False
    check: Any = None
    """What the argument may be, as `_core.checks` reads it."""
    file: bool = False
    style: str = "form"
    explode: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    kind: Literal["json", "form", "multipart", "binary", "text"] = "json"
    media_type: str = "application/json"
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a 2xx answer holds. ``type`` is a reference for kinds json and json_lines."""

    kind: Literal["json", "text", "binary", "empty", "json_lines"] = "json"
    type: str | None = None
    text_when: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """How the operation streams. See the contract's streaming rules: a stream without its end marker was cut."""

    event: str
    framing: Literal["sse", "json_lines"] = "sse"
    flag: str | None = "stream"
    done: str | None = None
    terminal: frozenset[str] = frozenset()
    tag: str | None = None
    error_event: str | None = "error"
    resumable: bool = False
    finish: tuple[str, str, str, str] | None = None
    """The list of an event, the member that numbers its items, the one that says that an item has finished, and the
    member of the request that says how many items there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How a list is walked. Members of the answer are paths of keys; parameters are wire names."""

    style: Literal["cursor", "after", "page", "offset", "url", "none"]
    items: tuple[str, ...]
    cursor_param: str | None = None
    limit_param: str | None = None
    next: tuple[str, ...] | None = None
    has_more: tuple[str, ...] | None = None
    total: tuple[str, ...] | None = None
    total_pages: tuple[str, ...] | None = None
    last_id: tuple[str, ...] | None = None
    item_id: str = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    id: str
    method: str
    path: str
    params: Mapping[str, Param] = field(default_factory=dict[str, Param])
    """Python argument name -> parameter."""
    body: Body | None = None
    result: Result = Result()
    stream: Stream | None = None
    page: Page | None = None
    retry: Literal["safe", "keyed", "never"] = "safe"
    auth: bool = True
