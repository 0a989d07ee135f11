"""What commands write on: with colour, tables and bars where there is a terminal and `rich`, else in plain text.

What comes from outside (a model's words, a server's error) is cleaned first: an escape sequence in it must not move the
cursor, change the window's title or paint over what was said.
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

# Embeddings, overrides and isolates of direction show what follows them in another order.
_DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = {code: None for code in (*range(32), *range(127, 160), *_DIRECTIONS) if chr(code) not in "\n\t"}


def clean(text: str) -> str:
    """The text without control characters, but for line breaks and tabs."""
    return text.translate(_CONTROLS)


class Screen(Protocol):
    """Styles are words: ``strong``, ``dim``, ``good``, ``bad``, ``warn``, ``accent``."""

    live: bool
    """Whether a person sees it as it is written."""

    def write(self, text: str, style: str | None = None) -> None:
        """Text as it comes, with no line break."""
        ...

    def line(self, text: str = "", style: str | None = None) -> None: ...
    def end_line(self) -> None:
        """A line break, if the line has begun."""
        ...

    def heading(self, text: str) -> None: ...
    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = ()) -> None: ...
    def fault(self, text: str, hint: str | None) -> None:
        """What went wrong and what to do about it, on standard error."""
        ...

    def notice(self, text: str) -> None:
        """Tell a person on standard error what they should know while they wait."""
        ...

    def progress(self, label: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """A bar. The context gives a function to be called with how much is done."""
        ...


class PlainScreen:
    """Lines of text, for files, pipes and terminals that cannot do more."""

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
        self._tell(f"onceward: {clean(text)}\n" + (f"{clean(hint)}\n" if hint else ""))

    def notice(self, text: str) -> None:
        self.end_line()
        self._tell(f"onceward: {clean(text)}\n")

    def _tell(self, text: str) -> None:
        # Where standard error cannot be written either, the exit status is all that is left to tell.
        try:
            self._err.write(text)
            self._err.flush()
        except (OSError, ValueError):
            silence(self._err)

    @contextmanager
    def progress(self, label: str, total: int) -> Generator[Callable[[int], None], None, None]:
        told = -1

        def update(done: int) -> None:
            nonlocal told
            quarter = done * 4 // total if total else 4
            if quarter > told:
                told = quarter
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
        self._tell(f"onceward: {clean(text)}", "bold red")
        if hint:
            self._tell(clean(hint))

    def notice(self, text: str) -> None:
        self.end_line()
        self._tell(f"onceward: {clean(text)}", "yellow")

    def _tell(self, text: str, style: str | None = None) -> None:
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
    """The screen for this run. Decoration needs `rich` and a terminal, or FORCE_COLOR; NO_COLOR takes it away."""
    forced = bool(os.environ.get("FORCE_COLOR"))
    plain = plain or bool(os.environ.get("NO_COLOR"))
    if plain or not (forced or sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        return PlainScreen(sys.stdout, sys.stderr)
    try:
        from rich.console import Console
    except ImportError:
        return PlainScreen(sys.stdout, sys.stderr)
    return RichScreen(Console(file=sys.stdout), Console(file=sys.stderr))
