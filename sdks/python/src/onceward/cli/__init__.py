"""The command line `onceward`. `main` is the entry point; commands are loaded when they are called."""

from __future__ import annotations

TYPE_CHECKING = False  # An interrupt while this module loads cannot be caught: it loads nothing.

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    try:
        from ._app import run

        return run(arguments)
    except KeyboardInterrupt:
        return 130
