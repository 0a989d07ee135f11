"""The record of a model call: its request, its outcome, its usage and cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import msgspec

from .errors import ApiError, encoded
from .usage import added, counts_of

__all__ = ["CallRecord", "TokenMeter", "Status", "read_record"]

Status = Literal["in_progress", "completed", "failed", "cancelled", "interrupted"]
_NANO = 1_000_000_000
_MAX_COUNT = 1 << 53
# The member of a stored usage of several attempts that has the last billed attempt; the API does not return it.
_PAID_IN = "paid_in_attempt"


class TokenMeter(Protocol):
    """Counts the tokens of an answer while it arrives."""

    @property
    def tokens(self) -> int:
        """Return the number of tokens that arrived so far."""
        ...


@dataclass(slots=True, eq=False)
class CallRecord:
    """One call: its request, its outcome, its usage and cost (nano-USD).

    `node` is the node that runs it, or ran it last. `attempt` is the current attempt, under which it is billed;
    `attempts` counts the requests for it.
    """

    id: str
    principal: str
    operation: str
    model: str
    provider: str
    status: Status
    stream: bool
    key: str | None
    attempts: int
    request_id: str
    created_at: float
    finished_at: float | None = None
    usage: Mapping[str, Any] | None = None
    cost_nano: int | None = None
    error_status: int | None = None
    error: Mapping[str, Any] | None = None
    node: str | None = None
    attempt: int = 1
    # Usage and cost of the attempts before this one; the stored record only has the sums.
    earlier: tuple[Mapping[str, Any] | None, int | None] = (None, None)
    # Not stored: whether a provider was asked, and the meter that counts its answer.
    asked: bool = False
    meter: TokenMeter | None = None
    # Not stored: whether a failed attempt is billed.
    wasted: bool = False

    @property
    def goes_on(self) -> bool:
        """Return whether it can be resumed from its log after an interruption, and is billed then."""
        return self.provider == "offline" and self.key is not None and not self.wasted

    @property
    def can_resume(self) -> bool:
        """Return whether its key resumes it: nothing was billed when it was interrupted."""
        return self.status == "interrupted" and self.provider == "offline" and self.error is None

    @property
    def failed_for_good(self) -> bool:
        """Return whether it failed with a billed attempt and an error that is not retryable.

        Its key replays the failure, because another call would be billed again. Attempts before the one that failed do
        not matter: they were billed, and their errors were retryable.
        """
        if self.status != "failed" or self.error is None or self.error.get("retryable") is not False:
            return False
        if self.usage is None:
            return bool(self.cost_nano)
        return bool(self.usage.get(_PAID_IN, self.attempt) == self.attempt)

    @property
    def estimated(self) -> bool:
        """Return whether tokens were counted by the gateway instead of reported by the provider."""
        usage = self.total_usage
        return usage is not None and bool(usage.get("estimated"))

    @property
    def total_usage(self) -> Mapping[str, Any] | None:
        """Return the usage of all attempts; `usage` is the billed usage of the last one."""
        return added(self.earlier[0], self.usage)

    @property
    def total_cost_nano(self) -> int | None:
        """Return the cost of all attempts; `cost_nano` is the billed cost of the last one."""
        before, cost = self.earlier[1], self.cost_nano
        return cost if before is None else min(before + (cost or 0), _MAX_COUNT)

    @property
    def tokens(self) -> dict[str, int]:
        """Return the three token counts that every API has, whatever names its usage has for them."""
        usage = self.usage if self.earlier[0] is None else self.total_usage
        prompt, completion, total = counts_of(usage or {})
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}

    @property
    def cost_usd(self) -> float | None:
        """Return the cost of all attempts in US dollars, or None while it is unknown."""
        cost = self.total_cost_nano
        return None if cost is None else cost / _NANO

    def shown(self) -> dict[str, Any]:
        """Return the record as the contract's `Call`."""
        return {
            "id": self.id,
            "object": "call",
            "created_at": int(self.created_at),
            "finished_at": None if self.finished_at is None else int(self.finished_at),
            "operation": self.operation,
            "model": self.model,
            "provider": self.provider,
            "status": self.status,
            "stream": self.stream,
            "idempotency_key": self.key,
            "attempts": self.attempts,
            "usage": self._usage(),
            "estimated": self.estimated,
            "cost_usd": self.cost_usd,
            "error": self.error,
            "request_id": self.request_id,
        }

    def _usage(self) -> dict[str, Any] | None:
        usage = self.total_usage
        if usage is None:
            return None
        shown: dict[str, Any] = dict(self.tokens)
        for name in ("prompt_tokens_details", "completion_tokens_details"):
            if isinstance(usage.get(name), dict):
                shown[name] = usage[name]
        if self.estimated:
            shown["estimated"] = True
        return shown

    def failure(self) -> ApiError:
        """Return the error that ended the call, for a replay."""
        error = dict(self.error or {})
        message = str(error.pop("message", "The call failed."))
        kind, code, param = error.pop("type", None), error.pop("code", None), error.pop("param", None)
        wait = error.pop("retry_after", None)
        # The status decides whether a retry is useful, unless the error excluded it.
        again = False if error.pop("retryable", None) is False and (self.error_status or 500) >= 500 else None
        for name in ("request_id", "call_id", "status"):
            error.pop(name, None)
        return ApiError(
            self.error_status or 500,
            message,
            type=kind,
            code=code,
            param=param,
            retry_after=wait,
            retryable=again,
            **error,
        )

    def row(self) -> tuple[Any, ...]:
        """Return the values of the record in the order of its columns in the database."""
        usage, cost = self.usage, self.cost_nano
        if self.earlier != (None, None):
            usage, cost = self.total_usage, self.total_cost_nano
            if usage is not None and self.earlier[0] is not None:
                usage = {**usage, _PAID_IN: 0 if self.usage is None else self.attempt}
        return (
            self.id,
            self.principal,
            self.operation,
            self.model,
            self.provider,
            self.status,
            int(self.stream),
            self.key,
            self.attempts,
            self.request_id,
            self.created_at,
            self.finished_at,
            None if usage is None else encoded(usage).decode(),
            cost,
            self.error_status,
            None if self.error is None else encoded(self.error).decode(),
            self.node,
            self.attempt,
        )


def read_record(row: tuple[Any, ...]) -> CallRecord:
    """Return the record of a row in the order of `CallRecord.row`."""
    record = CallRecord(*row[:18])
    record.stream = bool(record.stream)
    record.usage = None if row[12] is None else msgspec.json.decode(row[12])
    record.error = None if row[15] is None else msgspec.json.decode(row[15])
    return record
