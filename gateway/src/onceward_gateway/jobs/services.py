"""The control plane of a running gateway: what goes on beside the requests."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

from ..api import files, images
from ..db import StorageError
from ..db.blob_store import (
    KINDS,
    UNRECORDED_SECONDS,
    contents_of,
)
from ..offline import fine_tuned
from ..offline.fine_tuned import Memories
from . import batch_runner, fine_tuning_runner
from .scheduler import (
    BATCHES,
    TUNING,
    Jobs,
)

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["Control"]

_log = logging.getLogger("onceward_gateway")
_TIDY_SECONDS = 3600.0


class Control:
    """Batches, fine-tuning jobs, what these learned, and the tidying of files."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.batches = Jobs(gateway, BATCHES, batch_runner.WORKER)
        self.tuning = Jobs(gateway, TUNING, fine_tuning_runner.WORKER)
        self.memories = Memories(gateway)

    async def start(self) -> None:
        """Take up what a stopped gateway left undone, and forget what is over its time."""
        await self._drop_unfinished(math.inf)
        await self.batches.start()
        await self.tuning.start()
        self._gateway.spawn(self._tidy(), "files")

    async def stop(self) -> None:
        """Leave what is not done to the other nodes, or to the next start."""
        try:
            await self.batches.stop()
            await self.tuning.stop()
        except StorageError as error:
            _log.warning("jobs could not be given back, other nodes wait until this one counts as dead: %s", error)

    async def _drop_unfinished(self, moment: float) -> None:
        """Delete what was half written when its gateway died: a folder has one gateway, which is just starting."""
        try:
            for kind in KINDS:
                await contents_of(self._gateway, kind).drop_unfinished(moment)
        except StorageError as error:
            _log.warning("files that are half written are left for later: %s", error)

    async def tidy(self) -> None:
        """Delete files whose time is over, and what belongs to nothing."""
        await self._drop_unfinished(self._gateway.clock.time() - UNRECORDED_SECONDS)
        for purge in (files.purge, images.purge, fine_tuned.purge):
            try:
                await purge(self._gateway)
            except StorageError as error:
                _log.warning("files that are over their time are left for later: %s", error)
            except Exception:  # noqa: BLE001 - it is done again, whatever it was
                _log.exception("files that are over their time could not be removed")

    async def _tidy(self) -> None:
        while True:
            await self.tidy()
            await self._gateway.clock.sleep(_TIDY_SECONDS)
