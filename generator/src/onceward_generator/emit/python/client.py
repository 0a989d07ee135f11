"""Render the client classes, the brand, and packages of lazily imported names."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from onceward_generator.model import AuthScheme
from onceward_generator.plan.python.shapes import Package

from .access import Access
from .behaviour import behaviour_values
from .text import HEADER, docstring, indent

__all__ = ["render_brand", "render_client", "render_table", "render_version"]


def render_client(package: Package) -> str:
    """Return the synchronous and the asynchronous client: one attribute per top-level resource, loaded on first use."""
    lines: list[str] = []
    for module in package.top_resources:
        root = module.root
        lines.append(f"from .{module.module.lstrip('.')} import Async{root.name}, {root.name}")
    access = Access(package.api)
    values, annotations = access.imports()
    lines += annotations.splitlines()
    checking = "if TYPE_CHECKING:\n" + indent("\n".join(lines)) + "\n" if lines else ""
    typing = "from typing import TYPE_CHECKING\n" if lines else ""
    cached = "from functools import cached_property\n" if package.resources else ""
    drivers = "from ._drivers.aio import AsyncClient\nfrom ._drivers.sync import SyncClient\n"
    if not access.is_declared:
        drivers += "from ._gateway.client import GatewayClient\n"
    return (
        f"{HEADER}{docstring(f'The clients of {package.client}.')}\n"
        f"from __future__ import annotations\n\n{cached}{typing}\n"
        f"from ._brand import BRAND\n{drivers}\n"
        f'{values}\n{checking}\n__all__ = ["Async{package.client}", "{package.client}"]\n\n\n'
        f"{_client(package, access, '', 'SyncClient')}\n\n{_client(package, access, 'Async', 'AsyncClient')}"
    )


def _client(package: Package, access: Access, prefix: str, base: str) -> str:
    kind = "asynchronous" if prefix else "synchronous"
    options = "" if access.is_declared else " Its options are those of `GatewayClient`."
    members = [f"{docstring(f'The {kind} client of {package.client}.{options}', 1)}\n_brand = BRAND\n"]
    if access.is_declared:
        members.append(access.constructor())
    for module in package.top_resources:
        name = f"{prefix}{module.root.name}"
        body = (
            docstring(module.root.doc, 2) + f"from .{module.module.lstrip('.')} import {name}\n\nreturn {name}(self)\n"
        )
        members.append(f"@cached_property\ndef {module.root.attribute}(self) -> {name}:\n{indent(body)}")
        for alias in module.root.aliases:
            other = (
                docstring(f"Another name of `{module.root.attribute}`.", 2) + f"return self.{module.root.attribute}\n"
            )
            members.append(f"@property\ndef {alias}(self) -> {name}:\n{indent(other)}")
    bases = base if access.is_declared else f"GatewayClient, {base}"
    return f"class {prefix}{package.client}({bases}):\n" + indent("\n".join(members))


def render_brand(package: Package, cancel_path: str | None) -> str:
    """Return the module that holds the brand."""
    brand = package.brand
    values: dict[str, object] = {
        "name": package.client,
        "package": brand.package,
        "env_prefix": brand.env_prefix,
        "header_prefix": brand.header_prefix,
        "base_url": brand.base_url,
        "auth": _auth(package.api.auth),
    }
    access = Access(package.api)
    values |= access.brand_values()
    if brand.key_prefix:
        values["key_prefix"] = brand.key_prefix
    if brand.providers:
        values["providers"] = tuple(name for name, _ in brand.providers)
        values["provider_aliases"] = {prefix: name for name, prefixes in brand.providers for prefix in prefixes}
    if cancel_path is not None:
        values["cancel_path"] = cancel_path
    arguments = "".join(f"    {key}={value!r},\n" for key, value in values.items())
    configured = behaviour_values(package.api.behaviour)
    if configured:
        given = ", ".join(f"{key}={value}" for key, value in configured.items())
        arguments += f"    behaviour=Behaviour({given}),\n"
    names = "Brand, Scheme" if access.schemes else "Brand"
    names, module = ("GatewayBrand as Brand", "_gateway") if brand.gateway else (names, "_core")
    imports = f"from .{module}.brand import {names}\nfrom ._version import __version__\n"
    imports = f"from ._core.behaviour import Behaviour\n{imports}" if configured else imports
    doc = docstring("The brand of this package.")
    return (
        f"{HEADER}{doc}\nfrom __future__ import annotations\n\n{imports}\n"
        f'__all__ = ["BRAND"]\n\nBRAND = Brand(\n{arguments}    version=__version__,\n)\n'
    )


def render_version(version: str) -> str:
    """Return the module that holds the version, for the project file and the client."""
    doc = docstring("The version of this package.")
    head = f"{HEADER}{doc}\nfrom __future__ import annotations\n\n"
    return f"{head}__all__ = ['__version__']\n\n__version__ = {version!r}\n"


def _auth(schemes: tuple[AuthScheme, ...]) -> object:
    first = schemes[0] if schemes else None
    return ("header", first.wire) if first is not None and first.kind == "header" else "bearer"


def render_table(doc: str, names: Mapping[str, tuple[str, str]], modules: tuple[str, ...] = ()) -> str:
    """Return a package that imports its names on first use.

    ``names`` maps public names to (relative module, name there); ``modules`` are submodules that are attributes too.
    """
    if len(names) > _MOST_NAMES and not modules and all(public == name for public, (_, name) in names.items()):
        return _render_long_table(doc, names)
    mirror = [f"from {module} import {name} as {public}" for public, (module, name) in names.items()]
    mirror += [f"from . import {module} as {module}" for module in modules]
    rows = "".join(f"    {public!r}: ({module!r}, {name!r}),\n" for public, (module, name) in sorted(names.items()))
    rows += "".join(f"    {module!r}: ('.{module}', ''),\n" for module in modules)
    exports = "".join(f"    {name!r},\n" for name in sorted((*names, *modules)) if name != "__version__")
    return (
        f"{HEADER}{docstring(doc)}\nfrom __future__ import annotations\n\n"
        "TYPE_CHECKING = False  # type checkers know this name; importing `typing` would slow down the import\n\n"
        f"if TYPE_CHECKING:\n{indent(chr(10).join(sorted(mirror)) or 'pass')}\n"
        f"else:\n{indent(_LAZY.replace('ROWS', rows))}\n"
        f"__all__ = [\n{exports}]\n"
    )


def _render_long_table(doc: str, names: Mapping[str, tuple[str, str]]) -> str:
    """Return a package of so many names that a line for each would make too long a file."""
    by_module: dict[str, list[str]] = {}
    for name, (module, _) in sorted(names.items()):
        by_module.setdefault(module, []).append(name)
    mirror = "\n".join(f"from {module} import *  # noqa: F403" for module in sorted(by_module))
    rows = "".join(
        f'    {module!r}: """\n{indent(textwrap.fill(" ".join(found), 96), 2)}\n    """,\n'
        for module, found in sorted(by_module.items())
    )
    return (
        f"{HEADER}{docstring(doc)}\nfrom __future__ import annotations\n\n"
        "TYPE_CHECKING = False  # type checkers know this name; importing `typing` would slow down the import\n\n"
        f"if TYPE_CHECKING:\n{indent(mirror)}\n"
        f"else:\n{indent(_LONG_LAZY.replace('ROWS', rows))}\n"
    )


_MOST_NAMES = 700
_LONG_LAZY = """
_NAMES = {
ROWS}
_TABLE = {name: module for module, names in _NAMES.items() for name in names.split()}
__all__ = sorted(_TABLE)


def __getattr__(name):
    found = _TABLE.get(name)
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(found, __name__), name)
    return value


def __dir__():
    return sorted(__all__)
"""
_LAZY = """
_TABLE = {
ROWS}


def __getattr__(name):
    found = _TABLE.get(name)
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = import_module(found[0], __name__)
    value = globals()[name] = getattr(module, found[1]) if found[1] else module
    return value


def __dir__():
    return sorted(__all__)
"""
