# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: capabilities."""

from __future__ import annotations

from ..._core.options import CallOptions

__all__ = [
    "CapabilitiesListParams",
]


class CapabilitiesListParams(CallOptions, total=False):
    """Arguments of `capabilities.list`."""

    provider: str
    """Only models of this provider."""

    supports_vision: bool
    """Only models that support image input, or only those that do not."""

    supports_tools: bool
    """Only models that support tools, or only those that do not."""

    supports_reasoning: bool
    """Only models that support reasoning, or only those that do not."""
