"""Files of the gateway that are deleted, moved, replaced or overwritten while it runs are noticed, and said."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from onceward_gateway.db.blob_store import FolderBlobStore

from ..conftest import Launch
from ..databases import on_postgres
from ..jobs.kit import jsonl, wait_for
from ..routing.kit import Bench

pytestmark = pytest.mark.skipif(on_postgres(), reason="of SQLite's file and the folder beside it")
CHAT = "/v1/chat/completions"
HELLO = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}
LINK = "kept"


def renamed(data: Path, name: str) -> Path:
    return (data / name).rename(data / LINK)


def deleted(data: Path, name: str) -> Path:
    os.link(data / name, data / LINK)
    (data / name).unlink()
    return data / LINK


def replaced(data: Path, name: str) -> Path:
    kept = deleted(data, name)
    shutil.copy(kept, data / name)
    return kept


# Faults of files in the data directory, or of the directory itself.
HARMS = [
    (renamed, "gateway.db"),
    (deleted, "gateway.db"),
    (replaced, "gateway.db"),
    (deleted, "gateway.db-wal"),
    (renamed, "."),
]


def told(url: str) -> tuple[int, str]:
    answer = httpx2.get(url + "/readyz", timeout=10)
    return answer.status_code, " ".join(answer.json().get("issues", []))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        made = Bench(tmp_path, stack)
        await made.start('[auth]\nmode = "disabled"\n')
        yield made


async def call(bench: Bench, key: str) -> httpx2.Response:
    answer: httpx2.Response = await bench.http.post(CHAT, json=HELLO, headers={"Idempotency-Key": key})
    return answer


async def issue(bench: Bench) -> str:
    """Return the issues that `/readyz` lists."""
    bench.clock.turned += 1
    answer = await bench.http.get("/readyz")
    told = answer.json()
    assert (answer.status_code == 503) is not told["ok"]
    return " ".join(told["issues"])


async def refusal(bench: Bench, key: str) -> str:
    # One look holds for a twentieth of a second.
    await asyncio.sleep(0.06)
    refused = await call(bench, key)
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["provider_asked"]) == (503, "storage_unavailable", False)
    assert str(bench.gateway.settings.data_dir) not in refused.text
    return str(error["message"])


async def test_a_moved_database_refuses_calls(bench: Bench) -> None:
    data = bench.gateway.settings.data_dir
    for number, (harm, name) in enumerate(HARMS):
        assert (await call(bench, f"before {number}")).status_code == 200
        place, name = (data.parent, data.name) if name == "." else (data, name)
        kept = harm(place, name)
        assert "was deleted, moved or replaced" in await refusal(bench, f"after {number}")
        told = await issue(bench)
        assert "restart the gateway" in told
        assert str(data) not in told
        kept.replace(place / name)
        assert await issue(bench) == ""
        assert (await call(bench, f"again {number}")).status_code == 200
    # A call that was refused is known by its key until its end is written, which is tried every second.
    for _ in range(100):
        answers = [await call(bench, f"after {number}") for number in range(len(HARMS))]
        if all(answer.status_code == 200 for answer in answers):
            break
        await asyncio.sleep(0.05)
    assert [answer.status_code for answer in answers] == [200] * len(HARMS)
    await bench.gateway.db.flush()
    assert await bench.gateway.db.query("SELECT id FROM call WHERE status = 'in_progress'") == []


@pytest.mark.parametrize("how", ["zeroed", "emptied", "another", "older"])
async def test_an_overwritten_database_refuses_calls(bench: Bench, how: str) -> None:
    file = bench.gateway.settings.database
    assert (await call(bench, "before")).status_code == 200
    header = bytearray(file.read_bytes()[:100])
    if how == "another":
        header[68:72] = bytes(4)
    if how == "older":
        header[24:28] = bytes(4)
    with file.open("r+b") as over:
        if how == "emptied":
            over.truncate(0)
        else:
            over.write(bytes(100) if how == "zeroed" else header)
    assert "damaged or was overwritten" in await refusal(bench, "after")
    assert "damaged or was overwritten" in await issue(bench)


def upload(url: str, data: bytes = b"x", purpose: str = "user_data") -> httpx2.Response:
    return httpx2.post(url + "/v1/files", files={"file": ("a.jsonl", data)}, data={"purpose": purpose}, timeout=10)


def test_a_moved_upload_folder_is_reported(launch: Launch, tmp_path: Path) -> None:
    url, files = launch("--offline").url, tmp_path / "data" / "files"
    kept = upload(url).json()["id"]
    files.rename(files.with_name("gone"))
    status, issue = wait_for(partial(told, url), lambda found: found[0] == 503)
    assert (status, "folder of the gateway's data was deleted, moved" in issue) == (503, True)
    for refused in (upload(url), httpx2.get(f"{url}/v1/files/{kept}/content")):
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (503, "storage_unavailable")
        assert "folder of the gateway's data was deleted, moved" in error["message"]
        assert str(tmp_path) not in refused.text
    assert not files.exists()
    files.with_name("gone").rename(files)
    wait_for(partial(told, url), lambda found: found[0] == 200)
    assert httpx2.get(f"{url}/v1/files/{kept}/content").content == b"x"
    assert upload(url).status_code == 200


def test_a_batch_shows_that_it_waits_for_its_files(launch: Launch, tmp_path: Path) -> None:
    url, files = launch("--offline").url, tmp_path / "data" / "files"
    lines = [{"custom_id": str(at), "method": "POST", "url": CHAT, "body": HELLO} for at in range(2)]
    file_id = upload(url, jsonl(lines), "batch").json()["id"]
    body = {"input_file_id": file_id, "endpoint": CHAT, "completion_window": "24h", "metadata": {"pace": "0.3"}}
    batch = httpx2.post(url + "/v1/batches", json=body).json()["id"]

    def shown() -> dict[str, Any]:
        return dict(httpx2.get(f"{url}/v1/batches/{batch}").json())

    wait_for(shown, lambda batch: batch["status"] == "in_progress")
    files.rename(files.with_name("gone"))
    waiting = wait_for(shown, lambda batch: batch["errors"] is not None)
    (fault,) = waiting["errors"]["data"]
    assert (waiting["status"], fault["code"]) == ("finalizing", "storage_unavailable")
    assert "goes on by itself" in fault["message"]
    files.with_name("gone").rename(files)
    done = wait_for(shown, lambda batch: batch["status"] == "completed")
    assert (done["errors"], done["request_counts"]["completed"]) == (None, 2)
    calls = httpx2.get(url + "/v1/calls").json()["data"]
    assert sorted(call["status"] for call in calls) == ["completed", "completed"]


KINDS = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "quota",
    errno.EACCES: "not permitted",
    errno.EPERM: "not permitted",
    errno.EROFS: "read-only",
    errno.EIO: "fails to read or write",
    errno.ENOENT: "missing",
    errno.EMFILE: "too many files open",
}


async def test_each_failure_of_the_disk_has_its_own_words(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, words in KINDS.items():

        def fail(self: FolderBlobStore, target: Path, source: Any, number: int = number) -> int:
            raise OSError(number, os.strerror(number), str(target))

        monkeypatch.setattr(FolderBlobStore, "_put", fail)
        refused = await bench.http.post("/v1/files", files={"file": ("a", b"x")}, data={"purpose": "user_data"})
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (503, "storage_unavailable")
        assert words in error["message"]
        assert str(bench.gateway.settings.data_dir) not in refused.text


async def test_a_read_only_database_is_reported_and_recovers(bench: Bench) -> None:
    db = bench.gateway.db
    assert (await bench.chat("onceward/echo")).status_code == 200
    await db.flush()
    await db.query("PRAGMA query_only = ON")
    refused = await bench.chat("onceward/echo")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "storage_unavailable")
    assert "read-only" in refused.json()["error"]["message"]
    ready = await bench.http.get("/readyz")
    assert (ready.status_code, "read-only" in ready.json()["issues"][0]) == (503, True)
    await db.query("PRAGMA query_only = OFF")
    await db.probe()
    assert (await bench.chat("onceward/echo")).status_code == 200
    await db.flush()
    assert await db.query("SELECT id FROM call WHERE status = 'in_progress'") == []
