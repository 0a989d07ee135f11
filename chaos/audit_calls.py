"""Audit of calls: successful calls are recorded once and correctly, streams are complete, errors have known codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from .cluster import PRICES
from .evidence import Complaint, Evidence, grouped
from .journal import SIDE_BY_SIDE, Seen
from .records import Row
from .work import Ask, expected

__all__ = [
    "check_answers",
    "check_billed_once",
    "check_ends",
    "check_errors",
    "check_interrupted",
    "check_things_made",
    "check_recorded",
    "check_replays",
    "check_side_by_side",
    "check_stories_agree",
    "price_of",
]

_SLACK_SECONDS = 3.0
_POOL = ("house-a", "house-b")


def price_of(row: Row) -> int:
    """Return the nano-USD of a row's tokens at the prices of the run, rounded once, half up."""
    served = row.model_served if row.provider == "offline" else f"{row.provider}/{row.model_served}"
    cost_in, cost_out = PRICES[row.deployment or served]
    pico = row.prompt_tokens * round(cost_in * 1e6) + row.completion_tokens * round(cost_out * 1e6)
    return (pico + 500) // 1000


def check_recorded(evidence: Evidence) -> Iterator[Complaint]:
    """Check that every call a client saw succeed is in the ledger once, with its tokens, its cost and its owner."""
    for seen in evidence.succeeded:
        rows = [row for row in evidence.rows_of_call.get(seen.call_id or "", ()) if row.status == "completed"]
        if len(rows) != 1:
            yield Complaint("recorded", f"{_name(seen)} succeeded and has {len(rows)} completed records")
            continue
        for fault in _differences(seen, rows[0], evidence):
            yield Complaint("recorded", f"{_name(seen)}: {fault}")


def _differences(seen: Seen, row: Row, evidence: Evidence) -> Iterator[str]:
    told = None if seen.usage is None else (seen.usage.prompt, seen.usage.completion)
    cuts = evidence.cuts_billed(row, told) if told else 0
    if told is None:
        yield "the response has no usage"
    elif told != (row.prompt_tokens, row.completion_tokens) and not cuts:
        yield f"the response has {seen.usage}, the record has {row.prompt_tokens} and {row.completion_tokens} tokens"
    if row.estimated and not cuts:
        yield "its tokens are marked as estimated"
    # The attempts that were cut may have been at another deployment, with another price than the row's.
    if row.cost_nano != price_of(row) and not (cuts and _within_prices(row)):
        yield f"the record costs {row.cost_nano} nano-USD, its tokens {price_of(row)}"
    if seen.cost is not None and round(float(seen.cost) * 1e9) != row.cost_nano:
        yield f"the response has a cost of {seen.cost} USD, the record has {row.cost_nano} nano-USD"
    if row.idempotency_key != seen.key:
        yield f"the record has the idempotency key {row.idempotency_key!r}"
    if row.key_id != evidence.key_of_account.get(seen.account):
        yield f"the record is for {row.key_id!r}, not for the key of {seen.account!r}"


def _within_prices(row: Row) -> bool:
    """Return whether a row of the pool costs what its tokens can cost, each at the price of some deployment."""
    costs_in, costs_out = zip(*(PRICES[name] for name in _POOL), strict=True)
    least, most = (
        1000 * (row.prompt_tokens * pick(costs_in) + row.completion_tokens * pick(costs_out)) for pick in (min, max)
    )
    # Each attempt is rounded separately.
    return row.deployment in _POOL and least - 2 <= row.cost_nano <= most + 2


def check_billed_once(evidence: Evidence) -> Iterator[Complaint]:
    """Check that no call is billed twice, by its id or by its idempotency key."""
    for name, count in Counter(row.id for row in evidence.records.usage).items():
        if count > 1:
            yield Complaint("billed once", f"the record {name!r} is there {count} times")
    for call, rows in evidence.rows_of_call.items():
        # Failed attempts may each have used tokens. Every other end is the last of the call.
        final = [row for row in rows if row.status != "failed" and (row.cost_nano or row.status == "completed")]
        if len(final) > 1:
            yield Complaint("billed once", f"the call {call!r} was billed as {[row.status for row in final]}")
    completed = [row for row in evidence.records.usage if row.status == "completed" and row.idempotency_key]
    for key, rows in grouped(completed, lambda row: row.idempotency_key).items():
        if len(rows) > 1:
            yield Complaint("billed once", f"the key {key!r} has the completed calls {[row.call_id for row in rows]}")


def check_stories_agree(evidence: Evidence) -> Iterator[Complaint]:
    """Check that the records of calls and of usage agree, and contain nothing that no client requested."""
    keys = {began.key for began in evidence.began}
    for row in evidence.records.usage:
        if row.idempotency_key is not None and row.idempotency_key not in keys:
            yield Complaint("stories agree", f"nobody asked for {row.id!r} with the key {row.idempotency_key!r}")
    for call in evidence.records.calls:
        rows = evidence.rows_of_call.get(call.id, [])
        if call.status == "in_progress":
            yield Complaint("stories agree", f"{call.id!r} is in progress after the end")
        elif call.status == "interrupted" and call.provider == "offline" and call.key is not None:
            # It waits to be taken over, and is billed then.
            if any(row.status != "failed" for row in rows):
                yield Complaint("stories agree", f"{call.id!r} was not taken up again and is paid")
        elif call.status not in [row.status for row in rows]:
            told = [row.status for row in rows]
            yield Complaint("stories agree", f"{call.id!r} ({call.key}) is {call.status}, its records tell {told}")


def check_answers(evidence: Evidence) -> Iterator[Complaint]:
    """Check that every response is the requested one, and that every stream is complete or a correct prefix."""
    for seen in evidence.seen:
        ask = evidence.asks[seen.marker]
        wanted = expected(ask)
        if seen.end == "whole" and seen.text != wanted:
            yield Complaint("answers", f"{_name(seen)} got {seen.text!r} in place of {wanted!r}")
        elif not wanted.startswith(seen.text):
            yield Complaint("answers", f"{_name(seen)} got {seen.text!r}, which is not how {wanted!r} begins")
        if seen.ids != tuple(range(1, len(seen.ids) + 1)):
            yield Complaint("answers", f"{_name(seen)} got the events {seen.ids}")
        if ask.stream and seen.end == "whole" and not seen.ids:
            yield Complaint("answers", f"{_name(seen)} got events without ids")
        if seen.end == "whole" and len(seen.calls) != 1:
            yield Complaint("answers", f"{_name(seen)} is made of the calls {seen.calls}")


def check_replays(evidence: Evidence) -> Iterator[Complaint]:
    """Check that a repeated idempotency key returns the same call."""
    for key, group in grouped(evidence.succeeded, lambda seen: seen.key).items():
        if key is not None and len({(seen.call_id, seen.text, seen.usage) for seen in group}) > 1:
            calls = [(seen.call_id, seen.usage) for seen in group]
            yield Complaint("replays", f"the key {key!r} gave {calls}")


def check_interrupted(evidence: Evidence) -> Iterator[Complaint]:
    """Check that a call reported as interrupted is not completed and billed in the ledger."""
    completed = [row for row in evidence.records.usage if row.status == "completed"]
    paid = {row.idempotency_key for row in completed if row.idempotency_key} | {row.call_id for row in completed}
    for seen in evidence.seen:
        if seen.fault is not None and seen.fault.code == _INTERRUPTED and paid & {seen.key, seen.call_id}:
            yield Complaint("interrupted", f"{_name(seen)} was reported as interrupted, and is billed as completed")


def check_ends(evidence: Evidence) -> Iterator[Complaint]:
    """Check that every started call ended within its timeouts."""
    ends = {(seen.marker, seen.turn): seen.at for seen in [*evidence.seen, *evidence.things_made]}
    for began in evidence.began:
        end = ends.get((began.marker, began.turn))
        if end is None:
            yield Complaint("ends", f"{began.marker} (turn {began.turn}) never ended")
        elif end - began.at > began.within + _SLACK_SECONDS:
            took = end - began.at
            yield Complaint("ends", f"{began.marker} (turn {began.turn}) took {took:.1f} s and may take {began.within}")


def check_side_by_side(evidence: Evidence) -> Iterator[Complaint]:
    """Check that a key with a concurrency limit never had more concurrent calls."""
    if not evidence.counted:
        return
    for made in evidence.made:
        if made.scope == SIDE_BY_SIDE and made.limit is not None:
            # It is unknown when interrupted calls ended.
            rows = [row for row in evidence.records.usage if row.key_id == made.id and row.status != "interrupted"]
            turns = sorted([*((row.started_at, 1) for row in rows), *((row.ended_at, -1) for row in rows)])
            most = max(accumulate(turn for _, turn in turns), default=0)
            if most > made.limit:
                yield Complaint("side by side", f"the key {made.id!r} had {most} calls at the same time")


def check_things_made(evidence: Evidence) -> Iterator[Complaint]:
    """Check that a key or batch whose creation was retried was created once."""
    there = Counter(evidence.records.names)
    for seen in evidence.things_made:
        made = there[seen.marker]
        if made > 1 or (seen.end == "whole" and made != 1):
            yield Complaint("things made", f"{seen.marker}: {seen.end} for its client, and it is there {made} times")


# Codes of errors that may end a call for its client: the service was down for longer than the client retried.
_ANYBODY = frozenset({"draining", "storage_unavailable"})
_INTERRUPTED = "call_interrupted"
_OF_PROVIDERS = frozenset(
    {
        _INTERRUPTED,
        "all_deployments_failed",
        "all_deployments_limited",
        "no_deployment_available",
        "provider_bad_answer",
        "provider_failed",
        "provider_stream_cut",
        "provider_unreachable",
        "rate_limit_exceeded",
        "server_error",
    }
)
_OF_ACCOUNTS: dict[str, set[str]] = {
    "free": set(),
    "team": set(),
    "windowed": {"budget_exceeded"},
    "credits": {"insufficient_credits"},
    "narrow": {"parallelrequests_exceeded"},
}
_CONNECTION = frozenset({"APIConnectionError", "APITimeoutError", "StreamInterrupted"})


def check_errors(evidence: Evidence) -> Iterator[Complaint]:
    """Check that every failed call ended with a known error that is possible for this call."""
    for seen in [*evidence.seen, *evidence.things_made]:
        if seen.fault is None:
            continue
        if seen.fault.code is None:
            known = seen.fault.kind in _CONNECTION
        else:
            known = seen.fault.code in _codes(seen, evidence.asks.get(seen.marker))
        if not known:
            yield Complaint("errors", f"{_name(seen)} for {seen.account} ended by {seen.fault}")


def _codes(seen: Seen, ask: Ask | None) -> frozenset[str]:
    codes = _ANYBODY
    if ask is None:
        return codes
    if ask.kind in ("pool", "solo"):
        codes |= _OF_PROVIDERS
    if ask.key is None:
        # Without a key, its rest cannot be requested, so no node takes it over.
        codes |= {_INTERRUPTED}
    # All other accounts are keys created for a spree.
    return codes | _OF_ACCOUNTS.get(seen.account, {"budget_exceeded"})


def _name(seen: Seen) -> str:
    call = f" ({seen.call_id})" if seen.call_id else ""
    return f"{seen.marker} turn {seen.turn}{call}"
