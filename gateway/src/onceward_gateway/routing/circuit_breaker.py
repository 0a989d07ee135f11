"""What is known of a deployment while the gateway runs: its load, its pace, and the breaker that rests it.

The breaker is closed until `allowed_fails` failures came in a row (at once for a failure that says so itself: too many
requests, a key that is refused), then open for the time of cooldown or for as long as the provider asked. After that
one call tries it; that call closes it again, or opens it for twice as long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["DeploymentState", "Policy"]

_SMOOTHING = 0.3
_FORGET_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Policy:
    """When a deployment rests, and how long."""

    allowed_fails: int
    cooldown_seconds: float
    longest_seconds: float


@dataclass(slots=True)
class DeploymentState:
    """Times are the monotonic clock's."""

    in_flight: int = 0
    served: int = 0
    failed: int = 0
    fails_in_row: int = 0
    rests: int = 0
    cool_until: float | None = None
    probing: bool = False
    pace: float | None = None
    pace_at: float = 0.0
    last_error: str | None = None
    # Whether its last failure was one that the same request would meet again.
    final: bool = False
    asked_at: float | None = None
    asked: tuple[float, str | None] = (0.0, None)

    def resting(self, now: float) -> bool:
        """Whether no call may go there now. When the time is over, one may."""
        if self.cool_until is None:
            return False
        return now < self.cool_until or self.probing

    def wait(self, now: float) -> float:
        """Seconds until the next call may go there."""
        return 0.0 if self.cool_until is None else max(0.0, self.cool_until - now)

    def begin(self) -> None:
        """A call goes there."""
        self.in_flight += 1
        if self.cool_until is not None:
            self.probing = True

    def end(self) -> None:
        """The call is over, however it went."""
        self.in_flight -= 1

    def succeed(self, seconds: float | None, now: float) -> bool:
        """It answered; `seconds` to its first content. Gives whether it had rested before."""
        rested = self.cool_until is not None
        self.served += 1
        self.wake()
        if seconds is not None:
            old = self.pace
            self.pace = seconds if old is None else old + _SMOOTHING * (seconds - old)
            self.pace_at = now
        return rested

    def wake(self) -> None:
        """It answers: all failures before count no more."""
        self.fails_in_row = self.rests = 0
        self.final = False
        self.cool_until, self.probing = None, False

    def fail(
        self, why: str, now: float, policy: Policy, *, at_once: bool, wait: float | None, final: bool = False
    ) -> bool:
        """It failed; gives whether it rests now."""
        self.failed += 1
        self.fails_in_row += 1
        self.last_error, self.final = why, final
        if not (at_once or self.probing or self.fails_in_row >= policy.allowed_fails):
            return False
        seconds = min(policy.cooldown_seconds * 2**self.rests, policy.longest_seconds)
        if wait is not None:
            seconds = min(wait, policy.longest_seconds)
        self.rests = min(self.rests + 1, 30)
        self.cool_until, self.probing = now + seconds, False
        return True

    def rest(self, until: float) -> None:
        """Another node saw it fail: no call goes there before `until`."""
        if self.cool_until is None or until > self.cool_until:
            self.cool_until = until

    def give_up(self) -> None:
        """A call there ended without telling anything: its client left, or the request itself was wrong."""
        self.probing = False

    def expected(self, now: float) -> float:
        """Seconds to the first content, by what was seen; what was seen long ago counts less, so it is tried again."""
        if self.pace is None:
            return 0.0
        return self.pace * math.exp(-(now - self.pace_at) / _FORGET_SECONDS)
