"""Logging: one line per request, and headers and bodies with secrets masked at debug level.

The logger is the standard one, named after the package. ``logging`` is imported for the first line, and a client
without a level writes only if the program has set up the logger itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from .behaviour import LOGGED_HEADERS
from .secrets import mask

if TYPE_CHECKING:
    import logging
    import re

__all__ = ["LEVELS", "Log", "redacted_body", "redacted_headers", "redacted_url"]

LEVELS: Final = {"debug": 10, "info": 20, "warn": 30, "warning": 30, "error": 40, "off": 100}


_BODY_CHARACTERS: Final = 2000
# Members whose values nobody should read in a log, and text that looks like a key.
_SECRET_MEMBER: Final = (
    r'("(?:[^"\\]*(?:(?:api|access|secret|private|signing|shared|account)[-_]?key|token|secret|password|authorization'
    r'|credential|signature)s?|key)"\s*:\s*")((?:[^"\\]|\\.)*)'
)
_SECRET_OBJECT: Final = r'"credential_values"\s*:\s*\{[^{}]*'
_MEMBER: Final = r'("(?:[^"\\]|\\.)*"\s*:\s*")((?:[^"\\]|\\.)*)'
_SECRET_QUERY: Final = (
    r"([?&](?:[^=&#]*(?:key|token|secret|password|authorization|credential|signature)s?|sig|auth)=)([^&#]*)"
)
_SECRET_TEXT: Final = r"\b(sk|pk|rk|hk)-[A-Za-z0-9_-]{8,}|(?<=Bearer )[^\s\"']{8,}"


def redacted_headers(headers: Iterable[tuple[str, str]], logged: frozenset[str] = LOGGED_HEADERS) -> dict[str, str]:
    """Return headers for a log line.

    Keys are masked after their start. For headers that are not known to be harmless, only the name is logged.
    """
    return {name: _shown_header(name.lower(), value, logged) for name, value in headers}


def _shown_header(name: str, value: str, logged: frozenset[str]) -> str:
    if name in logged:
        return value
    if name == "authorization" or name.endswith("api-key") or "-key-" in name:
        text = str.__str__(value) if type(value) is str else value.encode("latin-1", "replace").decode("latin-1")
        return mask(text.rpartition(" ")[2])
    return "..."


def redacted_body(body: Any, content_type: str) -> str:
    """Return a body for a log line: text with its secrets masked, up to a limit; of other bodies only the size."""
    if not isinstance(body, bytes):
        return "a stream"
    kind = content_type.lower()
    if "json" not in kind and not kind.startswith(("text/", "application/x-www-form")):
        return f"{len(body)} bytes of {kind or 'no type'}"
    import re  # only when debugging

    # Masked before it is cut, or half a key would remain at the end. The limit keeps large bodies cheap.
    text = body[: 4 * _BODY_CHARACTERS].decode("utf-8", "replace")
    text = re.sub(_SECRET_OBJECT, lambda found: re.sub(_MEMBER, _masked, found[0]), text)
    text = re.sub(_SECRET_MEMBER, _masked, text, flags=re.IGNORECASE)
    text = re.sub(_SECRET_TEXT, lambda found: mask(found[0]), text)
    return text if len(text) <= _BODY_CHARACTERS else f"{text[:_BODY_CHARACTERS]}... ({len(body)} bytes)"


def redacted_url(url: str) -> str:
    """Return a URL for a log line or an error, without the secrets in its query or its path."""
    if "?" not in url and "k-" not in url:
        return url
    import re  # most URLs have neither

    url = re.sub(_SECRET_QUERY, _masked, url, flags=re.IGNORECASE)
    return re.sub(_SECRET_TEXT, lambda found: mask(found[0]), url)


def _masked(found: re.Match[str]) -> str:
    value = found[2]
    return found[0] if value.endswith("...REDACTED") else f"{found[1]}{mask(value)}"


class Log:
    """The log of one client. With ``level`` None the program's own set-up decides."""

    def __init__(self, package: str, level: str | None, bodies: bool = True) -> None:
        self.bodies = bodies
        """True if bodies are logged at debug level."""
        self._package = package
        self._level = None if level is None else LEVELS[level]
        self._logger: logging.Logger | None = None

    def enabled(self, level: int) -> bool:
        if self._level is not None:
            return level >= self._level
        # A program that has not imported logging does not expect lines either.
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
