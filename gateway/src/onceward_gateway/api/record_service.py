"""The base of everything that reads and writes identity records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..core.clock import Clock
from ..identity.repositories import Repositories
from .ownership import Ownership
from .serializers import RecordSerializer
from .writes import RecordWriter

__all__ = ["RecordContext", "RecordService"]


@dataclass(frozen=True, slots=True)
class RecordContext:
    """The collaborators for reading and writing identity records."""

    records: Repositories
    writer: RecordWriter
    ownership: Ownership
    serializer: RecordSerializer
    clock: Clock
    new_id: Callable[[str], str]


class RecordService:
    """The members of a `RecordContext`, for the handlers of records and their helpers."""

    def __init__(self, context: RecordContext) -> None:
        self._records = context.records
        self._writer = context.writer
        self._ownership = context.ownership
        self._serializer = context.serializer
        self._clock = context.clock
        self._new_id = context.new_id
