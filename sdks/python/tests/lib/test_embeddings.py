"""Embeddings: base64 on the wire, floats to the user, whatever the server does."""

from __future__ import annotations

import base64
import pickle
import struct
from array import array
from typing import Any

import pytest

from onceward import AsyncOnceward, BadRequestError, Onceward
from onceward.testing import FakeGateway

VECTOR = [0.5, -0.25, 1.0]
BASE64 = base64.b64encode(struct.pack("<3f", *VECTOR)).decode()


def body(embedding: Any) -> dict[str, Any]:
    item = {"object": "embedding", "index": 0, "embedding": embedding}
    return {"object": "list", "model": "m", "data": [item], "usage": {"prompt_tokens": 1, "total_tokens": 1}}


@pytest.mark.parametrize("wire", [BASE64, VECTOR])
def test_the_user_gets_floats_whatever_the_server_sends(gateway: FakeGateway, client: Onceward, wire: Any) -> None:
    gateway.respond_json(body(wire))
    item = client.embeddings.create(model="m", input="a").data[0]
    assert gateway.requests[0].json()["encoding_format"] == "base64"
    assert item.embedding == VECTOR
    assert item.vector == array("f", VECTOR)
    assert item.dimensions == 3
    assert item.vector is item.vector
    numpy = pytest.importorskip("numpy")
    assert item.to_numpy().dtype == numpy.float32
    assert item.to_numpy().tolist() == VECTOR
    assert item.to_dict()["embedding"] == wire
    assert pickle.loads(pickle.dumps(item)).embedding == VECTOR


def test_what_is_asked_for_is_sent(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_json(body(VECTOR))
    client.embeddings.create(model="m", input="a", encoding_format="float")
    assert gateway.requests[0].json()["encoding_format"] == "float"


def test_a_server_that_knows_no_base64_is_asked_again(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_error(400, "Unknown parameter: encoding_format", times=1)
    gateway.respond_json(body(VECTOR), times=1)
    gateway.respond_error(400, "The input is too long")
    assert client.embeddings.create(model="m", input="a").data[0].embedding == VECTOR
    assert "encoding_format" not in gateway.requests[1].json()
    with pytest.raises(BadRequestError, match="too long"):
        client.embeddings.create(model="m", input="a")
    assert len(gateway.requests) == 3


def test_raw_answers_stay_raw(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_json(body(BASE64))
    raw = client.embeddings.with_raw_response.create(model="m", input="a")
    assert raw.status_code == 200
    assert raw.parse().data[0].embedding == VECTOR


async def test_async_twin(gateway: FakeGateway, aclient: AsyncOnceward) -> None:
    gateway.respond_error(422, "no such encoding_format", times=1)
    gateway.respond_json(body(BASE64))
    answer = await aclient.embeddings.create(model="m", input=["a"])
    assert answer.data[0].embedding == VECTOR
    assert [request.json().get("encoding_format") for request in gateway.requests] == ["base64", None]
