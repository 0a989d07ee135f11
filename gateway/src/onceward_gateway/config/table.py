"""Configuration tables: typed look-ups whose errors name the source, the key, the value and the next step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

__all__ = ["ConfigError", "Table", "UnusableValue"]

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class ConfigError(Exception):
    """The configuration is invalid; the message names the setting, and what to do."""


class UnusableValue(ConfigError):
    """A value is invalid. `shown` is the message without the value, which may be secret."""

    def __init__(self, message: str, shown: str) -> None:
        super().__init__(message)
        self.shown = shown


class Table:
    """A table of a configuration source. `finish` raises for unknown keys."""

    def __init__(
        self,
        values: Mapping[str, Any],
        source: str,
        spell: Callable[[str], str] | None = None,
        *,
        texts: bool = False,
        prefix: str = "",
    ) -> None:
        self._values = values
        self.source = source
        self._spell = spell
        self._texts = texts
        self._prefix = prefix
        self._asked: set[str] = set()

    @property
    def known(self) -> bool:
        """Return True if the source has this table with at least one key."""
        return bool(self._values)

    def spell(self, name: str) -> str:
        """Return the key as the user wrote it."""
        return f"`{self._spell(name) if self._spell else self._prefix + name}`"

    def fault(self, name: str, value: Any, what: str, step: str = "Correct it") -> UnusableValue:
        """Return the error for the value of a key: `what` is wrong with it, and the next `step`."""
        shown = "" if value is None else f" is {value!r}, which"
        return UnusableValue(f"{self.source}: {self.spell(name)}{shown} {what}. {step}.", f"{self.spell(name)} {what}.")

    def _get(self, name: str) -> Any:
        self._asked.add(name)
        return self._values.get(name)

    def table(self, name: str) -> Table:
        """Return the table below `name`, an empty one where it is absent."""
        value = self._get(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.fault(name, value, "is not a table", f"Write it as [{self._prefix}{name}]")
        return Table(value, self.source, prefix=f"{self._prefix}{name}.")

    def tables(self, name: str) -> Iterator[tuple[str, Table]]:
        """Yield the name and the table of each entry of the table `name`."""
        outer = self.table(name)
        for key in list(outer._values):
            yield key, outer.table(key)

    def text(self, name: str) -> str | None:
        """Return a string, or None where the key is absent."""
        value = self._get(name)
        if value is None or isinstance(value, str):
            return value
        raise self.fault(name, value, "is not a text", "Put it in quotes")

    def texts_of(self, name: str) -> list[str]:
        """Return a list of strings, empty where the key is absent."""
        value = self._get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            shown = f'{self.spell(name)} is not a list of texts. Write ["..."].'
            raise UnusableValue(f"{self.source}: {shown}", shown)
        return value

    def strings(self) -> dict[str, str]:
        """Return all keys with their strings."""
        return {name: self.text(name) or "" for name in self._values}

    def names(self) -> list[str]:
        """Return the keys of the table in the order of the source."""
        return list(self._values)

    def raw(self) -> Mapping[str, Any]:
        """Return all values unread, for a reader that knows its own settings."""
        self._asked.update(self._values)
        return self._values

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        """Return a string that is one of `choices`, or None where the key is absent."""
        value = self.text(name)
        if value is not None and value not in choices:
            raise self.fault(name, value, "is none of " + ", ".join(repr(c) for c in choices), "Choose one of them")
        return value

    def flag(self, name: str) -> bool | None:
        """Return a boolean, or None where the key is absent.

        The environment may also spell it, such as `yes` or `off`.
        """
        value = self._get(name)
        if self._texts and isinstance(value, str):
            value = True if value.lower() in _TRUE else False if value.lower() in _FALSE else value
        if value is None or isinstance(value, bool):
            return value
        raise self.fault(name, value, "is neither true nor false", "Write true or false")

    def whole(self, name: str, low: int, high: int | None = None) -> int | None:
        """Return an integer from `low` to `high`, or None where the key is absent."""
        value = self._get(name)
        if self._texts and isinstance(value, str) and value.lstrip("-").isdigit():
            value = int(value)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fault(name, value, "is not a whole number", "Write digits without quotes")
        return int(self._within(name, value, low, high))

    def number(self, name: str, low: float, high: float | None = None) -> float | None:
        """Return a number from `low` to `high`, or None where the key is absent."""
        value = self._get(name)
        if self._texts and isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                raise self.fault(name, value, "is not a number", "Write digits") from None
        if value is None:
            return None
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self.fault(name, value, "is not a number", "Write digits without quotes")
        return float(self._within(name, value, low, high))

    def _within(self, name: str, value: float, low: float, high: float | None) -> float:
        if value < low or (high is not None and value > high):
            bounds = f"at least {low}" if high is None else f"between {low} and {high}"
            raise self.fault(name, value, f"is not {bounds}", "Choose a value in that range")
        return value

    def know(self, names: Sequence[str]) -> None:
        """Raise `ConfigError` for a key that is not one of these, before the values are read."""
        self._asked.update(names)
        self.finish()

    def finish(self) -> None:
        """Raise `ConfigError` for a key that was not read: a misspelt setting must not be ignored."""
        unknown = sorted(set(self._values) - self._asked)
        if unknown:
            names = ", ".join(sorted(self._asked)) or "none"
            raise ConfigError(
                f"{self.source}: {self.spell(unknown[0])} is not a setting. Known here: {names}. Correct or remove it."
            )
