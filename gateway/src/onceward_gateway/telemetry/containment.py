"""Containment: a failure of telemetry is logged, and never fails the request that it observes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["contained"]

_log = logging.getLogger("onceward_gateway.telemetry")
P = ParamSpec("P")
R = TypeVar("R")


def contained(observe: Callable[P, R]) -> Callable[P, R | None]:
    """Return a function whose exceptions are logged; it returns None then."""

    @wraps(observe)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | None:
        try:
            return observe(*args, **kwargs)
        except Exception:  # noqa: BLE001 - whatever it is, the request continues
            _log.exception("`%s` failed; the observed request continues", observe.__name__)
            return None

    return guarded
