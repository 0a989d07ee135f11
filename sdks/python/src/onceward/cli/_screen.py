"""The output of commands: colour, tables and bars with a terminal and `rich`, otherwise plain text.

Text from outside (a model's words, a server's error) is cleaned first: an escape sequence in it must not move the
cursor, change the window's title or overwrite earlier output.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from ._layout import fitted, terminal_width, width_of
from ._streams import silence

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["PlainScreen", "RichScreen", "Screen", "clean", "make_screen"]

# Embeddings, overrides and isolates of direction change the order in which the following text is shown.
_DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = {code: None for code in (*range(32), *range(127, 160), *_DIRECTIONS) if chr(code) not in "\n\t"}


def clean(text: str) -> str:
    """Return the text without control characters, except line breaks and tabs."""
    return text.translate(_CONTROLS)


class Screen(Protocol):
    """An output of commands. Styles are words: ``strong``, ``dim``, ``good``, ``bad``, ``warn``, ``accent``."""

    live: bool
    """True if a person sees the output while it is written."""

    def write(self, text: str, style: str | None = None) -> None:
        """Write text as it is, without a line break."""
        ...

    def line(self, text: str = "", style: str | None = None) -> None: ...
    def end_line(self) -> None:
        """Write a line break, unless at the beginning of a line."""
        ...

    def heading(self, text: str) -> None: ...
    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = ()) -> None: ...
    def fault(self, text: str, hint: str | None) -> None:
        """Write an error and the next step to standard error."""
        ...

    def notice(self, text: str) -> None:
        """Write a message for a waiting person to standard error."""
        ...

    def progress(self, label: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Show a progress bar. The context is a function to be called with the amount done."""
        ...


class PlainScreen:
    """Lines of text, for files, pipes and terminals without further abilities."""

    def __init__(self, out: TextIO, err: TextIO) -> None:
        self._out = out
        self._err = err
        self._begun = False
        self.live = out.isatty()

    def write(self, text: str, style: str | None = None) -> None:
        text = clean(text)
        if text:
            self._out.write(text)
            self._out.flush()
            self._begun = not text.endswith("\n")

    def line(self, text: str = "", style: str | None = None) -> None:
        self.write(f"{text}\n", style)

    def end_line(self) -> None:
        if self._begun:
            self.line()

    def heading(self, text: str) -> None:
        self.end_line()
        self.line(f"\n== {text} ==")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = ()) -> None:
        rows = [[clean(cell) for cell in row] for row in rows]
        for line in fitted(columns, rows, numeric, terminal_width() if self.live else None):
            self.line(line)

    def fault(self, text: str, hint: str | None) -> None:
        self._write_error(f"onceward: {clean(text)}\n" + (f"{clean(hint)}\n" if hint else ""))

    def notice(self, text: str) -> None:
        self.end_line()
        self._write_error(f"onceward: {clean(text)}\n")

    def _write_error(self, text: str) -> None:
        # If standard error cannot be written either, only the exit status is left.
        try:
            self._err.write(text)
            self._err.flush()
        except (OSError, ValueError):
            silence(self._err)

    @contextmanager
    def progress(self, label: str, total: int) -> Generator[Callable[[int], None], None, None]:
        printed = -1

        def update(done: int) -> None:
            nonlocal printed
            quarter = done * 4 // total if total else 4
            if quarter > printed:
                printed = quarter
                self.line(f"{label}: {done} of {total}")

        yield update


_STYLES = {"strong": "bold", "dim": "dim", "good": "green", "bad": "bold red", "warn": "yellow", "accent": "cyan"}


class RichScreen:
    """A terminal with `rich`."""

    def __init__(self, out: Console, err: Console) -> None:
        self._out = out
        self._err = err
        self._begun = False
        self.live = out.is_terminal

    def write(self, text: str, style: str | None = None) -> None:
        text = clean(text)
        if text:
            self._out.print(text, style=_STYLES.get(style or ""), end="", markup=False, highlight=False, soft_wrap=True)
            self._out.file.flush()
            self._begun = not text.endswith("\n")

    def line(self, text: str = "", style: str | None = None) -> None:
        self.write(f"{text}\n", style)

    def end_line(self) -> None:
        if self._begun:
            self.line()

    def heading(self, text: str) -> None:
        self.end_line()
        self._out.print()
        self._out.rule(f"[bold cyan]{_escaped(clean(text))}[/]", align="left")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = ()) -> None:
        from rich import box
        from rich.table import Table

        rows = [[clean(cell) for cell in row] for row in rows]
        cells = [[*columns], *rows]
        wide = sum(max(width_of(row[place]) for row in cells) + 2 for place in range(len(columns)))
        if wide > self._out.width:
            for line in fitted(columns, rows, numeric, self._out.width):
                self.line(line)
            return
        table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
        for place, name in enumerate(columns):
            table.add_column(_escaped(name), justify="right" if place in numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*(_escaped(cell) for cell in row))
        self._out.print(table)

    def fault(self, text: str, hint: str | None) -> None:
        self._write_error(f"onceward: {clean(text)}", "bold red")
        if hint:
            self._write_error(clean(hint))

    def notice(self, text: str) -> None:
        self.end_line()
        self._write_error(f"onceward: {clean(text)}", "yellow")

    def _write_error(self, text: str, style: str | None = None) -> None:
        try:
            self._err.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
        except (OSError, ValueError):
            silence(sys.stderr)

    @contextmanager
    def progress(self, label: str, total: int) -> Generator[Callable[[int], None], None, None]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._out) as bar:
            task = bar.add_task(_escaped(label), total=total)
            yield lambda done: bar.update(task, completed=done)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def make_screen(*, plain: bool = False) -> Screen:
    """Return the screen for this run. Decoration needs `rich` and a terminal, or FORCE_COLOR; NO_COLOR disables it."""
    forced = bool(os.environ.get("FORCE_COLOR"))
    plain = plain or bool(os.environ.get("NO_COLOR"))
    if plain or not (forced or sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        return PlainScreen(sys.stdout, sys.stderr)
    try:
        from rich.console import Console
    except ImportError:
        return PlainScreen(sys.stdout, sys.stderr)
    return RichScreen(Console(file=sys.stdout), Console(file=sys.stderr))
