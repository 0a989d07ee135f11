"""Render modules of resources: a constant per operation, and a one-line method for it, sync and async."""

from __future__ import annotations

from collections.abc import Iterator

from onceward_generator.plan.python.shapes import MethodDef, Overload, ResourceDef, ResourceModule
from onceward_generator.plan.python.symbols import Expr, Scope, Symbol

from .text import docstring, indent, module_scope, module_text, symbols_in

__all__ = ["render_resources"]

OPERATION = Symbol("._core.operation", "Operation")
RESOURCE = Symbol("._core.resource", "Resource")
ASYNC_RESOURCE = Symbol("._core.resource", "AsyncResource")
RAW_RESOURCE = Symbol("._core.resource", "RawResource")
RAW_METHOD = Symbol("._core.resource", "RawMethod")
ASYNC_RAW_METHOD = Symbol("._core.resource", "AsyncRawMethod")
CACHED = Symbol("functools", "cached_property")
ANY = Symbol("typing", "Any")
OVERLOAD = Symbol("typing", "overload")
UNPACK = Symbol("typing", "Unpack")


def render_resources(module: ResourceModule) -> str:
    """Return the text of a module of resources."""
    runtime, checking = _references(module)
    own = [name for resource in module.resources for name in _class_names(resource)]
    members = {method.name for resource in module.resources for method in resource.methods}
    scope = module_scope(module.module, own, members, runtime | checking)
    constants = [_constant(method, scope) for resource in module.resources for method in resource.methods]
    classes = [text for resource in module.resources for text in _classes(resource, scope)]
    doc = f"The resource `{'.'.join(module.root.path)}` and its children."
    return module_text(doc, scope, runtime, checking, "\n".join(constants) + "\n\n" + "\n\n".join(classes), own)


def _class_names(resource: ResourceDef) -> Iterator[str]:
    for name in (resource.name, f"Async{resource.name}"):
        yield name
        if resource.methods:
            yield f"{name}WithRawResponse"


def _references(module: ResourceModule) -> tuple[set[Symbol], set[Symbol]]:
    runtime = {RESOURCE, ASYNC_RESOURCE}
    checking: set[Symbol] = set()
    for resource in module.resources:
        runtime |= set(resource.helpers or ())
        checking |= {Symbol(place, f"{way}{name}") for name, place in resource.elsewhere for way in ("", "Async")}
        if resource.methods or resource.children:
            runtime.add(CACHED)
        if resource.methods:
            runtime |= {RAW_RESOURCE, RAW_METHOD, ASYNC_RAW_METHOD}
        for method in resource.methods:
            runtime |= symbols_in([method.operation.value])
            runtime |= {OVERLOAD, ANY} if len(method.overloads) > 1 else set()
            checking |= {UNPACK, method.params} | symbols_in(_annotations(method))
    outside = {symbol for symbol in checking if not symbol.module.startswith(".")}
    return runtime | outside, checking


def _annotations(method: MethodDef) -> Iterator[Expr]:
    yield from (item.annotation for item in method.positional)
    for overload in method.overloads:
        yield overload.returns
        yield overload.async_returns
        yield from (annotation for _, annotation, _ in overload.keywords)


def _constant(method: MethodDef, scope: Scope) -> str:
    return f"{method.operation.constant} = {method.operation.value.render(scope)}\n"


def _classes(resource: ResourceDef, scope: Scope) -> Iterator[str]:
    for prefix in ("", "Async"):
        yield _resource(resource, scope, prefix)
        if resource.methods:
            yield _raw(resource, scope, prefix)


def _resource(resource: ResourceDef, scope: Scope, prefix: str) -> str:
    is_async = bool(prefix)
    base = scope.name(ASYNC_RESOURCE if is_async else RESOURCE)
    bases = f"{scope.name(resource.helpers[is_async])}, {base}" if resource.helpers else base
    name = f"{prefix}{resource.name}"
    members: list[str] = []
    for attribute, child, doc in resource.children:
        module = dict(resource.elsewhere).get(child)
        members.append(_property(scope, attribute, f"{prefix}{child}", "self._client", doc, module))
    if resource.methods:
        doc = "The same methods, returning the raw response: status, headers, bytes, and `parse()`."
        members.append(_property(scope, "with_raw_response", f"{name}WithRawResponse", "self", doc))
    members += [_method(method, scope, is_async) for method in resource.methods]
    body = docstring(resource.doc, 1) + "\n" + "\n".join(members)
    return f"class {name}({bases}):\n" + indent(body.strip("\n") + "\n" if body.strip() else "pass\n")


def _property(scope: Scope, name: str, result: str, argument: str, doc: str, module: str | None = None) -> str:
    """Return a cached property. A class of another module is imported on first use."""
    load = "" if module is None else f"from .{module.rsplit('.', 1)[1]} import {result}\n\n"
    body = docstring(doc, 2) + f"{load}return {result}({argument})\n"
    shown = result if module is None else scope.name(Symbol(module, result))
    return f"@{scope.name(CACHED)}\ndef {name}(self) -> {shown}:\n{indent(body)}"


def _raw(resource: ResourceDef, scope: Scope, prefix: str) -> str:
    name = f"{prefix}{resource.name}"
    kind = scope.name(ASYNC_RAW_METHOD if prefix else RAW_METHOD)
    lines = "".join(f"{m.name} = {kind}({name}.{m.name})\n" for m in resource.methods)
    doc = docstring(f"The methods of `{name}`, returning raw responses.", 1)
    return f'class {name}WithRawResponse({scope.name(RAW_RESOURCE)}["{name}"]):\n' + indent(f"{doc}\n{lines}")


# --- methods


def _method(method: MethodDef, scope: Scope, is_async: bool) -> str:
    awaits = is_async and method.kind != "pages"
    start = "async def" if awaits else "def"
    if len(method.overloads) == 1:
        overload = method.overloads[0]
        returns = (overload.async_returns if is_async else overload.returns).render(scope)
        head = f"{start} {method.name}({_signature(method, overload, scope)}) -> {returns}:\n"
        return head + indent(docstring(method.doc, 2) + _body(method, returns, awaits))
    parts = [_overload(method, overload, scope, is_async, start) for overload in method.overloads]
    any_ = scope.name(ANY)
    positional = "".join(f", {item.name}: {item.annotation.render(scope)}" for item in method.positional)
    head = f"{start} {method.name}(self{positional}, **params: {any_}) -> {any_}:\n"
    return "".join(parts) + head + indent(docstring(method.doc, 2) + _body(method, None, awaits))


def _signature(method: MethodDef, overload: Overload, scope: Scope) -> str:
    items = ["self", *(f"{item.name}: {item.annotation.render(scope)}" for item in method.positional)]
    if overload.keywords:
        items.append("*")
    for name, annotation, default in overload.keywords:
        items.append(f"{name}: {annotation.render(scope)}" + (f" = {default}" if default else ""))
    items.append(f"**params: {scope.name(UNPACK)}[{scope.name(method.params)}]")
    return ", ".join(items)


def _overload(method: MethodDef, overload: Overload, scope: Scope, is_async: bool, start: str) -> str:
    returns = (overload.async_returns if is_async else overload.returns).render(scope)
    return f"@{scope.name(OVERLOAD)}\n{start} {method.name}({_signature(method, overload, scope)}) -> {returns}: ...\n"


def _body(method: MethodDef, returns: str | None, awaits: bool) -> str:
    """Return the body of a method: one call, whose result is annotated where the method has a single result type."""
    positional = "".join(f'"{item.name}": {item.name}, ' for item in method.positional)
    params = f"{{{positional}**params}}" if positional else "params"
    run = f"{'await ' if awaits else ''}self._client.execute({method.operation.constant}, {params})"
    if returns == "None":
        return f"{run}\n"
    if returns is None:
        return f"return {run}\n"
    return f"answer: {returns} = {run}\nreturn answer\n"
