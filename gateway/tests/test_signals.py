"""The process stops: at once when it is idle, within seconds at a second signal. Without its contract it never runs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

import onceward_gateway.http.contract as contract_module
from onceward_gateway.http.contract import ContractError, load_contract

from .conftest import GatewayProcess, Launch
from .databases import on_postgres, url_for
from .jobs.kit import wait_for

CHAT = "/v1/chat/completions"
LONG = {
    "model": "onceward/echo",
    "stream": True,
    "messages": [{"role": "user", "content": "x " * 500}],
    "provider_specific_params": {"pace": 0.2},
}
# Far above what a stop takes here, and far below the time for draining.
WITHIN = 15.0
PAIRS = [(a, b) for a in (signal.SIGTERM, signal.SIGINT) for b in (signal.SIGTERM, signal.SIGINT)]


@pytest.mark.parametrize("gap", [0.0, 0.3])
@pytest.mark.parametrize("pair", PAIRS, ids=[f"{a.name}-{b.name}" for a, b in PAIRS])
def test_a_second_signal_ends_the_process(
    launch: Launch, pair: tuple[signal.Signals, signal.Signals], gap: float
) -> None:
    # One kind twice in one instant is one to the system: then the time for draining is what bounds the stop.
    merged = gap == 0 and pair[0] is pair[1]
    server = launch("--offline", ONCEWARD_GATEWAY_DRAIN_TIMEOUT_SECONDS="2" if merged else "120")
    assert server.process is not None
    with httpx2.stream("POST", server.url + CHAT, json=LONG, headers={"Idempotency-Key": "long"}) as answer:
        next(answer.iter_text())
        began = time.monotonic()
        server.process.send_signal(pair[0])
        if gap:
            time.sleep(gap)
        server.process.send_signal(pair[1])
        assert server.wait(WITHIN) == 0
    assert time.monotonic() - began < WITHIN


@pytest.mark.skipif(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN, reason="the tests run under `nohup`")
def test_a_closed_terminal_drains(launch: Launch) -> None:
    server = launch("--offline")
    assert server.process is not None
    server.process.send_signal(signal.SIGHUP)
    assert server.wait(WITHIN) == 0


def test_a_thread_that_computes_does_not_hold_the_process(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from onceward_gateway.offline.models import BuiltIn\n"
        "BuiltIn.embed = lambda *given: sum(1 for _ in iter(int, 1))\n"
        "from onceward_gateway.entry.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    process, url = _started(program, tmp_path, ONCEWARD_GATEWAY_DRAIN_TIMEOUT_SECONDS="1")
    try:
        words = {"model": "onceward/embed", "input": ["word " * 5000]}
        with pytest.raises(httpx2.ReadTimeout):
            httpx2.post(url + "/v1/embeddings", json=words, timeout=httpx2.Timeout(30, read=1))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WITHIN)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


def _started(program: str, tmp_path: Path, **environ: str) -> tuple[subprocess.Popen[str], str]:
    """A process that runs a program which serves, when it is ready, and its URL."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("ONCEWARD")}
    process = subprocess.Popen(
        [sys.executable, "-c", program, "--offline", "--port", "0", "--data-dir", str(tmp_path / "data")],
        cwd=tmp_path,
        env=env | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = "http://" + process.stdout.readline().partition("http://")[2].split()[0]
        wait_for(lambda: answers(url), lambda ready: ready, 60)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    return process, url


def test_the_default_drain_ends_before_containers_are_killed() -> None:
    from onceward_gateway.config.load import RequestLimits

    assert RequestLimits().drain_timeout_seconds < 10


def test_a_process_that_cannot_end_by_itself_is_ended(tmp_path: Path) -> None:
    """Something in the loop does not let go, and the stop waits for it: the second signal asks nobody."""
    program = (
        "import sys, asyncio\n"
        "from onceward_gateway.entry.services import Services\n"
        "async def stop(self):\n"
        "    await asyncio.Event().wait()\n"
        "Services.stop = stop\n"
        "from onceward_gateway.entry.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    process, _ = _started(program, tmp_path)
    try:
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WITHIN)
        assert process.returncode == 1
    finally:
        process.kill()
        process.communicate()


def answers(url: str) -> bool:
    try:
        return httpx2.get(url + "/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def idle(server: GatewayProcess, client: httpx2.Client) -> None:
    """Calls of every kind were made, and a connection is kept open."""
    body = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hi"}]}
    assert client.post(server.url + CHAT, json=body).status_code == 200
    assert client.post(server.url + CHAT, json=body | {"stream": True}).text.endswith("[DONE]\n\n")
    assert client.post(server.url + CHAT, json=body, headers={"Idempotency-Key": "k"}).status_code == 200


@pytest.mark.parametrize("stores", ["alone", pytest.param("postgresql", marks=pytest.mark.cluster)])
def test_an_idle_gateway_stops_at_once(launch: Launch, tmp_path: Path, stores: str) -> None:
    if stores == "postgresql" and not on_postgres():
        from .cluster.gateways import no_postgres

        if no_postgres():
            pytest.skip("PostgreSQL is not installed")
    environ = {}
    if stores == "postgresql":
        environ["ONCEWARD_GATEWAY_DATABASE_URL"] = url_for(tmp_path / "pg", "postgresql").reveal()
    server = launch("--offline", **environ)
    with httpx2.Client(timeout=30) as client:
        idle(server, client)
        used = cpu_seconds(server)
        began = time.monotonic()
        server.terminate()
        assert server.wait(WITHIN) == 0
        took = time.monotonic() - began
    # About half a second on an idle machine; nothing here waits for a clock of seconds.
    assert took < 3.0, (took, used)


def cpu_seconds(server: GatewayProcess) -> float:
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


BROKEN: dict[str, Callable[[Path], object]] = {
    "missing": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:1000]),
    "no paths": lambda file: file.write_text('{"paths": {}, "components": {}}'),
    "another": lambda file: file.write_text('{"paths": {"/x": {"get": {}}}, "components": {"schemas": {}}}'),
    "odd": lambda file: file.write_text('{"paths": {"/x": 3}, "components": {"schemas": 1}}'),
}


@pytest.mark.parametrize("how", list(BROKEN))
def test_without_its_contract_a_gateway_does_not_start(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from onceward_gateway.entry.cli import main

    folder = tmp_path / "package"
    folder.mkdir()
    file = folder / "contract.json"
    file.write_bytes((Path(contract_module.__file__).parent / "contract.json").read_bytes())
    BROKEN[how](file)
    monkeypatch.setattr("onceward_gateway.http.contract.resources.files", lambda package: folder)
    monkeypatch.chdir(tmp_path)
    assert main(["--offline", "--port", "0", "--data-dir", str(tmp_path / "data")]) == 1
    told = capsys.readouterr()
    assert "contract" in told.err
    assert "Install onceward-gateway again" in told.err
    assert told.out == ""
    if how in ("missing", "empty", "cut", "no paths"):
        with pytest.raises(ContractError):
            load_contract()


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "application/json"])
def test_a_request_that_is_not_whole_is_told_of_the_stop(tmp_path: Path, content_type: str) -> None:
    server = GatewayProcess(tmp_path, "--offline", log=tmp_path / "log").start()
    path = "/v1/files" if "multipart" in content_type else "/v1/chat/completions"
    host, _, port = server.url.removeprefix("http://").partition(":")
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: 99999\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    part = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' if "multi" in content_type else b"{"
    )
    try:
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(head.encode())
            assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
            connection.sendall(part)
            server.terminate()
            said = b"".join(iter(lambda: connection.recv(65536), b""))
        assert said.startswith(b"HTTP/1.1 529 ")
        assert b'"code":"draining"' in said
        assert server.wait(WITHIN) == 0
        assert (tmp_path / "log").read_text() == ""
        assert [path.name for path in (tmp_path / "data").rglob("file-*")] == []
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("module", "action"),
    [
        ("onceward_gateway.entry.cli", ["--offline", "--port", "0"]),
        ("onceward_gateway.billing", ["--offline", "--port", "0"]),
        ("onceward_gateway.config.load", ["db", "check"]),
    ],
)
def test_an_interrupt_while_the_program_loads_is_quiet(tmp_path: Path, module: str, action: list[str]) -> None:
    program = (
        "import runpy, sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}: raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "runpy.run_module('onceward_gateway', run_name='__main__', alter_sys=True)\n"
    )
    command = [sys.executable, "-c", program, *action, "--data-dir", str(tmp_path / "data")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "")
