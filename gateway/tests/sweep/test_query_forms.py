"""Queries that no operation can heed: refused by name wherever something is read, never silently ignored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from onceward_gateway.http.contract import load_contract

from . import test_money_queries, test_queries
from .kit import followed, queries
from .tenants import SHOWN, Tenants

__all__: list[str] = []

_PATHS = load_contract()["paths"]
# These are called by health probes, and reveal nothing about tenants.
_PUBLIC = {"/health", "/health/liveness", "/health/liveliness", "/health/readiness", "/healthz", "/readyz"}


def test_every_parameter_has_an_effect_that_a_test_shows() -> None:
    """A new parameter of the contract needs a test with real objects, marked with `shows`."""
    assert test_queries.shows is test_money_queries.shows
    assert set(queries()) == SHOWN


def _reads() -> Iterator[tuple[str, list[str]]]:
    for path, item in _PATHS.items():
        if "get" in item and path not in _PUBLIC:
            known = (followed(one) for one in (*item.get("parameters", ()), *item["get"].get("parameters", ())))
            yield path, [one["name"] for one in known if one["in"] == "query"]


async def _places(two: Tenants) -> dict[str, dict[str, str]]:
    """Return a query that names an object, for operations that require one."""
    one = two.one
    user = await two.user()
    customer = (await one.made("/customer/new", user_id="c"))["user_id"]
    return {
        "/team/info": {"team_id": await two.team()},
        "/user/info": {"user_id": user},
        "/key/info": {"key": str(one.id)},
        "/organization/info": {"organization_id": two.organizations[0]},
        "/customer/info": {"end_user_id": customer},
        "/budget/settings": {"budget_id": (await one.made("/budget/new", max_budget=1))["budget_id"]},
        "/utils/supported_openai_params": {"model": "onceward/echo"},
    } | {f"/v1/credits/{kind}": {"organization_id": two.organizations[0]} for kind in ("balance", "history", "stats")}


async def _objects(two: Tenants) -> dict[str, str]:
    """One object for each name in a path."""
    master = two.master
    file = await master.file("batch", test_queries.jsonl(test_queries.WORK))
    lessons = await master.file("fine-tune", test_queries.jsonl(*[test_queries.LESSON] * 10))
    work = {"input_file_id": file, "endpoint": test_queries.CHAT, "completion_window": "24h"}
    credential = {"credential_name": "c", "credential_info": {}, "credential_values": {"api_key": "sk-x"}}
    return {
        "file_id": file,
        "batch_id": (await master.made("/v1/batches", **work))["id"],
        "fine_tuning_job_id": (await master.made("/v1/fine_tuning/jobs", model="onceward/echo", training_file=lessons))[
            "id"
        ],
        "model": "onceward/echo",
        "call_id": (await master.chat()).headers["x-onceward-call-id"],
        "credential_name": (await master.made("/credentials", **credential))["credential_name"],
    }


def _wrong(name: str, value: str) -> Iterator[tuple[str, str]]:
    """Return query strings with an invalid form of a parameter."""
    name, value = quote(name), quote(value)
    yield "empty", f"{name}="
    yield "bare", name
    yield "twice", f"{name}={value}&{name}={value}"
    yield "as a list", f"{name}[]={value}"
    yield "as an object", f"{name}[a]={value}"
    yield "NUL", f"{name}=a%00b"
    yield "upper case", f"{name.upper()}={value}"
    yield "misspelt", f"{name}{name[-1]}={value}"


async def test_unsupported_queries_are_refused(two: Tenants) -> None:
    objects, places = await _objects(two), await _places(two)
    # Names of objects in a query may have any form; the object of the fine-tuning list is asked for by its members.
    permitted = {("/v1/fine_tuning/jobs", "metadata", "as an object")}
    ignored: list[Any] = []
    for path, names in _reads():
        url = path.format(**objects)
        base = places.get(path, {})
        answer = await two.master.ask("GET", url, params=base)
        assert answer.status_code == 200, (path, answer.text)
        answer = await two.master.ask("GET", url, params={**base, "zyx": "1"})
        if answer.status_code != 400 or answer.json()["error"]["param"] != "zyx":
            ignored.append((path, "zyx", answer.status_code, answer.text[:100]))
        for name in names:
            rest = "".join(f"&{quote(key)}={quote(value)}" for key, value in base.items() if key != name)
            for kind, text in _wrong(name, base.get(name, "1")):
                answer = await two.master.ask("GET", f"{url}?{text}{rest}")
                error = answer.json().get("error", {}) if answer.status_code != 200 else {}
                named = name in f"{error.get('param')} {error.get('message')}".lower()
                if (answer.status_code != 400 or not named) and (path, name, kind) not in permitted:
                    ignored.append((path, name, kind, answer.status_code, answer.text[:200]))
    assert not ignored, "\n".join(map(str, ignored))


async def test_queries_of_coding_agents_for_the_list_of_models_are_ignored(two: Tenants) -> None:
    assert (await two.one.got("/v1/models", client_version="0.60.1"))["object"] == "list"


async def test_metadata_of_jobs_is_text_whatever_it_looks_like(two: Tenants) -> None:
    """`metadata[night]=1`, the example of the contract, was refused as no text."""
    lessons = await two.one.file("fine-tune", test_queries.jsonl(*[test_queries.LESSON] * 10))
    made = {}
    for night in ("0", "1", "007", "true", "1e3", "a b"):
        job = {"model": "onceward/echo", "training_file": lessons, "metadata": {"night": night}}
        made[night] = (await two.one.made("/v1/fine_tuning/jobs", **job))["id"]
    for value in (*made, "00", "1.0", "1000"):
        found = (await two.one.got("/v1/fine_tuning/jobs", **{"metadata[night]": value}))["data"]
        assert [one["id"] for one in found] == ([made[value]] if value in made else [])
