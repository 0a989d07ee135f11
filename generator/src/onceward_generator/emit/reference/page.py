"""Render the reference page: the call, the request, the result and the file of every method."""

from __future__ import annotations

from collections.abc import Iterator

from onceward_generator.model import Api, Method, all_methods
from onceward_generator.plan.python.shapes import MethodDef, Package, ResourceDef, ResourceModule
from onceward_generator.plan.python.symbols import Scope, Symbol

__all__ = ["render_reference"]


def render_reference(api: Api, package: Package) -> str:
    """Return the page as Markdown."""
    root = f"src/{package.brand.package.replace('.', '/')}"
    methods = {method.id: method for method in all_methods(api.resources)}
    parts = [
        "<!-- Generated from the contract by onceward-generate. Do not edit. -->\n\n"
        f"# {package.client}: every method\n\n"
        f"`client` is a `{package.client}`; `Async{package.client}` has the same methods with `await`. "
        "Every method also accepts the call options `extra_headers`, `extra_query`, `extra_body`, `timeout`, "
        "`max_retries`, `idempotency_key`, `request_id`, `on_progress`.\n"
    ]
    targets = package.targets()
    for module in package.resources:
        parts += _module(module, root, methods, targets)
    return "\n".join(parts)


def _module(
    module: ResourceModule, root: str, methods: dict[str, Method], targets: dict[tuple[str, ...], str]
) -> Iterator[str]:
    file = f"{root}/{module.module.lstrip('.').replace('.', '/')}.py"
    for resource in reversed(module.resources):
        path = targets[resource.path]
        if resource.methods or resource is module.root:
            yield _resource(resource, path, file, root, methods)


def _resource(resource: ResourceDef, path: str, file: str, root: str, methods: dict[str, Method]) -> str:
    level = "#" * min(2 + path.count(".") - 1, 4)
    lines = [f"{level} [{path.removeprefix('client.')}]({file})\n"]
    if resource.doc:
        lines.append(f"{' '.join(resource.doc.split())}\n")
    for method in resource.methods:
        lines += _method(method, f"{path}.{method.name}", file, root, methods)
    return "\n".join(lines)


def _method(method: MethodDef, called: str, file: str, root: str, methods: dict[str, Method]) -> Iterator[str]:
    arguments = "".join(f"{item.name}, " for item in method.positional)
    source = f"{root}/{method.params.module.lstrip('.').replace('.', '/')}.py"
    yield f"- [`{called}({arguments}**params)`]({file})" + (" (deprecated)" if method.deprecated else "")
    yield f"  - `{method.http} {method.path}`"
    yield f"  - params: [`{method.params.name}`]({source})"
    yield f"  - result: {_results(method, root)}"
    summary = methods[method.operation_id].summary if method.operation_id in methods else ""
    yield f"  - {' '.join(summary.split())}\n" if summary else ""


def _results(method: MethodDef, root: str) -> str:
    """Return the result types of a method, without repetitions, with links to their definitions."""
    scope = Scope("", public=True)
    shown: dict[str, None] = {}
    for overload in method.overloads:
        for option in overload.returns.options or (overload.returns,):
            text = f"`{option.render(scope)}`"
            links = [symbol for symbol in option.symbols() if symbol.module.startswith(".types")]
            shown[text + "".join(_link(symbol, root) for symbol in links)] = None
    return " or ".join(shown)


def _link(symbol: Symbol, root: str) -> str:
    return f" ([{symbol.module.lstrip('.')}]({root}/{symbol.module.lstrip('.').replace('.', '/')}.py))"
