"""Settings of observability: `[metrics]`, `[telemetry]`, `[access_log]`.

[metrics]
enabled = true                     # default; false: there is no `/metrics`
token_env = "SCRAPE_TOKEN"         # default: only the key of an admin may read them
public = false                     # true: everyone who reaches the port may read them
listen = "127.0.0.1:9464"          # on a port of their own instead of the gateway's
models = ["gpt-4o"]                # further names that are labels, besides those of the configuration

[telemetry]
enabled = true                     # default: when OTEL_EXPORTER_OTLP_ENDPOINT is set
endpoint = "http://127.0.0.1:4318" # default: OTEL_EXPORTER_OTLP_ENDPOINT
service_name = "onceward"          # default: OTEL_SERVICE_NAME
sample_ratio = 0.1                 # default: OTEL_TRACES_SAMPLER, else all
capture_content = false            # true: add prompts and answers to the spans
trust_parent = true                # false: only link the caller's `traceparent`

[access_log]
to = "stdout"                      # stdout, stderr, or a file; default: none
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .table import ConfigError, Table

__all__ = ["AccessLogSettings", "MetricsSettings", "TracingSettings", "ObservabilitySettings", "read_observability"]

Readers = Literal["admin", "token", "public"]
_SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """The metrics, their readers and their port. `token_hash` is the SHA-256 of the scraper's token."""

    enabled: bool = True
    readers: Readers = "admin"
    token_hash: bytes = b""
    listen: tuple[str, int] | None = None
    models: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TracingSettings:
    """The export of spans and GenAI metrics by OTLP. `required` is false if only the environment enables it."""

    enabled: bool = False
    required: bool = False
    endpoint: str | None = None
    service_name: str | None = None
    sample_ratio: float | None = None
    capture_content: bool = False
    trust_parent: bool = True


@dataclass(frozen=True, slots=True)
class AccessLogSettings:
    """The destination of the access log: `stdout`, `stderr`, a file, or None."""

    to: str | None = None


@dataclass(frozen=True, slots=True)
class ObservabilitySettings:
    """All settings of observability."""

    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    tracing: TracingSettings = field(default_factory=TracingSettings)
    access_log: AccessLogSettings = field(default_factory=AccessLogSettings)


def read_observability(root: Table, environ: Mapping[str, str]) -> ObservabilitySettings:
    """Read `[metrics]`, `[telemetry]`, `[access_log]` and the environment variables of OpenTelemetry."""
    log = root.table("access_log")
    to = environ.get("ONCEWARD_GATEWAY_ACCESS_LOG") or log.text("to")
    log.finish()
    return ObservabilitySettings(
        _metrics(root.table("metrics"), environ), _tracing(root.table("telemetry"), environ), AccessLogSettings(to)
    )


def _metrics(table: Table, environ: Mapping[str, str]) -> MetricsSettings:
    enabled, public = table.flag("enabled"), table.flag("public")
    token = _token(table, environ)
    listen = _address(table)
    if public and token is not None:
        raise table.fault("public", True, "lets everybody read what the token is to protect", "Remove one of them")
    settings = MetricsSettings(
        enabled=enabled is not False,
        readers="public" if public else "token" if token is not None else "admin",
        token_hash=hashlib.sha256(token.encode()).digest() if token is not None else b"",
        listen=listen,
        models=frozenset(table.texts_of("models")),
    )
    if listen is not None and settings.readers == "admin" and not _loopback(listen[0]):
        raise table.fault(
            "listen",
            f"{listen[0]}:{listen[1]}",
            "is reached by others, and nothing says who of them may read",
            "Set `metrics.token_env`, or `metrics.public = true`",
        )
    table.finish()
    return settings


def _token(table: Table, environ: Mapping[str, str]) -> str | None:
    token, variable = table.text("token"), table.text("token_env")
    if token is None and variable is not None:
        token = environ.get(variable)
        if not token:
            raise table.fault("token_env", variable, "names a variable that is not set", "Set it, or remove the line")
    if token is not None and len(token) < _SHORTEST_TOKEN:
        raise ConfigError(
            f"{table.source}: {table.spell('token')} has {len(token)} characters, which can be guessed. "
            f"Use at least {_SHORTEST_TOKEN}."
        )
    return token


def _address(table: Table) -> tuple[str, int] | None:
    text = table.text("listen")
    if text is None:
        return None
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise table.fault("listen", text, "is not `host:port`", 'Write it like "127.0.0.1:9464"')
    return host.strip("[]"), int(port)


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _tracing(table: Table, environ: Mapping[str, str]) -> TracingSettings:
    enabled, endpoint = table.flag("enabled"), table.text("endpoint")
    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise table.fault("endpoint", endpoint, "is not an http or https address", "Begin it with http:// or https://")
    capture, trust = table.flag("capture_content"), table.flag("trust_parent")
    settings = TracingSettings(
        enabled=_enabled_by_environment(environ) if enabled is None and endpoint is None else enabled is not False,
        required=bool(enabled or endpoint),
        endpoint=endpoint,
        service_name=table.text("service_name"),
        sample_ratio=table.number("sample_ratio", 0, 1),
        capture_content=bool(capture),
        trust_parent=trust is not False,
    )
    table.finish()
    return settings


def _enabled_by_environment(environ: Mapping[str, str]) -> bool:
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    return any(environ.get(f"OTEL_EXPORTER_OTLP_{signal}ENDPOINT") for signal in ("", "TRACES_", "METRICS_"))
