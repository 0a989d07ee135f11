"""Parsing: the properties of a request as fields of a record. An absent one changes nothing, null resets the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from ..core import durations, error_codes
from ..core.errors import ApiError, invalid
from ..core.records import Limits, ModelLimit

__all__ = [
    "LIMITS",
    "bounded_metadata",
    "bounded_names",
    "changed_limits",
    "given",
    "known_value",
    "moment",
    "nano",
    "plain_dict",
    "plain_list",
]

_LARGEST = 1 << 53
_LARGEST_METADATA = 16_384
_MOST_NAMES = 32
_LONGEST_NAME = 128
_MOST_DOLLARS = 1_000_000_000
LIMITS = (
    "max_budget",
    "soft_budget",
    "budget_duration",
    "rpm_limit",
    "tpm_limit",
    "max_parallel_requests",
    "model_max_budget",
    "model_rpm_limit",
    "model_tpm_limit",
)


def given(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the named properties that the request has, including null ones."""
    return {name: data[name] for name in names if name in data}


def nano(dollars: float, param: str) -> int:
    """Return dollars as nano-USD, exactly as they were written."""
    if dollars > _MOST_DOLLARS:
        raise invalid(
            f"`{param}` is more than {_MOST_DOLLARS} dollars. Give less.", param=param, code=error_codes.INVALID_VALUE
        )
    return int((Decimal(str(dollars)) * 1_000_000_000).to_integral_value())


def moment(text: str, param: str) -> float:
    """Return the timestamp of a date with or without a time, in UTC if it has no zone."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise invalid(
            f"`{param}` is {text!r}, which is not a date or a time. Write 2026-01-31 or 2026-01-31T12:00:00Z.",
            param=param,
            code=error_codes.INVALID_VALUE,
        ) from None


def _to_come(text: str, param: str, now: float) -> float:
    """Return the timestamp of a future time; raise 400 for a past one, which would have no effect."""
    found = moment(text, param)
    if found <= now:
        raise invalid(
            f"`{param}` is {text!r}, which is in the past. Send a future time.",
            param=param,
            code=error_codes.INVALID_VALUE,
        )
    return found


def known_value(text: str, known: Sequence[str], param: str) -> str:
    """Return `text` if it is one of the known values, else raise 400: a misspelt filter would silently find nothing."""
    if text not in known:
        listed = ", ".join(map(repr, known))
        raise invalid(f"`{param}` is {text!r}. Use one of {listed}.", param=param, code=error_codes.UNKNOWN_VALUE)
    return text


def bounded_metadata(value: Any, param: str = "metadata") -> dict[str, Any]:
    """Return an object stored with a record, empty for null; raise 400 if it is too large."""
    found = plain_dict(value)
    size = len(msgspec.json.encode(found))
    if size > _LARGEST_METADATA:
        raise invalid(
            f"`{param}` is {size} bytes large as JSON; the most is {_LARGEST_METADATA} bytes. Send less.",
            param=param,
            code=error_codes.TOO_LONG,
        )
    return found


def bounded_names(value: Any, param: str) -> list[str]:
    """Return tags or guardrails without duplicates; raise 400 for too many or too long ones."""
    found = plain_list(value)
    if len(found) > _MOST_NAMES:
        raise invalid(
            f"`{param}` has {len(found)} items; the most is {_MOST_NAMES}. Send fewer.",
            param=param,
            code=error_codes.TOO_LONG,
        )
    for name in found:
        if len(name) > _LONGEST_NAME:
            raise invalid(
                f"`{param}` has an item of {len(name)} characters; the most is {_LONGEST_NAME}. Shorten it.",
                param=param,
                code=error_codes.TOO_LONG,
            )
    return found


def plain_list(value: Any) -> list[str]:
    """Return a list of names without duplicates, empty for null."""
    return list(dict.fromkeys(value or ()))


def plain_dict(value: Any) -> dict[str, Any]:
    """Return a copy of an object of the body as a dict, empty where the property is null."""
    return dict(value or {})


def _whole(value: Any, param: str) -> int | None:
    if value is None:
        return None
    if value > _LARGEST:
        raise invalid(
            f"`{param}` is too large. Leave it out for no limit.", param=param, code=error_codes.INVALID_VALUE
        )
    return int(value)


def _money(value: Any, param: str) -> int | None:
    return None if value is None else nano(value, param)


def _span(value: Any, param: str) -> str | None:
    if value is not None:
        durations.parse(value, param)
    return None if value is None else str(value)


def _model_budgets(value: Any, param: str) -> dict[str, ModelLimit]:
    found: dict[str, ModelLimit] = {}
    for model, one in (value or {}).items():
        place = f"{param}.{model}"
        found[model] = ModelLimit(
            max_budget=_money(one.get("max_budget", one.get("budget_limit")), place),
            budget_duration=_span(one.get("budget_duration", one.get("time_period")), place),
            rpm_limit=_whole(one.get("rpm_limit"), place),
            tpm_limit=_whole(one.get("tpm_limit"), place),
        )
    return found


def _model_limits(value: Any, param: str) -> dict[str, int]:
    return {model: _whole(limit, f"{param}.{model}") or 0 for model, limit in (value or {}).items()}


_READERS = {
    "max_budget": _money,
    "soft_budget": _money,
    "budget_duration": _span,
    "rpm_limit": _whole,
    "tpm_limit": _whole,
    "max_parallel_requests": _whole,
    "model_max_budget": _model_budgets,
    "model_rpm_limit": _model_limits,
    "model_tpm_limit": _model_limits,
}


def changed_limits(data: Mapping[str, Any], now: float) -> dict[str, Any]:
    """Return the limits that a request sets, as fields of `Limits`."""
    changes: dict[str, Any] = {name: _READERS[name](data[name], name) for name in LIMITS if name in data}
    increase, until = data.get("temp_budget_increase"), data.get("temp_budget_expiry")
    if (increase is None) != (until is None):
        missing = "temp_budget_expiry" if until is None else "temp_budget_increase"
        raise invalid(
            f"`{missing}` is required: an increase and its expiry must be sent together.",
            param=missing,
            code=error_codes.MISSING,
        )
    if increase is not None and until is not None:
        changes["temp_increase"] = nano(increase, "temp_budget_increase")
        changes["temp_until"] = _to_come(until, "temp_budget_expiry", now)
    elif "temp_budget_increase" in data or "temp_budget_expiry" in data:
        changes["temp_increase"], changes["temp_until"] = 0, 0.0
    if "budget_duration" in changes or "max_budget" in changes:
        changes["anchor"] = now
    return changes


def changed_fields(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a record that a request sets; `names` are those of its own, by the names in requests."""
    changes: dict[str, Any] = {name: data[wire] for wire, name in names.items() if wire in data}
    if "models" in data:
        changes["models"] = plain_list(data["models"])
    if "metadata" in data:
        changes["metadata"] = bounded_metadata(data["metadata"])
    if data.get("blocked") is not None:
        changes["blocked"] = data["blocked"]
    return changes


def applied(limits: Limits, changes: Mapping[str, Any]) -> Limits:
    """Return the limits with a request's changes; a budget window restarts only if its duration changes."""
    changes = dict(changes)
    if limits.anchor and changes.get("budget_duration", limits.budget_duration) == limits.budget_duration:
        changes.pop("anchor", None)
    return msgspec.structs.replace(limits, **changes)


def one_of(data: Mapping[str, Any], *names: str) -> str:
    """Return the first of the properties that is not empty; raise 400 if all are."""
    for name in names:
        if data.get(name):
            return str(data[name])
    listed = " or ".join(f"`{name}`" for name in names)
    raise ApiError(400, f"{listed} is required.", param=names[0], code=error_codes.MISSING)
