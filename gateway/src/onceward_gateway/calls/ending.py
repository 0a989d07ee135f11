"""The outcome of a call, as it is settled and recorded."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.call_record import Status
from ..core.errors import ApiError

__all__ = ["Ending"]


@dataclass(slots=True)
class Ending:
    """The outcome of a call: its error if it failed, and the last events of its stream."""

    error: ApiError | None
    tail: list[bytes]
    interrupted: bool = False
    cancelled: bool = False

    @property
    def status(self) -> Status:
        """Return the status to record for the call."""
        if self.interrupted:
            return "interrupted"
        if self.cancelled:
            return "cancelled"
        return "completed" if self.error is None else "failed"
