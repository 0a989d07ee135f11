"""Backups are taken while calls run, and what comes back is whole: the sums agree and calls are replayed."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from onceward_gateway.db import schema

from ..conftest import GatewayProcess
from ..databases import url_for
from ..servers import PostgresServer, postgres_programs

MASTER = "sk-master-of-the-backup-0123456789"
PAGE = Path(__file__).parents[3] / "docs" / "storage.md"
CHAT = "/v1/chat/completions"


def db(*arguments: str, folder: Path, database_url: str | None = None) -> subprocess.CompletedProcess[str]:
    """`onceward_gateway db ...` on the gateway of a folder."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ONCEWARD")}
    if database_url is not None:
        environ["ONCEWARD_GATEWAY_DATABASE_URL"] = database_url
    command = [sys.executable, "-m", "onceward_gateway", "db", *arguments, "--data-dir", str(folder / "data")]
    return subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, check=False)


def started(folder: Path, database_url: str | None) -> GatewayProcess:
    environ = {"ONCEWARD_GATEWAY_API_KEYS": MASTER}
    if database_url is not None:
        environ["ONCEWARD_GATEWAY_DATABASE_URL"] = database_url
    return GatewayProcess(folder, environ=environ).start()


class Load:
    """Make calls from several clients at once until stopped, and record the responses."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, bytes] = {}
        self.failures: list[str] = []
        self._stop = threading.Event()
        with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {MASTER}"}) as client:
            team = client.post("/team/new", json={"team_alias": "red", "max_budget": 50}).json()
            made = client.post("/key/generate", json={"team_id": team["team_id"], "max_budget": 20}).json()
        self.key: str = made["key"]
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(4)]

    def body(self, name: str) -> dict[str, Any]:
        said = [{"role": "user", "content": f"Say {name}"}]
        return {"model": "onceward/echo", "messages": said, "stream": name.endswith("s"), "user": f"customer {name[0]}"}

    def client(self, url: str) -> httpx2.Client:
        return httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {self.key}"}, timeout=30)

    def ask(self, client: httpx2.Client, name: str) -> bytes:
        answer = client.post(CHAT, json=self.body(name), headers={"Idempotency-Key": f"load-{name}"})
        assert answer.status_code == 200, answer.text
        return answer.content

    def _work(self, number: int) -> None:
        with self.client(self.url) as client:
            count = 0
            while not self._stop.is_set():
                count += 1
                name = f"{number}-{count}-{'s' if count % 2 else 'u'}"
                try:
                    self.answers[name] = self.ask(client, name)
                except (AssertionError, httpx2.HTTPError) as error:
                    self.failures.append(str(error))
                    return

    @contextmanager
    def running(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def wait_for(self, more: int) -> dict[str, bytes]:
        """Return the responses once `more` further calls have ended."""
        target = len(self.answers) + more
        pause = threading.Event()
        for _ in range(3000):
            if len(self.answers) >= target or self.failures:
                break
            pause.wait(0.01)
        assert len(self.answers) >= target, self.failures
        return dict(self.answers)


def replayed(load: Load, folder: Path, database_url: str | None, answers: dict[str, bytes]) -> None:
    """The gateway over the restored database answers as the other one did, and makes no call again."""
    server = started(folder, database_url)
    try:
        with load.client(server.url) as client:
            for name, answer in answers.items():
                assert load.ask(client, name) == answer
            assert load.ask(client, "new-u")
    finally:
        server.stop()


def test_a_backup_under_load_comes_back_whole(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    server = started(before, f"sqlite:///{before}/data/gateway.db")
    load = Load(server.url)
    upload = {"file": ("a.txt", b"kept beside the database")}
    with load.client(server.url) as client:
        file = client.post("/v1/files", data={"purpose": "assistants"}, files=upload).json()
    with load.running():
        answers = load.wait_for(40)
        made = db("backup", str(tmp_path / "one.tar.gz"), folder=before)
        assert (made.returncode, made.stderr) == (0, "")
        load.wait_for(20)
        checked = db("check", folder=before)
    assert load.failures == []
    assert checked.stdout.endswith("all agrees\n"), checked.stdout
    assert "no other gateway uses it" in db("restore", str(tmp_path / "one.tar.gz"), "--replace", folder=before).stderr
    server.kill()

    restored = db("restore", str(tmp_path / "one.tar.gz"), folder=after)
    assert (restored.returncode, restored.stderr) == (0, "")
    checked = db("check", folder=after)
    assert checked.stdout.endswith("all agrees\n"), checked.stdout
    replayed(load, after, f"sqlite:///{after}/data/gateway.db", answers)
    with closing(sqlite3.connect(after / "data" / "gateway.db")) as connection:
        doubled = connection.execute("SELECT call_id FROM usage GROUP BY call_id HAVING COUNT(*) > 1").fetchall()
        assert doubled == []
        sums = connection.execute("SELECT SUM(spent) FROM spend_total WHERE scope = 'team'").fetchone()
        assert connection.execute("SELECT SUM(cost_nano) FROM usage").fetchone() == sums
    server = started(after, f"sqlite:///{after}/data/gateway.db")
    with load.client(server.url) as client:
        assert client.get(f"/v1/files/{file['id']}/content").content == b"kept beside the database"
    server.stop()


def told(program: str) -> str:
    """The command with this program on the page about backups."""
    (line,) = re.findall(rf"^{program} .*$", PAGE.read_text(), re.MULTILINE)
    return str(line)


def test_a_dump_of_postgresql_under_load_comes_back_whole(tmp_path: Path, postgres: PostgresServer) -> None:
    programs = postgres_programs()
    assert programs is not None
    before, after = _databases(postgres)
    server = started(tmp_path, before)
    load = Load(server.url)
    shell = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "ONCEWARD_GATEWAY_DATABASE_URL": before}
    dump, restore = (told("pg_dump"), told("pg_restore"))
    with load.running():
        answers = load.wait_for(40)
        subprocess.run(dump, shell=True, env=shell, cwd=tmp_path, check=True)
        load.wait_for(20)
        checked = db("check", folder=tmp_path, database_url=before)
    assert load.failures == []
    assert checked.stdout.endswith("all agrees\n"), checked.stdout
    server.kill()

    subprocess.run(restore, shell=True, env=shell | {"NEW_DATABASE_URL": after}, cwd=tmp_path, check=True)
    checked = db("check", folder=tmp_path, database_url=after)
    assert checked.stdout.endswith("all agrees\n"), checked.stdout
    replayed(load, tmp_path, after, answers)
    with psycopg.connect(after) as connection:
        doubled = "SELECT call_id FROM usage GROUP BY call_id HAVING COUNT(*) > 1"
        assert connection.execute(doubled).fetchall() == []


def _databases(server: PostgresServer) -> tuple[str, str]:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for name in ("dumped", "restored"):
            connection.execute(f"CREATE DATABASE {name}".encode())
    return server.url("dumped"), server.url("restored")


def one_file(folder: Path) -> Path:
    """A folder's SQLite file with one call's record and its sums."""
    (folder / "data").mkdir()
    url = url_for(folder / "data", "sqlite")
    with closing(sqlite3.connect(url.path)) as connection:
        connection.execute("INSERT INTO spend_total VALUES ('team', 'team_1', 'm', 30)")
        connection.execute(
            "INSERT INTO spend_reset (scope, id, at, spend, amount) VALUES ('team', 'team_1', 1, 30, 30)"
        )
        connection.commit()
    return url.path


def test_the_check_finds_a_sum_that_is_wrong(tmp_path: Path) -> None:
    file = one_file(tmp_path)
    checked = db("check", folder=tmp_path)
    assert (checked.returncode, checked.stdout.splitlines()[-1]) == (0, "all agrees")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE spend_total SET spent = 37")
        connection.commit()
    checked = db("check", folder=tmp_path)
    assert checked.returncode == 1
    assert "wrong: team 'team_1': the sum says 37 nano-USD and the records 30, +7" in checked.stdout
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001_first'")
        connection.commit()
    checked = db("check", folder=tmp_path)
    assert checked.returncode == 1
    assert "wrong: the schema is `0001_first`" in checked.stdout


def test_the_check_finds_weeks_that_are_wrong(tmp_path: Path) -> None:
    file = one_file(tmp_path)
    monday = 494352
    with closing(sqlite3.connect(file)) as connection:
        for step, at, calls in ((24, monday, 2), (24, monday + 24, 3), (24, monday + 168, 9), (168, monday, 5)):
            row = (0, step, at, 1, calls, 0, 10 * calls, 0, 0, 0, 0, 0)
            connection.execute(f"INSERT INTO usage_rollup VALUES ({', '.join('?' for _ in row)})", row)
        connection.execute("UPDATE usage_period SET summed_until = ? WHERE step = 168", (monday + 168,))
        connection.commit()
    checked = db("check", folder=tmp_path)
    assert (checked.returncode, checked.stdout.splitlines()[-1]) == (0, "all agrees"), checked.stdout
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE usage_rollup SET requests = 6 WHERE step = 168")
        connection.commit()
    checked = db("check", folder=tmp_path)
    assert checked.returncode == 1
    assert "wrong: the weeks: the sums say 6 calls for 50 nano-USD and the days 5 for 50" in checked.stdout


def test_a_damaged_file_is_found_and_not_backed_up(tmp_path: Path) -> None:
    file = one_file(tmp_path)
    with file.open("r+b") as damaged:
        damaged.seek(4096 * 3)
        damaged.write(b"\xff" * 4096 * 4)
    checked = db("check", folder=tmp_path)
    assert checked.returncode == 1
    assert "wrong" in checked.stdout or "cannot be read" in checked.stderr
    made = db("backup", str(tmp_path / "b.tar"), folder=tmp_path)
    assert made.returncode == 1
    assert "damaged" in made.stderr
    assert sorted(found.name for found in tmp_path.iterdir()) == ["data"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    file = one_file(tmp_path)
    assert db("backup", "b.tar", folder=tmp_path).returncode == 0
    again = db("backup", "b.tar", folder=tmp_path)
    assert (again.returncode, again.stdout) == (1, "")
    assert "overwrites nothing" in again.stderr
    there = db("restore", "b.tar", folder=tmp_path)
    assert (there.returncode, "--replace" in there.stderr) == (1, True)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE spend_total SET spent = 99")
        connection.commit()
    replaced = db("restore", "b.tar", "--replace", folder=tmp_path)
    assert (replaced.returncode, replaced.stderr) == (0, "")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT spent FROM spend_total").fetchall() == [(30,)]
    (aside,) = file.parent.glob("gateway.db.replaced-*")
    with closing(sqlite3.connect(aside)) as connection:
        assert connection.execute("SELECT spent FROM spend_total").fetchall() == [(99,)]


@pytest.mark.parametrize("content", [b"no tar at all", b""])
def test_an_invalid_backup_is_refused_before_any_change(tmp_path: Path, content: bytes) -> None:
    file = one_file(tmp_path)
    (tmp_path / "b.tar").write_bytes(content)
    refused = db("restore", "b.tar", "--replace", folder=tmp_path)
    assert (refused.returncode, "is not a backup of a gateway" in refused.stderr) == (1, True)
    assert file.exists()
    assert list(file.parent.glob("*.replaced-*")) == []


def test_backups_of_postgresql_refer_to_its_own_programs(tmp_path: Path) -> None:
    url = "postgresql://onceward:hunter2@127.0.0.1:1/x"
    for action, program in (("backup", "pg_dump --format=custom"), ("restore", "pg_restore --no-owner")):
        told = db(action, "a.dump", folder=tmp_path, database_url=url)
        assert (told.returncode, program in told.stderr) == (1, True)
        assert "hunter2" not in told.stderr


def test_upgrade_takes_the_steps(tmp_path: Path) -> None:
    done = db("upgrade", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"schema `{schema.head()}`" in done.stdout
    shutil.rmtree(tmp_path / "data")
    assert db("check", folder=tmp_path).returncode == 1
