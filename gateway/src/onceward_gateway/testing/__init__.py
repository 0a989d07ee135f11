"""Test an application against a gateway in the test's own process: no port, no network, and a manual clock."""

from __future__ import annotations

from .clock import ManualClock
from .gateway import GatewayResponse, InProcessGateway

__all__ = ["InProcessGateway", "ManualClock", "GatewayResponse"]
