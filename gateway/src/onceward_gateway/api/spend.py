"""What is told of spending: records, prices, tags, reports, the reset; budgets of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import msgspec

from ..billing.budget_windows import window_of
from ..core.call_record import Status
from ..core.errors import (
    TYPES_BY_STATUS,
    ApiError,
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
    Access,
    BodyKind,
    Call,
    Response,
    Route,
    json_response,
)
from ..identity.authorization import require_admin, sight
from ..routing.pool import DeploymentPool
from ..routing.targets import OfflineTarget
from . import spend_reports
from .parsing import known_value

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["ROUTES"]

_DAYS = 30
_NAMES = {"team": "teams", "api_key": "keys", "user": "users", "organization": "organizations"}


async def listed(call: Call) -> Response:
    """The records of calls that the caller sees, newest first."""
    query, where = call.query, spend_reports.seen(call)
    start, end = spend_reports.span(query, call.gateway.clock.time())
    where.add("start", start)
    where.add("end", end)
    where.add("key_id", await _key_id(call, query.get("api_key")))
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
    where.add("provider", spend_reports.served_by(query.get("provider")))
    status = query.get("status")
    where.add("status", None if status is None else known_value(status, get_args(Status), "status"))
    spend_reports.add_metadata(call, where, query.get("metadata"))
    limit = query.get("limit")
    rows, cursor = await spend_reports.log_page(
        call, where, limit if isinstance(limit, int) else 20, query.get("cursor")
    )
    places = sight(call.caller).all
    data = [_record(row, places=places) for row in rows]
    return json_response({"object": "list", "data": data, "has_more": cursor is not None, "next_cursor": cursor})


def _record(row: dict[str, Any], *, places: bool) -> dict[str, Any]:
    """A record as the contract's `SpendLog`. Where it was served is told to those who run the gateway."""
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


async def _key_id(call: Call, text: str | None) -> str | None:
    """The key of a filter; of a key that is gone, its id alone finds its records."""
    if not text:
        return None
    return await call.gateway.platform.resolve_key(text) or text


# -- prices


async def calculate(call: Call) -> Response:
    """The price of a call that is described, or that was made."""
    data, gateway = call.data, call.gateway
    answer = data.get("completion_response")
    model = data.get("model")
    if isinstance(answer, dict):
        model = model or answer.get("model")
    if not isinstance(model, str) or not model:
        raise invalid("Nothing says which model it is. Send `model`.", param="model", code="missing_field")
    usage = _usage_of(data, answer)
    provider, name = await _priced(call, model)
    total = gateway.prices.cost(provider, name, usage)
    read = gateway.prices.cost(provider, name, {**usage, "completion_tokens": 0, "output_tokens": 0})
    if total is None or read is None:
        raise invalid(
            f'The price of the model {model!r} is not known. Add [prices."{model}"] to onceward.toml.',
            param="model",
            code="price_unknown",
        )
    credits = gateway.ledger.credits
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


def _usage_of(data: dict[str, Any], answer: Any) -> dict[str, Any]:
    if isinstance(answer, dict):
        usage = answer.get("usage")
        if not isinstance(usage, dict) or not all(_counts(value) for value in usage.values()):
            raise invalid(
                "`completion_response` has no `usage` with numbers of tokens. Send the answer as it came.",
                param="completion_response",
                code="invalid_value",
            )
        return usage
    from ..core import tokenizer

    prompt = data.get("prompt_tokens")
    beside = next((name for name in ("prompt", "messages") if data.get(name)), None)
    if prompt is not None and beside is not None:
        raise invalid(
            f"`prompt_tokens` says what is read, and `{beside}` says it too. Send one of the two.",
            param=beside,
            code="invalid_value",
        )
    if prompt is None:
        prompt = tokenizer.count(data["prompt"]) if data.get("prompt") else 0
        try:
            prompt += tokenizer.count_messages(data["messages"]) if data.get("messages") else 0
        except (AttributeError, TypeError, ValueError, KeyError):
            raise invalid(
                "`messages` holds something that is no message. Send them as to `/v1/chat/completions`.",
                param="messages",
                code="invalid_value",
            ) from None
    usage = {"prompt_tokens": prompt, "completion_tokens": data.get("completion_tokens") or 0}
    for name, value in usage.items():
        if not _counts(value):
            raise invalid(f"`{name}` is more than a call can have. Give less.", param=name, code="invalid_value")
    return usage


def _counts(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_counts(inner) for inner in value.values())
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53)


async def _priced(call: Call, model: str) -> tuple[str, str]:
    """Where the model's price is found: as a call for it would be routed, else in the public lists."""
    gateway = call.gateway
    if gateway.offline.resolve(model) is not None:
        return "offline", model
    if gateway.settings.offline:
        return "", model.rpartition("/")[2] if gateway.prices.unit("", model) is None else model
    try:
        pool = gateway.selector.pool(call, model, "chat")
        if isinstance(pool, DeploymentPool):
            first = gateway.selector.candidates(pool)[0]
            return first.provider, first.price_name
        target = gateway.targets.resolve(model, "chat", call.headers)
    except ApiError:
        prefix, _, rest = model.rpartition("/")
        return prefix, rest
    return target.provider, target.price_name if isinstance(target, OfflineTarget) else target.model


# -- reports


async def by_tags(call: Call) -> Response:
    """What each tag cost."""
    where = spend_reports.seen(call)
    start, end = spend_reports.span(call.query, call.gateway.clock.time())
    where.add("start", start)
    where.add("end", end)
    found = await spend_reports.tagged(call, where)
    asked = call.query.get("tags")
    if asked:
        wanted = {tag.strip() for tag in str(asked).split(",")}
        found = [one for one in found if one[0] in wanted]
    data = [
        {"individual_request_tag": tag, "log_count": count, "total_spend": to_usd(cost)} for tag, count, cost in found
    ]
    return json_response({"object": "list", "data": data})


async def report(call: Call) -> Response:
    """What was spent in a time, by whom or for what."""
    query, gateway = call.query, call.gateway
    group, interval = query.get("group_by") or "team", query.get("interval") or "total"
    start, end = spend_reports.span(query, gateway.clock.time(), _DAYS)
    where = spend_reports.seen(call)
    where.add("start", start)
    where.add("end", end)
    where.add("key_id", await _key_id(call, query.get("api_key")))
    where.add("user_id", query.get("internal_user_id"))
    where.add("customer", query.get("customer_id"))
    for name in ("team_id", "organization_id", "model"):
        where.add(name, query.get(name))
    spend_reports.add_metadata(call, where, query.get("metadata"))
    rows = await spend_reports.grouped(call, where, group, interval)
    total = await spend_reports.totals(call, where) if group == "tag" else spend_reports.Sum()
    if group != "tag":
        for row in rows:
            total.take(row.sum)
    return json_response(
        {
            "start_date": iso(start),
            "end_date": iso(end),
            "group_by": group,
            "interval": interval,
            "total": total.shown(),
            "results": [await _row(gateway, group, row) for row in rows],
        }
    )


async def _row(gateway: Gateway, group: str, row: spend_reports.Row) -> dict[str, Any]:
    return {
        "group": row.group,
        "name": await _name(gateway, group, row.group),
        "date": row.date,
        **row.sum.shown(),
        "models": [{"model": model, **part.shown()} for model, part in spend_reports.dearest(row.models)],
    }


async def _name(gateway: Gateway, group: str, id: str | None) -> str | None:
    kind = _NAMES.get(group)
    if kind is None or id is None:
        return None
    record = await getattr(gateway.platform, kind).any(id)
    alias: str | None = None if record is None else record.alias
    return alias


# -- the reset


async def reset(call: Call) -> Response:
    """What counts against budgets goes back to 0; the records stay."""
    require_admin(call.caller, "set spending back")
    platform, sums = call.gateway.platform, call.gateway.ledger.sums
    for name, value in call.data.items():
        if not value:
            raise invalid(
                f"`{name}` is {value!r}, which names nothing to set back. Name it, or leave it out: a body without "
                "members sets everything back.",
                param=name,
                code="invalid_value",
            )
    named = [(name, str(value)) for name, value in call.data.items()]
    places = [place for name, value in named for place in await _places(call, name, value)]
    if not named:
        places = await sums.everybody()
    for scope, id in sorted(places):
        await sums.reset(scope, id, 0)
    await platform.audit(call.principal, call.request_id, "spend.reset", None, note=dict(named) or "all")
    budgets = "budget starts" if len(places) == 1 else "budgets start"
    message = f"{len(places)} {budgets} again from 0"
    return json_response({"status": "success", "message": message, "reset": len(places)})


_RESETS = {
    "api_key": "key",
    "user_id": "user",
    "team_id": "team",
    "organization_id": "organization",
    "customer_id": "customer",
    "budget_id": "budget",
}


async def _places(call: Call, name: str, value: str) -> list[tuple[str, str]]:
    platform, scope = call.gateway.platform, _RESETS[name]
    if scope == "customer":
        found = [record.id for record in await platform.customers.by("name", value) if record.deleted_at is None]
    elif scope == "key":
        id = await platform.resolve_key(value)
        found = [] if id is None else [id]
    else:
        store = getattr(platform, scope + "s")
        found = [value] if await store.get(value) is not None else []
    if not found:
        raise not_found(scope, value, param=name)
    return [(scope, id) for id in found]


# -- providers


async def provider_budgets(call: Call) -> Response:
    """What may be spent at each provider with a budget, and what was."""
    if not sight(call.caller).all:
        raise forbidden("Only an admin of the gateway may see the budgets of providers.", code="admin_required")
    ledger, now = call.gateway.ledger, call.gateway.clock.time()
    shown: dict[str, Any] = {}
    for name, budget in ledger.settings.providers.items():
        start, end = window_of(budget.budget_duration, 0.0, now)
        spent = await ledger.sums.standing(("provider", name, ""), start, end)
        shown[name] = {
            "budget_limit": None if budget.max_budget is None else to_usd(budget.max_budget),
            "time_period": budget.budget_duration,
            "spend": to_usd(spent),
            "budget_reset_at": iso(end),
        }
    return json_response({"providers": shown})


def _route(method: str, path: str, operation: str, endpoint: Any, *, once: bool = False) -> Route:
    body = BodyKind.JSON if method == "POST" else BodyKind.NONE
    return Route(method, path, operation, endpoint, body=body, access=Access.PLATFORM, once=once)


ROUTES: tuple[Route, ...] = (
    _route("GET", "/spend/logs", "spend.list", listed),
    _route("POST", "/spend/calculate", "spend.calculate", calculate),
    _route("GET", "/spend/tags", "spend.tags", by_tags),
    _route("GET", "/global/spend/report", "spend.report", report),
    _route("POST", "/global/spend/reset", "spend.reset", reset, once=True),
    _route("GET", "/provider/budgets", "provider.list_budgets", provider_budgets),
)
