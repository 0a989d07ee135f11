"""Redis URLs, parsed into the settings of a connection.

    redis://[[username]:password@]host[:port][/db]      without TLS
    rediss://...                                        with TLS; the certificate is always verified
    unix:///path/of/the/socket[?db=1]

Options after `?`: `db`, `username`, `password`, and for TLS `ssl_ca_certs`, `ssl_certfile`, `ssl_keyfile` (paths).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from ..config.table import ConfigError
from ..core.urls import StoreUrl

__all__ = ["RedisAddress", "address_of"]

_PORT = 6379
_OPTIONS = ("db", "username", "password", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


@dataclass(frozen=True, slots=True, repr=False)
class RedisAddress:
    """The address of a server. `redacted` is its URL without the password."""

    redacted: str
    host: str
    port: int
    path: str | None
    db: int
    username: str | None
    password: str | None
    tls: ssl.SSLContext | None

    def __repr__(self) -> str:
        return f"RedisAddress({self.redacted!r})"

    def greeting(self) -> list[tuple[str, ...]]:
        """Return the commands that set up a connection."""
        commands: list[tuple[str, ...]] = []
        if self.password is not None:
            commands.append(("AUTH", self.username or "default", self.password))
        if self.db:
            commands.append(("SELECT", str(self.db)))
        return commands


def address_of(url: StoreUrl) -> RedisAddress:
    """Parse a URL; raise `ConfigError` if it is invalid. No error contains the password."""
    split = urlsplit(url.reveal())
    options = dict(parse_qsl(split.query))
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown:
        raise _fault(url, f"has the option `{unknown[0]}`, which is not known", f"Known: {', '.join(_OPTIONS)}")
    if url.scheme == "unix":
        host, port, path, db = "", 0, unquote(split.path), options.get("db", "0")
        if not path:
            raise _fault(url, "names no socket", "Write unix:///path/of/the/socket")
    else:
        host, port, path = split.hostname or "localhost", split.port or _PORT, None
        db = options.get("db") or split.path.strip("/") or "0"
    if not (db.isascii() and db.isdigit()):
        raise _fault(url, f"names the database {db!r}, which is not a number", "Write redis://host:6379/0")
    username, password = split.username or options.get("username"), split.password or options.get("password")
    return RedisAddress(
        redacted=str(url),
        host=host,
        port=port,
        path=path,
        db=int(db),
        username=unquote(username) if username else None,
        password=unquote(password) if password else None,
        tls=_tls(url, options) if url.scheme == "rediss" else None,
    )


def _tls(url: StoreUrl, options: dict[str, str]) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=options.get("ssl_ca_certs"))
        if "ssl_certfile" in options:
            context.load_cert_chain(options["ssl_certfile"], options.get("ssl_keyfile"))
    except (OSError, ssl.SSLError) as error:
        raise _fault(url, f"names a certificate that cannot be read: {error}", "Check the paths") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _fault(url: StoreUrl, what: str, step: str) -> ConfigError:
    return ConfigError(f"`redis_url` is {str(url)!r}, which {what}. {step}.")
