"""Checks of single values: the base of all checks, and those of texts, numbers and enumerations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from .encode import plain
from .errors import ParameterError
from .faults import JSON_TYPES, nearest, quoted
from .narrow import is_mapping, is_row

__all__ = [
    "MISSING",
    "Boolean",
    "Choice",
    "Decimal",
    "DecimalNumber",
    "Node",
    "Number",
    "Secret",
    "Text",
    "Whole",
    "is_function",
    "other_ok",
    "plainer",
]

MISSING: Final = object()


class Node:
    """A check. The base accepts everything."""

    __slots__ = ()
    expected: ClassVar[str] = "any JSON value"

    def ok(self, value: Any) -> bool:
        return True

    def explain(self, value: Any, path: str, faults: list[str]) -> None:
        """Add the faults of a value that is not `ok`."""
        made = plainer(value, path, faults)
        if made is not MISSING:
            self._explain(made, path, faults)

    def _explain(self, value: Any, path: str, faults: list[str]) -> None:
        faults.append(f"`{path}` is {quoted(value)}; give {self.needs}")

    def pruned(self, value: Any) -> Any:
        """Return the value without optional members that are None and may not be null.

        Many libraries write None for arguments that were not given.
        """
        return value

    def as_received(self, value: Mapping[str, Any]) -> bool:
        """Return whether a value from a response may be sent back as it is, whatever a newer server put into it."""
        return self.ok(value)

    @property
    def needs(self) -> str:
        return self.expected

    def kinds(self) -> frozenset[type]:
        """The plain Python types that this check may accept."""
        return JSON_TYPES

    def sure(self) -> frozenset[Any]:
        """Return the classes whose every value is right, and the texts that are: those need no call of `ok`."""
        return JSON_TYPES if self.__class__ is Node else frozenset()


class Text(Node):
    __slots__ = ()
    expected = "a string"

    def ok(self, value: Any) -> bool:
        return isinstance(value, str) or (value.__class__ not in JSON_TYPES and other_ok(self, value))

    def kinds(self) -> frozenset[type]:
        return frozenset({str})

    def sure(self) -> frozenset[Any]:
        return frozenset({str})


class Secret(Text):
    __slots__ = ()

    def _explain(self, value: Any, path: str, faults: list[str]) -> None:
        faults.append(f"`{path}` is of type `{type(value).__name__}`; give a string")


class Decimal(Text):
    """A decimal number as a text."""

    __slots__ = ()
    expected = "a decimal number, as a string or a `Decimal`"

    def ok(self, value: Any) -> bool:
        return isinstance(value, str)

    def pruned(self, value: Any) -> Any:
        return f"{value:f}" if _is_decimal(value) and value.is_finite() else value


class DecimalNumber(Node):
    """A decimal number, which must not lose digits on its way through a float."""

    __slots__ = ()
    expected = "a number with as many digits as JSON numbers keep (about 17)"

    def ok(self, value: Any) -> bool:
        return isinstance(value, (int, float)) and value.__class__ is not bool and value - value == 0

    def pruned(self, value: Any) -> Any:
        if not _is_decimal(value) or not value.is_finite():
            return value
        if value == value.to_integral_value():
            return int(value)
        return float(value) if type(value)(repr(float(value))) == value else value

    def kinds(self) -> frozenset[type]:
        return frozenset({int, float})


def _is_decimal(value: Any) -> bool:
    return value.__class__.__module__ in ("decimal", "_decimal", "_pydecimal")


class Whole(Node):
    __slots__ = ()
    expected = "a whole number"

    def ok(self, value: Any) -> bool:
        kind = value.__class__
        if kind is int:
            return True
        if isinstance(value, float):
            return value.is_integer()
        return (isinstance(value, int) and kind is not bool) or (kind not in JSON_TYPES and other_ok(self, value))

    def kinds(self) -> frozenset[type]:
        return frozenset({int, float})

    def sure(self) -> frozenset[Any]:
        return frozenset({int})


class Number(Node):
    __slots__ = ()
    expected = "a number"

    def ok(self, value: Any) -> bool:
        kind = value.__class__
        if isinstance(value, (int, float)):
            return kind is not bool and value - value == 0  # not infinite and not NaN, which JSON cannot express
        return kind not in JSON_TYPES and other_ok(self, value)

    def _explain(self, value: Any, path: str, faults: list[str]) -> None:
        if isinstance(value, float):
            faults.append(f"`{path}` is {value!r}, which JSON cannot express; give a finite number")
        else:
            super()._explain(value, path, faults)

    def kinds(self) -> frozenset[type]:
        return frozenset({int, float})


class Boolean(Node):
    __slots__ = ()
    expected = "True or False"

    def ok(self, value: Any) -> bool:
        return value is True or value is False or (value.__class__ not in JSON_TYPES and other_ok(self, value))

    def kinds(self) -> frozenset[type]:
        return frozenset({bool})

    def sure(self) -> frozenset[Any]:
        return frozenset({bool})


class Choice(Node):
    """One of a set of values."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = values

    def ok(self, value: Any) -> bool:
        for known in self.values:
            if value == known and (value.__class__ is bool) is (known.__class__ is bool):
                return True
        return value.__class__ not in JSON_TYPES and not isinstance(value, str) and other_ok(self, value)

    @property
    def needs(self) -> str:
        return ("" if len(self.values) == 1 else "one of ") + ", ".join(repr(value) for value in self.values)

    def _explain(self, value: Any, path: str, faults: list[str]) -> None:
        faults.append(f"`{path}` is {quoted(value)}; {nearest(value, self.values)}give {self.needs}")

    def kinds(self) -> frozenset[type]:
        found = {value.__class__ for value in self.values}
        return frozenset(found | {int, float} if found & {int, float} else found)

    def sure(self) -> frozenset[Any]:
        return frozenset(value for value in self.values if value.__class__ is str)


def is_function(value: Any) -> bool:
    """Return whether a value is a function, a method or a callable object, but not a class and not a model."""
    return callable(value) and not isinstance(value, (type, Mapping)) and not hasattr(value, "model_dump")


def other_ok(node: Node, value: Any) -> bool:
    """Return whether a model, enumeration member, date or similar value is right in the form in which it is sent."""
    if hasattr(value, "__next__"):
        return False  # reading would use it up, and nothing would be left to send
    try:
        made = plain(value)
    except ParameterError:
        return False
    if is_mapping(made) and hasattr(value, "to_dict"):
        return node.as_received(made)
    return made.__class__ in JSON_TYPES and node.ok(made)


def plainer(value: Any, path: str, faults: list[str]) -> Any:
    """Return the value in the form in which it is sent, or a fault if it has no such form."""
    if (
        value.__class__ in JSON_TYPES
        or isinstance(value, str)
        or is_mapping(value)
        or is_row(value)
        or is_function(value)
    ):
        return value
    try:
        made = plain(value)
    except ParameterError as error:
        faults += [f"`{path}`: {fault}" for fault in error.faults]
        return MISSING
    return made
