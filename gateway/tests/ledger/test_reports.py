"""Reports and log pages: whatever they are read from, they say what the records say."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onceward_gateway.api import spend_reports, usage_logs
from onceward_gateway.api.spend_reports import SpendReports
from onceward_gateway.api.usage_filter import UsageFilter
from onceward_gateway.billing.usage_periods import UsagePeriods
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.principal import Principal

from .kit import Bench

START = datetime(2026, 1, 28, 22, 30, tzinfo=UTC).timestamp()
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
COLUMNS = {"team": "team_id", "customer": "customer", "api_key": "key_id", "user": "user_id", "model": "model_served"}


def id_at(moment: float, number: int) -> str:
    count = (int(moment * 1000) << 80) | number
    return "call_" + "".join(DIGITS[count >> shift & 31] for shift in range(125, -1, -5))


@pytest.fixture(scope="module", params=["days", "weeks and months"])
def bench(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Return a ledger with 120 calls over two weeks and more, with or without the sums of whole weeks and months."""
    made = Bench(tmp_path_factory.mktemp("reports"))
    made.clock.now = START
    numbers = itertools.count()
    made.new_id = lambda prefix: id_at(made.clock.now, next(numbers)).replace("call_", prefix)  # type: ignore[method-assign]
    draw = random.Random(7)
    for number in range(120):
        key = draw.choice(["k1", "k2", "k3"])
        team = {"k1": "t1", "k2": "t1", "k3": None}[key]
        caller = Principal(
            key, key_id=key, team_id=team, user_id=f"u{key[1]}", customer=draw.choice([None, "c1", "c2"])
        )
        ticket = made.enter(caller, tokens=50, model=draw.choice("mn"))
        ticket.tags = draw.choice([(), (), ("red",), ("red", "blue")])
        ticket.metadata = draw.choice([None, '{"app": "a"}', '{"app": ""}'])
        made.clock.now += draw.choice([0.5, 7.25, 1800, 1_000])
        assert made.finish(ticket, draw.randrange(40), status=draw.choice(["completed", "completed", "failed"]))
        made.clock.now += draw.choice([0, 1, 3600, 20_000])
        if number == 60:
            made.clock.now = datetime(2026, 2, 1, tzinfo=UTC).timestamp()
    if request.param != "days":
        ended, made.clock.now = made.clock.now, datetime(2026, 3, 3, tzinfo=UTC).timestamp()
        assert made.act(UsagePeriods(made.db, made.clock).add_up()) >= 3
        made.clock.now = ended
    yield made
    made.close()


def records(bench: Bench) -> list[dict[str, Any]]:
    names = ("id", "team_id", "customer", "key_id", "user_id", "model", "model_served", "status", "cost_nano")
    names += ("started_at", "total_tokens", "metadata")
    found = [dict(zip(names, row, strict=True)) for row in bench.rows(f"SELECT {', '.join(names)} FROM usage")]
    for one in found:
        rows = bench.rows("SELECT tag FROM usage_tag WHERE usage_id = ? ORDER BY tag", (one["id"],))
        one["tags"] = [tag for (tag,) in rows]
    return sorted(found, key=lambda one: one["id"], reverse=True)


def interval_of(moment: float, interval: str) -> str | None:
    at = datetime.fromtimestamp(moment, UTC)
    match interval:
        case "hour":
            return at.strftime("%Y-%m-%dT%H:00:00Z")
        case "day":
            return at.strftime("%Y-%m-%d")
        case "week":
            return (at - timedelta(days=at.weekday())).strftime("%Y-%m-%d")
        case "month":
            return at.strftime("%Y-%m")
    return None


def names_of(record: dict[str, Any], group: str) -> list[str | None]:
    if group == "tag":
        return record["tags"] or [None]
    if group == "metadata.app":
        return [{None: None, '{"app": "a"}': "a", '{"app": ""}': ""}[record["metadata"]]]
    return [record[COLUMNS[group]]]


# Whole days, whole hours, parts of hours, and a part of one hour.
SPANS = (
    (None, None),
    (START + 5_400, START + 5_400 + 4 * 86_400),
    (START + 1_800, START + 5 * 3600),
    (START + 3_000.5, None),
    (None, START + 200_000.25),
    (START + 100, START + 130_000),
    (START, START + 20),
    (START + 3600, START + 5400),
    (START - 9_000_000, START - 1_000_000),
)
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"team_id": "t1"},
    {"key_id": "k3", "model": "m"},
    {"customer": "c1"},
    {"customer": "nobody"},
    {"user_id": "nobody"},
    {"metadata": "app=a", "team_id": "t1"},
)


def matches(record: dict[str, Any], span: tuple[float | None, float | None], given: dict[str, Any]) -> bool:
    start, end = span
    if (start is not None and record["started_at"] < start) or (end is not None and record["started_at"] >= end):
        return False
    plain = {name: value for name, value in given.items() if name not in ("metadata", "tag")}
    if "tag" in given and given["tag"] not in record["tags"]:
        return False
    return all(record[name] == value for name, value in plain.items()) and (
        "metadata" not in given or record["metadata"] == '{"app": "a"}'
    )


def filtered(span: tuple[float | None, float | None], given: dict[str, Any]) -> UsageFilter:
    where = UsageFilter()
    for name, value in {"start": span[0], "end": span[1], **given}.items():
        if name == "metadata":
            where.add_metadata(value)
        else:
            where.add(name, value)
    return where


@pytest.mark.parametrize("seeks", [0, 100_000])
@pytest.mark.parametrize("group", [*COLUMNS, "tag", "metadata.app"])
def test_reports_are_exact(bench: Bench, group: str, seeks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever way the sums of a few groups are read: one by one, or with all others of the period."""
    monkeypatch.setattr(spend_reports, "_MOST_SEEKS", seeks)
    reports, kept = SpendReports(bench.db), records(bench)
    for span, given, interval in itertools.product(SPANS, FILTERS, ("total", "hour", "day", "week", "month")):
        expected: dict[tuple[Any, Any], list[int]] = {}
        chosen = [record for record in kept if matches(record, span, given)]
        for record in chosen:
            for name in names_of(record, group):
                sums = expected.setdefault((interval_of(record["started_at"], interval), name), [0, 0, 0, 0])
                failed = record["status"] == "failed"
                for at, number in enumerate((1, failed, record["cost_nano"], record["total_tokens"])):
                    sums[at] += number
        rows, total = bench.act(reports.grouped(filtered(span, given), group, interval))  # type: ignore[arg-type]
        found = {
            (row.date, row.group): [row.sum.requests, row.sum.failed, row.sum.cost, row.sum.tokens] for row in rows
        }
        assert found == expected, (span, given, interval)
        assert (total.requests, total.cost) == (len(chosen), sum(record["cost_nano"] for record in chosen))
        order = [(row.date or "", -row.sum.cost, row.group or "") for row in rows]
        assert order == sorted(order)


def test_tags_are_exact(bench: Bench) -> None:
    reports, kept = SpendReports(bench.db), records(bench)
    for span in SPANS:
        chosen = [record for record in kept if matches(record, span, {})]
        counts = {tag: sum(tag in record["tags"] for record in chosen) for tag in ("red", "blue")}
        for tags, wanted in (([], counts), (["blue", "none"], {"blue": counts["blue"]})):
            found = bench.act(reports.by_tag(filtered(span, {}), tags))
            assert {tag: count for tag, count, _ in found} == {tag: count for tag, count in wanted.items() if count}


LOG_FILTERS: tuple[dict[str, Any], ...] = (
    *FILTERS,
    {"tag": "blue"},
    {"tag": "none"},
    {"tag": "red", "customer": "c2", "team_id": "t1"},
    {"status": "failed"},
    {"status": "failed", "key_id": "k2"},
    {"status": "completed", "tag": "red"},
    {"status": "cancelled"},
    {"metadata": "app=a"},
)


@pytest.mark.parametrize(("newest", "most"), [(2000, 20_000), (3, 20_000), (3, 10), (1, 1)])
def test_log_pages_are_exact(bench: Bench, newest: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever way the records are found: among the newest, by an index, or one after the other."""
    monkeypatch.setattr(usage_logs, "_NEWEST", newest)
    monkeypatch.setattr(usage_logs, "_MOST_CANDIDATES", most)
    reports, kept = SpendReports(bench.db), records(bench)
    for span, given in itertools.product(SPANS, LOG_FILTERS):
        expected = [record["id"] for record in kept if matches(record, span, given)]
        found: list[str] = []
        cursor, pages = None, 0
        while True:
            rows, cursor = bench.act(reports.log_page(filtered(span, given), 7, cursor))
            found += [row["id"] for row in rows]
            pages += 1
            assert pages < 200
            if cursor is None:
                break
            assert len(rows) == 7 or "metadata" in given
        assert found == expected, (span, given)


def test_a_report_that_is_too_large_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = SpendReports(bench.db)

    def refused(where: UsageFilter, group: str, interval: Any) -> str:
        with pytest.raises(ApiError) as error:
            bench.act(reports.grouped(where, group, interval))
        assert (error.value.status, error.value.code, error.value.param) == (400, "report_too_large", "start_date")
        return error.value.message

    everything = UsageFilter()
    with monkeypatch.context() as patch:
        patch.setattr(spend_reports, "_MOST_PARTS", 5)
        assert "more than 5 sums" in refused(everything, "api_key", "day")
        rows, _ = bench.act(reports.grouped(everything, "team", "total"))
        assert len(rows) == 2
    with monkeypatch.context() as patch:
        patch.setattr(spend_reports, "_MOST_RECORDS", 119)
        assert "each of its 120 calls" in refused(everything, "metadata.app", "total")
        rows, _ = bench.act(reports.grouped(filtered((None, START + 200_000), {}), "metadata.app", "total"))
        assert rows
    with monkeypatch.context() as patch:
        patch.setattr(spend_reports, "_MOST_HOURS", 10)
        assert "more than 10 hourly sums" in refused(everything, "team", "hour")
        rows, _ = bench.act(reports.grouped(everything, "team", "day"))
        assert rows
