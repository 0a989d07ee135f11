"""Find paginated lists by extensions, by the names of query parameters and by the shape of the response.

The result is written on the operation as ``x-onceward-pages``: a style and the paths of the members involved.
"""

from __future__ import annotations

import re

from onceward_generator.load import Map, Node, Seq

from .context import Context, Endpoint, dereferenced, map_operations, schemas_of
from .media import family
from .method_names import ID

__all__ = ["PAGES", "keys_of_path", "pages", "path_of_keys"]

PAGES = "x-onceward-pages"

_ITEMS = ("data", "items", "results", "values", "value", "entries", "records", "list", "objects", "content")
_AFTER = ("after", "starting_after", "after_id", "startingAfter")
_CURSORS = (
    "cursor", "page_token", "pageToken", "next_page_token", "next_token", "nextToken", "next_cursor",
    "continuation_token", "page_cursor", "starting_token", "page[cursor]", "page[after]",
)  # fmt: skip
_NUMBERS = ("page", "page_number", "pageNumber", "page_index", "current_page", "page[number]")
_OFFSETS = ("offset", "skip", "start", "start_index", "page[offset]")
_LIMITS = (
    "limit",
    "page_size",
    "pageSize",
    "per_page",
    "perPage",
    "size",
    "max_results",
    "maxResults",
    "count",
    "take",
    "page[size]",
    "page[limit]",
)
_NEXT = (
    "next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_page", "nextPage", "next_token", "nextToken",
    "continuation_token", "cursor", "next", "end_cursor",
)  # fmt: skip
_URLS = (
    "next_url", "nextUrl", "next_page_url", "nextPageUrl", "next_page_uri", "nextPageUri", "next_link", "nextLink",
    "@odata.nextLink",
)  # fmt: skip
_MORE = ("has_more", "hasMore", "has_next", "has_next_page", "hasNextPage", "more")
_LAST = ("last", "is_last", "isLast", "last_page", "lastPage")
# Not `count`: it may be the number of items on one page.
_TOTAL = ("total", "total_count", "totalCount", "total_items", "totalItems", "total_results", "totalElements")
_TOTAL_PAGES = ("total_pages", "totalPages", "page_count", "num_pages", "last_page", "pages")
_SPEAKEASY = {"cursor": "cursor", "url": "url", "offsetLimit": "offset"}


def pages(document: Map, context: Context) -> Map:
    """Record the pagination of every operation."""
    named = schemas_of(document)

    def change(endpoint: Endpoint) -> Map:
        operation = endpoint.operation
        if PAGES in operation:
            return operation
        found = _Finder(endpoint, named, context).found()
        return operation.merged({PAGES: Map(found, operation.at)}) if found else operation

    return map_operations(document, change)


class _Finder:
    def __init__(self, endpoint: Endpoint, named: Map, context: Context) -> None:
        self._endpoint = endpoint
        self._operation = endpoint.operation
        self._named = named
        self._context = context
        note = context.sdk.note(endpoint.key)
        self._note = note.pages if note else None
        self._query = {str(p["name"]): p for p in self._operation.maps("parameters") if p.get("in") == "query"}
        self._answer = self._answer_schema()

    def found(self) -> dict[str, Node] | None:
        if self._note is False or self._answer is None:
            return None
        if isinstance(self._note, Map):
            return self._given(self._note)
        readers = {
            "x-pagination": self._plain,
            "x-speakeasy-pagination": self._speakeasy,
            "x-fern-pagination": self._fern,
        }
        for extension, read in readers.items():
            value = self._operation.map(extension)
            if value is not None:
                return read(value)
        return self._inferred() if self._endpoint.http == "get" else None

    def _given(self, note: Map) -> dict[str, Node]:
        shape: dict[str, Node] = {"style": note.get("style", "none"), "items": str(note.get("items") or "")}
        keys = (
            "cursor_param",
            "limit_param",
            "next",
            "has_more",
            "total",
            "total_pages",
            "last_id",
            "item_id",
            "is_last",
        )
        for key in keys:
            if note.get(key) is not None:
                shape[key] = str(note[key])
        return {**shape, "first": note["first"]} if isinstance(note.get("first"), int) else shape

    def _plain(self, value: Map) -> dict[str, Node]:
        """Read ``x-pagination: {style, request: {cursor, limit}, response: {items, next, has_more, total}}``."""
        request = value.map("request") or Map({}, value.at)
        response = value.map("response") or Map({}, value.at)
        asked = [v for k, v in request.items() if k not in {"limit", "page_size"}]
        shape: dict[str, Node] = {"style": value.get("style", "none"), "items": str(response.get("items") or "")}
        shape.update({"cursor_param": str(asked[0])} if asked else {})
        shape.update({"limit_param": str(request["limit"])} if "limit" in request else {})
        shape.update({k: str(v) for k, v in response.items() if k in {"next", "has_more", "total", "last_id"} and v})
        return shape

    def _speakeasy(self, value: Map) -> dict[str, Node]:
        outputs = value.map("outputs") or Map({}, value.at)
        inputs = {str(i.get("type")): str(i.get("name")) for i in value.maps("inputs")}
        style = _SPEAKEASY.get(str(value.get("type")), "none")
        if str(value.get("type")) not in _SPEAKEASY:
            problem = (
                f"the pagination `{value.get('type')}` of `{self._endpoint.key}` is not known: only one page is read"
            )
            self._context.report.add("W140", problem, value.at, "configure `pages` in sdk.yaml")
        style = "page" if style == "offset" and "page" in inputs else style
        shape: dict[str, Node] = {"style": style, "items": _json_path(outputs.get("results"))}
        cursor = inputs.get("cursor") or inputs.get("page") or inputs.get("offset")
        shape.update({"cursor_param": cursor} if cursor else {})
        shape.update({"limit_param": inputs["limit"]} if "limit" in inputs else {})
        for theirs, ours in (("nextCursor", "next"), ("nextUrl", "next"), ("numPages", "total_pages")):
            shape.update({ours: _json_path(outputs[theirs])} if theirs in outputs else {})
        return shape

    def _fern(self, value: Map) -> dict[str, Node]:
        shape: dict[str, Node] = {"style": "cursor" if "cursor" in value else "offset"}
        shape["items"] = _json_path(value.get("results"))
        start = value.get("cursor") or value.get("offset")
        shape.update({"cursor_param": str(start).removeprefix("$request.")} if start else {})
        shape.update({"next": _json_path(value["next_cursor"])} if "next_cursor" in value else {})
        shape.update({"has_more": _json_path(value["has-next-page"])} if "has-next-page" in value else {})
        return shape

    def _inferred(self) -> dict[str, Node] | None:
        answer = self._answer
        assert answer is not None
        items = self._items(answer)
        if items is None:
            return None
        shape = self._style(answer)
        if shape is None:
            listing = str(self._operation.get(ID, "")).rpartition(".")[2] == "list"
            shape = {"style": "none"} if listing else None
        if shape is None:
            return None
        limit = self._first(_LIMITS)
        return {**shape, "items": items, **({"limit_param": limit} if limit else {})}

    def _style(self, answer: Map) -> dict[str, Node] | None:
        after, cursor, number, offset = (self._first(names) for names in (_AFTER, _CURSORS, _NUMBERS, _OFFSETS))
        following = self._member(answer, _NEXT)
        more = self._member(answer, _MORE)
        common = {"has_more": more} if more else {}
        last_page = self._member(answer, _LAST, "boolean")
        common |= {"is_last": last_page} if last_page else {}
        url = self._member(answer, _URLS)
        if url is None and following and self._format(answer, following) in {"uri", "url", "uri-reference"}:
            url = following
        if url:
            return {"style": "url", "next": url, **common}
        if self._has_links():
            return {"style": "link", **common}
        if after and (more or self._member(answer, ("last_id",))) and not (following and following != "cursor"):
            last = self._member(answer, ("last_id", "lastId"))
            return {"style": "after", "cursor_param": after, **common, **({"last_id": last} if last else {})}
        numbered = bool(following) and self._kind(answer, following or "") in {"string", "integer"}
        asked = cursor or after or (number if numbered else None)
        if asked and following:
            return {"style": "cursor", "cursor_param": asked, "next": following, **common}
        if number:
            totals = {"total_pages": self._member(answer, _TOTAL_PAGES), "total": self._member(answer, _TOTAL)}
            found = {key: value for key, value in totals.items() if value}
            return {"style": "page", "cursor_param": number, "first": self._first_page(number), **common, **found}
        if offset:
            total = self._member(answer, _TOTAL)
            return {"style": "offset", "cursor_param": offset, **common, **({"total": total} if total else {})}
        return None

    def _has_links(self) -> bool:
        """Report whether a successful response declares the header ``Link``."""
        for status, answer in (self._operation.map("responses") or {}).items():
            headers = answer.map("headers") if status[:1] == "2" and isinstance(answer, Map) else None
            if any(name.lower() == "link" for name in headers or ()):
                return True
        return False

    def _first_page(self, number: str) -> int:
        """Return the number of the first page: 0 if that is the default or the least value of the parameter."""
        schema = self._resolved(self._query[number].get("schema"))
        known = [schema[key] for key in ("default", "minimum") if schema is not None and key in schema]
        return 0 if known[:1] == [0] else 1

    def _first(self, names: tuple[str, ...]) -> str | None:
        return next((name for name in names if name in self._query), None)

    def _answer_schema(self) -> Map | None:
        for status, answer in (self._operation.map("responses") or {}).items():
            content = answer.map("content") if status[:1] == "2" and isinstance(answer, Map) else None
            for media_type, entry in (content or {}).items():
                if family(media_type) == "json" and isinstance(entry, Map):
                    return self._resolved(entry.get("schema"))
        return None

    def _resolved(self, schema: Node) -> Map | None:
        found = dereferenced(schema, self._named)
        return found if isinstance(found, Map) else None

    def _items(self, answer: Map) -> str | None:
        """Return the path of the list in the response: a usual name, else the only list."""
        if answer.get("type") == "array":
            return ""
        lists = self._lists(answer)
        for name in _ITEMS:
            if name in lists:
                return name
        if len(lists) == 1:
            return path_of_keys(lists[0])
        if lists:
            return None
        for name, field in (answer.map("properties") or {}).items():
            inner = self._resolved(field)
            nested = self._lists(inner) if inner is not None else []
            found = next((n for n in _ITEMS if n in nested), nested[0] if len(nested) == 1 else None)
            if found and (name in {*_ITEMS, "result", "response", "page"} or len(answer["properties"]) <= 2):
                return path_of_keys(name, found)
        return None

    def _lists(self, schema: Map) -> list[str]:
        fields: dict[str, Node] = schema.map("properties") or {}
        resolved = {name: self._resolved(field) for name, field in fields.items()}
        return [name for name, field in resolved.items() if field is not None and field.get("type") == "array"]

    def _member(self, answer: Map, names: tuple[str, ...], kind: str | None = None) -> str | None:
        """Return the dotted path of the first of these names, in the response or one level below."""
        fields = answer.map("properties") or Map({}, answer.at)
        for name in names:
            if name in fields and self._is_scalar(fields[name], kind):
                return path_of_keys(name)
        for outer, field in fields.items():
            inner = self._resolved(field)
            nested = inner.map("properties") if inner is not None and inner.get("type") == "object" else None
            for name in names:
                if nested and name in nested and self._is_scalar(nested[name], kind):
                    return path_of_keys(outer, name)
        return None

    def _is_scalar(self, schema: Node, kind: str | None) -> bool:
        resolved = self._resolved(schema)
        if resolved is None or resolved.get("type") in {"array", "object"}:
            return False
        return kind is None or resolved.get("type") == kind

    def _kind(self, answer: Map, path: str) -> str:
        found = self._at(answer, path)
        return str(found.get("type")) if found is not None else ""

    def _format(self, answer: Map, path: str) -> str:
        found = self._at(answer, path)
        return str(found.get("format")) if found is not None else ""

    def _at(self, schema: Map | None, path: str) -> Map | None:
        for key in keys_of_path(path):
            fields = schema.map("properties") if schema else None
            schema = self._resolved(fields.get(key)) if fields else None
        return schema


def path_of_keys(*keys: str) -> str:
    """Return keys as a path with dots. A dot in a key is escaped with a backslash."""
    return ".".join(key.replace(".", "\\.") for key in keys)


def keys_of_path(path: str) -> tuple[str, ...]:
    """Return the keys of a path with dots."""
    return tuple(key.replace("\\.", ".") for key in re.split(r"(?<!\\)\.", path) if key)


def _json_path(value: Node) -> str:
    """Return ``$.data.items`` or ``$response.data`` as a dotted path."""
    text = str(value[0] if isinstance(value, Seq) and value else value or "")
    return text.removeprefix("$response").removeprefix("$").strip(".")
