"""Turns an OpenAPI contract into SDKs that share one behaviour.

The way of a contract: `load` -> `normalise` -> `build` -> the model (`onceward_generator.model`) -> `plan` and `emit`,
one of each per language. `build_api` goes as far as the model.
"""

from __future__ import annotations

from ._version import __version__
from .api import build_api
from .diagnostics import ContractError, Diagnostic

__all__ = ["ContractError", "Diagnostic", "__version__", "build_api"]
