"""Hosts that are reached over public networks."""

from __future__ import annotations

from typing import Final

__all__ = ["is_public"]

# Names that are never looked up in public: of this machine, of a network of one's own, and of tests.
_PRIVATE: Final = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".svc", ".cluster.local")


def is_public(host: str) -> bool:
    """Return whether a host is public: not this machine, nor in a private network, by its name or address."""
    host = host.lower().rstrip(".")
    if "." not in host and ":" not in host:  # localhost, the name of a container
        return False
    if host.replace(".", "").isdigit() or ":" in host:
        import ipaddress

        try:
            return ipaddress.ip_address(host.partition("%")[0]).is_global
        except ValueError:
            return True
    return not host.endswith(_PRIVATE)
