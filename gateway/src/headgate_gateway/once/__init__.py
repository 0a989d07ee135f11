"""Once: a call is made once, paid once, and its stream is never lost."""

from __future__ import annotations

from .calls import Calls, Joined, Presented, Replayed
from .run import Listener, Run
from .store import CallRecord

__all__ = ["CallRecord", "Calls", "Joined", "Listener", "Presented", "Replayed", "Run"]
