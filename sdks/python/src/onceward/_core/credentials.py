"""The places in a request of the credentials of the security schemes that a contract declares.

A request carries the first alternative of its operation for which all credentials are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from .credential_options import Pass, oauth
from .encode import Encoded
from .errors import ConfigError
from .secrets import MaskedStr, Secret

if TYPE_CHECKING:
    from .brand import Brand, Scheme

__all__ = ["Credentials"]

_TOKENS: Final = ("bearer", "oauth2", "openid")
_GRANTS: Final = ("oauth2", "openid")


class Credentials:
    """Adds credentials to the requests of one client under one set of settings."""

    __slots__ = ("_base_url", "_brand", "_given")

    def __init__(self, brand: Brand, given: Mapping[str, Any], base_url: str) -> None:
        self._brand = brand
        self._given = given
        self._base_url = base_url

    def add(
        self,
        operation: str,
        security: tuple[tuple[str, ...], ...] | None,
        headers: list[tuple[str, str]],
        query: list[tuple[str, str]],
    ) -> Any:
        """Add the credentials of an operation, and return the source of a token that is still to be got."""
        source: Any = None
        for name in self._chosen(operation, self._brand.security if security is None else security):
            scheme, value = self._brand.schemes[name], self._given[name]
            if scheme.kind in _GRANTS and isinstance(value, oauth().TokenSource):
                source = _tokens().TokenFor(value, scheme, self._base_url)
            else:
                _place(scheme, value, headers, query)
        return source

    def _chosen(self, operation: str, security: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
        for alternative in security:
            if all(name in self._given for name in alternative):
                return alternative
        if not self._given:
            return ()  # The server may need none, for example behind a proxy: its answer says so.
        schemes = self._brand.schemes
        wanted = " or ".join(" and ".join(f"`{schemes[name].option}=`" for name in one) for one in security)
        if not wanted:
            return ()
        raise ConfigError(f"`{operation}` needs other credentials than the client has: give {wanted}")


@cache
def _tokens() -> Any:
    """Return the requests for OAuth 2.0 tokens."""
    from . import tokens as part

    return part


def _place(scheme: Scheme, value: Any, headers: list[tuple[str, str]], query: list[tuple[str, str]]) -> None:
    if scheme.kind == "mutual_tls":
        return
    if isinstance(value, Pass):
        headers.append(("Authorization", MaskedStr(value.header())))
        return
    text = _text(value)
    if scheme.kind == "query":
        query.append((scheme.wire, Encoded(quote(text, safe="-._~"))))
    elif scheme.kind == "cookie":
        _add_cookie(headers, f"{scheme.wire}={quote(text, safe='-._~')}")
    else:
        headers.append((scheme.wire, MaskedStr(f"Bearer {text}" if scheme.kind in _TOKENS else text)))


def _text(value: Any) -> str:
    if callable(value):
        call: Callable[[], Any] = value
        value = call()
    return value.reveal().strip() if isinstance(value, Secret) else str(value)


def _add_cookie(headers: list[tuple[str, str]], cookie: str) -> None:
    for place, (name, text) in enumerate(headers):
        if name == "Cookie":
            headers[place] = (name, MaskedStr(f"{str.__str__(text)}; {cookie}"))
            return
    headers.append(("Cookie", MaskedStr(cookie)))
