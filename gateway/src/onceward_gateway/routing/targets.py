"""Targets: the one model, of a provider or offline, that a name without deployments refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from ..config.load import Provider, Secret, Settings
from ..config.providers import KNOWN_PROVIDERS
from ..core import error_codes
from ..core.answer import OfflineModel
from ..core.errors import ApiError
from ..offline.registry import OfflineModels
from .deployments import Deployment
from .retry import connection_retries

__all__ = [
    "CALLER_KEY_PREFIX",
    "OfflineTarget",
    "ProviderTarget",
    "Target",
    "TargetResolver",
    "full_name",
    "passes_bodies_on",
    "provider_target",
]

# The headers with which callers bring their own keys for providers begin with this.
CALLER_KEY_PREFIX = "x-provider-key-"
_PREFIXES = {"oai-resp": "openai", "gem-dev": "gemini"}
# The beginnings of model names that identify their provider.
_NAME_PREFIXES = {
    **dict.fromkeys(("gpt-", "chatgpt-", "o1", "o3", "o4", "text-embedding-", "dall-e", "whisper-", "tts-"), "openai"),
    "claude-": "anthropic",
    "gemini-": "gemini",
}


@dataclass(frozen=True, slots=True)
class OfflineTarget:
    """A model in this process, and the name that its answers carry."""

    model: OfflineModel
    name: str

    @property
    def provider(self) -> str:
        """Return the name of the provider in records and metrics."""
        return "offline"

    @property
    def price_name(self) -> str:
        """Return the name under which calls of this model are priced."""
        return self.model.id


@dataclass(slots=True)
class ProviderTarget:
    """A model of a provider, and the key that is sent there: the operator's, or the caller's own."""

    upstream: Provider
    model: str
    key: Secret | None
    is_callers_key: bool = False

    @property
    def provider(self) -> str:
        """Return the configured name of the provider."""
        return self.upstream.name

    @property
    def name(self) -> str:
        """Return the name of the model as the provider knows it."""
        return self.model


Target = OfflineTarget | ProviderTarget


class TargetResolver:
    """Resolves a model name, or a deployment, to the target that a call is sent to."""

    def __init__(self, settings: Settings, offline: OfflineModels) -> None:
        self._settings = settings
        self._offline = offline

    def resolve(self, name: str, kind: str, headers: Mapping[str, str]) -> Target:
        """Return the target of a model name.

        The order: a configured route, an offline model, a provider's prefix, the route `*`. A gateway that was started
        with `--offline` reaches no provider, whatever is configured or sent along.
        """
        settings = self._settings
        if settings.offline:
            return self._without_network(name, kind)
        if settings.issues.found:
            self._require_usable(name)
        route = settings.models.get(name)
        if route is not None:
            return self._routed(route, name, kind, headers)
        if not name:
            return self._offline_target(self._offline.default_for(kind), "", kind)
        model = self._offline.resolve(name)
        if model is not None:
            return OfflineTarget(model, name)
        target = self._by_prefix(name, headers)
        if target is not None:
            return target
        wildcard = settings.models.get("*")
        if wildcard is not None:
            return self._routed(wildcard, name, kind, headers)
        raise self._not_found(name)

    def of_deployment(self, deployment: Deployment, *, sole: bool) -> Target:
        """Return the target of a deployment; `sole`: there is no other one that could be tried after it."""
        if deployment.upstream is None:
            model = self._offline.resolve(deployment.model)
            if model is None:
                raise ApiError(
                    502,
                    f"The offline model {deployment.model!r} of the deployment {deployment.id!r} does not exist. "
                    f"Correct `litellm_params.model`. {self._offline.hint(deployment.model)}",
                    code=error_codes.MODEL_NOT_FOUND,
                )
            return OfflineTarget(model, deployment.group)
        upstream = deployment.upstream
        retries = connection_retries(deployment, upstream, sole=sole)
        if retries != upstream.retries:
            upstream = replace(upstream, retries=retries)
        return ProviderTarget(upstream, deployment.model, upstream.api_key, deployment.is_callers_key)

    def _require_usable(self, name: str) -> None:
        """Raise for a name whose own route or provider is configured and cannot be used."""
        issues = self._settings.issues
        prefix, slash, _ = name.partition("/")
        provider = _PREFIXES.get(prefix, prefix) if slash else ""
        problem = issues.models.get(name)
        if problem is None and name not in self._settings.models:
            problem = issues.providers.get(provider)
        if problem is not None:
            raise ApiError(
                404,
                f"The model {name!r} cannot be used: {problem} The operator of the gateway has to correct its "
                "configuration.",
                code=error_codes.MODEL_MISCONFIGURED,
                param="model",
            )

    def _not_found(self, name: str) -> ApiError:
        """Return the error for a name that has no target: what is missing, and how to get it."""
        settings = self._settings
        prefix, slash, _ = name.partition("/")
        provider = (_PREFIXES.get(prefix, prefix) if slash else _provider_of_name(name)) or ""
        if provider in settings.providers:
            step = f"Write it as `{provider}/{name}`, or add a route for it under `[models]` in onceward.toml."
        elif provider in KNOWN_PROVIDERS and not slash:
            step = (
                f"It looks like a model of the provider {provider!r}, which is not configured here: send your own key "
                f"in `{_key_header(provider)}`, or have `[providers.{provider}]` set in onceward.toml. "
                "`GET /v1/models` lists what is served."
            )
        elif provider in KNOWN_PROVIDERS:
            return ApiError(
                401,
                f"The model {name!r} belongs to the provider {provider!r}, which is not configured here. "
                f"Send your own key in `{_key_header(provider)}`, or have `[providers.{provider}]` set in "
                "onceward.toml.",
                code=error_codes.PROVIDER_KEY_MISSING,
                param=_key_header(provider),
            )
        elif name.startswith("onceward/"):
            step = self._offline.hint(name)
        elif slash:
            known = sorted({*KNOWN_PROVIDERS, *settings.providers})
            near = get_close_matches(prefix.lower(), [*known, "onceward"], n=1)
            meant = f"Did you mean {near[0]!r}? " if near else ""
            step = f"There is no provider {prefix!r}. {meant}The providers are: {', '.join(known)}."
        else:
            step = (
                "`GET /v1/models` lists those that are; add a route to onceward.toml, or start with `--offline` to "
                "have every name answered by an offline model."
            )
        return ApiError(
            404, f"No model {name!r} is served here. {step}", code=error_codes.MODEL_NOT_FOUND, param="model"
        )

    def _without_network(self, name: str, kind: str) -> Target:
        route = self._settings.models.get(name, name)
        model = self._offline.resolve(route) if route else None
        if model is not None:
            return OfflineTarget(model, name)
        return self._offline_target(self._offline.default_for(kind), name, kind)

    def _routed(self, route: str, name: str, kind: str, headers: Mapping[str, str]) -> Target:
        if route == "offline":
            return self._offline_target(self._offline.default_for(kind), name, kind)
        if route.startswith("onceward/"):
            return self._offline_target(route, name, kind)
        prefix, _, model = route.partition("/")
        provider = self._settings.providers.get(prefix) or KNOWN_PROVIDERS[prefix]
        return provider_target(provider, name if model == "*" else model, headers)

    def _offline_target(self, model_id: str, name: str, kind: str) -> Target:
        model = self._offline.resolve(model_id)
        if model is None:
            raise ApiError(
                404,
                f"The offline model {model_id!r} for {kind!r} is not served here. {self._offline.hint(model_id)}",
                code=error_codes.MODEL_NOT_FOUND,
                param="model",
            )
        return OfflineTarget(model, name or model_id)

    def _by_prefix(self, name: str, headers: Mapping[str, str]) -> Target | None:
        prefix, slash, model = name.partition("/")
        if not slash or not model:
            return _by_caller_key(name, headers)
        prefix = _PREFIXES.get(prefix, prefix)
        configured = self._settings.providers.get(prefix)
        if configured is not None:
            return provider_target(configured, model, headers)
        known = KNOWN_PROVIDERS.get(prefix)
        if known is not None and _caller_key(known.name, headers) is not None:
            return provider_target(known, model, headers)
        return None


def provider_target(provider: Provider, model: str, headers: Mapping[str, str]) -> ProviderTarget:
    """Return a model of a provider with the caller's own key, or else the operator's; raise 401 without either."""
    own = _caller_key(provider.name, headers)
    if own is not None:
        # It is sent where the operator's key is sent, and nowhere else: the caller never chooses the address.
        return ProviderTarget(replace(provider, api_key=None), model, own, is_callers_key=True)
    if provider.api_key is None and (provider.key_problem or provider.base_url.startswith("https://")):
        raise _key_missing(provider)
    return ProviderTarget(provider, model, provider.api_key)


def passes_bodies_on(upstream: Provider | None) -> bool:
    """Return whether bodies go to a provider as they are; offline models and translations need them to be valid."""
    return upstream is not None and upstream.protocol == "openai"


def full_name(target: Target) -> str:
    """Return a target as `provider/model`."""
    return target.model.id if isinstance(target, OfflineTarget) else f"{target.provider}/{target.model}"


def _provider_of_name(name: str) -> str | None:
    """Return the provider of a model whose name has no provider's prefix."""
    return next((provider for start, provider in _NAME_PREFIXES.items() if name.lower().startswith(start)), None)


def _key_header(provider: str) -> str:
    """Return the header with which a caller brings its own key for a provider."""
    shown = {"openai": "OpenAI", "openrouter": "OpenRouter"}.get(provider, provider.capitalize())
    return "X-Provider-Key-" + shown


def _by_caller_key(name: str, headers: Mapping[str, str]) -> Target | None:
    """Return the target of a name without a prefix, for a caller that brought the key of exactly one provider."""
    brought = [provider for provider in KNOWN_PROVIDERS.values() if _caller_key(provider.name, headers) is not None]
    return provider_target(brought[0], name, headers) if len(brought) == 1 else None


def _key_missing(provider: Provider) -> ApiError:
    """Return the error of a call to a provider for which there is no key."""
    header = _key_header(provider.name)
    reason = "" if provider.key_problem is None else f" {provider.key_problem}"
    return ApiError(
        401,
        f"There is no key for the provider {provider.name!r}.{reason} Send yours in `{header}`, "
        f"or have `providers.{provider.name}.api_key` configured.",
        code=error_codes.PROVIDER_KEY_MISSING,
        param=header,
    )


def _caller_key(provider: str, headers: Mapping[str, str]) -> Secret | None:
    value = headers.get(CALLER_KEY_PREFIX + provider)
    return Secret(value) if value else None
