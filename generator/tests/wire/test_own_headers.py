"""The headers that the client adds by itself: only those that the contract or `sdk.yaml` asks for."""

from __future__ import annotations

from typing import Any

import pytest
from wire_server import Answer

CONTRACT = """
openapi: 3.1.0
info: {title: Own headers, version: "1"}
servers: [{url: "SERVER"}]
paths:
  /plain:
    get: {responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}}
    post: {responses: {"204": {description: ok}}}
"""
DECLARED = f"""{CONTRACT}
  /orders:
    post:
      parameters:
        - {{name: idempotency-key, in: header, required: true, schema: {{type: string}}}}
        - {{name: X-Request-ID, in: header, schema: {{type: string}}}}
      responses: {{"204": {{description: ok}}}}
"""
STANDARD = {"host", "user-agent", "accept", "accept-encoding", "content-length", "connection"}


def names(recorded: Any) -> set[str]:
    return {name.lower() for name, _ in recorded.headers}


@pytest.mark.parametrize("contract", [CONTRACT, DECLARED])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_operation_without_own_headers_is_sent_none(wire: Any, contract: str, method: str) -> None:
    wire.call(contract, f"{method} /plain")
    assert names(wire.last) <= STANDARD


def test_headers_that_an_operation_declares_are_sent(wire: Any) -> None:
    wire.call(DECLARED, "POST /orders")
    assert names(wire.last) - STANDARD == {"idempotency-key", "x-request-id"}


@pytest.mark.parametrize("contract", [CONTRACT, DECLARED])
def test_a_request_without_a_key_is_not_sent_again(wire: Any, contract: str) -> None:
    sdk = wire.sdk(contract)
    wire.server.answer_all(lambda _: Answer(b"{}", status=503))
    with pytest.raises(sdk.module.InternalServerError):
        sdk.method(sdk.client(max_retries=1), "POST /plain")()
    assert len(wire.requests) == 1


def test_a_request_with_a_key_is_sent_again_with_it(wire: Any) -> None:
    sdk = wire.sdk(DECLARED)
    wire.answer(b"{}", status=503)
    wire.answer(b"", status=204)
    sdk.method(sdk.client(max_retries=1), "POST /orders")()
    first, second = wire.requests
    assert first.header("idempotency-key") == second.header("idempotency-key")
    assert names(second) - names(first) == set()


def test_ids_that_a_caller_gives_are_sent(wire: Any) -> None:
    wire.call(CONTRACT, "POST /plain", idempotency_key="k1", request_id="r1")
    assert (wire.last.header("Idempotency-Key"), wire.last.header("X-Request-Id")) == ("k1", "r1")


def test_an_error_has_no_request_id_that_the_server_never_saw(wire: Any) -> None:
    sdk = wire.sdk(CONTRACT)
    wire.answer(b"{}", status=400)
    with pytest.raises(sdk.module.BadRequestError) as caught:
        sdk.call("POST /plain")
    assert caught.value.request_id is None
