"""Every query parameter of reports on spend and credits, around the end of a day, a week and a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from .tenants import Caller, Pages, Tenants, shows

LOGS = "/spend/logs"
REPORT = "/global/spend/report"


@dataclass
class _Spent:
    """Calls of two tenants: three before midnight, two after it, and one of the other tenant."""

    mine: Caller
    user: str
    team: str
    calls: list[dict[str, Any]]
    theirs: dict[str, Any]

    def ids(self, *numbers: int) -> list[str]:
        """Return the ids of calls, newest first; of the last two, which are equally old, in the order of their ids."""
        found = [self.calls[number]["call_id"] for number in numbers]
        return sorted(found, reverse=True)


def _made(answer: Any) -> dict[str, Any]:
    return {"call_id": answer.headers["x-onceward-call-id"], "request_id": answer.headers["x-request-id"]}


async def _spend(two: Tenants) -> _Spent:
    first = two.organizations[0]
    user = await two.user()
    member = {"role": "internal_user", "user_id": user}
    await two.master.made("/organization/member_add", organization_id=first, member=member)
    team = await two.team(organization_id=first, team_alias="spenders")
    await two.master.made("/team/member_add", team_id=team, member={"role": "user", "user_id": user})
    await two.master.made("/model/new", model_name="own", litellm_params={"model": "onceward/echo"})
    mine = await two.key(user_id=user, team_id=team, key_alias="spender")
    await two.one.made("/customer/new", user_id="shopper", alias="Shopper")
    said: tuple[dict[str, Any], ...] = (
        {"user": "shopper", "tags": ["red", "blue"], "metadata": {"app": "a", "run": "1"}},
        {"tags": ["red"], "metadata": {"app": "a.b"}},
        {"model": "own", "metadata": {"app": "b"}},
        {"user": "shopper", "metadata": {"app": "a"}},
        {"model": "onceward/fault-error"},
    )
    calls = []
    for number, body in enumerate(said):
        # The last two are made at the same moment, at midnight.
        two.clock.now += (0, 1, 1, 28, 0)[number]
        calls.append(_made(await mine.chat(**body)))
    theirs = _made(await two.other.chat(user="shopper", tags=["red"], metadata={"app": "a"}))
    two.clock.now += 1
    return _Spent(mine, user, team, calls, theirs)


@pytest.fixture
async def spent(two: Tenants) -> _Spent:
    return await _spend(two)


SPAN = "start_date", "end_date"
MIDNIGHT = "2026-06-01T00:00:00Z"
# The calls that a period includes, of five, three of which were made half a minute before midnight.
SPANS: tuple[tuple[dict[str, str], set[int]], ...] = (
    ({}, {0, 1, 2, 3, 4}),
    ({"start_date": "2026-05-31"}, {0, 1, 2, 3, 4}),
    ({"start_date": "2026-06-01"}, {3, 4}),
    ({"start_date": "2026-06-02"}, set()),
    ({"end_date": "2026-05-30"}, set()),
    ({"end_date": "2026-05-31"}, {0, 1, 2}),
    ({"end_date": "2026-06-01"}, {0, 1, 2, 3, 4}),
    # Other ways to write the same days.
    ({"end_date": "20260531"}, {0, 1, 2}),
    ({"start_date": "20260601", "end_date": "20260601"}, {3, 4}),
    ({"start_date": "2026-W23-1", "end_date": "2026-W23-1"}, {3, 4}),
    # A moment is the first of a time, and the one before which it ends.
    ({"start_date": MIDNIGHT}, {3, 4}),
    ({"end_date": MIDNIGHT}, {0, 1, 2}),
    ({"start_date": "2026-05-31T23:59:30Z", "end_date": MIDNIGHT}, {0, 1, 2}),
    ({"start_date": "2026-05-31T23:59:31Z", "end_date": "2026-05-31T23:59:32Z"}, {1}),
    ({"start_date": "2026-05-31T23:59:33Z", "end_date": MIDNIGHT}, set()),
    ({"end_date": "2026-05-31T23:59:30Z"}, set()),
    ({"end_date": "2026-06-01T00:00:01Z"}, {0, 1, 2, 3, 4}),
    ({"start_date": "2026-06-01T02:00:00+02:00"}, {3, 4}),
    ({"start_date": "2026-06-01T00:00:00"}, {3, 4}),
    ({"start_date": "2026-05-31", "end_date": "2026-05-31"}, {0, 1, 2}),
)
WRONG_SPANS: tuple[tuple[dict[str, str], str], ...] = (
    ({"start_date": "yesterday"}, "start_date"),
    ({"end_date": "2026-02-30"}, "end_date"),
    ({"start_date": "2026-06-02", "end_date": "2026-06-01"}, "end_date"),
    ({"start_date": "1780271970"}, "start_date"),
)


@shows(LOGS, "cursor", "limit", *SPAN, "api_key", "user_id", "team_id", "organization_id", "end_user", "model")
@shows(LOGS, "provider", "request_id", "call_id", "metadata", "tag", "status")
async def test_logs(two: Tenants, spent: _Spent) -> None:
    pages = Pages(LOGS, id="call_id")
    for size in (1, 2, 5, 100):
        assert await two.one.paged(pages, size) == spent.ids(0, 1, 2, 3, 4)
    first, second = two.organizations
    hashed = (await two.one.got("/key/info", key=spent.mine.id))["info"]["token"]
    filters: tuple[tuple[Mapping[str, Any], set[int]], ...] = (
        *SPANS,
        ({"api_key": spent.mine.id}, {0, 1, 2, 3, 4}),
        ({"api_key": hashed}, {0, 1, 2, 3, 4}),
        ({"api_key": two.one.id}, set()),
        ({"api_key": two.other.id}, set()),
        ({"user_id": spent.user}, {0, 1, 2, 3, 4}),
        ({"user_id": "nobody"}, set()),
        ({"team_id": spent.team}, {0, 1, 2, 3, 4}),
        ({"team_id": "none"}, set()),
        ({"organization_id": first}, {0, 1, 2, 3, 4}),
        ({"organization_id": second}, set()),
        ({"end_user": "shopper"}, {0, 3}),
        ({"end_user": "shoppe"}, set()),
        ({"model": "own"}, {2}),
        ({"model": "onceward/echo"}, {0, 1, 3}),
        ({"provider": "onceward"}, {0, 1, 2, 3, 4}),
        ({"provider": "openai"}, set()),
        ({"request_id": spent.calls[1]["request_id"]}, {1}),
        ({"request_id": spent.theirs["request_id"]}, set()),
        ({"call_id": spent.calls[3]["call_id"]}, {3}),
        ({"call_id": spent.theirs["call_id"]}, set()),
        ({"metadata": "app=a"}, {0, 3}),
        ({"metadata": "app=a.b"}, {1}),
        ({"metadata": "run=1"}, {0}),
        ({"metadata": "run=2"}, set()),
        ({"tag": "red"}, {0, 1}),
        ({"tag": "blue"}, {0}),
        ({"tag": "re"}, set()),
        ({"status": "completed"}, {0, 1, 2, 3}),
        ({"status": "failed"}, {4}),
        ({"status": "cancelled"}, set()),
        ({"tag": "red", "metadata": "app=a", "end_user": "shopper"}, {0}),
        ({"tag": "red", "start_date": "2026-06-01"}, set()),
    )
    for query, wanted in filters:
        for size in (2, 100):
            assert await two.one.paged(pages, size, **query) == spent.ids(*wanted), query
    for query, param in (*WRONG_SPANS, ({"status": "complete"}, "status"), ({"metadata": "app"}, "metadata")):
        assert await two.one.error(LOGS, **query) == (400, param), query
    assert await two.other.paged(pages, 1) == [spent.theirs["call_id"]]
    # The key is deleted; its records are found by its id.
    await two.master.made("/key/delete", keys=[spent.mine.id])
    assert await two.one.paged(pages, 2, api_key=spent.mine.id) == spent.ids(0, 1, 2, 3, 4)


@shows("/spend/tags", *SPAN, "tags")
async def test_tags(two: Tenants, spent: _Spent) -> None:
    async def counts(**query: Any) -> dict[str, int]:
        data = (await two.one.got("/spend/tags", **query))["data"]
        return {one["individual_request_tag"]: one["log_count"] for one in data}

    assert await counts() == {"red": 2, "blue": 1}
    assert await counts(tags="blue") == {"blue": 1}
    assert await counts(tags="blue, red,none") == {"red": 2, "blue": 1}
    assert await counts(tags="none") == {}
    for query, wanted in SPANS:
        times = {"red": len(wanted & {0, 1}), "blue": len(wanted & {0})}
        assert await counts(**query) == {tag: number for tag, number in times.items() if number}, query
    for query, param in WRONG_SPANS:
        assert await two.one.error("/spend/tags", **query) == (400, param)


@shows(REPORT, *SPAN, "group_by", "interval", "api_key", "internal_user_id", "team_id", "organization_id")
@shows(REPORT, "customer_id", "metadata", "model")
async def test_report(two: Tenants, spent: _Spent) -> None:
    async def groups(caller: Caller = two.one, **query: Any) -> dict[Any, int]:
        report = await caller.got(REPORT, **query)
        rows = {(row["date"], row["group"]): row["requests"] for row in report["results"]}
        if query.get("group_by") != "tag":
            assert report["total"]["requests"] == sum(rows.values())
        return rows if "interval" in query else {group: number for (_, group), number in rows.items()}

    first, second = two.organizations
    for by, wanted in (
        ("team", {spent.team: 5}),
        ("customer", {"shopper": 2, None: 3}),
        ("api_key", {spent.mine.id: 5}),
        ("user", {spent.user: 5}),
        ("organization", {first: 5}),
        ("model", {"onceward/echo": 3, "own": 1, "onceward/fault-error": 1}),
        ("provider", {"offline": 5}),
        ("tag", {"red": 2, "blue": 1, None: 3}),
        ("metadata.app", {"a": 2, "a.b": 1, "b": 1, None: 1}),
    ):
        assert await groups(group_by=by) == wanted, by
    assert await groups() == {spent.team: 5}
    assert await groups(two.master, group_by="organization") == {first: 5, second: 1}
    for interval, before, after in (
        ("hour", "2026-05-31T23", "2026-06-01T00"),
        ("day", "2026-05-31", "2026-06-01"),
        ("week", "2026-05-25", "2026-06-01"),
        ("month", "2026-05", "2026-06"),
    ):
        found = await groups(interval=interval)
        assert sorted((date[: len(before)], number) for (date, _), number in found.items()) == [(before, 3), (after, 2)]
    assert await groups(interval="total") == {(None, spent.team): 5}
    for query, wanted in SPANS:
        assert sum((await groups(**query)).values()) == len(wanted), query
    for query, number in (
        ({"api_key": spent.mine.id}, 5),
        ({"api_key": two.one.id}, 0),
        ({"internal_user_id": spent.user}, 5),
        ({"internal_user_id": "nobody"}, 0),
        ({"team_id": spent.team}, 5),
        ({"team_id": "none"}, 0),
        ({"organization_id": first}, 5),
        ({"organization_id": second}, 0),
        ({"customer_id": "shopper"}, 2),
        ({"metadata": "app=a"}, 2),
        ({"model": "own"}, 1),
        ({"model": "onceward/echo", "customer_id": "shopper", "end_date": "2026-05-31"}, 1),
    ):
        assert sum((await groups(**query)).values()) == number, query
    wrong = (
        *WRONG_SPANS,
        ({"group_by": "teams"}, "group_by"),
        ({"group_by": "metadata."}, "group_by"),
        ({"interval": "year"}, "interval"),
        ({"metadata": "=a"}, "metadata"),
    )
    for query, param in wrong:
        assert await two.one.error(REPORT, **query) == (400, param), query


HISTORY = "/v1/credits/history"
STATS = "/v1/credits/stats"


@shows("/v1/credits/balance", "organization_id")
@shows(HISTORY, "cursor", "limit", *SPAN, "model", "provider", "band", "status", "organization_id")
async def test_history(two: Tenants, spent: _Spent) -> None:
    first, second = two.organizations
    assert (await two.one.got("/v1/credits/balance"))["credits_used"] > 0
    for path in ("/v1/credits/balance", HISTORY, STATS):
        assert await two.one.got(path, organization_id=first) == await two.one.got(path)
        assert await two.one.error(path, organization_id=second) == (404, "organization_id")
        assert await two.one.error(path, organization_id="none") == (404, "organization_id")
        assert (await two.master.ask("GET", path, params={"organization_id": second})).status_code == 200
    pages = Pages(HISTORY, items="entries")
    whole = (await two.one.got(HISTORY, limit=100))["entries"]
    ids = [entry["id"] for entry in whole]
    made_by = {entry["id"]: entry["call_id"] for entry in whole}
    for size in (1, 2, len(ids)):
        assert await two.one.paged(pages, size) == ids
    order = [call["call_id"] for call in spent.calls]

    async def numbers(**query: Any) -> set[int]:
        found = await two.one.paged(pages, 2, **query)
        answer = await two.one.got(HISTORY, limit=1, **query)
        assert answer["total"] == len(found), query
        return {order.index(made_by[id]) for id in found if made_by[id] in order}

    paid = await numbers()
    assert paid >= {0, 1, 2, 3}
    for query, wanted in (
        *SPANS,
        ({"model": "own"}, {2}),
        ({"model": "none"}, set()),
        ({"provider": "onceward"}, {0, 1, 2, 3, 4}),
        ({"provider": "openai"}, set()),
        ({"band": "cheap"}, {0, 1, 3}),
        ({"band": "rest"}, {2, 4}),
        ({"status": "success"}, {0, 1, 2, 3}),
        ({"status": "error"}, {4}),
        ({"status": "rate_limited"}, set()),
        ({"status": "cancelled"}, set()),
    ):
        assert await numbers(**query) == wanted & paid, query
    for query, param in (*WRONG_SPANS, ({"status": "ok"}, "status")):
        assert await two.one.error(HISTORY, **query) == (400, param), query
    theirs = (await two.other.got(HISTORY))["entries"][0]["id"]
    assert await two.one.error(HISTORY, cursor=theirs) == (400, "cursor")


@shows(STATS, "period", "group_by", *SPAN, "model", "provider", "band", "organization_id")
async def test_stats(two: Tenants, spent: _Spent) -> None:
    async def requests(**query: Any) -> int:
        stats = await two.one.got(STATS, **query)
        assert stats["total_requests"] == sum(step["total_requests"] for step in stats["stats"])
        return int(stats["total_requests"])

    for query, wanted in SPANS:
        assert await requests(**query) == len(wanted), query
    for query, number in (
        ({"period": "day"}, 2),
        ({"period": "week"}, 5),
        ({"period": "month"}, 5),
        ({"period": "all_time"}, 5),
        ({"model": "own"}, 1),
        ({"provider": "onceward"}, 5),
        ({"provider": "openai"}, 0),
        ({"band": "cheap"}, 3),
        ({"band": "none of them"}, 0),
        ({"model": "onceward/echo", "end_date": "2026-05-31"}, 2),
    ):
        assert await requests(**query) == number, query
    for step, wanted in (
        ("day", {"2026-05-31": 3, "2026-06-01": 2}),
        ("week", {"2026-05-25": 3, "2026-06-01": 2}),
        ("month", {"2026-05-01": 3, "2026-06-01": 2}),
    ):
        stats = await two.one.got(STATS, group_by=step)
        assert {one["period"]: one["total_requests"] for one in stats["stats"]} == wanted
    two.clock.now += 40 * 86400
    assert await requests(period="month") == 0
    assert await requests(period="all_time") == 5
    wrong = (
        *WRONG_SPANS,
        ({"period": "year"}, "period"),
        ({"group_by": "hour"}, "group_by"),
        ({"period": "month", "start_date": "2026-05-31"}, "period"),
    )
    for query, param in wrong:
        assert await two.one.error(STATS, **query) == (400, param), query
