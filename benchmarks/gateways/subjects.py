"""Subjects: how each is started with the mock provider, and its URL, key and model name.

Onceward runs with everything that its budget includes: keys, limits on requests and tokens, a budget, and the durable
ledger. LiteLLM runs with its own command, with a master key and without a database. Portkey's gateway has no keys of
its own; the headers of a request name the provider.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["SUBJECTS", "Running", "started"]

HERE = Path(__file__).parent
_MASTER = "sk-benchmark-0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Running:
    """A running subject: its URL, key and model, the id of its session, and the seconds from start to ready.

    `headers` are sent with each request, in addition to the key.
    """

    url: str
    key: str
    model: str
    session: int
    ready_s: float
    headers: Mapping[str, str] = field(default_factory=dict)


def _onceward(folder: Path, provider: str, port: int, python: Path) -> list[str | Path]:
    shared = ""
    if database := os.environ.get("ONCEWARD_BENCH_DATABASE_URL"):
        shared = f'[storage]\ndatabase_url = "{database}"\n'
        if redis := os.environ.get("ONCEWARD_BENCH_REDIS_URL"):
            shared += f'redis_url = "{redis}"\n'
    (folder / "onceward.toml").write_text(
        f'[server]\ndata_dir = "{folder}/data"\n'
        f'{shared}[auth]\nmode = "required"\napi_keys = ["{_MASTER}"]\n'
        f'[models]\nmock = "local/mock"\n'
        f'[providers.local]\nbase_url = "{provider}/v1"\napi_key = "none"\n'
        '[prices."local/mock"]\ninput_per_million = 0.15\noutput_per_million = 0.60\n'
    )
    return [python, "-m", "onceward_gateway", "--config", folder / "onceward.toml", "--port", str(port)]


def _litellm(folder: Path, provider: str, port: int, python: Path) -> list[str | Path]:
    entry = {"model": "openai/mock", "api_base": f"{provider}/v1", "api_key": "none"}
    config = {"model_list": [{"model_name": "mock", "litellm_params": entry}]}
    (folder / "config.yaml").write_text(json.dumps(config))
    return [
        python.parent / "litellm",
        *("--config", folder / "config.yaml", "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"),
    ]


def _portkey(folder: Path, provider: str, port: int, modules: Path) -> list[str | Path]:
    return ["node", modules / "@portkey-ai/gateway/build/start-server.js", f"--port={port}", "--headless"]


def _passthrough(folder: Path, provider: str, port: int, python: Path) -> list[str | Path]:
    return [python, HERE / "passthrough.py", str(port), provider]


def _own(folder: Path, provider: str, port: int, python: Path) -> list[str | Path]:
    return [python, HERE.parent / "relays.py", str(port), provider, "own"]


def _pyreqwest(folder: Path, provider: str, port: int, python: Path) -> list[str | Path]:
    return [python, HERE.parent / "relays.py", str(port), provider, "pyreqwest"]


# The environment and the command of each subject, and the path that responds when it is ready.
SUBJECTS = {
    "onceward gateway": ("gateway", _onceward, "/readyz"),
    "litellm proxy": ("litellm", _litellm, "/health/readiness"),
    "portkey gateway": ("portkey", _portkey, "/"),
    "pass-through": ("gateway", _passthrough, None),
    "own client": ("gateway", _own, None),
    "pyreqwest": ("gateway", _pyreqwest, None),
}


@contextmanager
def started(
    name: str, folder: Path, provider: str, pythons: dict[str, Path], *, under: Sequence[str | Path] = ()
) -> Iterator[Running]:
    """Run a subject in its own processes until the block ends; `under` is a command that runs its command."""
    environment, command, path = SUBJECTS[name]
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("ONCEWARD", "LITELLM"))}
    environ |= {"LITELLM_MASTER_KEY": _MASTER, "LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    arguments = [*under, *command(folder, provider, port, pythons[environment])]
    with (folder / "log").open("wb") as log:
        start = time.perf_counter()
        process = subprocess.Popen(arguments, cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True)
        try:
            _until_ready(process, port, None if path is None else url + path, folder / "log")
            ready = time.perf_counter() - start
            key = _limited_key(url) if name.startswith("onceward") else _MASTER
            yield Running(url, key, "mock", process.pid, ready, _headers(name, provider))
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _headers(name: str, provider: str) -> dict[str, str]:
    """Return the headers that a subject needs to find the provider."""
    if name != "portkey gateway":
        return {}
    return {"x-portkey-provider": "openai", "x-portkey-custom-host": f"{provider}/v1"}


def _until_ready(process: subprocess.Popen[bytes], port: int, url: str | None, log: Path) -> None:
    deadline = time.monotonic() + 120
    while not _answers(port, url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the subject did not become ready: {log.read_text()[-2000:]}")
        time.sleep(0.005)


def _answers(port: int, url: str | None) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            pass
        if url is not None:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bool(answer.status == 200)
    except OSError:
        return False
    return True


def _limited_key(url: str) -> str:
    """Return a virtual key with all kinds of limits: requests and tokens per minute, and a budget."""
    body = {"max_budget": 1_000_000.0, "rpm_limit": 10_000_000, "tpm_limit": 1_000_000_000_000}
    request = urllib.request.Request(
        url + "/key/generate",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {_MASTER}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        key: str = json.load(answer)["key"]
    return key


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
