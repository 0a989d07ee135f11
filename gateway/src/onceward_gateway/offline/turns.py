"""Counts of the same call by a caller without an idempotency key: what `onceward/fault-flaky` counts by.

With a key the gateway counts the attempts of the call itself. Without one a repeated call is known by its caller (the
key or the address), its model and its body. After an answer the count begins anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core.errors import ApiError
from ..http.forwarded import client_address
from .draw import digest
from .faults import fault_in, named_fault

if TYPE_CHECKING:
    from ..config.routing import Network
    from ..http.request import Call

__all__ = ["Turns"]

_MOST_CALLERS = 4096
_KIND = "flaky"


class Turns:
    """The counts of the callers that were seen last."""

    def __init__(self) -> None:
        self._counts: OrderedDict[bytes, int] = OrderedDict()

    def of(self, call: Call, model: str, trusted_proxies: Sequence[Network]) -> int:
        """The number of this call, from 1. Every offline call without a key asks, and few ask for the fault."""
        if not (_KIND in model or "fault" in call.data):
            return 1
        try:
            fault = fault_in(call.data) or named_fault(model)
        except ApiError:
            return 1  # The model tells what is wrong with it.
        if fault is None or fault.kind != _KIND:
            return 1
        address = client_address(call.scope, call.headers, trusted_proxies)
        return self.next(digest(call.principal, address, call.operation, model, call.raw), fault.value)

    def next(self, name: bytes, times: float) -> int:
        """Count a call of this name; after `times` it is answered, and the count begins anew."""
        turn = self._counts.pop(name, 0) + 1
        if turn <= times:
            self._counts[name] = turn
            if len(self._counts) > _MOST_CALLERS:
                self._counts.popitem(last=False)
        return turn
