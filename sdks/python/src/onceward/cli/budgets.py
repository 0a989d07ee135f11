"""`onceward budgets`: limits shared by several keys, users, teams and customers."""

from __future__ import annotations

from ._group import Action, Call, Column, Group, count, usd
from ._options import LIMITS, Option, text

__all__ = ["GROUP", "command"]

_COLUMNS = (
    Column("budget", "budget_id"),
    Column("spend", "spend", usd, numeric=True),
    Column("limit", "max_budget", usd, numeric=True),
    Column("soft", "soft_budget", usd, numeric=True),
    Column("every", "budget_duration"),
    Column("resets at", "budget_reset_at"),
    Column("rpm", "rpm_limit", count, numeric=True),
    Column("tpm", "tpm_limit", count, numeric=True),
)
_BUDGET = Option("BUDGET", None, "the budget's id", required=True)


def _list(call: Call) -> int:
    return call.table(_COLUMNS, call.client.budget.list(), "budgets")


def _show(call: Call) -> int:
    for one in call.client.budget.info(budgets=[call.given.BUDGET]).budgets:
        call.record(one)
    return 0


def _new(call: Call) -> int:
    return call.record(call.client.budget.create(**call.params))


def _update(call: Call) -> int:
    return call.record(call.client.budget.update(budget_id=call.given.BUDGET, **call.params))


def _delete(call: Call) -> int:
    answer = call.client.budget.delete(id=call.params["id"])
    return call.done(answer, f"deleted {answer.budget_id}")


GROUP = Group(
    "budgets",
    (
        Action("list", "list budgets", _list),
        Action("show", "show a budget", _show, (_BUDGET,)),
        Action(
            "new",
            "make a budget",
            _new,
            (text("--id", "budget_id", "an id (default: a generated one)", "ID"), *LIMITS),
        ),
        Action("update", "change a budget; `none` removes a limit", _update, (_BUDGET, *LIMITS)),
        Action(
            "delete",
            "delete a budget",
            _delete,
            (Option("BUDGET", "id", "the budget's id", required=True),),
            asks="delete the budget",
        ),
    ),
)
command = GROUP.command
