"""What the client tells about its work: one line a request, with headers from an allow-list and no body, ever.

The logger is the standard one, named after the package. ``logging`` is imported on the first line that is written, and
a client that was given no level writes only if the program has set up the logger itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import logging

__all__ = ["LEVELS", "LOGGED_HEADERS", "Log", "shown_headers"]

LEVELS: Final = {"debug": 10, "info": 20, "warn": 30, "warning": 30, "error": 40, "off": 100}

LOGGED_HEADERS: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "last-event-id",
        "retry-after",
        "retry-after-ms",
        "server",
        "transfer-encoding",
        "user-agent",
        "x-request-id",
        "x-retry-count",
        "x-should-retry",
        "x-ratelimit-limit-requests",
        "x-ratelimit-limit-tokens",
        "x-ratelimit-remaining-requests",
        "x-ratelimit-remaining-tokens",
        "x-ratelimit-reset-requests",
        "x-ratelimit-reset-tokens",
    }
)


def shown_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers for a log line. What is not on the list shows its name alone, since nobody knows what it holds."""
    return {name: value if name.lower() in LOGGED_HEADERS else "..." for name, value in headers}


class Log:
    """The log of one client. ``level`` None leaves all to the program's own set-up."""

    def __init__(self, package: str, level: str | None) -> None:
        self._package = package
        self._level = None if level is None else LEVELS[level]
        self._logger: logging.Logger | None = None

    def enabled(self, level: int) -> bool:
        if self._level is not None:
            return level >= self._level
        # A program that has not imported logging has not asked for lines either.
        return "logging" in sys.modules and self._get().isEnabledFor(level)

    def debug(self, text: str, *values: Any) -> None:
        if self.enabled(10):
            self._get().log(10, text, *values)

    def info(self, text: str, *values: Any) -> None:
        if self.enabled(20):
            self._get().log(20, text, *values)

    def warning(self, text: str, *values: Any) -> None:
        if self.enabled(30):
            self._get().log(30, text, *values)

    def _get(self) -> logging.Logger:
        if self._logger is None:
            import logging

            logger = logging.getLogger(self._package)
            if self._level is not None and self._level < 100:
                if not logger.isEnabledFor(self._level):
                    logger.setLevel(self._level)
                if not logger.hasHandlers():
                    handler = logging.StreamHandler()
                    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
                    logger.addHandler(handler)
            self._logger = logger
        return self._logger
