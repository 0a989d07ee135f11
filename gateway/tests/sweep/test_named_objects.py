"""Requests that name an object twice, emptily or in a way that this gateway cannot heed: refused, never half obeyed."""

from __future__ import annotations

from typing import Any

import pytest

from .kit import Swept


async def _refused(world: Swept, path: str, body: dict[str, Any], method: str = "POST") -> dict[str, Any]:
    answer = await world.ask(method, path, body)
    assert answer.status_code == 400, (path, body, answer.text)
    error: dict[str, Any] = answer.json()["error"]
    return error


@pytest.mark.parametrize("name", ["api_key", "user_id", "team_id", "organization_id", "customer_id", "budget_id"])
async def test_an_empty_name_resets_no_spend(world: Swept, name: str) -> None:
    """A variable that is empty must not set back what all have spent."""
    key = await world.key(max_budget=1000)
    assert (await world.chat(key["key"])).status_code == 200
    spent = (await world.got("/key/info", key=key["key_id"]))["info"]["spend"]
    assert spent > 0
    for empty in ("", None):
        assert (await _refused(world, "/global/spend/reset", {name: empty}))["param"] == name
    assert (await world.got("/key/info", key=key["key_id"]))["info"]["spend"] == spent
    assert (await world.made("/global/spend/reset", {}))["reset"] > 0
    assert (await world.got("/key/info", key=key["key_id"]))["info"]["spend"] == 0


@pytest.mark.parametrize("action", ["update", "block", "unblock"])
async def test_two_names_of_two_keys(world: Swept, action: str) -> None:
    one, other = await world.key(), await world.key()
    error = await _refused(world, f"/key/{action}", {"key_id": one["key_id"], "key": other["key"]})
    assert (error["code"], error["param"]) == ("ambiguous", "key")
    for key in (one, other):
        assert (await world.chat(key["key"])).status_code == 200
    await world.made(f"/key/{action}", {"key_id": one["key_id"], "key": one["key"]})


@pytest.mark.parametrize(
    ("kind", "action", "method"),
    [
        ("team", "member_update", "POST"),
        ("team", "member_delete", "POST"),
        ("organization", "member_update", "PATCH"),
        ("organization", "member_delete", "DELETE"),
    ],
)
async def test_two_names_of_two_members(world: Swept, kind: str, action: str, method: str) -> None:
    group = {f"{kind}_id": await (world.team() if kind == "team" else world.organization())}
    users = [await world.user(user_email=f"{name}@example.com") for name in "ab"]
    role = "user" if kind == "team" else "internal_user"
    both = [{"role": role, "user_id": user} for user in users]
    await world.made(f"/{kind}/member_add", group | {"member": both})
    wrong = {"user_id": users[0], "user_email": "b@example.com"}
    error = await _refused(world, f"/{kind}/{action}", group | wrong, method)
    assert (error["code"], error["param"]) == ("ambiguous", "user_email")
    error = await _refused(world, f"/{kind}/member_add", group | {"member": {"role": role, **wrong}})
    assert (error["code"], error["param"]) == ("ambiguous", "member")
    right = group | {"user_id": users[0], "user_email": "a@example.com"}
    assert (await world.ask(method, f"/{kind}/{action}", right)).status_code == 200


async def test_a_tier_that_is_not_configured(world: Swept) -> None:
    error = await _refused(world, "/organization/new", {"organization_alias": "o", "tier": "smalll"})
    assert (error["code"], error["param"]) == ("tier_unknown", "tier")
    assert "'small'" in error["message"]
    organization = await world.organization(tier="small")
    change = {"organization_id": organization, "tier": "fre"}
    assert (await _refused(world, "/organization/update", change, "PATCH"))["param"] == "tier"


HYPER = {"n_epochs": 2}


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"custom_llm_provider": "openai"}, "custom_llm_provider"),
        ({"integrations": [{"type": "wandb", "wandb": {"project": "p"}}]}, "integrations"),
        ({"hyperparameters": {"n_epoch": 3}}, "hyperparameters.n_epoch"),
        ({"hyperparameters": {"learning_rate_multiplier": -1}}, "hyperparameters.learning_rate_multiplier"),
        ({"method": {"type": "dpo", "supervised": {"hyperparameters": HYPER}}}, "method.supervised"),
        (
            {"hyperparameters": HYPER, "method": {"type": "supervised", "supervised": {"hyperparameters": HYPER}}},
            "hyperparameters",
        ),
        (
            {"method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": -1}}}},
            "method.dpo.hyperparameters.beta",
        ),
        ({"suffix": "a\0b"}, "suffix"),
        ({"metadata": {"a": "b\0"}}, "metadata.a"),
        ({"seed": 1 << 60}, "seed"),
    ],
)
async def test_invalid_members_of_a_fine_tuning_job_are_refused(
    world: Swept, change: dict[str, Any], param: str
) -> None:
    """A suffix with NUL was accepted, and its job waited for the database without end."""
    url, body = await world.request("/v1/fine_tuning/jobs")
    assert (await _refused(world, url, body | change))["param"] == param
    assert (await world.got(url))["data"] == []


async def test_invalid_members_of_a_file_are_refused(world: Swept) -> None:
    for form in ({"expires_after[days]": "3"}, {"expires_afterr": "x"}, {"expires_after[anchor]": "a\0"}):
        answer = await world.client.post(
            "/v1/files", data={"purpose": "user_data", **form}, files={"file": ("a.txt", b"text")}
        )
        assert answer.status_code == 400, (form, answer.text)
    answer = await world.client.get("/v1/files", params={"purposee": "batch"})
    assert "did you mean `purpose`?" in answer.json()["error"]["message"]


async def test_a_control_that_the_cache_does_not_have(world: Swept) -> None:
    key = await world.key(allowed_cache_controls=["no-cache", "ttl"])
    for path, which in (("/key/generate", {}), ("/key/update", {"key_id": key["key_id"]})):
        error = await _refused(world, path, {**which, "allowed_cache_controls": ["no-cache", "no-cash"]})
        assert error["param"] == "allowed_cache_controls"
        assert "'no-cash'" in error["message"]
        assert "no-store" in error["message"]


@pytest.mark.parametrize("member", [{"key_alias": "first"}, {"duration": "1d"}])
async def test_members_of_a_first_key_that_is_not_made(world: Swept, member: dict[str, str]) -> None:
    error = await _refused(world, "/user/new", {"auto_create_key": False, **member})
    assert error["param"] == next(iter(member))
    assert "`auto_create_key`" in error["message"]
    await world.made("/user/new", member)


async def test_an_admin_blocks_the_customer_of_an_organization(world: Swept) -> None:
    """A customer of no organization was made and blocked, and the one that exists went on."""
    organization, name = await world.organization(), world.fresh("customer")
    key = (await world.key(organization_id=organization))["key"]
    headers = {"X-Onceward-Organization": organization}
    made = await world.client.post("/customer/new", json={"user_id": name}, headers=headers)
    assert (made.status_code, made.json()["organization_id"]) == (200, organization)
    assert (await world.chat(key, user=name)).status_code == 200
    other = {"X-Onceward-Organization": await world.organization()}
    await world.client.post("/customer/block", json={"user_ids": [name]}, headers=other)
    assert (await world.chat(key, user=name)).status_code == 200
    await world.client.post("/customer/delete", json={"user_ids": [name]}, headers=other)
    shown = (await world.made("/customer/block", {"user_ids": [name]}))["blocked_users"]
    assert [one["organization_id"] for one in shown] == [organization]
    assert (await world.chat(key, user=name)).status_code == 403
    await world.made("/customer/unblock", {"user_ids": [name]})
    assert (await world.chat(key, user=name)).status_code == 200


@pytest.mark.parametrize(("kind", "role"), [("team", "user"), ("organization", "internal_user")])
async def test_a_budget_of_somebody_who_is_a_member_already(world: Swept, kind: str, role: str) -> None:
    """The answer was 200, and nothing bounded what the member spent."""
    group, user = {f"{kind}_id": await getattr(world, kind)()}, await world.user()
    joining = group | {"member": {"role": role, "user_id": user}}
    await world.made(f"/{kind}/member_add", joining)
    answer = await world.ask("POST", f"/{kind}/member_add", joining | {f"max_budget_in_{kind}": 1})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (409, "member_exists", f"max_budget_in_{kind}")
    assert f"/{kind}/member_update" in error["message"]
    change = group | {"user_id": user, f"max_budget_in_{kind}": 1}
    await world.made(f"/{kind}/member_update", change, "POST" if kind == "team" else "PATCH")
    for same in (joining, joining | {f"max_budget_in_{kind}": 1}):
        await world.made(f"/{kind}/member_add", same)
