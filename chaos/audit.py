"""Audit of a run: all checks of its evidence, and a check that the run was large enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from . import audit_calls, audit_money
from .evidence import Complaint, Evidence
from .work import ACCOUNTS, KINDS

__all__ = ["CHECKS", "audit", "check_crashes", "check_worth"]

_WHOLE_A_SECOND = 1.0
_MOST_FAILED = 0.5


def check_worth(evidence: Evidence) -> Iterator[Complaint]:
    """Check that enough calls of every kind and account succeeded; otherwise a run proves nothing."""
    count = len(evidence.succeeded)
    if count < _WHOLE_A_SECOND * evidence.seconds:
        yield Complaint("worth", f"only {count} calls succeeded in {evidence.seconds:.0f} s")
    asks = [evidence.asks[seen.marker] for seen in evidence.succeeded]
    kinds, accounts = {ask.kind for ask in asks}, {ask.account for ask in asks}
    if not any(seen.end == "whole" for seen in evidence.things_made):
        yield Complaint("worth", "no key and no batch was made")
    for name in {*KINDS, *ACCOUNTS} - kinds - accounts:
        yield Complaint("worth", f"no call of {name!r} succeeded")
    # Refusals by budgets, providers and rate limits do not count: they are responses.
    ends = Counter(seen.end for seen in evidence.seen if seen.fault is None or seen.fault.code is None)
    if ends["error"] > _MOST_FAILED * sum(ends.values()):
        yield Complaint("worth", f"{ends['error']} of {sum(ends.values())} calls ended by a broken connection")


def check_crashes(evidence: Evidence) -> Iterator[Complaint]:
    """Check that nothing crashed except what was killed on purpose."""
    for crash in evidence.crashes:
        yield Complaint("crashes", crash)


CHECKS: tuple[Callable[[Evidence], Iterator[Complaint]], ...] = (
    audit_calls.check_recorded,
    audit_calls.check_billed_once,
    audit_calls.check_stories_agree,
    audit_calls.check_answers,
    audit_calls.check_replays,
    audit_calls.check_errors,
    audit_calls.check_interrupted,
    audit_calls.check_ends,
    audit_calls.check_things_made,
    audit_calls.check_side_by_side,
    audit_money.check_limits,
    audit_money.check_windows,
    audit_money.check_totals,
    audit_money.check_reports,
    audit_money.check_credits,
    audit_money.check_holds,
    audit_money.check_provider,
    check_crashes,
    check_worth,
)


def audit(evidence: Evidence) -> list[Complaint]:
    """Return all violations; none, if the run proves what it should."""
    return [complaint for check in CHECKS for complaint in check(evidence)]
