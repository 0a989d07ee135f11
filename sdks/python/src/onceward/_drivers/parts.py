"""The parts of the drivers that are imported on first use.

A generated package contains a part only if its API needs it. `onceward-generate` puts an error in place of each import
``as part`` whose module is left out, so every such function consists of its docstring, the import and a return.
"""

from __future__ import annotations

from functools import cache
from typing import Any

__all__ = ["pages", "streams", "uploads"]


@cache
def pages() -> Any:
    """Return the pages of lists."""
    from . import pages as part

    return part


@cache
def streams() -> Any:
    """Return the streams of events."""
    from . import stream as part

    return part


@cache
def uploads() -> Any:
    """Return the bodies that are read while they are sent."""
    from . import upload as part

    return part
