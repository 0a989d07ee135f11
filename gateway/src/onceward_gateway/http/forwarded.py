"""The address of the client and the URL of the gateway, as trusted proxies forward them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any

from ..config.load import Settings
from ..config.proxies import HOST
from ..core.restrictions import Address, Network

__all__ = ["base_url", "client_address"]

_PAIR = re.compile(r"\s*([A-Za-z]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]*))\s*")


def client_address(
    scope: Mapping[str, Any] | None, headers: Mapping[str, str], trusted: Sequence[Network]
) -> Address | None:
    """Return the address of the client of a request, or None if there is no connection.

    It is the peer of the connection. If the peer is a trusted proxy, it is the last address of
    `X-Forwarded-For` (or `Forwarded`) that is not a trusted proxy itself.
    """
    peer = _peer(scope)
    if peer is None or not trusted or not _is_trusted(peer, trusted):
        return peer
    client, _ = _walk(peer, headers, trusted)
    return client


def base_url(scope: Mapping[str, Any] | None, headers: Mapping[str, str], settings: Settings) -> str:
    """Return the URL under which a client reaches this gateway, without a `/` at its end.

    It is `server.public_url` if that is set, else the URL that a trusted proxy reports, else the bound address.
    """
    if settings.public_url is not None:
        return settings.public_url
    peer = _peer(scope)
    if peer is not None and settings.trusted_proxies and _is_trusted(peer, settings.trusted_proxies):
        _, hops = _walk(peer, headers, settings.trusted_proxies)
        forwarded = _forwarded(headers)
        scheme = _entry_at(_list_entries(headers.get("x-forwarded-proto")), hops) or _entry_at(
            _parameters(forwarded, "proto"), hops
        )
        host = _entry_at(_list_entries(headers.get("x-forwarded-host")), hops) or _entry_at(
            _parameters(forwarded, "host"), hops
        )
        host = host or headers.get("host", "")
        if HOST.fullmatch(host):
            return f"{'https' if scheme.lower() == 'https' else 'http'}://{host}"
    return f"{(scope or {}).get('scheme') or 'http'}://{_bound(scope, settings)}"


def _peer(scope: Mapping[str, Any] | None) -> Address | None:
    client = (scope or {}).get("client")
    return _address(str(client[0])) if client else None


def _address(text: str) -> Address | None:
    """Return the address in a text, which may end with a port; an IPv4-mapped address as IPv4."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _walk(peer: Address, headers: Mapping[str, str], trusted: Sequence[Network]) -> tuple[Address, int]:
    """Return the client behind a trusted peer, and how many entries from the right of the headers identify it."""
    listed, standard = _list_entries(headers.get("x-forwarded-for")), _parameters(_forwarded(headers), "for")
    if listed and standard and [_address(one) for one in listed] != [_address(one) for one in standard]:
        # The client may have sent one of the two: a proxy writes one header and forwards the other unchanged.
        return peer, 1
    client, hops = peer, 0
    for entry in reversed(listed or standard):
        address = _address(entry)
        if address is None:
            break
        client, hops = address, hops + 1
        if not _is_trusted(address, trusted):
            break
    return client, max(hops, 1)


def _list_entries(header: str | None) -> list[str]:
    return [entry.strip() for entry in header.split(",") if entry.strip()] if header else []


def _forwarded(headers: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the elements of `Forwarded`, the client's first."""
    elements: list[dict[str, str]] = []
    for element in _list_entries(headers.get("forwarded")):
        pairs = [found for part in element.split(";") if (found := _PAIR.fullmatch(part))]
        elements.append({pair[1].lower(): pair[2] if pair[2] is not None else pair[3] for pair in pairs})
    return elements


def _parameters(elements: Sequence[Mapping[str, str]], name: str) -> list[str]:
    return [element[name] for element in elements if name in element]


def _entry_at(entries: Sequence[str], hops: int) -> str:
    """Return the entry that the proxy nearest to the client wrote, or the first if there are fewer."""
    return entries[-min(hops, len(entries))] if entries else ""


def _bound(scope: Mapping[str, Any] | None, settings: Settings) -> str:
    server = (scope or {}).get("server")
    host, port = (str(server[0]), server[1]) if server else (settings.host, settings.port)
    if host in ("0.0.0.0", "::", ""):
        host = "127.0.0.1"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
