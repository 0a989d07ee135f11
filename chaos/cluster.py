"""The processes of a run: database, Redis, provider, nodes, balancer."""

from __future__ import annotations

import contextlib
import urllib.request
from pathlib import Path

from .processes import Process, Remote, free_port, module, until
from .stores import PostgreSQL, Redis

__all__ = ["ADMIN_KEY", "LEASE_SECONDS", "PRICES", "Cluster", "Node"]

ADMIN_KEY = "sk-chaos-admin-0123456789abcdef"
LEASE_SECONDS = 3.0
"""The time after which a silent node is considered dead, and its reservations are released."""
# Generous: with load on all cores, a process takes half a minute to import its modules.
_READY_WITHIN = 120.0

PRICES = {
    "onceward/echo": (0.0375, 0.1505),
    "onceward/embed": (0.0215, 0.0),
    "up/solo": (0.0555, 0.2105),
    "house-a": (0.0455, 0.1905),
    "house-b": (0.0495, 0.1805),
}
"""USD per million input and output tokens, by model or deployment. Uneven values, so that rounding matters."""

_CONFIG = """
[auth]
mode = "required"
api_keys = ["{admin}"]
[limits]
disconnect_grace_seconds = 12
drain_timeout_seconds = 3
ping_interval_seconds = 1
[ledger]
lease_seconds = {lease}
[routing]
cooldown_seconds = 0.3
max_cooldown_seconds = 1
[credits.tiers.small]
credits = 20
bands = ["all"]
[credits.bands.all]
models = ["*"]
credits_per_usd = 50000.0
[providers.up]
base_url = "http://127.0.0.1:{provider}/v1"
api_key = "sk-of-the-provider"
connect_timeout = 1
# Longer than a node is ever halted: it must not take an answer that came meanwhile for one that did not come.
idle_timeout = 20
"""
_PRICE = '[prices."{name}"]\ninput_per_million = {input}\noutput_per_million = {output}\n'
_DEPLOYMENT = """[deployments.{name}]
model_name = "house"
model = "up/{name}"
input_per_million = {input}
output_per_million = {output}
"""
_SHARED = """
[cluster]
heartbeat_seconds = 0.5
lease_seconds = {lease}
"""


class Node(Process):
    """A gateway, on a port that it keeps across restarts."""

    def __init__(self, name: str, folder: Path, config: Path, environ: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        data = folder / f"data-{name}"
        arguments = ["--config", str(config), "--port", str(self.port), "--data-dir", str(data), "--quiet"]
        command = [*module("")[:2], "onceward_gateway", *arguments]
        super().__init__(name, command, folder, environ=environ)
        self.database = data / "gateway.db"

    @property
    def ready(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
        return False

    def wait_until_ready(self) -> None:
        until(lambda: self.ready, f"{self.name} to be ready", seconds=_READY_WITHIN)


class Cluster:
    """The processes of one run: with one node on SQLite, with several on PostgreSQL and Redis."""

    def __init__(self, folder: Path, *, nodes: int, seed: int) -> None:
        # A server that must not run as root needs access to its own directory.
        folder.chmod(0o711)
        self.folder = folder
        self.postgres = PostgreSQL(folder) if nodes > 1 else None
        self.redis = Redis(folder) if nodes > 1 else None
        self.provider_journal = folder / "provider.jsonl"
        self.upstream = Remote("provider", module("upstream", str(seed), str(self.provider_journal)), folder)
        self.nodes: list[Node] = []
        self.balancer: Remote | None = None
        self.url = ""
        self._count = nodes

    @property
    def database(self) -> str:
        """The location of the database: a PostgreSQL URL or the path of a SQLite file."""
        return self.postgres.url if self.postgres is not None else str(self.nodes[0].database)

    def start(self) -> None:
        """Start everything; `close` ends started processes even if a later one fails."""
        for store in (self.postgres, self.redis):
            if store is not None:
                store.start()
        self.upstream.start()
        config = self._config(self.upstream.hear()["port"])
        self.nodes = [Node(f"node{number}", self.folder, config, self._environ()) for number in range(self._count)]
        for node in self.nodes:
            node.start()
            node.wait_until_ready()
        ports = [str(node.port) for node in self.nodes]
        self.balancer = Remote("balancer", module("balancer", *ports), self.folder)
        self.balancer.start()
        self.url = f"http://127.0.0.1:{self.balancer.hear()['port']}"
        self.wait_until_reachable()

    def wait_until_reachable(self) -> None:
        """Wait until the balancer has a ready node."""
        until(self._reachable, "the balancer to know a ready node", seconds=_READY_WITHIN)

    def _reachable(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
        return False

    def _config(self, provider: int) -> Path:
        text = _CONFIG.format(admin=ADMIN_KEY, lease=LEASE_SECONDS, provider=provider)
        for name, (cost_in, cost_out) in PRICES.items():
            form = _DEPLOYMENT if name.startswith("house") else _PRICE
            text += form.format(name=name, input=cost_in, output=cost_out)
        if self.postgres is not None:
            text += _SHARED.format(lease=LEASE_SECONDS)
        path = self.folder / "onceward.toml"
        path.write_text(text)
        return path

    def _environ(self) -> dict[str, str]:
        if self.postgres is None or self.redis is None:
            return {}
        return {
            "ONCEWARD_GATEWAY_DATABASE_URL": self.postgres.url,
            "ONCEWARD_GATEWAY_REDIS_URL": self.redis.url,
        }

    def close(self) -> None:
        """End everything, clients first."""
        everything = [self.balancer, *self.nodes, self.upstream, self.redis, self.postgres]
        for process in everything:
            if process is not None:
                process.close()
