"""Request headers: repeated headers are joined or must agree, and the API key is read from any of its headers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ..config.brand_headers import BrandHeaders
from ..core import error_codes
from ..core.errors import ApiError, invalid

__all__ = ["RawHeaders", "api_key_of", "read_headers", "settle_headers"]

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]
# A proxy extends these in place or with a header line of its own (RFC 9110, 5.3).
_LISTS = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded")
# These identify the caller, the call and the format of its body. A program on the way may have used the other value.
_SINGLE = frozenset(
    {
        "api-key",
        "authorization",
        "content-type",
        "idempotency-key",
        "last-event-id",
        "ocp-apim-subscription-key",
        "x-api-key",
    }
)
_PROVIDER_KEY = "x-provider-key-"
# Headers in which clients send an API key, besides `Authorization`.
_API_KEYS = ("x-api-key", "api-key", "ocp-apim-subscription-key")
_MAX_API_KEY = 4096


def read_headers(raw: RawHeaders) -> dict[str, str]:
    """Return headers by name: the last value of a repeated name, or all values of the lists that proxies extend."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    if len(headers) != len(raw):
        for name in _LISTS:
            values = [value for other, value in raw if other == name]
            if len(values) > 1:
                headers[name.decode()] = b", ".join(values).decode("latin-1")
    return headers


def settle_headers(headers: dict[str, str], raw: RawHeaders, brand: BrandHeaders) -> None:
    """Rename the headers of other brands to the gateway's own; raise 400 where two decisive ones disagree."""
    is_used = brand.is_used(headers)
    if len(headers) == len(raw) and not is_used:
        return
    values: dict[str, tuple[str, str]] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        own = brand.own_name(name) if is_used else None
        if own is not None:
            headers[own] = value
        elif name not in _SINGLE and not name.startswith(_PROVIDER_KEY):
            continue
        other, before = values.setdefault(own or name, (name, value))
        if before != value:
            raise _conflict(other, name, None if own is None else (before, value))


def _conflict(first: str, second: str, values: tuple[str, str] | None) -> ApiError:
    """Return the error for headers that disagree, without the values if these may be secret."""
    shown = "with different values" if values is None else f"as {values[0]!r} and {values[1]!r}"
    what = f"`{first}` is given twice, {shown}" if first == second else f"`{first}` and `{second}` disagree: {shown}"
    return invalid(f"{what}. Send one of them.", param=second, code=error_codes.CONFLICTING_HEADERS)


def api_key_of(headers: dict[str, str]) -> str | None:
    """Return the API key of a request: the bearer token, else the first of the other headers for keys."""
    bearer = headers.get("authorization")
    if bearer is not None:
        scheme, _, token = bearer.partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip()[:_MAX_API_KEY]
    for name in _API_KEYS:
        value = headers.get(name)
        if value:
            return value.strip()[:_MAX_API_KEY]
    return None
