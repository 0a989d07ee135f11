"""The objects that a gateway is governed by: keys, users, teams, organizations, customers, budgets.

core.py         the platform as one value: records, callers, changes, audit
records.py      what is kept of each object;  store.py keeps and finds it;  sql.py has every statement
secret_keys.py  a key's shape, hash and mask
fresh_secrets.py  a new secret, for the retries of a lost answer
admission.py    from a key's record to the caller it stands for;  principal.py is that caller;  callers.py keeps them
changes.py      changes over nodes: in turns, told when written, read by who was not told
authority.py    who may see what, and why a child is never more than its parent;  seen.py the same for lists
placing.py      whose a new key is;  acting.py is what all changes have in common
keys.py users.py teams.py members.py organizations.py customers.py budgets.py   the routes
fields.py       from requests to records;  views.py back
durations.py    `30s` to `1mo`, and the windows of budgets
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .changes import Change
from .core import Platform
from .principal import ANONYMOUS, Allowed, Bound, ModelBudget, Principal, Spending

if TYPE_CHECKING:
    from ..http import Route

__all__ = [
    "ANONYMOUS",
    "Allowed",
    "Bound",
    "Change",
    "ModelBudget",
    "Platform",
    "Principal",
    "Spending",
    "routes",
]


def routes() -> Sequence[Route]:
    """The routes of the platform."""
    from . import budgets, customers, keys, members, organizations, teams, users

    families = (keys, users, teams, members, organizations, customers, budgets)
    return [route for family in families for route in family.ROUTES]
