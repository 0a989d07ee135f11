"""The limit of records that wait for the database."""

from __future__ import annotations

import logging

from ..db import Database, StorageUnavailable

__all__ = ["Backlog"]

_log = logging.getLogger("onceward_gateway")
# Unwritten batches above which calls are refused: each holds the record of a call with its answer.
_MAX_BACKLOG = 10_000


class Backlog:
    """The limit of unwritten records, and the count of calls refused because of it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._refused = 0

    def check(self) -> None:
        """Raise `StorageUnavailable` if too many records wait to be written: records are never dropped."""
        if self._db.backlog < _MAX_BACKLOG:
            if self._refused:
                _log.warning("%d calls were refused and not recorded while storage was away", self._refused)
                self._refused = 0
            return
        self._refused += 1
        if self._refused == 1:
            _log.error("%d records wait for storage; new calls are refused until it is back", _MAX_BACKLOG)
        raise StorageUnavailable(f"{_MAX_BACKLOG} records wait to be written, the most that are kept in memory.")
