"""Gateway processes that are forked: each has what was given to it, and none outlives the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

import fork_server
from fork_server import ForkedProcess, Process

ROOT = Path(__file__).resolve().parents[1]
WITHIN = 30.0
SERVE = ["--offline", "--port", "0", "--data-dir", "data"]
FORKS = pytest.mark.skipif(sys.platform != "linux", reason="processes are only forked on Linux")


class Started(list[Process]):
    """The processes of a test, which end with it."""

    def __call__(self, *arguments: str, cwd: Path, **options: Any) -> Process:
        env = {name: value for name, value in os.environ.items() if not name.startswith("ONCEWARD")}
        env |= options.pop("environ", {})
        self.append(fork_server.start(arguments, cwd=cwd, env=env, stdout=subprocess.PIPE, **options))
        return self[-1]


@pytest.fixture
def start() -> Iterator[Started]:
    started = Started()
    yield started
    for process in started:
        process.kill()
        process.wait(WITHIN)
        if process.stdout is not None:
            process.stdout.close()


def url_of(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline().split(" on ")[1].split()[0]


def answers(url: str) -> bool:
    with urlopen(url + "/healthz", timeout=WITHIN) as answer:
        return bool(answer.status == 200)


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + WITHIN
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline, f"the process {pid} still runs"
        time.sleep(0.01)


@FORKS
def test_a_signal_reaches_one_process(start: Started, tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    first, second = (start(*SERVE, cwd=folder) for folder in folders)
    assert isinstance(first, ForkedProcess)
    urls = [url_of(first), url_of(second)]
    assert all(answers(url) for url in urls)
    assert all((folder / "data").is_dir() for folder in folders)
    first.terminate()
    assert first.wait(WITHIN) == 0
    assert second.poll() is None
    assert answers(urls[1])
    second.kill()
    assert second.wait(WITHIN) == -signal.SIGKILL == second.returncode
    second.terminate()


def test_a_process_has_its_own_arguments_environment_folder_and_files(start: Started, tmp_path: Path) -> None:
    version = start("version", cwd=tmp_path)
    assert version.stdout is not None
    assert version.stdout.read().startswith("onceward_gateway ")
    assert version.wait(WITHIN) == 0
    errors = tmp_path / "errors"
    for options, expected in (
        ({"environ": {"ONCEWARD_GATEWAY_PORT": "from the environment"}}, "from the environment"),
        ({"environ": {}}, "of_the_folder"),
    ):
        (tmp_path / "onceward.toml").write_text("of_the_folder = true\n")
        with errors.open("wb") as file:
            process = start("serve", cwd=tmp_path, stderr=file, **options)
        assert process.wait(WITHIN) == 2
        assert expected in errors.read_text()


def test_a_wait_that_takes_too_long_is_an_error(start: Started, tmp_path: Path) -> None:
    process = start(*SERVE, cwd=tmp_path)
    url_of(process)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)


@FORKS
def test_a_forked_process_has_the_descriptors_of_a_new_one(start: Started, tmp_path: Path) -> None:
    process = start(*SERVE, cwd=tmp_path)
    url_of(process)
    kept = [os.readlink(file) for file in Path(f"/proc/{process.pid}/fd").iterdir() if file.name in "0123"]
    assert kept[0] == os.devnull
    assert kept[1].startswith("pipe:")
    files = [os.readlink(file) for file in Path(f"/proc/{process.pid}/fd").iterdir()]
    # Nothing of the server's: the channel to the tests, and a handle for each process.
    assert not [file for file in files if "pidfd" in file]
    server = fork_server._server()._process.pid
    servers = {os.readlink(file) for file in Path(f"/proc/{server}/fd").iterdir() if int(file.name) > 2}
    assert not servers & set(files)


@FORKS
@pytest.mark.parametrize("name", ["PYTHONHASHSEED", "LC_ALL", "TZ"])
def test_what_an_interpreter_reads_at_its_start_starts_a_new_one(start: Started, tmp_path: Path, name: str) -> None:
    process = start("version", cwd=tmp_path, environ={name: "0"})
    assert isinstance(process, subprocess.Popen)
    assert process.wait(WITHIN) == 0


def test_other_systems_start_a_new_one(start: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fork_server.sys.platform", "darwin")
    process = start("version", cwd=tmp_path)
    assert isinstance(process, subprocess.Popen)
    assert process.wait(WITHIN) == 0


@FORKS
@pytest.mark.parametrize("victim", ["os.getpid()", "fork_server._server()._process.pid"], ids=["tests", "server"])
def test_nothing_outlives_what_started_it(tmp_path: Path, victim: str) -> None:
    program = (
        "import os, signal, subprocess, sys, time, fork_server, pathlib\n"
        f"process = fork_server.start({SERVE!r}, cwd=pathlib.Path.cwd(), env=os.environ, stdout=subprocess.PIPE)\n"
        "process.stdout.readline()\n"
        "print(process.pid, fork_server._server()._process.pid, flush=True)\n"
        f"os.kill({victim}, signal.SIGKILL)\n"
        "sys.exit(process.wait(30) + signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore::ResourceWarning", "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        timeout=WITHIN * 2,
        check=False,
    )
    gateway, server = map(int, done.stdout.split())
    assert done.returncode == (-signal.SIGKILL if victim == "os.getpid()" else 0)
    wait_until_gone(gateway)
    wait_until_gone(server)
