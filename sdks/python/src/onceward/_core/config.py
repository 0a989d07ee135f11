"""The options of a client: their sources (constructor, environment, default), and their validation."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from .brand import Brand
from .breaker import CircuitBreaker
from .dialect import dialect
from .encode import header_fault, header_name_fault
from .errors import ConfigError
from .log import LEVELS
from .narrow import is_mapping
from .options import UNSET, Timeout, Unset
from .retry import Backoff, RetryEvent
from .secrets import Secret

__all__ = [
    "Config",
    "credential_options",
    "header_value",
    "normalise_base_url",
    "resolve",
    "secret_value",
    "switch",
    "table_option",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All options of a client, resolved. Secrets are masked."""

    api_key: Secret | None
    base_url: str
    timeout: Timeout
    max_retries: int
    default_headers: Mapping[str, str | None] = field(repr=False)
    default_query: Mapping[str, Any]
    log_level: str | None
    log_bodies: bool
    max_concurrency: int | None
    circuit_breaker: CircuitBreaker | None
    max_retry_after: float
    backoff: Backoff
    on_retry: Callable[[RetryEvent], None] | None
    cancel_abandoned: bool
    credentials: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """The credentials of the schemes that the contract declares."""
    own_server: bool = False
    """True if the base URL is the contract's, not one that the program or its environment gives."""
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """The options that only this package's server has, and that differ from their defaults."""


def resolve(brand: Brand, given: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Config:
    """Resolve constructor arguments (UNSET or None if not given) and the environment to a configuration."""
    env = os.environ if environ is None else environ

    def pick(name: str) -> Any:
        value = given.get(name)
        if value is None or isinstance(value, Unset):
            text = env.get(brand.env(name.upper()), "").strip()
            return text or None
        return value

    base_url = pick("base_url")
    credentials: dict[str, Any] = {}
    if brand.schemes:
        credentials = credential_options().credentials_of(brand, given, env)
    return Config(
        api_key=_key(pick("api_key"), brand),
        base_url=normalise_base_url(base_url or server_url(brand, given), brand),
        timeout=_timeout(given.get("timeout", UNSET), env.get(brand.env("TIMEOUT")), brand),
        max_retries=_retries(pick("max_retries"), brand),
        default_headers=_headers(given.get("default_headers")),
        default_query=table_option("default_query", given.get("default_query")),
        log_level=_log_level(given.get("log_level") or env.get(brand.env("LOG")), brand),
        log_bodies=switch("log_bodies", pick("log_bodies"), True),
        max_concurrency=_concurrency(given.get("max_concurrency")),
        circuit_breaker=_breaker(given.get("circuit_breaker")),
        max_retry_after=_seconds("max_retry_after", given.get("max_retry_after"), brand.behaviour.max_retry_after),
        backoff=_backoff(given.get("backoff"), brand),
        on_retry=_callback("on_retry", given.get("on_retry")),
        cancel_abandoned=given.get("cancel_abandoned") is not False,
        credentials=credentials,
        own_server=base_url is None,
        extras=dialect().resolve(given, pick),
    )


@cache
def credential_options() -> Any:
    """Return the client options of declared security schemes."""
    from . import credential_options as part

    return part


def server_url(brand: Brand, given: Mapping[str, Any]) -> str:
    """Return the URL of the chosen server, with the values of its variables."""
    name = given.get("server")
    if name is not None and name not in brand.servers:
        raise ConfigError(f"`server` is {name!r}; give one of {', '.join(map(repr, brand.servers))}")
    if not brand.servers:
        return brand.base_url
    url = brand.servers[name] if name is not None else next(iter(brand.servers.values()))
    for option, (variable, default, allowed) in brand.variables.items():
        value = given.get(option)
        value = default if value is None else str(value)
        if allowed and value not in allowed:
            raise ConfigError(f"`{option}` is {value!r}; give one of {', '.join(map(repr, allowed))}")
        url = url.replace("{" + variable + "}", value)
    return url


def normalise_base_url(url: Any, brand: Brand) -> str:
    """Return a URL without a trailing ``/``, and without ``/v1`` where every path of the contract is complete."""
    text = str(url).strip()
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises if it is not a number
    except ValueError as error:
        raise ConfigError(f"`base_url` is {text!r}: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            f"`base_url` is {text!r}; give a complete URL like {brand.base_url!r}, here or in {brand.env('BASE_URL')}"
        )
    if "@" in parts.netloc:
        raise ConfigError(
            "`base_url` contains a user name or password; give the key as `api_key=`, or a header by `default_headers=`"
        )
    if parts.query or parts.fragment:
        raise ConfigError(
            f"`base_url` is {text!r}; it cannot have a query or a fragment: give queries by `default_query=`"
        )
    path = parts.path.rstrip("/")
    if brand.trims_version and path.endswith("/v1"):
        path = path[:-3].rstrip("/")
    if any(character.isspace() for character in text):
        raise ConfigError(f"`base_url` is {text!r}; it contains white space")
    return f"{parts.scheme}://{_idna(parts.netloc, parts.hostname)}{_quoted(path)}"


def _idna(netloc: str, host: str) -> str:
    try:
        # Sockets encode names this way, and would raise for an invalid one in the middle of a call.
        if ":" not in host:
            host.encode("idna")
        return netloc if netloc.isascii() else netloc.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ConfigError(f"`base_url` has the host {netloc!r}, which is not valid in a URL") from error


def _quoted(path: str) -> str:
    try:
        return quote(path, safe="/%:@!$&'()*+,;=-._~")
    except UnicodeEncodeError as error:
        raise ConfigError(f"`base_url` has the path {path!r}, which is not valid in a URL") from error


def _key(value: Any, brand: Brand) -> Secret | None:
    if value is None:
        return None
    return secret_value("api_key", value, f"pass `api_key=` or set {brand.env('API_KEY')}")


def secret_value(name: str, value: Any, hint: str) -> Secret:
    if isinstance(value, str):
        value = Secret(value)
    if not isinstance(value, Secret):
        raise ConfigError(f"`{name}` is of type `{type(value).__name__}`; give a string")
    secret, fault = _cleaned(value)
    if fault:
        raise ConfigError(f"`{name}` {fault}" + (f"; {hint}" if fault == "is empty" else ""))
    return secret


def _cleaned(secret: Secret) -> tuple[Secret, str | None]:
    """Return the secret without white space around it, and what is wrong with it.

    The plain text stays in this frame.
    """
    text = secret.reveal().strip()
    fault = None
    if not text:
        fault = "is empty"
    elif not text.isascii() or not text.isprintable() or " " in text:
        fault = "contains a space, a line break, or a character that is not allowed in a header; copy only the key"
    return Secret(text), fault


def table_option(name: str, value: Any) -> dict[Any, Any]:
    """Return an option that maps names to values, as a new dictionary."""
    if value is None:
        return {}
    if not is_mapping(value):
        raise ConfigError(f"`{name}` is of type `{type(value).__name__}`; give a mapping of names to values")
    return dict(value)


def _backoff(value: Any, brand: Brand) -> Any:
    if value is not None and not hasattr(value, "delay"):
        raise ConfigError(f"`backoff` is of type `{type(value).__name__}`; give a `Backoff`")
    base, factor, cap = brand.behaviour.backoff
    return value or Backoff(base=base, factor=factor, cap=cap)


def _callback(name: str, value: Any) -> Any:
    if value is not None and not callable(value):
        raise ConfigError(f"`{name}` is of type `{type(value).__name__}`; give a function")
    return value


def _timeout(given: Any, text: str | None, brand: Brand) -> Timeout:
    if isinstance(given, Unset):
        if text is None or not text.strip():
            return Timeout(**brand.behaviour.clocks)
        try:
            return Timeout.of(float(text))
        except ValueError as error:
            raise ConfigError(f"{brand.env('TIMEOUT')} is {text!r}; give seconds above 0, such as 30") from error
    try:
        return Timeout.of(given)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"`timeout` is {given!r}; give seconds above 0, a `Timeout`, or None for no limit") from error


def _retries(value: Any, brand: Brand) -> int:
    if value is None:
        return brand.behaviour.max_retries
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"`max_retries` (or {brand.env('MAX_RETRIES')}) is {value!r}; give a whole number from 0"
        ) from error
    if number < 0 or number != (float(value) if isinstance(value, float) else number):
        raise ConfigError(f"`max_retries` (or {brand.env('MAX_RETRIES')}) is {value!r}; give a whole number from 0")
    return number


def _headers(value: Any) -> dict[str, str | None]:
    headers: dict[str, str | None] = {}
    for name, text in table_option("default_headers", value).items():
        fault = header_name_fault(name) or (header_fault(name, text) if isinstance(text, str) else None)
        if fault or not (text is None or isinstance(text, str)):
            raise ConfigError(
                f"`default_headers`: {fault or f'`{name}` is {text!r}; give a string, or None to leave it out'}"
            )
        headers[name] = text
    return headers


def header_value(name: str, value: Any) -> str | None:
    if value is None:
        return None
    fault = header_fault(name, value) if isinstance(value, str) else "give a string"
    if fault:
        raise ConfigError(f"`{name}` is {value!r}: {fault}")
    return str(value)


def _log_level(value: Any, brand: Brand) -> str | None:
    if value is None or not str(value).strip():
        return None
    level = str(value).strip().lower()
    if level not in LEVELS:
        raise ConfigError(f"`log_level` (or {brand.env('LOG')}) is {value!r}; use one of debug, info, warn, error, off")
    return level


def switch(name: str, value: Any, default: bool) -> bool:
    if value is None:
        return default
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    known = value if isinstance(value, bool) else words.get(str(value).strip().lower())
    if known is None:
        raise ConfigError(f"`{name}` is {value!r}; give True or False")
    return known


def _concurrency(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ConfigError(f"`max_concurrency` is {value!r}; give a whole number from 1, or None for no limit")
    return value


def _breaker(value: Any) -> CircuitBreaker | None:
    if value is None or value is False:
        return None
    if value is True:
        return CircuitBreaker()
    if isinstance(value, CircuitBreaker):
        return value
    raise ConfigError(f"`circuit_breaker` is {value!r}; give True or a `CircuitBreaker`")


def _seconds(name: str, value: Any, default: float) -> float:
    if value is None:
        return default
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not value >= 0:
        raise ConfigError(f"`{name}` is {value!r}; give seconds from 0")
    return float(value)
