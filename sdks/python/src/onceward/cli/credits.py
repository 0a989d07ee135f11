"""`onceward credits`: the balance, its use, and the tiers."""

from __future__ import annotations

from ._group import Action, Call, Column, Group, count, usd
from ._names import with_ids
from ._options import Option, text

__all__ = ["GROUP", "command"]


def _credits(value: float) -> str:
    return f"{value:,.3f}".rstrip("0").rstrip(".")


_HISTORY = (
    Column("when", "timestamp"),
    Column("kind", "kind"),
    Column("model", "model"),
    Column("band", "band"),
    Column("tokens", "total_tokens", count, numeric=True),
    Column("credits", "credits_debited", _credits, numeric=True),
    Column("left", "balance_after", _credits, numeric=True),
    Column("status", "status"),
)
_STEPS = (
    Column("from", "period"),
    Column("calls", "total_requests", count, numeric=True),
    Column("tokens", "total_tokens", count, numeric=True),
    Column("credits", "total_credits", _credits, numeric=True),
    Column("USD", "total_cost", usd, numeric=True),
)
_TIERS = (
    Column("tier", "id"),
    Column("credits", "credits", _credits, numeric=True),
    Column("every", "credits_duration"),
    Column("bands", "bands"),
    Column("rpm", "rpm_limit", count, numeric=True),
    Column("tpm", "tpm_limit", count, numeric=True),
)
_BANDS = (
    Column("band", "id"),
    Column("models", "models"),
    Column("credits per USD", "credits_per_usd", _credits, numeric=True),
    Column("from tier", "minimum_tier"),
)
_ORGANIZATION = text("--org", "organization_id", "of this organization, by id or name", "ORG")
_MODEL = text("--model", "model", "only this model", "MODEL")
_BAND = text("--band", "band", "only this band", "BAND")


def _balance(call: Call) -> int:
    return call.record(call.client.credits.balance(**with_ids(call.client, call.params)))


def _history(call: Call) -> int:
    page = call.client.credits.history(**with_ids(call.client, call.params))
    return call.table(_HISTORY, page.collect(call.given.limit), "entries")


def _stats(call: Call) -> int:
    answer = call.client.credits.stats(**with_ids(call.client, call.params))
    if call.given.json:
        return call.record(answer)
    call.table(_STEPS, answer.stats or (), "calls in this period")
    call.screen.line(f"total {_credits(answer.total_credits_used)} credits, {usd(answer.total_cost)} USD", "strong")
    return 0


def _tiers(call: Call) -> int:
    answer = call.client.credits.tiers()
    if call.given.json:
        return call.record(answer)
    call.table(_TIERS, answer.tiers, "tiers are configured")
    if answer.bands:
        call.screen.heading("bands")
        call.table(_BANDS, answer.bands, "bands")
    return 0


GROUP = Group(
    "credits",
    (
        Action("balance", "show the balance", _balance, (_ORGANIZATION,)),
        Action(
            "history",
            "list changes of the balance",
            _history,
            (_ORGANIZATION, _MODEL, _BAND, Option("--limit", None, "the maximum number (20)", int, "N", default=20)),
        ),
        Action(
            "stats",
            "show usage",
            _stats,
            (
                _ORGANIZATION,
                Option("--period", "period", "the period: day, week, month or all_time", metavar="PERIOD"),
                Option("--by", "group_by", "one row per day, week or month", metavar="UNIT"),
                _MODEL,
                _BAND,
            ),
        ),
        Action("tiers", "list tiers and bands", _tiers),
    ),
    default="balance",
)
command = GROUP.command
