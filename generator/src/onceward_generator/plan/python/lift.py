"""Name every inline object and every result.

Python's classes have names, so an inline object becomes a definition of its own, named after its place; so does a
result, event or page item that is not a reference, because operations refer to types by name.
"""

from __future__ import annotations

from dataclasses import replace

from onceward_generator.model import (
    Api,
    Field,
    ListType,
    MapType,
    Method,
    Name,
    Nullable,
    ObjectType,
    Param,
    Ref,
    Resource,
    Type,
    TypeDef,
    UnionType,
)

__all__ = ["lift"]


def lift(api: Api) -> Api:
    """Return the API without inline objects, and with named results, events and page items."""
    lifter = _Lifter(api)
    for key, definition in api.types.items():
        type_ = (
            definition.type.inner
            if key in lifter.nullable and isinstance(definition.type, Nullable)
            else definition.type
        )
        lifter.types[key] = replace(definition, type=lifter.top(type_, definition))
    resources = tuple(lifter.resource(resource) for resource in api.resources)
    return replace(api, types=dict(lifter.types), resources=resources)


class _Lifter:
    def __init__(self, api: Api) -> None:
        self.types: dict[str, TypeDef] = dict(api.types)
        self.nullable = {
            key for key, d in api.types.items() if isinstance(d.type, Nullable) and isinstance(d.type.inner, ObjectType)
        }
        """Objects with nullable definitions: the class is the object, and each reference adds None."""

    def top(self, type_: Type, owner: TypeDef) -> Type:
        """Rewrite the inside of a definition, which may itself be an object."""
        if isinstance(type_, ObjectType):
            fields = tuple(self._field(field, owner) for field in type_.fields)
            extra = type_.extra and self.walk(type_.extra, owner, (*owner.name, "extra"))
            return replace(type_, fields=fields, extra=extra)
        return self.walk(type_, owner, owner.name)

    def _field(self, field: Field, owner: TypeDef) -> Field:
        return replace(field, type=self.walk(field.type, owner, (*owner.name, *field.name)))

    def walk(self, type_: Type, owner: TypeDef, name: Name) -> Type:
        match type_:
            case ListType(item):
                return replace(type_, item=self.walk(item, owner, (*name, "item")))
            case MapType(value):
                return replace(type_, value=self.walk(value, owner, (*name, "value")))
            case Nullable(inner):
                walked = self.walk(inner, owner, name)
                return walked if isinstance(walked, Nullable) else Nullable(walked)
            case Ref(key):
                return Nullable(type_) if key in self.nullable else type_
            case UnionType(variants, strategy):
                lifted = tuple(replace(v, type=self.walk(v.type, owner, (*name, *v.name))) for v in variants)
                return UnionType(lifted, strategy)
            case ObjectType():
                return self._define(type_, owner, name)
            case _:
                return type_

    def _define(self, type_: Type, owner: TypeDef, name: Name) -> Ref:
        key = "/".join(("inline", *name))
        definition = replace(owner, key=key, name=name, description="", deprecated=False, type=type_)
        self.types[key] = definition
        self.types[key] = replace(definition, type=self.top(type_, definition))
        return Ref(key)

    def resource(self, resource: Resource) -> Resource:
        methods = tuple(self._method(method, resource.path) for method in resource.methods)
        return replace(resource, methods=methods, children=tuple(self.resource(child) for child in resource.children))

    def _method(self, method: Method, path: tuple[str, ...]) -> Method:
        base: Name = (*(word for segment in path for word in segment.split("_")), *method.name)
        owner = TypeDef(
            key="",
            name=base,
            type=ListType(Ref("")),
            description="",
            origin=method.origin,
            sent=False,
            received=True,
            family=path[0],
        )
        sender = replace(owner, sent=True, received=False)
        params = self._params(method.params, sender, base)
        others = tuple(replace(a, params=self._params(a.params, sender, base)) for a in method.alternatives)
        result, streams, pages = method.result, method.streams, method.pages
        named = {
            id(answer): replace(answer, type=answer.type and self._named(answer.type, owner, (*base, *suffix)))
            for answers, suffix in ((method.answers, ("response",)), (method.failures, ("error",)))
            for answer in answers
        }
        answers = tuple(named[id(answer)] for answer in method.answers)
        failures = tuple(named[id(answer)] for answer in method.failures)
        if result.type is not None:
            first = answers[0].type if answers and result.type == method.answers[0].type else None
            result = replace(result, type=first or self._named(result.type, owner, (*base, "response")))
        if streams is not None:
            streams = replace(streams, event=self._named(streams.event, owner, (*base, "event")))
        if pages is not None:
            pages = replace(pages, item=self._named(pages.item, owner, (*base, "item")))
        return replace(
            method,
            params=params,
            alternatives=others,
            result=result,
            answers=answers,
            failures=failures,
            streams=streams,
            pages=pages,
        )

    def _params(self, params: tuple[Param, ...], sender: TypeDef, base: Name) -> tuple[Param, ...]:
        return tuple(replace(p, type=self.walk(p.type, sender, (*base, *p.name))) for p in params)

    def _named(self, type_: Type, owner: TypeDef, name: Name) -> Type:
        lifted = self.walk(type_, owner, name)
        if isinstance(lifted, Ref):
            return lifted
        key = "/".join(("inline", *name))
        if key in self.types and self.types[key].type != lifted:
            name = (*name, "value")
        return self._define(lifted, owner, name)
