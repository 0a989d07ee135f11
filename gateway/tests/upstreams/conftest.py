"""One gateway before an upstream with quirks, of both wires, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from onceward.testing import QuirkyUpstream

from ..conftest import GatewayProcess
from .kit import Quirky, prices


@pytest.fixture(scope="module")
def quirky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quirky]:
    """A gateway, the upstream behind it, and the log that must stay clean."""
    folder: Path = tmp_path_factory.mktemp("quirky")
    with QuirkyUpstream() as upstream:
        (folder / "onceward.toml").write_text(
            f"""
[providers.up]
protocol = "openai"
base_url = "{upstream.url}/v1"
api_key = "sk-operators-own-key"
retries = 0
response_timeout = 3
stream_timeout = 3
[providers.claude]
protocol = "anthropic"
base_url = "{upstream.url}"
api_key = "sk-operators-own-key"
retries = 0
response_timeout = 3
stream_timeout = 3
[providers.patient-up]
base_url = "{upstream.url}/v1"
api_key = "sk-operators-own-key"
[providers.patient-claude]
protocol = "anthropic"
base_url = "{upstream.url}"
api_key = "sk-operators-own-key"
[limits]
disconnect_grace_seconds = 0.1
{prices()}
"""
        )
        server = GatewayProcess(folder, log=folder / "log").start()
        try:
            yield Quirky(server, upstream)
        finally:
            server.stop()
