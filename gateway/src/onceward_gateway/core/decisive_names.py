"""The names of request members that decide a call: its model, its destination, its credential.

A server may accept other spellings of a name than the gateway (`apiBase`, `api-base`, `API_BASE`), and may read it
inside an object. So names are compared by their letters and digits, at every depth outside of user content: messages,
tools, schemas and metadata.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from . import error_codes
from .errors import ApiError, invalid

__all__ = [
    "CONTAINERS",
    "OWN",
    "Named",
    "Names",
    "are_cached",
    "canonical",
    "destination",
    "is_content",
    "is_read",
    "named_models",
    "names_of",
    "plain_name",
    "refuse_destination",
]

# The longest name whose plain form is cached: most requests have the same names, and no known name is longer.
_MAX_CACHED_LENGTH = 64
# The names of an object whose judgement is cached: how many, and how long together. A client chooses them.
_MAX_CACHED_NAMES = 64
_MAX_CACHED_TEXT = 1024
# The members of the later one take precedence.
CONTAINERS = ("provider_specific_params", "extra_body")
# Members that only the gateway reads; they are not sent to providers.
OWN = frozenset({"tags", "mock_response", "virtual_model_id", "cache", "guardrails", *CONTAINERS})


def plain_name(name: str) -> str:
    """Return the form of a name for comparison: only its letters and digits, without case, width and style."""
    return _short_plain(name) if len(name) <= _MAX_CACHED_LENGTH else _make_plain(name)


def _make_plain(name: str) -> str:
    if name.isascii() and name.isidentifier():
        return name.lower().replace("_", "")
    # Servers that normalize names accept full-width letters, or a trailing space.
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


_short_plain = lru_cache(maxsize=4096)(_make_plain)


def _plain_names(*names: str) -> frozenset[str]:
    return frozenset(map(plain_name, names))


# Members that the gateway uses, as the contract spells them.
_READ = OWN | {
    *("best_of", "file", "function_call", "functions", "image", "input", "instructions", "max_completion_tokens"),
    *("max_tokens", "messages", "metadata", "modalities", "model", "n", "prompt", "response_format", "stream"),
    *("stream_options", "suffix", "tool_choice", "tools", "user"),
}
# Members that name other models to servers that choose a model themselves; the value is a name or holds names.
_OTHER_MODELS = frozenset(
    {
        *("allowed_models", "content_policy_fallbacks", "context_window_fallbacks", "fallback", "fallback_model"),
        *("fallback_models", "fallbacks", "model_fallbacks", "models"),
    }
)
# Members that some servers read in place of `model`.
_OTHER_NAMES = frozenset(
    {
        *("adapter_id", "azure_deployment", "deployment", "deployment_id", "deployment_name", "engine"),
        *("model_group", "model_id", "model_name", "preset", "target_model"),
    }
)
# Inside other objects these mean something else, such as the engine of a web search.
_AMBIGUOUS = _plain_names("deployment", "deployment_id", "deployment_name", "engine", "preset")
_MODEL_ENDINGS = ("model", "models", "modelid", "modelids", "modelname", "modelnames")
_CANONICAL = {plain_name(name): name for name in _READ | _OTHER_MODELS | _OTHER_NAMES}
# The estimate of a call also reads this spelling.
_ALSO = frozenset({"maxTokens"})
_NAMING_MODELS = _plain_names(*_OTHER_MODELS, *_OTHER_NAMES)
# Members that set the destination or the credential of a call. A provider that is itself a gateway may obey them.
_DESTINATIONS = _plain_names(
    *("api_base", "base_url", "api_key", "api_version", "api_type", "authorization", "azure_ad_token"),
    *("azure_ad_token_provider", "azure_endpoint", "azure_password", "azure_username", "client_secret"),
    *("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_region_name", "aws_role_name"),
    *("aws_profile_name", "aws_session_name", "aws_sts_endpoint", "aws_web_identity_token"),
    *("aws_bedrock_runtime_endpoint", "vertex_credentials", "vertex_project", "vertex_location"),
    *("vertex_ai_credentials", "vertex_ai_project", "vertex_ai_location", "custom_llm_provider", "headers"),
    *("default_headers", "default_query", "extra_headers", "extra_query", "litellm_params", "user_config"),
    *("organization", "openai_organization", "openai_project", "proxy", "proxies", "proxy_server_request"),
)
_DESTINATION_ENDINGS = (
    *("apikey", "apibase", "baseurl", "apiurl", "apitoken", "accesstoken", "accesskey", "accesskeyid"),
    *("apiendpoint", "endpointurl", "secretaccesskey", "secretkey", "sessiontoken"),
)
# User content, and arguments of tool servers: names inside it do not affect this call.
_CONTENT = _plain_names(
    *("messages", "prompt", "input", "instructions", "system", "suffix", "stop", "documents", "prediction"),
    *("tools", "functions", "function_call", "tool_choice", "arguments", "mcp_servers", "data_sources"),
    *("metadata", "user", "logit_bias", "chat_template_kwargs"),
    *("response_format", "json_schema", "schema", "guided_json", "structured_outputs", "format", "grammar"),
    *("properties", "$defs", "definitions", "patternProperties", "default", "const", "enum", "examples"),
) | _plain_names(*(OWN - set(CONTAINERS)))


class Names(NamedTuple):
    """Properties of a body that the names of its members decide, whatever their values are."""

    # Whether all of them are spelt correctly and none sets the destination of the call.
    allowed: bool
    # Whether one of them is a container of extra parameters.
    contained: bool
    # Those whose values may name other models or destinations, each with whether a text in it names a model.
    open: tuple[tuple[str, bool], ...]


class Named(NamedTuple):
    """A model that a request names in a member other than `model`, and this member."""

    member: str
    model: str


def canonical(name: str) -> str | None:
    """Return the correct name of a misspelt decisive member; None for a correct one, or for any other member."""
    known = _CANONICAL.get(plain_name(name))
    return None if known is None or name == known or name in _ALSO else known


def is_content(name: str) -> bool:
    """Return whether a member has user content, in which names do not affect the call."""
    return plain_name(name) in _CONTENT


def is_read(name: str) -> bool:
    """Return whether the gateway uses a member."""
    return _CANONICAL.get(plain_name(name)) in _READ


def destination(name: str) -> bool:
    """Return whether a member sets the destination or the credential of a call."""
    plain = plain_name(name)
    return plain in _DESTINATIONS or plain.endswith(_DESTINATION_ENDINGS)


def refuse_destination(name: str) -> ApiError:
    """Return the error for a member that sets the destination or the credential of a call."""
    return invalid(
        f"`{name}` would say where the call goes or what it is sent with, which the gateway decides. Leave it out.",
        param=name,
        code=error_codes.PARAMETER_NOT_ALLOWED,
    )


def named_models(body: Mapping[str, Any]) -> list[Named]:
    """Return the models that a body names to a provider in members other than `model`.

    Raise 400 for a member at any depth that sets the destination of the call.
    """
    models: list[Named] = []
    names = names_of(body)
    if not names.allowed:
        for name in filter(destination, body):
            raise refuse_destination(name)
    for name, is_model in names.open:
        value = body[name]
        if isinstance(value, dict | list) or (is_model and isinstance(value, str)):
            models += [Named(name, model) for model in _models_in(name, value, is_model=is_model)]
    return models


def names_of(body: Mapping[str, Any]) -> Names:
    """Return the judgement of the names of a body; bodies with the same names share it."""
    names = tuple(body)
    return _judged(names) if are_cached(names) else _judge(names)


def are_cached(names: tuple[str, ...]) -> bool:
    """Return whether the names of an object are few and short enough to be kept in a cache."""
    return len(names) <= _MAX_CACHED_NAMES and sum(map(len, names)) <= _MAX_CACHED_TEXT


def _judge(names: tuple[str, ...]) -> Names:
    plain = {name: plain_name(name) for name in names}
    return Names(
        allowed=not any(destination(name) or canonical(name) for name in names),
        contained=any(name in CONTAINERS for name in names),
        open=tuple(
            (name, _names_models(plain[name], named=True))
            for name in names
            if plain[name] not in _CONTENT and plain[name] != "model"
        ),
    )


_judged = lru_cache(maxsize=256)(_judge)


def _names_models(plain: str, *, named: bool) -> bool:
    """Return whether the value of a member names models; `named`: names are expected at its level."""
    if plain in _AMBIGUOUS:
        return named
    return plain in _NAMING_MODELS or plain.endswith(_MODEL_ENDINGS)


def _models_in(name: str, value: Any, *, is_model: bool) -> list[str]:
    """Return the models that one member names, at any depth."""
    models: list[str] = []
    # The path of each value, the value, and whether a string in it is a model's name.
    todo: list[tuple[str, Any, bool]] = [(name, value, is_model)]
    while todo:
        place, one, names = todo.pop()
        if isinstance(one, str):
            if names:
                models.append(one)
        elif isinstance(one, list):
            todo += [(f"{place}[{at}]", item, names) for at, item in enumerate(one)]
        elif isinstance(one, dict):
            for key, item in one.items():
                if destination(key):
                    raise refuse_destination(f"{place}.{key}")
                plain = plain_name(key)
                if _names_models(plain, named=is_model):
                    todo.append((f"{place}.{key}", item, True))
                elif plain not in _CONTENT and (names or isinstance(item, dict | list)):
                    todo.append((f"{place}.{key}", item, names and (isinstance(item, list) or "model" not in one)))
    return models
