"""How a package is written: what a configuration file says under ``python``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

__all__ = ["OptionError", "PythonOptions"]


FIRST_VERSION = "0.1.0"
"""The version of a generated package whose configuration gives none."""


class OptionError(ValueError):
    """The configuration asks for what the emitter does not know."""


def _never(module: str, name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class PythonOptions:
    """How a package is written. Modules are relative to the package, e.g. ``lib.tools``."""

    runtime: Literal["vendored", "in-place"] = "vendored"
    """``vendored`` copies the runtime into the package, ``in-place`` finds it there."""
    helpers: str | None = None
    """The importable package of hand-written additions to resources, e.g. ``onceward.lib``."""
    exports: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further public names of the package: name -> ``module:name``."""
    by_hand: Mapping[str, str] = field(default_factory=dict[str, str])
    """Response types that are written by hand: type -> ``module:name``. Their modules of types export them."""
    accepts: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """What a request type takes besides: type -> response types, or ``module:name[Any]``."""
    made: Mapping[str, str] = field(default_factory=dict[str, str])
    """Request types that a function may stand for: type -> ``module:name`` of what makes the object of it."""
    apart: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Arguments that hand-written methods take in forms of their own: request dictionary -> keys. The other keys stand
    in a base of it (``XBaseParams`` for ``XParams``), which those methods can take."""
    version: str = FIRST_VERSION
    """The version of a package with a vendored runtime; one that is written in place keeps its own ``_version.py``."""
    client: str | None = None
    """The client's class name where the brand's words do not say its spelling."""
    has: Callable[[str, str], bool] = _never
    """Whether a hand-written module has a name. Filled in by the emitter; what is not there is not mentioned."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> PythonOptions:
        """Options from plain data. Raises `OptionError` that names an unknown key."""
        known = {item.name for item in fields(cls)} - {"has"}
        unknown = sorted(set(values) - known)
        if unknown:
            raise OptionError(f"`{unknown[0]}` is no option of Python; the options are {', '.join(sorted(known))}")
        plain = dict(values)
        if plain.get("runtime", "vendored") not in ("vendored", "in-place"):
            raise OptionError(f"`runtime` is {plain['runtime']!r}; it is 'vendored' or 'in-place'")
        if "version" in plain and plain.get("runtime") == "in-place":
            raise OptionError("`version` has no effect with `runtime` 'in-place': edit the package's `_version.py`")
        for lists in ("accepts", "apart"):
            if lists in plain:
                plain[lists] = {name: tuple(others) for name, others in plain[lists].items()}
        return cls(**plain)

    @property
    def helpers_module(self) -> str | None:
        """``onceward.lib`` -> ``.lib``."""
        return "." + self.helpers.split(".", 1)[1] if self.helpers else None
