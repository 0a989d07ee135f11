"""Deployments: the places where a model name is served, built from the parameters of `/model/new`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import quote

from ..config.billing import FixedBudget
from ..config.load import (
    Price,
    Provider,
    Secret,
)
from ..core import error_codes
from ..core.errors import invalid
from ..core.header_syntax import is_header_value
from ..core.principal import Bound
from .deployment_options import (
    bounds_of,
    budget_of,
    price_of,
    seconds_of,
)
from .model_catalog import model_info
from .ssrf import AddressGuard

__all__ = ["ABILITIES", "Deployment", "Source", "build", "kind_of_mode"]

Source = Literal["config", "database"]
ABILITIES: Mapping[str, str] = {
    "supports_tools": "tools",
    "supports_function_calling": "tools",
    "supports_vision": "vision",
    "supports_structured_output": "structured_output",
    "supports_response_schema": "structured_output",
    "supports_reasoning": "reasoning",
    "supports_audio_input": "audio_input",
    "supports_audio_output": "audio_output",
    "supports_pdf_input": "documents",
}
# Offline models have all abilities but audio.
_OFFLINE_ABILITIES = frozenset({"tools", "vision", "structured_output", "reasoning", "documents"})
# Parameters of a deployment, or of its credential, that are sent in a header of the request.
_HEADER_PARAMS = ("api_key", "api_version", "organization")
_KINDS = {
    "chat": "chat",
    "completion": "completions",
    "completions": "completions",
    "embedding": "embeddings",
    "embeddings": "embeddings",
    "image_generation": "images",
    "audio_speech": "speech",
    "audio_transcription": "transcription",
    "moderation": "moderation",
}


@dataclass(frozen=True, slots=True, eq=False)
class Deployment:
    """One place that serves `group`, the model name that callers use. `upstream` is None for an offline model."""

    id: str
    group: str
    upstream: Provider | None
    model: str
    weight: float = 1.0
    region: str | None = None
    tags: frozenset[str] = frozenset()
    rpm: int | None = None
    tpm: int | None = None
    price: Price | None = None
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    abilities: frozenset[str] = frozenset()
    kind: str | None = None
    source: Source = "config"
    team_id: str | None = None
    public_name: str | None = None
    order: int = 0
    fallbacks: tuple[str, ...] = ()
    priced_as: str = ""
    band: str | None = None
    bounds: tuple[Bound, ...] = ()
    budget: FixedBudget | None = None
    # Seconds for a whole answer, and until the first content of a stream.
    timeout: float | None = None
    stream_timeout: float | None = None
    # How often a connection that fails is made again there; None for the number of the provider.
    retries: int | None = None
    # Whether the key of `upstream` is the caller's own; only of a route that no deployment was configured for.
    is_callers_key: bool = False

    @property
    def provider(self) -> str:
        """Return the configured name of the provider, or `offline`."""
        return "offline" if self.upstream is None else self.upstream.name


def build(
    id: str,
    group: str,
    params: Mapping[str, Any],
    info: Mapping[str, Any],
    *,
    source: Source,
    providers: Mapping[str, Provider],
    guard: AddressGuard,
    key: Secret | None,
    base_url: str | None = None,
) -> Deployment:
    """Return the deployment of these parameters; raise 400 where they are not valid.

    `key` and `base_url` come from `params` or a credential. A `base_url` comes from a user, so calls to it are guarded
    against addresses that are not public.
    """
    model = str(params.get("model") or "")
    if not model:
        raise invalid(
            "`litellm_params.model` is missing. Write the model as `provider/model`.", param="litellm_params.model"
        )
    _check_header_values(params)
    upstream, name = _upstream(model, params, providers, guard, key, base_url)
    base_model = _text(info.get("base_model"))
    known = model_info(base_model or name)
    weight = params.get("weight")
    return Deployment(
        id,
        group,
        upstream,
        name,
        weight=1.0 if weight is None else max(0.0, float(weight)),
        region=_text(params.get("region_name")),
        tags=frozenset(str(tag) for tag in params.get("tags") or ()),
        rpm=_whole(params.get("rpm")),
        tpm=_whole(params.get("tpm")),
        price=price_of(params, info.get("tier")),
        max_input_tokens=_whole(info.get("max_input_tokens")) or known.max_input_tokens,
        max_output_tokens=_whole(info.get("max_output_tokens")) or known.max_output_tokens,
        abilities=_abilities(info, known.abilities if upstream is not None else _OFFLINE_ABILITIES),
        kind=_kind(info.get("mode")),
        source=source,
        team_id=_text(info.get("team_id")),
        public_name=_text(info.get("team_public_model_name")),
        order=int(params.get("order") or 0),
        fallbacks=tuple(str(other) for other in params.get("fallbacks") or ()),
        priced_as=base_model or name,
        band=_text(info.get("band")),
        bounds=bounds_of(id, params),
        budget=budget_of(id, params),
        timeout=seconds_of(params, "timeout"),
        stream_timeout=seconds_of(params, "stream_timeout"),
        retries=None if params.get("max_retries") is None else int(params["max_retries"]),
    )


def _check_header_values(params: Mapping[str, Any]) -> None:
    """Raise 400 for a value that is sent to the provider in a header and would end its line."""
    for name in _HEADER_PARAMS:
        value = params.get(name)
        if isinstance(value, str) and not is_header_value(value):
            raise invalid(
                f"`litellm_params.{name}` contains a line break or a NUL character. Send it in one line.",
                param=f"litellm_params.{name}",
                code=error_codes.INVALID_VALUE,
            )


def _abilities(info: Mapping[str, Any], known: frozenset[str]) -> frozenset[str]:
    """Return the known abilities of a model with those that `model_info` adds and removes."""
    abilities = set(known)
    for field, ability in ABILITIES.items():
        if info.get(field) is True:
            abilities.add(ability)
        elif info.get(field) is False:
            abilities.discard(ability)
    if "tools" in abilities and info.get("supports_parallel_function_calling") is not False:
        abilities.add("parallel_tools")
    return frozenset(abilities)


def _upstream(
    model: str,
    params: Mapping[str, Any],
    providers: Mapping[str, Provider],
    guard: AddressGuard,
    key: Secret | None,
    base_url: str | None,
) -> tuple[Provider | None, str]:
    """Return the provider of a deployment, None for an offline model, and the name of the model there."""
    if model.startswith("onceward/"):
        return None, model
    named, model = _provider_and_model(model, params)
    base = providers.get(named)
    if base is None and base_url is None:
        raise invalid(
            f"The provider {named!r} is not known here. Known: {', '.join(sorted(providers))}. "
            "Choose one of them, or set `api_base`.",
            param="litellm_params.model",
            code=error_codes.PROVIDER_UNKNOWN,
        )
    default = base or Provider(named, "anthropic" if named == "anthropic" else "openai", "")
    if base_url is None:
        url, guarded = default.base_url, default.guarded
    else:
        url, guarded = guard.check_url(base_url, "litellm_params.api_base"), True
        # The operator's headers and key are for the operator's address.
        default = Provider(named, default.protocol, url)
    default = replace(default, headers=_organization(default.headers, params))
    upstream = replace(
        _versioned(default, url, model, _text(params.get("api_version"))),
        name=named,
        api_key=key or default.api_key,
        guarded=guarded,
    )
    if base_url is None:
        _require_key(upstream)
    return upstream, model


def _provider_and_model(model: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Return the provider's name and the model's name there."""
    named = _text(params.get("custom_llm_provider"))
    prefix, slash, rest = model.partition("/")
    if named is None and slash:
        named, model = prefix, rest
    elif named is not None:
        model = model.removeprefix(named + "/")
    if not named or not model:
        raise invalid(
            f"`litellm_params.model` is {params.get('model')!r}, which has no provider. "
            "Write it as `provider/model`, or set `custom_llm_provider`.",
            param="litellm_params.model",
            code=error_codes.PROVIDER_MISSING,
        )
    return named, model


def _require_key(upstream: Provider) -> None:
    """Raise 400 for a provider that needs a key and has none."""
    needs_key = upstream.key_problem is not None or upstream.base_url.startswith("https://")
    if upstream.api_key is None and needs_key:
        reason = "" if upstream.key_problem is None else f" {upstream.key_problem}"
        raise invalid(
            f"There is no key for the provider {upstream.name!r}.{reason} Set `api_key` or `credential_name`, "
            f"or have `providers.{upstream.name}.api_key` configured.",
            param="litellm_params.api_key",
            code=error_codes.PROVIDER_KEY_MISSING,
        )


def _versioned(base: Provider, url: str, model: str, version: str | None) -> Provider:
    """Return the provider at an address, with a version of its API selected in the way of the provider."""
    if base.name == "azure":
        made = replace(base, key_header="api-key")
        if version is None:
            return replace(made, base_url=url if url.endswith("/v1") else url + "/openai/v1")
        if "/openai/" not in url:
            url = f"{url}/openai/deployments/{quote(model, safe='')}"
        return replace(made, base_url=url, query=f"api-version={quote(version)}")
    if version is None:
        return replace(base, base_url=url)
    if base.protocol == "anthropic":
        return replace(base, base_url=url, headers={**base.headers, "anthropic-version": version})
    return replace(base, base_url=url, query=f"api-version={quote(version)}")


def _organization(headers: Mapping[str, str], params: Mapping[str, Any]) -> Mapping[str, str]:
    organization = _text(params.get("organization"))
    return headers if organization is None else {**headers, "OpenAI-Organization": organization}


def _kind(mode: Any) -> str | None:
    if mode is None:
        return None
    if mode not in _KINDS:
        near = difflib.get_close_matches(str(mode), _KINDS, 1)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise invalid(
            f"`model_info.mode` is {mode!r}.{meant} Use one of {', '.join(map(repr, _KINDS))}.",
            param="model_info.mode",
            code=error_codes.MODE_UNKNOWN,
        )
    return _KINDS[mode]


def kind_of_mode(mode: str) -> str | None:
    """Return the kind of call for a `model_info.mode` such as `image_generation`, or None if it is unknown."""
    return _KINDS.get(mode)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
