"""Ends running calls whose caller may no longer call: its key, or whoever stands above it, was blocked or deleted."""

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
_LOOK_SECONDS = 1.0


class Revocation:
    """Hears of changes, wherever they were made, and cancels the calls of this process that they concern."""

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
        concerned = [(run, caller) for run, caller in self._callers() if _concerns(change, caller)]
        if concerned:
            self._spawn(self._check(change, concerned), "revocation")

    def _callers(self) -> list[tuple[RunningCall, Principal]]:
        return [(run, run.ticket.caller) for run in self._running.values() if run.ticket is not None]

    async def _check(self, change: RecordChange, concerned: list[tuple[RunningCall, Principal]]) -> None:
        standing: dict[int, Principal | ApiError] = {}
        for run, caller in concerned:
            if id(caller) not in standing:
                standing[id(caller)] = await self._standing(change, caller)
            now = standing[id(caller)]
            error = now if isinstance(now, ApiError) else _model_refusal(run, now)
            if error is not None:
                run.cancel(principals.copy_of(error))
            elif not isinstance(now, ApiError):
                self._keep_end(run, now.expires_at)

    def _keep_end(self, run: RunningCall, expires_at: float | None) -> None:
        """Hold a running call to the end that its key has now."""
        ticket = run.ticket
        if ticket is not None and ticket.caller.expires_at != expires_at:
            ticket.caller = replace(ticket.caller, expires_at=expires_at)
            if expires_at is not None:
                self.watch(expires_at)

    async def _standing(self, change: RecordChange, caller: Principal) -> Principal | ApiError:
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
        """Read what other nodes changed while calls run here, also where nobody else calls and nobody tells."""
        directory = self._directory
        while True:
            await directory.clock.sleep(_LOOK_SECONDS)
            if self._running:
                try:
                    await directory.changes.refresh()
                except StorageError:
                    continue  # told by whoever is refused meanwhile

    # -- keys with an end

    def watch(self, expires_at: float) -> None:
        """Have a call of a key with an end cancelled when its time is over: one timer for all of them."""
        if self._timer is None:
            # Another key may end earlier than the one that set the timer: it is looked at once a second.
            wait = min(max(0.0, expires_at - self._directory.clock.time()), _LOOK_SECONDS)
            self._timer = asyncio.get_running_loop().call_later(wait, self._expire)

    def _expire(self) -> None:
        self._timer = None
        now, left = self._directory.clock.time(), list[float]()
        for run, caller in self._callers():
            if caller.expires_at is None:
                continue
            if now >= caller.expires_at:
                run.cancel(principals.expired(caller))
            else:
                left.append(caller.expires_at)
        if left:
            self.watch(min(left))


def _model_refusal(run: RunningCall, caller: Principal) -> ApiError | None:
    """Return the error of a call whose model is out of its caller's reach by now."""
    model = "" if run.ticket is None else run.ticket.model
    if not model or caller.may_use(model) or caller.may_use(caller.aliases.get(model, model)):
        return None
    try:
        caller.require_model(model)
    except ApiError as refusal:
        return refusal
    return None


def _concerns(change: RecordChange, caller: Principal) -> bool:
    if change.kind == EVERYTHING.kind:
        return True
    if change.kind == "key":
        return change.key_ids is None or caller.key_id in change.key_ids
    if change.kind == "customer":
        return caller.customer is not None
    if change.kind == "member":
        return caller.user_id is not None and change.id.endswith(f":{caller.user_id}")
    return change.id in (caller.user_id, caller.team_id, caller.organization_id)
