"""The meaning of a contract change for the users of an SDK: major, minor, patch or none.

Major: a correct program may stop compiling or working. Minor: there are additions. Patch: texts and paths changed.
Received types may grow (fields, enum members, variants) without breaking a program, because readers keep unknown
values; sent types may become more permissive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from enum import IntEnum

from .behaviour import Behaviour
from .model import (
    Api,
    EnumType,
    Field,
    ListType,
    MapType,
    Method,
    Nullable,
    ObjectType,
    Pages,
    Param,
    Prim,
    Primitive,
    Resource,
    ResultKind,
    Streams,
    Type,
    TypeDef,
    UnionType,
    all_methods,
)

__all__ = ["Level", "Reason", "Verdict", "verdict"]

_TEXT, _SECRET = Primitive(Prim.STRING), Primitive(Prim.SECRET)
_WHOLE, _NUMBER = Primitive(Prim.INTEGER), Primitive(Prim.NUMBER)


class Level(IntEnum):
    """The level of a change, as in semantic versioning."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


_ONE_NUMBER = (("typescript", Level.PATCH),)
"""TypeScript has one type of numbers."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A change, and its level."""

    level: Level
    what: str
    """The description of the change, with the method or type."""
    levels: tuple[tuple[str, Level], ...] = ()
    """The levels in languages for which it differs."""

    def in_language(self, language: str) -> Reason:
        """Return the reason with its level in a language."""
        return Reason(dict(self.levels).get(language, self.level), self.what)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The highest level of all changes, and the changes."""

    level: Level
    reasons: tuple[Reason, ...]

    def in_language(self, language: str) -> Verdict:
        """Return the verdict for the users of one language."""
        return _verdict(reason.in_language(language) for reason in self.reasons)


def verdict(old: Api, new: Api) -> Verdict:
    """Compare two models. Reasons are sorted by level, the highest first."""
    reasons = [*_whole(old, new), *_methods(old, new), *_types(old, new)]
    if not reasons and old != new:
        reasons = [Reason(Level.PATCH, "descriptions, or positions in the contract")]
    return _verdict(reasons)


def _verdict(reasons: Iterable[Reason]) -> Verdict:
    """Return the verdict with the highest level first."""
    found = sorted(reasons, key=lambda reason: (-reason.level, reason.what))
    return Verdict(max((reason.level for reason in found), default=Level.NONE), tuple(found))


def _whole(old: Api, new: Api) -> Iterator[Reason]:
    for what in ("name", "package", "env_prefix", "header_prefix"):
        before, after = getattr(old.brand, what), getattr(new.brand, what)
        if before != after:
            yield Reason(Level.MAJOR, f"the brand's `{what}` changed from {before!r} to {after!r}")
    if old.brand.base_url != new.brand.base_url:
        yield Reason(Level.MINOR, f"the default base URL is now {new.brand.base_url!r}")
    if old.auth[:1] != new.auth[:1]:
        yield Reason(Level.MAJOR, "the key is sent differently")
    yield from _behaviour(old.behaviour, new.behaviour)


def _behaviour(old: Behaviour, new: Behaviour) -> Iterator[Reason]:
    """Compare retries, time limits, headers and errors."""
    for part, before, after in (("clocks", old.clocks, new.clocks), ("backoff", old.backoff, new.backoff)):
        for item in fields(before):
            yield from _setting(f"{part}.{item.name}", getattr(before, item.name), getattr(after, item.name))
    for item in fields(old):
        if item.name not in {"clocks", "backoff", "errors"}:
            yield from _setting(item.name, getattr(old, item.name), getattr(new, item.name))
    known, now = ({error.name: error for error in behaviour.errors} for behaviour in (old, new))
    for name in known.keys() - now.keys():
        yield Reason(Level.MAJOR, f"the error `{'_'.join(name)}` was removed")
    for name in now.keys() - known.keys():
        yield Reason(Level.MINOR, f"the error `{'_'.join(name)}` was added")
    for name in known.keys() & now.keys():
        if known[name] != now[name]:
            level = Level.MAJOR if known[name].parent != now[name].parent else Level.MINOR
            yield Reason(level, f"the error `{'_'.join(name)}` stands for other responses")


def _setting(name: str, before: object, after: object) -> Iterator[Reason]:
    if before != after:
        yield Reason(Level.MINOR, f"the behaviour `{name}` changed from {before!r} to {after!r}")


def _methods(old: Api, new: Api) -> Iterator[Reason]:
    before, after = ({m.id: m for m in _visible(api.resources)} for api in (old, new))
    for id_ in before.keys() - after.keys():
        yield Reason(Level.MAJOR, f"the method `{id_}` was removed")
    for id_ in after.keys() - before.keys():
        yield Reason(Level.MINOR, f"the method `{id_}` was added")
    for id_ in before.keys() & after.keys():
        yield from _method(before[id_], after[id_])


def _visible(resources: Iterable[Resource]) -> Iterator[Method]:
    return (method for method in all_methods(resources) if method.visible)


def _method(old: Method, new: Method) -> Iterator[Reason]:
    where = f"`{old.id}`"
    if (old.http, old.path) != (new.http, new.path):
        yield Reason(Level.PATCH, f"{where} calls `{new.http} {new.path}`")
    if old.positional != new.positional[: len(old.positional)]:
        yield Reason(Level.MAJOR, f"{where} has different positional arguments")
    same = replace(new.result, status=old.result.status, media_type=old.result.media_type)
    if _results(old) != _results(new) or old.result != same:
        yield Reason(Level.MAJOR, f"{where} returns a different type")
    yield from _streams(where, old.streams, new.streams)
    yield from _pages(where, old.pages, new.pages)
    if new.deprecated and not old.deprecated:
        yield Reason(Level.MINOR, f"{where} is deprecated")
    if old.retry != new.retry:
        yield Reason(Level.MINOR, f"{where} is retried as `{new.retry.value}`")
    yield from _params(where, old.params, new.params)


def _streams(where: str, old: Streams | None, new: Streams | None) -> Iterator[Reason]:
    if old is None:
        if new is not None:
            yield Reason(Level.MINOR, f"{where} can stream")
    elif new is None:
        yield Reason(Level.MAJOR, f"{where} no longer streams")
    elif old.event != new.event:
        yield Reason(Level.MAJOR, f"{where} streams different events")


def _results(method: Method) -> list[tuple[ResultKind, Type | None]]:
    """Return what the successful responses are decoded to, without repetitions."""
    found: list[tuple[ResultKind, Type | None]] = []
    for answer in method.answers:
        if (answer.kind, answer.type) not in found:
            found.append((answer.kind, answer.type))
    return found


def _pages(where: str, old: Pages | None, new: Pages | None) -> Iterator[Reason]:
    if old is None:
        if new is not None:
            yield Reason(Level.MAJOR, f"{where} returns a list of pages")
    elif new is None:
        yield Reason(Level.MAJOR, f"{where} is no longer a list")
    elif old.item != new.item:
        yield Reason(Level.MAJOR, f"{where} lists a different type")


def _params(where: str, old: tuple[Param, ...], new: tuple[Param, ...]) -> Iterator[Reason]:
    before, after = ({(p.place, p.wire): p for p in params} for params in (old, new))
    for key in before.keys() - after.keys():
        yield Reason(Level.MAJOR, f"{where} no longer has the parameter `{key[1]}`")
    for key in after.keys() - before.keys():
        required = after[key].required
        kind = "required parameter" if required else "optional parameter"
        yield Reason(Level.MAJOR if required else Level.MINOR, f"{where} has a new {kind} `{key[1]}`")
    for key in before.keys() & after.keys():
        yield from _param(f"{where}: `{key[1]}`", before[key], after[key])


def _param(where: str, old: Param, new: Param) -> Iterator[Reason]:
    if old.name != new.name:
        yield Reason(Level.MAJOR, f"{where} is now called `{'_'.join(new.name)}`")
    if new.required != old.required:
        yield Reason(
            Level.MAJOR if new.required else Level.MINOR, f"{where} is {'required' if new.required else 'optional'}"
        )
    yield from _value(where, old.type, new.type)
    if old.check != new.check:
        yield Reason(Level.MINOR, f"{where} has different bounds")


def _types(old: Api, new: Api) -> Iterator[Reason]:
    for key in old.types.keys() - new.types.keys():
        yield Reason(Level.MAJOR, f"the type `{key}` was removed")
    for key in new.types.keys() - old.types.keys():
        yield Reason(Level.MINOR, f"the type `{key}` was added")
    for key in old.types.keys() & new.types.keys():
        yield from _type(old.types[key], new.types[key])


def _type(old: TypeDef, new: TypeDef) -> Iterator[Reason]:
    where = f"the type `{old.key}`"
    if old.name != new.name:
        yield Reason(Level.MAJOR, f"{where} is now called `{'_'.join(new.name)}`")
    if (old.sent and not new.sent) or (old.received and not new.received):
        yield Reason(Level.MAJOR, f"{where} is used in fewer directions")
    if old.family != new.family:
        moved = f"{where} moved from `{old.family}` to `{new.family}`"
        yield Reason(Level.MINOR, moved, (("go", Level.PATCH), ("rust", Level.MAJOR)))
    match old.type, new.type:
        case ObjectType(), ObjectType():
            yield from _object(where, old.type, new.type, new)
        case EnumType(), EnumType():
            yield from _enum(where, old.type, new.type)
        case UnionType(), UnionType():
            yield from _union(where, old.type, new.type)
        case before, after if before != after:
            if _unbounded(before) == _unbounded(after):
                yield Reason(Level.MINOR, f"{where} has different bounds")
            else:
                yield Reason(Level.MAJOR, f"{where} is a different kind of type")
        case _:
            return


def _object(where: str, old: ObjectType, new: ObjectType, definition: TypeDef) -> Iterator[Reason]:
    before, after = ({field.wire: field for field in shape.fields} for shape in (old, new))
    for wire in before.keys() - after.keys():
        yield Reason(Level.MAJOR, f"{where} no longer has the field `{wire}`")
    for wire in after.keys() - before.keys():
        demands = after[wire].required and definition.sent
        yield Reason(Level.MAJOR if demands else Level.MINOR, f"{where} has a new field `{wire}`")
    for wire in before.keys() & after.keys():
        yield from _field(f"{where}: `{wire}`", before[wire], after[wire], definition)
    if (old.extra and _unbounded(old.extra)) != (new.extra and _unbounded(new.extra)):
        yield Reason(Level.MAJOR, f"{where} has a different type for other keys")


def _unbounded(type_: Type) -> Type:
    """Return a type without the bounds of what is inside it."""
    match type_:
        case ListType(item):
            return ListType(_unbounded(item))
        case MapType(value):
            return MapType(_unbounded(value))
        case Nullable(inner):
            return Nullable(_unbounded(inner))
        case UnionType(variants, _):
            bare = (replace(variant, type=_unbounded(variant.type), check=None) for variant in variants)
            return replace(type_, variants=tuple(bare))
        case _:
            return type_


def _value(where: str, old: Type, new: Type) -> Iterator[Reason]:
    if old == new:
        return
    if _unbounded(old) == _unbounded(new):
        yield Reason(Level.MINOR, f"{where} has different bounds")
    elif {_TEXT, _SECRET} == {old, new}:
        yield Reason(Level.PATCH, f"{where} is {'masked' if new == _SECRET else 'shown'} where the value is printed")
    elif {_WHOLE, _NUMBER} == {old, new}:
        yield Reason(Level.MAJOR, f"{where} is {'a number' if new == _NUMBER else 'an integer'}", _ONE_NUMBER)
    else:
        yield Reason(Level.MAJOR, f"{where} has a different type")


def _field(where: str, old: Field, new: Field, definition: TypeDef) -> Iterator[Reason]:
    if old.name != new.name:
        yield Reason(Level.MAJOR, f"{where} is now called `{'_'.join(new.name)}`")
    yield from _value(where, old.type, new.type)
    if old.required != new.required:
        breaks = (new.required and definition.sent) or (old.required and definition.received)
        state = "required" if new.required else "optional"
        yield Reason(Level.MAJOR if breaks else Level.MINOR, f"{where} is {state}")


def _enum(where: str, old: EnumType, new: EnumType) -> Iterator[Reason]:
    before, after = ({member.value: member.name for member in shape.members} for shape in (old, new))
    for value in before.keys() - after.keys():
        yield Reason(Level.MAJOR, f"{where} no longer has {value!r}")
    for value in after.keys() - before.keys():
        yield Reason(Level.MINOR, f"{where} has a new value {value!r}")
    if any(before[value] != after[value] for value in before.keys() & after.keys()):
        texts = (("python", Level.PATCH), ("typescript", Level.PATCH))  # they use the values, not names for them
        yield Reason(Level.MAJOR, f"{where} has different names for its values", texts)
    if old.base != new.base or (old.open and not new.open):
        yield Reason(Level.MAJOR, f"{where} accepts fewer values")


def _union(where: str, old: UnionType, new: UnionType) -> Iterator[Reason]:
    before, after = ([_unbounded(variant.type) for variant in union.variants] for union in (old, new))
    if any(variant not in after for variant in before):
        yield Reason(Level.MAJOR, f"{where} lost a variant")
    if any(variant not in before for variant in after):
        yield Reason(Level.MINOR, f"{where} has a new variant")
    if before == after and [(v.type, v.check) for v in old.variants] != [(v.type, v.check) for v in new.variants]:
        yield Reason(Level.MINOR, f"{where} has different bounds")
    if old.strategy != new.strategy and before == after:
        yield Reason(Level.PATCH, f"{where} is distinguished differently")
