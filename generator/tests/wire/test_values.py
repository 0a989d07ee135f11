"""Values of the language's own types, keys without a declaration, and unions inside of other types."""

from __future__ import annotations

import datetime
import decimal
import json
import uuid
from typing import Any

import pytest

CONTRACT = """
openapi: 3.1.0
info: {title: Types, version: "1"}
servers: [{url: "SERVER"}]
paths:
  /things:
    post:
      operationId: createThing
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name, undeclared]
              properties:
                name: {type: string}
                day: {type: string, format: date}
                at: {type: string, format: date-time}
                id: {type: string, format: uuid}
                price: {type: string, format: decimal}
                rate: {type: number, format: decimal}
                time: {type: string, format: time}
                nested: {$ref: "#/components/schemas/Nested"}
                pet: {$ref: "#/components/schemas/Pet"}
                labels: {type: object, additionalProperties: {type: string}}
              additionalProperties: {type: integer}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Answer"}}}}
  /pets:
    post:
      operationId: createPet
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}
      responses: {"204": {description: ok}}
components:
  schemas:
    Nested:
      type: object
      required: [a, ghost]
      properties: {a: {type: string}}
      additionalProperties: {type: integer}
    Base: {type: object, required: [name], properties: {name: {type: string}}}
    Pet:
      allOf:
        - $ref: "#/components/schemas/Base"
        - oneOf:
            - {type: object, required: [bark], properties: {bark: {type: integer}}}
            - {type: object, required: [meow], properties: {meow: {type: string}}}
    Answer:
      type: object
      required: [day]
      properties:
        day: {type: string, format: date}
        at: {type: string, format: date-time}
        id: {type: string, format: uuid}
        price: {type: string, format: decimal}
        rate: {type: number, format: decimal}
"""
ID = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"


def sent(wire: Any, endpoint: str = "POST /things", **arguments: Any) -> Any:
    if endpoint == "POST /things":
        arguments = {"name": "x", "undeclared": 1, **arguments}
        wire.server.answer_json({"day": "2026-01-02"})
    wire.call(CONTRACT, endpoint, **arguments)
    return json.loads(wire.last.body)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("day", datetime.date(2026, 1, 2), "2026-01-02"),
        ("day", "2026-01-02", "2026-01-02"),
        ("at", datetime.datetime(2026, 1, 2, 3, tzinfo=datetime.UTC), "2026-01-02T03:00:00+00:00"),
        ("id", uuid.UUID(ID), ID),
        ("price", decimal.Decimal("12.50"), "12.50"),
        ("price", decimal.Decimal("1E+3"), "1000"),
        ("price", "0.1", "0.1"),
        ("rate", decimal.Decimal("12.50"), 12.5),
        ("rate", decimal.Decimal("9007199254740993"), 9007199254740993),
        ("labels", {"a": "b"}, {"a": "b"}),
        ("nested", {"a": "x", "ghost": 1, "more": 2}, {"a": "x", "ghost": 1, "more": 2}),
    ],
)
def test_values_are_sent_in_their_format(wire: Any, name: str, value: Any, expected: Any) -> None:
    assert sent(wire, **{name: value})[name] == expected


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"rate": decimal.Decimal("0.1234567890123456789")}, "`rate`"),
        ({"price": 1.5}, "`price` is 1.5; give a decimal number"),
        ({"nested": {"a": "x"}}, r"`nested\.ghost` is missing"),
        ({"nested": {"a": "x", "ghost": 1, "more": "text"}}, r"`nested\.more`"),
        ({"undeclared": "text"}, "`undeclared`"),
        ({"other": "text"}, "`other`"),
    ],
)
def test_values_of_other_types_are_refused(wire: Any, arguments: dict[str, Any], fault: str) -> None:
    with pytest.raises(wire.sdk(CONTRACT).module.ParameterError, match=fault):
        sent(wire, **arguments)


def test_keys_without_a_declaration_can_be_passed(wire: Any) -> None:
    assert sent(wire, undeclared=7, other=8) == {"name": "x", "undeclared": 7, "other": 8}


def test_values_are_read_in_their_format(wire: Any) -> None:
    wire.server.answer_json(
        {"day": "2026-01-02", "id": ID, "price": "12.50", "rate": 1.5, "at": "2026-01-02T03:04:05Z"}
    )
    got = wire.call(CONTRACT, "POST /things", name="x", undeclared=1)
    assert (got.day, got.id) == (datetime.date(2026, 1, 2), uuid.UUID(ID))
    assert str(got.price) == "12.50"
    assert isinstance(got.price, decimal.Decimal)
    assert (got.rate, got.at) == (1.5, datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC))
    assert got.to_dict()["price"] == "12.50"


@pytest.mark.parametrize("number", ["0.1234567890123456789012345", "-12345678901234567890.5", "1.10", "7", "1E+400"])
@pytest.mark.parametrize("rest", ['"id": "x"', '"id": 5'])
def test_decimal_numbers_keep_their_digits(wire: Any, number: str, rest: str) -> None:
    rate = "\n        rate: {type: number, format: decimal}\n"
    rates = "        rates: {type: array, items: {type: number, format: decimal}}\n"
    contract = CONTRACT.replace(rate, rate + rates)
    wire.answer(f'{{"day": "2026-01-02", {rest}, "rate": {number}, "rates": [{number}, 1], "more": 1.5}}'.encode())
    got = wire.call(contract, "POST /things", name="x", undeclared=1)
    assert (got.rate, got.rates) == (decimal.Decimal(number), [decimal.Decimal(number), decimal.Decimal(1)])
    assert got.more == 1.5


def test_texts_of_another_form_stay_texts(wire: Any) -> None:
    wire.server.answer_json({"day": "20260102", "id": "urn:x", "price": "a lot"})
    got = wire.call(CONTRACT, "POST /things", name="x", undeclared=1)
    assert (got.day, got.id, got.price) == ("20260102", "urn:x", "a lot")


@pytest.mark.parametrize("pet", [{"name": "Rex", "bark": 3}, {"name": "Tom", "meow": "loud"}])
def test_a_union_inside_all_of_is_an_argument(wire: Any, pet: dict[str, Any]) -> None:
    assert sent(wire, pet=pet)["pet"] == pet
    assert sent(wire, "POST /pets", body=pet) == pet


def test_a_variant_without_its_key_is_refused(wire: Any) -> None:
    with pytest.raises(wire.sdk(CONTRACT).module.ParameterError):
        sent(wire, pet={"name": "Rex"})


def test_none_of_it_is_a_warning(wire: Any) -> None:
    assert wire.sdk(CONTRACT).codes == []
