"""`onceward users`: people and programs that have keys."""

from __future__ import annotations

from ._group import Action, Call, Column, Group, count, usd
from ._names import with_ids
from ._options import LIMITS, METADATA, Option, listed, switch, text
from .keys import KEY_COLUMNS

__all__ = ["GROUP", "command"]

_COLUMNS = (
    Column("user", "user_id"),
    Column("email", "user_email"),
    Column("name", "user_alias"),
    Column("role", "user_role"),
    Column("teams", "teams", lambda teams: str(len(teams)), numeric=True),
    Column("spend", "spend", usd, numeric=True),
    Column("budget", "max_budget", usd, numeric=True),
    Column("rpm", "rpm_limit", count, numeric=True),
    Column("blocked", "blocked"),
)
_USER = Option("USER", None, "the user's id", required=True)
_USERS = Option("USER", "user_ids", "ids of users", many=True)
_ORGANIZATION = text("--org", "organization_id", "the organization, by id or name", "ORG")
_WHAT = (
    text("--email", "user_email", "the email address", "ADDRESS"),
    text("--name", "user_alias", "a display name", "NAME"),
    text("--role", "user_role", "proxy_admin, proxy_admin_viewer, internal_user or internal_user_viewer", "ROLE"),
    listed("--models", "models", "the models the user may use"),
    text("--budget", "budget_id", "a shared budget", "ID"),
    *LIMITS,
    METADATA,
)


def _list(call: Call) -> int:
    return call.table(_COLUMNS, call.client.user.list(**with_ids(call.client, call.params)), "users")


def _show(call: Call) -> int:
    answer = call.client.user.info(user_id=call.given.USER)
    if call.given.json:
        return call.record(answer)
    call.record(answer.user_info)
    call.screen.heading("keys")
    return call.table(KEY_COLUMNS, answer.keys or (), "keys")


def _new(call: Call) -> int:
    params = with_ids(call.client, call.params)
    return call.secret(call.client.user.create(auto_create_key=bool(call.given.key), **params))


def _update(call: Call) -> int:
    return call.record(call.client.user.update(user_id=call.given.USER, **call.params))


def _delete(call: Call) -> int:
    answer = call.client.user.delete(user_ids=call.params["user_ids"])
    return call.done(answer, f"deleted {', '.join(answer.deleted_users)}")


def _block(call: Call) -> int:
    answer = call.client.user.update(user_id=call.given.USER, blocked=True)
    return call.done(answer, f"blocked {answer.user_id}: calls with the user's keys fail from now on")


def _unblock(call: Call) -> int:
    answer = call.client.user.update(user_id=call.given.USER, blocked=False)
    return call.done(answer, f"unblocked {answer.user_id}")


GROUP = Group(
    "users",
    (
        Action(
            "list",
            "list users",
            _list,
            (
                text("--email", "user_email", "only users whose email address contains this", "TEXT"),
                text("--role", "role", "only users with this role", "ROLE"),
                _ORGANIZATION,
            ),
        ),
        Action("show", "show a user and the user's keys", _show, (_USER,)),
        Action(
            "new",
            "make a user",
            _new,
            (
                *_WHAT,
                text("--id", "user_id", "an id (default: a generated one)", "ID"),
                _ORGANIZATION,
                listed("--teams", "teams", "teams to be a member of", "ID,..."),
                switch("--key", None, "also make a key; it is shown once"),
            ),
        ),
        Action("update", "change a user; `none` removes a limit", _update, (_USER, *_WHAT)),
        Action(
            "delete", "delete users, with their keys", _delete, (_USERS,), asks="delete, with their keys, the users"
        ),
        Action("block", "block a user", _block, (_USER,)),
        Action("unblock", "unblock a user", _unblock, (_USER,)),
    ),
)
command = GROUP.command
