"""Redirects: where they lead, and the request that follows one."""

from __future__ import annotations

from typing import Final
from urllib.parse import urljoin, urlsplit

from .meta import Meta
from .secrets import MaskedStr
from .wire import Request

__all__ = ["redirected", "target_of"]

# Words in the names of headers that must not be sent to a server of another origin.
_CREDENTIALS: Final = ("auth", "key", "token", "secret", "passw", "cookie", "session", "credential", "signature")


def redirected(request: Request, meta: Meta) -> Request | None:
    """Return the request that follows a redirect, or None if following it would change the request."""
    if meta.status_code in (301, 302, 303) and request.method not in ("GET", "HEAD"):
        return None
    target = target_of(request, meta)
    if target is None:
        return None
    headers = request.headers
    old, new = urlsplit(request.url), urlsplit(target)
    if (old.scheme, old.netloc) != (new.scheme, new.netloc):
        headers = [item for item in headers if not _credential(item[0]) and not isinstance(item[1], MaskedStr)]
    return Request(request.method, target.partition("#")[0], headers, request.body, request.timeouts)


def target_of(request: Request, meta: Meta) -> str | None:
    """Return the URL of a redirect, or None if HTTP cannot reach it."""
    try:
        target = urljoin(request.url, meta.headers.get("location", "").strip())
        parts = urlsplit(target)
        _ = parts.port  # raises if it is not a number
        host = parts.hostname or ""
        _ = host if ":" in host else host.encode("idna")  # raises if no host can have this name
    except ValueError:
        return None
    usable = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return target if usable and _is_sendable(target) else None


def _is_sendable(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url


def _credential(name: str) -> bool:
    lower = name.lower()
    return lower != "idempotency-key" and any(word in lower for word in _CREDENTIALS)
