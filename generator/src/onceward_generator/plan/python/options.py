"""The options of Python packages: the table ``python`` of a configuration file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

__all__ = ["PART_NAMES", "OptionError", "PythonOptions"]


FIRST_VERSION = "0.1.0"
"""The version of a generated package whose configuration gives none."""


PART_NAMES = ("streams", "pages", "uploads", "alternatives", "credentials", "oauth", "webhooks")
"""The parts of the runtime that are only copied where they are needed."""


class OptionError(ValueError):
    """An option that the emitter does not know or cannot use."""


def _never(module: str, name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class PythonOptions:
    """The options of a Python package. Modules are relative to the package, e.g. ``lib.tools``."""

    runtime: Literal["vendored", "in-place"] = "vendored"
    """``vendored`` copies the runtime into the package, ``in-place`` expects it there."""
    helpers: str | None = None
    """The importable package of hand-written additions to resources, e.g. ``onceward.lib``."""
    exports: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further public names of the package: name -> ``module:name``."""
    handwritten_types: Mapping[str, str] = field(default_factory=dict[str, str])
    """Hand-written response types: type -> ``module:name``. The modules of types export them."""
    accepts: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Types that a request type accepts besides: type -> response types, or ``module:name[Any]``."""
    converters: Mapping[str, str] = field(default_factory=dict[str, str])
    """Request types that a function may be passed for: type -> ``module:name`` of the function that converts it."""
    separate_arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Arguments for which hand-written methods have forms of their own: request dictionary -> keys. The other keys are
    in a base of it (``XBaseParams`` for ``XParams``), which those methods can accept."""
    version: str = FIRST_VERSION
    """The version of a package with a vendored runtime; a package that is written in place has its own
    ``_version.py``."""
    parts: tuple[str, ...] = ()
    """Parts of the runtime to copy although the API does not need them, e.g. ``streams``."""
    license: str = "Apache-2.0"
    """The licence of the package, as an SPDX expression."""
    homepage: str | None = None
    """The address of the project, for its metadata."""
    folder: str | None = None
    """The output folder, in which hand-written modules are found. Set by the command."""
    client: str | None = None
    """The client's class name, if its spelling cannot be derived from the brand."""
    has: Callable[[str, str], bool] = _never
    """A function that reports whether a hand-written module has a name. Set by the emitter; missing names are left
    out."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> PythonOptions:
        """Return options from plain data. Raises `OptionError` with the unknown key."""
        known = {item.name for item in fields(cls)} - {"has"}
        unknown = sorted(set(values) - known)
        if unknown:
            raise OptionError(f"`{unknown[0]}` is not an option of Python; the options are {', '.join(sorted(known))}")
        plain = dict(values)
        if plain.get("runtime", "vendored") not in ("vendored", "in-place"):
            raise OptionError(f"`runtime` is {plain['runtime']!r}; use 'vendored' or 'in-place'")
        if "version" in plain and plain.get("runtime") == "in-place":
            raise OptionError("`version` has no effect with `runtime` 'in-place': edit the package's `_version.py`")
        if "parts" in plain:
            given = plain["parts"]
            plain["parts"] = tuple(given.split(",")) if isinstance(given, str) else tuple(given)
            unknown = sorted({*plain["parts"]} - {*PART_NAMES})
            if unknown:
                raise OptionError(f"`parts` has {unknown[0]!r}; the parts are {', '.join(PART_NAMES)}")
        for lists in ("accepts", "separate_arguments"):
            if lists in plain:
                plain[lists] = {name: tuple(others) for name, others in plain[lists].items()}
        return cls(**plain)

    @property
    def has_modules(self) -> bool:
        """True if the package has hand-written modules, which may import any part of the runtime."""
        return bool(self.helpers or self.exports or self.handwritten_types or self.accepts or self.converters)

    @property
    def helpers_module(self) -> str | None:
        """The package of helpers as a relative module: ``onceward.lib`` -> ``.lib``."""
        return "." + self.helpers.split(".", 1)[1] if self.helpers else None
