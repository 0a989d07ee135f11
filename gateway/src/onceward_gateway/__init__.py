"""The gateway of Onceward: one ASGI application that serves the contract. `onceward serve` runs it."""

from __future__ import annotations

TYPE_CHECKING = False  # an interrupt while this package loads cannot be caught: it loads nothing

if TYPE_CHECKING:
    from typing import Any

    from ._version import __version__ as __version__
    from .config.load import Settings as Settings
    from .entry.app import create_app as create_app

__all__ = ["Settings", "__version__", "create_app"]


def __getattr__(name: str) -> Any:
    # Looked up late: importing the package, as `python -m` does, loads nothing.
    if name == "create_app":
        from .entry.app import create_app

        return create_app
    if name == "__version__":
        from ._version import __version__

        return __version__
    if name == "Settings":
        from .config.load import Settings

        return Settings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
