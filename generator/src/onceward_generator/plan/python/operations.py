"""The constants of operations: methods of the model as calls of the runtime's `Operation`."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from onceward_generator.model import (
    Answer,
    Api,
    Body,
    BodyKind,
    EnumType,
    EventData,
    FileType,
    JsonType,
    ListType,
    LiteralType,
    Method,
    Nullable,
    ObjectType,
    Param,
    Place,
    Primitive,
    Ref,
    Result,
    ResultKind,
    RetryClass,
    Streams,
    Type,
    UnionType,
)

from .checks import Checks
from .naming import Naming
from .symbols import Expr, Symbol, call, expr, text

__all__ = ["operation_value", "type_reference"]

MODULE = "._core.operation"
_CHECKED = frozenset({BodyKind.JSON, BodyKind.FORM})


def _value(name: str, **keywords: Expr | None) -> Expr:
    return call(expr(Symbol(MODULE, name)), **{key: value for key, value in keywords.items() if value is not None})


def _string(value: str | None, default: str | None = None) -> Expr | None:
    """Return a value as a Python expression; None for the runtime's default."""
    return None if value == default else text(repr(value))


def _flag(value: bool, default: bool = False) -> Expr | None:
    return None if value == default else text(repr(value))


def _strings(values: tuple[str, ...]) -> str:
    return "frozenset({" + ", ".join(repr(value) for value in sorted(values)) + "})"


def type_reference(naming: Naming, type_: Type | None) -> str | None:
    """Return ``chat:ChatCompletion``: the module of `types` and the name in it."""
    if not isinstance(type_, Ref):
        return None
    symbol = naming.received[type_.key]
    return f"{symbol.module.rsplit('.', 1)[1]}:{symbol.name}"


def operation_value(
    api: Api, naming: Naming, checks: Checks, method: Method, forms: tuple[dict[str, Param], ...], chooser: str
) -> Expr:  # fmt: skip
    """Return ``Operation(...)`` for a method and the names of its arguments, for each media type of its request."""
    params, *others = (
        _mapping({name: _param(api, checks, param, body) for name, param in arguments.items()})
        for arguments, body in zip(forms, (body for body, _ in method.forms), strict=True)
    )
    alternatives = {
        one.body.media_type: _pair(_body(api, checks, one.body), other)
        for one, other in zip(method.alternatives, others, strict=True)
    }
    return _value(
        "Operation",
        id=text(repr(method.id)),
        method=text(repr(method.http)),
        path=text(repr(method.path)),
        params=params,
        body=_body(api, checks, method.body),
        result=_result(naming, method.result),
        answers=_answers(naming, method.answers),
        accept=_string(method.accept),
        errors=None if api.brand.gateway else _errors(naming, method.failures),
        stream=_stream(api, naming, method.streams),
        page=_page(method),
        retry=_string(method.retry.value, RetryClass.SAFE.value),
        sends=None if method.sends is None else text(repr(method.sends)),
        auth=_flag(method.auth, True),
        alternatives=_mapping(alternatives),
        chooser=_string(chooser, "content_type") if alternatives else None,
        security=_security(api, method),
        server=_string(_server(method)),
    )


def _server(method: Method) -> str | None:
    """Return the URL of a method's own server, or the path of one that is relative to the client's."""
    server = method.server
    if server is None:
        return None
    return urlsplit(server.url).path or "/" if server.relative else server.url


def _security(api: Api, method: Method) -> Expr | None:
    """Return the alternatives of credentials, if they are not those of the API."""
    own = method.security
    if own is None or api.brand.gateway or own == api.security:
        return None
    return text(repr(own))


def _pair(body: Expr | None, params: Expr | None) -> Expr:
    empty = text("{}")
    return Expr(("(", *(body or text("None")).parts, ", ", *(params or empty).parts, ")"))


def _mapping(items: dict[str, Expr]) -> Expr | None:
    if not items:
        return None
    parts: list[str | Symbol] = ["{"]
    for key, value in items.items():
        parts += [f"{key!r}: ", *value.parts, ", "]
    return Expr((*parts, "}"))


def _param(api: Api, checks: Checks, param: Param, body: Body | None) -> Expr:
    place = None if param.place is Place.BODY else text(repr(param.place.value))
    is_open = body is not None and body.kind is BodyKind.MULTIPART and param.place is Place.BODY
    is_file = _is_file(api, param.type) or (is_open and _is_any(api, param.type))
    return _value(
        "Param",
        wire=text(repr(param.wire)),
        place=place,
        required=_flag(param.required),
        nullable=_flag(isinstance(param.type, Nullable) or isinstance(api.resolve(param.type), Nullable)),
        check=None if is_file else _check(checks, param, body),
        file=_flag(is_file),
        beside=_string(_beside_files(api, param.type) if is_file else None),
        style=_string(_style(param), "form"),
        explode=_flag(_explode(api, param), True),
        reserved=_flag(param.reserved),
        content=_string(_content(param)),
        headers=_mapping({name: text(repr(value)) for name, value in param.part_headers}),
    )


def _style(param: Param) -> str:
    """Return the style in the words of the runtime, in which ``form`` is the default of every place."""
    if param.place is Place.BODY:
        return {"content": "form", "form": "styled"}.get(param.style, param.style)
    return "form" if param.style == "simple" else param.style


def _explode(api: Api, param: Param) -> bool:
    """Report whether a value is exploded; True for a value that is neither a list nor an object."""
    if param.place is Place.BODY and param.style == "content":
        return True
    type_ = api.resolve(param.type)
    inner = api.resolve(type_.inner) if isinstance(type_, Nullable) else type_
    scalar = isinstance(inner, Primitive | EnumType | LiteralType)
    return param.explode or (scalar and param.place in (Place.PATH, Place.HEADER))


def _content(param: Param) -> str | None:
    if param.content_type is None or param.place is Place.BODY:
        return param.content_type
    bare = param.content_type.partition(";")[0].strip().lower()
    if bare == "application/x-www-form-urlencoded":
        return "form"
    return "json" if bare == "application/json" or bare.endswith("+json") else "text"


def _is_file(api: Api, type_: Type) -> bool:
    """Report whether a parameter may be a file or a list of files."""
    return any(isinstance(leaf, FileType) for leaf in _leaves(api, type_))


def _is_any(api: Api, type_: Type) -> bool:
    """Report whether a parameter may be anything: in OpenAPI 3.1, the schema of a part with bytes may be empty."""
    return any(isinstance(leaf, JsonType) for leaf in _leaves(api, type_))


def _beside_files(api: Api, type_: Type) -> str | None:
    """Return ``texts`` or ``values`` for a parameter that may also be a text, or another value that is not a file."""
    others = [leaf for leaf in _leaves(api, type_) if not isinstance(leaf, FileType)]
    texts = any(_is_text(leaf) for leaf in others)
    return "texts" if texts else "values" if others else None


def _is_text(type_: Type) -> bool:
    if isinstance(type_, LiteralType | EnumType | JsonType):
        return True
    return isinstance(type_, Primitive) and type_.kind.is_text


def _leaves(api: Api, type_: Type, depth: int = 8) -> Iterator[Type]:
    """Return the types that a value, or each item of a list, may have."""
    match api.resolve(type_):
        case Nullable(inner) | ListType(inner) if depth:
            yield from _leaves(api, inner, depth - 1)
        case UnionType(variants, _) if depth:
            for variant in variants:
                yield from _leaves(api, variant.type, depth - 1)
        case other:
            yield other


def _check(checks: Checks, param: Param, body: Body | None) -> Expr | None:
    """Return the check of an argument. Files, and bodies other than JSON, are checked when they are sent."""
    if param.place is Place.WHOLE_BODY and (body is None or body.kind not in _CHECKED):
        return None
    check = checks.of(param.type, param.check)
    return None if check is None else text(repr(check))


def _body(api: Api, checks: Checks, body: Body | None) -> Expr | None:
    if body is None:
        return None
    shape = api.resolve(body.type)
    extra = None
    if isinstance(shape, ObjectType) and shape.extra is not None and not api.brand.gateway:
        extra = (checks.of(shape.extra, shape.extra_check),)
    return _value(
        "Body",
        kind=_string(body.kind.value, "json"),
        media_type=_string(body.media_type, "application/json"),
        required=_flag(body.required, True),
        item=_string(body.item_type),
        prefix=text(repr(body.prefix_types)) if body.prefix_types else None,
        extra=text(repr(extra)) if extra is not None else None,
    )


def _result(naming: Naming, result: Result) -> Expr:
    carries = result.kind in (ResultKind.JSON, ResultKind.JSON_LINES)
    when = {wire: text(_strings(values)) for wire, values in result.text_when}
    return _value(
        "Result",
        kind=_string(result.kind.value, "json"),
        type=_string(type_reference(naming, result.type) if carries else None),
        text_when=_mapping(when),
    )


def _answers(naming: Naming, answers: tuple[Answer, ...]) -> Expr | None:
    """Return the successful responses, if there are several: those with the narrowest ranges of statuses first."""
    if all((answer.kind, answer.type) == (answers[0].kind, answers[0].type) for answer in answers):
        return None
    ordered = sorted(answers, key=lambda answer: answer.statuses[1] - answer.statuses[0])
    parts: list[str | Symbol] = ["("]
    for answer in ordered:
        carries = answer.kind in (ResultKind.JSON, ResultKind.JSON_LINES)
        value = _value(
            "Result",
            kind=_string(answer.kind.value, "json"),
            type=_string(type_reference(naming, answer.type) if carries else None),
            statuses=text(repr(answer.statuses)),
            media_type=_string(_bare(answer.media_type) if answer.media_type else None),
        )
        parts += [*value.parts, ", "]
    return Expr((*parts, ")"))


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _errors(naming: Naming, failures: tuple[Answer, ...]) -> Expr | None:
    """Return the types of error bodies by status: ``404``, ``4XX`` or ``default``."""
    found: dict[str, Expr] = {}
    for answer in failures:
        first, last = answer.statuses
        key = str(first) if first == last else f"{first // 100}XX" if last - first < 100 else "default"
        reference = type_reference(naming, answer.type)
        if reference is not None:
            found.setdefault(key, text(repr(reference)))
    return _mapping(found)


def _stream(api: Api, naming: Naming, streams: Streams | None) -> Expr | None:
    if streams is None:
        return None
    names = {name: text(repr(_event(api, naming, streams, type_))) for name, type_ in streams.named}
    return _value(
        "Stream",
        event=text(repr(_event(api, naming, streams, streams.event))),
        framing=_string(streams.framing.value, "sse"),
        flag=_string(streams.flag, "stream"),
        done=_string(streams.done),
        terminal=text(_strings(streams.terminal)) if streams.terminal else None,
        tag=_string(streams.tag),
        error_event=_string(streams.error_event, "error"),
        resumable=_flag(streams.resumable),
        finish=_path(streams.finish),
        framed_end=_flag(streams.framed_end),
        named=_mapping(names),
        media_type=_string(streams.media_type, "text/event-stream"),
        flag_place=_string(streams.flag_place.value, "body"),
    )


def _event(api: Api, naming: Naming, streams: Streams, type_: Type) -> str | None:
    """Return the reference to the type of an event; that of text has no module."""
    data = api.event_data(streams, type_)
    return type_reference(naming, type_) if data is EventData.JSON else f":{data.value}"


def _path(path: tuple[str, ...] | None) -> Expr | None:
    return None if path is None else text(repr(path))


def _page(method: Method) -> Expr | None:
    pages = method.pages
    if pages is None:
        return None
    in_body = any(p.wire == pages.cursor_param and p.place is Place.BODY for p in method.params)
    return _value(
        "Page",
        style=text(repr(pages.style.value)),
        items=text(repr(pages.items)),
        cursor_param=_string(pages.cursor_param),
        limit_param=_string(pages.limit_param),
        next=_path(pages.next),
        has_more=_path(pages.has_more),
        total=_path(pages.total),
        total_pages=_path(pages.total_pages),
        last_id=_path(pages.last_id),
        item_id=_string(pages.item_id, "id"),
        is_last=_path(pages.is_last),
        first=None if pages.first == 1 else text(repr(pages.first)),
        in_body=_flag(in_body),
    )
