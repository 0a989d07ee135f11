"""Choose the methods of an API that its documents show: a first call, a page, a stream, an upload."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from onceward_generator.model import Api, BodyKind, FileType, ListType, Method, Nullable, Place, ResultKind, Type

from .values import NoSample, answer_of, arguments_of, ending_of

__all__ = ["Guide", "choose"]


@dataclass(frozen=True, slots=True)
class Guide:
    """The methods to show; None where an API has none of a kind."""

    first: Method | None
    create: Method | None
    pages: Method | None
    streams: Method | None
    upload: Method | None
    download: Method | None


def choose(api: Api, methods: Iterable[Method]) -> Guide:
    """Return the methods to show: the plainest of each kind, in the order of the contract."""
    usable = [method for method in methods if not method.deprecated and _has_samples(api, method)]
    reads = [m for m in usable if m.http == "GET" and m.result.kind is ResultKind.JSON and m.streams is None]
    writes = [m for m in usable if m.http == "POST" and m.streams is None and m.body is not None]
    return Guide(
        first=_plainest(reads, lambda m: 0) or _plainest(usable, lambda m: 0),
        create=_plainest(writes, lambda m: 2 * (not any(p.required for p in m.params)) + (m.name[0] != "create")),
        pages=_plainest((m for m in usable if m.pages is not None and m.pages.style.value != "none"), lambda m: 0),
        streams=_plainest((m for m in usable if m.streams is not None), lambda m: 0),
        upload=_plainest((m for m in usable if takes_file(m)), lambda m: 0),
        download=_plainest((m for m in usable if m.result.kind is ResultKind.BINARY), lambda m: 0),
    )


def takes_file(method: Method) -> bool:
    """Report whether a required argument of a method is a file."""
    body = method.body
    raw = body is not None and body.kind is BodyKind.BINARY
    return any(p.required and (_is_file(p.type) or (raw and p.place is Place.WHOLE_BODY)) for p in method.params)


def _is_file(type_: Type) -> bool:
    match type_:
        case FileType():
            return True
        case Nullable(inner) | ListType(inner):
            return _is_file(inner)
        case _:
            return False


def _has_samples(api: Api, method: Method) -> bool:
    try:
        arguments_of(api, method)
        if method.result.type is not None:
            answer_of(api, method.result.type)
        if method.streams is not None:
            ending_of(api, method.streams)
    except NoSample:
        return False
    return True


def _plainest(methods: Iterable[Method], rank: Callable[[Method], int]) -> Method | None:
    """Return the method with the best rank, the fewest required arguments and the shortest path."""

    def plainness(method: Method) -> tuple[int, int, int, int]:
        required = sum(param.required for param in method.params)
        return rank(method), required, method.id.count("."), method.path.count("/")

    return min(methods, key=plainness, default=None)
