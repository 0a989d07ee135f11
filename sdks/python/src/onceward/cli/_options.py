"""Options of the platform commands, as a table: the SDK parameter of each, and the parsing of its words.

The word `none` removes a limit.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

__all__ = [
    "JSON",
    "LIMITS",
    "MEMBER",
    "METADATA",
    "Option",
    "listed",
    "money",
    "number",
    "pairs",
    "switch",
    "text",
    "values",
    "whole",
]

_NONE: Final = "none"


class _Nothing:
    """The type of the word `none`: the parameter is sent as null."""


_NOTHING: Final = _Nothing()


@dataclass(frozen=True, slots=True)
class Option:
    """A flag, or a positional argument if it has no dashes.

    `field` is its parameter; None is for the command itself.
    """

    flag: str
    field: str | None
    about: str
    read: Callable[[str], Any] = str
    metavar: str | None = None
    many: bool = False
    flags: bool = False
    default: Any = None
    choices: tuple[str, ...] | None = None
    required: bool = False

    @property
    def dest(self) -> str:
        return f"_{self.field}" if self.field else self.flag.lstrip("-").replace("-", "_")

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        if not self.flag.startswith("-"):
            nargs = "+" if self.many else None if self.required else "?"
            parser.add_argument(self.dest, nargs=nargs, metavar=self.flag, type=self.read, help=self.about)
        elif self.flags:
            parser.add_argument(self.flag, dest=self.dest, action="store_true", default=None, help=self.about)
        else:
            more: dict[str, Any] = {"action": "append"} if self.many else {"default": self.default}
            parser.add_argument(
                self.flag,
                dest=self.dest,
                type=self.read,
                metavar=self.metavar,
                choices=self.choices,
                required=self.required,
                help=self.about,
                **more,
            )


def values(given: argparse.Namespace, options: tuple[Option, ...]) -> dict[str, Any]:
    """Return the parameters of the SDK that were given."""
    found: dict[str, Any] = {}
    for option in options:
        value = getattr(given, option.dest, None)
        if option.field is None or value is None:
            continue
        if option.many and option.flag.startswith("-"):
            value = _joined(value)
        found[option.field] = None if value is _NOTHING else value
    return found


def _joined(parts: list[Any]) -> Any:
    if all(isinstance(part, dict) for part in parts):
        return {name: value for part in parts for name, value in part.items()}
    return [item for part in parts if part is not _NOTHING for item in part]


def text(flag: str, field: str, about: str, metavar: str = "TEXT") -> Option:
    return Option(flag, field, about, _or_none(str), metavar)


def number(flag: str, field: str, about: str, metavar: str = "NUMBER") -> Option:
    return Option(flag, field, about, _or_none(_named(float, "number")), metavar)


def money(flag: str, field: str, about: str) -> Option:
    return number(flag, field, about, "USD")


def whole(flag: str, field: str, about: str, metavar: str = "N") -> Option:
    return Option(flag, field, about, _or_none(_named(int, "whole number")), metavar)


def listed(flag: str, field: str, about: str, metavar: str = "NAME,...") -> Option:
    """Parse names with commas between them; the option may be repeated. `none` is the empty list."""
    return Option(flag, field, about, _or_none(_split), metavar, many=True)


def pairs(flag: str, field: str, about: str, metavar: str, read: Callable[[str], Any] = str) -> Option:
    """Parse `name=value`; the option may be repeated."""

    def pair(word: str) -> dict[str, Any]:
        name, equals, value = word.rpartition("=")
        if not equals or not name:
            raise argparse.ArgumentTypeError(f"{word!r} is not {metavar}")
        return {name: read(value)}

    return Option(flag, field, about, pair, metavar, many=True)


def switch(flag: str, field: str | None, about: str) -> Option:
    return Option(flag, field, about, flags=True)


def _or_none(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda word: _NOTHING if word.lower() == _NONE else read(word)


def _named(read: Callable[[str], Any], name: str) -> Callable[[str], Any]:
    def named(word: str) -> Any:
        try:
            return read(word)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{word!r} is not a {name}; `none` removes it") from None

    return named


def _split(word: str) -> list[str]:
    names = [part.strip() for part in word.split(",") if part.strip()]
    if not names:  # An unset variable of a shell must not remove a limit.
        raise argparse.ArgumentTypeError(f"{word!r} has no names; `none` is the empty list")
    return names


def _object(word: str) -> Any:
    try:
        value = json.loads(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{word!r} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(f"{word!r} is not a JSON object")
    return value  # pyright: ignore[reportUnknownVariableType]  # JSON has any shape


def _model_budget(word: str) -> dict[str, Any]:
    amount, slash, duration = word.partition("/")
    limit = _named(float, "number of US dollars")(amount)
    return {"max_budget": limit, **({"budget_duration": duration} if slash else {})}


JSON: Final = Option("--json", None, "print JSON, one object per line", flags=True)
METADATA: Final = Option("--metadata", "metadata", "a JSON object of metadata", _object, "JSON")
LIMITS: Final = (
    money("--max-budget", "max_budget", "the budget; calls above it fail with 402"),
    money("--soft-budget", "soft_budget", "the spending that triggers a warning"),
    text("--budget-duration", "budget_duration", "the interval after which spending restarts at 0", "30d"),
    whole("--rpm", "rpm_limit", "requests per minute"),
    whole("--tpm", "tpm_limit", "tokens per minute"),
    whole("--parallel", "max_parallel_requests", "calls at the same time"),
    pairs("--model-budget", "model_max_budget", "the budget for one model", "MODEL=USD[/30d]", _model_budget),
)
MEMBER: Final = (
    text("--user", "user_id", "the user", "ID"),
    text("--email", "user_email", "the user, by email address", "ADDRESS"),
)
