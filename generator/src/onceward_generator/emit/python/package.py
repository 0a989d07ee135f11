"""Render a Python package: the text of every file, by its path in the project's folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from onceward_generator.emit.reference import render_reference
from onceward_generator.model import Api, all_methods
from onceward_generator.plan.python import Package, PythonOptions, plan
from onceward_generator.plan.python.words import package_name

from .checks import render_checks
from .client import render_brand, render_client, render_table, render_version
from .examples import render_examples
from .parts import Part, left_out, without
from .project import project_files
from .resources import render_resources
from .runtime import RUNTIME_EXPORTS, error_names, has_name, runtime_files
from .surface import render_surface
from .testing import render_tests
from .tidy import tidy
from .types import render_types
from .webhooks import WEBHOOK_NAMES, render_webhooks

__all__ = ["emit_python"]


def emit_python(api: Api, options: PythonOptions | None = None) -> dict[str, str]:
    """Return every generated file by its path in the project's folder, sorted and formatted."""
    options = options or PythonOptions()
    if options.runtime == "in-place":
        options = replace(options, has=has_name)
    elif options.folder is not None:
        home = Path(options.folder, "src", *package_name(api.brand.package).split("."))
        options = replace(options, has=lambda module, name: has_name(module, name, home))
    api = replace(api, brand=replace(api.brand, package=package_name(api.brand.package)))
    package = plan(api, options)
    root = f"src/{api.brand.package.replace('.', '/')}"
    inner = _package_files(package, options)
    absent = left_out(api, options, inner)
    inner["__init__.py"] = _root_table(package, options, absent)
    files = {f"{root}/{path}": text for path, text in inner.items()}
    files["surface.txt"] = render_surface(package)
    files["api.md"] = render_reference(api, package)
    vendored: dict[str, str] = {}
    if options.runtime == "vendored":
        runtime = without(absent, runtime_files(gateway=api.brand.gateway))
        vendored = {f"{root}/{path}": text for path, text in runtime.items()}
        files |= project_files(package, options) | render_tests(package)
    return dict(sorted({**vendored, **tidy(files)}.items()))


def _package_files(package: Package, options: PythonOptions) -> dict[str, str]:
    files = {f"{_path(module.module)}.py": render_types(module) for module in package.types}
    files |= {f"{_path(module.module)}.py": render_resources(module) for module in package.resources}
    files |= {f"{_path(module.module)}.py": render_checks(module) for module in package.checks}
    files["_checks/__init__.py"] = ""
    files["_client.py"] = render_client(package)
    files["_brand.py"] = render_brand(package, _cancel_path(package.api) if package.brand.gateway else None)
    if options.runtime == "vendored" and not package.brand.gateway:
        files |= render_examples(package)
    if options.runtime == "vendored":
        files["_version.py"] = render_version(options.version)
    files["types/__init__.py"] = _types_table(package, params=False)
    files["types/params/__init__.py"] = _types_table(package, params=True)
    files["resources/__init__.py"] = _resources_table(package)
    files["py.typed"] = ""
    if package.webhook_event is not None and package.api.webhooks is not None:
        files["webhooks.py"] = render_webhooks(package, package.webhook_event, package.api.webhooks.signature)
    return files


def _path(module: str) -> str:
    return module.lstrip(".").replace(".", "/")


def _cancel_path(api: Api) -> str | None:
    """Return the path of the endpoint that cancels a running call, if the API has one."""
    paths = (method.path for method in all_methods(api.resources) if method.http == "POST")
    return next((path for path in paths if path.endswith("/calls/{call_id}/cancel")), None)


def _types_table(package: Package, *, params: bool) -> str:
    """Return the package ``types`` with the names of all its modules, or ``types.params`` with those of requests."""
    names: dict[str, tuple[str, str]] = {}
    start = ".types.params." if params else ".types."
    for module in package.types:
        if module.module.startswith(start):
            relative = "." + module.module.removeprefix(start)
            names |= {d.symbol.name: (relative, d.symbol.name) for d in module.definitions}
    doc = (
        "Types of requests, imported on first use."
        if params
        else "Types of responses and requests, imported on first use."
    )
    return render_table(doc, dict(sorted(names.items())))


def _resources_table(package: Package) -> str:
    names: dict[str, tuple[str, str]] = {}
    for module in package.resources:
        relative = "." + module.module.removeprefix(".resources.")
        for resource in module.resources:
            names[resource.name] = (relative, resource.name)
            names[f"Async{resource.name}"] = (relative, f"Async{resource.name}")
    return render_table("The resources, imported on first use.", dict(sorted(names.items())))


def _root_table(package: Package, options: PythonOptions, absent: tuple[Part, ...]) -> str:
    """Return the package itself; names of absent parts of the runtime are not exported."""
    client = package.client
    names = {client: ("._client", client), f"Async{client}": ("._client", f"Async{client}")}
    names |= {name: ("._core.errors", name) for name in error_names()}
    if package.brand.gateway:
        names |= {name: ("._gateway.errors", name) for name in error_names("_gateway")}
    names |= {name: (f".{module}", name) for name, module in RUNTIME_EXPORTS.items()}
    modules = {f".{file.removesuffix('.py').replace('/', '.')}" for part in absent for file in part.files}
    errors = {name for part in absent for name in part.errors}
    names = {name: place for name, place in names.items() if place[0] not in modules and name not in errors}
    if any(scheme.kind in {"oauth2", "openid"} for scheme in package.api.auth):
        names |= {name: ("._core.oauth", name) for name in ("ClientCredentials", "RefreshToken")}
    names[f"{client}Error"] = ("._core.errors", "SDKError")
    names["__version__"] = ("._version", "__version__")
    if package.api.webhooks is not None:
        verify = ("verify_webhook",) if package.api.webhooks.signature else ()
        names |= {name: (".webhooks", name) for name in (*WEBHOOK_NAMES, *verify)}
    for public, stands_for in package.brand.aliases:
        names[public] = names.get(stands_for, ("._client", stands_for))
    for public, target in options.exports.items():
        module, _, name = target.partition(":")
        if options.has(module, name):
            names[public] = (f".{module}", name)
    doc = f"{' '.join(package.brand.spelling) or client}: the Python SDK."
    return render_table(doc, dict(sorted(names.items())), ("types",))
