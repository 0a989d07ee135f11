"""URLs of databases and Redis, whose passwords are never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

__all__ = ["StoreUrl"]

_REDACTED = "REDACTED"
_SECRET_OPTIONS = ("password", "sslpassword")


class StoreUrl:
    """The URL of a database or of Redis. Its representation has no password; `reveal` returns all of it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the whole address with its password, for the connection and nothing else."""
        return self._value

    @property
    def scheme(self) -> str:
        """Return the scheme in lower case, such as `postgresql`."""
        return self._value.partition(":")[0].lower()

    @property
    def is_sqlite(self) -> bool:
        """Return True if the address is that of a SQLite file."""
        return self.scheme == "sqlite"

    @property
    def path(self) -> Path:
        """Return the file of `sqlite:///relative` or `sqlite:////absolute`."""
        return Path(unquote(self._value.partition("://")[2].partition("?")[0].removeprefix("/"))).expanduser()

    def hide(self, text: str) -> str:
        """Return the text without the passwords of this URL, in any encoding."""
        for secret in self._secrets():
            text = text.replace(secret, _REDACTED)
        return text

    def _secrets(self) -> list[str]:
        rest = self._value.partition("://")[2]
        authority, _, tail = rest.partition("/")
        raw = authority.rpartition("@")[0].partition(":")[2]
        found = [raw] if raw else []
        found += [value for name, value in parse_qsl(tail.partition("?")[2]) if name in _SECRET_OPTIONS]
        written = {way for value in found for way in (value, unquote(value), quote(value, safe=""))}
        return sorted(written, key=len, reverse=True)

    def problem(self, schemes: tuple[str, ...]) -> str | None:
        """Return the fault of the URL, or None."""
        try:
            split = urlsplit(self._value)
            _ = split.port
        except ValueError:
            return "is not an address"
        if "://" not in self._value or self.scheme not in schemes:
            return "does not begin with " + " or ".join(f"`{scheme}://`" for scheme in schemes)
        if self.is_sqlite and (split.netloc or not self.path.name):
            return "names no file"
        return None

    def __str__(self) -> str:
        return self.hide(self._value)

    def __repr__(self) -> str:
        return f"StoreUrl({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoreUrl) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("A StoreUrl is not pickled.")
