"""The testing kit: everything a program that uses this client needs to be tested without a network.

`FakeGateway` is a gateway on a real socket with scripted answers and `Fault` plans; `QuirkyUpstream` answers in the odd
ways that providers have; `CutProxy` stands before a real gateway and cuts its connections; `record` and `replay` keep
real traffic in a file; `ManualClock` is time that a test turns by hand. Nothing here needs a test framework, and all of
it works inside any.
"""

from __future__ import annotations

from .calls import FakeCall
from .clock import FixedRandom, ManualClock
from .cut_proxy import CutProxy
from .faults import Fault, FaultPlan
from .gateway import FakeGateway
from .quirks import QUIRKS, Charge, Quirk, QuirkyUpstream
from .replies import RecordedRequest, Reply, sse
from .tape import ReplayMismatch, record, record_async, replay

__all__ = [
    "QUIRKS",
    "Charge",
    "CutProxy",
    "FakeCall",
    "FakeGateway",
    "Fault",
    "FaultPlan",
    "FixedRandom",
    "ManualClock",
    "Quirk",
    "QuirkyUpstream",
    "RecordedRequest",
    "ReplayMismatch",
    "Reply",
    "record",
    "record_async",
    "replay",
    "sse",
]
