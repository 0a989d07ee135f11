"""The effective body of a model call: extra parameters are merged before anything is decided on it.

`extra_body` and `provider_specific_params` add members to what a provider is sent. Access, price, budget, limits,
guardrails, cache and streaming are decided on the merged body, and the same body is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from .errors import ApiError, invalid

__all__ = [
    "CONTAINERS",
    "OWN",
    "Fields",
    "as_fields",
    "effective_body",
    "effective_form",
    "member_of",
    "models_beside",
    "refuse_models_beside",
    "named_as_sent",
]

Fields = list[tuple[str, str]]
# The later one wins.
CONTAINERS = ("provider_specific_params", "extra_body")
# What only the gateway reads; no provider is sent it.
OWN = frozenset({"tags", "mock_response", "virtual_model_id", "cache", "guardrails", *CONTAINERS})
# What the gateway decides by. A server that ignores the case of names must not read another value than the gateway.
_DECISIVE = OWN | {
    "best_of",
    "fallback_models",
    "fallbacks",
    "file",
    "function_call",
    "functions",
    "image",
    "input",
    "instructions",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "modalities",
    "model",
    "models",
    "n",
    "prompt",
    "response_format",
    "stream",
    "stream_options",
    "suffix",
    "tool_choice",
    "tools",
    "user",
}
# Members by which servers that choose a model themselves are told of others; the value is a name or holds names.
_OTHER_MODELS = frozenset(
    {
        "allowed_models",
        "content_policy_fallbacks",
        "context_window_fallbacks",
        "fallback",
        "fallback_model",
        "fallback_models",
        "fallbacks",
        "model_fallbacks",
        "models",
    }
)
# Members that some servers read in place of `model`.
_OTHER_NAMES = frozenset(
    {
        "deployment",
        "deployment_id",
        "deployment_name",
        "engine",
        "model_group",
        "model_id",
        "model_name",
        "preset",
        "target_model",
    }
)
# Objects of routing options: what they hold under the names above counts too.
_ROUTING = frozenset({"gateway", "plugins", "provider", "providerOptions", "provider_options", "route", "routing"})
_TELLING = _OTHER_MODELS | _OTHER_NAMES | _ROUTING
_CASED = _DECISIVE | _OTHER_MODELS | _OTHER_NAMES
# What a fallback may carry besides the name of its model.
_NO_MODELS = frozenset({"functions", "input", "messages", "prompt", "response_format", "stop", "tools"})
# Where a call goes, and by which credential. An upstream that is a gateway itself may follow them.
_DESTINATIONS = frozenset(
    {
        *("api_base", "base_url", "api_key", "api_version", "api_type", "azure_ad_token", "azure_endpoint"),
        *("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_region_name", "aws_role_name"),
        *("vertex_credentials", "vertex_project", "vertex_location", "custom_llm_provider", "headers"),
        *("extra_headers", "extra_query", "litellm_params", "user_config", "proxy_server_request"),
    }
)
_WHOLE = ("max_tokens", "max_completion_tokens", "n", "best_of", "dimensions", "seed", "top_logprobs", "logprobs")
_SHOWN = 60
_MOST_LOOKED_AT = 2_000


def effective_body(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the body with its extra parameters merged, and for each merged member the container it came from."""
    _check_names(body)
    merged: dict[str, str] = {}
    if any(name in body for name in CONTAINERS):
        body = dict(body)
        for container in CONTAINERS:
            given = body.pop(container, None)
            if given is not None:
                _merge(body, container, given, merged)
    for name in _WHOLE:
        value = body.get(name)
        if type(value) is float and value.is_integer():
            # 1e3 is the whole number 1000, for every reader.
            body[name] = int(value)
    return body, merged


def _merge(body: dict[str, Any], container: str, given: Any, merged: dict[str, str]) -> None:
    if not isinstance(given, dict):
        raise _wrong_container(container, given)
    _check_names(given, container + ".")
    for name, value in given.items():
        if name in CONTAINERS:
            if value is not None:
                raise _nested(container, name)
            continue
        body[name] = value
        merged[name] = container


def effective_form(fields: Fields, files: Iterable[str]) -> tuple[Fields, dict[str, str]]:
    """Return the fields of a form with its extra parameters merged, and the container of each merged member."""
    _check_files(files)
    _check_names({_base(name): None for name, _ in fields})
    given = [(name, text) for name, text in fields if _base(name) in CONTAINERS]
    if not given:
        return fields, {}
    fields = [(name, text) for name, text in fields if _base(name) not in CONTAINERS]
    merged: dict[str, str] = {}
    for container in CONTAINERS:
        members: dict[str, Any] = {}
        for name, text in given:
            if _base(name) == container:
                members.update(_form_members(container, name, text))
        if not members:
            continue
        added: dict[str, Any] = {}
        _merge(added, container, members, merged)
        fields = [(name, text) for name, text in fields if _base(name) not in added]
        for name, value in added.items():
            fields += as_fields(name, value)
    return fields, merged


def _form_members(container: str, name: str, text: str) -> dict[str, Any]:
    inner = name.removeprefix(container)
    if inner.startswith("[") and inner.endswith("]") and inner != "[]":
        member = inner[1:-1]
        if "[" in member or "]" in member:
            raise invalid(f"`{name}` is nested. Send `{container}` as one field that holds a JSON object.", param=name)
        return {member: text}
    try:
        value = msgspec.json.decode(text) if text.strip() else {}
    except msgspec.DecodeError:
        value = text
    if not isinstance(value, dict):
        raise _wrong_container(container, value)
    return value


def as_fields(name: str, value: Any) -> Fields:
    """Return the fields of a form that carry a value."""
    if isinstance(value, list):
        return [(f"{name}[]", _as_text(item)) for item in value]
    return [] if value is None else [(name, _as_text(value))]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _base(name: str) -> str:
    return name.partition("[")[0]


def member_of(body: Mapping[str, Any], name: str) -> Any:
    """Return the value that a member of a body has once its extra parameters are merged."""
    value = body.get(name)
    for container in CONTAINERS:
        given = body.get(container)
        if isinstance(given, dict) and name in given:
            value = given[name]
    return value


def models_beside(body: Mapping[str, Any]) -> list[str]:
    """Return the models that a provider is told it may answer by instead of `model`, as some providers take them."""
    if _TELLING.isdisjoint(body):
        return []
    return [model for name in body if name in _TELLING for model in _models_in(name, body[name])]


def _models_in(name: str, value: Any) -> list[str]:
    """Return the models that one member tells of; values are looked into as deep as they go.

    Raises ApiError 400 for one that holds too many values: they are looked at on the event loop.
    """
    found: list[str] = []
    looked = 0
    # Beside each value: whether a text in it is a model's name.
    todo: list[tuple[Any, bool]] = [(value, name not in _ROUTING)]
    while todo:
        one, names = todo.pop()
        looked += 1
        if looked + len(todo) > _MOST_LOOKED_AT:
            raise invalid(
                f"`{name}` holds more than {_MOST_LOOKED_AT} values, too many to look for models in. Send fewer.",
                param=name,
                code="too_long",
            )
        if isinstance(one, str):
            if names:
                found.append(one)
        elif isinstance(one, list):
            todo += [(item, names) for item in one]
        elif isinstance(one, dict):
            for key, item in one.items():
                if key == "model" or key in _OTHER_MODELS or (key in _OTHER_NAMES and name not in _ROUTING):
                    todo.append((item, True))
                elif key not in _NO_MODELS:
                    todo.append((item, names and (isinstance(item, list) or "model" not in one)))
    return found


def refuse_models_beside(body: Mapping[str, Any], model: str, merged: Mapping[str, str]) -> None:
    """Refuse lists of other models: a call with a budget is reserved at the price of the model that it names.

    Raises ApiError 400 for a list that names any model but `model`.
    """
    for name in body:
        for other in _models_in(name, body[name]) if name in _TELLING else ():
            if other != model:
                error = invalid(
                    f"`{name}` lets the provider answer by {other!r} instead of {model!r}, and a budget holds for this "
                    "call: its price could not be known beforehand. Leave the list out, or name one model.",
                    param=name,
                    code="models_not_priced",
                )
                raise named_as_sent(error, merged)


def named_as_sent(error: ApiError, merged: Mapping[str, str]) -> ApiError:
    """Return the error with its member named as the caller wrote it, such as `extra_body.max_tokens`."""
    param = error.param or ""
    container = merged.get(param.partition(".")[0].partition("[")[0])
    if container is not None:
        error.message = error.message.replace(f"`{param}`", f"`{container}.{param}`")
        error.param = f"{container}.{param}"
    return error


def _check_names(body: Mapping[str, Any], prefix: str = "") -> None:
    for name in body:
        if name in _CASED:
            continue
        plain = name.casefold()
        if plain in _DESTINATIONS:
            raise invalid(
                f"`{prefix}{name}` would say where the call goes or what it is sent with, which the gateway decides. "
                "Leave it out.",
                param=prefix + name,
                code="parameter_not_allowed",
            )
        if plain in _CASED:
            raise invalid(
                f"`{prefix}{name}` differs from `{plain}` in the case of letters only. Write `{prefix}{plain}`.",
                param=prefix + name,
                code="unknown_parameter",
            )


def _check_files(names: Iterable[str]) -> None:
    for name in names:
        plain = _base(name).casefold()
        if plain in _DECISIVE and plain not in ("file", "image"):
            raise invalid(f"`{name}` is sent as a file. Send it as a field with a text.", param=name, code="wrong_type")


def _wrong_container(container: str, value: Any) -> ApiError:
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
    return invalid(
        f"`{container}` is {shown}, which is not an object. Send a JSON object of parameters.",
        param=container,
        code="wrong_type",
    )


def _nested(container: str, name: str) -> ApiError:
    return invalid(
        f"`{container}.{name}` is nested. Write its members into `{container}`.",
        param=f"{container}.{name}",
        code="nested_parameters",
    )
