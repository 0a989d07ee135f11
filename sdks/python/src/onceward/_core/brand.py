"""The names, prefixes and addresses of one package built on this runtime. Generated as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .behaviour import DEFAULT, Behaviour

__all__ = ["Brand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """The values that a generated package passes to the runtime.

    ``env_prefix`` is the start of ``<PREFIX>_API_KEY`` and the like, ``header_prefix`` that of
    ``<prefix>-Organization`` and
    the like. ``auth`` is ``"bearer"`` or ``("header", <name>)``. ``cancel_path`` is the path, with ``{call_id}``, that
    cancels a call; None if the server cannot.
    """

    name: str
    package: str
    env_prefix: str
    header_prefix: str
    base_url: str
    key_prefix: str = ""
    version: str = "0"
    auth: Literal["bearer"] | tuple[Literal["header"], str] = "bearer"
    cancel_path: str | None = None
    dialect: str | None = None
    """The module of this package with the words of its server, as a path of modules."""
    embedded_errors: bool = False
    """An ``error`` that a type does not declare is an error, whatever the status of its response."""
    provider_key_header: str = "X-Provider-Key"
    providers: tuple[str, ...] = ()
    """Providers whose prefixes the server knows."""
    provider_aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    """Provider ids by model prefix, for those that differ."""
    behaviour: Behaviour = DEFAULT
    """Defaults of retries and time limits, and names of headers."""

    def env(self, name: str) -> str:
        """Return the environment variable of the option ``name``."""
        return f"{self.env_prefix}_{name}"

    def header(self, name: str) -> str:
        """Return the brand's own header ``name``."""
        return f"{self.header_prefix}-{name}"
