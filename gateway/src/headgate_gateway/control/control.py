"""The control plane of a running gateway: what goes on beside the requests."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ..storage import StorageError
from . import batch_work, files, images, tuning_work
from .jobs import BATCHES, TUNING, Jobs
from .tuned import Memories

if TYPE_CHECKING:
    from ..gateway import Gateway

__all__ = ["Control"]

_log = logging.getLogger("headgate_gateway")
_TIDY_SECONDS = 3600.0


class Control:
    """Batches, fine-tuning jobs, what these learned, and the tidying of files."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.batches = Jobs(gateway, BATCHES, batch_work.WORKER)
        self.tuning = Jobs(gateway, TUNING, tuning_work.WORKER)
        self.memories = Memories(gateway)

    async def start(self) -> None:
        """Take up what a stopped gateway left undone, and forget what is over its time."""
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

    async def _tidy(self) -> None:
        while True:
            try:
                await files.purge(self._gateway)
                await images.purge(self._gateway)
            except StorageError as error:
                _log.warning("files that are over their time are left for later: %s", error)
            except Exception:  # noqa: BLE001 - it is done again, whatever it was
                _log.exception("files that are over their time could not be removed")
            await self._gateway.clock.sleep(_TIDY_SECONDS)
