"""The end of a call, as it is settled and recorded."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.call_record import Status
from ..core.errors import ApiError

__all__ = ["Ending"]


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a call: the error if it failed, and the last events of its stream."""

    error: ApiError | None
    tail: list[bytes]
    interrupted: bool = False
    cancelled: bool = False

    @property
    def status(self) -> Status:
        """The status of the call's record."""
        if self.interrupted:
            return "interrupted"
        if self.cancelled:
            return "cancelled"
        return "completed" if self.error is None else "failed"
