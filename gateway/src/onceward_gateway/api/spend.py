"""The spend handlers: usage records, prices, tags, reports, resets and the budgets of providers."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import msgspec

from ..billing.budget_windows import window_of
from ..billing.ledger import Ledger
from ..billing.prices import PriceBook
from ..billing.report_period import Interval
from ..core import error_codes
from ..core.call_record import Status
from ..core.clock import Clock
from ..core.errors import (
    TYPES_BY_STATUS,
    forbidden,
    invalid,
    not_found,
)
from ..core.money import (
    credits_for,
    to_credits,
    to_usd,
)
from ..core.timestamps import iso
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..identity.authorization import require_admin, visibility_of
from ..identity.directory import Directory
from ..identity.repositories import Repositories
from ..routing.price_location import PriceLocator
from . import spend_reports
from .parsing import known_value

__all__ = ["SpendHandlers"]

_DAYS = 30
_ROWS_AT_ONCE = 100
_NAMES = {"team": "teams", "api_key": "keys", "user": "users", "organization": "organizations"}
_RESETS = {
    "api_key": "key",
    "user_id": "user",
    "team_id": "team",
    "organization_id": "organization",
    "customer_id": "customer",
    "budget_id": "budget",
}


class SpendHandlers:
    """Handlers for `/spend`, `/global/spend` and `/provider/budgets`."""

    def __init__(
        self,
        records: Repositories,
        directory: Directory,
        reports: spend_reports.SpendReports,
        ledger: Ledger,
        prices: PriceBook,
        price_locator: PriceLocator,
        *,
        clock: Clock,
    ) -> None:
        self._records = records
        self._directory = directory
        self._reports = reports
        self._ledger = ledger
        self._prices = prices
        self._price_locator = price_locator
        self._clock = clock

    async def list_logs(self, request: Request) -> Response:
        """Return the usage records that the caller may see, newest first."""
        query, where = request.query, spend_reports.visible_to(request.caller)
        start, end = spend_reports.span(query, self._clock.time())
        where.add("start", start)
        where.add("end", end)
        where.add("key_id", await self._key_id(request, query.get("api_key")))
        where.add("customer", query.get("end_user"))
        for name in (
            "user_id",
            "team_id",
            "organization_id",
            "model",
            "request_id",
            "call_id",
            "tag",
        ):
            where.add(name, query.get(name))
        where.add("provider", spend_reports.recorded_provider(query.get("provider")))
        status = query.get("status")
        where.add("status", None if status is None else known_value(status, get_args(Status), "status"))
        where.add_metadata(query.get("metadata"))
        limit = query.get("limit")
        rows, cursor = await self._reports.log_page(where, limit if isinstance(limit, int) else 20, query.get("cursor"))
        places = visibility_of(request.caller).all
        data = [_record(row, places=places) for row in rows]
        return json_response({"object": "list", "data": data, "has_more": cursor is not None, "next_cursor": cursor})

    async def _key_id(self, request: Request, text: str | None) -> str | None:
        """Return the key id of a filter; a deleted key can only be named by its id."""
        if not text:
            return None
        return await self._records.resolve_key(text) or text

    async def calculate(self, request: Request) -> Response:
        """Return the price of a call that is described or that was made."""
        data = request.data
        answer = data.get("completion_response")
        model = data.get("model")
        if isinstance(answer, dict):
            model = model or answer.get("model")
        if not isinstance(model, str) or not model:
            raise invalid("`model` is required.", param="model", code=error_codes.MISSING_FIELD)
        usage = _usage_of(data, answer)
        provider, name = self._price_locator.locate(request, model)
        total = self._prices.cost(provider, name, usage)
        read = self._prices.cost(provider, name, {**usage, "completion_tokens": 0, "output_tokens": 0})
        if total is None or read is None:
            raise invalid(
                f'The price of the model {model!r} is not known. Add [prices."{model}"] to onceward.toml.',
                param="model",
                code=error_codes.PRICE_UNKNOWN,
            )
        credits = self._ledger.credits
        band = credits.band_of(model) if credits.used else None
        return json_response(
            {
                "model": model,
                "cost": to_usd(total),
                "input_cost": to_usd(read),
                "output_cost": to_usd(total - read),
                "total_cost": to_usd(total),
                "prompt_tokens": int(usage.get("prompt_tokens", usage.get("input_tokens", 0)) or 0),
                "completion_tokens": int(usage.get("completion_tokens", usage.get("output_tokens", 0)) or 0),
                "credits": None if band is None else to_credits(credits_for(total, band.milli_per_usd)),
            }
        )

    async def by_tags(self, request: Request) -> Response:
        """Return the spending by tag."""
        where = spend_reports.visible_to(request.caller)
        start, end = spend_reports.span(request.query, self._clock.time())
        where.add("start", start)
        where.add("end", end)
        asked = str(request.query.get("tags") or "")
        tags = [tag for tag in (name.strip() for name in asked.split(",")) if tag]
        found = [] if asked and not tags else await self._reports.by_tag(where, tags)
        data = [
            {"individual_request_tag": tag, "log_count": count, "total_spend": to_usd(cost)}
            for tag, count, cost in found
        ]
        return json_response({"object": "list", "data": data})

    async def report(self, request: Request) -> Response:
        """Return the spending in a span of time by group."""
        query = request.query
        group: str = query.get("group_by") or "team"
        interval: Interval = query.get("interval") or "total"
        start, end = spend_reports.span(query, self._clock.time(), _DAYS)
        where = spend_reports.visible_to(request.caller)
        where.add("start", start)
        # No call has started after now: without a bound, the sums of today need not be put together from its hours.
        where.add("end", end if query.get("end_date") else None)
        where.add("key_id", await self._key_id(request, query.get("api_key")))
        where.add("user_id", query.get("internal_user_id"))
        where.add("customer", query.get("customer_id"))
        for name in ("team_id", "organization_id", "model"):
            where.add(name, query.get(name))
        where.add_metadata(query.get("metadata"))
        rows, total = await self._reports.grouped(where, group, interval)
        results: list[dict[str, Any]] = []
        for row in rows:
            results.append(await self._row(group, row))
            if len(results) % _ROWS_AT_ONCE == 0:
                # Names are read without a pause in SQLite: let other requests go on.
                await asyncio.sleep(0)
        return json_response(
            {
                "start_date": iso(start),
                "end_date": iso(end),
                "group_by": group,
                "interval": interval,
                "total": total.shown(),
                "results": results,
            }
        )

    async def _row(self, group: str, row: spend_reports.ReportRow) -> dict[str, Any]:
        return {
            "group": row.group,
            "name": await self._name(group, row.group),
            "date": row.date,
            **row.sum.shown(),
            "models": [{"model": model, **part.shown()} for model, part in spend_reports.by_cost(row.models)],
        }

    async def _name(self, group: str, id: str | None) -> str | None:
        kind = _NAMES.get(group)
        if kind is None or id is None:
            return None
        record = await getattr(self._records, kind).any(id)
        alias: str | None = None if record is None else record.alias
        return alias

    async def reset(self, request: Request) -> Response:
        """Reset the spending that counts against budgets to 0; the usage records stay."""
        require_admin(request.caller, "reset spending")
        sums = self._ledger.rollups
        for name, value in request.data.items():
            if not value:
                raise invalid(
                    f"`{name}` is {value!r}, which names nothing to reset. Send a value, or leave it out: an empty "
                    "body resets everything.",
                    param=name,
                    code=error_codes.INVALID_VALUE,
                )
        named = [(name, str(value)) for name, value in request.data.items()]
        places = [place for name, value in named for place in await self._owners(request, name, value)]
        if not named:
            places = await sums.everybody()
        for scope, id in sorted(places):
            await sums.reset(scope, id, 0)
        await self._directory.audit(
            request.principal, request.request_id, "spend.reset", None, note=dict(named) or "all"
        )
        budgets = "budget starts" if len(places) == 1 else "budgets start"
        message = f"{len(places)} {budgets} again from 0"
        return json_response({"status": "success", "message": message, "reset": len(places)})

    async def _owners(self, request: Request, name: str, value: str) -> list[tuple[str, str]]:
        scope = _RESETS[name]
        if scope == "customer":
            found = [
                record.id for record in await self._records.customers.by("name", value) if record.deleted_at is None
            ]
        elif scope == "key":
            id = await self._records.resolve_key(value)
            found = [] if id is None else [id]
        else:
            store = getattr(self._records, scope + "s")
            found = [value] if await store.get(value) is not None else []
        if not found:
            raise not_found(scope, value, param=name)
        return [(scope, id) for id in found]

    async def provider_budgets(self, request: Request) -> Response:
        """Return the budget and the spending of each provider that has a budget."""
        if not visibility_of(request.caller).all:
            raise forbidden(
                "Only an admin of the gateway may see the budgets of providers.", code=error_codes.ADMIN_REQUIRED
            )
        now = self._clock.time()
        shown: dict[str, Any] = {}
        for name, budget in self._ledger.settings.providers.items():
            start, end = window_of(budget.budget_duration, 0.0, now)
            spent = await self._ledger.rollups.balance(("provider", name, ""), start, end)
            shown[name] = {
                "budget_limit": None if budget.max_budget is None else to_usd(budget.max_budget),
                "time_period": budget.budget_duration,
                "spend": to_usd(spent),
                "budget_reset_at": iso(end),
            }
        return json_response({"providers": shown})


def _record(row: dict[str, Any], *, places: bool) -> dict[str, Any]:
    """Return a record as the contract's `SpendLog`. Only administrators see the address that served it."""
    return {
        "request_id": row["request_id"],
        "call_id": row["call_id"],
        "call_type": row["operation"],
        "status": row["status"],
        "startTime": iso(row["started_at"]),
        "endTime": iso(row["ended_at"]),
        "api_key": row["key_hash"],
        "key_id": row["key_id"],
        "key_alias": row["key_alias"],
        "user": row["user_id"],
        "team_id": row["team_id"],
        "organization_id": row["organization_id"],
        "end_user": row["customer"],
        "model": row["model_served"],
        "model_group": row["model"],
        "model_id": row["deployment"],
        "custom_llm_provider": row["provider"],
        "api_base": row["api_base"] if places else None,
        "prompt_tokens": row["prompt_tokens"],
        "completion_tokens": row["completion_tokens"],
        "total_tokens": row["total_tokens"],
        "cached_tokens": row["cached_tokens"],
        "cache_write_tokens": row["cache_write_tokens"],
        "reasoning_tokens": row["reasoning_tokens"],
        "spend": to_usd(row["cost_nano"]),
        "credits": to_credits(row["credits_milli"]) if row["account"] is not None else None,
        "estimated": bool(row["estimated"]),
        "request_duration_ms": row["latency_ms"],
        "time_to_first_token_ms": row["first_token_ms"],
        "stream": bool(row["stream"]),
        "cache_hit": bool(row["cached"]),
        "cache_key": row["cache_key"],
        "idempotency_key": row["idempotency_key"],
        "request_tags": msgspec.json.decode(row["tags"]) if row["tags"] else [],
        "metadata": msgspec.json.decode(row["metadata"]) if row["metadata"] else None,
        "error": _error(row),
    }


def _error(row: dict[str, Any]) -> dict[str, Any] | None:
    status = row["error_status"]
    if status is None:
        return None
    kind = TYPES_BY_STATUS.get(status, "api_error")
    return {"message": row["error_message"] or "", "type": kind, "code": row["error_code"], "status": status}


def _usage_of(data: dict[str, Any], answer: Any) -> dict[str, Any]:
    if isinstance(answer, dict):
        usage = answer.get("usage")
        if not isinstance(usage, dict) or not all(_counts(value) for value in usage.values()):
            raise invalid(
                "`completion_response` has no `usage` with numbers of tokens. Send the answer as it came.",
                param="completion_response",
                code=error_codes.INVALID_VALUE,
            )
        return usage
    from ..core import tokenizer

    prompt = data.get("prompt_tokens")
    beside = next((name for name in ("prompt", "messages") if data.get(name)), None)
    if prompt is not None and beside is not None:
        raise invalid(
            f"`prompt_tokens` and `{beside}` both define the input. Send one of the two.",
            param=beside,
            code=error_codes.INVALID_VALUE,
        )
    if prompt is None:
        prompt = tokenizer.count(data["prompt"]) if data.get("prompt") else 0
        try:
            prompt += tokenizer.count_messages(data["messages"]) if data.get("messages") else 0
        except (AttributeError, TypeError, ValueError, KeyError):
            raise invalid(
                "`messages` has an item that is not a message. Send them as to `/v1/chat/completions`.",
                param="messages",
                code=error_codes.INVALID_VALUE,
            ) from None
    usage = {"prompt_tokens": prompt, "completion_tokens": data.get("completion_tokens") or 0}
    for name, value in usage.items():
        if not _counts(value):
            raise invalid(
                f"`{name}` is more than a call can have. Send less.", param=name, code=error_codes.INVALID_VALUE
            )
    return usage


def _counts(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_counts(inner) for inner in value.values())
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53)
