"""The settings of trusted proxies and of the public URL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_network
from urllib.parse import urlsplit

from .routing import Network
from .table import ConfigError, Table

__all__ = ["HOST", "read_public_url", "read_trusted_proxies"]

# The host of a URL, with or without a port.
HOST = re.compile(r"(?:[A-Za-z0-9._\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def read_trusted_proxies(given: Iterable[str], source: str, name: str) -> tuple[Network, ...]:
    """Return the networks of a setting; raise `ConfigError` for an entry that is not an address or a range."""
    found: list[Network] = []
    for text in given:
        try:
            found.append(ip_network(text.strip(), strict=False))
        except ValueError:
            raise ConfigError(
                f"{source}: {name} has the entry {text!r}, which is not an IP address or a range of addresses. "
                'Write addresses such as "10.0.0.7" or "10.0.0.0/8".'
            ) from None
    return tuple(found)


def read_public_url(table: Table, name: str = "public_url") -> str | None:
    """Return the URL by which clients reach the gateway, or None if it is not set."""
    text = table.text(name)
    if not text:
        return None
    try:
        url = urlsplit(text)
        valid = url.scheme in ("http", "https") and bool(HOST.fullmatch(url.netloc)) and not url.query + url.fragment
    except ValueError:
        valid = False
    if not valid:
        raise table.fault(name, text, "is not the URL of a server", 'Write it as "https://gateway.example.com"')
    return text.rstrip("/")
