"""The stored accounts of running calls, from which another node bills them if their node dies.

The record of a running call has its account. A call with a reservation in a shared database also has a row with the
reservation. Other calls get such a row once they have produced tokens, or if their record has no account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ..core.principal import Principal
from .ticket import BilledCall, Ticket

__all__ = ["Account", "account_of", "served_of"]


class Account(msgspec.Struct, omit_defaults=True):
    """The owners of a call and the budgets it is charged to, complete without further queries."""

    principal: str
    model: str
    key_id: str | None = None
    key_alias: str | None = None
    user_id: str | None = None
    team_id: str | None = None
    organization_id: str | None = None
    customer: str | None = None
    charged: Sequence[tuple[str, str]] = ()
    tags: Sequence[str] = ()
    metadata: str | None = None
    prompt_tokens: int = 0
    # The start of the attempt.
    started_at: float = 0.0
    # The deployment that serves it, once that is known.
    provider: str | None = None
    price_name: str | None = None
    model_served: str | None = None
    deployment: str | None = None
    # Earlier attempts that failed and have to be paid: provider, name of the price, usage.
    wasted: Sequence[tuple[str, str, Mapping[str, Any]]] = ()
    # Payment in credits: the account, its tier and band, the band's rate, the period.
    account: str | None = None
    tier: str = ""
    band: str | None = None
    milli_per_usd: int = 0
    period_start: float = 0.0

    @property
    def caller(self) -> Principal:
        """Return the caller, as far as usage records name it."""
        return Principal(
            self.principal,
            key_id=self.key_id,
            key_alias=self.key_alias,
            user_id=self.user_id,
            team_id=self.team_id,
            organization_id=self.organization_id,
            customer=self.customer,
        )


def account_of(ticket: Ticket) -> Account:
    """Return the account of a call."""
    caller, plan = ticket.caller, ticket.plan
    account = Account(
        caller.id,
        ticket.model,
        key_id=caller.key_id,
        key_alias=caller.key_alias,
        user_id=caller.user_id,
        team_id=caller.team_id,
        organization_id=caller.organization_id,
        customer=caller.customer,
        charged=plan.charged,
        tags=ticket.tags,
        metadata=ticket.metadata,
        prompt_tokens=ticket.prompt_tokens,
        started_at=ticket.started_at,
    )
    call = ticket.call
    if call is not None:
        account.provider, account.price_name = call.record.provider, call.price_name
        account.deployment, account.wasted = call.deployment, call.wasted
        account.model_served = served_of(call)
    terms = plan.terms
    if terms is not None:
        account.account, account.tier = terms.account, terms.tier.id
        account.band, account.milli_per_usd = terms.band.id or None, terms.band.milli_per_usd
        account.period_start = terms.budget.start
    return account


def served_of(call: BilledCall) -> str:
    """Return the model that serves a call: the model name of a deployment, otherwise the name of its price."""
    return call.price_name if call.deployment is None else call.record.model
