"""`server.allowed_hosts` and `[cors]`: the host names of the gateway, and the web pages that may call it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.header_syntax import is_token
from .table import ConfigError, Table

__all__ = ["CorsSettings", "read_allowed_hosts", "read_cors"]

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.\-]*://(?:[a-z0-9._~\-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_HOST = re.compile(r"\*|(?:\*\.)?[a-z0-9_](?:[a-z0-9_.\-]*[a-z0-9_])?|[0-9a-f:.]*:[0-9a-f:.]*")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class CorsSettings:
    """Cross-origin resource sharing. Off while `allowed_origins` is empty; `*` in a list stands for all."""

    allowed_origins: frozenset[str] = frozenset()
    allowed_methods: tuple[str, ...] = _METHODS
    allowed_headers: frozenset[str] = frozenset({"*"})
    allow_credentials: bool = False
    max_age: int = 600

    @property
    def is_on(self) -> bool:
        """Return True if pages of any other origin may call the gateway."""
        return bool(self.allowed_origins)

    def allows(self, origin: str) -> bool:
        """Return whether pages of this origin may call the gateway."""
        return origin in self.allowed_origins or ("*" in self.allowed_origins and origin != "null")


def read_allowed_hosts(env: Table, server: Table) -> frozenset[str]:
    """Read `server.allowed_hosts`, or the environment's comma-separated list instead."""
    given, table = env.texts_of("allowed_hosts"), env
    if not given:
        given, table = server.texts_of("allowed_hosts"), server
    hosts = frozenset(host.strip().lower().removesuffix(".").strip("[]") for host in given)
    for host in sorted(hosts):
        if not _HOST.fullmatch(host):
            raise table.fault(
                "allowed_hosts",
                host,
                "is not a host name",
                'Write names without a scheme and a port: "gateway.example.com", "*.example.com", "10.0.0.5", or "*"',
            )
    return hosts


def read_cors(env: Table, table: Table) -> CorsSettings:
    """Read `[cors]`. The environment may set `allowed_origins`, separated by commas."""
    given = env.texts_of("allowed_origins")
    origins = [_origin(text, table) for text in given or table.texts_of("allowed_origins")]
    base = CorsSettings()
    methods = tuple(method.upper() for method in table.texts_of("allowed_methods")) or base.allowed_methods
    headers = frozenset(header.lower() for header in table.texts_of("allowed_headers")) or base.allowed_headers
    _check_names(table, "allowed_methods", methods, "an HTTP method")
    _check_names(table, "allowed_headers", sorted(headers), "the name of a header")
    credentials = table.flag("allow_credentials") or False
    max_age = table.whole("max_age", 0, 86_400)
    table.finish()
    if credentials and "*" in origins:
        raise ConfigError(
            f"{table.source}: `cors.allow_credentials` is true and `cors.allowed_origins` is '*': every web page could "
            "act for whoever is signed in. Name the origins."
        )
    return CorsSettings(frozenset(origins), methods, headers, credentials, base.max_age if max_age is None else max_age)


def _origin(text: str, table: Table) -> str:
    origin = text.strip().lower()
    if origin in ("*", "null"):
        return origin
    if not _ORIGIN.fullmatch(origin):
        raise table.fault(
            "allowed_origins",
            text,
            "is not an origin",
            'Write a scheme and a host without a path: "https://app.example"',
        )
    # Browsers omit the default port of the scheme.
    return origin.removesuffix(_DEFAULT_PORTS.get(origin.partition(":")[0], "\n"))


def _check_names(table: Table, name: str, values: Sequence[str], what: str) -> None:
    for value in values:
        if not is_token(value):
            raise table.fault(name, value, f"is not {what}")
