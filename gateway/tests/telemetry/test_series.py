"""The text that is written: what a scraper reads back is what was counted."""

from __future__ import annotations

from onceward_gateway.telemetry.multiprocess import (
    decoded,
    encoded,
    merged,
)
from onceward_gateway.telemetry.prometheus import (
    Counter,
    Histogram,
    MetricFamily,
    render,
)

from .kit import Read


def test_buckets_are_cumulated_and_the_bound_belongs_to_its_bucket() -> None:
    seen = Histogram((0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7.0):
        seen.observe(value)
    family = MetricFamily("t_seconds", "histogram", "Time.")
    family.samples += seen.samples((("kind", "x"),))
    read = Read(render([family]).decode())
    assert [read.sum("t_seconds_bucket", le=bound) for bound in ("0.1", "1", "+Inf")] == [2, 3, 4]
    assert read.sum("t_seconds_count") == 4
    assert read.sum("t_seconds_sum") == 7.65


def test_no_text_breaks_out_of_its_label() -> None:
    odd = 'a"} 1\nfake{x="\\'
    counts = Counter("name")
    counts.add(odd)
    text = render([counts.family("c_total", "Of\nall.")]).decode()
    assert text == '# HELP c_total Of\\nall.\n# TYPE c_total counter\nc_total{name="a\\"} 1\\nfake{x=\\"\\\\"} 1\n'


def test_whole_numbers_stay_whole_and_the_rest_is_exact() -> None:
    family = MetricFamily("n", "gauge", "N.").add(1_795_262_104.53).add(68_587_520).add(4.86e-05).add(3.0)
    assert [line.split()[1] for line in render([family]).decode().splitlines()[2:]] == [
        "1795262104.53",
        "68587520",
        "4.86e-05",
        "3",
    ]


def test_a_family_without_series_is_not_written() -> None:
    assert render([MetricFamily("none_total", "counter", "Nothing.")]) == b"\n"


def test_series_survive_the_way_to_a_sibling() -> None:
    one, two = MetricFamily("a_total", "counter", "A.").add(1, x="1"), MetricFamily("b", "gauge", "B.").add(0.5)
    told = decoded(encoded([one, two]))
    assert render(merged([*told, one])) == render([one.add(1, x="1"), two])
