"""The registry of configured guardrails, and the selection of those that apply to a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from ..config.guardrails import GuardrailSettings
from ..config.table import ConfigError
from ..core import error_codes
from ..core.errors import ApiError, invalid
from ..http.request import Request
from . import blocklist, pii
from .interface import (
    Context,
    Factory,
    Guardrail,
    Rewriter,
)

__all__ = ["GROUP", "Guard", "Guardrails", "context_of", "rewriters"]

GROUP = "onceward.guardrails"
# Requests above this size are processed in a thread: patterns take more time than parsing.
_LARGE = 16_384
_SHIPPED: dict[str, Factory] = {"pii": pii.make, "words": blocklist.make}


@dataclass(frozen=True, slots=True)
class Guard:
    """A configured guardrail with its settings."""

    settings: GuardrailSettings
    guardrail: Guardrail

    @property
    def name(self) -> str:
        """Return the name from the configuration."""
        return self.settings.name

    @property
    def before(self) -> bool:
        """Return True if the guardrail reads requests."""
        return "pre_call" in self.settings.modes

    @property
    def after(self) -> bool:
        """Return True if the guardrail rewrites answers."""
        return "post_call" in self.settings.modes


class Guardrails:
    """The guardrails of a gateway, in the order in which they apply."""

    def __init__(self, settings: Sequence[GuardrailSettings]) -> None:
        self.guards = tuple(Guard(one, _factory(one)(one.options)) for one in settings)
        self._always = tuple(guard for guard in self.guards if guard.settings.default_on)

    def of(self, request: Request) -> tuple[Guard, ...]:
        """Return the guardrails of a call: those on by default, those of its key and team, and those that it names."""
        given = request.data.get("guardrails")
        named: list[Any] = given if isinstance(given, list) else [] if given is None else [given]
        stored = request.caller.metadata.get("guardrails")
        own = () if stored is None else _names(stored)
        required = (*request.caller.guardrails, *own)
        if not named and not required:
            return self._always
        known = {guard.name for guard in self.guards}
        selected = set(required)
        if not selected <= known:
            raise _missing(sorted(selected - known)[0])
        for name in named:
            if not isinstance(name, str) or name not in known:
                raise invalid(
                    f"There is no guardrail {name!r} here. `GET /guardrails/list` lists them.",
                    param="guardrails",
                    code=error_codes.GUARDRAIL_NOT_FOUND,
                )
            selected.add(name)
        return tuple(guard for guard in self.guards if guard.settings.default_on or guard.name in selected)


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list | tuple) else ()


def _missing(name: str) -> ApiError:
    """Return the error for a guardrail that a key requires and the configuration does not have."""
    return ApiError(
        403,
        f"Calls of this key pass the guardrail {name!r}, and this gateway has none of that name. "
        f"Have `[guardrails.{name}]` configured, or the key (or its team) changed.",
        code=error_codes.GUARDRAIL_MISSING,
    )


def context_of(request: Request) -> Context:
    """Return the facts about a request that guardrails may read."""
    caller = request.caller
    return Context(
        request.operation,
        request.model,
        request.request_id,
        caller.key_id,
        caller.team_id,
        caller.organization_id,
        is_large=len(request.raw) > _LARGE,
    )


def rewriters(guards: Sequence[Guard], context: Context) -> list[Rewriter]:
    """Return new rewriters for one text of an answer."""
    made = [guard.guardrail.output(context) for guard in guards if guard.after]
    return [rewriter for rewriter in made if rewriter is not None]


def _factory(settings: GuardrailSettings) -> Factory:
    shipped = _SHIPPED.get(settings.guardrail)
    if shipped is not None:
        return shipped
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    entry = found.get(settings.guardrail)
    if entry is None:
        known = ", ".join(sorted({*_SHIPPED, *found}))
        raise ConfigError(
            f"The guardrail {settings.guardrail!r} of `guardrails.{settings.name}` is not installed. Known: {known}. "
            f"Install the package whose entry point in `{GROUP}` has this name."
        )
    factory: Factory = entry.load()
    return factory
