"""Charts as pictures: SVG, which every browser opens, in the reader's light or dark theme."""

from __future__ import annotations

from html import escape

from ._chart import Bar, Chart
from ._group import usd

__all__ = ["svg"]

_WIDTH = 960
_LEFT, _RIGHT, _ABOVE, _BELOW = 90, 24, 64, 48
_PLOT = 320
_ROW = 30
_NAMES = 240
_LINES = 4
_STYLE = """
svg { font: 13px system-ui, sans-serif; background: #ffffff }
text { fill: #24292f } .title { font-size: 18px; font-weight: 600 } .quiet { fill: #656d76 }
.bar { fill: #0b7285 } .grid { stroke: #d0d7de; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
  svg { background: #0d1117 } text { fill: #e6edf3 } .quiet { fill: #8d96a0 }
  .bar { fill: #3bc9db } .grid { stroke: #30363d }
}
"""


def svg(chart: Chart) -> str:
    """Return the document. Each bar shows its label and value under the pointer."""
    body, height = _upright(chart) if chart.upright else _lying(chart)
    title = f"{chart.title}: {usd(chart.total)} USD"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
            f'height="{height}" role="img" aria-label="{escape(title)}">',
            f"<style>{_STYLE}</style>",
            f'<text class="title" x="24" y="34">{escape(title)}</text>',
            *body,
            "</svg>",
            "",
        ]
    )


def _upright(chart: Chart) -> tuple[list[str], int]:
    width, foot = _WIDTH - _LEFT - _RIGHT, _ABOVE + _PLOT
    step = width / max(1, len(chart.bars))
    lines: list[str] = []
    for part in range(_LINES + 1):
        y = foot - _PLOT * part / _LINES
        lines.append(f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"/>')
        amount = usd(chart.top * part / _LINES)
        lines.append(f'<text class="quiet" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{amount}</text>')
    for place, bar in enumerate(chart.bars):
        tall = _PLOT * bar.value / chart.top if chart.top else 0.0
        x = _LEFT + step * place + step * 0.1
        lines.append(_bar(bar, x, foot - tall, max(0.5, step * 0.8), tall))
    every = max(1, -(-len(chart.bars) // 8))
    for place in range(0, len(chart.bars), every):
        x = _LEFT + step * (place + 0.5)
        label = escape(chart.bars[place].label)
        lines.append(f'<text class="quiet" x="{x:.1f}" y="{foot + 22}" text-anchor="middle">{label}</text>')
    return lines, foot + _BELOW


def _lying(chart: Chart) -> tuple[list[str], int]:
    room = _WIDTH - _NAMES - _RIGHT - 110
    lines: list[str] = []
    for place, bar in enumerate(chart.bars):
        y = _ABOVE + _ROW * place
        long = room * bar.value / chart.top if chart.top else 0.0
        name = bar.label if len(bar.label) <= 30 else f"{bar.label[:29]}…"
        lines.append(f'<text x="{_NAMES - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        lines.append(_bar(bar, _NAMES, y, max(0.5, long), _ROW - 10))
        lines.append(f'<text class="quiet" x="{_NAMES + long + 8:.1f}" y="{y + 15}">{usd(bar.value)}</text>')
    return lines, _ABOVE + _ROW * len(chart.bars) + 16


def _bar(bar: Bar, x: float, y: float, width: float, height: float) -> str:
    title = escape(f"{bar.label}: {usd(bar.value)} USD")
    size = f'width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" {size} rx="2"><title>{title}</title></rect>'
