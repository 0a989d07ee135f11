"""Lists by `after`: the cursor is the id of the last object that was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.errors import invalid
from ..db import Database
from ..http.request import (
    Call,
    Response,
    json_response,
)

__all__ = ["LAST", "page", "place"]

LAST = (1 << 63) - 1


async def place(database: Database, sql: str, call: Call, owner: str, start: int) -> int:
    """The place in the list behind which the page begins."""
    after = call.query.get("after")
    if not after:
        return start
    row = await database.one(sql, (after, owner))
    if row is None:
        raise invalid(
            f"`after` names no object of this list: {after!r}. Use the `last_id` of the page before, and list again "
            "from the beginning when that object was deleted.",
            param="after",
        )
    return int(row[0])


def page(items: Sequence[dict[str, Any]], limit: int) -> Response:
    """A page of at most `limit`; `items` holds one more if there is a further page."""
    shown = list(items[:limit])
    return json_response(
        {
            "object": "list",
            "data": shown,
            "first_id": shown[0]["id"] if shown else None,
            "last_id": shown[-1]["id"] if shown else None,
            "has_more": len(items) > limit,
        }
    )
