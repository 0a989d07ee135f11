"""Downloads of files and images: whole, in ranges and by `HEAD`, from a folder and from a shared database."""

from __future__ import annotations

import io
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx2
import pytest

from onceward_gateway.db.blob_store import _FileReader

from ..databases import url_for
from ..routing.kit import Bench

CONFIG = '[auth]\nmode = "disabled"\n'
# Several parts of a blob in a database, and several chunks of a response; the last is not whole.
DATA = bytes(range(256)) * 4096 + b"the end"
SIZE = len(DATA)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.cluster)])
async def bench(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        made = Bench(tmp_path, stack)
        url = url_for(tmp_path / "data", request.param)
        await made.start(CONFIG, {} if url.is_sqlite else {"ONCEWARD_GATEWAY_DATABASE_URL": url.reveal()}, offline=True)
        yield made


async def upload(bench: Bench, data: bytes = DATA, name: str = "plan.bin") -> str:
    answer = await bench.http.post("/v1/files", files={"file": (name, data)}, data={"purpose": "user_data"})
    return f"/v1/files/{answer.json()['id']}/content"


async def test_a_whole_file(bench: Bench) -> None:
    path = await upload(bench)
    answer = await bench.http.get(path)
    assert (answer.status_code, answer.content) == (200, DATA)
    assert answer.headers["content-length"] == str(SIZE)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="plan.bin"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-request-id"].startswith("req_")
    assert answer.headers["etag"].startswith('"')
    assert abs(parsedate_to_datetime(answer.headers["last-modified"]).timestamp() - bench.clock.time()) < 3600


async def test_an_empty_file(bench: Bench) -> None:
    path = await upload(bench, b"")
    answer = await bench.http.get(path)
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    assert (await bench.http.get(path, headers={"range": "bytes=0-"})).status_code == 416


async def test_a_name_that_needs_encoding(bench: Bench) -> None:
    for name in ("pläne.bin", 'a"b;c.bin', "模型.bin"):
        answer = await bench.http.get(await upload(bench, b"x", name))
        assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''")
        assert answer.headers["content-disposition"].isascii()


RANGES = {
    "bytes=0-0": (0, 1),
    "bytes=5-9": (5, 10),
    "bytes=262140-262150": (262_140, 262_151),
    f"bytes={SIZE - 7}-": (SIZE - 7, SIZE),
    "bytes=-7": (SIZE - 7, SIZE),
    f"bytes=100-{SIZE * 2}": (100, SIZE),
}


async def test_one_range(bench: Bench) -> None:
    path = await upload(bench)
    for wanted, (start, end) in RANGES.items():
        answer = await bench.http.get(path, headers={"range": wanted})
        assert (answer.status_code, answer.content) == (206, DATA[start:end]), wanted
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
        assert answer.headers["content-length"] == str(end - start)


async def test_several_ranges(bench: Bench) -> None:
    answer = await bench.http.get(await upload(bench), headers={"range": "bytes=0-3,262142-262145,-2"})
    assert answer.status_code == 206
    kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/byteranges"
    assert answer.headers["content-length"] == str(len(answer.content))
    parts = answer.content.split(f"--{boundary}".encode())[1:-1]
    bodies = [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts]
    assert bodies == [DATA[:4], DATA[262_142:262_146], DATA[-2:]]


async def test_a_range_behind_the_end(bench: Bench) -> None:
    answer = await bench.http.get(await upload(bench), headers={"range": f"bytes={SIZE}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")
    error = answer.json()["error"]
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "range_not_satisfiable", "Range")


async def test_a_range_that_cannot_be_read_is_ignored(bench: Bench) -> None:
    path = await upload(bench)
    for wanted in (b"rows=0-3", b"bytes", b"bytes=", b"bytes=a-b", b"bytes=9-5", b"\x00", b"\xff"):
        answer = await bench.http.get(path, headers=[(b"range", wanted)])
        assert (answer.status_code, answer.content) == (200, DATA), wanted


async def test_a_range_on_condition(bench: Bench) -> None:
    path = await upload(bench)
    whole = await bench.http.get(path)
    for name in ("etag", "last-modified"):
        same = await bench.http.get(path, headers={"range": "bytes=0-3", "if-range": whole.headers[name]})
        assert (same.status_code, same.content) == (206, DATA[:4])
    for other in ('"another"', "W/" + whole.headers["etag"], "Thu, 01 Jan 1970 00:00:00 GMT"):
        changed = await bench.http.get(path, headers={"range": "bytes=0-3", "if-range": other})
        assert (changed.status_code, changed.content) == (200, DATA)
    behind = await bench.http.get(path, headers={"range": f"bytes={SIZE}-", "if-range": '"another"'})
    assert behind.status_code == 200


async def test_a_head_request(bench: Bench) -> None:
    path = await upload(bench)
    for headers, status, length in (({}, 200, SIZE), ({"range": "bytes=2-5"}, 206, 4)):
        answer = await bench.http.head(path, headers=headers)
        assert (answer.status_code, answer.content) == (status, b"")
        assert answer.headers["content-length"] == str(length)
        wanted = await bench.http.get(path, headers=headers)
        for name in ("etag", "last-modified", "content-type", "content-range", "content-disposition"):
            assert answer.headers.get(name) == wanted.headers.get(name)


async def test_a_head_request_behind_the_end(bench: Bench) -> None:
    answer = await bench.http.head(await upload(bench), headers={"range": f"bytes={SIZE}-"})
    assert (answer.status_code, answer.content) == (416, b"")


async def test_an_image(bench: Bench) -> None:
    made = await bench.http.post("/v1/images/generations", json={"prompt": "a gate", "size": "64x64"})
    url = made.json()["data"][0]["url"]
    answer = await bench.http.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert "content-disposition" not in answer.headers
    head = await bench.http.get(url, headers={"range": "bytes=0-3"})
    assert (head.status_code, head.content) == (206, answer.content[:4])


async def test_metrics_have_the_status_of_a_part(bench: Bench) -> None:
    path = await upload(bench)
    await bench.http.get(path, headers={"range": "bytes=0-3"})
    await bench.http.get(path, headers={"range": f"bytes={SIZE}-"})
    lines = (await bench.http.get("/metrics")).text.splitlines()
    counted = [line for line in lines if line.startswith("onceward_requests_total") and "files_content" in line]
    assert [('"206"' in line, '"416"' in line) for line in counted] == [(True, False), (False, True)], counted


async def test_a_deleted_file(bench: Bench) -> None:
    path = await upload(bench)
    assert (await bench.http.delete(path.removesuffix("/content"))).status_code == 200
    answer: httpx2.Response = await bench.http.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "file_not_found")


async def test_a_folder_is_read_in_threads() -> None:
    threads = set[int]()

    class Noted(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            threads.add(threading.get_ident())
            return super().read(size)

    reader = _FileReader(Noted(b"abc"))
    await reader.seek(1)
    assert await reader.read(5) == b"bc"
    assert threads
    assert threading.get_ident() not in threads
