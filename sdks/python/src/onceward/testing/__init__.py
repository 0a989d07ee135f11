"""The testing kit: everything that is needed to test a program that uses this client without a network.

`FakeGateway` is a gateway on a real socket with scripted answers and `Fault` plans, and `FakeServer` is any server;
`QuirkyUpstream` answers in the odd ways of real providers; `CutProxy` forwards to a real gateway and cuts its
connections; `record` and `replay` keep real traffic in a file; `ManualClock` is a clock that the test advances. All of
it works with any test framework, or none.
"""

from __future__ import annotations

from .calls import FakeCall
from .clock import FixedRandom, ManualClock
from .cut_proxy import CutProxy
from .faults import Fault, FaultPlan
from .gateway import FakeGateway
from .quirks import QUIRKS, Charge, Quirk, QuirkyUpstream
from .replies import RecordedRequest, Reply, sse
from .server import FakeServer
from .tape import ReplayMismatch, record, record_async, replay

__all__ = [
    "QUIRKS",
    "Charge",
    "CutProxy",
    "FakeCall",
    "FakeGateway",
    "FakeServer",
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
