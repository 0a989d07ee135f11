"""Lists by `after`: the cursor is the id of the last object of the page before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ..core.errors import invalid
from ..http.request import Response, json_response

__all__ = ["NEWEST", "USUAL_LIMIT", "list_response", "start_of_page"]

# The position behind that of every object.
NEWEST = (1 << 63) - 1
USUAL_LIMIT = 20


async def start_of_page(after: str | None, position: Callable[[str], Awaitable[int | None]], default: int) -> int:
    """Return the position behind which the page begins; `position` returns that of an object's id."""
    if not after:
        return default
    found = await position(after)
    if found is None:
        raise invalid(
            f"`after` is not the id of an object of this list: {after!r}. Use the `last_id` of the page before, and "
            "list again from the beginning when that object was deleted.",
            param="after",
        )
    return found


def list_response(items: Sequence[dict[str, Any]], limit: int) -> Response:
    """Return a page of at most `limit`; `items` has one more if there is a further page."""
    page = list(items[:limit])
    return json_response(
        {
            "object": "list",
            "data": page,
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
            "has_more": len(items) > limit,
        }
    )
