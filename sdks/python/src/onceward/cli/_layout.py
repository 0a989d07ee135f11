"""Tables that fit a terminal: long cells are wrapped, and if that is not enough, each row becomes several lines."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Sequence

__all__ = ["cut", "fitted", "padded", "terminal_width", "width_of", "wrapped"]

_GAP = 2
_NARROW = 8


def terminal_width() -> int:
    """Return the width of the terminal (80 if it is not known)."""
    return max(10, shutil.get_terminal_size((80, 24)).columns)


def width_of(text: str) -> int:
    """Return the width of a text: East Asian characters take two columns, combining marks none."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def cut(text: str, width: int) -> str:
    """Return the beginning of a text that fits a number of columns, with a mark if it is cut."""
    return text if width_of(text) <= width else f"{_head(text, width - 1)}…"


def padded(text: str, width: int) -> str:
    """Return a text padded with spaces to a number of columns."""
    return text + " " * max(0, width - width_of(text))


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Return the lines of a text in a number of columns. `indent` begins all but the first; long words are broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line.strip() and width_of(line) + 1 + width_of(word) <= width:
            line += f" {word}"
            continue
        if line.strip():
            lines.append(line)
            line = indent
        while width_of(line) + width_of(word) > width:
            head = _head(word, max(1, width - width_of(line))) or word[:1]
            lines.append(line + head)
            line, word = indent, word[len(head) :]
        line += word
    return [*lines, line] if line.strip() or not lines else lines


def _head(text: str, width: int) -> str:
    """Return as much of a text as fits."""
    taken = 0
    for at, one in enumerate(text):
        taken += width_of(one)
        if taken > width:
            return text[:at]
    return text


def fitted(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int], room: int | None
) -> list[str]:
    """Return the lines of a table in `room` columns, or in its own width for None."""
    whole = [list(columns), *([" ".join(cell.split()) for cell in row] for row in rows)]
    widths = [max(width_of(row[place]) for row in whole) for place in range(len(columns))]
    if room is not None and sum(widths) + _GAP * (len(widths) - 1) > room:
        shrunk = _shrunk(whole, widths, numeric, room)
        if shrunk is None:
            return _records(columns, whole[1:], room)
        widths = shrunk
    return [line for row in whole for line in _row(row, widths, numeric)]


def _shrunk(whole: list[list[str]], widths: list[int], numeric: Sequence[int], room: int) -> list[int] | None:
    """Return widths that fit.

    The widest column shrinks first, none below its longest word (or the narrowest column).
    """
    least = [
        width if place in numeric else min(width, max(_NARROW, *(_longest_word(row[place]) for row in whole)))
        for place, width in enumerate(widths)
    ]
    excess = sum(widths) + _GAP * (len(widths) - 1) - room
    out = list(widths)
    while excess > 0:
        place = max(range(len(out)), key=lambda at: out[at] - least[at])
        if out[place] <= least[place]:
            return None
        out[place] -= 1
        excess -= 1
    return out


def _longest_word(text: str) -> int:
    return max((width_of(word) for word in text.split()), default=0)


def _row(row: Sequence[str], widths: Sequence[int], numeric: Sequence[int]) -> list[str]:
    cells = [
        [cell] if width_of(cell) <= width else wrapped(cell, max(1, width))
        for cell, width in zip(row, widths, strict=True)
    ]
    lines: list[str] = []
    for number in range(max(map(len, cells))):
        parts: list[str] = []
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            text = cell[number] if number < len(cell) else ""
            space = " " * max(0, width - width_of(text))
            parts.append(space + text if place in numeric else text + space)
        lines.append((" " * _GAP).join(parts).rstrip())
    return lines


def _records(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[str]:
    """Return each row as lines `column: value`, with a blank line between rows."""
    lines: list[str] = []
    for row in rows:
        lines += [""] if lines else []
        for name, cell in zip(columns, row, strict=True):
            if cell:
                text = f"{name}: {cell}" if name else cell
                lines += wrapped(text, room, "  ")
    return lines
