"""Values that a database can keep: text without NUL and without halves of characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["array_text", "check_texts", "kept", "storable"]

_UNKNOWN = "\ufffd"


def kept(value: Any) -> Any:
    """Return the value as a record keeps it: characters that no database can store are replaced by U+FFFD.

    A record of what happened is written whatever a client or an upstream put into its texts.
    """
    if type(value) is not str:
        return value
    if "\0" in value:
        value = value.replace("\0", _UNKNOWN)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def storable(values: Sequence[Any]) -> Sequence[Any]:
    """Return the values as `kept` returns each: the same sequence if nothing has to be replaced, as nearly always."""
    for value in values:
        # Without a function call for each value, of which the records of a call have many.
        if type(value) is str and ("\0" in value or not value.isascii()):
            return [kept(one) for one in values]
    return values


def array_text(values: Sequence[str | int | float]) -> str:
    """Return texts or numbers as PostgreSQL writes an array.

    The driver takes several times as long for a list.
    """
    texts = [
        '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if type(value) is str else repr(value)
        for value in values
    ]
    return "{" + ",".join(texts) + "}"


def check_texts(parameters: Sequence[Any]) -> None:
    """Raise `ValueError` for a text with NUL: PostgreSQL cannot hold it, and both databases do the same."""
    for value in parameters:
        if type(value) is str and "\0" in value:
            raise ValueError(f"the text {value[:80]!r} contains NUL, which cannot be kept. Send it without")
