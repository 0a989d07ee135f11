"""Every query parameter of lists of objects, with real objects of two tenants."""

from __future__ import annotations

import asyncio
from typing import Any

from .kit import CHAT, jsonl
from .tenants import Caller, Pages, Tenants, shows

LESSON = {"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Me."}]}
WORK = {"custom_id": "a", "method": "POST", "url": CHAT, "body": {"model": "onceward/echo", "messages": []}}


async def _whole(caller: Caller, pages: Pages, wanted: list[str], **query: Any) -> None:
    """The list holds what is wanted, in this order, however large its pages are."""
    for size in (1, 2, len(wanted), 100):
        assert await caller.paged(pages, size, **query) == wanted, (pages.path, size, query)


async def _ids(caller: Caller, path: str, items: str = "data", id: str = "id", **query: Any) -> set[str]:
    return {one[id] for one in (await caller.got(path, **query))[items]}


@shows("/v1/files", "purpose", "order", "limit", "after")
async def test_files(two: Tenants) -> None:
    pages, mine = Pages("/v1/files", mark="after"), await two.key()
    await two.other.file()
    made = []
    for number in range(7):
        made.append(await mine.file("batch" if number % 3 == 1 else "user_data", jsonl(WORK)))
        # The first ones were made at the same moment.
        two.clock.now += number // 3
    newest = made[::-1]
    await _whole(mine, pages, newest)
    await _whole(mine, pages, newest, order="desc")
    await _whole(mine, pages, made, order="asc")
    await _whole(mine, pages, [newest[2], newest[5]], purpose="batch")
    assert await mine.paged(pages, 1, purpose="vision") == []
    for order in ("desc", "asc"):
        listed = await mine.paged(pages, 100, order=order)

        async def drop(seen: list[str], coming: str = listed[3]) -> None:
            for id in (seen[0], coming):
                assert (await mine.ask("DELETE", f"/v1/files/{id}")).status_code == 200

        assert await mine.paged(pages, 2, drop, order=order) == [*listed[:3], *listed[4:]]
        assert await mine.error("/v1/files", after=listed[0], order=order) == (400, "after")
    theirs = (await two.other.got("/v1/files"))["data"][0]["id"]
    assert theirs not in await mine.paged(pages, 2)
    assert await mine.error("/v1/files", after="file-of-nobody") == (400, "after")


@shows("/v1/batches", "after", "limit")
async def test_batches(two: Tenants) -> None:
    mine = await two.key()
    file = await mine.file("batch", jsonl(WORK))
    body = {"input_file_id": file, "endpoint": CHAT, "completion_window": "24h"}
    made = [(await mine.made("/v1/batches", **body))["id"] for _ in range(5)]
    pages = Pages("/v1/batches", mark="after")
    await _whole(mine, pages, made[::-1])
    assert await two.other.paged(pages, 5) == []
    assert await two.other.error("/v1/batches", after=made[0]) == (400, "after")


async def _ended(caller: Caller, job: str) -> None:
    for _ in range(2000):
        if (await caller.got(f"/v1/fine_tuning/jobs/{job}"))["status"] in ("succeeded", "failed"):
            return
        await asyncio.sleep(0.005)
    raise AssertionError(job)


_JOB = "/v1/fine_tuning/jobs/{fine_tuning_job_id}"


@shows("/v1/fine_tuning/jobs", "after", "limit", "metadata")
@shows(_JOB + "/events", "after", "limit")
@shows(_JOB + "/checkpoints", "after", "limit")
async def test_fine_tuning(two: Tenants) -> None:
    mine = await two.key()
    file = await mine.file("fine-tune", jsonl(*[LESSON] * 10))
    made = []
    for number in range(4):
        metadata = {"night": str(number % 2), "all": "yes"}
        hyper = {"n_epochs": 3, "batch_size": 5}
        job = {"model": "onceward/echo", "training_file": file, "metadata": metadata, "hyperparameters": hyper}
        made.append((await mine.made("/v1/fine_tuning/jobs", **job))["id"])
    path, newest = "/v1/fine_tuning/jobs", made[::-1]
    pages = Pages(path, mark="after")
    await _whole(mine, pages, newest)
    await _whole(mine, pages, newest[1::2], **{"metadata[night]": "0"})
    await _whole(mine, pages, newest[::2], **{"metadata[night]": "1", "metadata[all]": "yes"})
    for wanted in ({"metadata[night]": "7"}, {"metadata[none]": "0"}, {"metadata[all]": "yes", "metadata[night]": "x"}):
        assert await mine.paged(pages, 2, **wanted) == []
    assert await two.other.paged(pages, 5) == []
    await _ended(mine, made[0])
    for kind in ("events", "checkpoints"):
        notes = Pages(f"{path}/{made[0]}/{kind}", mark="after")
        whole = await mine.paged(notes, 100)
        assert len(whole) > 2
        await _whole(mine, notes, whole)
        # A note of another job is none of this list.
        foreign = (await mine.got(f"{path}/{made[1]}/events"))["data"][0]["id"]
        assert await mine.error(notes.path, after=foreign) == (400, "after")
        assert (await two.other.error(notes.path))[0] == 404


@shows("/v1/models", "cursor", "limit", "provider")
@shows("/v1/capabilities", "provider", "supports_vision", "supports_tools", "supports_reasoning")
async def test_models(two: Tenants) -> None:
    mine = await two.key(models=["onceward/echo", "onceward/embed", "onceward/image", "own"])
    model = {"model": "onceward/echo"}
    await two.master.made("/model/new", model_name="own", litellm_params=model)
    whole = await mine.paged(Pages("/v1/models"), 1000)
    assert "onceward/echo" in whole
    assert "own" in whole
    assert len(whole) == 4
    await _whole(mine, Pages("/v1/models"), whole)
    assert await mine.paged(Pages("/v1/models"), 2, provider="onceward") == whole
    assert await mine.paged(Pages("/v1/models"), 2, provider="openai") == []
    every = {one["model_id"]: one for one in (await two.master.got("/v1/capabilities"))["data"]}
    assert await _ids(mine, "/v1/capabilities", id="model_id") == set(whole)
    assert await _ids(mine, "/v1/capabilities", id="model_id", provider="none") == set()
    assert await _ids(mine, "/v1/capabilities", id="model_id", provider="onceward") == set(whole)
    for name in ("supports_vision", "supports_tools", "supports_reasoning"):
        for value in (True, False):
            able = {id for id, one in every.items() if one[name] is value}
            assert able
            shown = await _ids(two.master, "/v1/capabilities", id="model_id", **{name: str(value).lower()})
            assert shown == able
    both = await _ids(two.master, "/v1/capabilities", id="model_id", supports_vision="true", supports_tools="false")
    assert both == {id for id, one in every.items() if one["supports_vision"] and not one["supports_tools"]}


@shows("/v1/calls", "cursor", "limit", "idempotency_key")
async def test_calls(two: Tenants) -> None:
    mine, made = await two.key(), []
    for number in range(5):
        answer = await mine.chat(headers={"Idempotency-Key": f"key-{number}"})
        made.append(answer.headers["x-onceward-call-id"])
        two.clock.now += number // 3
    theirs = (await two.one.chat(headers={"Idempotency-Key": "key-1"})).headers["x-onceward-call-id"]
    pages = Pages("/v1/calls")
    await _whole(mine, pages, made[::-1])
    assert await mine.paged(pages, 1, idempotency_key="key-1") == [made[1]]
    assert await two.one.paged(pages, 1, idempotency_key="key-1") == [theirs]
    assert await mine.paged(pages, 1, idempotency_key="key-9") == []
    assert await mine.error("/v1/calls", cursor=theirs) == (400, "cursor")


@shows("/key/list", "page", "size", "user_id", "team_id", "organization_id", "key_alias", "include_team_keys")
@shows("/key/info", "key")
async def test_keys(two: Tenants) -> None:
    first, second = two.organizations
    ada, bob = await two.user(), await two.user()
    for user in (ada, bob):
        member = {"role": "internal_user", "user_id": user}
        await two.master.made("/organization/member_add", organization_id=first, member=member)
    team = await two.team(organization_id=first)
    for user, role in ((ada, "admin"), (bob, "user")):
        await two.master.made("/team/member_add", team_id=team, member={"role": role, "user_id": user})
    of_ada = [(await two.key(user_id=ada, organization_id=first, key_alias=f"ada {n}")).id for n in range(3)]
    of_bob = (await two.key(user_id=bob, organization_id=first)).id
    of_team = (await two.key(team_id=team)).id
    in_team = (await two.key(team_id=team, user_id=bob)).id
    stranger = (await two.key(organization_id=second, key_alias="ada 1")).id
    pages = Pages("/key/list", items="keys", size="size", mark="page", id="key_id")
    newest = [in_team, of_team, of_bob, *of_ada[::-1], two.one.id]
    every = await two.one.paged(pages, 100)
    assert sorted(map(str, every)) == sorted(map(str, newest))
    await _whole(two.one, pages, every)
    for query, wanted in (
        ({"user_id": ada}, set(of_ada)),
        ({"user_id": ada, "include_team_keys": "true"}, {*of_ada, of_team, in_team}),
        ({"user_id": ada, "include_team_keys": "false"}, set(of_ada)),
        ({"user_id": bob}, {of_bob, in_team}),
        ({"user_id": bob, "include_team_keys": "true"}, {of_bob, in_team}),
        ({"user_id": bob, "team_id": team}, {in_team}),
        ({"team_id": team}, {of_team, in_team}),
        ({"organization_id": first}, set(every)),
        ({"organization_id": second}, set()),
        ({"key_alias": "ada 1"}, {of_ada[1]}),
        ({"key_alias": "ada"}, set()),
        ({"user_id": "nobody"}, set()),
    ):
        assert await _ids(two.one, "/key/list", "keys", "key_id", size=100, **query) == wanted, query
        answer = await two.one.got("/key/list", size=2, **query)
        assert answer["total_count"] == len(wanted)
        assert answer["total_pages"] == max(1, -(-len(wanted) // 2))
    assert await _ids(two.master, "/key/list", "keys", "key_id", key_alias="ada 1") == {of_ada[1], stranger}
    assert await two.one.error("/key/list", include_team_keys="true") == (400, "include_team_keys")
    assert (await two.one.got("/key/info", key=of_ada[0]))["key"] == of_ada[0]
    assert (await two.one.got("/key/info"))["key"] == two.one.id
    assert (await two.one.error("/key/info", key=stranger))[0] == 404


@shows("/team/list", "cursor", "limit", "user_id", "organization_id", "team_alias")
@shows("/team/info", "team_id")
async def test_teams(two: Tenants) -> None:
    first, second = two.organizations
    ada = await two.user()
    member = {"role": "internal_user", "user_id": ada}
    await two.master.made("/organization/member_add", organization_id=first, member=member)
    made = [await two.team(organization_id=first, team_alias=f"team {n}") for n in range(5)]
    stranger = await two.team(organization_id=second, team_alias="team 1")
    loose = await two.team(team_alias="team 1")
    for team in made[:2]:
        await two.master.made("/team/member_add", team_id=team, member={"role": "user", "user_id": ada})
    pages = Pages("/team/list", id="team_id")
    every = await two.one.paged(pages, 100)
    assert sorted(every) == sorted(made)
    await _whole(two.one, pages, every)
    for query, wanted in (
        ({"user_id": ada}, set(made[:2])),
        ({"user_id": "nobody"}, set()),
        ({"organization_id": first}, set(made)),
        ({"organization_id": second}, set()),
        ({"team_alias": "team 1"}, {made[1]}),
        ({"team_alias": "team 3", "user_id": ada}, set()),
    ):
        assert await _ids(two.one, "/team/list", id="team_id", **query) == wanted, query
    assert await _ids(two.master, "/team/list", id="team_id", team_alias="team 1") == {made[1], stranger, loose}
    await _deleted_between(two, two.one, pages, "/team/delete", "team_ids", every)
    assert await two.one.error("/team/list", cursor=stranger) == (400, "cursor")
    assert (await two.one.got("/team/info", team_id=every[0]))["team_id"] == every[0]
    assert (await two.one.error("/team/info", team_id=stranger))[0] == 404
    assert await two.one.error("/team/info") == (400, "team_id")


async def _deleted_between(
    two: Tenants, caller: Caller, pages: Pages, path: str, name: str, every: list[str], **more: Any
) -> None:
    """The last object of a page, and one that is still to come, are deleted before the next page is read."""

    async def drop(seen: list[str]) -> None:
        for id in (seen[-1], every[3]):
            await two.master.made(path, **{name: [id] if name.endswith("s") else id})

    assert await caller.paged(pages, 2, drop, **more) == [one for one in every if one != every[3]]


@shows("/user/get_users", "page", "page_size", "role", "user_ids", "user_email", "organization_id")
@shows("/user/info", "user_id")
async def test_users(two: Tenants) -> None:
    first, second = two.organizations
    made = []
    for number in range(5):
        role = "internal_user_viewer" if number % 2 else "internal_user"
        made.append(await two.user(user_role=role, user_email=f"u{number}@example.com"))
        organization = second if number == 4 else first
        member = {"role": "internal_user", "user_id": made[-1]}
        await two.master.made("/organization/member_add", organization_id=organization, member=member)
    pages = Pages("/user/get_users", items="users", size="page_size", mark="page", id="user_id")
    every = await two.master.paged(pages, 100)
    assert set(made) < set(every)
    await _whole(two.master, pages, every)
    seen = await two.one.paged(pages, 100)
    assert set(made[:4]) < set(seen)
    assert made[4] not in seen
    await _whole(two.one, pages, seen)
    asked = f"{made[0]}, {made[2]},{made[4]},nobody"
    for query, wanted in (
        ({"role": "internal_user_viewer"}, {made[1], made[3]}),
        ({"user_ids": asked}, {made[0], made[2]}),
        ({"user_ids": asked, "role": "internal_user_viewer"}, set()),
        ({"user_email": "u2@example.com"}, {made[2]}),
        ({"user_email": "u4@example.com"}, set()),
        ({"organization_id": first}, set(seen)),
        ({"organization_id": second}, set()),
    ):
        assert await _ids(two.one, "/user/get_users", "users", "user_id", **query) == wanted, query
        assert (await two.one.got("/user/get_users", page_size=1, **query))["total"] == len(wanted)
    assert await _ids(two.master, "/user/get_users", "users", "user_id", organization_id=second) > {made[4]}
    assert await two.one.error("/user/get_users", role="internal_userr") == (400, "role")
    assert (await two.one.got("/user/info", user_id=made[0]))["user_id"] == made[0]
    assert (await two.one.error("/user/info", user_id=made[4]))[0] == 404


@shows("/organization/list", "cursor", "limit", "organization_alias")
@shows("/organization/info", "organization_id")
async def test_organizations(two: Tenants) -> None:
    two.clock.now += 1
    for number in range(4):
        await two.master.made("/organization/new", organization_alias=f"more {number}")
    pages = Pages("/organization/list", id="organization_id")
    every = await two.master.paged(pages, 100)
    assert len(every) == 6
    await _whole(two.master, pages, every)
    first, second = two.organizations
    assert await two.master.paged(pages, 1, organization_alias="one") == [first]
    assert await two.master.paged(pages, 1, organization_alias="on") == []
    assert await two.one.paged(pages, 1) == [first]
    assert await two.one.paged(pages, 1, organization_alias="other") == []
    assert await two.one.error("/organization/list", cursor=second) == (400, "cursor")
    await _deleted_between(two, two.master, pages, "/organization/delete", "organization_ids", every)
    assert (await two.one.got("/organization/info", organization_id=first))["organization_id"] == first
    assert (await two.one.error("/organization/info", organization_id=second))[0] == 404


@shows("/customer/list", "cursor", "limit")
@shows("/customer/info", "end_user_id")
async def test_customers(two: Tenants) -> None:
    for number in range(5):
        await two.one.made("/customer/new", user_id=f"shopper-{number}", alias=f"mine {number}")
    await two.other.made("/customer/new", user_id="shopper-1", alias="theirs")
    pages = Pages("/customer/list", id="user_id")
    every = await two.one.paged(pages, 100)
    assert sorted(every) == [f"shopper-{number}" for number in range(5)]
    for size in (1, 2, 5):
        assert await two.one.paged(pages, size) == every
    assert await two.other.paged(pages, 1) == ["shopper-1"]
    assert (await two.other.got("/customer/info", end_user_id="shopper-1"))["alias"] == "theirs"
    assert (await two.one.got("/customer/info", end_user_id="shopper-1"))["alias"] == "mine 1"
    assert (await two.other.error("/customer/info", end_user_id="shopper-2"))[0] == 404


@shows("/budget/list", "cursor", "limit")
@shows("/budget/settings", "budget_id")
async def test_budgets(two: Tenants) -> None:
    made = [(await two.one.made("/budget/new", max_budget=n + 1))["budget_id"] for n in range(5)]
    theirs = (await two.other.made("/budget/new", max_budget=9))["budget_id"]
    pages = Pages("/budget/list", id="budget_id")
    every = await two.one.paged(pages, 100)
    assert sorted(every) == sorted(made)
    await _whole(two.one, pages, every)
    await _deleted_between(two, two.one, pages, "/budget/delete", "id", every)
    assert await two.other.paged(pages, 1) == [theirs]
    shown = await two.one.got("/budget/settings", budget_id=every[0])
    assert float(made.index(every[0]) + 1) in [one["field_value"] for one in shown["settings"]], shown
    assert (await two.one.error("/budget/settings", budget_id=theirs))[0] == 404


@shows("/model/info", "model_id", "model_name")
@shows("/model_group/info", "model_group")
@shows("/health/models", "model")
@shows("/utils/supported_openai_params", "model")
async def test_deployments(two: Tenants) -> None:
    made = []
    for name in ("fast", "fast", "slow"):
        body = {"model_name": name, "litellm_params": {"model": "onceward/echo"}}
        made.append((await two.master.made("/model/new", **body))["model_info"]["id"])

    async def infos(**query: Any) -> set[str]:
        return {one["model_info"]["id"] for one in (await two.master.got("/model/info", **query))["data"]}

    assert set(made) <= await infos()
    assert await infos(model_name="fast") == set(made[:2])
    assert await infos(model_id=made[2]) == {made[2]}
    assert await infos(model_name="none") == set()
    assert await two.master.error("/model/info", model_id=made[2], model_name="fast") == (404, "model_id")
    assert await two.master.error("/model/info", model_id="none") == (404, "model_id")
    assert await _ids(two.master, "/model_group/info", id="model_group", model_group="slow") == {"slow"}
    assert await _ids(two.master, "/model_group/info", id="model_group") >= {"fast", "slow"}
    assert await two.master.error("/model_group/info", model_group="none") == (404, "model_group")
    asked = await two.master.got("/health/models", model="fast")
    assert {one["model_id"] for one in asked["healthy_endpoints"]} == set(made[:2])
    assert await two.master.error("/health/models", model="fasst") == (404, "model")
    heeded = await two.master.got("/utils/supported_openai_params", model="fast")
    assert heeded["model"] == "fast"
    assert "temperature" in heeded["supported_openai_params"]
    assert (await two.one.error("/utils/supported_openai_params"))[1] == "model"
    bound = await two.key(models=["fast"])
    assert (await bound.ask("GET", "/utils/supported_openai_params", params={"model": "slow"})).status_code == 403


async def test_pages_that_are_none(two: Tenants) -> None:
    for path, name in (("/key/list", "page"), ("/key/list", "size"), ("/team/list", "limit"), ("/v1/files", "limit")):
        for page in ("0", "-1", "1.5", "1e9", "a"):
            assert await two.master.error(path, **{name: page}) == (400, name)
