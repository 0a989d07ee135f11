"""Revocation: cancels running calls whose key, or its user, team or organization, was blocked or deleted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..core.errors import ApiError
from ..db import StorageError
from ..identity import principals
from ..identity.invalidation import EVERYTHING, RecordChange

if TYPE_CHECKING:
    from ..core.principal import Principal
    from ..identity.directory import Directory
    from .running import RunningCall

__all__ = ["Revocation"]

_log = logging.getLogger("onceward_gateway")
_KINDS = frozenset({"key", "user", "team", "organization", "customer", "member", EVERYTHING.kind})
_POLL_SECONDS = 1.0


class Revocation:
    """Receives the changes of all nodes, and cancels the calls of this process that they affect."""

    def __init__(
        self,
        directory: Directory,
        running: Mapping[str, RunningCall],
        spawn: Callable[[Coroutine[Any, Any, Any], str], asyncio.Task[Any]],
    ) -> None:
        self._directory = directory
        self._running = running
        self._spawn = spawn
        self._timer: asyncio.TimerHandle | None = None
        directory.subscribe(self._changed)

    # -- changes

    def _changed(self, change: RecordChange) -> None:
        if change.kind not in _KINDS or change.action in ("created", "unblocked"):
            return
        affected = [(call, caller) for call, caller in self._callers() if _affects(change, caller)]
        if affected:
            self._spawn(self._check(change, affected), "revocation")

    def _callers(self) -> list[tuple[RunningCall, Principal]]:
        return [(call, call.ticket.caller) for call in self._running.values() if call.ticket is not None]

    async def _check(self, change: RecordChange, affected: list[tuple[RunningCall, Principal]]) -> None:
        current: dict[int, Principal | ApiError] = {}
        for call, caller in affected:
            if id(caller) not in current:
                current[id(caller)] = await self._current_principal(change, caller)
            now = current[id(caller)]
            error = now if isinstance(now, ApiError) else _model_refusal(call, now)
            if error is not None:
                call.cancel(principals.copy_of(error))
            elif not isinstance(now, ApiError):
                self._update_expiry(call, now.expires_at)

    def _update_expiry(self, call: RunningCall, expires_at: float | None) -> None:
        """Apply the new expiry of a key to its running call."""
        ticket = call.ticket
        if ticket is not None and ticket.caller.expires_at != expires_at:
            ticket.caller = replace(ticket.caller, expires_at=expires_at)
            if expires_at is not None:
                self.watch(expires_at)

    async def _current_principal(self, change: RecordChange, caller: Principal) -> Principal | ApiError:
        """Return the caller as it would be admitted now, or the error that it would get."""
        directory = self._directory
        try:
            if change.action == "rotated" and caller.key_id == change.id:
                record = await directory.records.keys.any(change.id)
                return caller if record is None else principals.replaced(record)
            now = await directory.current_principal(caller)
            if caller.key_id is None and caller.acting_for != (None, None):
                now = await principals.for_groups(
                    directory.records, await directory.principal(caller.id), *caller.acting_for
                )
            if caller.customer is not None:
                await directory.customer_bounds.bounds(caller.organization_id, caller.customer)
        except ApiError as refusal:
            return refusal
        except StorageError as failure:
            _log.warning("whether running calls may go on cannot be read: %s", failure)
            return caller
        return now

    async def look(self) -> None:
        """Poll for changes of other nodes while calls run, in case no request or message triggers a refresh."""
        directory = self._directory
        while True:
            await directory.clock.sleep(_POLL_SECONDS)
            if self._running:
                try:
                    await directory.changes.refresh()
                except StorageError:
                    continue  # requests that need the database report the failure

    # -- keys that expire

    def watch(self, expires_at: float) -> None:
        """Cancel the calls of a key when it expires. One timer serves all keys."""
        if self._timer is None:
            # Another key may expire before the one that set the timer, so it fires once a second at least.
            wait = min(max(0.0, expires_at - self._directory.clock.time()), _POLL_SECONDS)
            self._timer = asyncio.get_running_loop().call_later(wait, self._expire)

    def _expire(self) -> None:
        self._timer = None
        now, pending = self._directory.clock.time(), list[float]()
        for call, caller in self._callers():
            if caller.expires_at is None:
                continue
            if now >= caller.expires_at:
                call.cancel(principals.expired(caller))
            else:
                pending.append(caller.expires_at)
        if pending:
            self.watch(min(pending))


def _model_refusal(call: RunningCall, caller: Principal) -> ApiError | None:
    """Return the error of a call whose caller may no longer use its model."""
    model = "" if call.ticket is None else call.ticket.model
    if not model or caller.may_use(model) or caller.may_use(caller.aliases.get(model, model)):
        return None
    try:
        caller.require_model(model)
    except ApiError as refusal:
        return refusal
    return None


def _affects(change: RecordChange, caller: Principal) -> bool:
    if change.kind == EVERYTHING.kind:
        return True
    if change.kind == "key":
        return change.key_ids is None or caller.key_id in change.key_ids
    if change.kind == "customer":
        return caller.customer is not None
    if change.kind == "member":
        return caller.user_id is not None and change.id.endswith(f":{caller.user_id}")
    return change.id in (caller.user_id, caller.team_id, caller.organization_id)
