"""Charts of spending: plain where nobody looks, drawn in a terminal, and as a picture."""

from __future__ import annotations

import argparse
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from onceward.cli._chart import Bar, Chart, draw
from onceward.cli._dates import moment, starts
from onceward.cli._group import usd
from onceward.cli._layout import width_of
from onceward.cli._picture import svg
from onceward.cli._screen import PlainScreen

from .conftest import Run

DAYS = Chart(
    "Spend by day", tuple(Bar(f"2026-01-{day:02}", value) for day, value in enumerate((0, 2, 4, 0.01), 1)), True
)
MODELS = Chart("Spend by model", (Bar('<b>&"big"', 3.0), Bar("small", 1.0)), False)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(chart: Chart, out: io.StringIO, columns: int = 60) -> list[str]:
    draw(chart, PlainScreen(out, io.StringIO()), columns)
    return out.getvalue().splitlines()


def test_plain_lines_where_nobody_looks() -> None:
    lines = drawn(DAYS, io.StringIO())
    assert lines[0] == "Spend by day: 6.01 USD"
    assert [line.count("#") for line in lines[1:]] == [0, 20, 40, 0]
    assert all(ord(letter) < 128 for line in lines for letter in line)


def test_columns_in_a_terminal() -> None:
    lines = drawn(DAYS, Terminal())
    assert lines[1].strip().startswith("4.00 │")
    assert "█" in lines[1]
    assert "▁" in lines[8]  # a cent beside four dollars is seen
    assert "2026-01-01" in lines[-1]
    assert "2026-01-04" in lines[-1]
    wide = Chart("Spend by hour", tuple(Bar(str(number), 1.0) for number in range(500)), True)
    assert max(map(len, drawn(wide, Terminal()))) <= 60


def test_bars_side_by_side_in_a_terminal() -> None:
    lines = drawn(MODELS, Terminal())
    assert lines[1].count("█") == pytest.approx(3 * lines[2].count("█"), abs=3)
    assert max(map(len, lines)) <= 60


@pytest.mark.parametrize("columns", [20, 40])
@pytest.mark.parametrize("label", ["2026-01-01", "日本" * 20, "w" * 200, "e\u0301" * 60])
@pytest.mark.parametrize("upright", [True, False])
def test_charts_fit_a_narrow_terminal(upright: bool, label: str, columns: int) -> None:
    chart = Chart("Spend", tuple(Bar(f"{label}{number}", number) for number in range(9)), upright)
    assert max(map(width_of, drawn(chart, Terminal(), columns))) <= columns


def test_nothing_spent_is_no_error() -> None:
    assert drawn(Chart("Spend", (), True), Terminal())[1] == "nothing was spent"
    for upright in (True, False):
        empty = Chart("Spend", (Bar("a", 0.0),), upright)
        assert drawn(empty, Terminal())
        ElementTree.fromstring(svg(empty))


@pytest.mark.parametrize("chart", [DAYS, MODELS])
def test_the_picture_is_well_formed_and_has_a_bar_for_each(chart: Chart) -> None:
    root = ElementTree.fromstring(svg(chart))
    bars = [one for one in root.iter() if one.get("class") == "bar"]
    assert len(bars) == len(chart.bars)
    long = "height" if chart.upright else "width"
    sizes = [float(one.get(long, "")) for one in bars]
    assert max(sizes) == sizes[[bar.value for bar in chart.bars].index(chart.top)]
    titles = [one.text for one in root.iter() if one.tag.endswith("title")]
    assert titles[0] == f"{chart.bars[0].label}: {usd(chart.bars[0].value)} USD"


def test_charts_of_a_gateway(run: Run, gateway: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCEWARD_BASE_URL", gateway)
    run("chat", "Hello")
    days = run("spend", "chart", "--since", "3d")
    assert days.status == 0, days.err
    assert len(days.out.splitlines()) == 5  # a heading, and the days that lie between, today's too
    assert "#" in days.out.splitlines()[-1]
    picture = tmp_path / "spend.svg"
    for by in ("hour", "week", "month", "model", "team", "key", "provider"):
        done = run("spend", "chart", "--by", by, "--since", "2d", "--save", str(picture))
        assert done.status == 0, done.err
        assert "saved" in done.out
        ElementTree.fromstring(picture.read_text())
    assert "onceward/echo" in run("spend", "chart", "--by", "model").out
    png = run("spend", "chart", "--save", "spend.png")
    assert (png.status, ".svg" in png.err) == (2, True)
    assert '"results"' in run("spend", "chart", "--json").out


def test_times_as_a_person_writes_them() -> None:
    assert moment("2026-01-31") == datetime(2026, 1, 31, tzinfo=UTC)
    assert abs(datetime.now(UTC) - timedelta(days=30) - moment("30d")) < timedelta(minutes=1)
    with pytest.raises(argparse.ArgumentTypeError, match="30d"):
        moment("soon")
    begin, end = datetime(2026, 1, 30, 5, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    assert [at.month for at in starts(begin, end, "month")] == [1, 2]
    assert len(starts(begin, end, "day")) == 30
    assert starts(begin, end, "week")[0] == datetime(2026, 1, 26, tzinfo=UTC)
    assert len(starts(begin, begin + timedelta(hours=5), "hour")) == 5


def test_money_says_enough() -> None:
    assert [usd(value) for value in (0, 1234.5, 0.25, 0.000001, 0.5)] == [
        "0.00",
        "1,234.50",
        "0.25",
        "0.000001",
        "0.50",
    ]
