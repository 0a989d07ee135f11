"""Faults in a request, named as a person would name them."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest

from onceward_gateway.core.errors import ApiError
from onceward_gateway.http.contract import load_contract, render
from onceward_gateway.http.validation import Contract

CONTRACT = Contract(load_contract())
SOURCE = Path(__file__).resolve().parents[2] / "contract" / "openapi.yaml"


def test_the_shipped_contract_is_the_repositorys() -> None:
    shipped = SOURCE.parents[1] / "gateway/src/onceward_gateway/http/contract.json"
    assert shipped.read_bytes() == render(SOURCE), "Run: make generate"


def fault(change: dict[str, Any]) -> ApiError:
    spec = CONTRACT.find("POST", "/v1/chat/completions")
    assert spec is not None
    with pytest.raises(ApiError) as raised:
        spec.check_json({"model": "m", "messages": [{"role": "user", "content": "x"}]} | change)
    assert raised.value.status == 400
    return raised.value


@pytest.mark.parametrize(
    ("change", "param", "says"),
    [
        ({"messages": [{"role": "boss", "content": "x"}]}, "messages[0].role", "'developer', 'system', 'user'"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "is not array or string"),
        ({"messages": [{"role": "user", "content": [{"type": 7}]}]}, "messages[0].content[0].type", "string"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text", "is missing"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": 5}}]}]},
            "messages[0].content[0].image_url.url",
            "string",
        ),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "is missing"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", "is missing"),
        ({"tool_choice": "always"}, "tool_choice", "is not one of"),
        ({"stop": 5}, "stop", "is not array, null or string"),
        ({"stop": ["a", 9]}, "stop[1]", "string"),
        ({"temperature": 2.5}, "temperature", "maximum of 2"),
        ({"tools": [{"type": "function"}]}, "tools[0].function", "is missing"),
        ({"logit_bias": {"a": "b"}}, "logit_bias.a", "number"),
    ],
)
def test_the_fault_is_named(change: dict[str, Any], param: str, says: str) -> None:
    error = fault(change)
    assert error.param == param
    assert says in error.message


def test_a_long_value_is_shown_in_part() -> None:
    assert len(fault({"n": "9" * 10_000}).message) < 200


def test_a_query_is_typed() -> None:
    spec = CONTRACT.find("GET", "/v1/calls")
    assert spec is not None
    assert spec.read_query([("limit", "7"), ("idempotency_key", "5")]) == {"limit": 7, "idempotency_key": "5"}
    with pytest.raises(ApiError, match="limit"):
        spec.read_query([("limit", "seven")])


def test_a_form_is_typed() -> None:
    spec = CONTRACT.find("POST", "/v1/audio/transcriptions")
    assert spec is not None
    fields = [("model", "1"), ("temperature", "0.5"), ("timestamp_granularities[]", "word"), ("stream", "false")]
    data, fault = spec.read_form(fields, ["file"])
    assert fault is None
    assert data["model"] == "1"
    assert data["temperature"] == 0.5
    assert data["stream"] is False
    assert next(value for name, value in data.items() if name.startswith("timestamp")) == ["word"]
    with pytest.raises(ApiError) as missing:
        spec.read_form([("model", "x")], [])
    assert missing.value.param == "file"


def test_the_fault_of_a_large_body_keeps_no_copy_of_it() -> None:
    contract = Contract(load_contract())
    spec = contract.find("POST", "/v1/chat/completions")
    assert spec is not None
    spec.relayed = True
    parts = [{"type": "text", "text": "x", "more": [str(number)]} for number in range(5000)]
    body = {"model": "m", "messages": [{"role": "user", "content": parts}], "temperature": 3}
    spec.check_json(body, is_large=True)
    gc.collect()
    before = len(gc.get_objects())
    found = spec.check_json(body, is_large=True)
    gc.collect()
    assert found is not None
    assert len(gc.get_objects()) - before < 1000
    assert asyncio.run(found.error()).param == "temperature"
