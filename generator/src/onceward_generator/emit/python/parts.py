"""The parts of the runtime that a package contains only if its API needs them, and the runtime without the others."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from onceward_generator.model import Api, Body, BodyKind, all_methods
from onceward_generator.plan.python import PythonOptions

from .access import Access

__all__ = ["PARTS", "Part", "left_out", "without"]

_MARK = " as part\n"
"""The end of every import of a part. Each is in a function of its own: a docstring, the import, a return."""
_GRANTS = frozenset({"oauth2", "openid"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the runtime: its files, the reason that an API needs it, and the errors that only it raises."""

    name: str
    reason: str
    absence: str
    needed: Callable[[Api], bool]
    files: tuple[str, ...]
    errors: tuple[str, ...] = ()


def _bodies(api: Api) -> Iterator[Body]:
    for method in all_methods(api.resources):
        yield from (body for body, _ in method.forms if body is not None)


PARTS = (
    Part(
        "streams", "a method streams", "no method streams",
        lambda api: any(method.streams is not None for method in all_methods(api.resources)),
        ("_core/cancellation.py", "_core/event_decoder.py", "_core/event_history.py", "_core/event_reader.py",
         "_core/finish.py", "_core/jsonlines.py", "_core/partials.py", "_core/sse.py", "_core/streaming.py",
         "_drivers/stream.py"),
        ("StreamInterrupted",),
    ),
    Part(
        "pages", "a method returns a list in pages", "no method returns pages",
        lambda api: any(method.pages is not None for method in all_methods(api.resources)),
        ("_core/paging.py", "_drivers/pages.py"),
        ("PaginationLoop",),
    ),
    Part(
        "uploads", "a body is multipart, binary, text or JSON lines", "no request has a file",
        lambda api: any(body.kind not in (BodyKind.JSON, BodyKind.FORM) for body in _bodies(api)),
        ("_core/files.py", "_core/multipart.py", "_drivers/upload.py"),
    ),
    Part(
        "alternatives", "a request has several media types", "no request has several media types",
        lambda api: any(method.alternatives for method in all_methods(api.resources)),
        ("_core/alternatives.py",),
    ),
    Part(
        "credentials", "the API declares a security scheme", "there are no security schemes",
        lambda api: bool(Access(api).schemes),
        ("_core/credential_options.py", "_core/credentials.py"),
    ),
    Part(
        "oauth", "a scheme is OAuth 2.0 or OpenID Connect", "no security scheme is OAuth 2.0",
        lambda api: any(scheme.kind in _GRANTS for scheme in api.auth),
        ("_core/oauth.py", "_core/tokens.py"),
    ),
    Part(
        "webhooks", "the API has webhooks", "there are no webhooks",
        lambda api: api.webhooks is not None,
        ("_core/webhooks.py",),
    ),
)  # fmt: skip
"""Every optional part. Everything else of the runtime serves each call, or is an option of each client."""


def left_out(api: Api, options: PythonOptions, generated: Mapping[str, str]) -> tuple[Part, ...]:
    """Return the parts that a package does without.

    A gateway, and a package with hand-written modules, have all of them. Parts that generated files import are
    always copied.
    """
    if api.brand.gateway or options.runtime != "vendored" or options.has_modules:
        return ()
    texts = "\n".join(generated.values())
    return tuple(
        part
        for part in PARTS
        if part.name not in options.parts
        and not part.needed(api)
        and not any(f".{module} import" in texts for module in map(_module, part.files))
    )


def without(parts: tuple[Part, ...], runtime: Mapping[str, str]) -> dict[str, str]:
    """Return the runtime without the files of parts; functions that would import one of them raise `ConfigError`."""
    absent = {file: part for part in parts for file in part.files}
    files = {path: text for path, text in runtime.items() if path not in absent}
    return {
        path: _with_errors(path, text, absent) if absent and _MARK in text else text for path, text in files.items()
    }


def _with_errors(path: str, text: str, absent: Mapping[str, Part]) -> str:
    """Return a module in which the imports of absent parts are errors."""
    folder = PurePosixPath(path).parent
    lines = text.splitlines()
    for node in reversed(ast.parse(text).body):
        first = node.body[1] if isinstance(node, ast.FunctionDef) and len(node.body) == 3 else None
        if not isinstance(first, ast.ImportFrom) or first.names[0].asname != "part":
            continue
        part = absent.get(f"{folder}/{first.names[0].name}.py")
        if part is None:
            continue
        errors = ".errors" if folder.name == "_core" else ".._core.errors"
        message = f"this package was generated without {part.name}: in its API, {part.absence}"
        lines[first.lineno - 1 : node.end_lineno] = [
            f"    from {errors} import ConfigError", "", f"    raise ConfigError({message!r})".replace("'", '"'),
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _module(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")
