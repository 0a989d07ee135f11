"""Restrictions of keys by client address and by route: `allowed_ips` and `allowed_routes`.

A route is named by any of its paths (`/v1/chat/completions`, `/chat/completions`, `/openai/deployments/{model}/...`),
by a pattern in which `*` is any text, or by a group. All paths of one operation are the same route.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Any, Protocol, TypeAlias

from . import error_codes
from .errors import ApiError, invalid
from .model_names import matches

__all__ = [
    "Address",
    "Network",
    "Restrictions",
    "RouteCatalog",
    "RouteIdentity",
    "read_networks",
    "require_within",
    "restrictions_of",
]

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
_Unit: TypeAlias = tuple[str, str]
_PARAMETER = re.compile(r"\{[^}]*\}")


class RouteIdentity(Protocol):
    """The parts of a route that a restriction can name."""

    @property
    def method(self) -> str:
        """Return the HTTP method."""

    @property
    def path(self) -> str:
        """Return the path template, with parameters in braces."""

    @property
    def access(self) -> Enum:
        """Return the kind of access; its value is `public`, `key` or `platform`."""


_GROUPS: Mapping[str, Callable[[RouteIdentity], bool]] = {
    "llm_api_routes": lambda route: route.access.value == "key",
    "management_routes": lambda route: route.access.value == "platform",
    "info_routes": lambda route: route.access.value == "platform" and route.method == "GET",
}
_MAPPED = IPv6Network("::ffff:0:0/96")


# -- addresses


def read_networks(given: Sequence[str] | None, param: str = "allowed_ips") -> list[str] | None:
    """Return addresses and ranges in normal form; raise 400 for an entry that is neither."""
    if given is None:
        return None
    found = [_network(text, f"{param}[{number}]", param) for number, text in enumerate(given)]
    return list(dict.fromkeys(_text(network) for network in found))


def _network(text: str, place: str, param: str) -> Network:
    plain = text.strip()
    try:
        if "%" in plain:
            raise ValueError("an address with a zone names no client")
        network = ip_network(plain)
    except ValueError as error:
        raise invalid(
            f"`{place}` is {text!r}, which is not an IP address or range{_hint(plain, error)}. "
            "Write an address such as '203.0.113.7' or '2001:db8::7', or a range such as '203.0.113.0/24'.",
            param=param,
            code=error_codes.INVALID_VALUE,
        ) from None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        # A dual-stack socket shows IPv4 clients by these addresses.
        mapped = network.network_address.ipv4_mapped
        return IPv4Network((mapped, network.prefixlen - 96)) if mapped is not None else network
    return network


def _hint(text: str, error: ValueError) -> str:
    try:
        near = None if "%" in text else str(ip_network(text, strict=False))
    except ValueError:
        near = None
    return f" ({error})" if near is None else f" ({text!r} has host bits set; did you mean {near!r}?)"


def _text(network: Network) -> str:
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _networks(texts: Iterable[str]) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


def _is_inside(one: Network, outer: Network) -> bool:
    if isinstance(one, IPv4Network):
        return isinstance(outer, IPv4Network) and one.subnet_of(outer)
    return isinstance(outer, IPv6Network) and one.subnet_of(outer)


# -- routes


class RouteCatalog:
    """The routes of this gateway by the names that `allowed_routes` accepts.

    `table` returns every route with its paths. It is called on first use: handlers need the catalog, and the table
    needs the handlers.
    """

    def __init__(self, table: Callable[[], Iterable[tuple[RouteIdentity, Sequence[str]]]]) -> None:
        self._table = table
        self._covered: dict[str, frozenset[_Unit]] = {}

    @cached_property
    def _routes(self) -> list[tuple[RouteIdentity, tuple[str, ...]]]:
        return [(route, tuple(_plain(name) for name in names)) for route, names in self._table()]

    def checked(self, given: Sequence[str] | None, param: str = "allowed_routes") -> list[str] | None:
        """Return route names without repetitions; raise 400 for one that names no route of this gateway."""
        if given is None:
            return None
        found = list(dict.fromkeys(name.strip() for name in given))
        for number, name in enumerate(found):
            if not self.covered(name):
                raise invalid(
                    f"`{param}[{number}]` is {name!r}, which names no route of this gateway.{self._near(name)} "
                    "Write a path such as '/v1/chat/completions', a pattern such as '/v1/files*', or a group: "
                    f"{', '.join(_GROUPS)}.",
                    param=param,
                    code=error_codes.UNKNOWN_ROUTE,
                )
        return found

    def _near(self, name: str) -> str:
        names = [*_GROUPS, *dict.fromkeys(one for _, names in self._routes for one in names)]
        near = difflib.get_close_matches(name, names, 1, 0.7)
        return f" Did you mean {near[0]!r}?" if near else ""

    def covered(self, name: str) -> frozenset[_Unit]:
        """Return method and path of the routes that a name refers to."""
        found = self._covered.get(name)
        if found is None:
            found = self._find(name)
            if found:
                # Only valid names are cached, so that their number is limited by that of the keys.
                self._covered[name] = found
        return found

    def _find(self, name: str) -> frozenset[_Unit]:
        group = _GROUPS.get(name)
        if group is not None:
            return frozenset((route.method, route.path) for route, _ in self._routes if group(route))
        plain = _plain(name)
        if not plain.startswith(("/", "*")):
            return frozenset()
        return frozenset(
            (route.method, route.path)
            for route, names in self._routes
            if any(plain == one or ("*" in plain and matches(plain, one)) for one in names)
        )

    def allows(self, names: Sequence[str], route: RouteIdentity) -> bool:
        """Return whether one of the names refers to a route."""
        unit = (route.method, route.path)
        return any(unit in self.covered(name) for name in names)

    def is_within(self, requested: Sequence[str], parent: Sequence[str]) -> bool:
        """Return whether names refer only to routes that other names also refer to."""
        limit = frozenset[_Unit]().union(*(self.covered(name) for name in parent))
        return all(self.covered(name) <= limit for name in requested)


def _plain(path: str) -> str:
    return _PARAMETER.sub("{}", path.rstrip("/") or path)


# -- keys


class RestrictedKey(Protocol):
    """A key with its restrictions; None for no restriction."""

    allowed_ips: list[str] | None
    allowed_routes: list[str] | None

    @property
    def title(self) -> str:
        """Return the name of the key in messages."""
        ...


@dataclass(frozen=True, slots=True)
class Restrictions:
    """Restrictions of a key and of those that it was derived from: each level applies."""

    title: str
    networks: tuple[tuple[Network, ...], ...]
    routes: tuple[tuple[str, ...], ...]

    def require_address(self, address: Address | None) -> None:
        """Raise 403 for a client whose address is unknown, or not among those that are allowed."""
        for level in self.networks:
            if address is None or not any(address in network for network in level):
                raise ApiError(
                    403,
                    f"The {self.title} may not be used from the address {str(address) if address else 'unknown'!r}. "
                    "Call from an allowed address, or have `allowed_ips` of the key changed.",
                    code=error_codes.IP_NOT_ALLOWED,
                )

    def require_route(self, route: RouteIdentity, catalog: RouteCatalog) -> None:
        """Raise 403 for a route that is not among those that are allowed."""
        for level in self.routes:
            if not catalog.allows(level, route):
                raise ApiError(
                    403,
                    f"The {self.title} may not call `{route.method} {route.path}`. "
                    f"It may call: {', '.join(level[:8]) or 'nothing'}. Have `allowed_routes` of the key changed.",
                    code=error_codes.ROUTE_NOT_ALLOWED,
                )


def restrictions_of(line: Sequence[RestrictedKey]) -> Restrictions | None:
    """Return the restrictions of a key and of those that it was derived from; None if there are none."""
    networks = tuple(_networks(key.allowed_ips) for key in line if key.allowed_ips is not None)
    routes = tuple(tuple(key.allowed_routes) for key in line if key.allowed_routes is not None)
    return Restrictions(line[0].title, networks, routes) if networks or routes else None


def require_within(requested: Mapping[str, Any], parent: RestrictedKey, catalog: RouteCatalog) -> None:
    """Raise 403 if requested restrictions permit more than those of a key."""
    if "allowed_ips" in requested and parent.allowed_ips is not None:
        outer, inner = _networks(parent.allowed_ips), requested["allowed_ips"]
        if inner is None or not all(any(_is_inside(one, limit) for limit in outer) for one in _networks(inner)):
            raise _exceeds("allowed_ips", inner, parent.allowed_ips, parent)
    if "allowed_routes" in requested and parent.allowed_routes is not None:
        inner = requested["allowed_routes"]
        if inner is None or not catalog.is_within(inner, parent.allowed_routes):
            raise _exceeds("allowed_routes", inner, parent.allowed_routes, parent)


def _exceeds(name: str, requested: list[str] | None, parent: list[str], key: RestrictedKey) -> ApiError:
    shown = "not restricted" if requested is None else repr(requested)
    return ApiError(
        403,
        f"`{name}` is {shown}, more than the {key.title} has: {parent!r}. Ask for no more than that.",
        code=error_codes.EXCEEDS_PARENT,
        param=name,
    )
