"""The telemetry configuration, and invalid values."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from onceward_gateway.config.load import ConfigError, load


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[metrics]\npublic = true\ntoken = 'scrape-0123456789abcdef'", "lets everybody read what the token"),
        ("[metrics]\ntoken = 'short'", "`metrics.token` has 5 characters, which can be guessed"),
        ("[metrics]\ntoken_env = 'UNSET_TOKEN'", "names a variable that is not set"),
        ("[metrics]\nlisten = '9464'", "'9464', which is not `host:port`"),
        ("[metrics]\nlisten = '0.0.0.0:9464'", "nothing says who of them may read"),
        ("[metrics]\nport = 1", "`metrics.port` is not a setting"),
        ("[telemetry]\nendpoint = 'localhost:4318'", "'localhost:4318', which is not an http or https address"),
        ("[telemetry]\nsample_ratio = 1.5", "`telemetry.sample_ratio` is 1.5, which is not between 0 and 1"),
        ("[access_log]\npath = 'x'", "`access_log.path` is not a setting"),
    ],
)
def test_settings_that_cannot_be_meant(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "onceward.toml").write_text(text)
    with pytest.raises(ConfigError) as failure:
        load(tmp_path / "onceward.toml", {})
    assert said in str(failure.value)


@pytest.mark.parametrize(
    ("text", "environ", "enabled", "required"),
    [
        ("", {}, False, False),
        ("", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True, False),
        ("", {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318"}, True, False),
        ("", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"}, False, False),
        ("[telemetry]\nenabled = false", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, False, False),
        ("[telemetry]\nenabled = true", {}, True, True),
        ("[telemetry]\nendpoint = 'http://c:4318'", {}, True, True),
    ],
)
def test_when_there_are_spans(
    tmp_path: Path, text: str, environ: dict[str, str], enabled: bool, required: bool
) -> None:
    (tmp_path / "onceward.toml").write_text(text)
    tracing = load(tmp_path / "onceward.toml", environ).observability.tracing
    assert (tracing.enabled, tracing.required) == (enabled, required)


@pytest.mark.parametrize(
    ("config", "environ", "status", "said"),
    [
        ("[telemetry]\nenabled = true\n", {}, 1, 'Install it: pip install "onceward-gateway[otel]".'),
        ("", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, 0, "OpenTelemetry is not installed: no spans."),
    ],
)
def test_without_the_extra(tmp_path: Path, config: str, environ: dict[str, str], status: int, said: str) -> None:
    (tmp_path / "onceward.toml").write_text(config)
    script = tmp_path / "without.py"
    script.write_text(WITHOUT)
    command = [sys.executable, str(script), "--offline", "--port", "0", "--data-dir", str(tmp_path / "data")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ONCEWARD", "OTEL"))}
    done = subprocess.run(
        command, cwd=tmp_path, env=kept | environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


WITHOUT = """
import os, signal, sys
sys.modules["opentelemetry"] = None
from onceward_gateway.entry.app import App
from onceward_gateway.entry.cli import main

start = App.start
async def started(self):
    await start(self)
    os.kill(os.getpid(), signal.SIGTERM)
App.start = started
sys.exit(main(sys.argv[1:]))
"""


def test_a_port_in_use_stops_the_start(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "onceward.toml").write_text(f'[metrics]\nlisten = "127.0.0.1:{port}"\n')
        command = [sys.executable, "-m", "onceward_gateway", "--port", "0", "--data-dir", str(tmp_path / "data")]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"`metrics.listen` is '127.0.0.1:{port}', which cannot be listened on: " in done.stderr
    assert "Traceback" not in done.stderr
