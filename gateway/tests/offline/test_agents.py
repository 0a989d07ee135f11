"""Agents of other packages come to an end: the prompts and tools are those that the packages send."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from .test_echo import ask, said

TOOLS: dict[str, Callable[..., Any]] = {
    "get_weather": lambda city="": f"Sunny in {city}, 21 degrees",
    "add": lambda a=0, b=0: a + b,
    "calculator": lambda expression="": eval(expression, {"__builtins__": {}}),
}
QUESTIONS = [
    ("What is the weather in Lisbon?", "Sunny in Lisbon, 21 degrees"),
    ("What is the capital of France?", "Paris"),
]

LANGCHAIN = """Answer the following questions as best you can. You have access to the following tools:

get_weather(city: str) -> str - Get the weather of a city.
calculator(expression: str) -> str - Calculate the value of a mathematical expression.

Use the following format:

Question: the input question you must answer
Thought: you should always think about what to do
Action: the action to take, should be one of [get_weather, calculator]
Action Input: the input to the action
Observation: the result of the action
... (this Thought/Action/Action Input/Observation can repeat N times)
Thought: I now know the final answer
Final Answer: the final answer to the original input question

Begin!

Question: {question}
Thought:"""

LLAMA_INDEX = """You are designed to help with a variety of tasks.
You have access to the following tools:
> Tool Name: get_weather
Tool Description: get_weather(city: str) -> str
Get the weather of a city.
Tool Args: {"properties": {"city": {"title": "City", "type": "string"}}, "required": ["city"], "type": "object"}

> Tool Name: add
Tool Description: add(a: int, b: int) -> int
Add two numbers.
Tool Args: {"properties": {"a": {"title": "A", "type": "integer"}, "b": {"type": "integer"}}, "type": "object"}

Please answer in the same language as the question and use the following format:

```
Thought: The current language of the user is: (user's language). I need to use a tool to help me answer the question.
Action: tool name (one of get_weather, add) if using a tool.
Action Input: the input to the tool, in a JSON format representing the kwargs (e.g. {"input": "hello world"})
```
At that point, you MUST respond in one of the following two formats:
Answer: [your answer here (In the same language as the user's question)]
"""

CREW = """You are Researcher. You know the weather.
You ONLY have access to the following tools, and should NEVER make up tools that are not listed here:

Tool Name: get_weather
Tool Arguments: {'city': {'description': None, 'type': 'str'}}
Tool Description: Get the weather of a city.
Tool Name: add
Tool Arguments: {'a': {'description': None, 'type': 'int'}, 'b': {'description': None, 'type': 'int'}}
Tool Description: Add two numbers.

Use the following format:

Thought: you should always think about what to do
Action: the action to take, only one name of [get_weather, add], just the name, exactly as it's written.
Action Input: the input to the action, just a simple JSON object, enclosed in curly braces
Observation: the result of the action

Once all necessary information is gathered, return the following format:

Thought: I now know the final answer
Final Answer: the final answer to the original input question
"""

CODE = """You are an expert assistant who can solve any task using code blobs.
The code sequence must be opened with '<code>', and closed with '</code>'.
In the end you have to return a final answer using the `final_answer` tool.
<code>
def get_weather(city: string) -> string:
    \"\"\"Get the weather of a city.

    Args:
        city: the city
    \"\"\"

def add(a: integer, b: integer) -> integer:
    \"\"\"Add two numbers.
    \"\"\"

def final_answer(answer: any) -> any:
    \"\"\"Provides a final answer to the given problem.
    \"\"\"
</code>
"""


def acted(text: str) -> str:
    """Return the result of the tool of an `Action:`, as agent packages read it."""
    found = re.search(r"Action\s*:[ \t]*(.+?)\nAction Input\s*:[ \t]*(.+)", text, re.DOTALL)
    assert found is not None, text
    name, given = found.group(1).strip(), found.group(2).strip()
    if given.startswith("{"):
        return str(TOOLS[name](**json.loads(given)))
    return str(TOOLS[name](given))


@pytest.mark.parametrize(("question", "told"), [*QUESTIONS, ("What is 17 * 23?", "391")])
def test_a_prompt_with_a_scratchpad_ends(question: str, told: str) -> None:
    prompt = LANGCHAIN.replace("{question}", question)
    steps = 0
    while "Final Answer:" not in (text := said(prompt, stop=["\nObservation"])):
        steps += 1
        prompt += f"{text}\nObservation: {acted(text)}\nThought:"
        assert steps == 1, text
    assert told in text.partition("Final Answer:")[2]


@pytest.mark.parametrize(("question", "told"), [*QUESTIONS, ("Add 17 and 25", "42")])
@pytest.mark.parametrize(("prompt", "ending"), [(LLAMA_INDEX, "\nAnswer:"), (CREW, "Final Answer:")])
@pytest.mark.parametrize("role", ["user", "assistant"])
def test_a_conversation_of_steps_ends(question: str, told: str, prompt: str, ending: str, role: str) -> None:
    asked = f"\nCurrent Task: {question}\n\nBegin!\n\nThought:" if prompt is CREW else question
    messages = [{"role": "system", "content": prompt}, {"role": "user", "content": asked}]
    steps = 0
    while ending not in (text := said(messages)):
        steps += 1
        observed = f"Observation: {acted(text)}"
        if role == "user":
            messages += [{"role": "assistant", "content": text}, {"role": "user", "content": observed}]
        else:
            messages += [{"role": "assistant", "content": f"{text}\n{observed}"}]
        assert steps == 1, text
    assert told in text.partition(ending)[2]


@pytest.mark.parametrize(("question", "told"), [*QUESTIONS, ("Add 17 and 25", "42")])
def test_actions_as_json_end(question: str, told: str) -> None:
    system = (
        "You have access to the following tools:\n\nget_weather(city: str) -> str - Get the weather of a city.\n"
        "add(a: int, b: int) -> int - Add two numbers.\n\nUse a json blob to specify a tool by providing an action key "
        "(tool name) and an action_input key (tool input).\n\n"
        'Valid "action" values: "Final Answer" or get_weather, add\n\n'
        '```\n{\n  "action": $TOOL_NAME,\n  "action_input": $INPUT\n}\n```\nQuestion: input question to answer\n'
    )
    work = ""
    for step in range(3):
        text = said(
            [
                {"role": "system", "content": system},
                {"role": "user", "content": f"{question}\n\n{work}\n\n(reminder to respond in a JSON blob)"},
            ]
        )
        blob = json.loads(text.strip("`\n").removeprefix("json"))
        if blob["action"] == "Final Answer":
            break
        assert step == 0
        work += f"{text}\nObservation: {TOOLS[blob['action']](**blob['action_input'])}\nThought: "
    assert told in blob["action_input"]


@pytest.mark.parametrize(("question", "told"), [*QUESTIONS, ("Add 17 and 25", 42), ("What is 2 ^ 5?", 32)])
def test_code_agents_end(question: str, told: str | int) -> None:
    messages = [{"role": "system", "content": CODE}, {"role": "user", "content": f"New task:\n{question}"}]
    text = said(messages, stop=["Observation:", "Calling tools:"])
    schema = {"type": "object", "properties": {"thought": {"type": "string"}, "code": {"type": "string"}}}
    form = {"type": "json_schema", "json_schema": {"name": "step", "schema": schema}}
    for code in (
        re.search("<code>(.*?)</code>", text, re.DOTALL)[1],  # type: ignore[index]
        json.loads(said(messages, response_format=form))["code"],
    ):
        ast.parse(code)
        answers: list[Any] = []
        exec(code, {**TOOLS, "final_answer": answers.append})
        assert told in answers[0] if isinstance(told, str) else answers == [told]


@pytest.mark.parametrize("as_json", [False, True])
def test_fields_between_marks(as_json: bool) -> None:
    system = (
        "(1) get_weather, whose description is <desc>Get the weather of a city.</desc>. It takes arguments "
        "{'city': {'type': 'string'}}.\n(2) finish, whose description is <desc>Marks the task as complete.</desc>. "
        'It takes arguments {}.\n[[ ## completed ## ]]\n{"next_tool_name": "{next_tool_name}"}'
    )
    demand = (
        "Respond with a JSON object in the following order of fields: `next_thought`, then `next_tool_name`, then "
        "`next_tool_args` (must be formatted as a valid Python dict)."
        if as_json
        else "Respond with the corresponding output fields, starting with the field `[[ ## next_thought ## ]]`, then "
        "`[[ ## next_tool_name ## ]]`, then `[[ ## next_tool_args ## ]]`, and then ending with the marker for "
        "`[[ ## completed ## ]]`."
    )
    asked = "[[ ## question ## ]]\nWhat is the weather in Lisbon?\n\n[[ ## trajectory ## ]]\n"
    seen = "[[ ## observation_0 ## ]]\nSunny in Lisbon\n\n"
    names: list[str] = []
    for trajectory in ("", seen):
        more = {"response_format": {"type": "json_object"}} if as_json else {}
        text = said(
            [{"role": "system", "content": system}, {"role": "user", "content": asked + trajectory + demand}], **more
        )
        if as_json:
            names.append(json.loads(text)["next_tool_name"])
        else:
            assert text.endswith("[[ ## completed ## ]]")
            names.append(re.search(r"next_tool_name ## \]\]\n(\w+)", text)[1])  # type: ignore[index]
    assert names == ["get_weather", "finish"]
    typed = (
        "[[ ## text ## ]]\nLisbon is nice\n\nRespond with the corresponding output fields, starting with the field "
        "`[[ ## population ## ]]` (must be formatted as a valid Python int), then `[[ ## country ## ]]`, and then "
        "ending with the marker for `[[ ## completed ## ]]`."
    )
    text = said([{"role": "system", "content": "[[ ## completed ## ]]"}, {"role": "user", "content": typed}])
    assert "## population ## ]]\n545000\n" in text
    assert "## country ## ]]\nPortugal\n" in text


def tool(name: str, about: str, /, **properties: str) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": {key: {"type": kind} for key, kind in properties.items()},
        "required": list(properties),
    }
    return {"type": "function", "function": {"name": name, "description": about, "parameters": parameters}}


WEATHER = tool("get_weather", "Get the weather of a city.", city="string")
ADD = tool("add", "Add two numbers.", a="integer", b="integer")
CITY = {"name": "string", "country": "string", "population": "integer"}


def loop(messages: list[dict[str, Any]], ends: Callable[[str], bool], **request: Any) -> list[tuple[str, Any]]:
    """The calls of an agent that asks until a tool that `ends` is called, or an answer in words comes."""
    made: list[tuple[str, Any]] = []
    for _ in range(6):
        message = ask(messages, **request)["choices"][0]["message"]
        calls = message.get("tool_calls")
        if not calls:
            return [*made, ("", message["content"])]
        messages = [*messages, message]
        for call in calls:
            name, arguments = call["function"]["name"], json.loads(call["function"]["arguments"])
            made.append((name, arguments))
            if ends(name):
                return made
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": str(TOOLS[name](**arguments))})
    raise AssertionError(f"it does not end: {made}")


FINALS = [
    tool("final_answer", "Provides a final answer to the given problem.", answer="string"),
    tool("final_result", "The final response which ends this conversation", **CITY),
    tool("finish", "Marks the task as complete.", answer="string"),
    tool("attempt_completion", "Present the result of your work.", result="string"),
]


@pytest.mark.parametrize("choice", ["required", "auto"])
@pytest.mark.parametrize("parallel", [True, False])
@pytest.mark.parametrize("final", FINALS, ids=lambda final: final["function"]["name"])
def test_a_tool_that_ends_the_loop_is_called_last(choice: str, parallel: bool, final: dict[str, Any]) -> None:
    name = final["function"]["name"]
    request = {"tools": [WEATHER, ADD, final], "tool_choice": choice, "parallel_tool_calls": parallel}
    made = loop([{"role": "user", "content": "What is the weather in Lisbon?"}], name.__eq__, **request)
    assert [called for called, _ in made] == ["get_weather", name]
    if name == "final_result":
        assert made[-1][1] == {"name": "Lisbon", "country": "Portugal", "population": 545_000}
    else:
        assert made[-1][1].popitem()[1] == "Sunny in Lisbon, 21 degrees"
    direct = loop([{"role": "user", "content": "What is the capital of France?"}], name.__eq__, **request)
    assert [called for called, _ in direct] == [name]


def test_observations_of_a_user_are_results_of_tools() -> None:
    """smolagents sends calls and results back as texts."""
    messages = [
        {"role": "system", "content": "ALWAYS provide a tool call, else you will fail."},
        {"role": "user", "content": [{"type": "text", "text": "New task:\nWhat is the weather in Lisbon?"}]},
    ]
    request = {"tools": [WEATHER, FINALS[0]], "tool_choice": "required", "stop": ["Observation:", "Calling tools:"]}
    first = ask(messages, **request)["choices"][0]["message"]["tool_calls"]
    assert [call["function"]["name"] for call in first] == ["get_weather"]
    called = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Lisbon"}}}
    messages += [
        {"role": "assistant", "content": [{"type": "text", "text": f"Calling tools:\n{[called]}"}]},
        {"role": "user", "content": [{"type": "text", "text": "Observation:\nSunny in Lisbon, 21 degrees"}]},
    ]
    (call,) = ask(messages, **request)["choices"][0]["message"]["tool_calls"]
    assert call["function"]["name"] == "final_answer"
    assert json.loads(call["function"]["arguments"]) == {"answer": "Sunny in Lisbon, 21 degrees"}


def test_a_forced_tool_gets_arguments_of_its_schema() -> None:
    """instructor and LangChain take the arguments of a tool for the answer."""
    shape = tool("City", "Correctly extracted `City` with all the required parameters with correct types", **CITY)
    named = {"type": "function", "function": {"name": "City"}}
    for choice in ("auto", "required", named):
        (call,) = ask("Tell me about Lisbon", tools=[shape], tool_choice=choice)["choices"][0]["message"]["tool_calls"]
        assert json.loads(call["function"]["arguments"]) == {
            "name": "Lisbon",
            "country": "Portugal",
            "population": 545_000,
        }
    made = loop(
        [{"role": "user", "content": "What is the weather in Lisbon?"}],
        "Report".__eq__,
        tools=[WEATHER, tool("Report", "A summary for the user.", city="string", text="string")],
        tool_choice="required",
    )
    assert [name for name, _ in made] == ["get_weather", "Report"]


@pytest.mark.parametrize("parallel", [True, False])
def test_a_tool_is_called_once_for_each_need(parallel: bool) -> None:
    tools = [WEATHER, ADD, tool("lookup", "Look up anything.", query="string")]
    asked = "What is the weather in Lisbon and Paris?"
    made = loop([{"role": "user", "content": asked}], lambda _: False, tools=tools, parallel_tool_calls=parallel)
    assert [(name, arguments.get("city")) for name, arguments in made[:-1]] == [
        ("get_weather", "Lisbon"),
        ("get_weather", "Paris"),
    ]
    assert "Sunny in Paris" in made[-1][1]
    added = loop([{"role": "user", "content": "Add 17 and 25"}], lambda _: False, tools=tools)
    assert added[0] == ("add", {"a": 17, "b": 25})
    assert [name for name, _ in added] == ["add", ""]


def test_a_forced_tool_without_required_arguments_is_filled() -> None:
    """The bytes of `instructor`'s `create_iterable`: an object that is asked for through a tool may require nothing."""
    city = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "population": {"type": "integer"}},
        "required": ["name", "population"],
    }
    cities = {
        "$defs": {"City": city},
        "type": "object",
        "properties": {"tasks": {"type": "array", "items": {"$ref": "#/$defs/City"}}},
        "required": [],
    }
    request = {
        "tools": [{"type": "function", "function": {"name": "IterableCity", "parameters": cities}}],
        "tool_choice": {"type": "function", "function": {"name": "IterableCity"}},
    }
    (call,) = ask("Tell me about Lisbon", **request)["choices"][0]["message"]["tool_calls"]
    assert json.loads(call["function"]["arguments"])["tasks"][0] == {"name": "Lisbon", "population": 545000}
