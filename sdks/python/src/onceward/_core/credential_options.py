"""Client options for credentials: one for each security scheme of a contract, or its environment variables."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .errors import ConfigError
from .narrow import is_mapping, is_row
from .secrets import Secret

if TYPE_CHECKING:
    from .brand import Brand, Scheme

__all__ = ["BasicAuth", "Pass", "credentials_of", "masked", "oauth"]

BasicAuth: TypeAlias = "tuple[str, str] | str"
"""A user name and a password, also as ``name:password``."""
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


@cache
def oauth() -> Any:
    """Return the sources of OAuth 2.0 tokens."""
    from . import oauth as part

    return part


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


_sources: Final[dict[tuple[str, str], Any]] = {}


def _shared_source(client_id: str, secret: str) -> Any:
    """Return the same source for the same client, so that copies of a client share its token."""
    return _sources.setdefault((client_id, secret), oauth().ClientCredentials(client_id, secret))


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
        if isinstance(value, oauth().TokenSource):
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
        return oauth().ClientCredentials(**value)
    return value
