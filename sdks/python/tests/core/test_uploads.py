"""Files on their way out: every form they come in, known lengths, progress, and a second time for a retry."""

from __future__ import annotations

import asyncio
import email.parser
import email.policy
import io
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

from onceward._core.errors import APIConnectionError, ParameterError
from onceward._core.multipart import lay_out
from onceward._core.operation import Param
from onceward._core.wire import ReadFailed, Request

from .rig import Reply, Rig

Make = Callable[..., Rig]
FILE = {"id": "file-1", "object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "batch"}
BIG = bytes(range(256)) * 12_000  # 3 MB


def sent(request: Request) -> bytes:
    """The body as a transport would send it."""
    body: Any = request.body
    if isinstance(body, bytes):
        return body
    if hasattr(body, "chunks"):
        return b"".join(body.chunks())

    async def gather() -> bytes:
        return b"".join([chunk async for chunk in body.achunks()])

    return asyncio.run(gather())


def closed() -> io.BytesIO:
    file = io.BytesIO(b"abc")
    file.close()
    return file


def parts(request: Request) -> dict[str, Any]:
    kind = next(value for name, value in request.headers if name == "Content-Type")
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        f"Content-Type: {kind}\r\n\r\n".encode() + sent(request)
    )
    found: dict[str, Any] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        found[str(name)] = (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
    return found


class Pipe:
    """A file that can be read once."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


def upload(r: Rig, file: Any, **options: Any) -> Any:
    return r.run(lambda client: client.files.create(file=file, purpose="batch", **options))


def test_every_form_of_a_file(rig: Make, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "data.json"
    path.write_bytes(b"{}")
    opened = path.open("rb")
    forms: list[tuple[Any, tuple[str, str, bytes]]] = [
        (path, ("data.json", "application/json", b"{}")),
        (str(path), ("data.json", "application/json", b"{}")),
        (opened, ("data.json", "application/json", b"{}")),
        (b"x", ("upload", "application/octet-stream", b"x")),
        (bytearray(b"x"), ("upload", "application/octet-stream", b"x")),
        (io.BytesIO(b"abc"), ("upload", "application/octet-stream", b"abc")),
        (("a.txt", b"abc"), ("a.txt", "text/plain", b"abc")),
        (("a.txt", b"abc", "audio/wav"), ("a.txt", "audio/wav", b"abc")),
        ((None, path), ("data.json", "application/json", b"{}")),
    ]
    with opened:
        for form, expected in forms:
            r = rig([Reply(body=FILE)])
            upload(r, form)
            assert parts(r.requests[0]) == {"file": expected, "purpose": (None, "text/plain", b"batch")}


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (7, "`file` is int; give bytes, a path"),
        ("/no/such/file", "there is no file '/no/such/file'"),
        (io.StringIO("x"), "opened as text"),
        (("a", b"", "b", "c"), "tuple of 4"),
        ("/", "'/' is a directory; give a file"),
        (closed(), "`file` is a closed file"),
        ([], "`file` is an empty list"),
    ],
)
def test_what_is_no_file(rig: Make, form: Any, text: str) -> None:
    with pytest.raises(ParameterError, match=text):
        upload(rig([]), form)


def test_a_large_file_is_streamed_with_its_length(rig: Make, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(BIG)
    r = rig([Reply(body=FILE)])
    upload(r, path)
    body: Any = r.requests[0].body
    assert not isinstance(body, bytes)
    assert body.length == len(sent(r.requests[0]))
    assert parts(r.requests[0])["file"] == ("big.bin", "application/octet-stream", BIG)


def test_a_retry_sends_the_file_again_from_where_it_was(rig: Make) -> None:
    file = io.BytesIO(b"skip" + BIG)
    file.seek(4)
    bodies: list[bytes] = []

    def answer(request: Request) -> Reply:
        if r.kind == "sync":
            bodies.append(sent(request))
        return Reply(500) if len(r.requests) < 3 else Reply(body=FILE)

    r = rig(answer)
    upload(r, file)
    assert len(r.requests) == 3
    if r.kind == "async":
        bodies = [sent(request) for request in r.requests]
    assert bodies[0] == bodies[1] == bodies[2]
    assert BIG in bodies[0]


def test_what_can_be_read_once_is_sent_once(rig: Make) -> None:
    r = rig(lambda _: Reply(error=ReadFailed("x")))
    with pytest.raises(APIConnectionError):
        upload(r, Pipe(b"x" * 10))
    assert len(r.requests) == 1
    body: Any = r.requests[0].body
    assert body.length is None


@pytest.mark.parametrize(("piece", "name"), [("text", "str"), (None, "NoneType")])
def test_a_file_that_gives_no_bytes_is_an_error_and_not_an_empty_file(rig: Make, piece: Any, name: str) -> None:
    class Odd:
        def read(self, size: int = -1) -> Any:
            return piece

    r = rig([Reply(body=FILE)])
    upload(r, Odd())
    with pytest.raises(ParameterError, match=f"`read` returned {name}, not bytes; open it with mode 'rb'"):
        sent(r.requests[0])


def test_progress(rig: Make) -> None:
    told: list[tuple[int, int | None]] = []
    r = rig([Reply(body=FILE)])
    upload(r, BIG, on_progress=lambda done, whole: told.append((done, whole)))
    sent(r.requests[0])
    length = told[-1][1]
    assert told[-1][0] == length
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 5


def test_a_file_that_shrinks_is_an_error_and_one_that_grows_is_cut(tmp_path: pathlib.Path) -> None:
    from onceward._core.files import as_upload
    from onceward._drivers.upload import _file

    path = tmp_path / "f"
    path.write_bytes(b"12345")
    known = as_upload(path, "file")
    path.write_bytes(b"1234567")
    assert b"".join(_file(known)) == b"12345"
    path.write_bytes(b"123")
    with pytest.raises(OSError, match="ended 2 bytes before"):
        b"".join(_file(known))


def test_forms_of_fields() -> None:
    forms = {
        "file": Param(wire="file", file=True),
        "many": Param(wire="many", file=True, style="brackets"),
        "list": Param(wire="list"),
        "marked": Param(wire="marked", style="brackets"),
        "deep": Param(wire="deep", style="deepObject"),
        "object": Param(wire="object"),
    }
    body = {
        "many": [b"1", b"2"],
        "list": ["a", 1],
        "marked": ["w"],
        "deep": {"a": True},
        "object": {"a": 1},
        "none": None,
        "x": 0.5,
    }
    data = lay_out(body, forms, "op").as_bytes()
    assert data is not None
    text = data.decode()
    assert [line.split('name="')[1].split('"')[0] for line in text.splitlines() if "name=" in line] == [
        "many[]", "many[]", "list", "list", "marked[]", "deep[a]", "object", "x",
    ]  # fmt: skip
    assert '{"a":1}' in text
    assert "true" in text


def test_names_cannot_break_out_of_their_header() -> None:
    data = lay_out(
        {"file": ('a"\r\nX: y.txt', b"", "text/plain\r\nX: z")}, {"file": Param(wire="file", file=True)}, "op"
    ).as_bytes()
    assert data is not None
    assert b"\r\nX:" not in data
    assert b'filename="a%22%0D%0AX: y.txt"' in data
