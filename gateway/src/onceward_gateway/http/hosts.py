"""Protection of requests without a key against foreign web pages, by their `Host` and `Origin`.

Without keys, a web page that the operator has open looks like one of the operator's own programs. A page can send
simple requests anywhere; its browser adds `Origin` and `Sec-Fetch-Site`. A host name that resolves to this machine (DNS
rebinding) gives the page and the gateway one origin; its browser sends that name as `Host`. Clients other than
browsers send no `Origin`, and send as `Host` the name or address that they were configured with.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from ..config.web import CorsSettings
from ..core import error_codes
from ..core.errors import (
    ApiError,
    forbidden,
    invalid,
)
from ..core.hosts import is_loopback

__all__ = ["HostCheck", "host_of"]

_AUTHORITY = re.compile(r"(?:([A-Za-z0-9._\-]+)|\[([0-9A-Fa-f:.]+)\])(?::[0-9]{0,5})?")
_MAX_CACHED = 256


def host_of(authority: str) -> str | None:
    """Return the host of `host[:port]` in its normal form: lower case, without brackets or a final dot."""
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        return None
    name, address = found.groups()
    if address is None:
        return str(name).lower().removesuffix(".") or None
    try:
        return str(ipaddress.IPv6Address(address))
    except ValueError:
        return None


class HostCheck:
    """Rejects requests without a key that name a foreign host or come from a foreign page."""

    def __init__(self, bound: str, allowed: frozenset[str], cors: CorsSettings) -> None:
        self._bound = host_of(f"[{bound}]" if ":" in bound else bound) or bound
        self._allowed = frozenset(host_of(f"[{host}]" if ":" in host else host) or host for host in allowed)
        self._cors = cors
        # Accepted hosts: most requests name the same one.
        self._known: dict[tuple[bytes, str], bool] = {}

    def check(self, scope: Mapping[str, Any], *, strict: bool = False, page: bool = False) -> None:
        """Raise 403 for a foreign host or a foreign page, 400 for a missing or repeated `Host`.

        `strict` is for management requests: they must come from this machine. `page` permits navigation from other
        sites, which reads nothing and changes nothing.
        """
        hosts: list[bytes] = []
        origins: list[bytes] = []
        site = mode = b""
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value)
            elif name == b"origin":
                origins.append(value)
            elif name == b"sec-fetch-site":
                site = value
            elif name == b"sec-fetch-mode":
                mode = value
        self._check_hosts(scope, hosts, strict=strict)
        for value in origins:
            if not self._accepts(value, hosts, scope.get("server"), strict=strict):
                raise _foreign_page("Origin", value)
        if site not in (b"cross-site", b"same-site") or (page and mode == b"navigate"):
            return
        if origins:
            # `Origin` is more precise than this. A page of this machine manages the gateway only if it is listed.
            foreign = strict and not all(self._is_listed_origin(value) for value in origins)
        else:
            foreign = strict or site == b"cross-site" or not _all_loopback(hosts)
        if foreign:
            raise _foreign_page("Sec-Fetch-Site", site)

    def _check_hosts(self, scope: Mapping[str, Any], hosts: list[bytes], *, strict: bool) -> None:
        """Check the hosts that the request names.

        HTTP/1.0 probes may leave out `Host`: load balancers send them, and browsers do not. Programs that call the
        application in their own process, without a version of HTTP, may leave it out too.
        """
        named = (scope.get("extensions") or {}).get("onceward.authority")
        version = scope.get("http_version")
        is_optional = version is None or (version == "1.0" and scope["method"] in ("GET", "HEAD"))
        if len(hosts) > 1 or not (hosts or is_optional):
            raise invalid(
                f"The request has {len(hosts) or 'no'} `Host` headers. Send exactly one.",
                param="Host",
                code=error_codes.INVALID_HOST,
            )
        if named is not None:
            # An absolute request target names the host, and `Host` only repeats it (RFC 9112, 3.2.2).
            hosts.append(named)
        server = scope.get("server")
        local = "" if server is None else str(server[0])
        for value in hosts:
            if not self._is_known(value, local):
                raise _foreign_host(value)
        if strict and not _all_loopback(hosts):
            raise _not_local(hosts[0])

    def _is_known(self, authority: bytes, local: str) -> bool:
        known = self._known.get((authority, local))
        if known is None:
            host = host_of(authority.decode("latin-1"))
            known = host is not None and self._is_allowed(host, local)
            if known and len(self._known) < _MAX_CACHED:
                self._known[authority, local] = True
        return known

    def _is_allowed(self, host: str, local: str) -> bool:
        host = _plain(host)
        return (
            is_loopback(host) or host in (self._bound, _plain(local)) or "*" in self._allowed or self._is_listed(host)
        )

    def _is_listed(self, host: str) -> bool:
        """Return whether the operator listed a host, by its name or by a parent domain."""
        if host in self._allowed:
            return True
        return any("*." + ".".join(labels) in self._allowed for labels in _parents(host))

    def _accepts(self, origin: bytes, hosts: list[bytes], server: tuple[str, int] | None, *, strict: bool) -> bool:
        """Return whether a page of this origin may send requests: one of the gateway itself, or a listed one.

        A page of another port of this machine belongs to another program.
        """
        text = origin.decode("latin-1").lower()
        if self._is_listed_origin(origin) or (not strict and self._cors.allows(text)):
            return True
        scheme, slashes, authority = text.partition("://")
        host = host_of(authority) if slashes and scheme in ("http", "https") else None
        if host is None or (strict and not is_loopback(host)):
            return False
        if not strict and self._is_listed(_plain(host)):
            return True
        if authority.encode("latin-1") in [value.lower() for value in hosts]:
            return True
        local, port = ("", None) if server is None else (str(server[0]), server[1])
        return _port_of(scheme, authority) == port and self._is_allowed(host, local)

    def _is_listed_origin(self, origin: bytes) -> bool:
        return origin.decode("latin-1").lower() in self._cors.allowed_origins


def _port_of(scheme: str, authority: str) -> int:
    """Return the port of an origin whose authority is valid."""
    port = authority.rpartition(":")[2] if not authority.endswith("]") else ""
    return int(port) if port.isdecimal() else {"http": 80, "https": 443}[scheme]


def _all_loopback(hosts: list[bytes]) -> bool:
    found = [host_of(value.decode("latin-1")) for value in hosts]
    return all(host is not None and is_loopback(host) for host in found)


def _plain(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


def _parents(host: str) -> list[list[str]]:
    labels = host.split(".")
    return [labels[at:] for at in range(1, len(labels))]


def _foreign_host(value: bytes) -> ApiError:
    shown = value.decode("latin-1")[:200]
    return forbidden(
        f"`Host` is {shown!r}, a name that this gateway does not answer to without a key. Call it by its address or as "
        "localhost, add the name to `server.allowed_hosts` in onceward.toml (ONCEWARD_GATEWAY_ALLOWED_HOSTS), or "
        "require keys by `auth.api_keys`.",
        code=error_codes.FOREIGN_ORIGIN,
        param="Host",
    )


def _not_local(value: bytes) -> ApiError:
    shown = value.decode("latin-1")[:200]
    return forbidden(
        f"`Host` is {shown!r}. Without a key, what governs the gateway is taken only from this machine, under the name "
        "localhost. Set `auth.api_keys` in onceward.toml to reach it otherwise.",
        code=error_codes.FOREIGN_ORIGIN,
        param="Host",
    )


def _foreign_page(header: str, value: bytes) -> ApiError:
    shown = value.decode("latin-1")[:200]
    return forbidden(
        f"`{header}` is {shown!r}: the request comes from a web page of another site, and no key is asked for. "
        "Add the page's origin to `cors.allowed_origins` in onceward.toml (ONCEWARD_GATEWAY_ALLOWED_ORIGINS), or "
        "require keys by `auth.api_keys`.",
        code=error_codes.FOREIGN_ORIGIN,
        param=header,
    )
