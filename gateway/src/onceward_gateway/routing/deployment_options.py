"""Options of deployments: price, budget, rate limits and timeouts, read from the parameters of `/model/new`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..config.billing import FixedBudget
from ..config.load import Price
from ..config.routing import WRITES_NOTHING
from ..core import error_codes
from ..core.durations import parse
from ..core.errors import invalid
from ..core.money import from_usd
from ..core.principal import Bound

__all__ = ["bounds_of", "budget_of", "check_params", "check_prices", "price_of", "seconds_of"]

_PICO = 10**12
_SUPPORTED = frozenset(
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
_MAX_SECONDS = 86_400.0
_PRICES = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")


def check_params(params: Mapping[str, Any]) -> None:
    """Raise 400 for a parameter that would be stored without having an effect."""
    for name, value in params.items():
        if value is None or name in _SUPPORTED:
            continue
        if name in ("input_cost_per_second", "output_cost_per_second"):
            raise invalid(
                f"`litellm_params.{name}` is not supported: calls are billed by tokens here. "
                "Set `input_cost_per_token` and `output_cost_per_token`.",
                param=f"litellm_params.{name}",
                code=error_codes.PARAM_NOT_SUPPORTED,
            )
        raise invalid(
            f"`litellm_params.{name}` has no effect here. Leave it out. Supported: {', '.join(sorted(_SUPPORTED))}.",
            param=f"litellm_params.{name}",
            code=error_codes.PARAM_NOT_SUPPORTED,
        )


def check_prices(params: Mapping[str, Any], info: Mapping[str, Any]) -> None:
    """Raise 400 for an incomplete price: the missing part would be free by accident."""
    named = [name for name in _PRICES if params.get(name) is not None]
    needed = _PRICES[:1] if info.get("mode") in WRITES_NOTHING else _PRICES[:2]
    lacks = [name for name in needed if params.get(name) is None]
    if named and lacks and info.get("tier") != "free":
        raise invalid(
            f"`litellm_params.{lacks[0]}` is missing beside `{named[0]}`: without a price, that part would be free. "
            "Set it too, to 0 if it costs nothing.",
            param=f"litellm_params.{lacks[0]}",
            code=error_codes.PRICE_INCOMPLETE,
        )


def price_of(params: Mapping[str, Any], tier: Any = None) -> Price | None:
    """Return the price that the parameters set, in pico-USD per token; None where they set none.

    A deployment of the tier `free` costs nothing.
    """
    reading, writing = params.get("input_cost_per_token"), params.get("output_cost_per_token")
    if tier not in (None, "free", "paid"):
        raise invalid(
            f"`model_info.tier` is {tier!r}. Send 'free' or 'paid'.",
            param="model_info.tier",
            code=error_codes.TIER_UNKNOWN,
        )
    cached = params.get("cache_read_input_token_cost")
    if tier == "free" and (reading or writing or cached):
        raise invalid(
            "`model_info.tier` is 'free' and the deployment has a price. Leave one of the two out.",
            param="model_info.tier",
            code=error_codes.FREE_WITH_A_PRICE,
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
    """Return the budget of a deployment; None for no limit."""
    most, duration = params.get("max_budget"), params.get("budget_duration")
    if most is None:
        if duration is not None:
            raise invalid(
                "`litellm_params.budget_duration` is set without `max_budget`. Set both.",
                param="litellm_params.max_budget",
                code=error_codes.BUDGET_MISSING,
            )
        return None
    if duration is not None:
        parse(str(duration), "litellm_params.budget_duration")
    return FixedBudget(id, from_usd(most), None, None if duration is None else str(duration))


def bounds_of(id: str, params: Mapping[str, Any]) -> tuple[Bound, ...]:
    """Return the rate limits of a deployment."""
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
    """Return a number of seconds, also from a string; raise 400 for anything else."""
    value = params.get(name)
    if value is None:
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 < seconds <= _MAX_SECONDS:
        raise invalid(
            f"`litellm_params.{name}` is {value!r}, which is not a number of seconds. Send one between 0 and 86400.",
            param=f"litellm_params.{name}",
            code=error_codes.INVALID_VALUE,
        )
    return seconds


def _limit(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
