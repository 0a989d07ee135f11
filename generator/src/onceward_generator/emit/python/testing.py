"""Render the tests of a package: each method is called, sync and async, against a server on a socket."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from onceward_generator.model import Framing, Method, Result, ResultKind, Streams
from onceward_generator.plan.python import Package
from onceward_generator.samples import NoSample, SampleFile, answer_of, ending_of

from .access import Access
from .text import HEADER, docstring, indent
from .walk import Call, calls, python_value, sample_values

__all__ = ["render_tests"]


def render_tests(package: Package) -> dict[str, str]:
    """Return the tests of a package by their path in the project."""
    files: dict[str, list[str]] = {}
    every = list(calls(package))
    plain = Counter(_words(call, "_") for call in every)
    for call in every:
        module = call.module.module.rsplit(".", 1)[1]
        words = _words(call, "_" if plain[_words(call, "_")] == 1 else "__")
        files.setdefault(f"tests/test_{module}.py", []).extend(_tests(package, call, f"test_{words}"))
    rendered = {path: _module(path, tests) for path, tests in files.items()}
    return {"tests/__init__.py": "", "tests/conftest.py": _conftest(package), **rendered}


def _module(path: str, tests: list[str]) -> str:
    what = path.removeprefix("tests/test_").removesuffix(".py")
    doc = docstring(f"Every method of `{what}` sends its request and reads its answer.")
    skips = "import pytest\n\n" if any("@pytest" in test for test in tests) else ""
    head = f"{HEADER}{doc}\nfrom __future__ import annotations\n\n{skips}from .conftest import Play\n\n\n"
    return head + "\n\n".join(tests)


def _words(call: Call, dot: str) -> str:
    return call.target.removeprefix("client.").replace(".", dot)


def _tests(package: Package, call: Call, name: str) -> Iterator[str]:
    method = call.method
    streams = method.streams
    flag = _stream_argument(call)
    if streams is None or (streams.flag is not None and not _asks_by_itself(package, call)):
        required = flag is not None and dict(call.plan.arguments)[flag].required
        yield _test(package, call, name, {flag: False} if flag and required else {}, lambda: _answer(package, method))
    if streams is not None and (streams.flag is None or flag is not None or _asks_by_itself(package, call)):
        extra = {flag: True} if flag else {}
        yield _test(package, call, f"{name}__streams", extra, lambda: _events(package, streams))


def _stream_argument(call: Call) -> str | None:
    """Return the argument that requests the stream of a method."""
    streams = call.method.streams
    if streams is None:
        return None
    arguments = call.plan.arguments
    return next((n for n, p in arguments if p.wire == streams.flag and p.place is streams.flag_place), None)


def _asks_by_itself(package: Package, call: Call) -> bool:
    """Report whether the sample of a body that is given as a whole requests the stream."""
    streams = call.method.streams
    if streams is None or streams.flag is None or _stream_argument(call) is not None:
        return False
    try:
        values = sample_values(package, call).values()
    except NoSample:
        return False
    return any(isinstance(value, dict) and value.get(streams.flag) is True for value in values)


def _test(package: Package, call: Call, name: str, extra: dict[str, Any], answer: Callable[[], list[str]]) -> str:
    head = f"def {name}(play: Play) -> None:\n"
    doc = docstring(f"`{call.plan.http} {call.plan.path}`", 1)
    if not Access(package.api).can_call(call.method):
        return _skipped(head, doc, "no sample of the credentials")
    try:
        arguments, path, answered = call.arguments(package, extra), call.sent_path(package), answer()
    except NoSample as reason:
        return _skipped(head, doc, f"no sample: {reason}")
    pieces = [f"lambda client: {call.target}({arguments})", repr(call.plan.http), repr(path), *answered]
    return head + indent(f"{doc}play({', '.join(pieces)})\n")


def _skipped(head: str, doc: str, reason: str) -> str:
    return f"@pytest.mark.skip(reason={reason!r})\n{head}{indent(doc + 'raise NotImplementedError' + chr(10))}"


def _answer(package: Package, method: Method) -> list[str]:
    """Return the arguments of `play` for the answer of a method."""
    result = method.result
    status = [] if result.status == 200 else [f"status={result.status}"]
    if result.kind is ResultKind.EMPTY or (result.type is None and result.kind is ResultKind.JSON):
        return ["None", *(status or ["status=204"])]
    if result.kind in {ResultKind.TEXT, ResultKind.BINARY}:
        value = "'text'" if result.kind is ResultKind.TEXT else "b'bytes'"
        return [value, f"media_type={_media_type(result)!r}", *status]
    assert result.type is not None
    value = answer_of(package.api, result.type)
    if isinstance(value, SampleFile):
        raise NoSample("the answer is a file")
    if result.kind is ResultKind.JSON_LINES:
        return [python_value([value]), f"media_type={_media_type(result)!r}", *status]
    read = _items(method, value)
    return [python_value(value), *([f"items={python_value(read)}"] if read is not None else []), *status]


def _media_type(result: Result) -> str:
    wanted = result.media_type or ("text/plain" if result.kind is ResultKind.TEXT else "application/octet-stream")
    return wanted.replace("*/*", "application/octet-stream").replace("/*", "/plain")


def _items(method: Method, value: Any) -> Any:
    if method.pages is None:
        return None
    for key in method.pages.items:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def _events(package: Package, streams: Streams) -> list[str]:
    """Return the arguments of `play` for a stream: its events, and the bytes that carry them."""
    names = dict(streams.named)
    last = ending_of(package.api, streams)
    name = next(iter(names), None)
    event = answer_of(package.api, names[name]) if name is not None else last
    if isinstance(event, SampleFile):
        raise NoSample("the event is a file")
    is_text = isinstance(event, str) and streams.framing is Framing.SSE
    data = event if is_text else json.dumps(event, ensure_ascii=True)
    if streams.framing is Framing.SSE:
        body = (f"event: {name}\n" if name else "") + f"data: {data}\n\n"
        body += f"data: {streams.done}\n\n" if streams.done else ""
    else:
        body = ("\x1e" if streams.framing is Framing.JSON_SEQ else "") + f"{data}\n"
        body += f"{streams.done}\n" if streams.done else ""
    media_type = streams.media_type
    return [f"[{python_value(event)}]", f"body={body.encode()!r}", f"media_type={media_type!r}"]


def _conftest(package: Package) -> str:
    doc = docstring("The clients of the tests, and a server on a socket that answers them.")
    words = {
        "PACKAGE": package.brand.package, "CLIENT": package.client, "CREDENTIALS": repr(Access(package.api).samples()),
    }  # fmt: skip
    text = _CONFTEST
    for word, value in words.items():
        text = text.replace(word, value)
    return f"{HEADER}{doc}\n{text}"


_CONFTEST = '''from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from PACKAGE import AsyncCLIENT, CLIENT
from PACKAGE.testing import FakeServer

Play: TypeAlias = Callable[..., Any]

KEYS: dict[str, Any] = CREDENTIALS


@pytest.fixture
def play() -> Play:
    """A function that makes a call with both clients, and compares the requests and what was read."""
    return _play


def _play(
    call: Callable[[Any], Any],
    method: str,
    path: str | None,
    answer: Any,
    *,
    items: Any = None,
    status: int = 200,
    body: bytes | None = None,
    media_type: str = "application/json",
) -> None:
    with FakeServer() as server:
        server.respond_bytes(
            _body(answer, media_type) if body is None else body,
            status=status,
            content_type=None if answer is None else media_type,
        )
        with CLIENT(**KEYS, base_url=server.url, max_retries=0) as client:
            seen = _read(call(client))
        assert asyncio.run(_play_async(call, server.url)) == seen
        assert seen == (answer if items is None else items)
        assert [request.method for request in server.requests] == [method] * 2
        if path is not None:
            assert [request.path for request in server.requests] == [path] * 2


async def _play_async(call: Callable[[Any], Any], url: str) -> Any:
    async with AsyncCLIENT(**KEYS, base_url=url, max_retries=0) as client:
        result = await call(client)
        if hasattr(result, "__anext__"):
            return [_plain(event) async for event in result]
        return _read(result)


def _read(result: Any) -> Any:
    if hasattr(result, "has_next_page"):
        return _plain(result.data)
    if hasattr(result, "__next__"):
        return [_plain(event) for event in result]
    return _plain(result)


def _plain(value: Any) -> Any:
    """Return what was read as JSON values, as they were sent."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return bytes(value)
    return value if isinstance(value, str | int | float | None) else str(value)


def _body(answer: Any, media_type: str) -> bytes:
    if answer is None:
        return b""
    if isinstance(answer, bytes):
        return answer
    if isinstance(answer, str) and not media_type.endswith("json"):
        return answer.encode()
    if isinstance(answer, list) and not media_type.endswith("/json"):
        return "".join(f"{json.dumps(line)}\\n" for line in answer).encode()
    return json.dumps(answer).encode()
'''
