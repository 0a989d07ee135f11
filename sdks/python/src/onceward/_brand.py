# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""The brand of this package."""

from __future__ import annotations

from ._core.brand import Brand
from ._version import __version__

__all__ = ["BRAND"]

BRAND = Brand(
    name="Onceward",
    package="onceward",
    env_prefix="ONCEWARD",
    header_prefix="X-Onceward",
    base_url="http://127.0.0.1:4100",
    auth="bearer",
    key_prefix="sk-",
    dialect="_gateway.dialect",
    embedded_errors=True,
    providers=("openai", "anthropic", "groq", "cerebras", "openrouter", "gemini"),
    provider_aliases={"oai-resp": "openai", "gem-dev": "gemini"},
    cancel_path="/v1/calls/{call_id}/cancel",
    version=__version__,
)
