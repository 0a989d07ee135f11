"""The behaviour that `sdk.yaml` configures is the behaviour of the generated package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onceward_generator import build_api
from onceward_generator.emit.python import emit_python

pytestmark = pytest.mark.process
CONTRACT = Path(__file__).parents[1] / "contracts" / "parcels.yaml"
SDK = """
behaviour:
  retries: {max: 1, initial: 0.01, factor: 3, cap: 0.02, max_retry_after: 7, statuses: [418], status_from: 599}
  headers:
    idempotency: X-Idempotency
    request_id: X-Trace
    logged: [X-Shown, content-type]
  clocks: {connect: 3, first_byte: null}
"""

RUN = """
import io, json, logging
from parcels import APIStatusError, Parcels
from parcels.testing import FakeServer
lines = io.StringIO()
logger = logging.getLogger("parcels")
logger.addHandler(logging.StreamHandler(lines))
logger.setLevel(logging.DEBUG)
with FakeServer() as server, Parcels(api_key="k-0123456789abcdef", base_url=server.url) as client:
    server.respond_bytes(b"{}", status=418, path="/parcels/p1", times=1)
    headers = {"X-Shown": "y", "X-Hidden": "secret-text"}
    server.respond_json({"id": "p1", "status": "sent"}, path="/parcels/p1", headers=headers)
    client.parcels.retrieve("p1")
    attempts = len(server.requests)
    server.respond_bytes(b"{}", status=503, path="/parcels")
    try:
        client.parcels.create(to="abcdef")
    except APIStatusError:
        pass
    created = server.requests[attempts:]
    timeout = client.timeout
    server.respond_json({"data": [{"id": "p1", "status": "sent"}], "has_more": True}, path="/parcels", times=1)
    server.respond_json({"data": [{"id": "p2", "status": "sent"}], "has_more": False}, path="/parcels", times=1)
    before = len(server.requests)
    assert len(list(client.parcels.list())) == 2
    traces = [value for one in server.requests[before:] for name, value in one.headers if name.lower() == "x-trace"]
    assert len(set(traces)) == 2, "each page is a request of its own"
    sent = {name.lower() for name, _ in created[0].headers}
    print(json.dumps([
        attempts, len(created), [timeout.connect, timeout.first_byte, timeout.pool],
        sorted(name for name in sent if name.startswith("x-") or "idem" in name),
        "'X-Shown': 'y'" in lines.getvalue() or "'x-shown': 'y'" in lines.getvalue(), "secret-text" in lines.getvalue(),
    ]))
"""


def test_retries_time_limits_and_headers_are_as_configured(tmp_path: Path, make_project: Any) -> None:
    sdk = tmp_path / "sdk.yaml"
    sdk.write_text(SDK)
    files = emit_python(build_api(CONTRACT, sdk)[0])
    attempts, created, clocks, headers, shown, hidden = make_project(tmp_path, files).run(RUN)
    assert attempts == 2, "418 is retried"
    assert created == 1, "503 is not"
    assert clocks == [3, None, 60]
    assert headers == ["x-idempotency", "x-trace"]
    assert (shown, hidden) == (True, False)


def test_nothing_is_written_without_a_configuration() -> None:
    assert "Behaviour" not in emit_python(build_api(CONTRACT)[0])["src/parcels/_brand.py"]
