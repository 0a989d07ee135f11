"""Charts in the terminal: columns over time, bars side by side; plain lines if output is not a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ._group import usd
from ._layout import cut, padded, width_of
from ._screen import Screen

__all__ = ["Bar", "Chart", "draw"]

_LEVELS = " ▁▂▃▄▅▆▇█"
_PARTS = " ▏▎▍▌▋▊▉█"
_HEIGHT = 8
_PLAIN_WIDTH = 40
_LABEL = 32
# The minimum width of a label or a bar.
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. With `upright`, the bars are successive times."""

    title: str
    bars: tuple[Bar, ...]
    upright: bool

    @property
    def top(self) -> float:
        return max((bar.value for bar in self.bars), default=0.0)

    @property
    def total(self) -> float:
        return sum(bar.value for bar in self.bars)


def draw(chart: Chart, screen: Screen, columns: int) -> None:
    screen.line(f"{chart.title}: {usd(chart.total)} USD", "strong")
    if not chart.bars:
        screen.line("nothing was spent", "dim")
    elif not screen.live:
        _plain(chart.bars, screen)
    elif chart.upright:
        _upright(chart, screen, columns)
    else:
        _lying(chart, screen, columns)


def _plain(bars: Sequence[Bar], screen: Screen) -> None:
    top = max(bar.value for bar in bars)
    labels = max(width_of(bar.label) for bar in bars)
    amounts = max(len(usd(bar.value)) for bar in bars)
    for bar in bars:
        marks = "#" * round(_PLAIN_WIDTH * bar.value / top) if top else ""
        screen.line(f"{padded(bar.label, labels)}  {usd(bar.value).rjust(amounts)}  {marks}".rstrip())


def _lying(chart: Chart, screen: Screen, columns: int) -> None:
    amounts = max(len(usd(bar.value)) for bar in chart.bars)
    free = max(2 * _LEAST, columns - amounts - 4)
    labels = min(_LABEL, max(width_of(bar.label) for bar in chart.bars), free - _LEAST)
    room = max(_LEAST, free - labels - 1)
    for bar in chart.bars:
        eighths = round(room * 8 * bar.value / chart.top) if chart.top else 0
        marks = "█" * (eighths // 8) + (_PARTS[eighths % 8] if eighths % 8 else "")
        screen.write(f"{padded(cut(bar.label, labels), labels)}  ")
        screen.write(marks.ljust(room), "accent")
        screen.line(f"  {usd(bar.value).rjust(amounts)}")


def _upright(chart: Chart, screen: Screen, columns: int) -> None:
    margin = max(len(usd(chart.top)), 4) + 2
    room = max(_LEAST, columns - margin - 2)
    bars = chart.bars[-room:]
    width = max(1, min(6, room // len(bars)))
    gap = 1 if width > 1 else 0
    for row in range(_HEIGHT, 0, -1):
        scale = usd(chart.top) if row == _HEIGHT else "0" if row == 1 else ""
        screen.write(f"{scale.rjust(margin - 2)} │", "dim")
        screen.line("".join(_cell(bar, chart.top, row) * (width - gap) + " " * gap for bar in bars).rstrip(), "accent")
    screen.line(f"{' ' * (margin - 2)} └{'─' * (len(bars) * width)}", "dim")
    first, last = cut(bars[0].label, room), bars[-1].label if len(bars) > 1 else ""
    if width_of(first) + 1 + width_of(last) > room:
        last = ""
    between = max(1, len(bars) * width - width_of(first) - width_of(last))
    screen.line(f"{' ' * margin}{first}{' ' * between}{last}".rstrip(), "dim")


def _cell(bar: Bar, top: float, row: int) -> str:
    eighths = round(_HEIGHT * 8 * bar.value / top) if top else 0
    # An amount above zero is always visible, however small it is in comparison.
    eighths = max(eighths, 1) if bar.value > 0 else 0
    return _LEVELS[min(8, max(0, eighths - (row - 1) * 8))]
