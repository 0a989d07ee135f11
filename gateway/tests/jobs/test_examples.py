"""Training files: every declared format is accepted, and errors name the line."""

from __future__ import annotations

import io
from typing import Any

import openai
import pytest

from onceward_gateway.core.errors import ApiError
from onceward_gateway.jobs.jsonl import check_upload
from onceward_gateway.jobs.training_examples import LineFault, examples_in

from .kit import jsonl
from .test_fine_tuning import finish, tell, upload

ASKED = {"role": "user", "content": "Where is my order?"}
ANSWER = {"role": "assistant", "content": "It is in the mail."}
WORSE = {"role": "assistant", "content": "No idea."}
CHAT = {"messages": [ASKED, ANSWER]}
LEGACY = {"prompt": "Where is my order?", "completion": " It is in the mail."}
PAIR = {"input": {"messages": [ASKED]}, "preferred_output": [ANSWER], "non_preferred_output": [WORSE]}
GRADED = {"messages": [ASKED], "reference_answer": "It is in the mail."}
GRADER = {
    "type": "string_check",
    "name": "exact",
    "operation": "eq",
    "input": "{{sample.output_text}}",
    "reference": "{{item.reference_answer}}",
}
METHODS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (CHAT, {"type": "supervised"}),
    (LEGACY, {"type": "supervised"}),
    (PAIR, {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.2, "n_epochs": 2}}}),
    (GRADED, {"type": "reinforcement", "reinforcement": {"grader": GRADER}}),
]


@pytest.mark.parametrize(("line", "method"), METHODS, ids=["chat", "legacy", "dpo", "reinforcement"])
def test_each_kind_is_learned(client: openai.OpenAI, line: dict[str, Any], method: dict[str, Any]) -> None:
    file = upload(client, jsonl([line, line]))
    job = client.fine_tuning.jobs.create(model="onceward/echo", training_file=file, method=method)  # type: ignore[arg-type]
    done = finish(client, job)
    assert done.status == "succeeded", done.error
    assert done.method is not None
    shown = done.method.to_dict()
    assert shown["type"] == method["type"]
    if method["type"] == "dpo":
        assert shown["dpo"]["hyperparameters"]["beta"] == 0.2
        assert shown["dpo"]["hyperparameters"]["n_epochs"] == 2
    if method["type"] == "reinforcement":
        assert shown["reinforcement"]["grader"] == GRADER
    assert done.fine_tuned_model is not None
    assert tell(client, done.fine_tuned_model, "Where is my order?") == "It is in the mail."


def test_a_file_of_another_kind_fails_by_its_line(client: openai.OpenAI) -> None:
    job = client.fine_tuning.jobs.create(
        model="onceward/echo", training_file=upload(client, jsonl([CHAT])), method={"type": "dpo"}
    )
    done = finish(client, job)
    assert (done.status, done.error is not None) == ("failed", True)
    assert done.error is not None
    assert "Line 1: `input` is missing" in str(done.error.message)
    with pytest.raises(openai.BadRequestError, match=r"method\.reinforcement\.grader"):
        client.fine_tuning.jobs.create(
            model="onceward/echo", training_file=upload(client, jsonl([GRADED])), method={"type": "reinforcement"}
        )
    with pytest.raises(openai.BadRequestError, match=r"method\.dpo\.hyperparameters\.n_epochs"):
        client.fine_tuning.jobs.create(
            model="onceward/echo",
            training_file=upload(client, jsonl([PAIR])),
            method={"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 1000}}},
        )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"messages": []}, "`messages` must be a list of at least one message, not []."),
        ({"messages": "hi"}, "`messages` must be a list of at least one message, not 'hi'."),
        ({"messages": [7]}, "`messages[0]` must be an object"),
        ({"messages": [ASKED, {"role": "robot", "content": "x"}]}, "`messages[1].role` must be one of"),
        ({"messages": [{"role": "user", "content": 7}, ANSWER]}, "`messages[0].content` must be a text"),
        ({"messages": [ASKED]}, "no answer of the role 'assistant'"),
        ({"prompt": "x"}, "`completion` is missing beside `prompt`"),
        ({"completion": "x"}, "`prompt` is missing beside `completion`"),
        ({"prompt": 7, "completion": "x"}, "`prompt` must be a text, not 7"),
        ({"prompt": "x", "completion": " "}, "`completion` is empty"),
        ({"text": "x"}, "neither `messages` nor `prompt`"),
        (PAIR | {"preferred_output": [ASKED]}, "`preferred_output` must hold answers"),
        (PAIR | {"non_preferred_output": []}, "`non_preferred_output` must be a list"),
        (PAIR | {"input": {}}, "`input` must be an object with `messages`"),
        ({"input": {"messages": [ASKED]}, "preferred_output": [ANSWER]}, "`non_preferred_output` is missing"),
    ],
)
def test_errors_name_their_line(line: dict[str, Any], told: str) -> None:
    found = examples_in(line, 2)
    assert isinstance(found, LineFault)
    assert found.line == 2
    assert told in found.message
    good = PAIR if "preferred_output" in line else LEGACY if "prompt" in line else CHAT
    with pytest.raises(ApiError) as refused:
        check_upload(io.BytesIO(jsonl([good, line])), "fine-tune")
    assert "Line 2: " in refused.value.message
    assert refused.value.code == "invalid_file_format"


def test_a_file_holds_one_kind() -> None:
    with pytest.raises(ApiError, match="Line 3: The line is one of the method 'dpo', and line 1 one of 'supervised'"):
        check_upload(io.BytesIO(jsonl([CHAT, LEGACY, PAIR, PAIR])), "fine-tune")
    for line in (CHAT, LEGACY, PAIR, GRADED):
        check_upload(io.BytesIO(jsonl([line, line])), "fine-tune")


@pytest.mark.parametrize(
    "answer",
    [
        {"role": "assistant", "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f"}}]},
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
    ],
)
def test_a_call_of_a_tool_is_an_example(answer: dict[str, Any]) -> None:
    found = examples_in({"messages": [{"role": "user", "content": "weather?"}, answer]}, 1)
    assert isinstance(found, list)
    assert [(example.prompt, example.calls) for example in found] == [("weather?", True)]
