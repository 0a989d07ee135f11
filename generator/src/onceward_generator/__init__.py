"""Generate SDKs from OpenAPI contracts. All SDKs share one behaviour.

A contract passes through `load`, `normalise` and `build`, which gives the model (`onceward_generator.model`), then
through `plan` and `emit`, one of each per language. `build_api` returns the model.
"""

from __future__ import annotations

from ._version import __version__
from .api import build_api
from .diagnostics import ContractError, Diagnostic

__all__ = ["ContractError", "Diagnostic", "__version__", "build_api"]
