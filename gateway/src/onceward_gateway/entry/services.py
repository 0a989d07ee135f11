"""The gateway as one value: settings, storage, calls, models, and the tasks that run beside the requests."""

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
from ..cache.cache import ResponseCache
from ..cache.stores import open_store
from ..calls.idempotent_writes import IdempotentWrites
from ..calls.middleware import CallMiddleware
from ..calls.registry import CallRegistry
from ..calls.revocation import Revocation
from ..cluster.cooldowns import SharedCooldowns
from ..cluster.factory import open_bus, open_redis
from ..cluster.membership import Nodes
from ..cluster.takeover import Takeover
from ..config.load import Settings
from ..core.clock import Clock, SystemClock
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
_SHIFTS = range(125, -1, -5)
_SWEEP_SECONDS = 3600.0
_AGAIN_SECONDS = 1.0
# An operation that every contract of this gateway has.
_CHECKED = "/v1/chat/completions"


class Services:
    """Everything an endpoint may ask for. Composed before the loop runs, started inside it."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, node: str | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.draining = False
        self.ready = False
        prepare(settings)
        self.db = open_database(settings)
        self.folders = Folders(settings.data_dir, BLOB_KINDS)
        self.readiness = Readiness(self.db, self.clock, self.folders)
        self.redis = open_redis(settings)
        self.bus = open_bus(self.redis)
        self.nodes = Nodes(self.db, self.clock, settings.cluster, node or self.new_id("node_"))
        self.masters = master_keys(settings.key_hashes)
        self.records = Repositories(self.db)
        self.directory = Directory(
            self.records,
            self.db,
            self.clock,
            self.new_id,
            ChangeLog(self.db, self.clock, self.bus, settings.cluster.cache_seconds),
            masters=self.masters.values(),
        )
        self.secrets = OneTimeSecrets(self.db, self.clock)
        self.contract = _contract()
        blobs = {kind: open_blob_store(self.db, self.folders, self.clock, kind) for kind in BLOB_KINDS}
        self.files = FileStore(self.db, self.clock, blobs["files"], self.new_id)
        self.images = ImageStore(self.clock, blobs["images"])
        self.fine_tuned = FineTunedModels(self.db, self.clock, blobs["models"], self.directory.shares)
        self.cleanup = Cleanup(
            self.clock, tuple(blobs.values()), (self.files.purge, self.images.purge, self.fine_tuned.purge)
        )
        self.offline = OfflineModels(settings, self.fine_tuned)
        self.prices = PriceBook(settings.prices, self.clock, self.offline.price)
        self.address_guard = AddressGuard(settings.outbound.allow)
        self.retry_policy = RetryPolicy.of(settings.routing)
        self.breakers = CircuitBreakers(self.retry_policy, self.clock)
        self.targets = TargetResolver(settings, self.offline)
        deployments = DeploymentRepository(self.db, SecretCipher(settings.secret_keys))
        self.catalog = DeploymentCatalog(settings, deployments, self.address_guard, self.prices, self.breakers)
        self.catalog_updates = CatalogUpdates(
            self.db, self.bus, self.spawn, self.catalog.load, cache_seconds=settings.cluster.cache_seconds
        )
        self.cooldowns: SharedCooldowns | None = None
        if self.redis is not None:
            self.cooldowns = SharedCooldowns(self.breakers, self.catalog.ids, self.bus, self.redis, self.spawn)
            self.breakers.subscribe(self.cooldowns)
        self.guardrails = Guardrails(settings.guardrails)
        labels = NameLabels(settings, self.catalog)
        metrics = Metrics(labels) if settings.watch.metrics.enabled else None
        self.telemetry = Telemetry(settings.watch, labels, metrics, self.guardrails, self.new_id)
        self.ledger = Ledger(
            self.db,
            self.clock,
            settings.ledger,
            self.prices,
            self.directory,
            self._pace(),
            self.nodes.id,
            served_at=lambda call: served_address(call, self.catalog.deployment, settings.providers),
            texts_of_events=texts_of_events,
        )
        self.calls = CallRegistry(
            self.db,
            self.clock,
            settings.limits,
            self.prices,
            self.new_id,
            biller=self.ledger,
            nodes=self.nodes,
            bus=self.bus,
            on_ended=self.telemetry.ended,
        )
        self.selector = DeploymentSelector(settings, self.catalog, self.targets, self.offline, self.ledger.credits)
        self.dispatcher = Dispatcher(
            self.catalog,
            self.breakers,
            self.targets,
            self.retry_policy,
            self.clock,
            self.ledger.pace,
            self.ledger,
            self._hold_wasted,
        )
        self.cache = ResponseCache(
            settings.cache, open_store(settings.cache, self.db, self.redis), self.clock, self.selector.audience
        )
        self.metrics = None if metrics is None else self._exporter(metrics, labels)
        self._metrics_server = self._open_metrics_server()
        keep = settings.limits.keep_hours * 3600
        self.mutations = IdempotentWrites(
            self.db,
            self.calls.store,
            self.clock,
            keep,
            self.new_id,
            node=self.nodes.id,
            together=self.directory.changes.transaction,
        )
        self.revocation = Revocation(self.directory, self.calls.running, self.spawn)
        self.inference = InferenceServices(
            calls=self.calls,
            ledger=self.ledger,
            selector=self.selector,
            dispatcher=self.dispatcher,
            offline=self.offline,
            telemetry=self.telemetry,
            middleware=CallMiddleware(self.guardrails, self.cache),
            revocation=self.revocation,
            clock=self.clock,
            ping_seconds=settings.limits.ping_seconds,
            providers=lambda: self.providers,
        )
        self.batches = BatchStore(self.db)
        self.fine_tuning_jobs = FineTuningStore(self.db, self.clock, self.new_id)
        self.batch_queue = self._job_queue(BATCHES)
        self.fine_tuning_queue = self._job_queue(FINE_TUNING)
        queues = (self.batch_queue, self.fine_tuning_queue)
        self.takeover = Takeover(
            self.nodes,
            self.clock,
            on_dead=(self.calls.others.died, self.ledger.on_dead, *(queue.release for queue in queues)),
            on_lost=self.calls.others.let_go,
        )
        self._providers: ProviderClient | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def _job_queue(self, kind: JobKind) -> JobQueue:
        queue = JobQueue(kind, self.db, self.clock, self.nodes.id, spawn=self.spawn, is_draining=lambda: self.draining)
        return queue

    def _pace(self) -> RateLimiter:
        """Return the rate limiter, which counts in Redis where there is one."""
        if self.redis is None:
            return RateLimiter(self.clock)
        settings = self.settings
        shared = SharedCounters(self.redis, self.clock, lease_seconds=settings.cluster.lease_seconds)
        return RateLimiter(self.clock, shared, when_away=settings.limits.when_away)

    def _exporter(self, metrics: Metrics, labels: NameLabels) -> MetricsExporter:
        gauges = GaugeCollector(
            self, self.calls, self.catalog, self.breakers, labels, self.clock, self.db, self.redis, self.bus
        )
        return MetricsExporter(metrics, gauges, os.environ)

    def _open_metrics_server(self) -> MetricsServer | None:
        """Return the server of the metrics, where they have a port of their own."""
        settings = self.settings.watch.metrics
        if self.metrics is None or settings.listen is None:
            return None
        from .metrics_server import MetricsServer

        host, port = settings.listen
        return MetricsServer(MetricsApp(settings, self.metrics.read), host, port, shared=self.metrics.is_shared)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop the gateway was started in."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return self._loop

    @property
    def providers(self) -> ProviderClient:
        """The client of the providers, imported when a provider is first called."""
        if self._providers is None:
            from ..providers.client import ProviderClient

            self._providers = ProviderClient(
                self.settings.limits, self.clock, self.prices, self.address_guard, self.telemetry.add_trace_headers
            )
        return self._providers

    async def start(self, dispatch: Dispatch) -> None:
        """Recover what a dead process left, then be ready; `dispatch` makes the calls of batches."""
        self._loop = asyncio.get_running_loop()
        if not self.settings.offline:
            for issue in self.settings.issues.found:
                _log.warning("%s", issue.logged)
        # Where Python keeps no compiled modules, this holds the whole process up: nobody is served yet.
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
            self.spawn(self._forever("limits", self.ledger.pace.keep), "limits")
        if self.db.shared:
            self.spawn(self._forever("heartbeat", self.takeover.send_heartbeats), "heartbeat")
            self.spawn(self._forever("nodes", self.takeover.watch), "nodes")
            self.spawn(self._forever("calls", self.calls.others.watch), "calls")
            self.spawn(self._forever("revocations", self.revocation.look), "revocations")
        await asyncio.to_thread(_load_modules)
        if loading is not None:
            await loading
        self.ready = True
        if loading is None and not self.settings.offline:
            # Callers may bring keys of providers that nobody configured.
            self.spawn(asyncio.to_thread(_load_providers), "modules of providers")

    async def _start_jobs(self, dispatch: Dispatch) -> None:
        await self.cleanup.start()
        node, files = self.nodes.id, self.files
        await self.batch_queue.start(
            BatchRunner(self.db, self.clock, node, self.batches, files, dispatch, lambda: self.draining)
        )
        await self.fine_tuning_queue.start(
            FineTuningRunner(self.db, self.clock, node, self.fine_tuning_jobs, files, self.fine_tuned)
        )
        self.spawn(self.cleanup.run(), "files")

    async def _hold_wasted(self, call_id: str, provider: str) -> str | None:
        """Hold the cost of a call's failed attempts beside one more; return the budget that has too little left."""
        return await self.ledger.hold_wasted(self.calls.running[call_id], provider)

    async def _recover(self) -> None:
        """Take over what dead nodes left: all there is, where nobody else has this database."""
        left = await self.calls.others.recover()
        if left:
            _log.warning("%d calls were running when their gateway stopped; they are marked interrupted", left)
        freed = await self.ledger.recover()
        if freed:
            _log.warning("%d holds of calls that a stopped gateway left were given back", freed)
        await self.db.flush()

    async def drain(self) -> None:
        """Take no new calls; let those that run end within the time of grace."""
        self.draining = True
        await self.calls.drain(self.settings.limits.drain_seconds)

    async def stop(self) -> None:
        """End what still runs and close the database. Nothing is answered afterwards."""
        self.draining = True
        self.ready = False
        await self._step(self.calls.drain(0))
        # Hand over, and write what is left.
        await self._step(self.batch_queue.stop())
        await self._step(self.fine_tuning_queue.stop())
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._providers is not None:
            await self._step(self._providers.close())
        for step in (self.calls.stop, self.ledger.stop, self.db.flush, self.takeover.stop):
            await self._step(step())
        if self._metrics_server is not None:
            await self._step(self._metrics_server.stop())
        if self.metrics is not None:
            await self._step(self.metrics.stop())
        await self._step(self.telemetry.stop())
        await self._step(self.bus.stop())
        if self.redis is not None:
            await self._step(self.redis.stop())
        await self.db.close()

    async def _step(self, step: Awaitable[object]) -> None:
        """One step of the stop: whether it can be done or not, the others follow."""
        try:
            await step
        except StorageError as error:
            _log.error("what was left to write could not be written: %s", error)
        except Exception:  # noqa: BLE001 - a stop stops
            _log.exception("a part of the gateway could not be stopped")

    async def _sweep(self) -> None:
        while True:
            await self._trying(self.calls.sweep())
            await self.clock.sleep(_SWEEP_SECONDS)

    async def _sweep_ledger(self) -> None:
        while True:
            await self.clock.sleep(self.ledger.sweep_seconds)
            await self._trying(self.ledger.sweep())

    async def _trying(self, work: Awaitable[object]) -> None:
        """Do what will be done again: a database that cannot be asked now can be asked the next time."""
        try:
            await work
        except StorageError as error:
            _log.warning("the database could not be swept: %s", error)
        except Exception:  # noqa: BLE001 - leases are renewed here: one failure must not end that for ever
            _log.exception("the database could not be swept")

    async def _forever(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Run what goes on for as long as the gateway does, and again after a failure."""
        while True:
            try:
                await work()
                return
            except Exception:  # noqa: BLE001 - a node without its heartbeat is taken for dead
                _log.exception("the task `%s` failed and is started again", name)
                await self.clock.sleep(_AGAIN_SECONDS)

    def spawn(self, coroutine: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run beside the requests until done or until the gateway stops."""
        task = self.loop.create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._task_done)
        return task

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("the task `%s` failed", task.get_name(), exc_info=task.exception())

    def new_id(self, prefix: str) -> str:
        """An id that nobody can guess and that sorts by time: the prefix and 26 characters."""
        number = (int(self.clock.time() * 1000) << 80) | int.from_bytes(os.urandom(10))
        return prefix + "".join([_ALPHABET[number >> shift & 31] for shift in _SHIFTS])


def _load_modules() -> None:
    """Import what the first upload and download need: during a call, all others would wait."""
    # The last is what makes the threads of the others, once they need one.
    for name in ("onceward_gateway.http.multipart", "onceward_gateway.http.file_response", "anyio._backends._asyncio"):
        importlib.import_module(name)


def _load_providers() -> None:
    """Import what the first call of a provider needs, the public prices with it."""
    importlib.import_module("onceward_gateway.providers.client")
    warm()


def _contract() -> Contract:
    """The contract that requests are checked by. Raises `ContractError` where it cannot check them."""
    try:
        contract = Contract(load_contract())
    except (AttributeError, KeyError, TypeError) as error:
        raise ContractError(f"The packaged contract is broken: {error!r}. Install onceward-gateway again.") from error
    if contract.find("POST", _CHECKED) is None:
        raise ContractError(f"The packaged contract does not have `POST {_CHECKED}`. Install onceward-gateway again.")
    return contract
