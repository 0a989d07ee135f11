"""First prompts of new users and of tutorials are answered as a user would judge sensible."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from .test_echo import said

JSON = {"type": "json_object"}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("capital of Japan", "The capital of Japan is Tokyo."),
        (
            "What are the capitals of France and Spain?",
            "The capital of France is Paris. The capital of Spain is Madrid.",
        ),
        ("¿Cuál es la capital de España?", "The capital of Spain is Madrid."),
        ("Quelle est la capitale de la France ?", "The capital of France is Paris."),
        ("Which is bigger, Paris or London?", "London, with about 8,900,000 people."),
        ("Is Lyon the capital of France?", "No."),
        ("Is 17 prime?", "Yes."),
        ("Count to five", "1, 2, 3, 4, 5"),
        ("Count from ten to seven", "10, 9, 8, 7"),
        ("What's 2 plus two?", "2 + 2 = 4"),
        ("What is the square root of 144?", "The square root of 144 is 12."),
        ("Convert 100 celsius to fahrenheit", "100 °C is 212 °F."),
        ("What is the average of 2, 4 and 9?", "The average is 5."),
        ("If I have 3 apples and buy 2 more, how many apples do I have?", "3 + 2 = 5"),
        ("How many r's are in strawberry?", "There are 3 'r' in 'strawberry'."),
        ("What is the next number: 2, 4, 8, 16", "32"),
        ("List three fruits", "1. apple\n2. banana\n3. orange"),
        ("Name 2 colors", "1. red\n2. blue"),
        ("Give me two countries in Europe as a bulleted list", "- Austria\n- Belgium"),
        ("Return a JSON array of three numbers", "[1, 2, 3]"),
        ("Sort alphabetically: pear, apple, fig", "apple, fig, pear"),
        ("Translate 'Hello, world!' to French.", "Bonjour le monde"),
        ("Convert 'hello' to uppercase", "HELLO"),
        ('Reverse the string "hello"', "olleh"),
        ("Repeat the word banana 2 times", "banana banana"),
        ("Reply with the word OK only.", "OK"),
        ("Say the number 7", "the number 7"),
        ("Answer with one word: what color is the sky?", "blue"),
        ("Summarise: The cat sat. It was sunny.", "The cat sat."),
        ("Extract the name and age from: John Smith is 42 years old.", "Name: John Smith\nAge: 42"),
        ("Is this positive or negative: The food was terrible.", "negative"),
        ("Is this positive or negative: not bad at all", "positive"),
        ("Classify the text into neutral, negative or positive. Text: It is a chair. Sentiment:", "neutral"),
        ('Classify: "refund please". Labels: shipping, billing, other. Reply with only the label.', "billing"),
        ("What is the capital of France?\nA) Berlin\nB) Paris\nAnswer with the letter only.", "B"),
        ("Is 8 a prime number? Answer yes or no.", "no"),
        ("Q: What is the capital of France?\nA: Paris\nQ: What is the capital of Japan?\nA:", "Tokyo"),
        (
            "Tweet: I love it\nSentiment: positive\nTweet: I hate it\nSentiment: negative\nTweet: Awful\nSentiment:",
            "negative",
        ),
        (
            "Context: The tower is 330 metres tall. It is red.\n\nQuestion: How tall is the tower?\nAnswer:",
            "The tower is 330 metres tall.",
        ),
        ("Write hello world in Python", '```python\nprint("Hello, world!")\n```'),
        ("true or false: Paris is in Spain", "false"),
        ("Thanks!", "You are welcome."),
    ],
)
def test_plain_prompts(asked: str, told: str) -> None:
    assert said(asked, seed=None) == told


@pytest.mark.parametrize("asked", ["What model are you?", "Which model is this", "help", "What can you do?"])
def test_it_says_what_it_is(asked: str) -> None:
    assert "onceward/echo, the offline model" in said(asked)


@pytest.mark.parametrize("asked", ["What's the weather in Paris?", "Explain recursion", "Write a function that sorts"])
def test_it_says_what_it_cannot_do(asked: str) -> None:
    assert said(asked, seed=None).startswith("I am an offline model of rules, not a language model.")
    assert asked in said(asked, seed=None)


@pytest.mark.parametrize(
    ("system", "asked", "told"),
    [
        ("Answer in one word.", "What is the capital of Italy?", "Rome"),
        ("answer in one word", "Tell me about dogs", "Unknown"),
        ("You translate English to French.", "I love programming.", "J'adore la programmation"),
        ("Translate the following from English into Italian", "hi!", "ciao"),
        ("Respond with exactly one of: positive, negative, neutral.", "I hate waiting.", "negative"),
        ("Classify the tweet as positive, neutral, or negative.", "I loved the film!", "positive"),
        ("Route to one of the departments: sales, support, billing.", "My invoice is wrong", "billing"),
        ("Answer yes or no questions briefly.", "What is the capital of Chile?", "The capital of Chile is Santiago."),
        (
            "You print labels. All is fast and cheap.",
            "Hi",
            "Hello! I am the offline model of Onceward. What can I do for you?",
        ),
        (
            "Use the context below.\nBe kind to all people.",
            "What is the capital of Chile?",
            "The capital of Chile is Santiago.",
        ),
        ("Put your answer in <answer> tags.", "What is 3+4?", "<answer>3+4 = 7</answer>"),
        ("End each reply with TERMINATE.", "What is 3+4?", "3+4 = 7\nTERMINATE"),
        ('Reply "TERMINATE" in the end when all is done.', "What is 3+4?", "3+4 = 7\nTERMINATE"),
        ("Answer in JSON with keys answer and confidence", "What is the capital of Italy?", None),
        (
            "Use the retrieved context to answer.\n\nThe warranty lasts 24 months.",
            "How long is the warranty?",
            "The warranty lasts 24 months.",
        ),
    ],
)
def test_instructions_set_the_form(system: str, asked: str, told: str | None) -> None:
    text = said([{"role": "system", "content": system}, {"role": "user", "content": asked}], seed=None)
    if told is None:
        assert json.loads(text) == {"answer": "The capital of Italy is Rome.", "confidence": 0.9}
    else:
        assert text == told


@pytest.mark.parametrize(
    ("talk", "told"),
    [
        (["What is the capital of France?", "Paris.", "and of Spain?"], "The capital of Spain is Madrid."),
        (["What's the population of Berlin?", "3.7m", "What about Oslo?"], "About 717,000 people live in Oslo."),
        (
            ["What is the capital of France?", "Paris.", "How many people live there?"],
            "About 2,100,000 people live in Paris.",
        ),
        (
            ["Tell me about Japan", "Japan is a country.", "What currency does it use?"],
            "The currency of Japan is the yen.",
        ),
        (["What is 2+2?", "2 + 2 = 4", "Multiply that by ten"], "4 * 10 = 40"),
        (["Say hello", "Hello", "In French please"], "Bonjour"),
        (["Explain dogs", "Dogs bark. They run.", "Make it shorter"], "Dogs bark."),
        (["happy", "sad", "tall", "short", "hot"], "cold"),
    ],
)
def test_conversations_go_on(talk: list[str], told: str) -> None:
    roles = ("user", "assistant")
    assert said([{"role": roles[at % 2], "content": text} for at, text in enumerate(talk)], seed=None) == told


def test_another_one_is_another() -> None:
    first = said("Tell me a joke", seed=None)
    talk = [("user", "Tell me a joke"), ("assistant", first), ("user", "another one")]
    other = said([{"role": role, "content": text} for role, text in talk], seed=None)
    assert other != first
    assert "offline" not in other


@pytest.mark.parametrize(
    ("asked", "form", "told"),
    [
        ("Return {capital, country} for Germany as JSON", None, {"capital": "Berlin", "country": "Germany"}),
        (
            "Give me the capital and country as JSON {capital, country} for Germany",
            JSON,
            {"capital": "Berlin", "country": "Germany"},
        ),
        ("Name: Bob, age 30. Return JSON", None, {"name": "Bob", "age": 30}),
        ("Extract the name and age from: 'Jason is 25 years old'. Return JSON.", None, {"name": "Jason", "age": 25}),
        ("List three fruits as JSON under key fruits", JSON, {"fruits": ["apple", "banana", "orange"]}),
        ("Who wrote Hamlet? Answer as JSON.", JSON, {"answer": "William Shakespeare wrote it."}),
    ],
)
def test_json_is_filled_with_the_answer(asked: str, form: Any, told: Any) -> None:
    more = {"response_format": form} if form else {}
    assert json.loads(said(asked, seed=None, **more)) == told


def test_an_enum_is_chosen_by_what_is_said() -> None:
    properties = {"sentiment": {"type": "string", "enum": ["positive", "neutral", "negative"]}}
    schema = {"type": "object", "properties": properties, "required": ["sentiment"]}
    form = {"type": "json_schema", "json_schema": {"name": "review", "schema": schema}}
    assert json.loads(said("The product broke after a day.", response_format=form)) == {"sentiment": "negative"}


@pytest.mark.parametrize(
    ("asked", "properties", "told"),
    [
        ("John's email is john@example.com.", {"email": {"type": "string"}}, {"email": "john@example.com"}),
        ("capital of Japan", {"capital": {"type": "string"}}, {"capital": "Tokyo"}),
        ("Which city is the capital of Spain?", {"city": {"type": "string"}}, {"city": "Madrid"}),
        ("Is 8 prime?", {"is_prime": {"type": "boolean"}}, {"is_prime": False}),
        ("What is 12*12?", {"answer": {"type": "integer"}}, {"answer": 144}),
        ("Summarize: Cats sleep. Dogs bark.", {"summary": {"type": "string"}}, {"summary": "Cats sleep."}),
        ("Translate hello to French", {"translation": {"type": "string"}}, {"translation": "bonjour"}),
        ("List two fruits", {"items": {"type": "array", "items": {"type": "string"}}}, {"items": ["apple", "banana"]}),
    ],
)
def test_a_schema_gets_the_answer(asked: str, properties: Any, told: Any) -> None:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    assert json.loads(said(asked, seed=None, response_format=form)) == told


@pytest.mark.parametrize(
    "demand",
    [
        "must be formatted as a valid Python Literal['positive', 'negative', 'neutral']",
        "must exactly match (no extra characters) one of: positive; negative; neutral",
    ],
)
def test_a_field_of_given_values_gets_one_of_them(demand: str) -> None:
    asked = (
        "[[ ## sentence ## ]]\nI hate it.\n\nRespond with the corresponding output fields, starting with the field "
        f"`[[ ## sentiment ## ]]` ({demand}), and then ending with the marker for `[[ ## completed ## ]]`."
    )
    assert said(asked, seed=None) == "[[ ## sentiment ## ]]\nnegative\n\n[[ ## completed ## ]]"


def test_an_agent_without_tools_gives_its_final_answer() -> None:
    system = "Use this format:\n\nThought: I now can give a great answer\nFinal Answer: your final answer."
    talk = [
        {"role": "system", "content": system},
        {"role": "user", "content": "Current Task: What is the capital of Peru?\n\nThought:"},
    ]
    told = "Thought: I now can give a great answer\nFinal Answer: The capital of Peru is Lima."
    assert said(talk, seed=None) == told


@pytest.mark.parametrize("unit", ["  ", "\n", "a, ", "x -> y\n", "A) b\n", "Q: a\nA: b\n"])
def test_long_texts_take_time_in_their_length(unit: str) -> None:
    text = "classify " + unit * (20_000 // len(unit)) + "!"
    started = time.process_time()
    assert said([{"role": "system", "content": text}, {"role": "user", "content": text}])
    assert time.process_time() - started < 2


def test_white_space_is_repeated_as_it_is() -> None:
    assert said("Say exactly: a    b", seed=None) == "a    b"
