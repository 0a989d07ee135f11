"""Headers of equivalent brands: `X-Hanzo-Organization` is read as `X-Onceward-Organization`.

Scope, tags and version of a client are read under any accepted prefix. Two headers that disagree are rejected, because
the scope decides who is billed.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..core import error_codes
from ..core.errors import invalid
from .table import Table

__all__ = ["DEFAULT_PREFIXES", "PREFIX", "BrandHeaders", "read_prefixes"]

# The prefix of the SDK's brand (`brand.header_prefix` in contract/sdk.yaml).
PREFIX = "X-Onceward"
DEFAULT_PREFIXES = (PREFIX, "X-Hanzo", "X-IAM", "X-VAI")
_ENDINGS = ("", "-id", "-alias", "-name")
# The names that other brands use.
_SYNONYMS = {
    "version": "api-version",
    **{name + ending: "organization" for name in ("org", "organization", "organisation") for ending in _ENDINGS},
    **{f"team{ending}": "team" for ending in _ENDINGS},
}
# Scopes that headers cannot select, and the advice for each.
_USER = "A key works for the user that it was made for. Make a key with that `user_id`."
_CUSTOMER = "Send the customer's name as `user` in the body."
_PROJECT = "Use `X-Onceward-Team` or `X-Onceward-Organization`."
_NO_SCOPES = {
    name + ending: advice
    for name, advice in (
        ("user", _USER),
        ("customer", _CUSTOMER),
        ("end-user", _CUSTOMER),
        ("project", _PROJECT),
        ("tenant", _PROJECT),
        ("workspace", _PROJECT),
    )
    for ending in _ENDINGS
}


class BrandHeaders:
    """Translates headers of all accepted prefixes to the gateway's own."""

    def __init__(self, prefixes: Iterable[str] = DEFAULT_PREFIXES) -> None:
        self._own = PREFIX.lower() + "-"
        accepted = dict.fromkeys((self._own, *(prefix.lower().rstrip("-") + "-" for prefix in prefixes)))
        self._prefixes = tuple(accepted)
        self._recognized = (*self._prefixes, "x-org-id")

    def is_used(self, headers: Iterable[str]) -> bool:
        """Return whether one of the headers has an accepted prefix."""
        for name in headers:  # noqa: SIM110 - a generator costs a frame for each header
            if name.startswith(self._recognized):
                return True
        return False

    def own_name(self, name: str) -> str | None:
        """Return the name of a header under the own prefix, or None for one that has no accepted prefix.

        Raise 400 for a scope that headers cannot select: the request must not run without it.
        """
        if name == "x-org-id":
            return self._own + "organization"
        for prefix in self._prefixes:
            if name.startswith(prefix):
                rest = name[len(prefix) :]
                if rest in _NO_SCOPES:
                    raise invalid(
                        f"`{name}` names a scope that no header chooses. {_NO_SCOPES[rest]}",
                        param=name,
                        code=error_codes.UNSUPPORTED_SCOPE,
                    )
                return self._own + _SYNONYMS.get(rest, rest)
        return None


def read_prefixes(given: tuple[str, ...], table: Table, name: str = "header_prefixes") -> tuple[str, ...]:
    """Return the accepted prefixes of a setting; raise `ConfigError` for an invalid one."""
    for text in given:
        plain = text.replace("-", "")
        if not text.lower().startswith("x-") or not plain.isascii() or not plain.isalnum() or len(plain) < 2:
            raise table.fault(name, text, "is not a prefix of headers", 'Write prefixes such as "X-Acme"')
    return given
