"""The operations of a package as a server sees them: which one a request calls, and whether it is valid."""

from __future__ import annotations

import json
import pkgutil
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from .._brand import BRAND
from .._core.brand import Brand, Scheme
from .._core.checks import compiled
from .._core.look_up import look_up
from .._core.narrow import is_dict, is_tuple
from .._core.operation import Operation, Page, Param
from .._core.params import checked_body
from .replies import RecordedRequest, Reply, encode_json, sse

__all__ = ["Contract", "contract"]

_ROOT: Final = __name__.partition(".testing.")[0]
_PART_NAME: Final = re.compile(rb'(?i)content-disposition:[^\r\n]*?[; ]name="?([^";\r\n]+)')


class Contract:
    """The operations of this package by their paths, with an example of the response of each."""

    def __init__(
        self, operations: list[Operation], examples: dict[str, tuple[int, str | None, Any, Any]], brand: Brand
    ) -> None:
        self._examples = examples
        self._brand = brand
        # The path with the fewest parameters first: `/pets/mine` before `/pets/{id}`.
        ordered = sorted(operations, key=lambda operation: operation.path.count("{"))
        self._patterns = [(_pattern(operation.path), operation) for operation in ordered]

    def find(self, request: RecordedRequest) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation that a request calls, and the segments of its path."""
        path = request.target.partition("?")[0]
        for pattern, operation in self._patterns:
            match = pattern.fullmatch(path) if operation.method == request.method else None
            if match is not None:
                names = re.findall(r"\{([^{}]+)\}", operation.path.partition("?")[0])
                return operation, {name: unquote(text) for name, text in zip(names, match.groups(), strict=True)}
        return None

    def faults(self, request: RecordedRequest) -> list[str]:
        """Return everything that is wrong with a request. An unknown one has no faults."""
        found = self.find(request)
        if found is None:
            return []
        operation, segments = found
        refusal = self.refusal(request)
        return [
            *([refusal] if refusal else []),
            *_parameter_faults(operation, request, segments),
            *_body_faults(operation, request),
        ]

    def refusal(self, request: RecordedRequest) -> str | None:
        """Return the fault of a request without the credentials of its operation. Their values are not checked."""
        found = self.find(request)
        if found is None or not found[0].auth or not self._brand.schemes:
            return None
        own, schemes = found[0].security, self._brand.schemes
        wanted = self._brand.security if own is None else own
        if not wanted or any(all(_carries(request, schemes[name]) for name in one) for one in wanted):
            return None
        return (
            f"the credentials are missing: {' or '.join(' and '.join(f'`{name}`' for name in one) for one in wanted)}"
        )

    def answer(self, request: RecordedRequest) -> Reply | None:
        """Return the answer to a request from the example of its operation; None for an unknown request."""
        found = self.find(request)
        example = self._examples.get(found[0].id) if found else None
        if found is None or example is None:
            return None
        operation, (status, media_type, value, event) = found[0], example
        if operation.stream is not None and _wants_stream(operation, request):
            return _stream(operation, event)
        if media_type is None:
            return Reply(status=status)
        if operation.page is not None and _asks_for_more(operation.page, request):
            value = _last_page(operation.page, value)
        is_text = isinstance(value, str) and "json" not in media_type
        body = value if isinstance(value, bytes) else value.encode() if is_text else encode_json(value)
        return Reply(status=status, body=body, content_type=media_type)


def _asks_for_more(page: Page, request: RecordedRequest) -> bool:
    """Report whether a request continues a list, whose example is its first page."""
    param = page.cursor_param or ""
    if page.in_body:
        try:
            body = request.json()
        except ValueError:
            return False
        given = body.get(param) if is_dict(body) else None
    else:
        given = dict(request.query).get(param)
    if given is None or page.style not in ("page", "offset"):
        return given is not None
    first = page.first if page.style == "page" else 0
    return str(given).isdigit() and int(given) > first


def _last_page(page: Page, value: Any) -> Any:
    """Return an example of a list as its last page: without items, and without a page after it."""
    if not page.items:
        return []
    value = deepcopy(value)
    ends: tuple[tuple[tuple[str, ...] | None, Any], ...] = (
        (page.items, []), (page.next, None), (page.has_more, False), (page.is_last, True),
    )  # fmt: skip
    for path, end in ends:
        holder = look_up(value, path[:-1]) if path else None
        if path and is_dict(holder) and path[-1] in holder:
            holder[path[-1]] = end
    return value


@cache
def contract() -> Contract | None:
    """Return the contract of this package; None if it has no examples."""
    try:
        package = import_module(f"{_ROOT}._examples")
    except ModuleNotFoundError:
        return None
    examples: dict[str, tuple[int, str | None, Any, Any]] = {}
    for module in _modules(package):
        examples |= module.EXAMPLES
    resources = _modules(import_module(f"{_ROOT}.resources"))
    found = {id(one): one for module in resources for one in vars(module).values() if isinstance(one, Operation)}
    return Contract(list(found.values()), examples, BRAND)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield import_module(info.name)


def _pattern(path: str) -> re.Pattern[str]:
    pieces = re.split(r"\{[^{}]+\}", path.partition("?")[0].partition("#")[0])
    return re.compile("([^/?]*)".join(re.escape(piece) for piece in pieces))


def _carries(request: RecordedRequest, scheme: Scheme) -> bool:
    """Report whether a request has the credential of a scheme, where that can be seen in it."""
    if scheme.kind in ("mutual_tls", "unsupported"):
        return True
    if scheme.kind == "query":
        return any(name == scheme.wire for name, _ in request.query)
    if scheme.kind == "cookie":
        cookies = (request.header("cookie") or "").split(";")
        return any(cookie.strip().partition("=")[0] == scheme.wire for cookie in cookies)
    if scheme.kind == "header":
        return request.header(scheme.wire) is not None
    word, _, rest = (request.header("authorization") or "").partition(" ")
    return bool(rest) and word.lower() == ("basic" if scheme.kind == "basic" else "bearer")


# --- validation ------------------------------------------------------------------------------------------------------


def _parameter_faults(operation: Operation, request: RecordedRequest, segments: dict[str, str]) -> Iterator[str]:
    query: dict[str, list[str]] = {}
    for name, value in request.query:
        query.setdefault(name.partition("[")[0], []).append(value)
    for param in operation.params.values():
        if param.place == "path":
            yield from _value_faults(param, [segments.get(param.wire, "")])
        elif param.place == "query":
            if param.wire in query:
                yield from _value_faults(param, query[param.wire])
            elif param.required and not _is_spread(param):
                yield f"the query parameter `{param.wire}` is missing"
        elif param.place == "header":
            given = request.header(param.wire)
            if given is not None:
                yield from _value_faults(param, [given])
            elif param.required:
                yield f"the header `{param.wire}` is missing"


def _is_spread(param: Param) -> bool:
    """Return whether the members of an object may be sent under their own names."""
    return param.style == "form" and param.explode and (param.check is None or _may_be_object(param.check))


def _value_faults(param: Param, texts: list[str]) -> Iterator[str]:
    """Yield the fault of a parameter none of whose readings fits. Objects and other styles are not read."""
    if param.check is None or param.style not in ("form", "simple") or param.content is not None:
        return
    node = compiled(param.check)
    read = [_read(text) for text in texts]
    readings: list[Any] = [texts[0], read[0], texts, read, texts[0].split(","), [_read(t) for t in texts[0].split(",")]]
    faults: list[str] = []
    if not any(node.ok(reading) for reading in readings) and not _may_be_object(param.check):
        node.explain(read[0] if len(read) == 1 else read, param.wire, faults)
        yield from faults


def _may_be_object(check: Any) -> bool:
    if isinstance(check, str):
        return ":" in check
    return is_tuple(check) and (check[0] in ("object", "map") or any(map(_may_be_object, check[1:])))


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _body_faults(operation: Operation, request: RecordedRequest) -> Iterator[str]:
    body = operation.body
    if body is None:
        return
    if not request.body:
        if body.required:
            yield "the body is missing"
        return
    sent = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if body.kind == "json" and sent.endswith("json"):
        yield from _json_faults(operation, request)
    elif sent in ("application/x-www-form-urlencoded", "multipart/form-data"):
        names = _form_names(request, sent)
        for param in operation.params.values():
            if param.place == "body" and param.required and param.wire not in names and not _is_spread(param):
                yield f"the field `{param.wire}` is missing"


def _json_faults(operation: Operation, request: RecordedRequest) -> Iterator[str]:
    try:
        value = request.json()
    except ValueError:
        yield "the body is not JSON"
        return
    whole = next((param for param in operation.params.values() if param.place == "whole_body"), None)
    if whole is not None:
        faults: list[str] = []
        if whole.check is not None and not (whole.nullable and value is None):
            compiled(whole.check).explain(value, "body", faults)
        yield from faults
    elif is_dict(value):
        yield from checked_body(operation, value)[1]
    elif any(param.place == "body" for param in operation.params.values()):
        yield "the body is not an object"


def _form_names(request: RecordedRequest, sent: str) -> set[str]:
    if sent.startswith("multipart/"):
        return {name.decode("utf-8", "replace").partition("[")[0] for name in _PART_NAME.findall(request.body)}
    pairs = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name.partition("[")[0] for name, _ in pairs}


# --- streams ---------------------------------------------------------------------------------------------------------


def _wants_stream(operation: Operation, request: RecordedRequest) -> bool:
    assert operation.stream is not None
    flag = operation.stream.flag
    if flag is None:
        return True
    if operation.stream.flag_place == "accept":
        return operation.stream.media_type in (request.header("accept") or "")
    if operation.stream.flag_place == "query":
        return dict(request.query).get(flag) == "true"
    try:
        body = request.json()
    except ValueError:
        return False
    return is_dict(body) and body.get(flag) is True


def _stream(operation: Operation, event: Any) -> Reply:
    stream = operation.stream
    assert stream is not None
    if stream.framing == "sse":
        name = next(iter(stream.named), None)
        body = sse([event if name is None else (name, event)], done=stream.done)
    else:
        start = b"\x1e" if stream.framing == "json_seq" else b""
        last = [] if stream.done is None else [stream.done.encode() + b"\n"]
        body = [start + encode_json(event) + b"\n", *last]
    return Reply(body=body, content_type=stream.media_type, framing="chunked")
