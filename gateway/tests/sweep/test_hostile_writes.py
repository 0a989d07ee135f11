"""Values that no write of the gateway's own objects accepts: refused by the field's name, for every declared member.

The rest of each body is right, so that the value itself is judged and not a member that is missing beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .kit import Swept, Write, managed_writes

# Values that no member may have, and the allowed messages.
UNWRITABLE = {
    "NUL": '"a\\u0000b"',
    "NUL in a list": '["a\\u0000b"]',
    "NUL in an object": '{"a": "b\\u0000c"}',
    "surrogate": '"\\ud800"',
    "surrogate in a list": '["x", "\\udfff"]',
    "surrogate in an object": '{"a": "\\ud800"}',
    "NaN": "NaN",
    "infinite": "-Infinity",
    "too large for a double": "1e999",
    "NaN in a list": "[NaN]",
    "long": json.dumps("x" * 10_000),
    "huge": "1" + "0" * 40,
    "nested": "[[[[]]]]",
}
# A number below zero is a seed like any other; a long text in free metadata is bounded with all of it.
PERMITTED = {("POST /v1/fine_tuning/jobs", "seed", "negative")}


def _with(body: dict[str, Any], name: str, text: str) -> str:
    rest = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in body.items() if key != name]
    return "{" + ", ".join([*rest, f"{json.dumps(name)}: {text}"]) + "}"


async def _judge(world: Swept, write: Write, kinds: Callable[[Any], dict[str, str]]) -> list[tuple[object, ...]]:
    url, body = await world.request(write.path)
    wrong: list[tuple[object, ...]] = []
    for name, schema in write.members.items():
        # An increase and its end come together.
        paired = {"temp_budget_increase": 1, "temp_budget_expiry": "2099-01-01"} if name.startswith("temp_") else {}
        for kind, text in kinds(schema).items():
            if (write.name, name, kind) in PERMITTED:
                continue
            headers = {"Content-Type": "application/json"}
            answer = await world.client.request(
                write.method, url, content=_with(body | paired, name, text), headers=headers
            )
            error = answer.json().get("error", {}) if answer.status_code != 200 else {}
            told = f"{error.get('param')} {error.get('message')}"
            if answer.status_code not in (400, 404) or name not in told or "database" in told:
                wrong.append((write.name, name, kind, answer.status_code, told[:200]))
                url, body = await world.request(write.path)
    answer = await world.ask(write.method, url, body)
    if answer.status_code != 200:
        wrong.append((write.name, "the rest of the body is not right", answer.text))
    return wrong


async def test_hostile_values_of_every_member(world: Swept) -> None:
    wrong = [fault for write in managed_writes() for fault in await _judge(world, write, lambda _: UNWRITABLE)]
    assert not wrong, "\n".join(map(str, wrong))


def _wrong_types(schema: Any) -> dict[str, str]:
    """Values of other types than the few that a schema takes."""
    text = json.dumps(schema)
    kinds = {"negative": "-1", "object": '{"zz": 1}', "number": "1.5", "flag": "true"}
    if "object" in text or "$ref" in text or "oneOf" in text or "anyOf" in text:
        kinds.pop("object")
    if "number" in text:
        kinds.pop("number")
    if "boolean" in text:
        kinds.pop("flag")
    return kinds


async def test_wrong_types_of_every_member(world: Swept) -> None:
    wrong = [fault for write in managed_writes() for fault in await _judge(world, write, _wrong_types)]
    assert not wrong, "\n".join(map(str, wrong))


async def test_a_misspelt_member_is_refused_by_every_write_with_the_nearest_name(world: Swept) -> None:
    wrong = []
    for write in managed_writes():
        url, body = await world.request(write.path)
        for name in write.members:
            answer = await world.ask(write.method, url, body | {name + name[-1]: 5})
            error = answer.json().get("error", {})
            told = f"`{name + name[-1]}` is not a field of this request; did you mean `{name}`?"
            if answer.status_code != 400 or told not in error.get("message", ""):
                wrong.append((write.name, name, answer.status_code, answer.text[:200]))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize(
    ("text", "param", "says"),
    [
        ('{"messages": [{"role": "user", "content": "\\udc00"}]}', "messages[0].content", "U+DC00"),
        ('{"model": "onceward/echo", "messages": [], "temperature": NaN}', "temperature", "nan"),
        ('{"model": "onceward/echo", "messages": [], "metadata": {"\\ud800": "x"}}', "metadata", "U+D800"),
        ("NaN", None, "body"),
        ('{"model": ', None, "not valid JSON"),
        ("[" * 50_000 + "NaN", None, "nested deeper"),
    ],
)  # fmt: skip
async def test_values_outside_json_are_named_in_model_calls(
    world: Swept, text: str, param: str | None, says: str
) -> None:
    answer = await world.client.post("/v1/chat/completions", content=text, headers={"Content-Type": "application/json"})
    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, param), error
    assert says in error["message"]
