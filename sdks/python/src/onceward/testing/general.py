"""The testing kit: everything that is needed to test a program that uses this client without a network.

`FakeServer` is a server on a real socket with scripted answers and `Fault` plans; `CutProxy` forwards to a real server
and cuts its connections; `record` and `replay` keep real traffic in a file; `ManualClock` is a clock that the test
advances. All of it works with any test framework, or none.
"""

from __future__ import annotations

from .clock import FixedRandom, ManualClock
from .cut_proxy import CutProxy
from .faults import Fault, FaultPlan
from .replies import RecordedRequest, Reply, sse
from .server import FakeServer
from .tape import ReplayMismatch, record, record_async, replay

__all__ = [
    "CutProxy",
    "FakeServer",
    "Fault",
    "FaultPlan",
    "FixedRandom",
    "ManualClock",
    "RecordedRequest",
    "ReplayMismatch",
    "Reply",
    "record",
    "record_async",
    "replay",
    "sse",
]
