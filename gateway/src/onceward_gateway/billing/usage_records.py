"""Usage records: the owners of a call, the budgets it is charged to, and the row that is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ..core import error_codes
from ..core.errors import ApiError, invalid
from ..core.headers import X_ONCEWARD_CACHE_KEY, X_ONCEWARD_TAGS
from ..core.principal import Principal
from ..core.usage import Tokens
from ..db import Batch, Increment
from ..http.request import Request
from ..http.validation import refuse_nul
from . import sql
from .call_accounts import served_of
from .ticket import BilledCall, Ticket

__all__ = ["add_sums", "charged_of", "metadata_of", "owners_of", "require_bounded", "row_of", "tags_of"]

_PLAIN = frozenset({"user", "team", "organization", "customer"})
_MOST_TAGS = 32
_LONGEST_TAG = 128
_LONGEST_MESSAGE = 500
_LONGEST_METADATA = 16_384
_MOST_METADATA = 64
_LONGEST_MODEL = 512
_LONGEST_USER = 256
# Stored with the record of a call, or compared with stored values.
_KEPT = ("user", "metadata", "tags", "safety_identifier", "prompt_cache_key")
_SPENT = Increment(sql.ADD_TOTAL, lambda key: ("spend_total", *map(str, key)))


def owners_of(caller: Principal) -> tuple[tuple[str, str], ...]:
    """Return the owners of a record that have a column."""
    owners: list[tuple[str, str]] = []
    if caller.key_id is not None:
        owners.append(("key", caller.key_id))
    if caller.user_id is not None:
        owners.append(("user", caller.user_id))
    if caller.team_id is not None:
        owners.append(("team", caller.team_id))
    if caller.organization_id is not None:
        owners.append(("organization", caller.organization_id))
    if caller.customer is not None:
        owners.append(("customer", f"{caller.organization_id or ''}:{caller.customer}"))
    return tuple(owners)


def charged_of(caller: Principal) -> tuple[tuple[str, str], ...]:
    """Return the further owners that a call counts against: shared budgets, members, ancestors of its key."""
    return tuple(
        (bound.scope, bound.id)
        for bound in caller.bounds
        if bound.scope not in _PLAIN and (bound.scope != "key" or bound.id != caller.key_id)
    )


def tags_of(request: Request) -> tuple[str, ...]:
    """Return the tags of the caller and of the request."""
    tags: tuple[str, ...] = request.caller.tags
    given = request.data.get("tags")
    metadata = request.data.get("metadata")
    if given is None and isinstance(metadata, dict):
        given = metadata.get("tags")
    for source in (given, request.header(X_ONCEWARD_TAGS)):
        listed = source.split(",") if isinstance(source, str) else source
        if isinstance(listed, list):
            named = [tag.strip() for tag in listed[:_MOST_TAGS] if isinstance(tag, str)]
            tags = (*tags, *(tag[:_LONGEST_TAG] for tag in named if tag))
    return tuple(dict.fromkeys(tags)) if tags else ()


def require_bounded(request: Request) -> None:
    """Raise 400 if the model, tags, user or metadata of a request is too long to be stored with its record."""
    data, header = request.data, request.header(X_ONCEWARD_TAGS)
    if len(request.model) > _LONGEST_MODEL:
        raise _too_long("model", f"{len(request.model)} characters long", f"{_LONGEST_MODEL} characters")
    user, metadata, tags = data.get("user"), data.get("metadata"), data.get("tags")
    if isinstance(user, str) and len(user) > _LONGEST_USER:
        raise _too_long("user", f"{len(user)} characters long", f"{_LONGEST_USER} characters")
    if isinstance(metadata, dict) and metadata:
        if len(metadata) > _MOST_METADATA:
            raise _too_long("metadata", f"{len(metadata)} members large", f"{_MOST_METADATA} members")
        size = len(msgspec.json.encode(metadata))
        if size > _LONGEST_METADATA:
            raise _too_long("metadata", f"{size} bytes large as JSON", f"{_LONGEST_METADATA} bytes")
        _require_tags("metadata.tags", metadata.get("tags"))
    if tags is not None:
        _require_tags("tags", tags)
    if header is not None:
        _require_tags("X-Onceward-Tags", header)
    if "\0" in request.model:
        refuse_nul(request.model, at="model")
    for name in _KEPT:
        if name in data:
            refuse_nul(data[name], at=name)


def _require_tags(name: str, given: Any) -> None:
    tags = given.split(",") if isinstance(given, str) else given
    if not isinstance(tags, list):
        return
    if len(tags) > _MOST_TAGS:
        raise _too_long(name, f"a list of {len(tags)} tags", f"{_MOST_TAGS} tags")
    for tag in tags:
        if isinstance(tag, str) and len(tag.strip()) > _LONGEST_TAG:
            raise _too_long(
                name, f"a list with a tag of {len(tag.strip())} characters", f"{_LONGEST_TAG} characters a tag"
            )


def _too_long(name: str, what: str, most: str) -> ApiError:
    return invalid(f"`{name}` is {what}; the most is {most}. Send less.", param=name, code=error_codes.TOO_LONG)


def metadata_of(request: Request) -> str | None:
    """Return the metadata of a request as JSON; None if it is absent or too long."""
    metadata = request.data.get("metadata")
    if not isinstance(metadata, dict) or not metadata:
        return None
    text = msgspec.json.encode(metadata)
    return text.decode() if len(text) <= _LONGEST_METADATA else None


def add_sums(
    batch: Batch,
    usage_id: str,
    cost: int,
    model: str,
    owners: Sequence[tuple[str, str]],
    charged: Sequence[tuple[str, str]],
    *,
    tags: Iterable[str],
) -> None:
    """Add a record to the sums of its owners and of the budgets it is charged to."""
    for scope, id in (*owners, *charged) if charged else owners:
        batch.increment(_SPENT, (scope, id, model), cost)
    for scope, id in charged:
        batch.add(sql.ADD_CHARGE, (scope, id, usage_id))
    for tag in tags:
        batch.add(sql.ADD_TAG, (tag, usage_id))


def row_of(
    ticket: Ticket, call: BilledCall, tokens: Tokens, cost: int, credits: int, *, group_id: int
) -> tuple[Any, ...]:
    """Return the usage record as a row, in the order of the table's columns."""
    record, caller, terms = call.record, ticket.caller, ticket.plan.terms
    started, ended = ticket.started_at, record.finished_at or ticket.started_at
    error = record.error or {}
    first = call.first_at
    return (
        f"{record.id}.{ticket.attempt}",
        record.id,
        ticket.attempt,
        record.request_id,
        record.key,
        record.principal,
        caller.key_id,
        caller.key_alias,
        caller.user_id,
        caller.team_id,
        caller.organization_id,
        caller.customer,
        record.operation,
        ticket.model,
        served_of(call),
        call.deployment,
        record.provider,
        tokens.prompt,
        tokens.completion,
        tokens.total,
        # Zeros of these columns need no value.
        tokens.cached or None,
        tokens.cache_write or None,
        tokens.reasoning or None,
        tokens.audio or None,
        cost,
        int(record.cost_nano is not None),
        credits or None,
        (terms.band.id or None) if terms is not None else None,
        terms.account if terms is not None else None,
        1 if record.usage is not None and record.usage.get("estimated") else None,
        1 if call.cached else None,
        1 if record.stream else None,
        record.status,
        record.error_status,
        error.get("code"),
        str(error.get("message") or "")[:_LONGEST_MESSAGE] or None,
        started,
        ended,
        round((ended - started) * 1000),
        None if first is None else max(0, round((first - started) * 1000)),
        None,
        msgspec.json.encode(ticket.tags).decode() if ticket.tags else None,
        ticket.node,
        ticket.served_at,
        call.marks.get(X_ONCEWARD_CACHE_KEY),
        ticket.metadata,
        group_id,
    )
