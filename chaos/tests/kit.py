"""The evidence of a small run without errors, which tests manipulate."""

from __future__ import annotations

from typing import Any

import msgspec

from ..evidence import Evidence
from ..journal import Began, Entry, Made, Seen, Told, Usage
from ..records import Call, Credit, Peak, Records, Row, Total, Window
from ..work import ADMIN, Ask, expected

__all__ = ["ECHO", "LIMIT", "POOL", "SPREE", "changed", "evidence", "row_of", "seen_of"]

AT = 1000.0
LIMIT = 40_000
CREDITS = 20_000
ECHO = Ask("c0t1.0", "say", 6, 0.0, True, "again", "free")
POOL = Ask("c0t1.1", "pool", 6, 0.0, False, "once", "credits")
SPREE = Ask("c0p1.0", "count", 6, 0.0, False, "once", "c0p1")
_ORGANIZATION = "org_thrift"
_ACCOUNT = f"organization:{_ORGANIZATION}"
_KEYS = {"free": "key_free", "credits": "key_credits", "c0p1": "key_spree"}
_OFFLINE_COST = 1128
"""6 tokens in at 37.5 nano-USD and 6 out at 150.5."""
_POOL_COST = 1416
"""6 tokens in at 45.5 nano-USD and 6 out at 190.5."""
_POOL_CREDITS = 71
"""Thousandths: 1416 nano-USD at 50,000 credits a dollar."""


def seen_of(ask: Ask, turn: int = 0, **changes: Any) -> Seen:
    """Return the successful end of a call, as seen by its client."""
    seen = Seen(
        marker=ask.marker,
        turn=turn,
        key=ask.key,
        account=ask.account,
        end="whole",
        at=AT + 1,
        text=expected(ask),
        call_id="call_" + ask.marker,
        usage=Usage(6, 6),
        ids=tuple(range(1, 9)) if ask.stream else (),
        calls=("call_" + ask.marker,),
        attempts=1,
    )
    return msgspec.structs.replace(seen, **changes)


def row_of(ask: Ask, **changes: Any) -> Row:
    """Return the call as recorded in the ledger."""
    pool = ask.kind == "pool"
    row = Row(
        id=f"call_{ask.marker}.1",
        call_id="call_" + ask.marker,
        idempotency_key=ask.key,
        key_id=_KEYS[ask.account],
        user_id=None,
        team_id=None,
        organization_id=_ORGANIZATION if pool else None,
        customer=None,
        account=_ACCOUNT if pool else None,
        model="house" if pool else "onceward/echo",
        model_served="house" if pool else "onceward/echo",
        deployment="house-a" if pool else None,
        provider="up" if pool else "offline",
        prompt_tokens=6,
        completion_tokens=6,
        total_tokens=12,
        cost_nano=_POOL_COST if pool else _OFFLINE_COST,
        credits_milli=_POOL_CREDITS if pool else 0,
        estimated=False,
        status="completed",
        started_at=AT,
        ended_at=AT + 0.5,
    )
    return msgspec.structs.replace(row, **changes)


def evidence() -> Evidence:
    """Return three calls, one of them sent twice; a key with a budget, and an account with credits."""
    asks = (ECHO, POOL, SPREE)
    entries: list[Entry] = [
        Made("key", "key_free", None, "free"),
        Made("key", "key_credits", None, "credits"),
        Made("credits", _ACCOUNT, CREDITS),
        Began("c0p1", 0, "chaos-c0p1", AT, 40.0),
        Seen("c0p1", 0, "chaos-c0p1", ADMIN, "whole", AT + 1, text="key_spree"),
        Made("key", "key_spree", LIMIT, "c0p1"),
        *(Began(ask.marker, 0, ask.key, AT, 40.0, ask) for ask in asks),
        *(seen_of(ask) for ask in asks),
        Began(ECHO.marker, 1, ECHO.key, AT + 1, 40.0, ECHO),
        seen_of(ECHO, 1),
        Told(POOL.marker, "call_" + POOL.marker, "well", 6, 6, 6, True, AT),
    ]
    reports = {"the report by model": 2 * _OFFLINE_COST + _POOL_COST}
    return Evidence(entries, _records(), reports, seconds=3.0)


def _records() -> Records:
    return Records(
        usage=tuple(row_of(ask) for ask in (ECHO, POOL, SPREE)),
        calls=tuple(
            Call("call_" + ask.marker, ask.key, "completed", row_of(ask).provider) for ask in (ECHO, POOL, SPREE)
        ),
        windows=(
            Window("key", "key_spree", "", 0.0, None, _OFFLINE_COST, 0),
            Window("credits", _ACCOUNT, "", 0.0, None, _POOL_CREDITS, 0),
        ),
        peaks=(
            Peak("key", "key_spree", "", 0.0, LIMIT, 0),
            Peak("credits", _ACCOUNT, "", 0.0, CREDITS, 0),
        ),
        totals=(
            Total("key", "key_free", "onceward/echo", _OFFLINE_COST),
            Total("key", "key_spree", "onceward/echo", _OFFLINE_COST),
            Total("key", "key_credits", "house", _POOL_COST),
            Total("organization", _ORGANIZATION, "house", _POOL_COST),
        ),
        credits=(
            Credit(_ACCOUNT, "grant", CREDITS, None),
            Credit(_ACCOUNT, "debit", -_POOL_CREDITS, row_of(POOL).id),
        ),
        names=("free", "credits", "c0p1"),
    )


def changed(evidence: Evidence, **tables: Any) -> Evidence:
    """Return the evidence with some tables of the database replaced."""
    return Evidence(
        evidence.entries,
        msgspec.structs.replace(evidence.records, **tables),
        evidence.reports,
        evidence.crashes,
        evidence.seconds,
    )
