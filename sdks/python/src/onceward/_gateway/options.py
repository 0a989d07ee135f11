"""The client options that only a gateway has, and their headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from .._core.config import header_value, secret_value, switch, table_option
from .._core.errors import ConfigError
from .._core.secrets import MaskedStr, Secret
from .brand import GatewayBrand

__all__ = ["OPTIONS", "as_secrets", "provider_headers", "resolve", "scope_headers"]

OPTIONS: Final = ("organization", "team", "provider_keys", "raise_on_content_filter", "api_version")
_SCOPES: Final = (("Organization", "organization"), ("Team", "team"), ("API-Version", "api_version"))


def resolve(given: Mapping[str, Any], pick: Callable[[str], Any]) -> dict[str, Any]:
    """Return the options that are set; ``pick`` takes one from the arguments or the environment."""
    found = {
        "organization": header_value("organization", pick("organization")),
        "team": header_value("team", pick("team")),
        "api_version": header_value("api_version", given.get("api_version")),
        "provider_keys": _provider_keys(given.get("provider_keys")),
        "raise_on_content_filter": switch("raise_on_content_filter", given.get("raise_on_content_filter"), False),
    }
    return {name: value for name, value in found.items() if value}


def scope_headers(brand: GatewayBrand, extras: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the headers of the organization, the team and the version."""
    return [(brand.header(header), extras[name]) for header, name in _SCOPES if name in extras]


def as_secrets(keys: Any) -> dict[Any, Any] | None:
    """Return a table of keys with each as a `Secret`, or None if there are none."""
    table = table_option("provider_keys", keys)
    return {name: Secret(key) if isinstance(key, str) else key for name, key in table.items()} or None


def provider_headers(brand: GatewayBrand, keys: Mapping[str, Secret], model: Any) -> list[tuple[str, str]]:
    """Return the header with the caller's own key for the provider in the model's prefix, and no other key.

    A model name without a provider (a route, ``gpt-4o``) sends all keys: only the gateway knows its provider.
    """
    if not keys or not isinstance(model, str):
        return []
    prefix = model.partition("/")[0].lower() if "/" in model else ""
    provider = brand.provider_aliases.get(prefix, prefix)
    if prefix in keys and provider not in keys:
        provider = prefix
    known = provider in keys or provider in brand.providers or provider == brand.package
    names = [provider] if known else list(keys)
    return [(f"{brand.provider_key_header}-{name}", MaskedStr(keys[name].reveal())) for name in names if name in keys]


def _provider_keys(value: Any) -> dict[str, Secret]:
    keys: dict[str, Secret] = {}
    for provider, key in table_option("provider_keys", value).items():
        if (
            not isinstance(provider, str)
            or not provider.isascii()
            or not provider.replace("-", "").replace("_", "").isalnum()
        ):
            raise ConfigError(f"`provider_keys` names the provider {provider!r}; use its id, such as 'openai'")
        keys[provider.lower()] = secret_value(f"provider_keys[{provider!r}]", key, "give the provider's key")
    return keys
