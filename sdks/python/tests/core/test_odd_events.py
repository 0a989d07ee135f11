"""Members of events with values of any kind: an answer or an error of this package comes out, and nothing else."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import onceward
from onceward._core.sse import SSEDecoder

from .rig import Reply, Rig, chunk, event, stream

Make = Callable[..., Rig]
ODD: list[Any] = [None, True, 7, -1, 1.5, "x", "", [], [1], {}, {"a": 1}, 10**30]
FUNCTION = {"name": "f", "arguments": "{}"}


def choice(**members: Any) -> dict[str, Any]:
    return {**chunk(""), "choices": [{"index": 0, "delta": {}, "finish_reason": None, **members}]}


def call(**members: Any) -> dict[str, Any]:
    return choice(delta={"tool_calls": [{"index": 0, "id": "a", "function": FUNCTION, **members}]})


PLACES: dict[str, Callable[[Any], Any]] = {
    "index": lambda odd: choice(index=odd),
    "delta": lambda odd: choice(delta=odd),
    "logprobs": lambda odd: choice(logprobs=odd),
    "content": lambda odd: choice(delta={"content": odd, "refusal": odd, "role": odd, "reasoning": odd}),
    "audio": lambda odd: choice(delta={"audio": odd, "images": odd, "annotations": odd}),
    "function_call": lambda odd: choice(delta={"function_call": odd}),
    "function_call.name": lambda odd: choice(delta={"function_call": {"name": odd, "arguments": odd}}),
    "tool_calls": lambda odd: choice(delta={"tool_calls": odd}),
    "a tool call": lambda odd: choice(delta={"tool_calls": [odd]}),
    "its index": lambda odd: call(index=odd),
    "its id": lambda odd: call(id=odd),
    "its function": lambda odd: call(function=odd),
    "its name": lambda odd: call(function={"name": odd, "arguments": odd}),
    "usage": lambda odd: {**choice(), "usage": odd},
    "choices": lambda odd: {**choice(), "choices": odd},
    "a choice": lambda odd: {**choice(), "choices": [odd]},
    "an error": lambda odd: {"error": dict.fromkeys(("message", "code", "type", "status", "retry_after"), odd)},
    "a detail": lambda odd: {"detail": [{"loc": odd, "msg": odd}]},
    "the event": lambda odd: odd,
}


def sent(odd: Any) -> bytes:
    return b"data: " + json.dumps(odd).encode() + b"\n\n"


def outcome(r: Rig) -> onceward.OncewardError | None:
    """Return the error that a stream ends with, after a journey through a pickle; None where it ends well."""
    try:
        r.events()
    except onceward.OncewardError as error:
        return pickle.loads(pickle.dumps(error))
    return None


@pytest.mark.parametrize("place", PLACES)
def test_an_odd_member_is_an_answer_or_a_typed_error(rig: Make, place: str) -> None:
    for odd in ODD:
        body = event(1, ident=False) + sent(PLACES[place](odd)) * 2 + sent(chunk("", "stop"))
        for end in (b"data: [DONE]\n\n", b""):
            r = rig([stream(body + end)], max_retries=0)
            failure = outcome(r)
            if isinstance(failure, onceward.StreamInterrupted):
                said = [str(one.message.content) for one in failure.partial.choices]
                assert any("x" in text for text in said), (odd, said)
        if isinstance(made := PLACES[place](odd), dict):
            assert onceward.accumulate([chunk("x"), made]).choices


@pytest.mark.parametrize("loc", [None, 7, "body", [None], ["body", "x"]])
def test_an_error_of_validation_may_say_its_place_in_any_way(rig: Make, loc: Any) -> None:
    r = rig([Reply(status=422, body={"detail": [{"loc": loc, "msg": "wrong"}]})])
    with pytest.raises(onceward.UnprocessableEntityError, match="wrong"):
        r.create()


def test_a_choice_whose_number_cannot_be_read_is_told_by_its_place(rig: Make) -> None:
    r = rig([stream(sent(choice(index={}, delta={"content": "a"})) + sent(chunk("b", "stop")) + b"data: [DONE]\n\n")])
    assert len(r.events()) == 2


@pytest.mark.parametrize("digits", ["9" * 5000, "\u00b2"])
def test_numbers_without_end_are_no_numbers(rig: Make, digits: str) -> None:
    retry = f"retry: {digits}\n\n".encode()
    assert SSEDecoder().feed(retry + event(1))[0][2] == "call_1:1"
    numbered = event(1).replace(b"call_1:1", f"call_1:{digits}".encode())
    r = rig([stream(retry + numbered), stream(event(2), b"data: [DONE]\n\n")])
    assert len(r.events()) == 2
    r = rig([Reply(headers={"content-length": digits, "content-type": "application/json"}, body={"id": 1})])
    with pytest.raises(onceward.ResponseShapeError):
        r.create()
