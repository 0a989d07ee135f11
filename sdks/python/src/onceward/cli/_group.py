"""Commands with actions of their own (`onceward keys new`): options, tables, and confirmation before a delete."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from ._client_options import make_client
from ._options import JSON, Option, switch, values
from ._screen import Screen
from ._streams import json_text

if TYPE_CHECKING:
    from .._client import Onceward
    from .._core.models import Model

__all__ = ["Action", "Call", "Column", "Group", "count", "usd"]

_YES = switch("--yes", None, "do not ask for confirmation")
_SECRET_WARNING = "Copy the key now: only its hash is kept, and it is not shown again."


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: a field of the object (`a.b` for a nested one), and the format of its value."""

    title: str
    path: str
    show: Callable[[Any], str] | None = None
    numeric: bool = False
    absent: str = ""

    def cell(self, item: object) -> str:
        value: Any = item
        for name in self.path.split("."):
            value = getattr(value, name, None)
        return self.absent if value is None else (self.show or cell_text)(value)


@dataclass(frozen=True, slots=True)
class Call:
    """One run of an action: its options, the client, and the screen."""

    given: argparse.Namespace
    screen: Screen
    client: Onceward
    params: dict[str, Any]

    def table(self, columns: Sequence[Column], items: Iterable[Model], what: str) -> int:
        """Print a list. An empty one is not an error."""
        found = list(items)
        if self.given.json:
            for item in found:
                self.screen.line(json_text(item.to_dict()))
        elif not found:
            self.screen.line(f"no {what}", "dim")
        else:
            rows = [tuple(column.cell(item) for column in columns) for item in found]
            numeric = [place for place, column in enumerate(columns) if column.numeric]
            self.screen.table([column.title for column in columns], rows, numeric)
        return 0

    def record(self, item: Model, hidden: frozenset[str] = frozenset()) -> int:
        """Print one object: a line for each field that has a value."""
        if self.given.json:
            self.screen.line(json_text(item.to_dict()))
            return 0
        fields = {name: value for name, value in item.to_dict().items() if name not in hidden and _says(value)}
        self.screen.table(
            ("field", "value"), [(name.replace("_", " "), _field_text(name, fields[name])) for name in fields]
        )
        return 0

    def done(self, item: Model, sentence: str) -> int:
        """Print the result of a change in one sentence, or the whole response with `--json`."""
        if self.given.json:
            return self.record(item)
        self.screen.line(sentence, "good")
        return 0

    def secret(self, item: Model) -> int:
        """Print an object that contains a key, which is shown only once."""
        key = getattr(item, "key", None)
        status = self.record(item, frozenset({"key"}))
        if key and not self.given.json:
            self.screen.line()
            self.screen.line(key, "strong")
            self.screen.line(_SECRET_WARNING, "warn")
        return status


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a command. `asks` is the question for confirmation, followed by the name of the object."""

    name: str
    about: str
    run: Callable[[Call], int]
    options: tuple[Option, ...] = ()
    asks: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A command and its actions. `default` runs if no action is named."""

    name: str
    actions: tuple[Action, ...]
    default: str = "list"
    takes_words: bool = field(default=False)

    def words(self, words: Sequence[str]) -> list[str]:
        """Return the words of the command line, with the default action if none is named."""
        first = words[1] if len(words) > 1 else ""
        named = first in {action.name for action in self.actions} or first in ("-h", "--help")
        if named or (first and not first.startswith("-") and not self.takes_words):
            return list(words)
        return [words[0], self.default, *words[1:]]

    def add_to(self, parser: argparse.ArgumentParser, common: Callable[[argparse.ArgumentParser], None]) -> None:
        actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
        for action in self.actions:
            about = action.about + (" (the default action)" if action.name == self.default else "")
            one = actions.add_parser(action.name, help=about, description=f"{about[0].upper()}{about[1:]}.")
            for option in (*action.options, *((_YES,) if action.asks else ()), JSON):
                option.add_to(one)
            common(one)
            one.set_defaults(run=partial(_run, action), parser=one)

    def command(self, given: argparse.Namespace, screen: Screen) -> int:
        run: Callable[[argparse.Namespace, Screen], int] = given.run
        return run(given, screen)


def _run(action: Action, given: argparse.Namespace, screen: Screen) -> int:
    if action.asks and not given.yes and not _agreed(action, given, screen):
        return 2
    with make_client(given, screen) as client:
        return action.run(Call(given, screen, client, values(given, action.options)))


def _agreed(action: Action, given: argparse.Namespace, screen: Screen) -> bool:
    words: list[str] = []
    for option in action.options:
        value = getattr(given, option.dest)
        if value:
            words.append(f"{option.flag} {value}" if option.flag.startswith("-") else cell_text(value))
    about = ", ".join(words)
    question = f"{action.asks} {about}".rstrip()
    if not sys.stdin.isatty():
        screen.fault(f"nobody is there to be asked: {question}?", "Say `--yes` to do it without being asked.")
        return False
    screen.write(f"{question}? [y/N] ")
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    screen.line("nothing was done", "dim")
    return False


def usd(value: float) -> str:
    """Return US dollars: cents if they are enough, and as many places as a cheap call needs."""
    if value == 0 or abs(value) >= 1:
        return f"{value:,.2f}"
    return f"{value:.9f}".rstrip("0").ljust(4, "0")


def count(value: float) -> str:
    return f"{value:,.0f}"


def cell_text(value: object) -> str:
    """Return a value as a cell of a table."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, (list, tuple)):
        return ", ".join(cell_text(item) for item in cast("Sequence[object]", value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


_MONEY = frozenset(
    {"spend", "max_budget", "soft_budget", "temp_budget_increase", "max_budget_in_team", "cost", "input_cost"}
    | {"output_cost", "total_cost", "max_budget_in_organization", "total_spend"}
)


def _field_text(name: str, value: object) -> str:
    if isinstance(value, float) and name in _MONEY:
        return f"{usd(value)} USD"
    return "yes" if value is True else "no" if value is False else cell_text(value)


def _says(value: object) -> bool:
    return value is not None and value not in ([], {})
