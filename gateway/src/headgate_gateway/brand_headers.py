"""Headers of the brands under which clients know this gateway: `X-Hanzo-Organization` is `X-Headgate-Organization`.

Whatever prefix a client was built with, its scope, tags and version are read alike. Two that disagree are refused:
which of them was meant decides who pays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .config_table import Table
from .errors import invalid

__all__ = ["DEFAULT_PREFIXES", "PREFIX", "BrandHeaders", "read_prefixes"]

# The prefix of the SDK's brand (`brand.header_prefix` in contract/sdk.yaml).
PREFIX = "X-Headgate"
DEFAULT_PREFIXES = (PREFIX, "X-Hanzo", "X-IAM", "X-VAI")
# What other brands call the same.
_SYNONYMS = {"version": "api-version", "org-id": "organization"}


class BrandHeaders:
    """Translates the headers of all accepted prefixes into those of the own one."""

    def __init__(self, prefixes: Iterable[str] = DEFAULT_PREFIXES) -> None:
        self._own = PREFIX.lower() + "-"
        accepted = dict.fromkeys((self._own, *(prefix.lower().rstrip("-") + "-" for prefix in prefixes)))
        self._prefixes = tuple(accepted)
        self._wanted = (*self._prefixes, "x-org-id")

    def adopt(self, headers: dict[str, str], scope: Mapping[str, Any] | None) -> None:
        """Give the headers of other prefixes their own names; raise 400 for two that disagree."""
        if not any(name.startswith(self._wanted) for name in headers):
            return
        if scope is None:
            pairs = list(headers.items())
        else:
            pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        said: dict[str, tuple[str, str]] = {}
        for name, value in pairs:
            own = self._own_name(name)
            if own is None:
                continue
            other, before = said.setdefault(own, (name, value))
            if before != value:
                where = f"`{other}` is given twice" if other == name else f"`{other}` and `{name}` disagree"
                raise invalid(
                    f"{where}: {before!r} and {value!r}. Send one of them.", param=name, code="conflicting_headers"
                )
            headers[own] = value

    def _own_name(self, name: str) -> str | None:
        """Return the name of a header under the own prefix, or None for one that has no accepted prefix."""
        if name == "x-org-id":
            return self._own + "organization"
        for prefix in self._prefixes:
            if name.startswith(prefix):
                rest = name[len(prefix) :]
                return self._own + (rest if prefix == self._own else _SYNONYMS.get(rest, rest))
        return None


def read_prefixes(given: tuple[str, ...], table: Table, name: str = "header_prefixes") -> tuple[str, ...]:
    """Return the accepted prefixes of a setting; raise for one that no header can have."""
    for text in given:
        plain = text.replace("-", "")
        if not text.lower().startswith("x-") or not plain.isascii() or not plain.isalnum() or len(plain) < 2:
            raise table.fault(name, text, "is no prefix of headers", 'Write prefixes such as "X-Acme"')
    return given
