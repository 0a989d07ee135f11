"""Cleanup of stored files: those that have expired, that belong to no record, or that were left half written."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Sequence

from ..core.clock import Clock
from ..db import StorageError
from ..db.blob_store import UNRECORDED_SECONDS, BlobStore

__all__ = ["Cleanup"]

_log = logging.getLogger("onceward_gateway")
_INTERVAL_SECONDS = 3600.0


class Cleanup:
    """The deletion of what no caller can reach any more."""

    def __init__(
        self, clock: Clock, blob_stores: Sequence[BlobStore], purges: Sequence[Callable[[], Awaitable[None]]]
    ) -> None:
        self._clock = clock
        self._blob_stores = blob_stores
        self._purges = purges

    async def start(self) -> None:
        """Delete what was half written when its gateway died: a folder has one gateway, which is just starting."""
        await self._delete_unfinished(math.inf)

    async def run(self) -> None:
        """Clean up again and again."""
        while True:
            await self.clean()
            await self._clock.sleep(_INTERVAL_SECONDS)

    async def clean(self) -> None:
        """Clean up once; what cannot be deleted now is left for the next time."""
        await self._delete_unfinished(self._clock.time() - UNRECORDED_SECONDS)
        for purge in self._purges:
            try:
                await purge()
            except StorageError as error:
                _log.warning("expired files are left for later: %s", error)
            except Exception:  # noqa: BLE001 - it is done again, whatever it was
                _log.exception("expired files could not be deleted")

    async def _delete_unfinished(self, moment: float) -> None:
        try:
            for store in self._blob_stores:
                await store.delete_unfinished(moment)
        except StorageError as error:
            _log.warning("files that are half written are left for later: %s", error)
