"""`/readyz` says when nothing can be written, soon, and calls meanwhile say that nobody was asked."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import cast

import httpx2
import psycopg
import pytest

from onceward_gateway.core.clock import SystemClock
from onceward_gateway.db import Database, StorageUnavailable, sqlite_file
from onceward_gateway.db.blob_store import BLOB_KINDS
from onceward_gateway.db.errors import FULL
from onceward_gateway.db.presence import Folders
from onceward_gateway.db.private import private_folder
from onceward_gateway.db.readiness import Readiness

from ..cluster.gateways import no_postgres
from ..conftest import Launch
from ..databases import on_postgres, url_for
from ..routing.kit import Bench

CHAT = "/v1/chat/completions"
HELLO = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}
sqlite_only = pytest.mark.skipif(on_postgres(), reason="of SQLite's file")


def ready(url: str) -> tuple[int, dict[str, object], float]:
    began = time.monotonic()
    answer = httpx2.get(url + "/readyz", timeout=10)
    return answer.status_code, answer.json(), time.monotonic() - began


@sqlite_only
def test_a_locked_database_is_not_ready(launch: Launch, tmp_path: Path) -> None:
    url = launch("--offline").url
    assert ready(url)[0] == 200
    with closing(sqlite3.connect(tmp_path / "data" / "gateway.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(0.6)
        status, told, seconds = ready(url)
        assert (status, told["status"]) == (503, "storage_unavailable")
        assert "locked" in json.dumps(told["issues"])
        assert seconds < 3
        refused = httpx2.post(url + CHAT, json=HELLO, timeout=10)
        assert refused.status_code == 503
        error = refused.json()["error"]
        assert (error["code"], error["provider_asked"]) == ("storage_unavailable", False)
        assert "no provider was asked" in error["message"]
        other.execute("ROLLBACK")
    time.sleep(0.6)
    assert ready(url)[0] == 200
    assert httpx2.post(url + CHAT, json=HELLO, timeout=10).status_code == 200


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        made = Bench(tmp_path, stack)
        await made.provider("a")
        provider = f'[providers.a]\nbase_url = "{made.providers["a"].url}/v1"\napi_key = "k"\n'
        await made.start('[auth]\nmode = "disabled"\n' + provider)
        yield made


@sqlite_only
async def test_a_full_disk_is_not_ready_and_no_provider_is_asked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    db = bench.gateway.db
    (pages,) = await db.one("PRAGMA page_count") or (0,)
    await db.query(f"PRAGMA max_page_count = {pages}")
    long = "x" * 200_000
    refused = await bench.chat("a/m", messages=[{"role": "user", "content": "Hi"}], metadata={"note": "n" * 4000})
    for _ in range(200):
        if refused.status_code != 200:
            break
        refused = await bench.chat("a/m", user=long[:64], metadata={"note": "n" * 4000})
    asked = len(bench.providers["a"].seen)
    refused = await bench.chat("a/m")
    assert refused.status_code == 503
    assert refused.json()["error"]["provider_asked"] is False
    assert len(bench.providers["a"].seen) == asked
    told = await bench.http.get("/readyz")
    assert told.status_code == 503
    assert "full" in told.json()["issues"][0] or "cannot" in told.json()["issues"][0]
    await db.query("PRAGMA max_page_count = 1000000")
    bench.clock.turned += 1
    await db.probe()
    assert (await bench.http.get("/readyz")).status_code == 200
    assert (await bench.chat("a/m")).status_code == 200
    assert await db.query("SELECT id FROM call WHERE status = 'in_progress'") == []
    bench.clock.turned += 1
    monkeypatch.setattr(sqlite_file, "free_bytes", lambda folder: 1000)
    told = await bench.http.get("/readyz")
    assert (told.status_code, "full" in told.json()["issues"][0]) == (503, True)


@pytest.mark.cluster
@pytest.mark.skipif(no_postgres(), reason="PostgreSQL is not installed")
def test_a_server_that_only_reads_is_not_ready(launch: Launch, tmp_path: Path) -> None:
    address = url_for(tmp_path / "pg", "postgresql").reveal()
    url = launch("--offline", ONCEWARD_GATEWAY_DATABASE_URL=address).url
    assert ready(url)[0] == 200
    with psycopg.connect(address, autocommit=True) as admin:
        (name,) = admin.execute("SELECT current_database()").fetchone() or ("",)
        admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
        time.sleep(0.6)
        status, told, seconds = ready(url)
        assert (status, told["status"]) == (503, "storage_unavailable")
        assert seconds < 3
        assert httpx2.post(url + CHAT, json=HELLO, timeout=90).json()["error"]["code"] == "storage_unavailable"
        admin.execute("SET default_transaction_read_only = off")
        admin.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )


def modes(folder: Path) -> dict[str, str]:
    """Every file and folder that others than its owner may use."""
    paths = [folder, *folder.rglob("*")]
    found = {str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode) for path in paths}
    return {name: oct(mode) for name, mode in found.items() if mode & 0o077}


@sqlite_only
@pytest.mark.parametrize("before", [False, True], ids=["new", "loose"])
def test_files_are_private_whatever_the_umask(tmp_path: Path, before: bool) -> None:
    data = tmp_path / "data"
    for turn in range(2 if before else 1):
        old = os.umask(0)
        try:
            env = {name: value for name, value in os.environ.items() if not name.startswith("ONCEWARD")}
            process = subprocess.Popen(
                [sys.executable, "-m", "onceward_gateway", "--offline", "--port", "0", "--data-dir", str(data)],
                cwd=tmp_path,
                env=env,
                stdout=subprocess.PIPE,
                text=True,
            )
        finally:
            os.umask(old)
        assert process.stdout is not None
        try:
            url = process.stdout.readline().partition("http://")[2].split()[0]
            upload = {"file": ("a.jsonl", b'{"a": 1}\n')}
            named = {"purpose": "batch"}
            answer = httpx2.post(f"http://{url}/v1/files", files=upload, data=named, timeout=30)
            assert answer.status_code == 200, answer.text
            httpx2.post(f"http://{url}{CHAT}", json=HELLO, headers={"Idempotency-Key": f"k{turn}"}, timeout=30)
            assert modes(data) == {}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            process.stdout.close()
        assert modes(data) == {}
        for path in (data, *data.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
    backup = tmp_path / "backup.tar"
    command = [sys.executable, "-m", "onceward_gateway", "db", "backup", "--data-dir", str(data), str(backup)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    shutil.rmtree(data)


def upload(url: str) -> httpx2.Response:
    file = {"file": ("a.txt", b"x" * 100_000)}
    return httpx2.post(url + "/v1/files", files=file, data={"purpose": "user_data"}, timeout=10)


@sqlite_only
def test_an_upload_to_a_full_disk_is_refused_and_works_again(launch: Launch) -> None:
    server = launch("--offline")
    assert server.process is not None
    unlimited = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, unlimited[1]))
    refused = upload(server.url)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "storage_unavailable")
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, unlimited)
    for _ in range(50):
        if upload(server.url).status_code == 200:
            return
        time.sleep(0.1)
    raise AssertionError("the gateway takes no file after the disk has space again")


class _Flaky:
    """A database whose probe went well before it could not be written."""

    def __init__(self) -> None:
        self.connected = True
        self.probes = 0

    async def probe(self) -> None:
        self.probes += 1
        if not self.connected:
            raise StorageUnavailable("full", FULL)


async def test_a_failed_write_is_reported_at_once(tmp_path: Path) -> None:
    db = _Flaky()
    readiness = Readiness(cast("Database", db), SystemClock(), Folders(tmp_path, ()))
    assert await readiness.fault() is None
    assert await readiness.fault() is None
    assert db.probes == 1
    db.connected = False
    assert "disk is full" in (await readiness.fault() or "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_a_folder_with_all_that_a_gateway_stores_is_its_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    for kind in BLOB_KINDS:
        (folder / kind).mkdir(mode=0o755)
    private_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not caplog.records
    (folder / "letters").mkdir()
    folder.chmod(0o755)
    private_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert "letters" in caplog.text
