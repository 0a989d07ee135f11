"""The cache controls of a call: the header `Cache-Control` and the member `cache` of the body. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core import error_codes
from ..core.errors import invalid

__all__ = ["CONTROLS", "CacheControls", "controls_of"]

CONTROLS = ("no-cache", "no-store", "ttl", "s-maxage", "max-age", "namespace", "use-cache")
_AGE = re.compile(r"(max-age|s-maxage)\s*=\s*\"?(\d{1,9})\"?")


@dataclass(frozen=True, slots=True)
class CacheControls:
    """The cache controls of a call: may it be answered from the cache (`look`), and its answer be stored (`keep`)?

    Times are in seconds; None means the configured time. `named` are the controls that the call asked for.
    """

    look: bool = True
    keep: bool = True
    ttl: float | None = None
    max_age: float | None = None
    namespace: str = ""
    asked: bool = False
    named: frozenset[str] = frozenset()


def controls_of(header: str | None, body: Any) -> CacheControls:
    """Return the controls of a call. Header and body can each forbid something; neither permits it again."""
    words = {word.strip().lower() for word in (header or "").split(",")}
    member: Mapping[str, Any] = {}
    if body is not None:
        if not isinstance(body, dict) or set(body) - set(CONTROLS):
            raise invalid(
                f"`cache` is {body!r}. Send an object with any of: {', '.join(CONTROLS)}.",
                param="cache",
                code=error_codes.INVALID_CACHE_CONTROL,
            )
        member = body
    given = list(_AGE.finditer((header or "").lower()))
    ages = [float(found[2]) for found in given]
    ages += [age for name in ("s-maxage", "max-age") if (age := _seconds(member, name)) is not None]
    namespace = member.get("namespace") or ""
    if not isinstance(namespace, str):
        raise _wrong("namespace", namespace, "a string")
    return CacheControls(
        look="no-cache" not in words and not _flag(member, "no-cache"),
        keep="no-store" not in words and not _flag(member, "no-store"),
        ttl=_seconds(member, "ttl"),
        max_age=min(ages, default=None),
        namespace=namespace,
        asked=_flag(member, "use-cache"),
        named=frozenset(
            [
                *(words & {"no-cache", "no-store"}),
                *(found[1] for found in given),
                *(name for name, value in member.items() if value is not None and value is not False),
            ]
        ),
    )


def _flag(member: Mapping[str, Any], name: str) -> bool:
    value = member.get(name)
    if value is not None and not isinstance(value, bool):
        raise _wrong(name, value, "true or false")
    return bool(value)


def _seconds(member: Mapping[str, Any], name: str) -> float | None:
    value = member.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise _wrong(name, value, "a number of seconds")
    return float(value)


def _wrong(name: str, value: Any, what: str) -> Exception:
    return invalid(
        f"`cache.{name}` is {value!r}, not {what}.", param=f"cache.{name}", code=error_codes.INVALID_CACHE_CONTROL
    )
