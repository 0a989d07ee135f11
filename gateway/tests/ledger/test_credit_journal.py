"""The credit journal: balances, pages and totals, whose cost does not grow with the journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from onceward_gateway.billing import credit_journal, journal_sql
from onceward_gateway.billing.credit_journal import CreditJournal, JournalFilter, JournalPage
from onceward_gateway.config.billing import Band, CreditSettings, LedgerSettings, Tier
from onceward_gateway.config.records import RecordSettings
from onceward_gateway.core.principal import Principal
from onceward_gateway.jobs.record_archive import RecordArchive

from ..databases import on_postgres
from .kit import Bench

CALLER = Principal("k1", key_id="k1", organization_id="o1")
ACCOUNT = "organization:o1"


def credits(duration: str | None) -> LedgerSettings:
    tier = Tier("free", None, None, 10**12, duration, (), None, None, None)
    bands = {name: Band(name, None, None, (name,), 1_000_000) for name in "mn"}
    return LedgerSettings(credits=CreditSettings("free", MappingProxyType({"free": tier}), MappingProxyType(bands)))


@pytest.fixture(params=["1mo", "90s", "5h", None])
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Return a ledger with 40 calls over three days, some of which overlap."""
    made = Bench(tmp_path / "data", credits(request.param))
    for number in range(20):
        slow, quick = (made.enter(CALLER, tokens=100, model=model) for model in "mn")
        made.clock.now += 1.5
        assert made.finish(quick, 10 + number, status="failed" if number % 5 == 0 else "completed")
        made.clock.now += 40 + 4000 * (number % 3 == 0) + 50_000 * (number % 7 == 0)
        assert made.finish(slow, 50 + number)
    yield made
    made.close()


def read(bench: Bench, limit: int, **filters: str) -> list[JournalPage]:
    where = JournalFilter()
    where.add(filters)
    pages: list[JournalPage] = []
    cursor = None
    while True:
        page = bench.act(CreditJournal(bench.db).page(ACCOUNT, where, limit, cursor))
        pages.append(page)
        cursor = page.next_cursor
        if cursor is None:
            return pages


def listed(pages: list[JournalPage]) -> list[tuple[str, int]]:
    return [(str(entry.row[0]), entry.balance) for page in pages for entry in page.entries]


def expected(bench: Bench, model: str | None = None) -> list[tuple[str, int]]:
    """Return the entries with their balances, added up one by one."""
    balances: dict[float, int] = {}
    found: list[tuple[str, int]] = []
    rows = bench.rows(
        "SELECT entry.id, entry.amount_milli, entry.period_start, usage.model FROM credit_entry AS entry"
        " LEFT JOIN usage ON usage.id = entry.usage_id ORDER BY entry.at, entry.id"
    )
    for id, amount, period, of in rows:
        balances[period] = balances.get(period, 0) + amount
        if model in (None, of):
            found.append((id, balances[period]))
    return found[::-1]


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_each_entry_has_the_balance_after_it(bench: Bench, limit: int) -> None:
    pages = read(bench, limit)
    assert listed(pages) == expected(bench)
    assert len(listed(pages)) > 40
    assert {page.total for page in pages} == {len(listed(pages))}
    assert all(len(page.entries) == limit for page in pages[:-1])


@pytest.mark.parametrize("block", [1, 4, 5000])
@pytest.mark.parametrize("model", ["m", "none"])
def test_a_filter_reads_a_bounded_number_of_entries_a_page(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, block: int, model: str
) -> None:
    monkeypatch.setattr(credit_journal, "_BLOCK", block)
    for limit in (1, 3, 100):
        pages = read(bench, limit, model=model)
        assert listed(pages) == expected(bench, model)
        assert all(len(page.entries) <= min(limit, block) for page in pages)
        assert {page.total for page in pages} == {20 if model == "m" else 0}
    if block == 4 and model == "none":
        assert len(pages) > 10


def test_a_long_journal_is_not_counted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for most, total in ((39, None), (1000, 20)):
        monkeypatch.setattr(credit_journal, "_MOST_COUNTED", most)
        assert read(bench, 100, model="n")[0].total == total
    assert read(bench, 100)[0].total == len(expected(bench))


def test_debits_expire_with_the_records_of_their_calls(bench: Bench, tmp_path: Path) -> None:
    before = listed(read(bench, 100))
    archive = RecordArchive(bench.db, bench.clock, RecordSettings(1.0, tmp_path / "archive"), "node_a")
    assert bench.act(archive.archive("usage")) > 10
    debits = bench.rows("SELECT usage_id FROM credit_entry WHERE kind = 'debit' ORDER BY usage_id")
    assert 0 < len(debits) < 30
    assert debits == bench.rows("SELECT id FROM usage ORDER BY id")
    # Grants stay in the balances, though those of the expired time are not listed.
    after = listed(read(bench, 100))
    assert after == before[: len(after)]
    assert {id for id, _ in after} >= {f"cre_{id}" for (id,) in debits}


@pytest.mark.skipif(on_postgres(), reason="the plan is SQLite's")
def test_no_statement_reads_a_whole_journal(bench: Bench) -> None:
    bounds = (ACCOUNT, 0.0, 1.0, 1.0, "~")
    statements: list[tuple[str, tuple[Any, ...]]] = [
        (journal_sql.GRANTED, (ACCOUNT, 0.0, 1.0, "~")),
        (journal_sql.DEBITED, (*bounds, 0.0)),
        (journal_sql.count([]), (*bounds, 9)),
        (journal_sql.page([]), (*bounds, 9, 9, 9)),
    ]
    for statement, values in statements:
        plan = " ".join(str(row[3]) for row in bench.rows(f"EXPLAIN QUERY PLAN {statement}", values))
        assert "USING INDEX credit_entry_" in plan or "USING COVERING INDEX credit_entry_" in plan, plan
        assert "SCAN credit_entry" not in plan, plan
