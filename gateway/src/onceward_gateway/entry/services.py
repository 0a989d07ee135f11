"""The composition root: builds the services of a gateway, and runs its background tasks."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from ..api.inference import InferenceServices
from ..billing.ledger import Ledger
from ..billing.prices import PriceBook, warm
from ..billing.usage_periods import UsagePeriods
from ..cache.cache import ResponseCache
from ..cache.stores import open_store
from ..calls.middleware import CallMiddleware
from ..calls.registry import CallRegistry
from ..calls.revocation import Revocation
from ..cluster.cooldowns import SharedCooldowns
from ..cluster.factory import open_bus, open_redis
from ..cluster.membership import Nodes
from ..cluster.takeover import Takeover
from ..config.load import Settings
from ..core.clock import Clock, SystemClock
from ..core.random_bytes import RandomBytes
from ..db import (
    StorageError,
    open_database,
    prepare,
)
from ..db.blob_store import BLOB_KINDS, open_blob_store
from ..db.presence import Folders
from ..db.readiness import Readiness
from ..guardrails.registry import Guardrails
from ..http.contract import ContractError, load_contract
from ..http.validation import Contract
from ..idempotency.engine import IdempotencyKeys
from ..idempotency.writes import IdempotentWrites
from ..identity.directory import Directory, master_keys
from ..identity.invalidation import ChangeLog
from ..identity.one_time_secrets import OneTimeSecrets
from ..identity.repositories import Repositories
from ..jobs.batch_runner import BatchRunner, Dispatch
from ..jobs.batch_store import BatchStore
from ..jobs.cleanup import Cleanup
from ..jobs.file_store import FileStore
from ..jobs.fine_tuning_runner import FineTuningRunner
from ..jobs.fine_tuning_store import FineTuningStore
from ..jobs.image_store import ImageStore
from ..jobs.record_archive import RecordArchive
from ..jobs.scheduler import BATCHES, FINE_TUNING, JobKind, JobQueue
from ..offline.fine_tuned import FineTunedModels
from ..offline.registry import OfflineModels
from ..providers.chunks import texts_of_events
from ..ratelimit.limiter import RateLimiter
from ..ratelimit.shared_counters import SharedCounters
from ..routing.catalog import DeploymentCatalog
from ..routing.circuit_breaker import CircuitBreakers
from ..routing.dispatch import Dispatcher
from ..routing.encryption import SecretCipher
from ..routing.reload import CatalogUpdates
from ..routing.repository import DeploymentRepository
from ..routing.retry import RetryPolicy
from ..routing.selection import DeploymentSelector
from ..routing.served_address import served_address
from ..routing.ssrf import AddressGuard
from ..routing.targets import TargetResolver
from ..telemetry.collectors import GaugeCollector
from ..telemetry.exporter import MetricsApp, MetricsExporter
from ..telemetry.labels import NameLabels
from ..telemetry.metrics import Metrics
from ..telemetry.telemetry import Telemetry

if TYPE_CHECKING:
    from ..providers.client import ProviderClient
    from .metrics_server import MetricsServer

__all__ = ["Services"]

_log = logging.getLogger("onceward_gateway")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# Two characters for each number of ten bits.
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_SHIFTS = range(120, -1, -10)
_SWEEP_SECONDS = 3600.0
_RESTART_SECONDS = 1.0
# The path of an operation that every contract of this gateway has.
_CHECKED_PATH = "/v1/chat/completions"


class Services:
    """The services of a gateway. They are built before the event loop runs, and started in it."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, node: str | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self._randomness = RandomBytes()
        self.draining = False
        self.ready = False
        # Before anything is opened: without a usable contract and configuration, a gateway does not start.
        self.contract = _contract()
        self.guardrails = Guardrails(settings.guardrails)
        self._providers: ProviderClient | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open_storage(settings, node)
        self._build_identity(settings)
        self._build_files(settings)
        self._build_routing(settings)
        labels = NameLabels(settings, self.catalog)
        metrics = Metrics(labels) if settings.observability.metrics.enabled else None
        self.telemetry = Telemetry(settings.observability, labels, metrics, self.guardrails, self.new_id)
        self._build_calls(settings)
        self._build_inference(settings)
        self.metrics = None if metrics is None else self._exporter(metrics, labels)
        self._metrics_server = self._open_metrics_server()
        self._build_jobs()

    def _open_storage(self, settings: Settings, node: str | None) -> None:
        """Open the database and Redis, and what the nodes of a cluster share over them."""
        # Its address is checked before the database is opened, and connections are made later.
        self.redis = open_redis(settings)
        prepare(settings)
        self.db = open_database(settings)
        self.folders = Folders(settings.data_dir, BLOB_KINDS)
        self.readiness = Readiness(self.db, self.clock, self.folders)
        self.bus = open_bus(self.redis)
        self.nodes = Nodes(self.db, self.clock, settings.cluster, node or self.new_id("node_"))

    def _build_identity(self, settings: Settings) -> None:
        """Build what authenticates and authorizes callers."""
        self.masters = master_keys(settings.key_hashes)
        self.records = Repositories(self.db)
        self.directory = Directory(
            self.records,
            self.db,
            self.clock,
            self.new_id,
            ChangeLog(self.db, self.clock, self.bus, settings.cluster.cache_ttl_seconds),
            masters=self.masters.values(),
        )
        self.secrets = OneTimeSecrets(self.db, self.clock)

    def _build_files(self, settings: Settings) -> None:
        """Build what keeps files, images, fine-tuned models and records, and deletes them when they expire."""
        blobs = {kind: open_blob_store(self.db, self.folders, self.clock, kind) for kind in BLOB_KINDS}
        self.files = FileStore(self.db, self.clock, blobs["files"], self.new_id)
        self.images = ImageStore(self.clock, blobs["images"])
        self.fine_tuned = FineTunedModels(self.db, self.clock, blobs["models"], self.directory.shares)
        self.cleanup = Cleanup(
            self.clock, tuple(blobs.values()), (self.files.purge, self.images.purge, self.fine_tuned.purge)
        )
        self.record_archive = RecordArchive(self.db, self.clock, settings.records, self.nodes.id)
        self.usage_periods = UsagePeriods(self.db, self.clock)

    def _build_routing(self, settings: Settings) -> None:
        """Build the models, prices and deployments, and what routing knows of their state."""
        self.offline = OfflineModels(settings, self.fine_tuned)
        self.prices = PriceBook(settings.prices, self.clock, self.offline.price)
        self.address_guard = AddressGuard(settings.outbound.allow)
        self.retry_policy = RetryPolicy.of(settings.routing)
        self.breakers = CircuitBreakers(self.retry_policy, self.clock)
        self.targets = TargetResolver(settings, self.offline)
        deployments = DeploymentRepository(self.db, SecretCipher(settings.secret_keys))
        self.catalog = DeploymentCatalog(settings, deployments, self.address_guard, self.prices, self.breakers)
        self.catalog_updates = CatalogUpdates(
            self.db, self.bus, self.spawn, self.catalog.load, cache_ttl_seconds=settings.cluster.cache_ttl_seconds
        )
        self.cooldowns: SharedCooldowns | None = None
        if self.redis is not None:
            self.cooldowns = SharedCooldowns(self.breakers, self.catalog.ids, self.bus, self.redis, self.spawn)
            self.breakers.subscribe(self.cooldowns)

    def _build_calls(self, settings: Settings) -> None:
        """Build what bills, claims and runs model calls."""
        self.ledger = Ledger(
            self.db,
            self.clock,
            settings.ledger,
            self.prices,
            self.directory,
            limiter=self._rate_limiter(),
            node=self.nodes.id,
            served_at=lambda call: served_address(call, self.catalog.deployment, settings.providers),
            texts_of_events=texts_of_events,
        )
        self.idempotency = IdempotencyKeys(self.db, self.clock, settings.limits.idempotency_retention_hours * 3600)
        self.calls = CallRegistry(
            self.db,
            self.clock,
            settings.limits,
            self.prices,
            self.new_id,
            idempotency=self.idempotency,
            biller=self.ledger.billing,
            nodes=self.nodes,
            bus=self.bus,
            on_ended=self.telemetry.ended,
        )

    def _build_inference(self, settings: Settings) -> None:
        """Build what a model call passes through, and the writes that share its idempotency keys."""
        self.selector = DeploymentSelector(settings, self.catalog, self.targets, self.offline, self.ledger.credits)
        self.dispatcher = Dispatcher(
            self.catalog,
            self.breakers,
            self.targets,
            self.retry_policy,
            self.clock,
            limiter=self.ledger.limiter,
            budgets=self.ledger.admission,
            hold_wasted=self._hold_wasted,
        )
        self.cache = ResponseCache(
            settings.cache, open_store(settings.cache, self.db, self.redis), self.clock, self.selector.audience
        )
        self.writes = IdempotentWrites(
            self.db,
            self.idempotency,
            self.new_id,
            node=self.nodes.id,
            together=self.directory.changes.transaction,
        )
        self.revocation = Revocation(self.directory, self.calls.running, self.spawn)
        self.inference = InferenceServices(
            calls=self.calls,
            admission=self.ledger.admission,
            selector=self.selector,
            dispatcher=self.dispatcher,
            offline=self.offline,
            telemetry=self.telemetry,
            middleware=CallMiddleware(self.guardrails, self.cache),
            revocation=self.revocation,
            clock=self.clock,
            ping_interval_seconds=settings.limits.ping_interval_seconds,
            providers=lambda: self.providers,
        )

    def _build_jobs(self) -> None:
        """Build the jobs of batches and fine-tuning, and the takeover of all that a dead node ran."""
        self.batches = BatchStore(self.db)
        self.fine_tuning_jobs = FineTuningStore(self.db, self.clock, self.new_id)
        self.batch_queue = self._job_queue(BATCHES)
        self.fine_tuning_queue = self._job_queue(FINE_TUNING)
        queues = (self.batch_queue, self.fine_tuning_queue)
        self.takeover = Takeover(
            self.nodes,
            self.clock,
            on_dead=(
                self.idempotency.died,
                self.calls.failover.died,
                self.ledger.upkeep.on_dead,
                *(queue.release for queue in queues),
            ),
            on_lost=self.calls.failover.release_taken_over,
        )

    def _job_queue(self, kind: JobKind) -> JobQueue:
        return JobQueue(kind, self.db, self.clock, self.nodes.id, spawn=self.spawn, is_draining=lambda: self.draining)

    def _rate_limiter(self) -> RateLimiter:
        """Return the rate limiter, which counts in Redis if that is configured."""
        if self.redis is None:
            return RateLimiter(self.clock)
        settings = self.settings
        shared = SharedCounters(self.redis, self.clock, lease_seconds=settings.cluster.lease_seconds)
        return RateLimiter(self.clock, shared, redis_failure_mode=settings.limits.redis_failure_mode)

    def _exporter(self, metrics: Metrics, labels: NameLabels) -> MetricsExporter:
        gauges = GaugeCollector(
            self,
            self.calls,
            self.catalog,
            self.breakers,
            labels,
            self.clock,
            db=self.db,
            redis=self.redis,
            bus=self.bus,
        )
        return MetricsExporter(metrics, gauges, os.environ)

    def _open_metrics_server(self) -> MetricsServer | None:
        """Return the server of the metrics if they have a port of their own."""
        settings = self.settings.observability.metrics
        if self.metrics is None or settings.listen is None:
            return None
        from .metrics_server import MetricsServer

        host, port = settings.listen
        return MetricsServer(MetricsApp(settings, self.metrics.read), host, port, shared=self.metrics.is_shared)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the event loop that the gateway was started in."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return self._loop

    @property
    def providers(self) -> ProviderClient:
        """Return the client of the providers, which is imported when a provider is first called."""
        if self._providers is None:
            from ..providers.client import ProviderClient

            self._providers = ProviderClient(
                self.settings.limits, self.clock, self.prices, self.address_guard, self.telemetry.add_trace_headers
            )
        return self._providers

    async def start(self, dispatch: Dispatch) -> None:
        """Recover the calls of dead processes, and start all services; `dispatch` makes the calls of batches."""
        self._loop = asyncio.get_running_loop()
        if not self.settings.offline:
            for issue in self.settings.issues.found:
                _log.warning("%s", issue.logged)
        # Without compiled modules, imports block the whole process: start them before any request is served.
        configured = bool(self.settings.providers)
        loading = self.spawn(asyncio.to_thread(_load_providers), "modules of providers") if configured else None
        await self.telemetry.start()
        if self.metrics is not None:
            await self.metrics.start()
        if self._metrics_server is not None:
            await self._metrics_server.start()
        await self.db.open()
        if self.redis is not None:
            await self.redis.start()
        await self.bus.start()
        await self.nodes.start()
        await self._recover()
        await self.catalog_updates.start()
        if self.cooldowns is not None:
            await self.cooldowns.load()
        await self._start_jobs(dispatch)
        self.spawn(self._sweep(), "sweep")
        self.spawn(self._sweep_ledger(), "ledger")
        if self.redis is not None:
            self.spawn(self._run_forever("limits", self.ledger.limiter.keep), "limits")
        if self.db.shared:
            self.spawn(self._run_forever("heartbeat", self.takeover.send_heartbeats), "heartbeat")
            self.spawn(self._run_forever("nodes", self.takeover.watch), "nodes")
            self.spawn(self._run_forever("calls", self.calls.failover.watch), "calls")
            self.spawn(self._run_forever("revocations", self.revocation.look), "revocations")
        await asyncio.to_thread(_load_modules)
        if loading is not None:
            await loading
        self.ready = True
        if loading is None and not self.settings.offline:
            # Callers may bring keys for providers that are not configured.
            self.spawn(asyncio.to_thread(_load_providers), "modules of providers")

    async def _start_jobs(self, dispatch: Dispatch) -> None:
        await self.cleanup.start()
        node, files = self.nodes.id, self.files
        await self.batch_queue.start(
            BatchRunner(self.db, self.clock, node, self.batches, files, dispatch, is_draining=lambda: self.draining)
        )
        await self.fine_tuning_queue.start(
            FineTuningRunner(self.db, self.clock, node, self.fine_tuning_jobs, files, self.fine_tuned)
        )
        self.spawn(self.cleanup.run(), "files")
        self.spawn(self.record_archive.run(), "expired records")
        self.spawn(self.usage_periods.run(), "sums of weeks and months")

    async def _hold_wasted(self, call_id: str, provider: str) -> str | None:
        """Reserve the cost of a call's failed attempts and of one more; return the name of an exhausted budget."""
        return await self.ledger.admission.hold_wasted(self.calls.running[call_id], provider)

    async def _recover(self) -> None:
        """Take over the calls and reservations of dead nodes; without other nodes, these are all there are."""
        left = await self.calls.failover.recover()
        if left:
            _log.warning("%d calls were running when their gateway stopped; they are marked interrupted", left)
        freed = await self.ledger.upkeep.recover()
        if freed:
            _log.warning("%d holds of calls that a stopped gateway left were given back", freed)
        await self.db.flush()

    async def drain(self) -> None:
        """Accept no new calls, and wait for running ones within the drain time."""
        self.draining = True
        await self.calls.drain(self.settings.limits.drain_timeout_seconds)

    async def stop(self) -> None:
        """End everything that still runs, and close the database."""
        self.draining = True
        self.ready = False
        await self._run_step(self.calls.drain(0))
        # Release the jobs to other nodes, and write the rest.
        await self._run_step(self.batch_queue.stop())
        await self._run_step(self.fine_tuning_queue.stop())
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._providers is not None:
            await self._run_step(self._providers.close())
        for step in (self.calls.stop, self.ledger.upkeep.stop, self.db.flush, self.takeover.stop):
            await self._run_step(step())
        if self._metrics_server is not None:
            await self._run_step(self._metrics_server.stop())
        if self.metrics is not None:
            await self._run_step(self.metrics.stop())
        await self._run_step(self.telemetry.stop())
        await self._run_step(self.bus.stop())
        if self.redis is not None:
            await self._run_step(self.redis.stop())
        await self.db.close()

    async def _run_step(self, step: Awaitable[object]) -> None:
        """Run one step of the shutdown; a failure is logged and does not prevent the other steps."""
        try:
            await step
        except StorageError as error:
            _log.error("what was left to write could not be written: %s", error)
        except Exception:  # noqa: BLE001 - no failure may prevent the shutdown
            _log.exception("a part of the gateway could not be stopped")

    async def _sweep(self) -> None:
        while True:
            await self._run_logged(self.idempotency.sweep())
            await self.clock.sleep(_SWEEP_SECONDS)

    async def _sweep_ledger(self) -> None:
        while True:
            await self.clock.sleep(self.ledger.upkeep.sweep_seconds)
            await self._run_logged(self.ledger.upkeep.sweep())

    async def _run_logged(self, work: Awaitable[object]) -> None:
        """Run periodic work; a failure is logged, and the work is tried again next time."""
        try:
            await work
        except StorageError as error:
            _log.warning("the database could not be swept: %s", error)
        except Exception:  # noqa: BLE001 - leases are renewed here, so one failure must not end the task
            _log.exception("the database could not be swept")

    async def _run_forever(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Run a task for the lifetime of the gateway, and restart it after a failure."""
        while True:
            try:
                await work()
                return
            except Exception:  # noqa: BLE001 - a node without heartbeats counts as dead
                _log.exception("the task `%s` failed and is started again", name)
                await self.clock.sleep(_RESTART_SECONDS)

    def spawn(self, coroutine: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Start a background task, which is cancelled when the gateway stops."""
        task = self.loop.create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._task_done)
        return task

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("the task `%s` failed", task.get_name(), exc_info=task.exception())

    def new_id(self, prefix: str) -> str:
        """Return an unguessable id that sorts by time: the prefix and 26 characters."""
        number = (int(self.clock.time() * 1000) << 80) | int.from_bytes(self._randomness.take(10))
        return prefix + "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


def _load_modules() -> None:
    """Import the modules of the first upload and download: during a call, an import would block all others."""
    # The last one is imported by the others when they need a thread.
    for name in ("onceward_gateway.http.multipart", "onceward_gateway.http.file_response", "anyio._backends._asyncio"):
        importlib.import_module(name)


def _load_providers() -> None:
    """Import the modules of the first call to a provider, and load the public prices."""
    importlib.import_module("onceward_gateway.providers.client")
    warm()


def _contract() -> Contract:
    """Return the contract by which requests are validated; raise `ContractError` if it is unusable."""
    try:
        contract = Contract(load_contract())
    except (AttributeError, KeyError, TypeError) as error:
        raise ContractError(f"The packaged contract is broken: {error!r}. Install onceward-gateway again.") from error
    if contract.find("POST", _CHECKED_PATH) is None:
        raise ContractError(
            f"The packaged contract does not have `POST {_CHECKED_PATH}`. Install onceward-gateway again."
        )
    return contract
