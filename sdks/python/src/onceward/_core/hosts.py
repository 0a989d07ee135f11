"""Hosts that are reached over public networks."""

from __future__ import annotations

from typing import Final

__all__ = ["is_public"]

# Names that are never resolved publicly: this machine, private networks, and tests.
_PRIVATE: Final = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".svc", ".cluster.local")


def is_public(host: str) -> bool:
    """Return whether a host is public: not this machine and not in a private network, by its name or address."""
    host = host.lower().rstrip(".")
    if "." not in host and ":" not in host:  # localhost, or the name of a container
        return False
    if host.replace(".", "").isdigit() or ":" in host:
        import ipaddress

        try:
            return ipaddress.ip_address(host.partition("%")[0]).is_global
        except ValueError:
            return True
    return not host.endswith(_PRIVATE)
