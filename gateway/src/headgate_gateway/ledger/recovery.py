"""After a process died: its calls are booked by what their logs show they had sent; the rest of their holds is freed.

A call of an offline model whose key is known is left out: it goes on from its log when it is asked for, and is paid
then. Nothing says what a call without a log had sent, so nothing is charged for it.
"""

from __future__ import annotations

from ..clock import Clock
from ..errors import ApiError
from ..platform.core import Platform
from ..platform.principal import Principal
from ..prices import PriceBook
from ..storage import Database
from . import sql
from .holds import Holds
from .record import charged_of, owners_of
from .usage import UsageLog, hour_of

__all__ = ["book_interrupted"]


def book_interrupted(
    db: Database, clock: Clock, prices: PriceBook, platform: Platform, usage: UsageLog, holds: Holds
) -> int:
    """Write the records of calls that were running; gives how many."""
    booked = 0
    now = clock.time()
    for row in db.query(sql.INTERRUPTED):
        call_id, principal, operation, model, provider, stream, key, attempts, request_id, created_at = row
        if provider == "offline" and key is not None:
            continue
        caller = _caller(platform, principal)
        (events,) = db.one(sql.EVENTS_OF, (call_id,)) or (0,)
        used = {"prompt_tokens": 0, "completion_tokens": int(events)}
        cost = prices.cost(provider, model, used) if events else 0
        hold = holds.take_over(call_id)
        if hold is not None:
            holds.settle(hold, cost or 0, 0, provider=provider)
        record = (
            *(f"{call_id}.{attempts}", call_id, attempts, request_id, key, principal),
            *(caller.key_id, caller.key_alias, caller.user_id, caller.team_id, caller.organization_id, None),
            *(operation, model, model, None, provider),
            *(0, int(events), int(events), 0, 0, 0, 0),
            *(cost or 0, cost is not None, 0, None, None, bool(events), False, bool(stream)),
            *("interrupted", None, None, None, created_at, now, round((now - created_at) * 1000), None),
            *(hour_of(created_at), None),
        )
        usage.add(record, cost or 0, model, owners_of(caller), charged_of(caller), ())
        booked += 1
    return booked


def _caller(platform: Platform, owner: str) -> Principal:
    try:
        return platform.principal(owner)
    except ApiError:
        record = platform.keys.any(owner)
        if record is None:
            return Principal(owner)
        return Principal(
            owner,
            key_id=record.id,
            key_alias=record.alias,
            user_id=record.user_id,
            team_id=record.team_id,
            organization_id=record.organization_id,
        )
