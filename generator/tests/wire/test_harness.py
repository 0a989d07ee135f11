"""The harness itself: requests are recorded as they were sent, and answers arrive as they were prepared."""

from __future__ import annotations

from typing import Any

import pytest

CONTRACT = """
openapi: 3.1.0
info: {title: Echo, version: "1"}
servers: [{url: "SERVER"}]
paths:
  /things/{id}:
    put:
      operationId: updateThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, properties: {size: {type: integer}}}}}
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {type: object, properties: {size: {type: integer}}}}}
"""


def test_a_request_is_recorded_and_its_answer_is_read(wire: Any) -> None:
    client = wire.client(CONTRACT)
    wire.answer(b'{"size": 4}')
    assert client.things.update("a/b", size=3).size == 4
    assert wire.last.method == "PUT"
    assert wire.last.target == "/things/a%2Fb"
    assert wire.last.json() == {"size": 3}
    assert wire.last.header("content-type") == "application/json"
    assert wire.last.raw.startswith(b"PUT /things/a%2Fb HTTP/1.1\r\n")


def test_answers_are_framed_by_chunks_and_by_the_end_of_the_connection(wire: Any) -> None:
    client = wire.client(CONTRACT)
    for framing in ("chunked", "close", "length"):
        wire.answer(b'{"size": 5}', framing=framing)
        assert client.things.update("x").size == 5


def test_a_cut_answer_is_an_error(wire: Any) -> None:
    sdk = wire.sdk(CONTRACT)
    wire.answer(b'{"size": 5}', cut=4)
    with pytest.raises(sdk.module.APIConnectionError, match="connection broke"):
        sdk.client().things.update("x")


def test_a_contract_without_faults_has_no_warning(wire: Any) -> None:
    assert wire.sdk(CONTRACT).codes == []
