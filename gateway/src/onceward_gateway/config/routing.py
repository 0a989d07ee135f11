"""Settings of routing: `[routing]`, `[deployments.<id>]`, `[outbound]`.

[routing]
strategy = "latency"              # weight (default), least_busy, cost, latency
[routing.fallbacks]
"gpt-4o" = ["claude-sonnet"]
[deployments.gpt-4o-eu]
model_name = "gpt-4o"             # what callers name; several deployments may share it
model = "openai/gpt-4o"           # provider/model, or an offline model
region = "eu"
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, cast

from .providers import (
    Issues,
    check_target,
    report_incomplete_price,
)
from .table import Table

__all__ = [
    "DeploymentSettings",
    "Network",
    "OutboundSettings",
    "RoutingSettings",
    "Strategy",
    "WRITES_NOTHING",
    "read_outbound",
    "read_routing",
]

Strategy = Literal["weight", "least_busy", "cost", "latency"]
STRATEGIES: tuple[Strategy, ...] = ("weight", "least_busy", "cost", "latency")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# Modes of models that only have an input price.
WRITES_NOTHING = ("embedding", "embeddings", "moderation")
_PER_MILLION = ("input", "output", "cached_input")
_ABLE = ("tools", "vision", "structured_output", "audio_input", "reasoning")
_DEPLOYMENT_KEYS = (
    *("model", "model_name", "weight", "region", "tags", "order", "fallbacks", "max_parallel_requests", "rpm", "tpm"),
    *("timeout", "stream_timeout", "max_retries", "max_budget", "budget_duration", "api_version", "api_key"),
    *("credential", "max_input_tokens", "max_output_tokens", "mode", "tier", "band"),
    *(f"{name}_per_million" for name in _PER_MILLION),
    *_ABLE,
)


@dataclass(frozen=True, slots=True)
class DeploymentSettings:
    """One deployment as the operator wrote it. `params` and `info` have the names of `/model/new`."""

    id: str
    model_name: str
    params: Mapping[str, Any]
    info: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RoutingSettings:
    """The selection of deployments, and the handling of failures."""

    strategy: Strategy = "weight"
    strategies: Mapping[str, Strategy] = field(default_factory=lambda: dict[str, Strategy]())
    fallbacks: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict[str, tuple[str, ...]]())
    retries: int = 2
    allowed_fails: int = 3
    cooldown_seconds: float = 30.0
    max_cooldown_seconds: float = 600.0
    # Seconds for all attempts of a call together, until the first content; 0: no limit.
    total_timeout_seconds: float = 600.0
    deployments: tuple[DeploymentSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class OutboundSettings:
    """The networks that user-supplied addresses may resolve to, besides the public internet."""

    allow: tuple[Network, ...] = ()


def read_routing(root: Table, providers: Collection[str], issues: Issues) -> RoutingSettings:
    """Read `[routing]` and `[deployments.<id>]`, without the deployments that cannot be used."""
    table, base = root.table("routing"), RoutingSettings()
    strategies = table.table("strategies")
    names = strategies.strings()
    settings = RoutingSettings(
        strategy=cast("Strategy", table.choice("strategy", STRATEGIES) or base.strategy),
        strategies=MappingProxyType(
            {name: cast("Strategy", strategies.choice(name, STRATEGIES) or base.strategy) for name in names}
        ),
        fallbacks=MappingProxyType(_fallbacks(table.table("fallbacks"))),
        retries=_or(table.whole("retries", 0, 20), base.retries),
        allowed_fails=_or(table.whole("allowed_fails", 1), base.allowed_fails),
        cooldown_seconds=_or(table.number("cooldown_seconds", 0), base.cooldown_seconds),
        max_cooldown_seconds=_or(table.number("max_cooldown_seconds", 0), base.max_cooldown_seconds),
        total_timeout_seconds=_or(table.number("total_timeout_seconds", 0), base.total_timeout_seconds),
        deployments=tuple(_deployments(root, providers, issues)),
    )
    table.finish()
    return settings


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _fallbacks(table: Table) -> dict[str, tuple[str, ...]]:
    return {name: tuple(table.texts_of(name)) for name in table.names()}


def _deployments(root: Table, providers: Collection[str], issues: Issues) -> Iterator[DeploymentSettings]:
    for id, table in root.tables("deployments"):
        table.know(_DEPLOYMENT_KEYS)
        name = table.raw().get("model_name")
        name = name if isinstance(name, str) and name else id
        with issues.caught(f"The deployment {id!r} is left out.", issues.models, name):
            yield _deployment(id, table, providers, issues)


def _deployment(id: str, table: Table, providers: Collection[str], issues: Issues) -> DeploymentSettings:
    model = table.text("model")
    if not model:
        raise table.fault("model", model, "names no model", 'Write it as "provider/model" or "onceward/echo"')
    if not model.startswith("onceward/"):
        check_target(table, "model", model, providers, issues)
    params: dict[str, Any] = {"model": model}
    for name, value in (
        ("weight", table.number("weight", 0)),
        ("region_name", table.text("region")),
        ("tags", table.texts_of("tags") or None),
        ("order", table.whole("order", 0)),
        ("fallbacks", table.texts_of("fallbacks") or None),
        ("max_parallel_requests", table.whole("max_parallel_requests", 0)),
        ("rpm", table.whole("rpm", 0)),
        ("tpm", table.whole("tpm", 0)),
        ("timeout", table.number("timeout", 0.001)),
        ("stream_timeout", table.number("stream_timeout", 0.001)),
        ("max_retries", table.whole("max_retries", 0, 10)),
        ("max_budget", table.number("max_budget", 0)),
        ("budget_duration", table.text("budget_duration")),
        ("api_version", table.text("api_version")),
        ("api_key", table.text("api_key")),
        ("credential_name", table.text("credential")),
    ):
        if value is not None:
            params[name] = value
    for name in _PER_MILLION:
        dollars = table.number(f"{name}_per_million", 0)
        if dollars is not None:
            params[{"cached_input": "cache_read_input_token_cost"}.get(name, f"{name}_cost_per_token")] = dollars / 1e6
    report_incomplete_price(table, issues, writes=table.text("mode") not in WRITES_NOTHING)
    info = _model_info(table)
    model_name = table.text("model_name") or id
    return DeploymentSettings(id, model_name, MappingProxyType(params), MappingProxyType(info))


def _model_info(table: Table) -> dict[str, Any]:
    """Return the `model_info` of a deployment: its limits, abilities and mode, as far as they are given."""
    info: dict[str, Any] = {}
    for name in ("max_input_tokens", "max_output_tokens"):
        whole = table.whole(name, 1)
        if whole is not None:
            info[name] = whole
    for name in _ABLE:
        flag = table.flag(name)
        if flag is not None:
            info[f"supports_{name}"] = flag
    for name in ("mode", "tier", "band"):
        text = table.text(name)
        if text is not None:
            info[name] = text
    return info


def read_outbound(table: Table, environment: str | None) -> OutboundSettings:
    """Read `[outbound] allow`, or the environment's comma-separated list instead."""
    texts = table.texts_of("allow")
    if environment:
        texts = [text.strip() for text in environment.split(",") if text.strip()]
    networks: list[Network] = []
    for text in texts:
        try:
            networks.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            raise table.fault(
                "allow", text, "is not a network", 'Write addresses as "10.0.0.0/8" or "127.0.0.1"'
            ) from None
    table.finish()
    return OutboundSettings(tuple(networks))
