"""`onceward keys`: make, limit, find, block and rotate keys."""

from __future__ import annotations

from typing import Any

from ._group import Action, Call, Column, Group, count, usd
from ._names import key_id, with_ids
from ._options import LIMITS, METADATA, Option, listed, money, pairs, switch, text

__all__ = ["GROUP", "KEY_COLUMNS", "command"]

KEY_COLUMNS = (
    Column("key", "key_id"),
    Column("alias", "key_alias"),
    Column("begins", "key_name"),
    Column("team", "team_id"),
    Column("user", "user_id"),
    Column("models", "models"),
    Column("spend", "spend", usd, numeric=True),
    Column("budget", "max_budget", usd, numeric=True),
    Column("rpm", "rpm_limit", count, numeric=True),
    Column("expires", "expires"),
    Column("blocked", "blocked"),
)
_KEY = Option("KEY", None, "its id, its alias, its token, or the key", required=True)
_KEYS = Option("KEY", "keys", "ids, aliases, tokens, or the keys", many=True)
_OWNERS = (
    text("--team", "team_id", "the team, by id or name", "TEAM"),
    text("--user", "user_id", "the user", "ID"),
    text("--org", "organization_id", "the organization, by id or name", "ORG"),
)
_WHAT = (
    text("--alias", "key_alias", "a display name", "NAME"),
    *_OWNERS,
    text("--budget", "budget_id", "a shared budget", "ID"),
    listed("--models", "models", "the models it may use; `*` at the end matches any rest"),
    pairs("--model-alias", "aliases", "an alias for a model", "NAME=MODEL"),
    text("--duration", "duration", "its lifetime", "30d"),
    *LIMITS,
    listed("--allowed-ips", "allowed_ips", "client addresses and ranges that may use it"),
    listed("--allowed-routes", "allowed_routes", "routes or groups of routes that it may call"),
    listed("--guardrails", "guardrails", "guardrails for its calls"),
    listed("--tags", "tags", "tags of its calls"),
    METADATA,
)


def _list(call: Call) -> int:
    found = call.client.key.list(**with_ids(call.client, call.params))
    return call.table(KEY_COLUMNS, found, "keys")


def _show(call: Call) -> int:
    return call.record(call.client.key.info(key=_named(call)).info)


def _new(call: Call) -> int:
    return call.secret(call.client.key.generate(**_limited(call)))


def _update(call: Call) -> int:
    return call.record(call.client.key.update(key=_named(call), **_limited(call)))


def _delete(call: Call) -> int:
    answer = call.client.key.delete(keys=[key_id(call.client, word) for word in call.params["keys"]])
    return call.done(answer, f"deleted {', '.join(answer.deleted_keys)}")


def _block(call: Call) -> int:
    answer = call.client.key.block(key=_named(call))
    return call.done(answer, f"blocked {answer.key_id}: calls with it fail from now on")


def _unblock(call: Call) -> int:
    answer = call.client.key.unblock(key=_named(call))
    return call.done(answer, f"unblocked {answer.key_id}")


def _regenerate(call: Call) -> int:
    return call.secret(call.client.key.regenerate(_named(call), **_limited(call)))


def _health(call: Call) -> int:
    answer = call.client.key.health()
    call.record(answer)
    return 0 if answer.key == "healthy" else 1


def _named(call: Call) -> str:
    return key_id(call.client, call.given.KEY)


def _limited(call: Call) -> dict[str, Any]:
    """Return the parameters in the form that keys have for budgets of models."""
    found = with_ids(call.client, call.params)
    budgets = found.get("model_max_budget")
    if budgets:
        found["model_max_budget"] = {
            model: {"budget_limit": one["max_budget"], "time_period": one.get("budget_duration")}
            for model, one in budgets.items()
        }
    return found


GROUP = Group(
    "keys",
    (
        Action(
            "list",
            "list keys",
            _list,
            (
                *_OWNERS,
                text("--alias", "key_alias", "only those with this name", "NAME"),
                switch("--team-keys", "include_team_keys", "also those of the teams that you manage"),
            ),
        ),
        Action("show", "show a key: limits, models, spending", _show, (_KEY,)),
        Action("new", "make a key; it is shown once", _new, _WHAT),
        Action(
            "update",
            "change a key; `none` removes a limit",
            _update,
            (
                _KEY,
                *_WHAT,
                money("--increase", "temp_budget_increase", "a temporary increase of its budget"),
                text("--increase-until", "temp_budget_expiry", "the end of the increase", "TIME"),
            ),
        ),
        Action("delete", "delete keys", _delete, (_KEYS,), asks="delete keys"),
        Action("block", "block a key", _block, (_KEY,)),
        Action("unblock", "unblock a key", _unblock, (_KEY,)),
        Action(
            "regenerate",
            "rotate a key; the old secret stops working at once",
            _regenerate,
            (_KEY,),
            asks="rotate the key",
        ),
        Action("health", "check the key that you call with", _health),
    ),
)
command = GROUP.command
