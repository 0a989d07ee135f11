"""Routing: which model answers a name. Providers and offline models alike are targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ..config.load import Provider, Secret
from ..config.providers import KNOWN_PROVIDERS
from ..core.answer import OfflineModel
from ..core.errors import ApiError

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = [
    "BYOK",
    "KNOWN_PROVIDERS",
    "OfflineTarget",
    "ProviderTarget",
    "Target",
    "byok_header",
    "key_missing",
    "misconfigured",
    "resolve",
    "with_key",
]

BYOK = "x-provider-key-"
_PREFIXES = {"oai-resp": "openai", "gem-dev": "gemini"}
# How names of models begin that say by themselves whose they are.
_MAKERS = {
    **dict.fromkeys(("gpt-", "chatgpt-", "o1", "o3", "o4", "text-embedding-", "dall-e", "whisper-", "tts-"), "openai"),
    "claude-": "anthropic",
    "gemini-": "gemini",
}


@dataclass(frozen=True, slots=True)
class OfflineTarget:
    """A model in this process; `name` is the one it answers under."""

    model: OfflineModel
    name: str

    @property
    def provider(self) -> str:
        return "offline"

    @property
    def price_name(self) -> str:
        return self.model.id


@dataclass(frozen=True, slots=True)
class ProviderTarget:
    """A model of an upstream, and the key that is sent to it: the operator's, or the caller's own."""

    upstream: Provider
    model: str
    key: Secret | None
    is_callers_key: bool = False

    @property
    def provider(self) -> str:
        return self.upstream.name

    @property
    def name(self) -> str:
        return self.model


Target = OfflineTarget | ProviderTarget


def resolve(gateway: Gateway, name: str, kind: str, headers: Mapping[str, str]) -> Target:
    """The target of a model name. Order: a configured route, an offline model, a provider's prefix, the route `*`.

    A gateway that was started `--offline` reaches no provider, whatever else is configured or sent along.
    """
    settings = gateway.settings
    if settings.offline:
        return _without_network(gateway, name, kind)
    if settings.issues.found:
        _refuse_unusable(gateway, name)
    route = settings.models.get(name)
    if route is not None:
        return _routed(gateway, route, name, kind, headers)
    if not name:
        return _offline(gateway, gateway.offline.default_for(kind), "", kind)
    model = gateway.offline.resolve(name)
    if model is not None:
        return OfflineTarget(model, name)
    target = _by_prefix(gateway, name, headers)
    if target is not None:
        return target
    wildcard = settings.models.get("*")
    if wildcard is not None:
        return _routed(gateway, wildcard, name, kind, headers)
    raise _unserved(gateway, name)


def _refuse_unusable(gateway: Gateway, name: str) -> None:
    """Raise for a name whose own route or provider is configured and cannot be used."""
    issues = gateway.settings.issues
    prefix, slash, _ = name.partition("/")
    provider = _PREFIXES.get(prefix, prefix) if slash else ""
    problem = issues.models.get(name)
    if problem is None and name not in gateway.settings.models:
        problem = issues.providers.get(provider)
    if problem is not None:
        raise misconfigured(name, problem)


def misconfigured(name: str, problem: str) -> ApiError:
    """The error of a model that only whoever runs the gateway can bring back."""
    return ApiError(
        404,
        f"The model {name!r} cannot be used: {problem} Whoever runs the gateway has to correct its configuration.",
        code="model_misconfigured",
        param="model",
    )


def _unserved(gateway: Gateway, name: str) -> ApiError:
    """The error for a name that nothing answers: what is missing, and what would bring it."""
    settings = gateway.settings
    prefix, slash, _ = name.partition("/")
    provider = (_PREFIXES.get(prefix, prefix) if slash else _maker_of(name)) or ""
    if provider in settings.providers:
        step = f"Name it `{provider}/{name}`, or add a route for it under `[models]` in onceward.toml."
    elif provider in KNOWN_PROVIDERS and not slash:
        step = (
            f"It looks like one of the provider {provider!r}, which is not configured here: send your own key in "
            f"`{byok_header(provider)}`, or have `[providers.{provider}]` set in onceward.toml. `GET /v1/models` lists "
            "what is served."
        )
    elif provider in KNOWN_PROVIDERS:
        return ApiError(
            401,
            f"The model {name!r} belongs to the provider {provider!r}, which is not configured here. Send your own key "
            f"in `{byok_header(provider)}`, or have `[providers.{provider}]` set in onceward.toml.",
            code="provider_key_missing",
            param=byok_header(provider),
        )
    elif name.startswith("onceward/"):
        step = gateway.offline.hint(name)
    elif slash:
        known = sorted({*KNOWN_PROVIDERS, *settings.providers})
        near = get_close_matches(prefix.lower(), [*known, "onceward"], n=1)
        meant = f"Did you mean {near[0]!r}? " if near else ""
        step = f"There is no provider {prefix!r}. {meant}The providers are: {', '.join(known)}."
    else:
        step = (
            "`GET /v1/models` lists those that are; add a route to onceward.toml, or start with `--offline` to have "
            "every name answered by an offline model."
        )
    return ApiError(404, f"No model {name!r} is served here. {step}", code="model_not_found", param="model")


def _maker_of(name: str) -> str | None:
    """The provider that a model's name without a prefix tells."""
    return next((provider for start, provider in _MAKERS.items() if name.lower().startswith(start)), None)


def byok_header(provider: str) -> str:
    """The header that brings a caller's own key for a provider."""
    shown = {"openai": "OpenAI", "openrouter": "OpenRouter"}.get(provider, provider.capitalize())
    return "X-Provider-Key-" + shown


def _without_network(gateway: Gateway, name: str, kind: str) -> Target:
    route = gateway.settings.models.get(name, name)
    model = gateway.offline.resolve(route) if route else None
    if model is not None:
        return OfflineTarget(model, name)
    return _offline(gateway, gateway.offline.default_for(kind), name, kind)


def _routed(gateway: Gateway, route: str, name: str, kind: str, headers: Mapping[str, str]) -> Target:
    if route == "offline":
        return _offline(gateway, gateway.offline.default_for(kind), name, kind)
    if route.startswith("onceward/"):
        return _offline(gateway, route, name, kind)
    prefix, _, model = route.partition("/")
    provider = gateway.settings.providers.get(prefix) or KNOWN_PROVIDERS[prefix]
    return with_key(provider, name if model == "*" else model, headers)


def _offline(gateway: Gateway, model_id: str, name: str, kind: str) -> Target:
    model = gateway.offline.resolve(model_id)
    if model is None:
        raise ApiError(
            404,
            f"The offline model {model_id!r} for {kind!r} is not served here. {gateway.offline.hint(model_id)}",
            code="model_not_found",
            param="model",
        )
    return OfflineTarget(model, name or model_id)


def _by_prefix(gateway: Gateway, name: str, headers: Mapping[str, str]) -> Target | None:
    prefix, slash, model = name.partition("/")
    if not slash or not model:
        return _by_caller_key(name, headers)
    prefix = _PREFIXES.get(prefix, prefix)
    configured = gateway.settings.providers.get(prefix)
    if configured is not None:
        return with_key(configured, model, headers)
    known = KNOWN_PROVIDERS.get(prefix)
    if known is not None and _caller_key(known.name, headers) is not None:
        return with_key(known, model, headers)
    return None


def _by_caller_key(name: str, headers: Mapping[str, str]) -> Target | None:
    """An id without a prefix, from a caller that brought the key of exactly one provider."""
    brought = [provider for provider in KNOWN_PROVIDERS.values() if _caller_key(provider.name, headers) is not None]
    return with_key(brought[0], name, headers) if len(brought) == 1 else None


def with_key(provider: Provider, model: str, headers: Mapping[str, str]) -> ProviderTarget:
    own = _caller_key(provider.name, headers)
    if own is not None:
        # It goes where the operator's goes, and nowhere else: the address is never the caller's to choose.
        return ProviderTarget(replace(provider, api_key=None), model, own, is_callers_key=True)
    if provider.api_key is None and (provider.key_problem or provider.base_url.startswith("https://")):
        raise key_missing(provider)
    return ProviderTarget(provider, model, provider.api_key)


def key_missing(provider: Provider) -> ApiError:
    """The error of a call to a provider for which nobody brought a key."""
    header = byok_header(provider.name)
    why = "" if provider.key_problem is None else f" {provider.key_problem}"
    return ApiError(
        401,
        f"There is no key for the provider {provider.name!r}.{why} Send yours in `{header}`, "
        f"or have `providers.{provider.name}.api_key` configured.",
        code="provider_key_missing",
        param=header,
    )


def _caller_key(provider: str, headers: Mapping[str, str]) -> Secret | None:
    value = headers.get(BYOK + provider)
    return Secret(value) if value else None
