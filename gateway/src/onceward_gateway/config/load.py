"""Settings: `onceward.toml`, the environment and the command line, read once into an immutable value.

The command line takes precedence over the environment (`ONCEWARD_GATEWAY_*`), which takes precedence over the file.
Every error names the source, the key and the value, and what to do.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast
from urllib.parse import quote

from ..core.hosts import is_loopback
from ..core.urls import StoreUrl
from .billing import LedgerSettings, read_ledger
from .brand_headers import DEFAULT_PREFIXES, read_prefixes
from .cache import CacheSettings, read_cache
from .cluster import ClusterSettings, read_cluster
from .guardrails import GuardrailSettings, read_guardrails
from .providers import (
    Issues,
    Price,
    Provider,
    Secret,
    read_models,
    read_prices,
    read_providers,
)
from .proxies import read_public_url, read_trusted_proxies
from .records import RecordSettings, read_records
from .routing import (
    Network,
    OutboundSettings,
    RoutingSettings,
    read_outbound,
    read_routing,
)
from .storage import StorageSettings, read_storage
from .table import ConfigError, Table
from .telemetry import ObservabilitySettings, read_observability
from .web import (
    CorsSettings,
    read_allowed_hosts,
    read_cors,
)

__all__ = ["AuthMode", "ConfigError", "Price", "Provider", "RequestLimits", "Secret", "Settings", "load"]

AuthMode = Literal["required", "optional", "disabled"]
_MODES = ("required", "optional", "disabled")
_FAILURE_MODES = ("open", "closed")
_MIN_KEY = 16
_MIN_SECRET = 32


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The limits of a request and of a stream.

    `redis_failure_mode`: whether rate limits accept (`open`) or reject (`closed`) requests while Redis is unavailable.
    """

    max_body_bytes: int = 32 * 1024 * 1024
    max_body_values: int = 500_000
    body_timeout_seconds: float = 120.0
    body_idle_timeout_seconds: float = 30.0
    max_upload_bytes: int = 512 * 1024 * 1024
    upload_timeout_seconds: float = 900.0
    max_depth: int = 128
    ping_interval_seconds: float = 15.0
    disconnect_grace_seconds: float = 30.0
    drain_timeout_seconds: float = 8.0
    idempotency_retention_hours: float = 24.0
    max_lag_events: int = 256
    max_event_bytes: int = 16 * 1024 * 1024
    max_response_bytes: int = 256 * 1024 * 1024
    redis_failure_mode: Literal["open", "closed"] = "open"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of a gateway."""

    host: str = "127.0.0.1"
    port: int = 4100
    # The URL by which clients reach the gateway, and the proxies that may forward the address of a client.
    public_url: str | None = None
    trusted_proxies: tuple[Network, ...] = ()
    # Prefixes of headers that are equivalent to the gateway's own.
    header_prefixes: tuple[str, ...] = DEFAULT_PREFIXES
    offline: bool = False
    # Whether to serve models that fail on purpose; None: only with `offline`.
    fault_models: bool | None = None
    allowed_hosts: frozenset[str] = frozenset()
    cors: CorsSettings = field(default_factory=CorsSettings)
    data_dir: Path = field(default_factory=lambda: default_data_dir())
    auth_mode: AuthMode = "disabled"
    key_hashes: frozenset[bytes] = frozenset()
    providers: Mapping[str, Provider] = field(default_factory=lambda: dict[str, Provider]())
    models: Mapping[str, str] = field(default_factory=lambda: dict[str, str]())
    prices: Mapping[str, Price] = field(default_factory=lambda: dict[str, Price]())
    limits: RequestLimits = field(default_factory=RequestLimits)
    storage: StorageSettings = field(default_factory=StorageSettings)
    cluster: ClusterSettings = field(default_factory=ClusterSettings)
    records: RecordSettings = field(default_factory=RecordSettings)
    routing: RoutingSettings = field(default_factory=RoutingSettings)
    outbound: OutboundSettings = field(default_factory=OutboundSettings)
    ledger: LedgerSettings = field(default_factory=LedgerSettings)
    cache: CacheSettings = field(default_factory=CacheSettings)
    guardrails: tuple[GuardrailSettings, ...] = ()
    observability: ObservabilitySettings = field(default_factory=ObservabilitySettings)
    secret_keys: tuple[Secret, ...] = ()
    issues: Issues = field(default_factory=Issues)
    source: str | None = None

    @property
    def database_url(self) -> StoreUrl:
        """Return the address of the database: the configured one, or a SQLite file in `data_dir`."""
        return self.storage.database_url or StoreUrl(f"sqlite:///{quote(str(self.data_dir / 'gateway.db'))}")

    @property
    def redis_url(self) -> StoreUrl | None:
        """Return the address of Redis, if one is configured."""
        return self.storage.redis_url

    @property
    def database(self) -> Path:
        """Return the SQLite file. Only valid if `database_url` names one."""
        return self.database_url.path


def default_data_dir() -> Path:
    """Return the folder of user data on this operating system."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "onceward"


def load(
    path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Read the settings. Without a path, read `onceward.toml` of the working directory if it exists."""
    env = os.environ if environ is None else environ
    named = path or (Path(env["ONCEWARD_GATEWAY_CONFIG"]) if env.get("ONCEWARD_GATEWAY_CONFIG") else None)
    file = named or Path("onceward.toml")
    if named is None and not file.is_file():
        root = Table({}, "onceward.toml")
    else:
        root = Table(_read(file), str(file))
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    settings = _build(root, _environment(env), given, env, str(file) if root.known else None)
    root.finish()
    return settings


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"The configuration {str(file)!r} cannot be read: {error.strerror}. Check the path given by `--config`."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration {str(file)!r} is not TOML: {error}. Correct that place.") from error


_ENVIRONMENT = {
    "HOST": "host",
    "PORT": "port",
    "PUBLIC_URL": "public_url",
    "TRUSTED_PROXIES": "trusted_proxies",
    "HEADER_PREFIXES": "header_prefixes",
    "OFFLINE": "offline",
    "FAULT_MODELS": "fault_models",
    "ALLOWED_HOSTS": "allowed_hosts",
    "ALLOWED_ORIGINS": "allowed_origins",
    "DATA_DIR": "data_dir",
    "AUTH_MODE": "mode",
    "API_KEYS": "api_keys",
    "MAX_BODY_BYTES": "max_body_bytes",
    "MAX_UPLOAD_BYTES": "max_upload_bytes",
    "PING_INTERVAL_SECONDS": "ping_interval_seconds",
    "DISCONNECT_GRACE_SECONDS": "disconnect_grace_seconds",
    "DRAIN_TIMEOUT_SECONDS": "drain_timeout_seconds",
    "IDEMPOTENCY_RETENTION_HOURS": "idempotency_retention_hours",
    "SYNCHRONOUS": "synchronous",
    "DATABASE_URL": "database_url",
    "REDIS_URL": "redis_url",
    "REDIS_FAILURE_MODE": "redis_failure_mode",
}


_LISTS = frozenset({"api_keys", "trusted_proxies", "header_prefixes", "allowed_hosts", "allowed_origins"})


def _environment(env: Mapping[str, str]) -> Table:
    table: dict[str, Any] = {}
    for suffix, name in _ENVIRONMENT.items():
        value = env.get(f"ONCEWARD_GATEWAY_{suffix}")
        if value:
            table[name] = value
    for name in _LISTS & table.keys():
        table[name] = [item.strip() for item in table[name].split(",") if item.strip()]
    return Table(table, "the environment", lambda name: f"ONCEWARD_GATEWAY_{_suffix(name)}", texts=True)


def _suffix(name: str) -> str:
    return next(suffix for suffix, key in _ENVIRONMENT.items() if key == name)


def _build(root: Table, env: Table, given: dict[str, Any], environ: Mapping[str, str], source: str | None) -> Settings:
    server, auth = root.table("server"), root.table("auth")
    limits, storage = root.table("limits"), root.table("storage")
    cli = Table(given, "the command line", lambda name: "--" + name.replace("_", "-"))
    host = _first(cli.text("host"), env.text("host"), server.text("host"), "127.0.0.1")
    port = _first(cli.whole("port", 0, 65535), env.whole("port", 0, 65535), server.whole("port", 0, 65535), 4100)
    data_dir = _first(cli.text("data_dir"), env.text("data_dir"), server.text("data_dir"))
    hashes = _key_hashes(cli, env, auth)
    mode = _first(cli.choice("auth_mode", _MODES), env.choice("mode", _MODES), auth.choice("mode", _MODES))
    issues = Issues()
    providers = read_providers(root, environ, issues)
    settings = Settings(
        host=host,
        port=port,
        public_url=_first(read_public_url(env), read_public_url(server)),
        trusted_proxies=_trusted_proxies(env, server),
        header_prefixes=_header_prefixes(env, server),
        offline=_first(cli.flag("offline"), env.flag("offline"), server.flag("offline"), False),
        fault_models=_first(cli.flag("fault_models"), env.flag("fault_models"), server.flag("fault_models")),
        allowed_hosts=read_allowed_hosts(env, server),
        cors=read_cors(env, root.table("cors")),
        data_dir=Path(data_dir).expanduser() if data_dir else default_data_dir(),
        auth_mode=_auth_mode(cast("AuthMode | None", mode), host, hashes),
        key_hashes=hashes,
        providers=MappingProxyType(providers),
        models=MappingProxyType(read_models(root.table("models"), providers, issues)),
        prices=MappingProxyType(read_prices(root, issues)),
        limits=_limits(env, limits),
        storage=read_storage(env, storage),
        cluster=read_cluster(root.table("cluster")),
        records=read_records(root.table("records")),
        routing=read_routing(root, providers, issues),
        outbound=read_outbound(root.table("outbound"), environ.get("ONCEWARD_GATEWAY_OUTBOUND_ALLOW")),
        ledger=read_ledger(root),
        cache=read_cache(root.table("cache")),
        guardrails=read_guardrails(root),
        observability=read_observability(root, environ),
        secret_keys=_secret_keys(environ.get("ONCEWARD_GATEWAY_SECRET_KEY")),
        issues=issues,
        source=source,
    )
    if settings.cache.kind == "redis" and settings.redis_url is None:
        raise root.table("cache").fault(
            "kind", "redis", "needs a Redis", 'Write where it is: redis_url = "redis://host:6379/0" under [storage]'
        )
    for table in (server, auth, limits, storage):
        table.finish()
    return settings


def _first(*values: Any) -> Any:
    """Return the first value that is set. All are read, so that overridden values are validated too."""
    return next((value for value in values if value is not None), None)


def _trusted_proxies(env: Table, server: Table) -> tuple[Network, ...]:
    read = [
        read_trusted_proxies(table.texts_of("trusted_proxies"), table.source, table.spell("trusted_proxies"))
        for table in (env, server)
    ]
    return read[0] or read[1]


def _header_prefixes(env: Table, server: Table) -> tuple[str, ...]:
    read = [read_prefixes(tuple(table.texts_of("header_prefixes")), table) for table in (env, server)]
    return read[0] or read[1] or DEFAULT_PREFIXES


def _limits(env: Table, table: Table) -> RequestLimits:
    base = RequestLimits()

    def whole(name: str, low: int) -> int:
        return cast("int", _first(env.whole(name, low), table.whole(name, low), getattr(base, name)))

    def number(name: str) -> float:
        return cast("float", _first(env.number(name, 0), table.number(name, 0), getattr(base, name)))

    return RequestLimits(
        max_body_bytes=whole("max_body_bytes", 1024),
        max_body_values=whole("max_body_values", 1000),
        body_timeout_seconds=number("body_timeout_seconds"),
        body_idle_timeout_seconds=number("body_idle_timeout_seconds"),
        max_upload_bytes=whole("max_upload_bytes", 1024),
        upload_timeout_seconds=number("upload_timeout_seconds"),
        max_depth=_first(table.whole("max_depth", 4, 512), base.max_depth),
        ping_interval_seconds=number("ping_interval_seconds"),
        disconnect_grace_seconds=number("disconnect_grace_seconds"),
        drain_timeout_seconds=number("drain_timeout_seconds"),
        idempotency_retention_hours=number("idempotency_retention_hours"),
        max_lag_events=_first(table.whole("max_lag_events", 1), base.max_lag_events),
        max_event_bytes=_first(table.whole("max_event_bytes", 1024), base.max_event_bytes),
        max_response_bytes=_first(table.whole("max_response_bytes", 1024), base.max_response_bytes),
        redis_failure_mode=_first(
            env.choice("redis_failure_mode", _FAILURE_MODES),
            table.choice("redis_failure_mode", _FAILURE_MODES),
            base.redis_failure_mode,
        ),
    )


def _key_hashes(cli: Table, env: Table, auth: Table) -> frozenset[bytes]:
    hashes: set[bytes] = set()
    for table in (cli, env, auth):
        for key in table.texts_of("api_keys"):
            hashes.add(_hash_of(key, table))
    return frozenset(hashes)


def _secret_keys(text: str | None) -> tuple[Secret, ...]:
    """Return the keys of stored credentials; the first encrypts, all decrypt."""
    keys = [key.strip() for key in (text or "").split(",") if key.strip()]
    for key in keys:
        if len(key) < _MIN_SECRET:
            raise ConfigError(
                f"The environment: `ONCEWARD_GATEWAY_SECRET_KEY` has a key of {len(key)} characters, too few to "
                f"protect credentials. Use at least {_MIN_SECRET}: "
                'python -c "import secrets; print(secrets.token_urlsafe(32))".'
            )
    return tuple(Secret(key) for key in keys)


def _hash_of(key: str, table: Table) -> bytes:
    if key.startswith("sha256:"):
        try:
            digest = bytes.fromhex(key.removeprefix("sha256:"))
        except ValueError:
            digest = b""
        if len(digest) != 32:
            raise table.fault("api_keys", "sha256:...", "has an entry that is not 64 hex digits after `sha256:`")
        return digest
    if len(key) < _MIN_KEY:
        raise ConfigError(
            f"{table.source}: {table.spell('api_keys')} has a key of {len(key)} characters, which can be guessed. "
            f"Use at least {_MIN_KEY}: python -c \"import secrets; print('sk-' + secrets.token_urlsafe(32))\"."
        )
    return hashlib.sha256(key.encode()).digest()


def _auth_mode(mode: AuthMode | None, host: str, hashes: frozenset[bytes]) -> AuthMode:
    loopback = is_loopback(host)
    if mode is None:
        mode = "required" if hashes or not loopback else "disabled"
    if mode == "disabled" and not loopback:
        raise ConfigError(
            f"`auth_mode` is 'disabled' and `host` is {host!r}: anybody who reaches it could use the gateway. "
            'Listen on 127.0.0.1, or set `auth.api_keys` and `auth.mode = "required"`.'
        )
    if mode == "required" and not hashes:
        raise ConfigError(
            f"`auth_mode` is 'required' (`host` is {host!r}) and there is no key. Set `auth.api_keys` in onceward.toml "
            "or ONCEWARD_GATEWAY_API_KEYS, or listen on 127.0.0.1."
        )
    return mode
