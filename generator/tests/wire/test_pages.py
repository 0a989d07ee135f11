"""Pages: where the next one is, and no request after a page that says it is the last."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from wire_server import Answer, Recorded

TEXT, WHOLE, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
ITEM = {"type": "object", "properties": {"id": TEXT}}
LIST = {"type": "array", "items": ITEM}


def contract(
    params: dict[str, Any], members: dict[str, Any] | None, *, link: bool = False, more: dict[str, Any] | None = None
) -> str:
    schema = LIST if members is None else {"type": "object", "properties": {"data": LIST, **members}}
    answer: dict[str, Any] = {"description": "ok", "content": {"application/json": {"schema": schema}}}
    if link:
        answer["headers"] = {"Link": {"schema": TEXT}}
    operation = {
        "operationId": "listThings",
        "parameters": [{"name": name, "in": "query", "schema": schema} for name, schema in params.items()],
        "responses": {"200": answer},
        **(more or {}),
    }
    method = "post" if "requestBody" in operation else "get"
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "Things", "version": "1"},
            "servers": [{"url": "SERVER"}],
            "paths": {"/things": {method: operation}},
        }
    )


def play(wire: Any, text: str, pages: list[Any], **arguments: Any) -> list[str]:
    """Return the targets of the requests that read all items of these pages: bodies, or bodies with headers."""
    answers = iter(pages)

    def answer(_: Recorded) -> Answer:
        page = next(answers)
        body, headers = page if isinstance(page, tuple) else (page, [])
        return Answer(json.dumps(body).encode(), headers=[("Content-Type", "application/json"), *headers])

    wire.server.answer_all(answer)
    sdk = wire.sdk(text)
    [endpoint] = [f"{http} /things" for http in ("GET", "POST") if f'"{http.lower()}"' in text]
    bodies = [page[0] if isinstance(page, tuple) else page for page in pages]
    lists = [body if isinstance(body, list) else body["data"] for body in bodies]
    found = [item.id for item in sdk.call(endpoint, **arguments)]
    assert found == [item["id"] for items in lists for item in items]
    return [request.target for request in wire.requests]


def ids(*names: str) -> list[dict[str, str]]:
    return [{"id": name} for name in names]


def test_cursors_are_followed_until_there_is_none(wire: Any) -> None:
    text = contract({"cursor": TEXT, "limit": WHOLE}, {"next_cursor": TEXT})
    pages = [{"data": ids("a"), "next_cursor": "x/y"}, {"data": ids("b"), "next_cursor": None}]
    assert play(wire, text, pages, limit=1) == ["/things?limit=1", "/things?limit=1&cursor=x%2Fy"]


def test_a_cursor_is_not_followed_when_there_is_no_more(wire: Any) -> None:
    text = contract({"cursor": TEXT}, {"next_cursor": TEXT, "has_more": FLAG})
    assert play(wire, text, [{"data": ids("a"), "next_cursor": "x", "has_more": False}]) == ["/things"]


def test_the_next_page_begins_after_the_last_id(wire: Any) -> None:
    text = contract({"after": TEXT}, {"has_more": FLAG})
    pages = [{"data": ids("a", "b"), "has_more": True}, {"data": ids("c"), "has_more": False}]
    assert play(wire, text, pages) == ["/things", "/things?after=b"]


@pytest.mark.parametrize(
    ("members", "ends"),
    [
        ({"total_pages": WHOLE}, {"total_pages": 2}),
        ({"total": WHOLE}, {"total": 3}),
        ({"has_more": FLAG}, None),
        ({"last": FLAG}, None),
    ],
)
def test_pages_are_numbered_from_one_to_the_last(wire: Any, members: Any, ends: Any) -> None:
    text = contract({"page": WHOLE}, members)
    name = next(iter(members))
    pages = [{"data": items, **(ends or {name: (name == "has_more") == bool(at == 0)})}
             for at, items in enumerate((ids("a", "b"), ids("c")))]  # fmt: skip
    assert play(wire, text, pages) == ["/things", "/things?page=2"]


def test_pages_are_numbered_from_zero_where_that_is_the_first(wire: Any) -> None:
    text = contract({"page": {**WHOLE, "default": 0}}, {"total_pages": WHOLE})
    pages = [{"data": ids("a"), "total_pages": 3}, {"data": ids("b"), "total_pages": 3}, {"data": [], "total_pages": 3}]
    assert play(wire, text, pages) == ["/things", "/things?page=1", "/things?page=2"]


def test_without_a_total_the_list_ends_with_an_empty_page(wire: Any) -> None:
    text = contract({"page": WHOLE}, None)
    assert play(wire, text, [ids("a"), []]) == ["/things", "/things?page=2"]


def test_offsets_grow_by_the_number_of_items_up_to_the_total(wire: Any) -> None:
    text = contract({"offset": WHOLE}, {"total": WHOLE})
    pages = [{"data": ids("a", "b"), "total": 3}, {"data": ids("c"), "total": 3}]
    assert play(wire, text, pages) == ["/things", "/things?offset=2"]


def test_the_number_of_items_on_a_page_is_not_their_total(wire: Any) -> None:
    text = contract({"offset": WHOLE}, {"count": WHOLE})
    pages = [{"data": ids("a", "b"), "count": 2}, {"data": ids("c"), "count": 1}, {"data": [], "count": 0}]
    assert play(wire, text, pages) == ["/things", "/things?offset=2", "/things?offset=3"]


@pytest.mark.parametrize(
    ("name", "schema"), [("next", {"type": ["string", "null"], "format": "uri"}), ("next_page_uri", TEXT)]
)
@pytest.mark.parametrize("url", [lambda base: f"{base}/things?p=2", lambda _: "/things?p=2", lambda _: "?p=2"])
def test_the_url_of_the_next_page_is_followed(wire: Any, name: str, schema: Any, url: Callable[[str], str]) -> None:
    text = contract({"page": WHOLE}, {name: schema})
    pages = [{"data": ids("a"), name: url(wire.server.url)}, {"data": ids("b"), name: None}]
    assert play(wire, text, pages) == ["/things", "/things?p=2"]


def test_a_url_on_another_server_is_not_followed(wire: Any) -> None:
    sdk = wire.sdk(contract({}, {"next_url": TEXT}))
    wire.answer(json.dumps({"data": ids("a"), "next_url": "https://elsewhere.example/things"}).encode())
    with pytest.raises(sdk.module.PaginationLoop, match="another server"):
        list(sdk.call("GET /things"))


def test_the_link_header_is_followed(wire: Any) -> None:
    text = contract({"page": WHOLE, "per_page": WHOLE}, None, link=True)
    url = wire.server.url
    first = f'<{url}/things?page=1>; rel="prev", <{url}/things?x=a,b&page=2>; title="y"; rel="next last"'
    pages = [(ids("a"), [("Link", first)]), (ids("b"), [("Link", f'<{url}/things?page=1>; rel="first"')])]
    assert play(wire, text, pages, per_page=1) == ["/things?per_page=1", "/things?x=a,b&page=2"]


def test_a_link_header_that_is_not_declared_ends_a_list(wire: Any) -> None:
    text = contract({"page": WHOLE}, None)
    pages = [(ids("a"), [("Link", "</things?page=2>; rel=next")]), (ids("b"), [("Link", "</things?page=1>; rel=prev")])]
    assert play(wire, text, pages) == ["/things", "/things?page=2"]


def test_a_cursor_in_the_body_is_sent_in_the_body(wire: Any) -> None:
    body = {"type": "object", "properties": {"start": TEXT, "query": TEXT}}
    more = {
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "x-pagination": {
            "style": "cursor",
            "request": {"cursor": "start"},
            "response": {"items": "data", "next": "next"},
        },
    }
    text = contract({}, {"next": TEXT}, more=more)
    assert play(wire, text, [{"data": ids("a"), "next": "n"}, {"data": ids("b")}], query="q") == ["/things", "/things"]
    assert [request.json() for request in wire.requests] == [{"query": "q"}, {"query": "q", "start": "n"}]


def test_an_unknown_pagination_is_a_warning(wire: Any) -> None:
    more = {"x-speakeasy-pagination": {"type": "spiral", "outputs": {"results": "$.data"}}}
    assert "W140" in wire.sdk(contract({}, {}, more=more)).codes


def test_the_key_in_the_query_is_sent_for_each_page(wire: Any) -> None:
    keyed = json.loads(contract({}, {"next": {"type": ["string", "null"], "format": "uri"}}))
    keyed["components"] = {"securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": "key"}}}
    keyed["security"] = [{"k": []}]
    sdk = wire.sdk(json.dumps(keyed))
    urls = ["/things?page=2", "/things?page=3&key=a%20b", None]

    def page(request: Recorded) -> Answer:
        following = urls.pop(0)
        url = None if following is None else request.url_of(following)
        return Answer(json.dumps({"data": [{"id": "a"}], "next": url}).encode())

    wire.server.answer_all(page)
    assert len(list(sdk.method(sdk.client(k="a b"), "GET /things")())) == 3
    assert [request.query for request in wire.requests] == ["key=a%20b", "page=2&key=a%20b", "page=3&key=a%20b"]


def test_a_member_with_a_dot_in_its_name_has_the_next_url(wire: Any) -> None:
    text = contract({}, {"@odata.nextLink": TEXT})
    pages = [{"data": ids("1"), "@odata.nextLink": "/things?$skiptoken=a"}, {"data": ids("2")}]
    assert play(wire, text, pages) == ["/things", "/things?$skiptoken=a"]


@pytest.mark.parametrize(
    "header",
    [
        '</things?a=1,2;3>; title="a, b; rel=no"; rel="last next"',
        '</other>; rel=prev; title="x\\"; rel=next", </things?a=1,2;3>; REL=Next',
    ],
)
def test_the_relation_of_a_link_is_not_looked_for_in_its_other_parameters(wire: Any, header: str) -> None:
    pages = [(ids("1"), [("Link", header)]), ids("2")]
    assert play(wire, contract({}, None, link=True), pages) == ["/things", "/things?a=1,2;3"]


@pytest.mark.parametrize(("name", "second"), [("page", "page=2"), ("offset", "offset=1")])
def test_a_server_that_ignores_the_number_is_not_asked_for_ever(wire: Any, name: str, second: str) -> None:
    text = contract({name: WHOLE}, None)
    sdk = wire.sdk(text)
    with pytest.raises(sdk.module.PaginationLoop, match="the same page a second time"):
        play(wire, text, [ids("1"), ids("1")])
    assert [request.target for request in wire.requests] == ["/things", f"/things?{second}"]
