"""Tenant isolation: no operation with any role reads, counts or changes objects of another organization.

The operations come from the contract, so that new ones are tested automatically.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from .contract_requests import Operation, known_names, operations
from .kit import OWN_NAMES, ROLES, Caller, Tenant, World, dump, rows_of_tenant, upload

_FAMILIES = ("key", "user", "team", "organization", "customer", "budget")
_REFUSED = (400, 403, 404, 405, 409, 412, 422, 501)
AIMS = [
    pytest.param(method, path, aimed, id=f"{method} {path} {aimed}")
    for method, path in operations()
    for aimed in Operation(method, path).members()
]
READS = [path for method, path in operations() if method == "GET" and "{" not in path]


def without(text: str, said: Sequence[str]) -> str:
    """An answer without what the request itself had said."""
    for value in sorted(said, key=len, reverse=True):
        text = text.replace(value, "")
    return text


def told(tenant: Tenant, answer: httpx2.Response, said: Sequence[str] = ()) -> list[str]:
    """Return what a response reveals of a tenant beyond the request."""
    return told_by(tenant, answer.text + str(answer.headers), said)


def told_by(tenant: Tenant, text: str, said: Sequence[str] = ()) -> list[str]:
    """Return what a text reveals of a tenant."""
    ids = [id for kind, id in tenant.ids.items() if id and kind not in OWN_NAMES]
    names = [f"{tenant.name}-marker", *ids, *(caller.id or "-" for caller in tenant.callers.values())]
    text = without(text, said)
    return [name for name in names if name in text and name not in said]


def strangers(world: World) -> dict[str, Caller]:
    """Return the callers outside the second tenant."""
    return {**{role: world.a.callers[role] for role in ROLES}, "outsider": world.outsider}


def touched(world: World) -> list[str]:
    """Return the rows of the tenant that were changed or deleted."""
    return sorted(world.b.rows - set(dump(world.data)))


def ask(caller: Caller, operation: Operation, request: tuple[str, Any, dict[str, Any]]) -> httpx2.Response:
    path, body, query = request
    return caller.request(operation.method, path, body, **query)


def test_every_operation_is_here() -> None:
    asked = {(method, path) for method, path in operations()}
    assert len(asked) > 110
    named = {(param.values[0], param.values[1]) for param in AIMS}
    silent = sorted(
        f"{method} {path}"
        for method, path in asked - named
        if not Operation(method, path).is_form and (method, path) not in [("GET", read) for read in READS]
    )
    # These name nothing of anybody; all others are asked for what belongs to somebody else.
    assert silent == ["POST /cache/flushall", "POST /key/health", "POST /model/new", "POST /utils/transform_request"]


@pytest.mark.parametrize(("method", "path", "aimed"), AIMS)
def test_no_key_reaches_into_another_organization(busy: World, method: str, path: str, aimed: str) -> None:
    operation = Operation(method, path)
    request = operation.request(aimed, busy.b, busy.a)
    said = known_names(request)
    for role, caller in strangers(busy).items():
        answer = ask(caller, operation, request)
        assert answer.status_code == 200 or answer.status_code in _REFUSED, (role, answer.text)
        assert not told(busy.b, answer, said), (role, answer.text)
    assert touched(busy) == []


# Cursors of lists, and names that are not secret.
_SHOWS_NOTHING = ("cursor", "after", "model", "model_group", "model_name")
FOUND = [aim for aim in AIMS if aim.values[0] == "GET"]


@pytest.mark.parametrize(("method", "path", "aimed"), FOUND)
def test_the_same_requests_find_what_is_ones_own(busy: World, method: str, path: str, aimed: str) -> None:
    operation = Operation(method, path)
    request = operation.request(aimed, busy.b, busy.b)
    answers = [
        ask(caller, operation, request)
        for caller in (busy.b.callers["target"], busy.b.callers["org_admin"], busy.master)
    ]
    assert any(answer.status_code == 200 for answer in answers), [answer.text for answer in answers]
    if aimed not in _SHOWS_NOTHING and path != "/v1/credits/stats":
        assert any(told(busy.b, answer) for answer in answers if answer.status_code == 200)


@pytest.mark.parametrize("path", READS)
def test_lists_hold_and_count_what_is_ones_own(busy: World, path: str) -> None:
    for role, caller in strangers(busy).items():
        answer = caller.get(path)
        assert answer.status_code == 200 or answer.status_code in _REFUSED, (role, answer.text)
        assert not told(busy.b, answer), (role, answer.text)
        if answer.status_code != 200 or not isinstance(answer.json(), dict):
            continue
        shown = answer.json()
        for items, count in (("keys", "total_count"), ("users", "total")):
            if items in shown and count in shown:
                assert shown[count] == len(shown[items])


# Values that change over time, for every caller.
_VOLATILE = ("latency_ms", "last_used_at", "start_date", "end_date")


def still(value: Any) -> Any:
    """An answer without what changes by itself."""
    if isinstance(value, dict):
        return {name: still(inner) for name, inner in value.items() if name not in _VOLATILE}
    return [still(inner) for inner in value] if isinstance(value, list) else value


def readings(world: World) -> dict[tuple[str, str], Any]:
    """All that strangers are shown by operations that name nothing."""
    shown: dict[tuple[str, str], Any] = {}
    for role, caller in strangers(world).items():
        for path in READS:
            answer = caller.client.get(path)
            shown[role, path] = (answer.status_code, still(answer.json()) if answer.status_code == 200 else None)
        for path in ("/global/spend/report", "/v1/credits/stats"):
            for group in ("team", "customer", "api_key", "user", "organization", "model", "provider", "tag"):
                answer = caller.client.get(path, params={"group_by": group})
                shown[role, f"{path} by {group}"] = (
                    answer.status_code,
                    still(answer.json()) if answer.is_success else 0,
                )
        answer = caller.client.post("/key/health")
        shown[role, "/key/health"] = answer.json()
    return shown


def test_usage_of_an_organization_is_not_visible_to_others(busy: World) -> None:
    """Strangers read all there is to read; the tenant calls, spends, makes and deletes; they read the same again."""
    readings(busy)
    before = readings(busy)
    admin, member, ids = busy.b.callers["org_admin"], busy.b.callers["target"], busy.b.ids
    for n in range(3):
        assert member.chat(user=ids["customer"], tags=[ids["tag"]], seed=n).status_code == 200
        assert busy.b.callers["org_key"].chat(user="new-customer").status_code == 200
    made = admin.made("/key/generate", team_id=ids["team_id"], key_alias="short")
    admin.made("/team/new", team_alias="another")
    admin.made("/user/new", user_email="another@bravo.example")
    admin.made("/customer/new", user_id="another")
    admin.made("/budget/new", max_budget=1)
    admin.made("/key/delete", key_id=made["key_id"])
    assert busy.master.made("/global/spend/reset", team_id=ids["team_id"])
    assert member.client.post("/cache/flushall").status_code == 200
    after = readings(busy)
    busy.b.rows = rows_of_tenant(busy, busy.b)
    assert after == before, {place: (before[place], after[place]) for place in after if after[place] != before[place]}
    assert sum(shown[0] == 200 for place, shown in before.items() if isinstance(shown, tuple)) > 60


def test_tenants_can_use_the_same_keys_names_and_customers(busy: World) -> None:
    """The same idempotency key, the same question, the same customer: an answer of one's own, and nobody else's."""
    mine, theirs = busy.a.callers["member"], busy.b
    body = {
        "model": "onceward/echo",
        "messages": [{"role": "user", "content": f"Say {theirs.name}-marker."}],
        "user": theirs.ids["customer"],
        "tags": [theirs.ids["tag"]],
    }
    answer = mine.post("/v1/chat/completions", body, headers={"Idempotency-Key": theirs.ids["idempotency_key"]})
    assert answer.status_code == 200
    assert "x-onceward-replayed" not in answer.headers
    assert answer.headers["x-onceward-cache"] == "miss"
    assert answer.headers["x-onceward-call-id"] != theirs.ids["call"]
    found = mine.get("/v1/calls", idempotency_key=theirs.ids["idempotency_key"]).json()["data"]
    assert [call["id"] for call in found] == [answer.headers["x-onceward-call-id"]]
    events = {"Idempotency-Key": "resume-another-0001", "Last-Event-ID": f"{theirs.ids['call']}:0"}
    resumed = mine.post("/v1/chat/completions", body | {"stream": True}, headers=events)
    assert resumed.status_code >= 400
    assert touched(busy) == []


@pytest.mark.parametrize("role", ROLES)
def test_no_key_works_on_the_account_of_another_organization(busy: World, role: str) -> None:
    caller = busy.a.callers[role]
    body = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}
    for header, id in (
        ("X-Onceward-Organization", busy.b.organization_id),
        ("X-Onceward-Team", busy.b.ids["team_id"]),
    ):
        answer = caller.post("/v1/chat/completions", body, headers={header: id})
        assert answer.status_code == 403
        assert not told(busy.b, answer, [id])
        for path in READS:
            read = caller.client.get(path, headers={header: id})
            assert read.status_code == 403, path
            assert not told(busy.b, read, [id])


def test_a_fine_tuned_model_is_available_only_to_its_owner(busy: World) -> None:
    tuned = busy.b.ids["tuned"]
    asked = {"messages": [{"role": "user", "content": "Whose?"}]}
    reply = [{"role": "assistant", "content": "Mine."}]
    assert "bravo-marker" in busy.b.callers["target"].chat(tuned, **asked).text
    assert "bravo-marker" in busy.b.callers["org_key"].chat(tuned, **asked).text
    for role, caller in strangers(busy).items():
        for name in (tuned, tuned + ":ckpt-step-1"):
            assert caller.chat(name, **asked).json()["error"]["code"] == "model_not_found", role
        # Nor does one learn from it.
        lessons = upload(caller, "fine-tune", [{"messages": asked["messages"] + reply}] * 10)
        job = caller.post("/v1/fine_tuning/jobs", {"model": tuned, "training_file": lessons})
        assert job.json()["error"]["code"] == "model_not_available", role


def test_the_master_sees_both(world: World) -> None:
    keys = world.master.get("/key/list", size=100).json()
    assert keys["total_count"] >= len(ROLES) * 2
    for tenant in (world.a, world.b):
        assert told(tenant, world.master.get("/organization/list"))
        assert world.master.get("/team/info", team_id=tenant.ids["team_id"]).json()["team_memberships"]


def test_every_route_requires_a_key(world: World) -> None:
    nobody = Caller(world.url, "")
    nobody.client.headers.pop("Authorization")
    for method, path in operations():
        answer = nobody.request(method, path.replace("{", "").replace("}", ""), {} if method != "GET" else None)
        assert answer.status_code == 401 or answer.json()["error"]["code"] in ("path_not_found", "method_not_allowed")
    nobody.close()


def test_names_that_one_organization_took_are_free_in_another(world: World) -> None:
    a, b = world.a.callers["org_admin"], world.b.callers["org_admin"]
    for number, caller in enumerate((a, b)):
        caller.made("/customer/new", user_id="shared-name", alias=f"of {number}")
        caller.made("/user/new", user_email="same@example.com", auto_create_key=False)
        caller.made("/key/generate", key_alias="same-name", organization_id=(world.a, world.b)[number].organization_id)
        assert caller.get("/customer/info", end_user_id="shared-name").json()["alias"] == f"of {number}"
        assert caller.get("/user/get_users", user_email="same@example.com").json()["total"] == 1
        assert caller.get("/key/list", key_alias="same-name").json()["total_count"] == 1
    a.made("/customer/block", user_ids=["shared-name"])
    assert a.chat(user="shared-name").json()["error"]["code"] == "customer_blocked"
    assert b.chat(user="shared-name").status_code == 200


def test_memberships_of_two_organizations_are_separate(world: World) -> None:
    body = {"user_email": "both@example.com", "auto_create_key": False, "organization_id": world.a.organization_id}
    user = world.master.made("/user/new", **body)["user_id"]
    member = {"role": "internal_user", "user_id": user}
    world.master.made("/organization/member_add", organization_id=world.b.organization_id, member=member)
    for mine, other in ((world.a, world.b), (world.b, world.a)):
        admin = mine.callers["org_admin"]
        info = admin.get("/user/info", user_id=user).json()["user_info"]
        assert info["organizations"] == [mine.organization_id]
        assert not told_by(other, str(info))
        assert admin.refused("/user/update", 403, user_id=user, blocked=True)["code"] == "above_required"
        assert admin.refused("/user/delete", 403, user_ids=[user])["code"] == "above_required"
