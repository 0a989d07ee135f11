"""Which hosts are reached over networks that others use."""

from __future__ import annotations

from typing import Final

__all__ = ["is_public"]

# Names that are never looked up in public: of this machine, of a network of one's own, and of tests.
_PRIVATE: Final = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".svc", ".cluster.local")


def is_public(host: str) -> bool:
    """Whether a host is neither this machine nor one of a private network, as far as its name or address tells."""
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
