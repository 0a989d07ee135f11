"""Which proxy the environment names for a host: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, and ``NO_PROXY`` with
its ranges."""

from __future__ import annotations

import os
from collections.abc import Mapping

__all__ = ["proxy_for"]


def proxy_for(scheme: str, host: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The proxy's URL for requests to ``host``; None goes there directly."""
    env = os.environ if environ is None else environ
    proxy = _variable(env, f"{scheme}_proxy") or _variable(env, "all_proxy")
    if not proxy or _exempt(host.strip("[]").lower(), _variable(env, "no_proxy")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _variable(env: Mapping[str, str], name: str) -> str:
    # Upper case HTTP_PROXY is a request header of CGI programs, which a client of theirs could set.
    if name == "http_proxy" and "REQUEST_METHOD" in env:
        return env.get(name, "")
    return env.get(name) or env.get(name.upper(), "")


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
