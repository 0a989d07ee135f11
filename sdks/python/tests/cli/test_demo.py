"""The demo beside a user's configuration: it reads none of it, writes into none of it, and its last line works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from onceward.cli.demo import clean_environment

pytest.importorskip("onceward_gateway")


def _hostile(folder: Path) -> dict[str, str]:
    """A folder and an environment that name a production database, a proxy, certificates and broken values."""
    database = folder / "production.db"
    (folder / "onceward.toml").write_text(
        f'[storage]\ndatabase_url = "sqlite:///{database}"\n'
        '[auth]\nmode = "required"\napi_keys = ["sk-0123456789abcdef"]\n'
        '[routes]\n"*" = "nothing/at-all"\n'
    )
    (folder / "onceward_gateway.py").write_text("raise SystemExit('the module of the working folder was imported')\n")
    (folder / "sitecustomize.py").write_text(f"open({str(folder / 'imported')!r}, 'w').close()\n")
    url = f"sqlite:///{database}"
    return {
        "DATABASE_URL": url,
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "ONCEWARD_GATEWAY_DATABASE_URL": url,
        "ONCEWARD_GATEWAY_REDIS_URL": "redis://127.0.0.1:9/0",
        "ONCEWARD_GATEWAY_CONFIG": str(folder / "onceward.toml"),
        "ONCEWARD_GATEWAY_DATA_DIR": str(folder / "data"),
        "ONCEWARD_GATEWAY_AUTH_MODE": "required",
        "ONCEWARD_GATEWAY_ACCESS_LOG": str(folder / "access.log"),
        "ONCEWARD_GATEWAY_PORT": "1",
        "ONCEWARD_BASE_URL": "http://127.0.0.1:9",
        "ONCEWARD_API_KEY": "sk-production-0123456789",
        "ONCEWARD_ORGANIZATION": "org_production",
        "ONCEWARD_TIMEOUT": "soon",
        "ONCEWARD_MAX_RETRIES": "many",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
        "SSL_CERT_FILE": str(folder / "no-such-file.pem"),
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "xdg"),
        "PYTHONPATH": "",
    }


def test_the_demo_touches_nothing_of_the_user(tmp_path: Path) -> None:
    folder, temporary = tmp_path / "work", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    variables = _hostile(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = subprocess.run(
        [str(Path(sys.executable).parent / "onceward"), "demo", "--only", "chat", "--only", "once", "--only", "heal"],
        cwd=folder,
        env={**os.environ, **variables, "TMPDIR": str(temporary)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 scenes" in done.stdout
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after == before
    assert not list(temporary.iterdir())


def test_the_last_line_is_a_command_of_the_readers_shell(tmp_path: Path) -> None:
    """No environment is activated, as after `make demo`."""
    variables = {**os.environ, "PATH": "/usr/bin:/bin"}
    words = [sys.executable, "-m", "onceward", "demo", "--only", "chat"]
    done = subprocess.run(words, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    commands = re.findall("`([^`]+)`", done.stdout.splitlines()[-1])
    assert [command.split()[-1] for command in commands] == ["--offline", "chat"]
    for command in commands:
        pasted = subprocess.run(
            f"{command} --help", shell=True, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
        )
        assert pasted.returncode == 0, pasted.stderr
        assert shlex.split(command)[-1].lstrip("-") in pasted.stdout


def test_the_environment_of_the_demo_is_a_short_list() -> None:
    told = clean_environment({"PATH": "/bin", "ONCEWARD_API_KEY": "sk-x", "PGHOST": "db", "https_proxy": "x"}, "/tmp/x")
    assert told["PATH"] == "/bin"
    assert told["HOME"] == "/tmp/x"
    assert not {"ONCEWARD_API_KEY", "PGHOST", "https_proxy"} & told.keys()
