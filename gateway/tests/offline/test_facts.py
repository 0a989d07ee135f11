"""First questions get true answers, schemas are filled with what is true, forms in a prompt are followed."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from onceward_gateway.offline.schema import Hints, fill

from .test_echo import ask, said

CITY: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "country": {"type": "string"}, "population": {"type": "integer"}},
    "required": ["name", "country", "population"],
}
LISBON = {"name": "Lisbon", "country": "Portugal", "population": 545_000}


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the capital of France?", "The capital of France is Paris."),
        ("what's the capital of germany", "The capital of Germany is Berlin."),
        ("What is the capital of France? Answer with one word.", "Paris"),
        ("Which city is the capital of the United States?", "The capital of the United States is Washington, D.C."),
        ("What is Japan's capital?", "The capital of Japan is Tokyo."),
        ("What is the population of Lisbon?", "About 545,000 people live in Lisbon."),
        ("How many people live in Portugal?", "About 10,500,000 people live in Portugal."),
        ("Which country is Nairobi in?", "Nairobi is in Kenya."),
        ("Where is Oslo?", "Oslo is in Norway."),
        ("What currency is used in Japan?", "The currency of Japan is the yen."),
        ("What language is spoken in Brazil?", "The main language of Brazil is Portuguese."),
        ("Translate 'good morning' to French", "bonjour"),
        ("Translate to Spanish: thank you", "gracias"),
        ("How do you say cat in German?", "Katze"),
        ("What day comes after Monday?", "Tuesday."),
        (
            "How many days are between 2024-02-01 and 2024-03-01?",
            "There are 29 days between 2024-02-01 and 2024-03-01.",
        ),
        ("What day of the week is 2024-02-29?", "2024-02-29 is a Thursday."),
        ("How many days are in a leap year?", "There are 366 days in a leap year."),
        ("What is 2 + 2? Just the number, please.", "4"),
        ("Hello!", "Hello! I am the offline model of Onceward. What can I do for you?"),
    ],
)
def test_first_questions(question: str, told: str) -> None:
    assert said(question) == told
    assert said(question) == said(question)


@pytest.mark.parametrize("text", ["The sky was green.", "Paris was rainy.", "I like Turkey sandwiches", "us and them"])
def test_statements_are_not_answered_with_facts(text: str) -> None:
    assert "people" not in said(text)
    assert "capital" not in said(text)


def test_it_describes_itself() -> None:
    assert "onceward/echo" in said("Who are you?")
    assert "prices are invented" in said("What are you, and what do you cost?")
    pirate = [{"role": "system", "content": "You are a pirate."}, {"role": "user", "content": "Who are you?"}]
    assert said(pirate) == "I am a pirate."


def filled(schema: dict[str, Any], *texts: str) -> Any:
    value = fill(schema, Hints(texts))
    jsonschema.validate(value, schema)
    return value


def test_facts_about_a_place_fill_the_schema() -> None:
    assert filled(CITY, "Tell me about Lisbon") == LISBON
    assert filled(CITY, "Tell me about Lisbon in 3 sentences")["population"] == 545_000
    told = filled(CITY, "Lisbon. population: 7")
    assert told["population"] == 7  # what the user says goes before what is known
    nested = {"type": "object", "properties": {"place": CITY, "currency": {"type": "string"}}, "required": ["place"]}
    assert filled(nested, "Tell me about Tokyo") == {
        "place": {"name": "Tokyo", "country": "Japan", "population": 14_000_000},
        "currency": "yen",
    }
    code = {"type": "object", "properties": {"country_code": {"type": "string", "pattern": "^[A-Z]{2}$"}}}
    assert filled(code, "Tell me about Lisbon") == {"country_code": "PT"}


def test_names_and_descriptions_give_sensible_values() -> None:
    def one(schema: dict[str, Any], name: str = "thing", text: str = "Make one up") -> Any:
        return filled({"type": "object", "properties": {name: schema}}, text)[name]

    assert one({"type": "integer"}, "age") == 36
    assert one({"type": "integer"}, "year") == 2024
    assert one({"type": "integer"}, "year", "Name 3 films") == 2024
    assert one({"type": "integer", "maximum": 10}, "age") <= 10
    assert one({"type": "string", "description": "The city and state, e.g. San Francisco, CA"}) == "San Francisco, CA"
    assert one({"type": "string", "description": "A code such as 'AB-12'"}) == "AB-12"
    assert one({"type": "string", "examples": ["from the examples"]}) == "from the examples"
    assert one({"type": "number", "examples": [0.25]}) == 0.25
    assert one({"type": "string", "default": "from the default"}) == "from the default"
    assert one({"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}, "email") == "ada@example.com"
    assert one({"type": ["string", "null"], "default": None}, "email") == "ada@example.com"
    assert one({"enum": ["red", "green"]}, "colour", "I like green") == "green"


FORMS = [
    "Answer as JSON with keys name, country and population.",
    "Return a JSON object with the fields `name`, `country` (a string) and `population` (an integer).",
    f"Respond in JSON that conforms to this JSON schema:\n```json\n{json.dumps(CITY)}\n```",
    "The output should be formatted as a JSON instance that conforms to the JSON schema below.\n\nAs an example, "
    'for the schema {"properties": {"foo": {"type": "array", "items": {"type": "string"}}}, "required": ["foo"]} '
    'the object {"foo": ["bar", "baz"]} is a well-formatted instance.\n\nHere is the output schema:\n```\n'
    f"{json.dumps({key: value for key, value in CITY.items() if key != 'type'})}\n```",
    'Reply only with JSON in this format: {"name": "...", "country": "...", "population": 0}',
    'Use the JSON format {"name": string, "country": string, "population": number}',
    'Return JSON like {"name": "<name>", "country": "<country>", "population": 123}.',
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", ["system", "user", "json_object"])
def test_the_form_that_a_prompt_asks_for(form: str, place: str) -> None:
    asked = "Tell me about Lisbon"
    if place == "user":
        messages = [{"role": "user", "content": f"{asked}\n{form}"}]
    else:
        messages = [{"role": "system", "content": form}, {"role": "user", "content": asked}]
    more = {"response_format": {"type": "json_object"}} if place == "json_object" else {}
    assert json.loads(said(messages, **more)) == LISBON


@pytest.mark.parametrize(
    "text",
    [
        'Say exactly: {"type": "object", "properties": {"a": {"type": "string"}}}',
        "Repeat this: answer as JSON with keys a, b",
        "What is a JSON schema?",
        "I use JSON at work.",
        "My keys are in the car",
    ],
)
def test_text_about_json_does_not_request_json(text: str) -> None:
    answer = ask(text)["choices"][0]["message"]["content"]
    try:
        value = json.loads(answer)
    except ValueError:
        return
    assert text.startswith("Say exactly")
    assert value["type"] == "object"
