"""Make a client from the options that every command takes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, Final

from .._client import Onceward
from .._core.retry import RetryEvent
from ._screen import Screen

__all__ = ["make_client"]

_NOTICED: Final = 1.0
_TOO_MANY: Final = 429
_WHY: Final = {_TOO_MANY: "rate limited", 503: "the gateway is not ready", 529: "the provider is overloaded"}


def make_client(given: argparse.Namespace, screen: Screen, **more: Any) -> Onceward:
    """Make a client. Options that were given override the environment."""
    options: dict[str, Any] = {"base_url": given.base_url, "api_key": getattr(given, "api_key", None), **more}
    if getattr(given, "timeout", None) is not None:
        options["timeout"] = given.timeout
    options.setdefault("on_retry", _retry_reporter(screen, every=getattr(given, "verbose", False)))
    return Onceward(**options)


def _retry_reporter(screen: Screen, *, every: bool) -> Callable[[RetryEvent], None]:
    """Return a callback that reports long waits on standard error; with `every`, all retries."""

    def report(event: RetryEvent) -> None:
        if not every and event.delay < _NOTICED:
            return
        status = getattr(event.error, "status_code", None)
        why = _WHY.get(status, event.error.message) if isinstance(status, int) and not every else event.error.message
        if every and status == _TOO_MANY:
            why = f"{_WHY[_TOO_MANY]} ({why})"
        seconds = f"{event.delay:.0f}" if event.delay >= _NOTICED else f"{event.delay:.1f}"
        screen.notice(f"{why}; retrying in {seconds} s")

    return report
