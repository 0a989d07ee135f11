"""Repeated request headers: lists of proxies are joined, and values that decide something may not disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from .errors import invalid

__all__ = ["RawHeaders", "read_headers", "refuse_conflicts"]

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]
# Proxies extend them by lines of their own as well as in place (RFC 9110, 5.3).
_LISTS = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded")
# They decide who calls, which call it is, and how it is read. Another program on the way may have read the other one.
_SINGLE = frozenset(
    {
        b"api-key",
        b"authorization",
        b"content-type",
        b"idempotency-key",
        b"last-event-id",
        b"ocp-apim-subscription-key",
        b"x-api-key",
    }
)
_PROVIDER_KEY = b"x-provider-key-"


def read_headers(raw: RawHeaders) -> dict[str, str]:
    """Return headers by name. Of a name that stands twice the last value holds, of lists of proxies all of them."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    if len(headers) != len(raw):
        for name in _LISTS:
            values = [value for other, value in raw if other == name]
            if len(values) > 1:
                headers[name.decode()] = b", ".join(values).decode("latin-1")
    return headers


def refuse_conflicts(headers: Mapping[str, str], raw: RawHeaders) -> None:
    """Raise 400 for a header that decides something and is given twice with different values."""
    if len(headers) == len(raw):
        return
    said: dict[bytes, bytes] = {}
    for name, value in raw:
        if (name in _SINGLE or name.startswith(_PROVIDER_KEY)) and said.setdefault(name, value) != value:
            text = name.decode("latin-1")
            raise invalid(
                f"`{text}` is given twice, with different values. Send one of them.",
                param=text,
                code="conflicting_headers",
            )
