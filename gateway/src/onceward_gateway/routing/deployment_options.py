"""On which terms a deployment is used: its price, its budget, its limits; and which parameters are heeded at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..config.billing import FixedBudget
from ..config.load import Price
from ..config.routing import WRITES_NOTHING
from ..core.durations import parse
from ..core.errors import invalid
from ..core.money import from_usd
from ..core.principal import Bound

__all__ = ["bounds_of", "budget_of", "check_params", "check_prices", "price_of", "seconds_of"]

_PICO = 10**12
_HEEDED = frozenset(
    {
        "api_base",
        "api_key",
        "api_version",
        "budget_duration",
        "cache_read_input_token_cost",
        "credential_name",
        "custom_llm_provider",
        "fallbacks",
        "input_cost_per_token",
        "max_budget",
        "max_parallel_requests",
        "max_retries",
        "model",
        "order",
        "organization",
        "output_cost_per_token",
        "region_name",
        "rpm",
        "stream_timeout",
        "tags",
        "timeout",
        "tpm",
        "weight",
    }
)
_LONGEST = 86_400.0
_PRICES = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")


def check_params(params: Mapping[str, Any]) -> None:
    """Raise 400 for a parameter that would be kept and do nothing."""
    for name, value in params.items():
        if value is None or name in _HEEDED:
            continue
        if name in ("input_cost_per_second", "output_cost_per_second"):
            raise invalid(
                f"`litellm_params.{name}` is not heeded: calls are billed by tokens here. "
                "Set `input_cost_per_token` and `output_cost_per_token`.",
                param=f"litellm_params.{name}",
                code="param_not_supported",
            )
        raise invalid(
            f"`litellm_params.{name}` does nothing here. Leave it out; heeded are: {', '.join(sorted(_HEEDED))}.",
            param=f"litellm_params.{name}",
            code="param_not_supported",
        )


def check_prices(params: Mapping[str, Any], info: Mapping[str, Any]) -> None:
    """Raise 400 for half a price: the other half would be free by accident."""
    named = [name for name in _PRICES if params.get(name) is not None]
    needed = _PRICES[:1] if info.get("mode") in WRITES_NOTHING else _PRICES[:2]
    lacks = [name for name in needed if params.get(name) is None]
    if named and lacks and info.get("tier") != "free":
        raise invalid(
            f"`litellm_params.{lacks[0]}` is missing beside `{named[0]}`, and what has no price would be free. "
            "Set it too, to 0 where that costs nothing.",
            param=f"litellm_params.{lacks[0]}",
            code="price_incomplete",
        )


def price_of(params: Mapping[str, Any], tier: Any = None) -> Price | None:
    """The price that the parameters set, USD a token as pico-USD a token; None where they set none.

    A deployment of the tier `free` costs nothing.
    """
    reading, writing = params.get("input_cost_per_token"), params.get("output_cost_per_token")
    if tier not in (None, "free", "paid"):
        raise invalid(
            f"`model_info.tier` is {tier!r}. Send 'free' or 'paid'.", param="model_info.tier", code="tier_unknown"
        )
    cached = params.get("cache_read_input_token_cost")
    if tier == "free" and (reading or writing or cached):
        raise invalid(
            "`model_info.tier` is 'free' and the deployment has a price. Leave one of the two out.",
            param="model_info.tier",
            code="free_with_a_price",
        )
    if tier == "free":
        return Price(0, 0, 0)
    if reading is None and writing is None:
        return None
    return Price(
        input=round(float(reading or 0) * _PICO),
        output=round(float(writing or 0) * _PICO),
        cached_input=None if cached is None else round(float(cached) * _PICO),
    )


def budget_of(id: str, params: Mapping[str, Any]) -> FixedBudget | None:
    """What may be spent at a deployment; None for no end."""
    most, duration = params.get("max_budget"), params.get("budget_duration")
    if most is None:
        if duration is not None:
            raise invalid(
                "`litellm_params.budget_duration` stands without `max_budget`. Set both.",
                param="litellm_params.max_budget",
                code="budget_missing",
            )
        return None
    if duration is not None:
        parse(str(duration), "litellm_params.budget_duration")
    return FixedBudget(id, from_usd(most), None, None if duration is None else str(duration))


def bounds_of(id: str, params: Mapping[str, Any]) -> tuple[Bound, ...]:
    """The pace at which a deployment may be called."""
    bound = Bound(
        "deployment",
        id,
        f"deployment {id!r}",
        rpm_limit=_limit(params.get("rpm")),
        tpm_limit=_limit(params.get("tpm")),
        max_parallel_requests=_limit(params.get("max_parallel_requests")),
    )
    return () if bound.limits_nothing else (bound,)


def seconds_of(params: Mapping[str, Any], name: str) -> float | None:
    """A number of seconds, or a text with one; raises 400 for anything else."""
    value = params.get(name)
    if value is None:
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 < seconds <= _LONGEST:
        raise invalid(
            f"`litellm_params.{name}` is {value!r}, which is no number of seconds. Give one between 0 and 86400.",
            param=f"litellm_params.{name}",
            code="invalid_value",
        )
    return seconds


def _limit(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
