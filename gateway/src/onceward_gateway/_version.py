"""The version of this package, and its only copy: the build, the client and the release read it here."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
