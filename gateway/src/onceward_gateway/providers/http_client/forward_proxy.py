"""HTTP proxies: which one a request goes through, and how it asks for access."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from .errors import InvalidRequest

__all__ = ["Proxies", "Proxy"]


class Proxy(NamedTuple):
    """An HTTP proxy, and the value of `Proxy-Authorization` for it (empty without credentials)."""

    host: str
    port: int
    authorization: str

    @classmethod
    def parse(cls, url: str) -> Proxy:
        """Return the proxy of a URL such as `http://user:password@proxy.example.com:3128`."""
        try:
            split = urlsplit(url if "://" in url else f"http://{url}")
            host, port = split.hostname, split.port
        except ValueError as error:
            raise InvalidRequest(f"The URL of the proxy is not valid: {error}.") from error
        if split.scheme != "http" or not host:
            raise InvalidRequest("The URL of the proxy must be http://host:port.")
        authorization = ""
        if split.username is not None:
            pair = f"{unquote(split.username)}:{unquote(split.password or '')}"
            authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return cls(host, port or 80, authorization)


class Proxies:
    """The proxies for http and https, and the hosts that are reached without one.

    An entry of `no_proxy` is a host, a domain with its subdomains (`example.com` or `.example.com`), either of them
    with a port, an IP address, a range of them, or `*` for all hosts.
    """

    def __init__(self, http: str | None = None, https: str | None = None, no_proxy: str = "") -> None:
        self._proxies = {
            "http": Proxy.parse(http) if http else None,
            "https": Proxy.parse(https) if https else None,
        }
        self._without = [entry.strip().lower().lstrip(".") for entry in no_proxy.split(",") if entry.strip()]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Proxies:
        """Return the proxies of `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`; lower-case names win."""

        def value(name: str) -> str:
            return environ.get(name) or environ.get(name.upper()) or ""

        # A CGI program finds the header `Proxy` of a request in HTTP_PROXY: there only the lower-case name counts.
        http = environ.get("http_proxy") or ("" if "REQUEST_METHOD" in environ else environ.get("HTTP_PROXY"))
        every = value("all_proxy")
        return cls(http or every, value("https_proxy") or every, value("no_proxy"))

    def proxy_of(self, scheme: str, host: str, port: int) -> Proxy | None:
        """Return the proxy of an origin, or None where it is reached directly."""
        proxy = self._proxies[scheme]
        if proxy is None or any(_matches(entry, host.lower().rstrip("."), port) for entry in self._without):
            return None
        return proxy


def _matches(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal():
        if int(number) != port:
            return False
        entry = name.strip("[]")
    return host == entry or host.endswith(f".{entry}")
