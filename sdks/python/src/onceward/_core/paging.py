"""Pagination: the items of a response, and the call for the next page. Pure, for both clients.

A list ends when the server says so, never because a page is empty while the server says there is more. A cursor that
comes twice is an error, since following it would never end.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

from .call import Call
from .encode import encode_query
from .errors import PaginationLoop, ResponseShapeError
from .ids import uuid4
from .look_up import look_up, member
from .meta import Meta
from .narrow import is_dict, is_list
from .operation import Page

__all__ = ["Pager", "links_of"]

_LINK: Final = re.compile(r"<([^>]*)>([^<]*)")
_PARAMETER: Final = re.compile(r""";\s*([^\s=;,"]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s",;]+))?""")


@dataclass(frozen=True, slots=True)
class Pager:
    """A position in a list: the call that got this page, and the cursors already followed."""

    page: Page
    call: Call
    followed: frozenset[str] = frozenset()
    seen: int = 0
    """The number of items on the pages before this one."""
    previous: list[Any] | None = None
    """The items of the page before this one, in a list by number or offset."""

    def items(self, envelope: Any, meta: Meta) -> list[Any]:
        items = look_up(envelope, self.page.items)
        if items is None:
            return []
        if not is_list(items):
            path = ".".join(self.page.items) or "the answer"
            raise ResponseShapeError(
                f"{self.call.where}: `{path}` is {type(items).__name__} instead of a list.",
                status_code=meta.status_code,
                headers=meta.headers,
                request_id=meta.request_id,
                body=envelope,
            )
        return items

    def following(self, envelope: Any, items: list[Any], meta: Meta) -> Pager | None:
        """Return the position of the next page, or None at the end."""
        page = self.page
        if page.style == "none":
            return None
        more = look_up(envelope, page.has_more)
        if more is False or look_up(envelope, page.is_last) is True:
            return None
        links = links_of(meta.headers.get("link", ""))
        if page.style == "link":
            cursor = links.get("next")
        elif links.keys() & {"first", "last", "prev"} and "next" not in links:
            return None  # The header lists the other pages, and there is no next one.
        else:
            cursor = self._cursor(envelope, items, more)
        if cursor is None:
            return None
        if cursor in self.followed:
            raise PaginationLoop(
                f"{self.call.where}: the server sent the cursor {cursor!r} a second time and says there is more; "
                "following it would never end. The items so far are good."
            )
        previous = items if page.style in ("page", "offset") else None
        if previous and previous == self.previous and member(items[-1], page.item_id) is not None:
            raise PaginationLoop(
                f"{self.call.where}: the server sent the same page a second time; following it would never end. "
                f"It may ignore `{page.cursor_param}`. The items so far are good, those of the last page twice."
            )
        return Pager(page, self._call(cursor), self.followed | {cursor}, self.seen + len(items), previous)

    def _cursor(self, envelope: Any, items: list[Any], more: Any) -> str | None:
        page = self.page
        match page.style:
            case "cursor" | "url":
                found = look_up(envelope, page.next)
                return None if found is None or found == "" else str(found)
            case "after":
                return self._after(envelope, items, more)
            case "page":
                number = int(self._sent() or page.first)
                pages = look_up(envelope, page.total_pages)
                reached = number + 1 - page.first
                return str(number + 1) if self._more(envelope, items, more, pages, reached) else None
            case _:
                start = int(self._sent() or 0)
                return str(start + len(items)) if self._more(envelope, items, more, None, start + len(items)) else None

    def _after(self, envelope: Any, items: list[Any], more: Any) -> str | None:
        last = look_up(envelope, self.page.last_id)
        if last is None and items:
            last = member(items[-1], self.page.item_id)
        if last is None:
            if more is True:  # The same page would come again.
                raise PaginationLoop(
                    f"{self.call.where}: the server says there is more, but sent no cursor to continue from."
                )
            return None
        return str(last) if more is True or items else None

    def _more(self, envelope: Any, items: list[Any], more: Any, pages: Any, reached: int) -> bool:
        if more is True:
            return True
        if isinstance(pages, int):
            return reached < pages
        total = look_up(envelope, self.page.total)
        if isinstance(total, int) and items:
            if self.page.style == "offset":
                return reached < total
            if len(self.followed) == reached - 1:  # All pages from the first one on have been counted.
                return self.seen + len(items) < total
        return bool(items)

    def _sent(self) -> str | None:
        """Return the number that this page was requested with."""
        if self.page.in_body:
            found = str(_object(self.call.body).get(self.page.cursor_param or ""))
            return found if found.isdigit() else None
        for name, text in _pairs(self.call.url):
            if name == self.page.cursor_param:
                return text if text.isdigit() else None
        return None

    def _call(self, cursor: str) -> Call:
        call, body = self.call, self.call.body
        param = self.page.cursor_param or "after"
        if self.page.style in ("url", "link") or cursor.startswith(("http://", "https://")):
            url = urljoin(call.url, cursor)
            old, new = urlsplit(call.url), urlsplit(url)
            if (old.scheme, old.netloc) != (new.scheme, new.netloc):
                raise PaginationLoop(
                    f"{call.where}: the next page is at {url!r}, on another server; it is not followed."
                )
            given = {name for name, _ in _pairs(url)}
            missing = [pair for pair in call.query_credentials if pair[0] not in given]
            url = url.partition("#")[0]
            if missing:
                url += f"{'&' if '?' in url else '?'}{encode_query(missing)}"
        elif self.page.in_body:
            url = call.url
            value = int(cursor) if self.page.style in ("page", "offset") else cursor
            body = json.dumps({**_object(call.body), param: value}).encode()
        else:
            start, _, query = call.url.partition("?")
            # The rest of the query stays as it was sent: decoding it would lose what separates the items of a list.
            kept = [part for part in query.split("&") if part and _decoded(part)[0] != param]
            url = f"{start}?{'&'.join([*kept, encode_query([(param, cursor)])])}"
        request_id = None if call.request_id is None else uuid4()
        key = None if call.key is None else uuid4()
        behaviour = call.shared.brand.behaviour
        renewed = {
            (behaviour.request_id_header or "X-Request-Id").lower(): request_id,
            (behaviour.idempotency_header or "Idempotency-Key").lower(): key,
        }  # each page is a call of its own
        headers = [(name, renewed.get(name.lower()) or text) for name, text in call.headers]
        return replace(call, url=url, body=body, headers=headers, request_id=request_id, key=key)


def links_of(header: str) -> dict[str, str]:
    """Return the URLs in a header ``Link`` by their relations (RFC 8288)."""
    found: dict[str, str] = {}
    for url, parameters in _LINK.findall(header):
        relation = next((text for name, text in _PARAMETER.findall(parameters) if name.lower() == "rel"), "")
        for name in relation.strip('"').split():
            found.setdefault(name.lower(), url)
    return found


def _object(body: Any) -> dict[str, Any]:
    """Return the members of a JSON body."""
    value: Any = json.loads(body) if isinstance(body, bytes) and body else None
    return value if is_dict(value) else {}


def _pairs(url: str) -> list[tuple[str, str]]:
    return [_decoded(part) for part in url.partition("?")[2].split("&") if part]


def _decoded(part: str) -> tuple[str, str]:
    name, _, text = part.partition("=")
    return unquote(name), unquote(text)
