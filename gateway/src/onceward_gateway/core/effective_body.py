"""The effective body of a model call: extra parameters are merged before anything is decided.

`extra_body` and `provider_specific_params` add members to the body for the provider. Access, price, budget, limits,
guardrails, cache and streaming are decided on the merged body, and the same body is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from . import error_codes
from .decisive_names import (
    CONTAINERS,
    OWN,
    Named,
    canonical,
    destination,
    is_content,
    is_read,
    named_models,
    names_of,
    refuse_destination,
)
from .errors import ApiError, invalid

__all__ = [
    "CONTAINERS",
    "OWN",
    "EffectiveBody",
    "EffectiveForm",
    "Fields",
    "as_fields",
    "effective_body",
    "effective_form",
    "member_of",
    "named_as_sent",
    "refuse_models_beside",
]

Fields = list[tuple[str, str]]
_INTEGERS = ("max_tokens", "max_completion_tokens", "n", "best_of", "dimensions", "seed", "top_logprobs", "logprobs")
# Form fields with one value each that the gateway uses.
_SINGLE = frozenset({"model", "stream", "prompt", "response_format", "user", *_INTEGERS})
_MAX_SHOWN = 60
_BRACKETS = re.compile(r"[\[\].]+")


class EffectiveBody(NamedTuple):
    """A body with its extra parameters merged."""

    data: dict[str, Any]
    # The container that each merged member came from.
    merged: dict[str, str]
    # The models that it names in members other than `model`.
    others: list[Named]


class EffectiveForm(NamedTuple):
    """The fields of a form with its extra parameters merged."""

    fields: Fields
    merged: dict[str, str]
    others: list[Named]


def effective_body(body: dict[str, Any]) -> EffectiveBody:
    """Return the body with its extra parameters merged; raise 400 for members that set the destination."""
    names = names_of(body)
    if not names.allowed:
        _check_names(body)
    merged: dict[str, str] = {}
    if names.contained:
        body = dict(body)
        for container in CONTAINERS:
            given = body.pop(container, None)
            if given is not None:
                _merge(body, container, given, merged)
    for name in _INTEGERS:
        value = body.get(name)
        if type(value) is float and value.is_integer():
            # Normalize 1e3 to the integer 1000, which every server accepts.
            body[name] = int(value)
    try:
        return EffectiveBody(body, merged, named_models(body))
    except ApiError as error:
        raise named_as_sent(error, merged) from None


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


def effective_form(fields: Fields, files: Iterable[str]) -> EffectiveForm:
    """Return the fields of a form with its extra parameters merged; raise 400 for fields that set the destination."""
    _check_files(files)
    _check_names({_base(name): None for name, _ in fields})
    fields, merged = _merged_form(fields)
    try:
        _check_brackets(fields)
        return EffectiveForm(fields, merged, _named_in_form(fields))
    except ApiError as error:
        raise named_as_sent(error, merged) from None


def _check_brackets(fields: Fields) -> None:
    """Reject a list for a field with one value: a server may read `model[]` instead of `model`."""
    for name, _ in fields:
        base = _base(name)
        if base in _SINGLE and base != name:
            raise invalid(f"`{name}` is a list. Write `{base}` once.", param=name, code=error_codes.UNKNOWN_PARAMETER)


def _named_in_form(fields: Fields) -> list[Named]:
    """Return the models in fields other than `model`, also those in brackets and in JSON."""
    found: list[Named] = []
    for name, text in fields:
        value: Any = text
        if text.lstrip()[:1] in ("[", "{") and not is_content(_base(name)):
            try:
                value = msgspec.json.decode(text)
            except (msgspec.DecodeError, RecursionError):
                value = text
        first, *inner = [part for part in _BRACKETS.split(name) if part] or [name]
        for part in reversed(inner):
            value = [value] if part.isdecimal() else {part: value}
        try:
            found += named_models({first: value})
        except ApiError as error:
            error.message, error.param = error.message.replace(f"`{error.param}`", f"`{name}`"), name
            raise
    return found


def _merged_form(fields: Fields) -> tuple[Fields, dict[str, str]]:
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
    """Return the form fields for a value."""
    if isinstance(value, list):
        return [(f"{name}[]", _as_text(item)) for item in value]
    return [] if value is None else [(name, _as_text(value))]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _base(name: str) -> str:
    return name.partition("[")[0]


def member_of(body: Mapping[str, Any], name: str) -> Any:
    """Return the value of a member of a body after its extra parameters are merged."""
    value = body.get(name)
    for container in CONTAINERS:
        given = body.get(container)
        if isinstance(given, dict) and name in given:
            value = given[name]
    return value


def refuse_models_beside(others: Iterable[Named], model: str, merged: Mapping[str, str]) -> None:
    """Raise 400 for a list with any model but `model`.

    The reservation for a call with a budget is made at the price of `model`.
    """
    for name, other in others:
        if other != model:
            error = invalid(
                f"`{name}` lets the provider answer by {other!r} instead of {model!r}, and a budget holds for this "
                "call: its price could not be known beforehand. Leave the list out, or name one model.",
                param=name,
                code=error_codes.MODELS_NOT_PRICED,
            )
            raise named_as_sent(error, merged)


def named_as_sent(error: ApiError, merged: Mapping[str, str]) -> ApiError:
    """Return the error with the member that the caller sent, such as `extra_body.max_tokens`."""
    param = error.param or ""
    container = merged.get(param.partition(".")[0].partition("[")[0])
    if container is not None:
        error.message = error.message.replace(f"`{param}`", f"`{container}.{param}`")
        error.param = f"{container}.{param}"
    return error


def _check_names(body: Mapping[str, Any], prefix: str = "") -> None:
    """Reject destinations, and misspelt decisive members, whose value some server may use."""
    for name in body:
        if destination(name):
            raise refuse_destination(prefix + name)
        known = canonical(name)
        if known is not None:
            how = "in the case of letters" if name.casefold() == known else "in spelling"
            raise invalid(
                f"`{prefix}{name}` differs from `{known}` {how} only. Write `{prefix}{known}`.",
                param=prefix + name,
                code=error_codes.UNKNOWN_PARAMETER,
            )


def _check_files(names: Iterable[str]) -> None:
    for name in names:
        plain = _base(name)
        if destination(plain):
            raise refuse_destination(name)
        if (is_read(plain) or canonical(plain)) and plain.casefold() not in ("file", "image"):
            raise invalid(
                f"`{name}` is sent as a file. Send it as a field with a text.", param=name, code=error_codes.WRONG_TYPE
            )


def _wrong_container(container: str, value: Any) -> ApiError:
    shown = repr(value)
    shown = shown if len(shown) <= _MAX_SHOWN else shown[:_MAX_SHOWN] + "…"
    return invalid(
        f"`{container}` is {shown}, which is not an object. Send a JSON object of parameters.",
        param=container,
        code=error_codes.WRONG_TYPE,
    )


def _nested(container: str, name: str) -> ApiError:
    return invalid(
        f"`{container}.{name}` is nested. Write its members into `{container}`.",
        param=f"{container}.{name}",
        code=error_codes.NESTED_PARAMETERS,
    )
