"""Fixtures shared by the tests of several parts: a real gateway with offline models, in a separate process."""

from __future__ import annotations

import gc
import os
import re
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from hypothesis import HealthCheck, settings

import fork_server

pytest_plugins = ["markers"]

READY_WITHIN = 60.0


def pytest_configure() -> None:
    # How fast a machine is must not decide about a test: on a busy one, examples take seconds to draw.
    settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("any machine")
    # A shell without job control starts its background commands with SIGINT ignored, and every child inherits that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for module in (httpx._transports.default, httpx2._transports.default):
        _share_tls_contexts(module)


def _share_tls_contexts(module: Any) -> None:
    """Let the HTTP clients of the tests share a TLS context: each would read every certificate authority, for 30 ms."""
    create: Callable[..., ssl.SSLContext] = module.create_ssl_context
    contexts: dict[Any, ssl.SSLContext] = {}

    def shared(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
        if verify is not True or cert is not None:
            return create(verify=verify, cert=cert, trust_env=trust_env)
        key = trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
        if key not in contexts:
            contexts[key] = create(trust_env=trust_env)
        return contexts[key]

    module.create_ssl_context = shared


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep the tests and their modules out of garbage collections, which would visit them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_unconfigure() -> None:
    fork_server.close()


def wait_until_ready(url: str, process: fork_server.Process) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz"):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    raise RuntimeError(f"the gateway at {url} was not ready within {READY_WITHIN} s (exit code {process.poll()})")


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a gateway that serves every model name offline, without a key."""
    data: Path = tmp_path_factory.mktemp("gateway")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONCEWARD_")}
    options = ["--offline", "--port", "0", "--data-dir", str(data)]
    process = fork_server.start(options, env=kept, cwd=data, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as output:
        found = re.search(r"http://\S+", output.readline())
        try:
            assert found is not None, f"the gateway did not start: {process.poll()}"
            wait_until_ready(found[0], process)
            yield found[0]
        finally:
            process.terminate()
            process.wait(20)
