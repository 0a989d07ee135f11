"""Watching changes nothing about what is watched: a failure of telemetry is logged, and goes no further."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["harmless"]

_log = logging.getLogger("onceward_gateway.telemetry")
P = ParamSpec("P")
R = TypeVar("R")


def harmless(tell: Callable[P, R]) -> Callable[P, R | None]:
    """`tell`, whose exceptions are logged; it returns None then."""

    @wraps(tell)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | None:
        try:
            return tell(*args, **kwargs)
        except Exception:  # noqa: BLE001 - whatever it is, the request goes on
            _log.exception("`%s` failed; what it watched goes on", tell.__name__)
            return None

    return guarded
