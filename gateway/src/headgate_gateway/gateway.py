"""The gateway as one value: settings, storage, calls, models, and the tasks that run beside the requests."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Coroutine, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from .cache.cache import Cache
from .cache.sql import MIGRATIONS as CACHE_MIGRATIONS
from .clock import Clock, SystemClock
from .config import Settings
from .contract import load_contract
from .errors import ApiError
from .guardrails.registry import Guardrails
from .http import Response
from .ledger.ledger import Ledger
from .ledger.sql import MIGRATIONS as LEDGER_MIGRATIONS
from .offline_port import OfflineModels
from .once import MIGRATIONS, Calls
from .once.mutations import Mutations
from .prices import PriceBook, warm
from .routing.router import Router
from .routing.sql import MIGRATIONS as ROUTING_MIGRATIONS
from .storage import Database
from .telemetry.telemetry import Telemetry
from .validate import Contract

if TYPE_CHECKING:
    from .app import App
    from .providers.client import Providers

__all__ = ["Gateway"]

_log = logging.getLogger("headgate_gateway")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SHIFTS = range(125, -1, -5)
_SWEEP_SECONDS = 3600.0


class Gateway:
    """Everything an endpoint may ask for. Composed before the loop runs, started inside it."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        from . import control, platform

        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.draining = False
        self.ready = False
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.db = Database(settings.database, synchronous=settings.synchronous)
        parts = (MIGRATIONS, control.MIGRATIONS, platform.MIGRATIONS, ROUTING_MIGRATIONS, CACHE_MIGRATIONS)
        self.db.migrate(chain(chain.from_iterable(parts), LEDGER_MIGRATIONS))
        self.platform = platform.Platform(self.db, self.clock, self.new_id)
        self.contract = Contract(load_contract())
        self.offline = OfflineModels(self)
        self.prices = PriceBook(settings.prices, self.clock, self.offline.price)
        self.routing = Router(self)
        self.cache = Cache(self)
        self.guardrails = Guardrails(settings.guardrails)
        self.calls = Calls(self.db, self.clock, settings.limits, self.prices, self.new_id)
        self.ledger = Ledger(self.db, self.clock, settings.ledger, self.prices, self.platform, self.new_id)
        self.calls.on_settled = self.ledger.settle
        self.telemetry = Telemetry(self)
        self.calls.on_ended = self.telemetry.ended
        keep = settings.limits.keep_hours * 3600
        self.mutations = Mutations(self.db, self.calls.store, self.clock, keep, self.new_id)
        self.app: App | None = None
        self._control = control
        self._providers: Providers | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop the gateway was started in."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return self._loop

    @property
    def providers(self) -> Providers:
        """The upstream side; its client is imported when a provider is first called."""
        if self._providers is None:
            from .providers.client import Providers

            self._providers = Providers(self)
        return self._providers

    async def start(self) -> None:
        """Recover what a dead process left, then be ready."""
        self._loop = asyncio.get_running_loop()
        await self.telemetry.start()
        freed = self.ledger.recover()
        if freed:
            _log.warning("%d holds of calls that a stopped gateway left were given back", freed)
        left = self.calls.recover()
        if left:
            _log.warning("%d calls were running when the gateway stopped; they are marked interrupted", left)
        await self.db.committed()
        await self._control.start(self)
        self.spawn(self._sweep(), "sweep")
        self.spawn(self._sweep_ledger(), "ledger")
        if self.settings.providers:
            self.spawn(asyncio.to_thread(warm), "prices")
        self.ready = True

    async def drain(self) -> None:
        """Take no new calls; let those that run end within the time of grace."""
        self.draining = True
        await self.calls.drain(self.settings.limits.drain_seconds)

    async def stop(self) -> None:
        """End what still runs and close the database. Nothing is answered afterwards."""
        self.draining = True
        self.ready = False
        await self.calls.drain(0)
        await self._control.stop(self)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._providers is not None:
            await self._providers.close()
        self.calls.flush_events()
        await self.db.committed()
        await self.telemetry.stop()
        self.db.close()

    async def _sweep(self) -> None:
        while True:
            self.calls.sweep()
            await self.clock.sleep(_SWEEP_SECONDS)

    async def _sweep_ledger(self) -> None:
        while True:
            await self.clock.sleep(self.ledger.sweep_seconds)
            self.ledger.sweep()

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

    async def dispatch(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        principal: str,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """A call from inside, through the whole pipeline. Streams are not given this way."""
        if self.app is None:
            raise ApiError(503, "The gateway is not composed yet. Dispatch from a started gateway.", code="not_ready")
        return await self.app.dispatch(method, path, body=body, principal=principal, headers=dict(headers or {}))
