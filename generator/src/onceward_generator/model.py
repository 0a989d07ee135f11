"""The model of an API: what every emitter reads, and the only thing it reads.

The model holds no word of OpenAPI and no word of any programming language. It is made of frozen dataclasses and closed
sums, is a pure function of the contract and its configuration, and has one canonical JSON form
(`onceward_generator.canonical`).

Words used here
    *name*       a tuple of lower-case words, e.g. ``("chat", "completion")``; each language joins and cases them.
    *wire*       the exact spelling on the wire: a JSON key, a header, a path template.
    *origin*     where in the contract a node came from, for diagnostics and for names that follow the meaning's path.
    *presence*   whether a field may be absent. Whether it may be null is another question and another bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

__all__ = [
    "Api",
    "AuthScheme",
    "Backoff",
    "Behaviour",
    "Body",
    "BodyKind",
    "Brand",
    "ByJsonType",
    "ByTag",
    "ByUniqueKey",
    "Check",
    "Clocks",
    "ErrorClass",
    "EnumType",
    "Field",
    "FileType",
    "Framing",
    "JsonKind",
    "JsonType",
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
    "Primitive",
    "Prim",
    "Ranked",
    "Ref",
    "Resource",
    "Result",
    "ResultKind",
    "RetryClass",
    "Server",
    "Streams",
    "Type",
    "TypeDef",
    "UnionType",
    "Variant",
]

Name: TypeAlias = tuple[str, ...]
JsonValue: TypeAlias = bool | int | float | str | tuple["JsonValue", ...] | Mapping[str, "JsonValue"] | None


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in the contract: file, JSON pointer, line and column (both from 1)."""

    file: str
    pointer: str
    line: int
    column: int


# --- types -----------------------------------------------------------------------------------------------------------


class Prim(Enum):
    """The primitive types. Formats that a language may map to a type of its own are members; other formats are lost."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    BASE64 = "base64"
    DATE = "date"
    DATETIME = "datetime"
    UUID = "uuid"
    URI = "uri"
    SECRET = "secret"
    """A text that is not to be shown: not in logs, nor where a value is printed."""


class JsonKind(Enum):
    """The seven shapes a JSON value can be told by, without looking inside."""

    NULL = "null"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    STRING = "string"
    ARRAY = "array"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Check:
    """Bounds that a value must keep, checked at call time. ``None`` is no bound. Lengths count the characters of a
    string, the items of a list, and the members of an object."""

    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Primitive:
    kind: Prim


@dataclass(frozen=True, slots=True)
class LiteralType:
    """Exactly one JSON scalar."""

    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class Member:
    """One value of an enumeration. Names are unique within it and follow the value, never a counter."""

    value: str | int | float | bool
    name: Name
    description: str = ""


@dataclass(frozen=True, slots=True)
class EnumType:
    """Named scalars. An open one admits values that the contract does not list; on read every enumeration is open."""

    base: Prim
    members: tuple[Member, ...]
    open: bool = True


@dataclass(frozen=True, slots=True)
class ListType:
    item: Type
    check: Check | None = None
    """Bounds of each item."""


@dataclass(frozen=True, slots=True)
class MapType:
    """An object with free keys."""

    value: Type
    check: Check | None = None
    """Bounds of each value."""


@dataclass(frozen=True, slots=True)
class Nullable:
    """The inner type, or JSON null. Never nested."""

    inner: Type


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to a named type, by its key in `Api.types`."""

    key: str


@dataclass(frozen=True, slots=True)
class FileType:
    """Bytes that are uploaded as a file part or sent and received as a raw body."""


@dataclass(frozen=True, slots=True)
class JsonType:
    """Any JSON value: what a schema says nothing about, or what could not be expressed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One property of an object."""

    wire: str
    name: Name
    type: Type
    required: bool
    description: str = ""
    default: JsonValue = None
    has_default: bool = False
    check: Check | None = None
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object with named fields. Unknown keys are always kept; ``extra`` types them where the contract does."""

    fields: tuple[Field, ...]
    extra: Type | None = None
    extra_check: Check | None = None
    """Bounds of each value under an unknown key."""


@dataclass(frozen=True, slots=True)
class ByTag:
    """The value of one key decides: tag value -> index into the variants."""

    wire: str
    mapping: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ByJsonType:
    """The JSON shape decides: kind -> index into the variants. Several object variants stand as one nested union."""

    mapping: tuple[tuple[JsonKind, int], ...]


@dataclass(frozen=True, slots=True)
class ByUniqueKey:
    """A required key that only one variant has decides: key -> index into the variants."""

    mapping: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Nothing decides beforehand: variants are tried, the one that explains most keys wins, earlier first."""


@dataclass(frozen=True, slots=True)
class Variant:
    name: Name
    type: Type
    check: Check | None = None
    """Bounds of a value that is of this variant."""


@dataclass(frozen=True, slots=True)
class UnionType:
    """One of several types. A value read that no variant explains is kept as an unknown variant, and goes out again."""

    variants: tuple[Variant, ...]
    strategy: ByTag | ByJsonType | ByUniqueKey | Ranked


Type: TypeAlias = (
    Primitive
    | LiteralType
    | EnumType
    | ListType
    | MapType
    | Nullable
    | Ref
    | FileType
    | JsonType
    | ObjectType
    | UnionType
)


@dataclass(frozen=True, slots=True)
class TypeDef:
    """A named type. ``sent`` and ``received`` tell in which direction calls carry it: a type may be both."""

    key: str
    name: Name
    type: Type
    description: str
    origin: Origin
    sent: bool
    received: bool
    family: str
    """The resource family (first segment of the resource path) whose calls alone reach it, or ``shared``."""
    deprecated: bool = False


# --- methods ---------------------------------------------------------------------------------------------------------


class Place(Enum):
    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"
    BODY = "body"
    """One top-level key of an object body, or one part of a form."""
    WHOLE_BODY = "whole_body"
    """The body itself, where it is no object or a union of objects."""


@dataclass(frozen=True, slots=True)
class Param:
    """One argument of a method. Names are unique within the method."""

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
    """Query lists: repeat the key (True) or join with commas (False)."""
    style: str = "form"
    """form, deepObject (``a[b]=c``), brackets (``a[]=1``), spaceDelimited, pipeDelimited, simple."""
    multi_segment: bool = False
    """Path parameters: the value may hold ``/``; it is percent-encoded all the same."""
    deprecated: bool = False


class BodyKind(Enum):
    JSON = "json"
    FORM = "form"
    MULTIPART = "multipart"
    BINARY = "binary"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Body:
    kind: BodyKind
    media_type: str
    required: bool
    type: Type
    """The whole body's type; its top-level fields stand again in `Method.params`."""


class ResultKind(Enum):
    JSON = "json"
    TEXT = "text"
    BINARY = "binary"
    EMPTY = "empty"
    JSON_LINES = "json_lines"


@dataclass(frozen=True, slots=True)
class Result:
    kind: ResultKind
    type: Type | None
    media_type: str | None = None
    status: int = 200
    text_when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Parameters whose listed values turn a JSON answer into plain text: (("response_format", ("srt", "text")),)."""


class Framing(Enum):
    SSE = "sse"
    JSON_LINES = "json_lines"


@dataclass(frozen=True, slots=True)
class Streams:
    """How a method streams.

    ``flag`` is the body key that turns streaming on (None: the method always streams). ``done`` is the data of the
    closing sentinel; ``terminal`` are the event types after which the stream may end; ``tag`` is the JSON key that
    holds an event's type. ``error_event`` names events that carry an error. A stream that ends without ``done`` or a
    terminal event was cut.
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
    """Where an event says that one of several answers has finished: the list, the member that numbers its items, the
    member that is null until the item has finished, and the member of the request that says how many there are. A
    stream in which one has not finished was cut."""


class PageStyle(Enum):
    CURSOR = "cursor"
    """The answer names the next cursor."""
    AFTER = "after"
    """The next page starts after the id of the last item."""
    PAGE = "page"
    """Numbered pages."""
    OFFSET = "offset"
    URL = "url"
    NONE = "none"
    """One page holds all."""


@dataclass(frozen=True, slots=True)
class Pages:
    """How a list is walked. Response members are paths of keys into the answer; empty means the answer itself."""

    style: PageStyle
    items: tuple[str, ...]
    item: Type
    cursor_param: str | None = None
    """The parameter (by wire name) that carries the cursor, the id, the page number, or the offset."""
    limit_param: str | None = None
    next: tuple[str, ...] | None = None
    has_more: tuple[str, ...] | None = None
    total: tuple[str, ...] | None = None
    total_pages: tuple[str, ...] | None = None
    last_id: tuple[str, ...] | None = None
    item_id: str = "id"


class RetryClass(Enum):
    SAFE = "safe"
    """Repeating changes nothing: retried on every retryable failure."""
    KEYED = "keyed"
    """Repeating is safe with an idempotency key, which the runtime sends."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Method:
    """One operation as an SDK offers it."""

    id: str
    """Dotted resource path and method, e.g. ``chat.completions.create``: stable, unique."""
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
    aliases: tuple[str, ...] = ()
    """Other paths of the same operation, e.g. deployment forms."""
    positional: tuple[str, ...] = ()
    """Wire names of the parameters that may be given by position, in order."""
    deprecated: bool = False
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Resource:
    """A node of the resource tree."""

    name: Name
    path: tuple[str, ...]
    description: str
    methods: tuple[Method, ...]
    children: tuple[Resource, ...]
    aliases: tuple[str, ...] = ()
    """Other names of the attribute that has this resource, such as its plural."""
    helpers: str | None = None
    """The name under which a runtime keeps hand-written additions to this resource (streams, builders), if any."""


# --- behaviour -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds. The delay before retry *n* (from 0) is uniform in [0, min(cap, initial * factor ** n)]."""

    initial: float = 0.5
    factor: float = 2.0
    cap: float = 8.0
    max_retry_after: float = 60.0


@dataclass(frozen=True, slots=True)
class Clocks:
    """Default time limits in seconds; None is no limit."""

    connect: float | None = 10.0
    pool: float | None = 30.0
    first_byte: float | None = 120.0
    idle: float | None = 60.0
    total: float | None = 600.0


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """One class of the error tree: which error types and which statuses select it. Types decide before statuses."""

    name: Name
    parent: Name | None
    statuses: tuple[int, ...] = ()
    status_from: int | None = None
    types: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    types_without_status: tuple[str, ...] = ()
    """Error types too general to overrule a status: they select the class only where no status is known."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the runtimes do, as data: one table feeds four languages and the vectors."""

    max_retries: int = 2
    backoff: Backoff = Backoff()
    retry_statuses: tuple[int, ...] = (408, 409, 429)
    retry_status_from: int = 500
    unkeyed_retry_statuses: tuple[int, ...] = (409,)
    idempotency_header: str | None = "Idempotency-Key"
    request_id_header: str = "X-Request-Id"
    should_retry_header: str = "x-should-retry"
    clocks: Clocks = Clocks()
    errors: tuple[ErrorClass, ...] = ()
    logged_headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthScheme:
    """How a key goes on the wire. ``kind``: bearer, header, query or basic; ``wire`` names the header or query key."""

    id: str
    kind: str
    wire: str


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Brand:
    """What a product calls itself: configuration, never inferred behaviour."""

    name: Name
    package: str
    env_prefix: str
    header_prefix: str
    base_url: str
    key_prefix: str = "sk-"
    aliases: tuple[tuple[str, str], ...] = ()
    providers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Providers whose keys a caller may bring, each with the prefixes of model names that mean it too."""


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

    def resolve(self, type_: Type) -> Type:
        """Follow references until the type says what it is."""
        while isinstance(type_, Ref):
            type_ = self.types[type_.key].type
        return type_
