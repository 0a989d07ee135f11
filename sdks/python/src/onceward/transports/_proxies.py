"""Proxies from the environment: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, and ``NO_PROXY`` with its ranges."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from .._core.errors import ConfigError

__all__ = ["Proxy", "proxy_for", "read_proxy"]

_SCHEMES = ("http", "https", "socks5", "socks5h")


class Proxy(NamedTuple):
    """A proxy with a valid address."""

    url: str
    """The URL of the proxy, without credentials."""
    server: str
    """The host and port of the proxy, for errors."""
    socks: bool
    auth: tuple[str, str] | None


def read_proxy(url: str) -> Proxy:
    """Parse the address of a proxy; raise `ConfigError` if it is invalid."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # The message of the exception could show a password.
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in _SCHEMES or not _is_host(host):
        scheme = url.partition("://")[0] if "://" in url else ""
        kinds = (
            f"its scheme is {scheme!r}, which is not that of a proxy"
            if scheme not in _SCHEMES
            else "it has no valid host and port"
        )
        raise ConfigError(
            f"the proxy in the environment cannot be used: {kinds}; use a URL like "
            "'http://proxy.example:3128' in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or unset it"
        )
    server = f"[{host}]" if ":" in host else host
    server = f"{server}:{port}" if port is not None else server
    auth = (unquote(parts.username or ""), unquote(parts.password or "")) if parts.username else None
    return Proxy(f"{parts.scheme}://{server}", server, parts.scheme.startswith("socks"), auth)


def _is_host(host: str) -> bool:
    return bool(host) and host.isascii() and host.isprintable() and " " not in host


def proxy_for(scheme: str, host: str, environ: Mapping[str, str] | None = None) -> str | None:
    """Return the proxy's URL for requests to ``host``, or None for a direct connection."""
    env = os.environ if environ is None else environ
    proxy = _variable(env, f"{scheme}_proxy") or _variable(env, "all_proxy")
    if not proxy or _exempt(host.strip("[]").lower(), _variable(env, "no_proxy")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _variable(env: Mapping[str, str], name: str) -> str:
    # Upper case HTTP_PROXY is a request header in CGI programs, which their clients could set.
    if name == "http_proxy" and "REQUEST_METHOD" in env:
        return env.get(name, "")
    return (env.get(name) or env.get(name.upper(), "")).strip()


def _exempt(host: str, rules: str) -> bool:
    for rule in (part.strip().lower() for part in rules.split(",")):
        if not rule:
            continue
        if rule == "*" or host == rule.strip("[]") or _suffix(host, rule) or _in_range(host, rule):
            return True
    return False


def _suffix(host: str, rule: str) -> bool:
    name = rule.removeprefix("*").removeprefix(".").partition(":")[0] if rule.count(":") <= 1 else rule
    return host == name or host.endswith("." + name)


def _in_range(host: str, rule: str) -> bool:
    if "/" not in rule:
        return False
    import ipaddress

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(rule, strict=False)
    except ValueError:
        return False
