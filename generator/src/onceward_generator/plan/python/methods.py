"""Plan methods: the arguments in the signature and in the typed dictionary, and the result of each overload."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from onceward_generator.model import (
    Answer,
    Api,
    EnumType,
    Method,
    Nullable,
    Param,
    Place,
    Ref,
    Result,
    ResultKind,
    Type,
)

from .checks import Checks
from .docs import common_errors, method_doc
from .naming import Naming
from .operations import operation_value
from .options import PythonOptions
from .received import enum
from .sent import Sent
from .shapes import KeyDef, MethodDef, OperationDef, Overload, Positional, TypedDictDef
from .symbols import Expr, Symbol, builtin, expr, literal, sub, text, typing, union
from .words import argument

__all__ = ["CALL_OPTIONS_SYMBOL", "Methods"]

CALL_OPTIONS_SYMBOL = Symbol("._core.options", "CallOptions")
STREAM = expr(Symbol("._drivers.stream", "Stream", "EventStream"))
ASYNC_STREAM = expr(Symbol("._drivers.stream", "AsyncStream"))
COROUTINE = expr(Symbol("collections.abc", "Coroutine"))
PAGE = expr(Symbol("._drivers.pages", "SyncPage"))
ASYNC_PAGES = expr(Symbol("._drivers.pages", "AsyncPages"))
CONTENT = expr(Symbol("._core.content", "Content"))


@dataclass(frozen=True, slots=True)
class Planned:
    """A method and its own request dictionaries, if any: a base first, the one that it accepts last."""

    method: MethodDef
    params: tuple[TypedDictDef, ...]


class Methods:
    """Plans the methods of an API."""

    def __init__(self, api: Api, naming: Naming, options: PythonOptions) -> None:
        self._api = api
        self._naming = naming
        self._options = options
        self._sent = Sent(api, naming, options)
        self._checks = Checks(api, naming, options)
        self._common_errors = common_errors(api)

    def plan(self, method: Method, name: str, constant: str, dictionary: Symbol) -> Planned:
        """Return the plan of a method, given its name, its constant in the module and its request dictionary."""
        arguments = _arguments(method.params)
        positional = self._positional(method, arguments)
        pinned = self._pinned(method, arguments)
        named = {n: p for n, p in arguments.items() if n not in pinned and n not in {item.name for item in positional}}
        forms = [_arguments(one.params) for one in method.alternatives]
        chooser = _chooser([arguments, *forms])
        params = self._params(method, dictionary, self._keys(method, named, forms, pinned, positional, chooser))
        overloads = tuple(self._overloads(method, arguments, pinned))
        value = operation_value(self._api, self._naming, self._checks, method, (arguments, *forms), chooser)
        planned = MethodDef(
            name=name,
            operation_id=method.id,
            operation=OperationDef(constant, value),
            kind="pages" if method.pages else "call",
            positional=positional,
            params=params[-1].symbol if params else CALL_OPTIONS_SYMBOL,
            overloads=overloads,
            doc=method_doc(self._api, method, arguments, self._common_errors),
            http=method.http,
            path=method.path,
            deprecated=method.deprecated,
            arguments=tuple(arguments.items()),
        )
        return Planned(planned, params)

    # --- arguments

    def _positional(self, method: Method, arguments: dict[str, Param]) -> tuple[Positional, ...]:
        planned: list[Positional] = []
        for wire in method.positional:
            matching = [name for name, param in arguments.items() if param.wire == wire]
            name = next((n for n in matching if arguments[n].place is Place.PATH), matching[0] if matching else None)
            if name is not None and arguments[name].required:
                planned.append(Positional(name, self._sent.lower(arguments[name].type)))
        return tuple(planned)

    def _pinned(self, method: Method, arguments: dict[str, Param]) -> list[str]:
        """Return the arguments whose value decides the result type, for the signatures of the overloads."""
        streams = method.streams
        wires = [(streams.flag, streams.flag_place)] if streams and streams.flag else []
        wires += [(wire, Place.BODY) for wire, _ in method.result.text_when[:1]]
        return [
            name
            for wire, place in wires
            for name, param in arguments.items()
            if param.wire == wire and param.place is place
        ]

    def _keys(
        self, method: Method, named: dict[str, Param], forms: list[dict[str, Param]], pinned: list[str],
        positional: tuple[Positional, ...], chooser: str,
    ) -> tuple[KeyDef, ...]:  # fmt: skip
        """Return the keys of the request dictionary: with several media types, those of all of them."""
        if not forms:
            return tuple(KeyDef(n, self._sent.lower(p.type), p.required, p.description) for n, p in named.items())
        apart = {*pinned, *(item.name for item in positional)}
        found: dict[str, list[Param]] = {}
        for arguments in (named, *forms):
            for name, param in arguments.items():
                if name not in apart:
                    found.setdefault(name, []).append(param)
        keys = [
            KeyDef(
                name,
                union(*(self._sent.lower(param.type) for param in params)),
                len(params) == len(forms) + 1 and all(param.required for param in params),
                params[0].description,
            )
            for name, params in found.items()
        ]
        types = [body.media_type for body, _ in method.forms if body is not None]
        about = f"The media type of the request; {types[0]} unless only another one has the arguments."
        return (*keys, KeyDef(chooser, literal(types), False, about))

    def _params(self, method: Method, symbol: Symbol, keys: tuple[KeyDef, ...]) -> tuple[TypedDictDef, ...]:
        if not keys:
            return ()
        doc = f"Arguments of `{method.id}`."
        apart = self._options.separate_arguments.get(symbol.name, ())
        if not apart:
            return (TypedDictDef(symbol, doc, keys, CALL_OPTIONS_SYMBOL, functional=False),)
        base = Symbol(symbol.module, f"{symbol.name.removesuffix('Params')}BaseParams")
        shared = tuple(key for key in keys if key.name not in apart)
        own = tuple(key for key in keys if key.name in apart)
        base_doc = f"Arguments of `{method.id}` except {', '.join(f'`{key.name}`' for key in own)}."
        return (
            TypedDictDef(base, base_doc, shared, CALL_OPTIONS_SYMBOL, functional=False),
            TypedDictDef(symbol, doc, own, base, functional=False),
        )

    # --- results

    def _result(self, method: Method) -> Expr:
        """Return the type of the result: those of all successful responses, without repetitions."""
        results = [self._decoded(answer) for answer in method.answers or (method.result,)]
        distinct = [result for at, result in enumerate(results) if result not in results[:at]]
        none = text("None")
        values = [result for result in distinct if result != none]
        return union(*values, *([none] if none in distinct else [])) if values else none

    def _decoded(self, answer: Answer | Result) -> Expr:
        match answer.kind:
            case ResultKind.TEXT:
                return builtin("str")
            case ResultKind.BINARY:
                return CONTENT
            case ResultKind.EMPTY:
                return text("None")
            case ResultKind.JSON_LINES:
                return sub(builtin("list"), self._named(answer.type))
            case ResultKind.JSON:
                return self._named(answer.type)

    def _named(self, type_: Type | None) -> Expr:
        return expr(self._naming.received[type_.key]) if isinstance(type_, Ref) else typing("Any")

    def _overloads(self, method: Method, arguments: dict[str, Param], pinned: list[str]) -> Iterable[Overload]:
        """Return the overloads of a method, each with its result type."""
        if method.pages is not None:
            yield from self._paged(method, method.pages.item, pinned)
            return
        result = self._result(method)
        streams = method.streams
        if streams is None:
            yield from self._by_text(method, arguments, pinned, result)
            return
        event = self._named(streams.event)
        stream, async_stream = sub(STREAM, event), sub(ASYNC_STREAM, event)
        flag = next((n for n in pinned if arguments[n].wire == streams.flag), None)
        if flag is None and streams.flag is not None:  # a member of a body that is given as a whole
            yield Overload((), union(result, stream), union(result, async_stream))
            return
        if flag is None:
            yield Overload((), stream, async_stream)
            return
        no, yes, either = literal([False]), literal([True]), builtin("bool")
        if isinstance(self._api.resolve(arguments[flag].type), Nullable):
            no, either = union(no, text("None")), union(either, text("None"))
        absent = None if arguments[flag].required else "False"
        plain = list(self._by_text(method, arguments, [n for n in pinned if n != flag], result))
        for overload in plain[:2]:
            keywords = ((flag, no, absent), *overload.keywords)
            yield Overload(keywords, overload.returns, overload.async_returns)
        rest = plain[-1]
        yield Overload(((flag, yes, None), *rest.keywords), stream, async_stream)
        default = "..." if absent and rest is not plain[0] else None
        yield Overload(
            ((flag, either, default), *rest.keywords),
            union(rest.returns, stream),
            union(rest.async_returns, async_stream),
        )

    def _paged(self, method: Method, item_type: Type, pinned: list[str]) -> Iterable[Overload]:
        """Return the overloads of a list, which may also be received as a stream."""
        item = self._named(item_type)
        page, pages = sub(PAGE, item), sub(ASYNC_PAGES, item)
        if method.streams is None or not pinned:
            yield Overload((), page, pages)
            return
        event, flag, some = self._named(method.streams.event), pinned[0], typing("Any")
        stream, async_stream = sub(STREAM, event), sub(COROUTINE, some, some, sub(ASYNC_STREAM, event))
        yield Overload(((flag, literal([False]), "False"),), page, pages)
        yield Overload(((flag, literal([True]), None),), stream, async_stream)
        yield Overload(((flag, builtin("bool"), None),), union(page, stream), union(pages, async_stream))

    def _by_text(
        self, method: Method, arguments: dict[str, Param], pinned: list[str], result: Expr
    ) -> Iterable[Overload]:
        """Return overloads for a parameter with values that change the JSON response to plain text."""
        if not pinned:
            either = union(result, builtin("str")) if method.result.text_when else result
            yield Overload((), either, either)
            return
        name, values = pinned[0], method.result.text_when[0][1]
        param = arguments[name]
        default = None if param.required else "..."
        other = self._other_values(param.type, values)
        if other is not None:
            yield Overload(((name, other, default),), result, result)
        yield Overload(((name, literal(sorted(values)), None),), builtin("str"), builtin("str"))
        either = union(result, builtin("str"))
        yield Overload(((name, self._sent.lower(param.type), default),), either, either)

    def _other_values(self, type_: Type, values: tuple[str, ...]) -> Expr | None:
        resolved = self._api.resolve(type_)
        inner = self._api.resolve(resolved.inner) if isinstance(resolved, Nullable) else resolved
        if not isinstance(inner, EnumType):
            return None
        members = tuple(member for member in inner.members if member.value not in values)
        return enum(EnumType(inner.base, members, open=False), is_open=False) if members else None


def _arguments(params: Iterable[Param]) -> dict[str, Param]:
    """Return parameters by the names of their Python arguments."""
    found: dict[str, Param] = {}
    for param in params:
        name = argument(param.name)
        found[name if name not in found else f"{name}_{param.place.value}"] = param
    return found


def _chooser(forms: list[dict[str, Param]]) -> str:
    """Return the name of the argument that chooses a media type."""
    taken = {name for arguments in forms for name in arguments}
    return next(name for name in ("content_type", "media_type", "request_media_type") if name not in taken)
