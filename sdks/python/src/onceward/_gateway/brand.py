"""The brand of a package for a gateway: that of every package, and the providers that callers may have keys of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .._core.brand import Brand

__all__ = ["GatewayBrand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayBrand(Brand):
    """The values that the package of a gateway passes to the runtime."""

    dialect: str | None = "_gateway.dialect"
    embedded_errors: bool = True
    provider_key_header: str = "X-Provider-Key"
    providers: tuple[str, ...] = ()
    """Providers whose prefixes the server knows."""
    provider_aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    """Provider ids by model prefix, for those that differ."""
