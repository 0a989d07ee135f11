"""Lists of every style, to their end and no further."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from onceward._core.errors import PaginationLoop
from onceward._core.operation import Operation, Page, Param, Result

from .rig import Reply, Rig

Make = Callable[..., Rig]


def listing(page: Page) -> Operation:
    names = ("limit", "after", "cursor", "page", "offset", "order")
    return Operation(
        id="things.list",
        method="GET",
        path="/v1/things",
        params={name: Param(wire=name, place="query") for name in names},
        result=Result(),
        page=page,
    )


def walk(r: Rig, style: Page, **params: Any) -> list[Any]:
    if r.kind == "sync":
        return list(r.client.execute(listing(style), params))

    async def main(client: Any) -> list[Any]:
        return [item async for item in client.execute(listing(style), params)]

    found: list[Any] = r.run(main)
    return found


def queries(r: Rig) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(request.url).query)) for request in r.requests]


def ids(*names: str) -> list[dict[str, str]]:
    return [{"id": name} for name in names]


AFTER = Page(
    style="after",
    items=("data",),
    cursor_param="after",
    limit_param="limit",
    has_more=("has_more",),
    last_id=("last_id",),
)
CURSOR = Page(style="cursor", items=("data",), cursor_param="cursor", next=("meta", "next"), has_more=("has_more",))
NUMBERED = Page(style="page", items=("keys",), cursor_param="page", total_pages=("total_pages",))
OFFSET = Page(style="offset", items=("data",), cursor_param="offset", total=("total",))
URL = Page(style="url", items=("data",), next=("next",))


def test_after(rig: Make) -> None:
    r = rig([Reply(body={"data": ids("a", "b"), "has_more": True}), Reply(body={"data": ids("c"), "has_more": False})])
    assert walk(r, AFTER, limit=2, order="asc") == ids("a", "b", "c")
    assert queries(r) == [{"limit": "2", "order": "asc"}, {"limit": "2", "order": "asc", "after": "b"}]
    assert r.header("x-request-id", 0) != r.header("x-request-id", 1)


def test_an_empty_page_is_not_the_end_where_there_is_more(rig: Make) -> None:
    r = rig(
        [Reply(body={"data": [], "has_more": True, "last_id": "z"}), Reply(body={"data": ids("c"), "has_more": False})]
    )
    assert walk(r, AFTER) == ids("c")
    r = rig([Reply(body={"data": [], "has_more": True})])
    with pytest.raises(PaginationLoop, match="sent no cursor to continue from"):
        walk(r, AFTER)


def test_without_a_word_of_the_server_an_empty_page_ends_it(rig: Make) -> None:
    r = rig([Reply(body={"data": ids("a")}), Reply(body={"data": []})])
    assert walk(r, AFTER) == ids("a")


def test_cursor(rig: Make) -> None:
    r = rig([Reply(body={"data": [1], "meta": {"next": "n/1"}}), Reply(body={"data": [2], "meta": {"next": None}})])
    assert walk(r, CURSOR) == [1, 2]
    assert queries(r)[1] == {"cursor": "n/1"}


def test_numbered_pages(rig: Make) -> None:
    r = rig([Reply(body={"keys": [page], "total_pages": 3}) for page in (2, 3)])
    assert walk(r, NUMBERED, page=2) == [2, 3]
    assert [query["page"] for query in queries(r)] == ["2", "3"]


def test_offset(rig: Make) -> None:
    r = rig([Reply(body={"data": [1, 2], "total": 3}), Reply(body={"data": [3], "total": 3})])
    assert walk(r, OFFSET) == [1, 2, 3]
    assert queries(r)[1] == {"offset": "2"}


def test_url(rig: Make) -> None:
    r = rig([Reply(body={"data": [1], "next": "/v1/things?token=2"}), Reply(body={"data": [2], "next": None})])
    assert walk(r, URL) == [1, 2]
    assert r.requests[1].url == "http://gateway.test/v1/things?token=2"
    r = rig([Reply(body={"data": [1], "next": "http://evil.test/x"})])
    with pytest.raises(PaginationLoop, match="another server"):
        walk(r, URL)


def test_one_page_holds_all(rig: Make) -> None:
    r = rig([Reply(body={"data": [1, 2]})])
    assert walk(r, Page(style="none", items=("data",))) == [1, 2]
    r = rig([Reply(body=[1, 2])])
    assert walk(r, Page(style="none", items=())) == [1, 2]


def test_a_cursor_that_comes_twice_is_an_error(rig: Make) -> None:
    r = rig(lambda _: Reply(body={"data": ids("same"), "has_more": True}))
    with pytest.raises(PaginationLoop, match="'same' a second time"):
        walk(r, AFTER)
    assert len(r.requests) == 2


def test_by_hand(rig: Make) -> None:
    replies = [
        Reply(body={"data": ids("a", "b"), "has_more": True, "note": "n"}),
        Reply(body={"data": ids("c"), "has_more": False}),
    ]
    r = rig(lambda request: replies[1] if "after=" in request.url else replies[0])
    files: Any = r.client.files
    file = {"object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "batch"}
    for reply in replies:
        reply.body = {"object": "list", **reply.body, "data": [{**item, **file} for item in reply.body["data"]]}
    if r.kind == "sync":
        page = files.list(limit=2)
        assert (len(page.data), page.has_next_page(), page.note, page.has_more) == (2, True, "n", True)
        second = page.get_next_page()
        assert (len(second.data), second.has_next_page()) == (1, False)
        with pytest.raises(ValueError, match="no next page"):
            second.get_next_page()
        assert [len(part.data) for part in files.list().pages()] == [2, 1]
        assert files.list().first().id == "a"
        r.requests.clear()
        assert [item.id for item in files.list().collect(limit=2)] == ["a", "b"]
        assert len(r.requests) == 1
        return

    async def main(client: Any) -> None:
        page = await client.files.list(limit=2)
        assert (len(page.data), page.has_next_page(), page.note) == (2, True, "n")
        second = await page.get_next_page()
        assert (len(second.data), second.has_next_page()) == (1, False)
        assert [len(part.data) async for part in client.files.list().pages()] == [2, 1]
        assert (await client.files.list().first()).id == "a"
        r.requests.clear()

    r.run(main)


def test_raw_pages(rig: Make) -> None:
    r = rig([Reply(body={"object": "list", "data": [], "has_more": False})])
    raw = r.run(lambda client: client.files.with_raw_response.list())
    assert raw.status_code == 200
    assert raw.parse().data == []
