"""The model of an API, which is the only input of every emitter.

The model does not depend on OpenAPI or on a programming language. It consists of frozen dataclasses and closed unions,
is a pure function of the contract and its configuration, and has a canonical JSON form
(`onceward_generator.canonical`).

Terms
    *name*       a tuple of lower-case words, e.g. ``("chat", "completion")``; each language joins and cases them.
    *wire*       the exact spelling on the wire: a JSON key, a header, a path template.
    *origin*     the place of a node in the contract, for diagnostics and for derived names.
    *presence*   whether a field may be absent, independent of whether it may be null.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from onceward_generator.access import AuthScheme, Requirement, Server, ServerVariable
from onceward_generator.behaviour import Behaviour
from onceward_generator.value_types import (
    ByJsonType,
    ByTag,
    ByUniqueKey,
    Check,
    EnumType,
    Field,
    FileType,
    JsonKind,
    JsonType,
    JsonValue,
    ListType,
    LiteralType,
    MapType,
    Member,
    Name,
    Nullable,
    ObjectType,
    Origin,
    Prim,
    Primitive,
    Ranked,
    Ref,
    Type,
    TypeDef,
    UnionType,
    Variant,
    reachable,
    references,
)

__all__ = [
    "Alternative",
    "Answer",
    "Api",
    "AuthScheme",
    "Body",
    "BodyKind",
    "Brand",
    "ByJsonType",
    "ByTag",
    "ByUniqueKey",
    "Check",
    "EnumType",
    "EventData",
    "Field",
    "FileType",
    "Framing",
    "JsonKind",
    "JsonType",
    "JsonValue",
    "ListType",
    "LiteralType",
    "MapType",
    "Member",
    "Method",
    "Name",
    "Nullable",
    "ObjectType",
    "Origin",
    "PageStyle",
    "Pages",
    "Param",
    "Place",
    "Prim",
    "Primitive",
    "Ranked",
    "Ref",
    "Requirement",
    "Resource",
    "Result",
    "ResultKind",
    "RetryClass",
    "Server",
    "ServerVariable",
    "Signature",
    "Streams",
    "Type",
    "TypeDef",
    "UnionType",
    "Variant",
    "Webhook",
    "Webhooks",
    "all_methods",
    "reachable",
    "references",
]

# --- methods ---------------------------------------------------------------------------------------------------------


class Place(Enum):
    """The place of a parameter in a request."""

    PATH = "path"
    QUERY = "query"
    QUERYSTRING = "querystring"
    """The whole query, written by its content type."""
    HEADER = "header"
    COOKIE = "cookie"
    ACCEPT = "accept"
    """The media type that the request accepts: True for that of the stream."""
    BODY = "body"
    """One top-level key of an object body, or one part of a form."""
    WHOLE_BODY = "whole_body"
    """The body itself, where it is not an object, or is a union of objects."""


@dataclass(frozen=True, slots=True)
class Param:
    """An argument of a method. Names are unique within the method."""

    wire: str
    name: Name
    place: Place
    type: Type
    required: bool
    description: str = ""
    default: JsonValue = None
    has_default: bool = False
    check: Check | None = None
    explode: bool = True
    """Lists and objects: one pair for each member (True), or all joined (False)."""
    style: str = "form"
    """The style of OpenAPI: simple, label, matrix, form, spaceDelimited, pipeDelimited, deepObject, cookie; also
    ``brackets`` (``a[]=1``), and ``content``: each value of a form body is written by its content type."""
    reserved: bool = False
    """Reserved characters and percent-encoded triplets are sent as they are."""
    content_type: str | None = None
    """The media type of the value: of a part of a form body, or in place of a style."""
    part_headers: tuple[tuple[str, str | None], ...] = ()
    """The headers of a part in a multipart body, with their fixed values; None is for the caller to give."""
    multi_segment: bool = False
    """Path parameters: the value may contain ``/``, which is percent-encoded all the same."""
    deprecated: bool = False


class BodyKind(Enum):
    """The encoding of a request body."""

    JSON = "json"
    FORM = "form"
    MULTIPART = "multipart"
    BINARY = "binary"
    TEXT = "text"
    JSON_LINES = "json_lines"


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request."""

    kind: BodyKind
    media_type: str
    required: bool
    type: Type
    """The type of the whole body. Its top-level fields are also in `Method.params`."""
    item_type: str | None = None
    """The media type of each part of a multipart body that is a list, and whose parts have no names."""
    prefix_types: tuple[str | None, ...] = ()
    """The media types of the first parts of such a list."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another media type of a request, with all parameters that the method has then."""

    body: Body
    params: tuple[Param, ...]


class ResultKind(Enum):
    """The decoding of a response body."""

    JSON = "json"
    TEXT = "text"
    BINARY = "binary"
    EMPTY = "empty"
    JSON_LINES = "json_lines"


@dataclass(frozen=True, slots=True)
class Result:
    """The successful response of a method that its callers expect first. `Method.answers` has all of them."""

    kind: ResultKind
    type: Type | None
    media_type: str | None = None
    status: int = 200
    text_when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Parameters with values that change a JSON response to plain text: (("response_format", ("srt", "text")),)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of a method: the range of statuses and the media type that select it, and its decoding.

    A media type may be a range (``image/*``). Among the answers that a status selects, those with the narrowest range
    count; among these the media type decides, and the first one if there is none.
    """

    statuses: tuple[int, int]
    kind: ResultKind
    type: Type | None = None
    media_type: str | None = None
    example: JsonValue = None
    """The example that the contract has for it."""
    has_example: bool = False


class Framing(Enum):
    """The framing of a stream."""

    SSE = "sse"
    JSON_LINES = "json_lines"
    JSON_SEQ = "json_seq"
    """JSON texts that each begin with a record separator (RFC 7464)."""


@dataclass(frozen=True, slots=True)
class Streams:
    """The stream of a method. `Api.event_data` is how the data of its events is decoded.

    ``flag`` is the parameter that turns streaming on (None: the method always streams). ``done`` is the data of the
    closing sentinel; ``terminal`` are the event types that end the stream. The type of an event is its name on the
    wire, or the value of the key ``tag`` of its data. ``error_event`` is the name of error events.

    A stream that ends without ``done`` or a terminal event was interrupted. With ``framed_end`` nothing declares an
    end: the stream ends where its body ends as HTTP frames it, and ``done`` is only recognized. A body that was cut is
    an interruption in both cases.
    """

    framing: Framing
    event: Type
    flag: str | None
    done: str | None = None
    terminal: tuple[str, ...] = ()
    tag: str | None = None
    error_event: str | None = "error"
    resumable: bool = False
    finish: tuple[str, str, str, str] | None = None
    """The marks of a finished item, if a stream delivers several: the list, the member that numbers its items, the
    member that is null until the item is finished, and the request member with the number of items. A stream with an
    unfinished item was interrupted."""
    framed_end: bool = False
    named: tuple[tuple[str, Type], ...] = ()
    """Names of events with the types of their data, if names and not the data distinguish them."""
    media_type: str = "text/event-stream"
    flag_place: Place = Place.BODY
    """The place of the flag: a key of the body, a query parameter, or an argument that chooses the media type."""


class EventData(Enum):
    """The decoding of the data of an event."""

    JSON = "json"
    TEXT = "text"
    ANY = "any"
    """JSON, or text where it is not JSON."""


class PageStyle(Enum):
    """The pagination style of a list."""

    CURSOR = "cursor"
    """The response contains the next cursor."""
    AFTER = "after"
    """The next page starts after the id of the last item."""
    PAGE = "page"
    """Numbered pages."""
    OFFSET = "offset"
    URL = "url"
    """The response contains the URL of the next page."""
    LINK = "link"
    """The header ``Link`` has the URL of the next page."""
    NONE = "none"
    """A single page with all items."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pagination of a list. Response members are paths of keys; an empty path is the response itself."""

    style: PageStyle
    items: tuple[str, ...]
    item: Type
    cursor_param: str | None = None
    """The parameter (by wire name) for the cursor, the id, the page number, or the offset."""
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


class RetryClass(Enum):
    """The conditions under which a method may be retried."""

    SAFE = "safe"
    """A repetition changes nothing: retried after every retryable failure."""
    KEYED = "keyed"
    """A repetition is safe with an idempotency key, which the runtime sends."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Method:
    """An operation as a method of an SDK."""

    id: str
    """Dotted resource path and method, e.g. ``chat.completions.create``: stable and unique."""
    name: Name
    http: str
    path: str
    summary: str
    description: str
    params: tuple[Param, ...]
    body: Body | None
    result: Result
    streams: Streams | None
    pages: Pages | None
    retry: RetryClass
    auth: bool
    errors: tuple[int, ...]
    origin: Origin
    answers: tuple[Answer, ...] = ()
    """All successful responses, the preferred ones first; empty for a method that always streams."""
    accept: str | None = None
    """The header ``Accept``, which lists the media types of all successful responses; None: that of `result` alone."""
    failures: tuple[Answer, ...] = ()
    """The bodies of errors that the contract describes."""
    aliases: tuple[str, ...] = ()
    """Other paths of the same operation, e.g. deployment forms."""
    positional: tuple[str, ...] = ()
    """Wire names of the parameters that are accepted as positional arguments, in order."""
    alternatives: tuple[Alternative, ...] = ()
    """The other media types of the request, which callers choose by an argument."""
    security: tuple[Requirement, ...] | None = None
    """The alternatives of credentials, if they are not those of the API."""
    server: Server | None = None
    """The server of the method, if it is not one of the API's."""
    sends: tuple[str, ...] | None = None
    """The headers of its own (``idempotency``, ``request_id``) that a client sends with the method; None for all."""
    deprecated: bool = False
    visible: bool = True

    @property
    def forms(self) -> tuple[tuple[Body | None, tuple[Param, ...]], ...]:
        """The body and the parameters with each media type of the request, the preferred one first."""
        return ((self.body, self.params), *((one.body, one.params) for one in self.alternatives))

    @property
    def received(self) -> tuple[Type, ...]:
        """The types of what may be received: responses, errors, events, and the items of pages."""
        found = [self.result.type, *(answer.type for answer in (*self.answers, *self.failures))]
        if self.streams is not None:
            found += [self.streams.event, *(type_ for _, type_ in self.streams.named)]
        if self.pages is not None:
            found.append(self.pages.item)
        return tuple(type_ for type_ in found if type_ is not None)


@dataclass(frozen=True, slots=True)
class Resource:
    """A node of the resource tree."""

    name: Name
    path: tuple[str, ...]
    description: str
    methods: tuple[Method, ...]
    children: tuple[Resource, ...]
    aliases: tuple[str, ...] = ()
    """Other names of the attribute for this resource, such as its plural."""
    helpers: str | None = None
    """The name of hand-written additions to this resource in the runtime (streams, builders), if any."""

    def family(self) -> Iterator[Resource]:
        """Yield the resource and all below it."""
        yield self
        for child in self.children:
            yield from child.family()


def all_methods(resources: Iterable[Resource]) -> Iterator[Method]:
    """Yield the methods of some resources and of all below them."""
    return (method for top in resources for resource in top.family() for method in resource.methods)


# --- webhooks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of a webhook: HMAC of the body, or of id, timestamp and body (``standard``).

    ``header`` is the only header of a plain HMAC; ``prefix`` is what is before the signature in it.
    """

    kind: str
    """``standard`` (Standard Webhooks) or ``hmac``."""
    header: str = "webhook-signature"
    prefix: str = ""
    algorithm: str = "sha256"
    encoding: str = "hex"
    """The encoding of a plain HMAC: hex or base64."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request that the server sends to its users."""

    wire: str
    name: Name
    type: Type
    description: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The webhooks of an API. ``event`` is the type of any of them."""

    event: Type
    events: tuple[Webhook, ...]
    signature: Signature | None


# --- the API ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Brand:
    """The names of a product. They are configuration, and never change behaviour."""

    name: Name
    package: str
    env_prefix: str
    header_prefix: str
    base_url: str
    key_prefix: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    providers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Providers whose keys a caller may send, each with the prefixes of its model names."""
    spelling: tuple[str, ...] = ()
    """The words of the name in their own case, such as ``("DigitalOcean",)``, for names of classes; empty: `name`."""
    gateway: bool = False
    """The server is a gateway to language models, with its errors, scopes and provider keys. Other APIs have none."""


@dataclass(frozen=True, slots=True)
class Api:
    """A whole API."""

    title: str
    version: str
    description: str
    brand: Brand
    servers: tuple[Server, ...]
    auth: tuple[AuthScheme, ...]
    behaviour: Behaviour
    resources: tuple[Resource, ...]
    types: Mapping[str, TypeDef] = field(default_factory=dict)
    webhooks: Webhooks | None = None
    security: tuple[Requirement, ...] = ()
    """The alternatives that operations without their own have."""

    def resolve(self, type_: Type) -> Type:
        """Follow references until the type is not a reference."""
        while isinstance(type_, Ref):
            type_ = self.types[type_.key].type
        return type_

    def closure(self, keys: Iterable[str]) -> set[str]:
        """Return the keys of some types and of all types that they refer to."""
        return reachable(keys, lambda key: references(self.types[key].type))

    def event_data(self, streams: Streams, type_: Type) -> EventData:
        """Return how events of a type are decoded. Server-sent events may have text; other framings have JSON."""
        if streams.framing is not Framing.SSE:
            return EventData.JSON
        match self.resolve(type_):
            case JsonType():
                return EventData.ANY
            case Primitive(kind) if kind.is_text:
                return EventData.TEXT
            case EnumType(Prim.STRING):
                return EventData.TEXT
            case _:
                return EventData.JSON
