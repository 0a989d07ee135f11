"""Build the stream of a method: its events, the end of it, and how the type of an event is known."""

from __future__ import annotations

from collections.abc import Mapping

from onceward_generator.load import Map, Node, Seq
from onceward_generator.model import (
    ByTag,
    EnumType,
    Framing,
    JsonType,
    LiteralType,
    Nullable,
    ObjectType,
    Param,
    Place,
    Prim,
    Primitive,
    Ref,
    Streams,
    Type,
    TypeDef,
    UnionType,
)
from onceward_generator.normalise.media import STREAMING, family
from onceward_generator.normalise.streams import STREAM

from .types import TypeBuilder

__all__ = ["choice_of_stream", "resolved", "streams_of"]

_USUAL_TAGS = ("type", "event", "event_type", "kind", "object")


def streams_of(operation: Map, content: Map, types: TypeBuilder, defs: Mapping[str, TypeDef]) -> Streams | None:
    """Return the stream of an operation with this content of its response."""
    shape = operation.map(STREAM)
    if shape is None:
        return None
    media_type = next((key for key in content if family(key) in STREAMING), "text/event-stream")
    entry: Node = content.get(media_type)
    event = types.type_of(entry.get("schema")) if isinstance(entry, Map) else JsonType()
    union = resolved(event, defs)
    variants = union.variants if isinstance(union, UnionType) else ()
    terminal = tuple(str(tag) for tag in shape.get("terminal") or ())
    return Streams(
        framing=Framing(str(shape["framing"])),
        event=event,
        flag=shape.get("flag"),
        flag_place=Place(str(shape.get("flag_place") or "body")),
        done=shape.get("done"),
        terminal=terminal,
        tag=shape.get("tag") or (_tag(union, defs) if terminal else None),
        error_event=_error_event(shape, union),
        resumable=shape.get("resumable") is True,
        finish=_finish(shape.get("finish")),
        framed_end=shape.get("framed_end") is True,
        named=tuple((str(name), variants[index].type) for name, index in (shape.map("named") or {}).items()),
        media_type=media_type.partition(";")[0].strip(),
    )


def choice_of_stream(operation: Map, params: tuple[Param, ...]) -> tuple[Param, ...]:
    """Return the argument that requests the stream of an operation by its media type, if nothing else does."""
    shape = operation.map(STREAM)
    if shape is None or shape.get("flag_place") != Place.ACCEPT.value:
        return ()
    taken = {param.name for param in params}
    name = next(name for name in (("stream",), ("as", "stream"), ("request", "stream")) if name not in taken)
    about = "Request the stream of events instead of the complete response."
    return (Param(str(shape["flag"]), name, Place.ACCEPT, Primitive(Prim.BOOLEAN), required=False, description=about),)


def resolved(type_: Type, defs: Mapping[str, TypeDef]) -> Type:
    """Return what a type refers to, without null."""
    while isinstance(type_, Ref | Nullable):
        type_ = type_.inner if isinstance(type_, Nullable) else defs[type_.key].type
    return type_


def _error_event(shape: Map, event: Type) -> str | None:
    """Return the name of error events. A name that the contract gives to an event is not an error by default."""
    name: str | None = shape.get("error_event")
    if shape.get("error_declared"):
        return name
    declared = set(shape.map("named") or ())
    if isinstance(event, UnionType) and isinstance(event.strategy, ByTag):
        declared |= {value for value, _ in event.strategy.mapping}
    return None if name in declared else name


def _tag(event: Type, defs: Mapping[str, TypeDef]) -> str | None:
    """Return the key of events that holds their type: the one that selects a variant, or one with fixed values."""
    if isinstance(event, UnionType) and isinstance(event.strategy, ByTag):
        return event.strategy.wire
    objects = [resolved(v.type, defs) for v in event.variants] if isinstance(event, UnionType) else [event]
    found: dict[str, None] = {}
    for one in objects:
        for field in one.fields if isinstance(one, ObjectType) else ():
            fixed = isinstance(resolved(field.type, defs), LiteralType | EnumType)
            if fixed or field.wire in _USUAL_TAGS:
                found.setdefault(field.wire)
    return next((wire for wire in _USUAL_TAGS if wire in found), next(iter(found), None))


def _finish(node: Node) -> tuple[str, str, str, str] | None:
    words = [str(word) for word in node] if isinstance(node, Seq) else []
    return (words[0], words[1], words[2], words[3]) if len(words) == 4 else None
