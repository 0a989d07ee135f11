"""Mask personal data: e-mail addresses, phone numbers, payment cards, IBANs, IP addresses.

Options: `kinds` (a list of them, all by default), `mask` (the replacement of a match, `[{kind}]` by default).
A card must pass the Luhn check, an IBAN its country's length and its checksum, and an IP address must be valid.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from ..config.table import ConfigError
from .interface import Rewriter, TextGuardrail
from .rewrite import Pattern, PatternRewriter

__all__ = ["KINDS", "Pii", "make"]

_LOCAL = r"A-Za-z0-9._%+\-"
_IBAN_LENGTHS: Mapping[int, str] = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK",
    21: "CH CR HR LI LV",
    22: "BG BH DE GB GE IE ME RS VA",
    23: "AE GI IL IQ TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU",
    31: "MT SC",
    32: "LC",
}
_SHORTEST_RUN = re.compile(r"[A-Z]{2}[0-9]{2}")


def _iban_patterns() -> tuple[str, str]:
    """Return the pattern of IBANs of all countries, and the pattern of their beginnings."""
    whole, part = [], [r"[A-Z]\Z"]
    for length, countries in _IBAN_LENGTHS.items():
        names = "|".join(countries.split())
        whole.append(rf"(?:{names})[0-9]{{2}}(?: ?[A-Z0-9]){{{length - 4}}}")
        part.append(rf"(?:{names})(?:[0-9]?|[0-9]{{2}}(?: ?[A-Z0-9]){{0,{length - 4}}} ?)\Z")
    guard = r"(?<![A-Za-z0-9])"
    return rf"{guard}(?:{'|'.join(whole)})(?![A-Za-z0-9])", rf"{guard}(?:{'|'.join(part)})"


def _luhn(text: str) -> bool:
    digits = [int(char) for char in text if char.isdigit()]
    if len(set(digits)) == 1:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(text: str) -> bool:
    compact = text.replace(" ", "")
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def _ip(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    # `::` and `a::` are more often program code than addresses.
    return address.version == 4 or sum(bool(group) for group in text.split(":")) > 1 or text == "::1"


_IBAN_WHOLE, _IBAN_PART = _iban_patterns()
_SOURCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "email": (
        (
            rf"(?<![{_LOCAL}])[{_LOCAL}]{{1,64}}@[A-Za-z0-9\-]{{1,63}}(?:\.[A-Za-z0-9\-]{{1,63}}){{0,8}}"
            r"\.[A-Za-z]{2,24}(?![A-Za-z0-9\-])",
            rf"(?<![{_LOCAL}])[{_LOCAL}]{{1,64}}(?:@[A-Za-z0-9.\-]{{0,610}})?\Z",
        ),
    ),
    "iban": ((_IBAN_WHOLE, _IBAN_PART),),
    "card": (
        (
            r"(?<![0-9])(?<![0-9][ \-])[0-9](?:[ \-]?[0-9]){12,18}(?![ \-]?[0-9])",
            r"(?<![0-9])(?<![0-9][ \-])[0-9](?:[ \-]?[0-9]){0,18}[ \-]?\Z",
        ),
    ),
    "phone": (
        (
            r"(?<![\w+])(?:\+|00)[1-9](?:[ .()/\-]{0,2}[0-9]){6,14}(?![0-9])",
            r"(?<![\w+])(?:0|(?:\+|00)(?:[1-9](?:[ .()/\-]{0,2}[0-9]){0,14}[ .()/\-]{0,2})?)\Z",
        ),
        (
            r"(?<![\w+])(?:\([0-9]{3}\) ?|[0-9]{3}[\-. ])[0-9]{3}[\-. ][0-9]{4}(?![0-9])",
            r"(?<![\w+])(?:\([0-9]{0,3}|(?:\([0-9]{3}\) ?|[0-9]{3}[\-. ])(?:[0-9]{0,3}|[0-9]{3}[\-. ][0-9]{0,4})"
            r"|[0-9]{1,3})\Z",
        ),
    ),
    "ip": (
        (
            r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\w|\.[0-9])",
            r"(?<![\w.])(?=[0-9])(?:[0-9]{1,3}\.){0,3}[0-9]{0,3}\.?\Z",
        ),
        (
            r"(?<![\w:.])(?=[0-9A-Fa-f:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])",
            r"(?<![\w:.])(?=[0-9A-Fa-f:])(?:[0-9A-Fa-f]{0,4}:){0,7}[0-9A-Fa-f]{0,4}\Z",
        ),
    ),
}
KINDS = tuple(_SOURCES)
_ACCEPT = {"card": _luhn, "iban": _iban, "ip": _ip}


class Pii(TextGuardrail):
    """Masks the configured kinds of personal data."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        kinds = options.get("kinds", list(KINDS))
        mask = options.get("mask", "[{kind}]")
        unknown = sorted(set(options) - {"kinds", "mask"})
        if unknown:
            raise ConfigError(f"The guardrail `pii` has no option {unknown[0]!r}. It has `kinds` and `mask`.")
        if not isinstance(kinds, list) or not set(kinds) <= set(KINDS):
            raise ConfigError(f"`kinds` of the guardrail `pii` is {kinds!r}. Choose of {', '.join(KINDS)}.")
        if not isinstance(mask, str):
            raise ConfigError(f"`mask` of the guardrail `pii` is {mask!r}, which is not a string. Put it in quotes.")
        self._patterns = tuple(
            _pattern(kind, match, growing, mask) for kind in KINDS if kind in kinds for match, growing in _SOURCES[kind]
        )

    def rewriter(self) -> Rewriter:
        """Return a rewriter that masks the configured kinds of personal data in one text."""
        return PatternRewriter(self._patterns)


def _pattern(kind: str, match: str, growing: str, mask: str) -> Pattern:
    shown = mask.replace("{kind}", kind.upper())
    return Pattern(kind, re.compile(match), re.compile(growing), lambda found: shown, _ACCEPT.get(kind))


def make(options: Mapping[str, Any]) -> Pii:
    """Build the guardrail from the options of the configuration. Raise `ConfigError` for an unusable one."""
    return Pii(options)
