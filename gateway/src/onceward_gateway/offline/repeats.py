"""Repetitions of a call by a caller without an idempotency key: what `onceward/fault-flaky` counts by.

With a key the gateway counts the attempts of the call itself. Without one a repeated call is known by its caller (the
key or the address), its model and its body. After an answer the count begins anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from ..config.routing import Network
from ..core.errors import ApiError
from ..http.forwarded import client_address
from ..http.request import Request
from .draw import digest
from .faults import fault_in, named_fault

__all__ = ["RepeatCounter"]

_MOST_CALLS = 4096
_KIND = "flaky"


class RepeatCounter:
    """The counts of the calls that were made last."""

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        self._trusted_proxies = trusted_proxies
        self._counts: OrderedDict[bytes, int] = OrderedDict()

    def count(self, request: Request, model: str) -> int:
        """Return the number of this call, from 1. Every offline call without a key asks; few ask for the fault."""
        if not (_KIND in model or "fault" in request.data):
            return 1
        try:
            fault = fault_in(request.data) or named_fault(model)
        except ApiError:
            return 1  # The model reports what is wrong with it.
        if fault is None or fault.kind != _KIND:
            return 1
        address = client_address(request.scope, request.headers, self._trusted_proxies)
        return self._next(digest(request.principal, address, request.operation, model, request.raw), fault.value)

    def _next(self, name: bytes, times: float) -> int:
        """Count a call of this name; after `times` it is answered, and the count begins anew."""
        number = self._counts.pop(name, 0) + 1
        if number <= times:
            self._counts[name] = number
            if len(self._counts) > _MOST_CALLS:
                self._counts.popitem(last=False)
        return number
