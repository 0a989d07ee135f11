"""The audit finds the errors of a broken gateway: each test manipulates the evidence of a good run in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from ..audit import audit
from ..evidence import Evidence
from ..journal import SIDE_BY_SIDE, Began, Fault, Made, Seen, Told, Usage
from ..records import Call, Credit, Held, Peak, Row, Window
from .kit import CREDITS, ECHO, LIMIT, POOL, SPREE, changed, evidence, row_of, seen_of


def found(doctored: Evidence) -> set[str]:
    """Return the checks that fail, except those for the size of the run."""
    return {complaint.check for complaint in audit(doctored)} - {"worth"}


def with_rows(*rows: Row) -> Evidence:
    return changed(evidence(), usage=rows)


def with_seen(seen: Seen) -> Evidence:
    """Replace one client's evidence."""
    good = evidence()
    entries = [
        seen if isinstance(entry, Seen) and (entry.marker, entry.turn) == (seen.marker, seen.turn) else entry
        for entry in good.entries
    ]
    return Evidence(entries, good.records, good.reports, good.crashes, good.seconds)


def with_entries(*more: Any, without: Callable[[Any], bool] = lambda entry: False) -> Evidence:
    good = evidence()
    entries = [*(entry for entry in good.entries if not without(entry)), *more]
    return Evidence(entries, good.records, good.reports, good.crashes, good.seconds)


def test_a_good_run_is_green() -> None:
    assert found(evidence()) == set()


# -- records


def test_a_call_that_has_no_record() -> None:
    assert "recorded" in found(with_rows(row_of(POOL), row_of(SPREE)))


def test_a_record_that_is_there_twice() -> None:
    rows = [row_of(ask) for ask in (ECHO, POOL, SPREE)]
    again = row_of(ECHO, id="call_c0t1.0.2")
    assert {"recorded", "billed once"} <= found(with_rows(*rows, again))


def test_another_call_under_the_same_key() -> None:
    rows = [row_of(ask) for ask in (ECHO, POOL, SPREE)]
    other = row_of(ECHO, id="call_other.1", call_id="call_other")
    assert "billed once" in found(with_rows(*rows, other))


def test_a_call_that_is_paid_as_interrupted_and_as_completed() -> None:
    rows = [row_of(ask) for ask in (ECHO, POOL, SPREE)]
    assert "billed once" in found(with_rows(*rows, row_of(POOL, id="call_c0t1.1.2", status="interrupted")))


def test_a_failed_attempt_before_the_one_that_succeeded_is_no_fault() -> None:
    rows = [row_of(ask) for ask in (ECHO, POOL, SPREE)]
    before = row_of(SPREE, id="call_before.1", status="failed", cost_nano=0, prompt_tokens=0, completion_tokens=0)
    assert found(with_rows(*rows, before)) == set()


def test_a_record_of_a_call_that_nobody_made() -> None:
    rows = [row_of(ask) for ask in (ECHO, POOL, SPREE)]
    stranger = row_of(ECHO, id="call_x.1", call_id="call_x", idempotency_key="whose")
    assert "stories agree" in found(with_rows(*rows, stranger))


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompt_tokens": 7},
        {"completion_tokens": 5},
        {"cost_nano": 1129},
        {"estimated": True},
        {"key_id": "key_credits"},
        {"idempotency_key": "chaos-c0t1.1"},
    ],
)
def test_a_record_that_tells_something_else(wrong: dict[str, Any]) -> None:
    assert "recorded" in found(with_rows(row_of(ECHO, **wrong), row_of(POOL), row_of(SPREE)))


def test_an_answer_that_tells_another_cost() -> None:
    assert found(with_seen(seen_of(SPREE, cost="0.000001127"))) == {"recorded"}
    assert found(with_seen(seen_of(SPREE, cost="0.000001128"))) == set()


def test_a_call_that_never_ended_in_the_database() -> None:
    calls = (*evidence().records.calls, Call("call_c0t9.9", "chaos-c0t9.9", "in_progress", "offline"))
    assert found(changed(evidence(), calls=calls)) == {"stories agree"}


@pytest.mark.parametrize("provider", ["up", "offline"])
def test_an_interrupted_call_is_booked_unless_it_waits_to_go_on(provider: str) -> None:
    calls = (*evidence().records.calls, Call("call_c0t9.9", "chaos-c0t9.9", "interrupted", provider))
    assert found(changed(evidence(), calls=calls)) == ({"stories agree"} if provider == "up" else set())


# -- answers and streams


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "something else"},
        {"ids": (1, 2, 3, 3, 4, 5, 6, 7)},
        {"ids": (1, 2, 4, 5, 6, 7, 8)},
        {"ids": (2, 3, 4)},
        {"ids": ()},
        {"calls": ("call_other", "call_c0t1.0")},
    ],
)
def test_a_stream_that_is_not_whole(wrong: dict[str, Any]) -> None:
    assert "answers" in found(with_seen(seen_of(ECHO, **wrong)))


def test_an_answer_that_ends_too_early_and_one_that_goes_wrong_before_it_breaks() -> None:
    text = seen_of(ECHO).text
    assert "answers" in found(with_seen(seen_of(ECHO, text=text[:-1])))
    broken = {"end": "error", "fault": Fault("StreamInterrupted", None, None, "cut"), "ids": (1, 2)}
    assert found(with_seen(seen_of(ECHO, 1, text=text[:5], **broken))) == set()
    assert found(with_seen(seen_of(ECHO, 1, text="x" + text[:5], **broken))) == {"answers"}


def test_a_replay_that_tells_something_else() -> None:
    assert "replays" in found(with_seen(seen_of(ECHO, 1, usage=Usage(6, 7))))


@pytest.mark.parametrize("code", ["internal", "call_interrupted", "budget_exceeded", "call_cancelled"])
def test_an_error_that_this_call_may_not_meet(code: str) -> None:
    fault = Fault("InternalServerError", 500, code, "no")
    assert "errors" in found(with_seen(seen_of(ECHO, 1, end="error", fault=fault, text="", ids=())))


def test_a_call_that_is_told_as_interrupted_and_paid_as_completed() -> None:
    told: dict[str, Any] = {
        "end": "error",
        "fault": Fault("InternalServerError", 500, "call_interrupted", "no"),
        "text": "",
    }
    assert found(with_seen(seen_of(POOL, **told))) == {"interrupted"}
    booked = row_of(POOL, status="interrupted", prompt_tokens=0, completion_tokens=6)
    doctored = with_seen(seen_of(POOL, **told))
    doctored.records = msgspec.structs.replace(doctored.records, usage=(row_of(ECHO), booked, row_of(SPREE)))
    assert "interrupted" not in found(doctored)


def test_a_call_that_never_ends_and_one_that_ends_late() -> None:
    hanging = Began("c0t9.1", 0, "chaos-c0t9.1", 1000.0, 40.0, ECHO)
    assert found(with_entries(hanging)) == {"ends"}
    assert found(with_seen(seen_of(ECHO, 1, at=1060.0))) == {"ends"}


def test_a_key_that_was_made_twice() -> None:
    assert found(changed(evidence(), names=("free", "credits", "c0p1", "c0p1"))) == {"things made"}
    assert found(changed(evidence(), names=("free", "credits"))) == {"things made"}


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize("counted", [True, False])
def test_more_calls_at_the_same_time_than_a_key_may_make(limit: int, counted: bool) -> None:
    doctored = with_entries(Made(SIDE_BY_SIDE, "key_free", limit))
    beside = row_of(ECHO, id="call_y.1", call_id="call_y", status="failed", cost_nano=0, started_at=1000.4)
    behind = row_of(ECHO, id="call_z.1", call_id="call_z", status="failed", cost_nano=0, started_at=1000.5)
    rows = [*doctored.records.usage, beside, behind]
    doctored.records = msgspec.structs.replace(doctored.records, usage=tuple(rows))
    doctored.counted = counted
    assert ("side by side" in found(doctored)) is (limit == 1 and counted)


# -- money


@pytest.mark.parametrize(
    "peak",
    [
        Peak("key", "key_spree", "", 0.0, LIMIT + 1, 0),
        Peak("credits", "organization:org_thrift", "", 0.0, CREDITS + 1, 0),
        Peak("key", "key_spree", "", 0.0, LIMIT, -1),
    ],
)
def test_a_budget_that_was_overdrawn_for_a_moment(peak: Peak) -> None:
    assert found(changed(evidence(), peaks=(peak,))) == {"limits"}


def test_records_beyond_a_budget_that_the_window_does_not_tell() -> None:
    dear = row_of(SPREE, cost_nano=LIMIT + 1)
    assert {"limits", "windows"} <= found(with_rows(row_of(ECHO), row_of(POOL), dear))


def test_a_window_that_counts_more_than_its_records() -> None:
    windows = (Window("key", "key_spree", "", 0.0, None, 2 * 1128, 0),)
    assert found(changed(evidence(), windows=windows)) == {"windows"}


def test_a_row_counts_in_the_window_it_started_in() -> None:
    windows = (
        Window("key", "key_spree", "", 500.0, 1000.0, 0, 0),
        Window("key", "key_spree", "", 1000.0, 1010.0, 1128, 0),
    )
    assert found(changed(evidence(), windows=windows)) == set()


def test_a_sum_that_does_not_agree() -> None:
    totals = evidence().records.totals
    assert found(changed(evidence(), totals=totals[1:])) == {"totals"}
    assert found(changed(evidence(), totals=(*totals, msgspec.structs.replace(totals[0], id="key_x")))) == {"totals"}


def test_a_report_that_does_not_agree() -> None:
    good = evidence()
    good.reports["the report by team"] = 1
    assert found(good) == {"reports"}


def test_credits_that_were_debited_twice_or_never() -> None:
    entries = evidence().records.credits
    assert found(changed(evidence(), credits=entries[:1])) == {"credits"}
    again = Credit("organization:org_thrift", "debit", -71, row_of(POOL).id)
    assert found(changed(evidence(), credits=(*entries, again))) == {"credits"}


def test_what_was_held_and_never_returned() -> None:
    windows = (Window("key", "key_spree", "", 0.0, None, 1128, 5),)
    assert found(changed(evidence(), windows=windows)) == {"holds"}
    assert found(changed(evidence(), holds=(Held("hold_1", "call_c0t1.0"),))) == {"holds"}


def test_a_provider_that_was_paid_twice() -> None:
    assert found(with_entries(Told(POOL.marker, "call_again", "well", 6, 6, 6, True, 1000.0))) == {"provider"}


def test_a_provider_that_was_paid_for_what_nobody_recorded() -> None:
    lost = Told(ECHO.marker, "call_lost", "well", 6, 6, 6, True, 1000.0)
    assert found(with_entries(lost)) == {"provider"}


def test_a_completed_call_that_its_provider_does_not_know() -> None:
    told = Told(POOL.marker, "call_" + POOL.marker, "cut", 6, 6, 3, False, 1000.0)
    assert found(with_entries(told, without=lambda entry: isinstance(entry, Told))) == {"provider"}


def test_a_broken_stream_that_is_billed_for_more_than_was_sent() -> None:
    rows = [row_of(ask) for ask in (ECHO, POOL, SPREE)]
    told = Told("c0t1.5", "call_c0t1.5", "cut", 6, 9, 2, False, 1000.0)
    began = Began("c0t1.5", 0, "chaos-c0t1.5", 1000.0, 40.0, POOL)
    seen = seen_of(POOL, marker="c0t1.5", key="chaos-c0t1.5", end="left", call_id="call_c0t1.5", text="")
    broken = {"id": "call_c0t1.5.1", "call_id": "call_c0t1.5", "idempotency_key": "chaos-c0t1.5", "status": "cancelled"}
    for tokens, complaint in ((5, False), (6, True)):
        doctored = with_entries(told, began, seen)
        doctored.records = msgspec.structs.replace(
            doctored.records, usage=(*rows, row_of(POOL, **broken, completion_tokens=tokens))
        )
        assert ("provider" in found(doctored)) is complaint


@pytest.mark.parametrize(
    ("more", "verdict", "call", "allowed"),
    [
        ((20, 0), "cut", "call_c0t1.1", True),
        ((20, 5), "cut", "call_c0t1.1", True),
        ((20, 6), "cut", "call_c0t1.1", False),
        ((25, 0), "cut", "call_c0t1.1", False),
        ((0, 5), "cut", "call_c0t1.1", False),
        ((20, 0), "busy", "call_c0t1.1", False),
        ((20, 0), "cut", "call_other", False),
    ],
)
def test_a_try_that_was_cut_is_billed_only_where_the_provider_cut_it(
    more: tuple[int, int], verdict: str, call: str, allowed: bool
) -> None:
    doctored = with_entries(Told(POOL.marker, call, verdict, 6, 6, 2, False, 1000.0))
    prompt, completion = 6 + more[0], 6 + more[1]
    # Six tokens in and out at `house-a`, and what was cut at `house-b`.
    cost = row_of(POOL).cost_nano + (495 * more[0] + 1805 * more[1]) // 10
    row = row_of(POOL, prompt_tokens=prompt, completion_tokens=completion, estimated=True, cost_nano=cost)
    doctored.records = msgspec.structs.replace(doctored.records, usage=(row_of(ECHO), row, row_of(SPREE)))
    assert bool({"recorded", "provider"} & found(doctored)) is not allowed
    dear = msgspec.structs.replace(row, cost_nano=3 * cost)
    doctored = changed(doctored, usage=(row_of(ECHO), dear, row_of(SPREE)))
    assert "recorded" in found(doctored)


# -- the run itself


def test_a_node_that_ended_by_itself() -> None:
    good = evidence()
    good.crashes.append("node0 ended by itself with status 1")
    assert found(good) == {"crashes"}


def test_a_run_in_which_next_to_nothing_succeeded_proves_nothing() -> None:
    good = evidence()
    good.seconds = 60.0
    complaints = [complaint.what for complaint in audit(good) if complaint.check == "worth"]
    assert "only 4 calls succeeded in 60 s" in complaints
    assert "no call of 'embed' succeeded" in complaints
