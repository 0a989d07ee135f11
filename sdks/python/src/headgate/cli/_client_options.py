"""A client from the options that every command takes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from .._client import Headgate
from .._core.retry import RetryEvent
from ._screen import Screen

__all__ = ["make_client"]


def make_client(given: argparse.Namespace, screen: Screen, **more: Any) -> Headgate:
    """Options that were given beat the environment, as everywhere."""
    options: dict[str, Any] = {"base_url": given.base_url, "api_key": getattr(given, "api_key", None), **more}
    if getattr(given, "timeout", None) is not None:
        options["timeout"] = given.timeout
    if getattr(given, "verbose", False):
        options["on_retry"] = _teller(screen)
    return Headgate(**options)


def _teller(screen: Screen) -> Callable[[RetryEvent], None]:
    def tell(event: RetryEvent) -> None:
        screen.end_line()
        screen.line(f"retry {event.retry} in {event.delay:.1f} s: {event.error.message}", "dim")

    return tell
