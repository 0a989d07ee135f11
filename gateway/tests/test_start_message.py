"""The greeting of `serve`: the address, and a `curl` line that works when it is pasted."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

KEY = "sk-0123456789abcdef"


@contextmanager
def greeting(folder: Path, *options: str, **variables: str) -> Generator[list[str], None, None]:
    program = [sys.executable, "-m", "onceward_gateway", "serve", "--port", "0", "--data-dir", str(folder), *options]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=folder, env={**os.environ, **variables})
    assert process.stdout is not None
    try:
        yield [process.stdout.readline().strip() for _ in range(2)]
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize(
    ("options", "variables"),
    [
        ((), {}),
        (("--auth-mode", "required"), {"ONCEWARD_GATEWAY_API_KEYS": KEY}),
        (("--host", "0.0.0.0", "--auth-mode", "required"), {"ONCEWARD_GATEWAY_API_KEYS": KEY}),
        (("--host", "::1"), {"PYTHONIOENCODING": "ascii"}),
    ],
    ids=["plain", "keys", "all-interfaces", "ipv6"],
)
def test_the_printed_curl_works_when_pasted(
    options: tuple[str, ...], variables: dict[str, str], tmp_path: Path
) -> None:
    if "::1" in options and not _ipv6():
        pytest.skip("this machine has no IPv6")
    folder = tmp_path / "dät"
    folder.mkdir()
    with greeting(folder, *options, **variables) as (address, line):
        assert address.startswith("Onceward gateway on http://")
        command = line.removeprefix("Try: ")
        pasted = subprocess.run(
            ["bash", "-c", f"{command} --silent --show-error --retry 20 --retry-connrefused --retry-delay 1"],
            env={**os.environ, "ONCEWARD_API_KEY": KEY, "NO_PROXY": "*"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert KEY not in line
    assert pasted.returncode == 0, pasted.stderr
    assert "Hello" in json.loads(pasted.stdout)["choices"][0]["message"]["content"], pasted.stdout


def _ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = _ran("serve", "--port", port, "--data-dir", str(tmp_path))
    assert done.returncode == 1
    assert f"127.0.0.1:{port} cannot be listened on" in done.stderr
    assert "--port" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "curl" not in done.stdout


def test_help_version_and_wrong_commands() -> None:
    assert _ran("help").stdout == _ran("--help").stdout
    assert _ran("version").stdout.startswith("onceward_gateway 0.")
    wrong = _ran("srve")
    assert (wrong.returncode, "did you mean 'serve'?" in wrong.stderr) == (2, True)


def _ran(*words: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "onceward_gateway", *words]
    return subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
