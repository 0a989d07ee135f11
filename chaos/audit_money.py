"""Audit of spend: no limit was exceeded at any time, all sums agree, and all reservations were released."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from .evidence import UNSEEN_EVENTS, Complaint, Evidence, grouped
from .records import Row, Window

__all__ = [
    "check_credits",
    "check_holds",
    "check_limits",
    "check_provider",
    "check_reports",
    "check_totals",
    "check_windows",
]


def check_limits(evidence: Evidence) -> Iterator[Complaint]:
    """Check that spend and reservations never exceeded the limit of a budget, and reservations were never negative."""
    for peak in evidence.records.peaks:
        limit = evidence.limits.get((peak.scope, peak.id))
        if limit is not None and peak.highest > limit:
            yield Complaint("limits", f"{peak.scope} {peak.id!r} reached {peak.highest} of {limit}")
        if peak.least_held < 0:
            yield Complaint("limits", f"{peak.scope} {peak.id!r} once had {peak.least_held} reserved")
    for window in evidence.records.windows:
        limit = evidence.limits.get((window.scope, window.id))
        if limit is not None and _spent_in(evidence, window) > limit:
            yield Complaint("limits", f"the records of {_named(window)} add up to more than {limit}")


def check_windows(evidence: Evidence) -> Iterator[Complaint]:
    """Check that the spend of a budget is the sum of the records of its window."""
    for window in evidence.records.windows:
        spent = _spent_in(evidence, window)
        if spent != window.spent:
            yield Complaint("windows", f"{_named(window)} counts {window.spent}, its records add up to {spent}")


def check_totals(evidence: Evidence) -> Iterator[Complaint]:
    """Check that the total spend of every owner on every model is the sum of the records."""
    summed: Counter[tuple[str, str, str]] = Counter()
    charged = grouped(evidence.records.charges, lambda charge: charge[2])
    for row in evidence.records.usage:
        places = [*_owners(row), *((scope, id) for scope, id, _ in charged.get(row.id, ()))]
        for scope, id in places:
            summed[scope, id, row.model] += row.cost_nano
    told = Counter({(total.scope, total.id, total.model): total.spent for total in evidence.records.totals})
    for place in summed.keys() | told.keys():
        if summed[place] != told[place]:
            yield Complaint("totals", f"{place} is said to be {told[place]}, its records add up to {summed[place]}")


def check_reports(evidence: Evidence) -> Iterator[Complaint]:
    """Check that the gateway's reports equal the sum of all records, for every grouping."""
    spent = sum(row.cost_nano for row in evidence.records.usage)
    for name, told in evidence.reports.items():
        if told != spent:
            yield Complaint("reports", f"{name} reports {told}, the records add up to {spent}")


def check_credits(evidence: Evidence) -> Iterator[Complaint]:
    """Check that the credit history has one debit of the right amount for each record that cost credits."""
    debits = Counter[str]()
    for entry in evidence.records.credits:
        if entry.kind == "debit":
            debits[entry.usage_id or ""] -= entry.amount_milli
    owed = Counter({row.id: row.credits_milli for row in evidence.records.usage if row.credits_milli})
    for name in debits.keys() | owed.keys():
        if debits[name] != owed[name]:
            yield Complaint("credits", f"{name!r} cost {owed[name]} and {debits[name]} were debited (thousandths)")


def check_holds(evidence: Evidence) -> Iterator[Complaint]:
    """Check that no reservations are left after the leases expired."""
    status = {call.id: call.status for call in evidence.records.calls}
    for held in evidence.records.holds:
        told = status.get(held.call_id, "not on record")
        yield Complaint("holds", f"{held.id!r} of {held.call_id!r}, which is {told}, was never returned")
    for window in evidence.records.windows:
        if window.held:
            yield Complaint("holds", f"{_named(window)} still holds {window.held}")


def check_provider(evidence: Evidence) -> Iterator[Complaint]:
    """Check that a provider was paid once per call, and that its payments are recorded with the tokens it reported."""
    whole = [told for told in evidence.told if told.whole]
    for marker, answers in grouped(whole, lambda told: told.marker).items():
        ask = evidence.asks[marker]
        if len(answers) > 1 and ask.key is not None:
            yield Complaint("provider", f"{marker} was answered whole {len(answers)} times: {answers}")
    for told in whole:
        if not evidence.rows_of_call.get(told.call_id):
            yield Complaint("provider", f"{told.marker} ({told.call_id}) was answered whole and has no record")
    for row in evidence.records.usage:
        if row.provider == "up":
            answers = evidence.told_of_call.get(row.call_id, [])
            if row.status == "completed":
                tokens = (row.prompt_tokens, row.completion_tokens)
                told_whole = [(told.prompt, told.completion) for told in answers if told.whole]
                if tokens not in told_whole and not any(evidence.cuts_billed(row, one) for one in told_whole):
                    yield Complaint("provider", f"{row.id!r} is completed with {tokens}, the provider has {answers}")
            elif row.completion_tokens > max((told.sent for told in answers), default=0) + UNSEEN_EVENTS:
                yield Complaint("provider", f"{row.id!r} ({row.status}) counts {row.completion_tokens} of {answers}")


def _owners(row: Row) -> list[tuple[str, str]]:
    customer = None if row.customer is None else f"{row.organization_id or ''}:{row.customer}"
    owners = [
        ("key", row.key_id),
        ("user", row.user_id),
        ("team", row.team_id),
        ("organization", row.organization_id),
        ("customer", customer),
    ]
    return [(scope, id) for scope, id in owners if id is not None]


def _spent_in(evidence: Evidence, window: Window) -> int:
    """Return the sum of the records of a window, in its unit: thousandths of a credit, or nano-USD."""
    until = float("inf") if window.end_at is None else window.end_at
    rows = [row for row in evidence.records.usage if window.start_at <= row.started_at < until]
    if window.scope == "credits":
        return sum(row.credits_milli for row in rows if row.account == window.id)
    charged = {usage for scope, id, usage in evidence.records.charges if (scope, id) == (window.scope, window.id)}
    return sum(row.cost_nano for row in rows if (window.scope, window.id) in _owners(row) or row.id in charged)


def _named(window: Window) -> str:
    return f"the window of {window.scope} {window.id!r} from {window.start_at:.0f}"
