"""What makes one package differ from another of the same runtime: names, prefixes, addresses. Pure data, generated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Brand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """The values that a generated package gives the runtime.

    ``env_prefix`` makes ``<PREFIX>_API_KEY`` and kin; ``header_prefix`` makes ``<prefix>-Organization`` and kin.
    ``auth`` is ``"bearer"`` or ``("header", <name>)``. ``cancel_path`` is where a call that was left early is
    cancelled; it holds ``{call_id}``, and None means that the server knows no such thing.
    """

    name: str
    package: str
    env_prefix: str
    header_prefix: str
    base_url: str
    key_prefix: str = "sk-"
    version: str = "0"
    auth: Literal["bearer"] | tuple[Literal["header"], str] = "bearer"
    cancel_path: str | None = None
    provider_key_header: str = "X-Provider-Key"
    providers: tuple[str, ...] = ()
    """Providers whose prefixes the server knows."""
    provider_aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    """Model prefix -> provider id, where the two differ."""

    def env(self, name: str) -> str:
        """The environment variable that holds the option ``name``."""
        return f"{self.env_prefix}_{name}"

    def header(self, name: str) -> str:
        """The brand's own header ``name``."""
        return f"{self.header_prefix}-{name}"
