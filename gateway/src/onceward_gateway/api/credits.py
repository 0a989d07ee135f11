"""The credit handlers: balance, history, statistics, tiers and bands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..billing.budget_windows import UNBOUNDED, BudgetWindow
from ..billing.credit_journal import CreditJournal, JournalEntry, JournalFilter
from ..billing.credits import account_of
from ..billing.ledger import Ledger
from ..config.billing import Tier
from ..config.load import AuthMode
from ..core import error_codes
from ..core.clock import Clock
from ..core.errors import (
    ApiError,
    invalid,
    not_found,
)
from ..core.money import to_credits, to_usd
from ..core.principal import ANONYMOUS
from ..core.timestamps import iso
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..identity.authorization import may_see_organization
from ..identity.repositories import Repositories
from . import spend_reports
from .parsing import known_value
from .usage_filter import UsageFilter

__all__ = ["CreditHandlers"]

_WARNING_PERCENT = 10
_DAYS = {"day": 1, "week": 7, "month": 30}
_STATUSES = ("success", "error", "rate_limited", "cancelled")


class CreditHandlers:
    """Handlers for `/v1/credits`."""

    def __init__(
        self,
        journal: CreditJournal,
        records: Repositories,
        reports: spend_reports.SpendReports,
        ledger: Ledger,
        *,
        auth_mode: AuthMode,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._reports = reports
        self._records = records
        self._ledger = ledger
        self._auth_mode = auth_mode
        self._clock = clock

    async def balance(self, request: Request) -> Response:
        """Return the remaining credits of an account, and the bands of its tier."""
        account, title, tier, organization = await self._account(request)
        budget = await self._window(request, account, title, tier)
        used, held = await self._ledger.balance(budget)
        total = None if budget.limit >= UNBOUNDED else budget.limit
        left = max(0, budget.limit - used - held)
        percent = None if total is None else 100.0 if not total else round(100 * left / total, 2)
        warning = None
        if percent is not None and percent <= _WARNING_PERCENT:
            warning = f"{to_credits(left)} of {to_credits(budget.limit)} credits are left."
        return json_response(
            {
                "credits_remaining": to_credits(left) if total is not None else to_credits(UNBOUNDED // 1000 * 1000),
                "credits_total": None if total is None else to_credits(total),
                "credits_used": to_credits(used),
                "credits_reserved": to_credits(held),
                "credits_percent": percent,
                "tier": tier.id,
                "bands": list(tier.bands or self._ledger.credits.settings.bands),
                "reset_date": _day(budget.end),
                "warning": warning,
                "organization_id": organization,
            }
        )

    async def history(self, request: Request) -> Response:
        """Return the entries of an account, newest first."""
        account, *_ = await self._account(request)
        query = request.query
        where = JournalFilter(*spend_reports.span(query, self._clock.time()))
        provider = spend_reports.recorded_provider(query.get("provider"))
        where.add({"model": query.get("model"), "provider": provider, "band": query.get("band")})
        status = query.get("status")
        if status is not None:
            where.add_status(known_value(status, _STATUSES, "status"))
        limit = query.get("limit")
        page = await self._journal.page(
            account, where, limit if isinstance(limit, int) else 20, query.get("cursor") or None
        )
        return json_response(
            {
                "entries": [_entry(entry) for entry in page.entries],
                "total": page.total,
                "has_more": page.next_cursor is not None,
                "next_cursor": page.next_cursor,
            }
        )

    async def stats(self, request: Request) -> Response:
        """Return statistics of an account's credits by time, model, provider and band."""
        account, *_ = await self._account(request)
        query, now = request.query, self._clock.time()
        period = query.get("period") or "month"
        start, end = spend_reports.span(query, now)
        if "period" in query and (start is not None or end is not None):
            raise invalid(
                f"`period` is {period!r}, and `start_date` or `end_date` sets another span. Send only one of them.",
                param="period",
                code=error_codes.AMBIGUOUS,
            )
        if start is None and end is None and period in _DAYS:
            start = spend_reports.start_of_day(now) - (_DAYS[period] - 1) * 86400
        where = UsageFilter()
        where.add("account", account)
        where.add("start", start)
        where.add("end", end)
        where.add("provider", spend_reports.recorded_provider(query.get("provider")))
        for name in ("model", "band"):
            where.add(name, query.get(name))
        rows = await self._reports.by_day(where, ("model_served", "provider", "band"))
        return json_response(_stats(rows, period, query.get("group_by") or "day", start, end or now))

    async def tiers(self, request: Request) -> Response:
        """Return the tiers, the smallest first, and the bands."""
        settings = self._ledger.credits.settings
        ordered = sorted(settings.tiers.values(), key=lambda tier: UNBOUNDED if tier.credits is None else tier.credits)
        return json_response(
            {
                "tiers": [
                    {
                        "id": tier.id,
                        "name": tier.name,
                        "description": tier.description,
                        "credits": None if tier.credits is None else to_credits(tier.credits),
                        "credits_duration": tier.credits_duration,
                        "bands": list(tier.bands or settings.bands),
                        "rpm_limit": tier.rpm_limit,
                        "rpd_limit": tier.rpd_limit,
                        "burst": tier.burst,
                        "tpm_limit": tier.tpm_limit,
                        "max_parallel_requests": tier.max_parallel_requests,
                    }
                    for tier in ordered
                ],
                "bands": [
                    {
                        "id": band.id,
                        "name": band.name,
                        "description": band.description,
                        "models": list(band.models),
                        "credits_per_usd": to_credits(band.milli_per_usd),
                        "minimum_tier": next((t.id for t in ordered if not t.bands or band.id in t.bands), None),
                    }
                    for band in settings.bands.values()
                ],
            }
        )

    async def _account(self, request: Request) -> tuple[str, str, Tier, str | None]:
        """Return the account that a request names: the caller's own, or that of an organization that it may see."""
        credits = self._ledger.credits
        named = request.query.get("organization_id")
        if named and named != request.caller.organization_id:
            record = await self._records.organizations.get(named)
            # Without keys a caller may act for any organization, so it may also read its credits.
            open_here = request.caller.id == ANONYMOUS.id and self._auth_mode == "disabled"
            if record is None or not (open_here or may_see_organization(request.caller, named)):
                raise not_found("organization", named, param="organization_id")
            tier_id = record.tier or credits.settings.default_tier
            tier = credits.tier_named(tier_id) if tier_id is not None and credits.used else None
            account, title, organization = f"organization:{named}", f"organization {named!r}", named
        else:
            tier = credits.tier_of(request.caller)
            account, title = account_of(request.caller)
            organization = request.caller.organization_id
        if tier is None:
            raise ApiError(
                404,
                f"The {title} has no tier, so it does not use credits. "
                "Configure [credits.tiers] and `credits.default_tier` in onceward.toml, or set the organization's "
                "`tier`.",
                code=error_codes.CREDITS_NOT_FOUND,
            )
        return account, title, tier, organization

    async def _window(self, request: Request, account: str, title: str, tier: Tier) -> BudgetWindow:
        return await self._ledger.credits.budget(account, title, tier, self._clock.time())


def _entry(entry: JournalEntry) -> dict[str, Any]:
    id, kind, amount, at, request_id, call_id, model, provider, band, *rest = entry.row
    prompt, completion, reasoning, total, cost, latency, status, error_status, message = rest
    return {
        "id": id,
        "timestamp": iso(at),
        "kind": kind,
        "request_id": request_id,
        "call_id": call_id,
        "model": model,
        "provider": provider,
        "band": band,
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "reasoning_tokens": reasoning,
        "total_tokens": total,
        "credits_debited": to_credits(-amount),
        "balance_after": to_credits(entry.balance),
        "cost": None if cost is None else to_usd(cost),
        "latency_ms": latency,
        "status": _status(status, error_status),
        "error_message": message,
    }


def _status(status: str | None, error_status: int | None) -> str | None:
    if status is None:
        return None
    if status == "completed":
        return "success"
    if status == "failed":
        return "rate_limited" if error_status == 429 else "error"
    return "cancelled"


def _stats(rows: list[tuple[Any, ...]], period: str, step: str, start: float | None, end: float) -> dict[str, Any]:
    whole = _CreditTotals()
    by_model: dict[str, _CreditTotals] = {}
    by_provider: dict[str, _CreditTotals] = {}
    by_band: dict[str, _CreditTotals] = {}
    steps: dict[str, _CreditTotals] = {}
    for day, model, provider, band, requests, _, cost, credits, _, _, tokens, latency in rows:
        numbers = [requests, tokens, credits, cost, latency]
        for sums, name in (
            (by_model, model),
            (by_provider, provider),
            (by_band, band or "none"),
            (steps, _step(day, step)),
        ):
            sums.setdefault(name, _CreditTotals()).take(numbers)
        whole.take(numbers)
    dearest = sorted(by_model.items(), key=lambda item: (-item[1].credits, item[0]))
    return {
        "period": period,
        "start_date": _day(start) if start is not None else (rows[0][0] if rows else None),
        "end_date": _day(end - 0.001),
        "total_credits_used": to_credits(whole.credits),
        "total_cost": to_usd(whole.cost),
        "total_requests": whole.requests,
        "total_tokens": whole.tokens,
        "average_latency_ms": round(whole.latency / whole.requests, 1) if whole.requests else None,
        "model_breakdown": [{"model": model, **part.shown()} for model, part in dearest],
        "by_model": {name: part.shown() for name, part in by_model.items()},
        "by_provider": {name: part.shown() for name, part in by_provider.items()},
        "by_band": {name: part.shown() for name, part in by_band.items()},
        "stats": [
            {
                "period": name,
                "total_requests": part.requests,
                "total_tokens": part.tokens,
                "total_credits": to_credits(part.credits),
                "total_cost": to_usd(part.cost),
            }
            for name, part in sorted(steps.items())
        ],
    }


class _CreditTotals:
    """Totals of an account's calls."""

    def __init__(self) -> None:
        self.requests = self.tokens = self.credits = self.cost = self.latency = 0

    def take(self, numbers: list[int]) -> None:
        """Add the totals of a row."""
        requests, tokens, credits, cost, latency = numbers
        self.requests += requests
        self.tokens += tokens
        self.credits += credits
        self.cost += cost
        self.latency += latency

    def shown(self) -> dict[str, Any]:
        """Return the totals as the contract has them."""
        return {
            "requests": self.requests,
            "tokens": self.tokens,
            "credits": to_credits(self.credits),
            "cost": to_usd(self.cost),
        }


def _step(day: str, step: str) -> str:
    if step == "month":
        return day[:7] + "-01"
    return spend_reports.week_of(day) if step == "week" else day


def _day(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
