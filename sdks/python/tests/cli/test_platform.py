"""Keys, teams, money and models by the command line, by an administrator of a real gateway that asks for keys."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onceward import NotFoundError, Onceward
from onceward.cli import _group

from .conftest import Run, started

MASTER = "sk-master-of-the-tests-0123456789"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("company")
    (folder / "onceward.toml").write_text(
        f'[auth]\nmode = "required"\napi_keys = ["{MASTER}"]\n[cache]\nkind = "memory"\n'
        '[guardrails.private]\nguardrail = "pii"\nmode = ["pre_call", "post_call"]\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONCEWARD_GATEWAY_SECRET_KEY", base64.b64encode(os.urandom(32)).decode())
        with started(folder, "--offline") as url:
            yield url


@pytest.fixture(autouse=True)
def address(company: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCEWARD_BASE_URL", company)
    monkeypatch.setenv("ONCEWARD_API_KEY", MASTER)


@pytest.fixture
def client(company: str) -> Iterator[Onceward]:
    with Onceward(base_url=company, api_key=MASTER) as made:
        yield made


def answer(run: Run, *words: str) -> Any:
    done = run(*words, "--json")
    assert done.status == 0, done.err
    return json.loads(done.out)


def lines(run: Run, *words: str) -> list[Any]:
    done = run(*words, "--json")
    assert done.status == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def said(run: Run, *words: str) -> str:
    done = run(*words)
    assert done.status == 0, done.err
    return done.out


def test_a_key_is_made_shown_once_used_limited_and_deleted(run: Run) -> None:
    out = said(run, "keys", "new", "--alias", "k1", "--max-budget", "5", "--model-budget", "onceward/echo=1/1d")
    key = next(line for line in out.splitlines() if line.startswith("sk-"))
    assert "not shown again" in out
    assert "Hello" in said(run, "chat", "--api-key", key, "Hello")
    shown = said(run, "keys", "show", "k1")
    assert key not in shown
    assert "5.00 USD" in shown
    assert answer(run, "keys", "show", "k1")["model_max_budget"]["onceward/echo"] == {
        "budget_limit": 1.0,
        "time_period": "1d",
    }
    changed = answer(run, "keys", "update", "k1", "--max-budget", "none", "--models", "onceward/embed", "--rpm", "9")
    assert (changed["max_budget"], changed["models"], changed["rpm_limit"]) == (None, ["onceward/embed"], 9)
    refused = run("chat", "--api-key", key, "Hello")
    assert (refused.status, "403" in refused.err) == (1, True)
    assert "deleted key_" in said(run, "keys", "delete", "k1", "--yes")
    assert run("chat", "--api-key", key, "Hello").status == 1
    assert run("keys", "show", "k1").status == 1


@pytest.mark.parametrize("names", ["", " ", ",", " , "])
def test_a_list_that_names_nothing_is_no_key_without_limits(run: Run, names: str) -> None:
    done = run("keys", "new", "--alias", "unlimited", "--models", names)
    assert done.status == 2
    assert "has no names; `none` is the empty list" in done.err
    assert "unlimited" not in said(run, "keys")


def test_a_blocked_key_does_nothing_until_it_is_unblocked(run: Run) -> None:
    key = answer(run, "keys", "new", "--alias", "k2")["key"]
    assert "blocked key_" in said(run, "keys", "block", "k2")
    assert run("chat", "--api-key", key, "Hello").status == 1
    assert "unblocked" in said(run, "keys", "unblock", "k2")
    assert run("chat", "--api-key", key, "Hello").status == 0


def test_a_new_secret_replaces_the_old_one(run: Run) -> None:
    before = answer(run, "keys", "new", "--alias", "k3")
    after = answer(run, "keys", "regenerate", "k3", "--yes")
    assert (after["key_id"], after["key"] != before["key"]) == (before["key_id"], True)
    assert run("chat", "--api-key", before["key"], "Hello").status == 1
    assert run("chat", "--api-key", after["key"], "Hello").status == 0


def test_the_list_of_keys(run: Run) -> None:
    answer(run, "keys", "new", "--alias", "k4", "--metadata", '{"for": "tests"}')
    assert said(run, "keys").splitlines()[0].split()[:2] == ["key", "alias"]
    (one,) = lines(run, "keys", "list", "--alias", "k4")
    assert one["metadata"] == {"for": "tests"}
    assert "key" not in one
    assert said(run, "keys", "--alias", "nobody-is-called-so") == "no keys\n"
    assert "healthy" in said(run, "keys", "health")


def test_nothing_is_deleted_behind_a_persons_back(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(run, "keys", "new", "--alias", "k5")
    unasked = run("keys", "delete", "k5")
    assert (unasked.status, "--yes" in unasked.err, "k5" in unasked.err) == (2, True, True)

    class Person:
        def __init__(self, words: str) -> None:
            self.words = words

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return self.words

    class Seat:
        stdin = Person("no\n")

    monkeypatch.setattr(_group, "sys", Seat)
    assert run("keys", "delete", "k5").status == 2
    assert lines(run, "keys", "list", "--alias", "k5")
    Seat.stdin = Person("y\n")
    assert run("keys", "delete", "k5").status == 0
    assert lines(run, "keys", "list", "--alias", "k5") == []


def test_teams_by_name_with_members_and_models(run: Run) -> None:
    said(run, "orgs", "new", "acme", "--id", "org-acme", "--max-budget", "500")
    words = ("--name", "red", "--org", "acme", "--max-budget", "50", "--budget-duration", "30d")
    team = answer(run, "teams", "new", *words, "--models", "onceward/echo,onceward/embed")
    assert (team["organization_id"], team["models"]) == ("org-acme", ["onceward/echo", "onceward/embed"])
    user = answer(run, "users", "new", "--email", "red@acme.test", "--org", "acme")
    assert "key" not in user
    assert "1 member" in said(run, "teams", "add-member", "red", "--email", "red@acme.test", "--max-budget", "3")
    assert "3.00" in said(run, "teams", "members", "red")
    said(run, "teams", "set-member", "red", "--user", user["user_id"], "--role", "admin")
    assert lines(run, "teams", "members", "red")[0]["role"] == "admin"
    answer(run, "keys", "new", "--team", "red", "--alias", "k6")
    shown = said(run, "teams", "show", "red")
    assert "red@acme.test" in shown
    assert "k6" in shown
    assert "onceward/speech" in said(run, "teams", "add-models", "red", "onceward/speech")
    assert "onceward/embed" not in said(run, "teams", "remove-models", "red", "onceward/embed")
    said(run, "teams", "block", "red")
    assert answer(run, "teams", "show", "red")["team_info"]["blocked"] is True
    said(run, "teams", "unblock", "red")
    said(run, "teams", "remove-member", "red", "--user", user["user_id"], "--yes")
    assert said(run, "teams", "members", "red") == "no members\n"
    assert answer(run, "teams", "update", "red", "--max-budget", "60")["max_budget"] == 60
    too_much = run("keys", "new", "--team", "red", "--max-budget", "1000")
    assert (too_much.status, "max_budget" in too_much.err) == (1, True)
    assert [one["team_alias"] for one in lines(run, "teams", "list", "--org", "acme")] == ["red"]
    said(run, "teams", "delete", "red", "--yes")


def test_two_of_one_name_must_be_told_apart_by_id(run: Run) -> None:
    ids = [answer(run, "teams", "new", "--name", "twins")["team_id"] for _ in range(2)]
    done = run("teams", "show", "twins")
    assert done.status == 1
    assert all(id in done.err for id in ids)


def test_organizations_and_their_members(run: Run) -> None:
    said(run, "orgs", "new", "umbrella", "--models", "onceward/*")
    user = answer(run, "users", "new", "--name", "Ada", "--key")
    assert user["key"].startswith("sk-")
    said(run, "orgs", "add-member", "umbrella", "--user", user["user_id"], "--role", "org_admin")
    said(run, "orgs", "set-member", "umbrella", "--user", user["user_id"], "--max-budget", "2")
    (member,) = lines(run, "orgs", "members", "umbrella")
    assert (member["user_role"], member["max_budget_in_organization"]) == ("org_admin", 2.0)
    assert user["user_id"] in said(run, "orgs", "show", "umbrella")
    said(run, "orgs", "block", "umbrella")
    assert answer(run, "orgs", "show", "umbrella")["blocked"] is True
    said(run, "orgs", "unblock", "umbrella")
    assert answer(run, "orgs", "update", "umbrella", "--rpm", "7")["rpm_limit"] == 7
    said(run, "orgs", "remove-member", "umbrella", "--user", user["user_id"], "--yes")
    assert "umbrella" in said(run, "orgs")
    said(run, "orgs", "delete", "umbrella", "--yes")
    assert "umbrella" not in said(run, "orgs")


def test_users(run: Run) -> None:
    made = answer(
        run, "users", "new", "--id", "u-1", "--email", "u1@x.test", "--max-budget", "1", "--role", "internal_user"
    )
    assert made["user_id"] == "u-1"
    key = answer(run, "keys", "new", "--user", "u-1", "--alias", "k7")["key"]
    assert "k7" in said(run, "users", "show", "u-1")
    said(run, "users", "block", "u-1")
    assert run("chat", "--api-key", key, "Hello").status == 1
    said(run, "users", "unblock", "u-1")
    assert run("chat", "--api-key", key, "Hello").status == 0
    assert answer(run, "users", "update", "u-1", "--tpm", "5000")["tpm_limit"] == 5000
    assert "u1@x.test" in said(run, "users")
    assert "deleted u-1" in said(run, "users", "delete", "u-1", "--yes")


def test_customers_and_budgets(run: Run) -> None:
    made = answer(run, "budgets", "new", "--id", "b-1", "--max-budget", "3", "--budget-duration", "1d")
    assert made["budget_duration"] == "1d"
    said(run, "customers", "new", "c-1", "--budget", "b-1", "--name", "One")
    assert "One" in said(run, "customers")
    assert "blocked c-1" in said(run, "customers", "block", "c-1")
    assert answer(run, "customers", "show", "c-1")["blocked"] is True
    said(run, "customers", "unblock", "c-1")
    assert answer(run, "customers", "update", "c-1", "--budget", "none", "--rpm", "2")["rpm_limit"] == 2
    assert "3.00" in said(run, "budgets")
    assert answer(run, "budgets", "update", "b-1", "--max-budget", "4")["max_budget"] == 4
    assert "4.00 USD" in said(run, "budgets", "show", "b-1")
    said(run, "customers", "delete", "c-1", "--yes")
    assert "deleted b-1" in said(run, "budgets", "delete", "b-1", "--yes")


def test_reports_records_and_resets(run: Run) -> None:
    key = answer(run, "keys", "new", "--alias", "spender", "--tags", "nightly", "--max-budget", "5")["key"]
    for _ in range(2):
        said(run, "chat", "--api-key", key, "Hello")
    report = answer(run, "spend", "report", "--by", "model", "--key", "spender", "--since", "1d")
    assert report["total"]["requests"] == 2
    assert report["total"]["spend"] == pytest.approx(sum(row["spend"] for row in report["results"]))
    table = said(run, "spend", "--by", "key")
    assert "spender" in table
    assert "total" in table
    logs = lines(run, "spend", "logs", "--key", "spender", "--limit", "1")
    assert [one["key_alias"] for one in logs] == ["spender"]
    assert "completed" in said(run, "spend", "logs", "--key", "spender")
    assert "nightly" in said(run, "spend", "tags", "--since", "1d")
    assert answer(run, "keys", "show", "spender")["spend"] > 0
    said(run, "spend", "reset", "--key", "spender", "--yes")
    assert answer(run, "keys", "show", "spender")["spend"] == 0
    assert run("spend", "reset", "--yes").status == 2
    price = answer(run, "spend", "calculate", "onceward/echo", "--tokens-in", "1000", "--tokens-out", "1000")
    assert price["cost"] == pytest.approx(0.00075)


def test_models_stand_for_deployments(run: Run, client: Onceward) -> None:
    words = ("--weight", "2", "--rpm", "100", "--input-cost", "0.5", "--output-cost", "1")
    said(run, "models", "new", "house", "--to", "onceward/echo", *words)
    (one,) = lines(run, "models", "info", "house")
    assert one["litellm_params"]["model"] == "onceward/echo"
    assert one["litellm_params"]["input_cost_per_token"] == pytest.approx(0.5e-6)
    assert "Hello" in said(run, "chat", "-m", "house", "Hello")
    id = one["model_info"]["id"]
    said(run, "models", "update", id, "--weight", "3")
    assert "onceward/echo" in said(run, "models", "info")
    assert "deleted" in said(run, "models", "delete", id, "--yes")
    assert run("models", "delete", id, "--yes").status == 1
    with pytest.raises(NotFoundError):
        client.model.delete(id=id)


def test_credits(run: Run, tmp_path: Path) -> None:
    (tmp_path / "onceward.toml").write_text(
        '[server]\noffline = true\n[credits]\ndefault_tier = "free"\n[credits.tiers.free]\ncredits = 100\n'
    )
    with started(tmp_path) as url:

        def told(*words: str) -> str:
            return said(run, *words, "--base-url", url)

        said(run, "chat", "--base-url", url, "Hello")
        assert "free" in told("credits")
        assert "free" in told("credits", "tiers")
        assert "onceward/echo" in told("credits", "history")
        assert "credits" in told("credits", "stats", "--by", "day")
    assert run("credits").status == 1  # no tiers on the other gateway
    assert said(run, "credits", "tiers") == "no tiers are configured\n"


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "nonsense"),
        ("keys", "new", "--max-budget", "much"),
        ("keys", "new", "--model-budget", "nonsense"),
        ("keys", "new", "--metadata", "[]"),
        ("teams", "show"),
        ("spend", "--since", "yesterday"),
        ("spend", "chart", "--by", "colour"),
        ("models", "new", "x"),
        ("orgs", "new"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_sent(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words, "--base-url", "http://127.0.0.1:9").status == 2


@pytest.mark.parametrize(
    "name", ["keys", "teams", "orgs", "users", "customers", "budgets", "spend", "credits", "models"]
)
def test_every_action_has_help(run: Run, name: str) -> None:
    from importlib import import_module

    assert name in said(run, "--help")
    overview = said(run, name, "--help")
    for action in import_module(f"onceward.cli.{name}").GROUP.actions:
        assert action.name in overview
        assert "--base-url" in said(run, name, action.name, "--help")


def test_whoever_may_not_is_told_so(run: Run) -> None:
    key = answer(run, "keys", "new", "--alias", "k8", "--models", "onceward/echo")["key"]
    done = run("orgs", "new", "mine", "--api-key", key)
    assert (done.status, "403" in done.err) == (1, True)
    nobody = run("keys", "--api-key", "sk-nobody-has-this-key-0123456789")
    assert (nobody.status, "401" in nobody.err) == (1, True)


def test_other_commands_do_not_load_these() -> None:
    script = """
import sys
from onceward.cli import main
try:
    main(["embed", "--help"])
except SystemExit:
    pass
sys.exit("onceward.cli._group" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode == 0


def test_a_credential_is_stored_from_the_environment_and_never_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EU_KEY", "sk-provider-eu-0123456789")
    new = ("credentials", "new", "eu", "--provider", "openai", "--env", "api_key=EU_KEY")
    assert "sk-provider-eu-0123456789" not in said(run, *new, "--value", "api_version=2026-01-01")
    (stored,) = lines(run, "credentials")
    assert (stored["credential_name"], set(stored["credential_values"])) == ("eu", {"api_key", "api_version"})
    missing = run("credentials", "update", "eu", "--env", "api_key=NOT_SET_HERE")
    assert (missing.status, "'NOT_SET_HERE' is not set" in missing.err) == (2, True)
    assert "deleted eu" in said(run, "credentials", "delete", "eu", "--yes")
    assert lines(run, "credentials") == []


def test_the_cache_is_looked_at_and_emptied(run: Run, client: Onceward) -> None:
    asked: Any = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Once"}], "cache": {"ttl": 60}}
    said(run, "cache", "flush", "--yes")
    first = client.chat.completions.with_raw_response.create(**asked)
    second = client.chat.completions.with_raw_response.create(**asked)
    assert [answer.headers["x-onceward-cache"] for answer in (first, second)] == ["miss", "hit"]
    assert answer(run, "cache")["entries"] == 1
    assert "deleted 1 of 2" in said(run, "cache", "delete", first.headers["x-onceward-cache-key"], "unknown")
    assert "deleted 0 answers" in said(run, "cache", "flush", "--yes")


def test_guardrails_are_listed(run: Run) -> None:
    shown = said(run, "guardrails")
    assert "private" in shown
    assert "pre_call, post_call" in shown
