"""Settings of providers, models and prices: `[providers.<name>]`, `[models]` and `[prices]`.

An invalid value affects one provider or one name. It does not prevent the start: it is an issue, which is reported at
the start and by `/readyz`, and an error of the calls that need it. An unknown setting does prevent the start.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from ..core.connection_headers import CONNECTION_HEADERS
from ..core.header_syntax import is_header_value, is_token
from .table import Table, UnusableValue

__all__ = [
    "KNOWN_PROVIDERS",
    "Issue",
    "Issues",
    "Price",
    "Provider",
    "Secret",
    "check_target",
    "read_models",
    "read_prices",
    "report_incomplete_price",
    "read_providers",
]

_PROTOCOLS = ("openai", "anthropic")
_DEFAULT_URLS = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}
_PROVIDER_KEYS = (
    *("protocol", "base_url", "api_key", "api_key_env", "api_key_file", "headers"),
    *("connect_timeout", "idle_timeout", "response_timeout", "stream_timeout", "retries", "max_output_tokens"),
)
_PRICE_KEYS = ("input_per_million", "output_per_million", "cached_input_per_million")
_LONGEST_NAME = 64


class Secret:
    """A provider's key. Its representation is masked; `reveal` returns the key to send it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key in clear, for the request that sends it and nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(...REDACTED)"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("A Secret is not pickled.")


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: its protocol, its address, and the operator's key (None: callers bring their own)."""

    name: str
    protocol: Literal["openai", "anthropic"]
    base_url: str
    api_key: Secret | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    connect_timeout: float = 5.0
    idle_timeout: float = 120.0
    # Seconds for a whole answer of a unary call and of a stream, however steadily it arrives.
    response_timeout: float = 900.0
    stream_timeout: float = 3600.0
    retries: int = 2
    max_output_tokens: int = 4096
    guarded: bool = False
    # The query of every URL, and the header that takes the plain key instead of `Authorization: Bearer`.
    query: str = ""
    key_header: str = ""
    # The reason why a configured key could not be read.
    key_problem: str | None = None


KNOWN_PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider("openai", "openai", "https://api.openai.com/v1"),
    "anthropic": Provider("anthropic", "anthropic", "https://api.anthropic.com"),
    "groq": Provider("groq", "openai", "https://api.groq.com/openai/v1"),
    "cerebras": Provider("cerebras", "openai", "https://api.cerebras.ai/v1"),
    "openrouter": Provider("openrouter", "openai", "https://openrouter.ai/api/v1"),
    "gemini": Provider("gemini", "openai", "https://generativelanguage.googleapis.com/v1beta/openai"),
}


@dataclass(frozen=True, slots=True)
class Price:
    """The operator's own price of a model, in pico-USD a token."""

    input: int
    output: int
    cached_input: int | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """A part of the configuration that cannot be used: a text for everyone, and one with the value for the log."""

    shown: str
    logged: str


@dataclass(slots=True)
class Issues:
    """The issues of a configuration, and the reasons why providers, routes and deployments cannot be used."""

    found: list[Issue] = field(default_factory=list)
    providers: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)

    def add(self, shown: str, logged: str | None = None) -> None:
        """Add an issue: `shown` for `/readyz`, and `logged`, which may name files and values, for the log."""
        self.found.append(Issue(shown, logged or shown))

    @contextmanager
    def caught(self, consequence: str, place: dict[str, str] | None = None, name: str = "") -> Iterator[None]:
        """Record a value that cannot be used as an issue, and under a name in one of the maps."""
        try:
            yield
        except UnusableValue as error:
            self.add(f"{error.shown} {consequence}", f"{error} {consequence}")
            if place is not None:
                place[name] = error.shown


def read_providers(root: Table, environ: Mapping[str, str], issues: Issues) -> dict[str, Provider]:
    """Read `[providers]`, without those that cannot be used."""
    found: dict[str, Provider] = {}
    for name, table in root.tables("providers"):
        table.know(_PROVIDER_KEYS)
        with issues.caught(f"The provider {name!r} cannot be used.", issues.providers, name):
            found[name] = _provider(name, table, environ, issues)
    return found


def _provider(name: str, table: Table, environ: Mapping[str, str], issues: Issues) -> Provider:
    protocol = table.choice("protocol", _PROTOCOLS) or ("anthropic" if name == "anthropic" else "openai")
    base = Provider(name, cast("Literal['openai', 'anthropic']", protocol), _base_url(name, protocol, table))
    key, problem = _key(name, table, environ)
    if problem is not None:
        issues.add(f"{problem} Calls to the provider {name!r} need a key of the caller's own.")
    return Provider(
        name=name,
        protocol=base.protocol,
        base_url=base.base_url,
        api_key=Secret(key) if key else None,
        headers=MappingProxyType(_headers(table.table("headers"), issues)),
        connect_timeout=_or(table.number("connect_timeout", 0), base.connect_timeout),
        idle_timeout=_or(table.number("idle_timeout", 0), base.idle_timeout),
        response_timeout=_or(table.number("response_timeout", 0), base.response_timeout),
        stream_timeout=_or(table.number("stream_timeout", 0), base.stream_timeout),
        retries=_or(table.whole("retries", 0, 10), base.retries),
        max_output_tokens=_or(table.whole("max_output_tokens", 1), base.max_output_tokens),
        key_problem=problem,
    )


def _base_url(name: str, protocol: str, table: Table) -> str:
    url = table.text("base_url") or (_DEFAULT_URLS[protocol] if name in _DEFAULT_URLS else None)
    if url is None:
        raise table.fault("base_url", None, "is missing", 'Write where it is: base_url = "https://host/v1"')
    if not url.startswith(("http://", "https://")):
        raise table.fault("base_url", url, "is not an http or https address", "Begin it with https://")
    try:
        parts = urlsplit(url)
        valid = bool(parts.hostname) and (parts.port is None or parts.port > 0) and not parts.query + parts.fragment
    except ValueError:
        valid = False
    if not valid or any(not 32 < ord(character) < 127 for character in url):
        raise table.fault("base_url", url, "is not an address", 'Write it like "https://host/v1"')
    return url.rstrip("/")


def _headers(table: Table, issues: Issues) -> dict[str, str]:
    """Return the headers of every request; those that cannot be sent are issues and left out."""
    headers = table.strings()
    for name, value in list(headers.items()):
        problem, step = _header_problem(name, value)
        if problem is not None:
            del headers[name]
            with issues.caught("It is not sent."):
                # The value may be a secret.
                raise table.fault(name, None, problem, step)
    return headers


def _header_problem(name: str, value: str) -> tuple[str | None, str]:
    """Return why a header cannot be sent, or None, and what to do about it."""
    if not is_token(name):
        return "is not the name of a header", "Correct it"
    if name.lower() in CONNECTION_HEADERS:
        return "is a header that the gateway writes itself", "Remove it"
    if not is_header_value(value):
        return "contains a line break or a NUL character", "Write the value in one line"
    return None, ""


def _key(name: str, table: Table, environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the operator's key, or the reason why a configured one cannot be used."""
    key, problem = _configured_key(name, table, environ)
    if key is not None and not is_header_value(key):
        return None, f"The key of `providers.{name}` contains a line break or a NUL character."
    return key, problem


def _configured_key(name: str, table: Table, environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    key, variable, file = table.text("api_key"), table.text("api_key_env"), table.text("api_key_file")
    source = f"providers.{name}"
    if key is not None:
        return (key, None) if key.strip() else (None, f"`{source}.api_key` is empty.")
    if variable is not None:
        key = environ.get(variable, "").strip()
        shown = repr(variable) if variable.isidentifier() and len(variable) <= _LONGEST_NAME else "with an invalid name"
        return (key, None) if key else (None, f"The environment variable {shown} (`{source}.api_key_env`) is not set.")
    if file is not None:
        try:
            key = Path(file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            return None, f"The file that `{source}.api_key_file` names cannot be read ({reason})."
        return (key, None) if key else (None, f"The file that `{source}.api_key_file` names is empty.")
    return None, None


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def read_models(table: Table, providers: Collection[str], issues: Issues) -> dict[str, str]:
    """Read `[models]`, without the routes whose target is unknown."""
    routes: dict[str, str] = {}
    for name in table.names():
        with issues.caught(f"The route {name!r} cannot be used.", issues.models, name):
            target = table.text(name) or ""
            if target != "offline" and not target.startswith("onceward/"):
                check_target(table, name, target, providers, issues)
            routes[name] = target
    return routes


def check_target(table: Table, name: str, target: str, providers: Collection[str], issues: Issues) -> None:
    """Raise for a target that is not `provider/model` of a provider that can be used.

    For a known provider that is not configured, callers bring their own key.
    """
    provider, slash, model = target.partition("/")
    if not slash or not model or provider not in {*providers, *KNOWN_PROVIDERS, *issues.providers}:
        shown = ", ".join(repr(p) for p in sorted(providers)) or "none is configured"
        raise table.fault(
            name, target, "is not `offline`, an offline model, or `provider/model`", f"The providers are: {shown}"
        )
    if provider in issues.providers:
        raise table.fault(name, target, "leads to a provider that cannot be used", "Correct that provider")


def read_prices(root: Table, issues: Issues) -> dict[str, Price]:
    """Read `[prices]`, without invalid ones."""
    found: dict[str, Price] = {}
    for name, table in root.tables("prices"):
        table.know(_PRICE_KEYS)
        with issues.caught(f"This price of {name!r} is left out."):
            found[name] = _price(table)
            report_incomplete_price(table, issues)
    return found


def report_incomplete_price(table: Table, issues: Issues, *, writes: bool = True) -> None:
    """Record a price without an input price, or without an output price of a model that `writes`, as an issue."""
    present = [name for name in _PRICE_KEYS if name in table.raw()]
    missing = [name for name in _PRICE_KEYS[: 1 + writes] if name not in present]
    if present and missing:
        with issues.caught("Until then that is free."):
            raise table.fault(
                missing[0], None, f"is missing beside `{present[0]}`", "Set it too, to 0 where that costs nothing"
            )


def _price(table: Table) -> Price:
    def pico(name: str) -> int | None:
        dollars = table.number(name, 0)
        return None if dollars is None else round(dollars * 1_000_000)

    try:
        return Price(
            input=pico("input_per_million") or 0,
            output=pico("output_per_million") or 0,
            cached_input=pico("cached_input_per_million"),
        )
    except (ValueError, OverflowError):
        raise table.fault("input_per_million", None, "or another price is not a finite number") from None
