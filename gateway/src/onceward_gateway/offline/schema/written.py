"""Texts in the formats of JSON Schema: what a conversation says, brought into the form that a property asks for."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime, time

__all__ = ["in_format"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.? (?:of )?([a-z]{3,9})\.?,? (\d{4})", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})+", re.IGNORECASE)
_LONGEST = 400


def in_format(form: str, text: str) -> str | None:
    """Return the text in a format, or None where it says nothing in that format. Other formats take every text."""
    write = _FORMATS.get(form)
    if write is None:
        return text
    try:
        return write(text.strip()) if len(text) <= _LONGEST else None
    except ValueError:
        return None


def _date(text: str) -> str | None:
    found = _MONTH_FIRST.fullmatch(text)
    month, day, year = found.groups() if found is not None else ("", "", "")
    if found is None and (found := _DAY_FIRST.fullmatch(text)) is not None:
        day, month, year = found.groups()
    if found is None:
        return date.fromisoformat(text[:10]).isoformat() if re.match(r"\d{4}-\d{2}-\d{2}(?:T|$)", text) else None
    return date(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day)).isoformat()


def _moment(text: str) -> str | None:
    if "T" in text and re.match(r"\d{4}-", text):
        moment = datetime.fromisoformat(text)
        return text if moment.tzinfo is not None else f"{moment.isoformat()}Z"
    day = _date(text)
    return None if day is None else f"{day}T09:30:00Z"


def _time(text: str) -> str:
    moment = time.fromisoformat(text)
    return text if moment.tzinfo is not None else f"{moment.isoformat()}Z"


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: text if pattern.fullmatch(text) else None


_FORMATS: Mapping[str, Callable[[str], str | None]] = {
    "date": _date,
    "date-time": _moment,
    "time": _time,
    "email": _matching(_EMAIL),
    "idn-email": _matching(_EMAIL),
    "uri": _matching(_URI),
    "url": _matching(_URI),
    "iri": _matching(_URI),
    "hostname": _matching(_HOST),
    "idn-hostname": _matching(_HOST),
    "ipv4": lambda text: str(ipaddress.IPv4Address(text)),
    "ipv6": lambda text: str(ipaddress.IPv6Address(text)),
    "uuid": lambda text: str(uuid.UUID(text)),
}
