"""Unions: which variant an answer becomes, and which values are accepted as arguments."""

from __future__ import annotations

import json
from typing import Any

import pytest
from contracts import HERE

CONTRACT = (HERE / "contracts" / "inheritance.yaml").read_text().replace("https://zoo.example", "SERVER")


@pytest.mark.process
@pytest.mark.parametrize(
    ("endpoint", "sent", "variant"),
    [
        # Children that a parent lists by inheritance alone, by the mapping and by their own names.
        ("GET /animals", {"kind": "c", "milk": 1.5, "legs": 4}, "Cow"),
        ("GET /animals", {"kind": "d"}, "Duck"),
        ("GET /animals", {"kind": "RubberDuck", "colour": "yellow"}, "RubberDuck"),
        ("GET /animals", {"kind": "Stone"}, "Stone"),
        ("GET /animals", {"kind": "Animal", "legs": 2}, "AnimalBase"),
        # An unknown or a missing tag is never the first variant that fits.
        ("GET /animals", {"kind": "zebra", "milk": 2}, "UnknownVariant"),
        ("GET /animals", {"milk": 2}, "UnknownVariant"),
        ("GET /shapes", {"shape": "Circle", "radius": 1}, "Circle"),
        ("GET /shapes", {"shape": "Square", "side": 2}, "Square"),
        ("GET /shapes", {"shape": "Star"}, "UnknownVariant"),
        # Plain tags, with variants that only repeat their base.
        ("GET /events", {"type": "opened", "id": "1"}, "Opened"),
        ("GET /events", {"type": "closed", "id": "1"}, "Closed"),
        ("GET /events", {"type": "lost", "id": "1"}, "UnknownVariant"),
        # A nullable field that is absent, or null, does not disqualify a variant.
        ("GET /events", {"type": "moved"}, "Moved"),
        ("GET /events", {"type": "moved", "to": None}, "Moved"),
        # Properties beside the union belong to every variant.
        ("GET /tickets", {"state": "Open", "number": 1, "due": "today"}, "TicketOpen"),
        ("GET /tickets", {"state": "Done", "number": 1, "by": "me"}, "TicketDone"),
        ("GET /tickets", {"state": "Lost", "number": 1}, "UnknownVariant"),
    ],
)
def test_the_tag_of_an_answer_chooses_its_variant(wire: Any, endpoint: str, sent: Any, variant: str) -> None:
    wire.answer(json.dumps(sent).encode())
    value = wire.call(CONTRACT, endpoint)
    assert type(value).__name__ == variant
    assert value.to_dict() == sent


@pytest.mark.process
@pytest.mark.parametrize(
    ("endpoint", "sent", "variant", "deviates"),
    [
        ("GET /animals", {"kind": "c", "milk": "much"}, "Cow", "milk"),
        ("GET /animals", {"kind": "c"}, "Cow", "milk"),
        ("GET /shapes", {"shape": "Circle", "radius": []}, "Circle", "radius"),
        ("GET /events", {"type": "opened", "id": 1}, "Opened", "id"),
        ("GET /tickets", {"state": "Open", "number": "first", "due": "today"}, "TicketOpen", "number"),
    ],
)
def test_a_known_tag_chooses_its_variant_also_if_a_field_deviates(
    wire: Any, endpoint: str, sent: Any, variant: str, deviates: str
) -> None:
    wire.answer(json.dumps(sent).encode())
    value = wire.call(CONTRACT, endpoint)
    assert type(value).__name__ == variant
    assert value.to_dict() == sent
    assert [path for path, _ in value._deviations] == [deviates]


@pytest.mark.process
def test_children_are_accepted_as_arguments(wire: Any) -> None:
    types = wire.sdk(CONTRACT).module.types
    cow, duck = {"kind": "c", "milk": 1.5}, {"kind": "RubberDuck", "colour": "yellow"}
    for argument, sent in ((cow, cow), (types.Cow(**cow), cow), (duck, duck), (types.RubberDuck(**duck), duck)):
        wire.answer(json.dumps(sent).encode())
        value = wire.call(CONTRACT, "POST /animals", body=argument)
        assert wire.last.json() == sent
        assert value.to_dict() == sent
    with pytest.raises(Exception, match=r"`body\.milk` is missing"):
        wire.call(CONTRACT, "POST /animals", body={"kind": "c"})


@pytest.mark.process
def test_an_unknown_variant_can_be_sent_back(wire: Any) -> None:
    unknown = {"kind": "zebra", "stripes": [1, 2]}
    wire.answer(json.dumps(unknown).encode())
    value = wire.call(CONTRACT, "GET /animals")
    wire.answer(b'{"kind": "Stone"}')
    wire.call(CONTRACT, "POST /animals", body=value)
    assert wire.last.json() == unknown


MIXED = """
openapi: 3.1.0
info: {title: Mixed, version: "1"}
servers: [{url: "SERVER"}]
paths:
  /mixed:
    get:
      operationId: mixed
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Mixed"}}}}
components:
  schemas:
    Mixed: {type: object, properties: {one: {enum: [1, x, true]}, other: {enum: [true, 1, x]}}}
"""


@pytest.mark.process
@pytest.mark.parametrize("value", [1, True, "x"])
def test_true_and_one_are_different_values_of_an_enumeration(wire: Any, value: Any) -> None:
    sent = {"one": value, "other": value}
    wire.answer(json.dumps(sent).encode())
    assert json.dumps(wire.call(MIXED, "GET /mixed").to_dict()) == json.dumps(sent)
