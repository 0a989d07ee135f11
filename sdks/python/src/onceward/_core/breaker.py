"""The circuit breaker: after repeated failures nothing is sent for a while, then a few requests test the server."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from .errors import CircuitOpen, ConfigError
from .ports import Clock

__all__ = ["Breaker", "CircuitBreaker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitBreaker:
    """The settings of a circuit breaker.

    ``failures`` in a row open the circuit for ``seconds``; then ``successes`` in a row close it, and one failure opens
    it again.
    """

    failures: int = 5
    seconds: float = 60.0
    successes: int = 2

    def __post_init__(self) -> None:
        for name in ("failures", "seconds", "successes"):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not value > 0:
                raise ConfigError(f"`{name}` of the circuit breaker is {value!r}; give a number above 0")


class Breaker:
    """The state of one circuit.

    Connection errors and statuses >= 500 are failures; every other response is a success.
    """

    def __init__(self, settings: CircuitBreaker, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._succeeded = 0
        self._opened_at: float | None = None

    @property
    def state(self) -> str:
        """``closed``, ``open`` or ``half-open``."""
        if self._opened_at is None:
            return "closed"
        return "open" if self._remaining() > 0 else "half-open"

    def check(self, where: str) -> None:
        """Raise `CircuitOpen` while nothing may be sent to ``where``."""
        with self._lock:
            remaining = self._remaining()
            if remaining > 0:
                raise CircuitOpen(
                    f"Nothing was sent to {where}: {self._failed} requests in a row failed, and the circuit is open.",
                    code="CIRCUIT_OPEN",
                    retry_after=remaining,
                )

    def success(self) -> None:
        if self._failed == 0 and self._opened_at is None:
            return
        with self._lock:
            if self._opened_at is None:
                self._failed = 0
                return
            self._succeeded += 1
            if self._succeeded >= self._settings.successes:
                self._opened_at, self._failed, self._succeeded = None, 0, 0

    def failure(self) -> None:
        with self._lock:
            self._failed += 1
            self._succeeded = 0
            if self._opened_at is not None or self._failed >= self._settings.failures:
                self._opened_at = self._clock.monotonic()

    def _remaining(self) -> float:
        if self._opened_at is None:
            return 0.0
        return self._opened_at + self._settings.seconds - self._clock.monotonic()
