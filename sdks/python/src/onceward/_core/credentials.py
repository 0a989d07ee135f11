"""Credentials of the security schemes that a contract declares, and their places in a request.

Each scheme has a client option of its name. A request carries the first alternative of its operation for which all
credentials are there.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote

from .encode import Encoded
from .errors import ConfigError
from .narrow import is_mapping, is_row
from .oauth import ClientCredentials, TokenSource, Tries, token_of
from .ports import Steps
from .secrets import MaskedStr, Secret
from .wire import Request

if TYPE_CHECKING:
    from .brand import Brand, Scheme

__all__ = ["BasicAuth", "Credentials", "Pass", "TokenFor", "credentials_of", "masked"]

BasicAuth: TypeAlias = "tuple[str, str] | str"
"""A user name and a password, also as ``name:password``."""
_TOKENS: Final = ("bearer", "oauth2", "openid")
_UNSUPPORTED: Final = "unsupported"


class Pass:
    """A user name and a password."""

    __slots__ = ("_secret", "user")

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self._secret = Secret(password)

    def header(self) -> str:
        """Return the value of the header ``Authorization``."""
        return "Basic " + b64encode(f"{self.user}:{self._secret.reveal()}".encode()).decode()

    def __repr__(self) -> str:
        return f"Pass({self.user!r}, ...)"


def masked(value: Any) -> Any:
    """Return a credential in a form that a traceback does not show."""
    if isinstance(value, str):
        return Secret(value)
    if is_row(value) and len(value) == 2 and all(isinstance(item, str) for item in value):
        return Pass(value[0], value[1])
    return value


def credentials_of(brand: Brand, given: Mapping[str, Any], env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the credential of each scheme that has one: given as an option, or from the environment."""
    environ = os.environ if env is None else env
    found: dict[str, Any] = {}
    for name, scheme in brand.schemes.items():
        value = given.get(scheme.option)
        if value is None:
            value = _of_environment(brand, scheme, environ)
        if value is not None:
            found[name] = _read(scheme, value)
    first = next((name for name, scheme in brand.schemes.items() if scheme.is_text), None)
    if first is not None and first not in found:
        key = given.get("api_key")
        key = key if key is not None else environ.get(brand.env("API_KEY"), "").strip() or None
        if key is not None:
            found[first] = _read(brand.schemes[first], key)
    return found


def _of_environment(brand: Brand, scheme: Scheme, env: Mapping[str, str]) -> Any:
    start = brand.env(scheme.option.upper())
    if scheme.kind == "basic":
        user = env.get(f"{start}_USERNAME")
        return None if user is None else Pass(user, env.get(f"{start}_PASSWORD", ""))
    if scheme.kind in ("oauth2", "openid") and env.get(f"{start}_CLIENT_ID"):
        return _shared_source(env[f"{start}_CLIENT_ID"], env.get(f"{start}_CLIENT_SECRET", ""))
    return env.get(start, "").strip() or None if scheme.is_text else None


_sources: Final[dict[tuple[str, str], ClientCredentials]] = {}


def _shared_source(client_id: str, secret: str) -> ClientCredentials:
    """Return the same source for the same client, so that copies of a client share its token."""
    return _sources.setdefault((client_id, secret), ClientCredentials(client_id, secret))


def _read(scheme: Scheme, value: Any) -> Any:
    """Return an option's value in the form that requests are made of, or raise `ConfigError`."""
    name = scheme.option
    if scheme.kind == _UNSUPPORTED:
        raise ConfigError(
            f"`{name}`: {scheme.label} is not supported; send it yourself by `default_headers=` or `http_client=`"
        )
    if scheme.kind == "mutual_tls":
        return value
    if scheme.kind == "basic":
        return _read_pass(name, value)
    if scheme.kind in ("oauth2", "openid"):
        value = _read_source(value)
        if isinstance(value, TokenSource):
            return value
    value = masked(value)
    if callable(value):
        return value
    if not isinstance(value, Secret) or not value.reveal().strip():
        kinds = "a token, a function that returns one, `ClientCredentials` or `RefreshToken`"
        needs = kinds if scheme.kind in ("oauth2", "openid") else "a text, or a function that returns one"
        raise ConfigError(f"`{name}` is of type `{type(value).__name__}` or empty; give {needs}")
    return value


def _read_pass(name: str, value: Any) -> Pass:
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, str) and ":" in value:
        value = tuple(value.split(":", 1))
    value = masked(value)
    if not isinstance(value, Pass):
        raise ConfigError(f"`{name}` must be a user name and a password: `{name}=(user, password)`")
    if ":" in value.user:
        raise ConfigError(f"`{name}` has a user name with a colon, which basic authentication does not allow")
    return value


def _read_source(value: Any) -> Any:
    if isinstance(value, Pass):
        user, secret = value.user, value._secret.reveal()  # pyright: ignore[reportPrivateUsage]
        return _shared_source(user, secret)
    if is_mapping(value) and "client_id" in value:
        return ClientCredentials(**value)
    return value


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
