"""`onceward spend`: the cost of calls, as reports, records and charts."""

from __future__ import annotations

import shutil
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ._chart import Bar, Chart, draw
from ._dates import UNITS, moment, starts
from ._group import Action, Call, Column, Group, count, usd
from ._layout import terminal_width, wrapped
from ._names import key_id, with_ids
from ._options import Option, text, whole
from ._picture import svg

if TYPE_CHECKING:
    from ..types.spend import SpendReport, SpendReportRow

__all__ = ["GROUP", "command"]

_GROUPS: Final = ("team", "customer", "key", "user", "organization", "model", "provider", "tag")
_MOST_BARS = 20


class _Choices(tuple[str, ...]):
    """The choices of an option, and `metadata.` with the name of a member of the metadata."""

    def __contains__(self, word: object) -> bool:
        return super().__contains__(word) or (isinstance(word, str) and word.startswith("metadata."))


_SUMS = (
    Column("calls", "requests", count, numeric=True),
    Column("failed", "failed_requests", count, numeric=True),
    Column("tokens in", "prompt_tokens", count, numeric=True),
    Column("tokens out", "completion_tokens", count, numeric=True),
    Column("USD", "spend", usd, numeric=True),
)
_LOGS = (
    Column("started", "start_time"),
    Column("call", "call_id"),
    Column("model", "model"),
    Column("key", "key_alias"),
    Column("team", "team_id"),
    Column("tokens", "total_tokens", count, numeric=True),
    Column("USD", "spend", usd, numeric=True),
    Column("status", "status"),
)
_TAGS = (
    Column("tag", "individual_request_tag"),
    Column("calls", "log_count", count, numeric=True),
    Column("USD", "total_spend", usd, numeric=True),
)
_SINCE = Option("--since", None, "the start: `30d`, `12h` or a day", moment, "TIME")
_UNTIL = Option("--until", None, "the end (default: now)", moment, "TIME")
_FILTERS = (
    text("--key", "api_key", "only calls with this key, by id or name", "KEY"),
    text("--team", "team_id", "only calls of this team, by id or name", "TEAM"),
    text("--org", "organization_id", "only calls of this organization, by id or name", "ORG"),
    text("--model", "model", "only calls of this model", "MODEL"),
    text("--metadata", "metadata", "only calls with this metadata", "NAME=VALUE"),
)
_USER = text("--user", "internal_user_id", "only calls of this user", "ID")
_CUSTOMER = text("--customer", "customer_id", "only calls for this customer", "ID")


def _report(call: Call) -> int:
    answer = _asked(call, call.given.by, call.given.interval)
    if call.given.json:
        return call.record(answer)
    columns = (
        *((Column("from", "date"),) if call.given.interval != "total" else ()),
        Column(call.given.by, "group", absent="none"),
        *((Column("name", "name"),) if any(row.name for row in answer.results) else ()),
        *_SUMS,
    )
    call.table(columns, answer.results, "calls in this period")
    if answer.results:
        together = f"total {usd(answer.total.spend)} USD for {count(answer.total.requests)} calls"
        for line in wrapped(together, terminal_width()) if call.screen.live else [together]:
            call.screen.line(line, "strong")
    return 0


def _chart(call: Call) -> int:
    place: str | None = call.given.save
    if place is not None and not place.endswith(".svg"):
        call.screen.fault(
            f"{place!r} does not end in `.svg`", "Charts are saved as SVG; use a name that ends in `.svg`."
        )
        return 2
    by: str = call.given.by
    answer = _asked(call, "model", by) if by in UNITS else _asked(call, by, "total")
    if call.given.json:
        return call.record(answer)
    chart = _over_time(answer, by) if by in UNITS else _side_by_side(answer, by)
    draw(chart, call.screen, shutil.get_terminal_size().columns)
    if place is not None:
        Path(place).write_text(svg(chart), encoding="utf-8")
        call.screen.line(f"saved {place}", "dim")
    return 0


def _over_time(answer: SpendReport, unit: str) -> Chart:
    sums: defaultdict[datetime, float] = defaultdict(float)
    for row in answer.results:
        if row.date is not None:
            sums[_at(row.date)] += row.spend
    shape = "%m-%d %H:00" if unit == "hour" else "%Y-%m" if unit == "month" else "%Y-%m-%d"
    times = sorted({*sums, *starts(_at(answer.start_date), _at(answer.end_date), unit)})
    bars = tuple(Bar(at.strftime(shape), sums.get(at, 0.0)) for at in times)
    return Chart(f"Spend by {unit}", bars, upright=True)


def _side_by_side(answer: SpendReport, by: str) -> Chart:
    rows = sorted(answer.results, key=lambda row: -row.spend)
    bars = [Bar(_called(row, by), row.spend) for row in rows[:_MOST_BARS]]
    if len(rows) > _MOST_BARS:
        bars.append(Bar(f"{len(rows) - _MOST_BARS} others", sum(row.spend for row in rows[_MOST_BARS:])))
    return Chart(f"Spend by {by}", tuple(bars), upright=False)


def _called(row: SpendReportRow, by: str) -> str:
    return row.name or row.group or f"no {by}"


def _logs(call: Call) -> int:
    params = {**_resolved(call), **_dates(call)}
    limit: int = call.given.limit
    page = call.client.spend.list(limit=min(limit, 100), **params)
    return call.table(_LOGS, page.collect(limit), "calls in this period")


def _tags(call: Call) -> int:
    return call.table(_TAGS, call.client.spend.tags(**call.params, **_dates(call)), "tagged calls in this period")


def _calculate(call: Call) -> int:
    return call.record(call.client.spend.calculate(model=call.given.MODEL, **call.params))


def _reset(call: Call) -> int:
    params = _resolved(call)
    if not params and not call.given.all:
        call.screen.fault(
            "the scope of the reset is missing", "Choose a key, team, user or other scope, or pass `--all`."
        )
        return 2
    answer = call.client.spend.reset(**params)
    return call.done(answer, answer.message or "spending against the budget is reset to 0; records are kept")


def _asked(call: Call, by: str, interval: str) -> SpendReport:
    group: Any = "api_key" if by == "key" else by
    unit: Any = interval
    return call.client.spend.report(group_by=group, interval=unit, **_resolved(call), **_dates(call))


def _resolved(call: Call) -> dict[str, Any]:
    params = with_ids(call.client, call.params)
    if isinstance(params.get("api_key"), str):
        params["api_key"] = key_id(call.client, params["api_key"])
    return params


def _dates(call: Call) -> dict[str, Any]:
    """Return the parameters with exact times, so that `12h` is twelve hours and a day ends when it ends."""
    found = {"start_date": getattr(call.given, "since", None), "end_date": getattr(call.given, "until", None)}
    return {
        name: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for name, at in found.items()
        if isinstance(at, datetime)
    }


def _at(word: str) -> datetime:
    """Return the time for a time, a day, or a month (`2026-01`)."""
    found = datetime.fromisoformat(f"{word}-01" if len(word) == len("2026-01") else word)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


GROUP = Group(
    "spend",
    (
        Action(
            "report",
            "report spending",
            _report,
            (
                Option(
                    "--by",
                    None,
                    f"the grouping: {', '.join(_GROUPS)} or metadata.NAME",
                    default="team",
                    choices=_Choices(_GROUPS),
                    metavar="WHAT",
                ),
                Option(
                    "--interval",
                    None,
                    "one row per hour, day, week or month; or total",
                    default="total",
                    choices=(*UNITS, "total"),
                    metavar="TIME",
                ),
                _SINCE,
                _UNTIL,
                *_FILTERS,
                _USER,
                _CUSTOMER,
            ),
        ),
        Action(
            "chart",
            "draw spending over time, or by group",
            _chart,
            (
                Option(
                    "--by",
                    None,
                    f"over time by {', '.join(UNITS)}; or by {', '.join(_GROUPS)}",
                    default="day",
                    choices=_Choices((*UNITS, *_GROUPS)),
                    metavar="WHAT",
                ),
                Option("--save", None, "also save it as a picture (SVG)", metavar="FILE.svg"),
                _SINCE,
                _UNTIL,
                *_FILTERS,
                _USER,
                _CUSTOMER,
            ),
        ),
        Action(
            "logs",
            "list calls with their cost, newest first",
            _logs,
            (
                _SINCE,
                _UNTIL,
                *_FILTERS,
                text("--user", "user_id", "only calls of this user", "ID"),
                text("--customer", "end_user", "only calls for this customer", "ID"),
                text("--tag", "tag", "only calls with this tag", "TAG"),
                text("--status", "status", "only calls with this outcome", "STATUS"),
                Option("--limit", None, "the maximum number (20)", int, "N", default=20),
            ),
        ),
        Action("tags", "report spending by tag", _tags, (_SINCE, _UNTIL, text("--tags", "tags", "only these", "A,B"))),
        Action(
            "calculate",
            "estimate the cost of a call, without making it",
            _calculate,
            (
                Option("MODEL", None, "the model", required=True),
                whole("--tokens-in", "prompt_tokens", "input tokens"),
                whole("--tokens-out", "completion_tokens", "output tokens"),
                text("--prompt", "prompt", "a text whose tokens are counted"),
            ),
        ),
        Action(
            "reset",
            "reset spending against a budget to 0; records are kept",
            _reset,
            (
                *_FILTERS[:3],
                text("--user", "user_id", "of a user", "ID"),
                text("--customer", "customer_id", "of a customer", "ID"),
                text("--budget", "budget_id", "of a shared budget", "ID"),
                Option("--all", None, "of all", flags=True),
            ),
            asks="reset spending",
        ),
    ),
    default="report",
)
command = GROUP.command
