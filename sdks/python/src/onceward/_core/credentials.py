"""The places in a request of the credentials of the security schemes that a contract declares.

A request carries the first alternative of its operation for which all credentials are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from .credential_options import Pass
from .encode import Encoded
from .errors import ConfigError
from .oauth import TokenSource
from .ports import Steps
from .secrets import MaskedStr, Secret
from .tokens import token_of
from .wire import Request

if TYPE_CHECKING:
    from .brand import Brand, Scheme
    from .call import Tries

__all__ = ["Credentials", "TokenFor"]

_TOKENS: Final = ("bearer", "oauth2", "openid")


class TokenFor:
    """A source of tokens, for the requests of one call."""

    __slots__ = ("_renewed", "base_url", "scheme", "source")

    def __init__(self, source: TokenSource, scheme: Scheme, base_url: str) -> None:
        self.source = source
        self.scheme = scheme
        self.base_url = base_url
        self._renewed: Tries | None = None

    def authorize(self, tries: Tries, request: Request) -> Steps[Request]:
        """Return the request with a token."""
        token = yield from token_of(tries, self.source, self.scheme, self.base_url)
        headers = [item for item in request.headers if item[0] != "Authorization"]
        headers.append(("Authorization", MaskedStr(f"Bearer {token.reveal()}")))
        return Request(request.method, request.url, headers, request.body, request.timeouts)

    def may_renew(self, tries: Tries, request: Request) -> bool:
        """Drop a token that the server refused. Return True, once, if the request may be sent with another."""
        sent = next((str.__str__(value) for name, value in request.headers if name == "Authorization"), "")
        self.source.forget(sent.removeprefix("Bearer "))
        if self._renewed is tries or not sent or not tries.call.replayable:
            return False
        self._renewed = tries
        return True


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
    ) -> TokenFor | None:
        """Add the credentials of an operation, and return the source of a token that is still to be got."""
        source: TokenFor | None = None
        for name in self._chosen(operation, self._brand.security if security is None else security):
            scheme, value = self._brand.schemes[name], self._given[name]
            if isinstance(value, TokenSource):
                source = TokenFor(value, scheme, self._base_url)
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
