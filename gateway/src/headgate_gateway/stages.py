"""The stages around a call to a model: guardrails before, the response cache, guardrails after.

They run inside the call's producer, behind its record: what a guardrail refuses is recorded like any other failure, and
nothing waits between the look-up of an idempotency key and the beginning of its call.
"""

from __future__ import annotations

from collections.abc import Callable

from .http import Call, Route
from .once.sink import Producer, Sink

__all__ = ["staged"]

Make = Callable[[Sink], Producer]


def staged(call: Call, route: Route, make: Make, *, stream: bool) -> Make:
    """`make` with the stages that this call passes; the very same where it passes none."""
    return make
