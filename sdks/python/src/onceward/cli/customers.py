"""`onceward customers`: end customers (the `user` of a call)."""

from __future__ import annotations

from ._group import Action, Call, Column, Group, count, usd
from ._options import LIMITS, METADATA, Option, text

__all__ = ["GROUP", "command"]

_COLUMNS = (
    Column("customer", "user_id"),
    Column("name", "alias"),
    Column("spend", "spend", usd, numeric=True),
    Column("budget", "max_budget", usd, numeric=True),
    Column("rpm", "rpm_limit", count, numeric=True),
    Column("blocked", "blocked"),
)
_CUSTOMER = Option("CUSTOMER", None, "the id that calls send as `user`", required=True)
_CUSTOMERS = Option("CUSTOMER", "user_ids", "ids of customers", many=True)
_WHAT = (
    text("--name", "alias", "a display name", "NAME"),
    text("--budget", "budget_id", "a shared budget", "ID"),
    *LIMITS,
    METADATA,
)


def _list(call: Call) -> int:
    return call.table(_COLUMNS, call.client.customer.list(), "customers")


def _show(call: Call) -> int:
    return call.record(call.client.customer.info(end_user_id=call.given.CUSTOMER))


def _new(call: Call) -> int:
    return call.record(call.client.customer.create(user_id=call.given.CUSTOMER, **call.params))


def _update(call: Call) -> int:
    return call.record(call.client.customer.update(user_id=call.given.CUSTOMER, **call.params))


def _delete(call: Call) -> int:
    answer = call.client.customer.delete(user_ids=call.params["user_ids"])
    return call.done(answer, f"deleted {', '.join(answer.deleted_customers)}")


def _block(call: Call) -> int:
    answer = call.client.customer.block(user_ids=call.params["user_ids"])
    return call.done(answer, f"blocked {', '.join(one.user_id for one in answer.blocked_users)}")


def _unblock(call: Call) -> int:
    answer = call.client.customer.unblock(user_ids=call.params["user_ids"])
    return call.done(answer, f"unblocked {', '.join(one.user_id for one in answer.unblocked_users)}")


GROUP = Group(
    "customers",
    (
        Action("list", "list customers", _list),
        Action("show", "show a customer", _show, (_CUSTOMER,)),
        Action("new", "make a customer", _new, (_CUSTOMER, *_WHAT)),
        Action("update", "change a customer; `none` removes a limit", _update, (_CUSTOMER, *_WHAT)),
        Action("delete", "delete customers", _delete, (_CUSTOMERS,), asks="delete the customers"),
        Action("block", "block customers", _block, (_CUSTOMERS,)),
        Action("unblock", "unblock customers", _unblock, (_CUSTOMERS,)),
    ),
)
command = GROUP.command
