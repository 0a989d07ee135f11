"""Render the behaviour that a package configures, as far as it differs from the defaults of the runtime."""

from __future__ import annotations

from dataclasses import fields

from onceward_generator.behaviour import LOGGED, Behaviour, Clocks

__all__ = ["behaviour_values"]

_SETS = ("retry_statuses", "unkeyed_retry_statuses")
_PLAIN = ("max_retries", "retry_status_from", "idempotency_header", "request_id_header", "retry_count_header")


def behaviour_values(behaviour: Behaviour) -> dict[str, str]:
    """Return the arguments of the runtime's `Behaviour`, as source."""
    default = Behaviour()
    found = {name: repr(getattr(behaviour, name)) for name in _PLAIN if _differs(behaviour, default, name)}
    found |= {name: _set(getattr(behaviour, name)) for name in _SETS if _differs(behaviour, default, name)}
    if behaviour.should_retry_header.lower() != default.should_retry_header:
        found["should_retry_header"] = repr(behaviour.should_retry_header.lower())
    now, plain = behaviour.backoff, default.backoff
    if (now.initial, now.factor, now.cap) != (plain.initial, plain.factor, plain.cap):
        found["backoff"] = repr((now.initial, now.factor, now.cap))
    if now.max_retry_after != plain.max_retry_after:
        found["max_retry_after"] = repr(now.max_retry_after)
    clocks = {item.name: getattr(behaviour.clocks, item.name) for item in fields(Clocks)}
    changed = {name: value for name, value in clocks.items() if value != getattr(default.clocks, name)}
    found |= {"clocks": repr(changed)} if changed else {}
    if behaviour.logged_headers != LOGGED:
        found["logged_headers"] = _set(behaviour.logged_headers)
    return found


def _differs(behaviour: Behaviour, default: Behaviour, name: str) -> bool:
    return bool(getattr(behaviour, name) != getattr(default, name))


def _set(values: tuple[object, ...]) -> str:
    members = ", ".join(repr(value) for value in sorted(values, key=str))
    return f"frozenset({{{members}}})" if members else "frozenset()"
