"""Protection against server-side request forgery: URLs of users may lead to public addresses only.

A URL is checked when it is configured, and its host again for each connection. The connection uses the very address
that was checked, so a name that resolves differently the second time (DNS rebinding) has no effect.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from ..config.routing import Network
from ..core import error_codes
from ..core.errors import ApiError, invalid

__all__ = ["AddressGuard", "GuardedResolver"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_MAX_URL = 2048
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class AddressGuard:
    """Decides which addresses may be reached. `allow` are networks that the operator permits."""

    def __init__(self, allow: Sequence[Network] = ()) -> None:
        self._allow = tuple(allow)

    def permits(self, text: str) -> bool:
        """Return whether a connection to an IP address is permitted."""
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        if any(address.version == network.version and address in network for network in self._allow):
            return True
        within = _embedded(address)
        if within is not None:
            return self.permits(str(within))
        return address.is_global and not address.is_multicast and not address.is_reserved

    def check_url(self, url: str, param: str) -> str:
        """Return a URL without a trailing slash; raise 400 where it may not be called."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise _refused(url, f"is not a URL: {error}", param) from None
        if parts.scheme not in ("http", "https"):
            raise _refused(url, "is not an http or https URL", param)
        if (
            not host
            or len(url) > _MAX_URL
            or not url.isascii()
            or not url.isprintable()
            or set(url) & set(' "<>\\^`{|}')
        ):
            raise _refused(url, "is not a usable URL", param)
        if "@" in parts.netloc:
            raise _refused(parts._replace(netloc="...").geturl(), "contains a user name or a password", param)
        if parts.query or parts.fragment:
            raise _refused(url, "has a query or a fragment", param)
        if port == 0:
            raise _refused(url, "has the port 0", param)
        if _is_address(host) and not self.permits(host):
            raise self.refusal(host, param)
        if host.rstrip(".").lower() == "localhost" and not self.permits("127.0.0.1"):
            raise self.refusal(host, param)
        return url.rstrip("/")

    async def check_host(self, url: str, param: str) -> None:
        """Raise 400 if any address of a URL's host may not be reached."""
        host = urlsplit(url).hostname or ""
        for address in await _resolve(host, 0, param):
            if not self.permits(address[4][0]):
                raise self.refusal(host, param)

    @staticmethod
    def refusal(host: str, param: str) -> ApiError:
        """Return the error for a host that must not be reached, with the field `param` that names it."""
        return invalid(
            f"`{param}` leads to {host!r}, which is not on the public internet. Use a public address, "
            "or have the operator allow its network in `[outbound] allow`.",
            param=param,
            code=error_codes.ADDRESS_NOT_ALLOWED,
        )


class GuardedResolver:
    """A resolver that fails for a host with any address that the guard does not permit."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard

    async def resolve(self, host: str, port: int) -> list[tuple[int, Any]]:
        """Return the addresses of `host` with their families. Raise `OSError` if any of them is not permitted."""
        try:
            found = await _resolve(host, port, "api_base")
        except ApiError as error:
            raise OSError(None, error.message) from error
        if not all(self._guard.permits(str(where[0])) for *_, where in found):
            raise OSError(None, f"{host!r} leads to an address that is not allowed")
        return [(int(family), where) for family, *_, where in found]


async def _resolve(host: str, port: int, param: str) -> list[Any]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise invalid(
            f"The host {host!r} of `{param}` cannot be resolved: {error}. Check its spelling.",
            param=param,
            code=error_codes.HOST_NOT_FOUND,
        ) from error
    return list(found)


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address embeds."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _NAT64) or (int(address) >> 32 == 0 and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _refused(url: str, why: str, param: str) -> ApiError:
    return invalid(
        f"`{param}` is {url[:200]!r}, which {why}. Write it as https://host/v1.",
        param=param,
        code=error_codes.INVALID_URL,
    )
