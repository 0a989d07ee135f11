"""Circuit breakers: failures, load and speed of each deployment, and when no call may go there.

A circuit is closed until `allowed_failures` calls failed in a row. A failure that speaks for itself (too many requests,
a rejected key) opens it at once. It stays open for the cooldown of the retry policy; then one trial call may pass. The
trial closes the circuit again, or opens it for twice as long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ..core.clock import Clock
from .retry import RetryPolicy

__all__ = ["BreakerListener", "CircuitBreakers", "DeploymentState"]

_SMOOTHING = 0.3
_FORGET_SECONDS = 120.0
_MAX_OPENINGS = 30


@dataclass(slots=True)
class DeploymentState:
    """The circuit of one deployment, and its load and speed. Times are of the monotonic clock."""

    in_flight: int = 0
    served: int = 0
    failed: int = 0
    consecutive_failures: int = 0
    openings: int = 0
    open_until: float | None = None
    trial_running: bool = False
    # Moving average of the seconds until the first content, and when it was last updated.
    average_latency: float | None = None
    measured_at: float = 0.0
    last_error: str | None = None
    # Whether the same request would meet the last failure again.
    permanent: bool = False

    def is_open(self, now: float) -> bool:
        """Return whether no call may go there now. After the cooldown, one trial call may."""
        if self.open_until is None:
            return False
        return now < self.open_until or self.trial_running

    def seconds_open(self, now: float) -> float:
        """Return the seconds until the next call may go there."""
        return 0.0 if self.open_until is None else max(0.0, self.open_until - now)

    def begin(self) -> None:
        """Count a call that goes there."""
        self.in_flight += 1
        if self.open_until is not None:
            self.trial_running = True

    def end(self) -> None:
        """Count a call as over, whatever its outcome."""
        self.in_flight -= 1

    def succeed(self, seconds: float | None, now: float) -> bool:
        """Record an answer, and the seconds until its first content. Return whether the circuit was open before."""
        was_open = self.open_until is not None
        self.served += 1
        self.close()
        if seconds is not None:
            old = self.average_latency
            self.average_latency = seconds if old is None else old + _SMOOTHING * (seconds - old)
            self.measured_at = now
        return was_open

    def close(self) -> None:
        """Close the circuit: earlier failures count no more."""
        self.consecutive_failures = self.openings = 0
        self.permanent = False
        self.open_until, self.trial_running = None, False

    def fail(
        self,
        reason: str,
        now: float,
        policy: RetryPolicy,
        *,
        at_once: bool,
        retry_after: float | None,
        permanent: bool = False,
    ) -> bool:
        """Record a failure, and return whether the circuit is open now."""
        self.failed += 1
        self.consecutive_failures += 1
        self.last_error, self.permanent = reason, permanent
        if not (at_once or self.trial_running or policy.opens_circuit(self.consecutive_failures)):
            return False
        seconds = policy.cooldown(self.openings, retry_after)
        self.openings = min(self.openings + 1, _MAX_OPENINGS)
        self.open_until, self.trial_running = now + seconds, False
        return True

    def open(self, until: float) -> None:
        """Keep the circuit open until a time at least: another node saw the deployment fail."""
        if self.open_until is None or until > self.open_until:
            self.open_until = until

    def abandon_trial(self) -> None:
        """End a trial without an outcome: its client left, or the request itself was wrong."""
        self.trial_running = False

    def expected_latency(self, now: float) -> float:
        """Return the expected seconds until the first content.

        An old measurement counts less, so that a slow deployment is tried again.
        """
        if self.average_latency is None:
            return 0.0
        return self.average_latency * math.exp(-(now - self.measured_at) / _FORGET_SECONDS)


class BreakerListener(Protocol):
    """Receives the changes of circuits that this node made."""

    def opened(self, id: str, seconds: float) -> None:
        """Handle a circuit that opened for a number of seconds."""
        ...

    def closed(self, id: str) -> None:
        """Handle a circuit that closed after it was open."""
        ...


class CircuitBreakers:
    """The circuit breakers of all deployments of a gateway, by the ids of the deployments."""

    def __init__(self, policy: RetryPolicy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock
        self._states: dict[str, DeploymentState] = {}
        self._listeners: list[BreakerListener] = []

    @property
    def states(self) -> Mapping[str, DeploymentState]:
        """Return the states of the deployments that are known or were called."""
        return self._states

    def state(self, id: str) -> DeploymentState:
        """Return the state of a deployment."""
        state = self._states.get(id)
        if state is None:
            state = self._states[id] = DeploymentState()
        return state

    def keep(self, ids: Iterable[str]) -> None:
        """Have a state for each of these deployments, and forget all others."""
        self._states = {id: self.state(id) for id in ids}

    def seconds_open(self, id: str) -> float:
        """Return the seconds until a deployment may be tried again; 0 where its circuit is closed."""
        state = self._states.get(id)
        return 0.0 if state is None else state.seconds_open(self._clock.monotonic())

    def subscribe(self, listener: BreakerListener) -> None:
        """Have a listener receive the changes that this node makes."""
        self._listeners.append(listener)

    def failed(self, id: str, reason: str, *, at_once: bool, retry_after: float | None, permanent: bool) -> None:
        """Record a failure of a deployment; the listeners learn of a circuit that opens."""
        now, state = self._clock.monotonic(), self.state(id)
        if state.fail(reason, now, self._policy, at_once=at_once, retry_after=retry_after, permanent=permanent):
            for listener in self._listeners:
                listener.opened(id, state.seconds_open(now))

    def succeeded(self, id: str, seconds: float | None) -> None:
        """Record an answer of a deployment; the listeners learn of a circuit that closes."""
        if self.state(id).succeed(seconds, self._clock.monotonic()):
            for listener in self._listeners:
                listener.closed(id)

    def open(self, id: str, seconds: float) -> None:
        """Open the circuit of a deployment that failed at another node."""
        state = self._states.get(id)
        if state is not None and seconds > 0:
            state.open(self._clock.monotonic() + min(seconds, self._policy.max_cooldown_seconds))

    def close(self, id: str) -> None:
        """Close the circuit of a deployment that answered at another node."""
        state = self._states.get(id)
        if state is not None:
            state.close()
