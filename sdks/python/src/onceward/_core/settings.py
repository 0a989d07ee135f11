"""The settings of a client: its options as given and as resolved, and the state that its calls share."""

from __future__ import annotations

import random as _random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .brand import Brand
from .breaker import Breaker
from .call import Shared
from .config import Config, credential_options, resolve, table_option
from .dialect import dialect
from .errors import ConfigError
from .log import Log
from .options import Unset
from .ports import Clock
from .retry import RetryBudget
from .secrets import Secret

__all__ = ["CHANGEABLE", "FIXED", "Settings", "as_secret", "masked_options", "unknown_options"]

CHANGEABLE: Final = (
    "api_key",
    "base_url",
    "timeout",
    "max_retries",
    "default_headers",
    "default_query",
    "log_level",
    "log_bodies",
    "max_concurrency",
    "circuit_breaker",
    "max_retry_after",
    "backoff",
    "on_retry",
    "cancel_abandoned",
)
"""Options that `resolve` reads."""
FIXED: Final = ("http_client", "transport", "clock", "random", "max_concurrency")
"""Options that only a new client can have: they belong to its connections."""
_TABLES: Final = ("default_headers", "default_query")
_SECRETS: Final = ("api_key",)


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of a client as given, what they resolve to, and the state that all of its calls share."""

    given: Mapping[str, Any]
    config: Config
    shared: Shared

    @classmethod
    def of(cls, brand: Brand, given: Mapping[str, Any], clock: Clock, random: Any) -> Settings:
        """Resolve the options of a new client."""
        config = resolve(brand, given)
        random = _random if random is None else random
        return cls(
            given, config, Shared(brand, clock, random, _log(brand, config), RetryBudget(), _breaker(config, clock))
        )

    def changed(self, options: Mapping[str, Any]) -> Settings:
        """Return the settings with some options changed.

        The log and the circuit breaker are kept unless their options change.
        """
        given = {**self.given, **options}
        given["api_key"] = as_secret(given["api_key"])
        given |= dialect().masked(given)
        if self.shared.brand.schemes:
            given |= masked_options(self.shared.brand, given)
        old, shared = self.config, self.shared
        brand, clock = shared.brand, shared.clock
        config = resolve(brand, given)
        same_log = (old.log_level, old.log_bodies) == (config.log_level, config.log_bodies)
        log = shared.log if same_log else _log(brand, config)
        same_breaker = old.circuit_breaker == config.circuit_breaker
        breaker = shared.breaker if same_breaker else _breaker(config, clock)
        if not (same_log and same_breaker):
            shared = Shared(brand, clock, shared.random, log, shared.budget, breaker)
        return Settings(given, config, shared)

    def overlaid(self, options: Mapping[str, Any]) -> Settings:
        """Return the settings with options changed as by `changed`, and with tables added to those there are."""
        brand = self.shared.brand
        known = (*CHANGEABLE, *dialect().options, *brand.options)
        fixed_here = (*FIXED, *(scheme.option for scheme in brand.schemes.values() if scheme.kind == "mutual_tls"))
        unknown = [name for name in options if name not in known or name in fixed_here]
        if unknown:
            fixed = [name for name in unknown if name in fixed_here]
            hint = (
                f"`{fixed[0]}` belongs to a client's connections: make a new client"
                if fixed
                else unknown_options(unknown, known)
            )
            raise ConfigError(f"`with_options`: `{unknown[0]}` cannot be changed; {hint}")
        tables: dict[str, dict[Any, Any]] = {
            name: {**(self.given[name] or {}), **table_option(name, options[name])}
            for name in (*_TABLES, *dialect().tables)
            if options.get(name)
        }
        return self.changed({**options, **tables})

    def without_secrets(self) -> dict[str, Any]:
        """Return the given options that may be stored or sent to another process."""
        secrets = {*_SECRETS, *dialect().secrets, *(scheme.option for scheme in self.shared.brand.schemes.values())}
        return {
            name: value
            for name, value in self.given.items()
            if value is not None and not isinstance(value, Unset) and name not in secrets
        }


def masked_options(brand: Brand, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the credentials among the options, in forms that a traceback does not show."""
    if not brand.schemes:
        return {}
    masked = credential_options().masked
    schemes = brand.schemes.values()
    return {s.option: masked(given.get(s.option)) for s in schemes if s.kind != "mutual_tls"}


def as_secret(key: Any) -> Any:
    """Return a key as a `Secret`, so that no traceback can show it; anything but text as it is."""
    return Secret(key) if isinstance(key, str) else key


def unknown_options(unknown: Iterable[str], known: Sequence[str]) -> str:
    """Return an error message for options that do not exist, each with the nearest one that does."""
    from difflib import get_close_matches  # only for the message of an error

    faults: list[str] = []
    for name in unknown:
        close = get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"did you mean `{close[0]}`?" if close else f"the options are {', '.join(sorted(known))}"
        faults.append(f"`{name}` is not an option of the client; {hint}")
    return "; ".join(faults)


def _log(brand: Brand, config: Config) -> Log:
    return Log(brand.package, config.log_level, config.log_bodies)


def _breaker(config: Config, clock: Clock) -> Breaker | None:
    return None if config.circuit_breaker is None else Breaker(config.circuit_breaker, clock)
