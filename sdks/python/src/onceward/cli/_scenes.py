"""The scenes of the demo. Each does what an application would do, and shows the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from .._client import Onceward
from .._core.errors import SDKError
from .._core.retry import RetryEvent
from ..lib.batches import BatchRequest
from ..tools.tool import tool
from ._screen import Screen
from .embed import similarity_table

if TYPE_CHECKING:
    from ..types.params.chat import ChatCompletionUserMessageParam as Said

__all__ = ["SCENES", "Scene"]

_CHAT = "onceward/echo"
_BATCH = 24


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    title: str
    play: Callable[[Onceward, Screen], None]


class Booking(BaseModel):
    name: str
    city: str
    nights: int
    breakfast: bool


@tool
def weather(city: str, unit: Literal["celsius", "fahrenheit"] = "celsius") -> str:
    """Return the weather in a city.

    Args:
        city: Name of the city.
        unit: Unit of the temperature.
    """
    return f"18 degrees {unit} and clear in {city}"


def _chat(client: Onceward, screen: Screen) -> None:
    question = "Hello! What are you, and what do you cost?"
    screen.line(f"> {question}", "dim")
    messages: list[Said] = [{"role": "user", "content": question}]
    with client.chat.completions.stream(model=_CHAT, messages=messages) as stream:
        for piece in stream.text_stream:
            screen.write(piece)
    usage = stream.final().usage
    screen.end_line()
    if usage is not None:
        screen.line(f"{usage.prompt_tokens} tokens in, {usage.completion_tokens} out, usage always included", "dim")


def _tools(client: Onceward, screen: Screen) -> None:
    question = "What is the weather in Oslo?"
    screen.line(f"> {question}   (tool: a Python function; its schema comes from its signature and docstring)", "dim")
    run = client.chat.completions.model(_CHAT).user(question).tools(weather).run_tools()
    for event in run:
        if event.type == "tool.result":
            screen.line(f"{event.call.name}({event.call.arguments}) -> {event.output}", "accent")
        elif event.type == "content.delta":
            screen.write(event.delta)
    screen.end_line()
    result = run.final()
    tokens = result.usage.total_tokens if result.usage is not None else 0
    screen.line(f"{result.turns} turns, {tokens} tokens in all", "dim")


def _parse(client: Onceward, screen: Screen) -> None:
    asked = "A room in Lisbon please. name: Grace Hopper, nights: 3, breakfast: true"
    screen.line(f"> {asked}   (as the Pydantic model Booking)", "dim")
    messages: list[Said] = [{"role": "user", "content": asked}]
    with client.chat.completions.stream(model=_CHAT, messages=messages, response_format=Booking) as stream:
        seen: list[str] = []
        for event in stream:
            if event.type == "content.delta" and (partial := str(event.partial)) not in seen:
                seen.append(partial)
    for partial in seen[1 : -1 : max(1, len(seen) // 4)]:
        screen.line(f"  so far: {partial}", "dim")
    booking = stream.final().unwrap()
    screen.line(repr(booking), "strong")


def _embed(client: Onceward, screen: Screen) -> None:
    texts = ["the cat sat on the mat", "a cat sits on a mat", "stock prices fell today", "prices of stocks are falling"]
    answer = client.embeddings.create(model="onceward/embed", input=texts)
    vectors = [one.vector for one in answer.data]
    screen.table(*similarity_table(texts, vectors))
    screen.line(f"{len(vectors)} vectors of {answer.data[0].dimensions} floats, as base64 on the wire", "dim")


def _batch(client: Onceward, screen: Screen) -> None:
    requests = [
        BatchRequest(
            {"model": _CHAT, "messages": [{"role": "user", "content": f"Say the number {number}"}]}, f"n-{number}"
        )
        for number in range(_BATCH)
    ]
    batch = client.batches.create_from(requests)
    with screen.progress(f"batch of {_BATCH}", _BATCH) as update:
        over = client.batches.wait(
            batch.id,
            poll=0.1,
            timeout=60,
            on_progress=lambda one: update(one.request_counts.completed if one.request_counts is not None else 0),
        )
    answers = client.batches.results(over)
    answer = answers["n-7"].unwrap()
    screen.line(f"{over.status}: {len(answers)} answers, each found by its own id", "good")
    screen.line(f"n-7: {answer.choices[0].message.content}", "dim")


def _heal(client: Onceward, screen: Screen) -> None:
    cuts: list[RetryEvent] = []
    careful = client.with_options(on_retry=cuts.append)
    messages: list[Said] = [
        {"role": "user", "content": "Tell me a story that is long enough to be cut in the middle of it, please."}
    ]
    screen.line("The connection of this stream is cut in the middle, on purpose:", "dim")
    with careful.chat.completions.stream(model="onceward/fault-cut", messages=messages) as stream:
        seen_cuts = 0
        for piece in stream.text_stream:
            if len(cuts) > seen_cuts:
                seen_cuts = len(cuts)
                screen.write(" [cut, and resumed] ", "warn")
            screen.write(piece)
    screen.end_line()
    call_id = getattr(stream.raw, "call_id", None)
    whole = client.chat.completions.create(model=_CHAT, messages=messages).choices[0].message.content
    if stream.text != whole or not cuts:
        raise SDKError("the stream was not resumed: its text differs from that of an uncut answer")
    screen.line(f"{len(cuts)} cut, no chunk lost and none twice: the same text as without a cut", "good")
    if call_id is not None:
        _bill(client, screen, client.calls.retrieve(call_id).idempotency_key)


def _once(client: Onceward, screen: Screen) -> None:
    screen.line("This model fails twice for each call before it answers; the client retries:", "dim")
    retries: list[RetryEvent] = []
    careful = client.with_options(on_retry=retries.append)
    messages: list[Said] = [{"role": "user", "content": "Once, please."}]
    answer = careful.chat.completions.create(model="onceward/fault-flaky", messages=messages)
    for event in retries:
        screen.line(f"  {type(event.error).__name__}: sent again after {event.delay:.2f} s", "warn")
    screen.line(answer.choices[0].message.content or "")
    _bill(client, screen, answer._idempotency_key)  # pyright: ignore[reportPrivateUsage]


def _bill(client: Onceward, screen: Screen, key: str | None) -> None:
    """Return the gateway's record of one idempotency key: one call, however often it was sent."""
    if key is None:
        raise SDKError("the call had no idempotency key")
    calls = client.calls.list(key=key).data
    rows = [
        (
            one.id[:14] + "…",
            one.status,
            str(one.attempts),
            str(one.usage.total_tokens if one.usage is not None else ""),
            f"${one.cost_usd:.7f}" if one.cost_usd is not None else "",
        )
        for one in calls
    ]
    screen.table(("call", "status", "times sent", "tokens", "billed"), rows, (2, 3, 4))
    if len(calls) != 1:
        raise SDKError(f"the gateway has {len(calls)} records for one call")


SCENES: tuple[Scene, ...] = (
    Scene("chat", "A streamed answer", _chat),
    Scene("tools", "The model calls a Python function", _tools),
    Scene("parse", "An answer as a Pydantic object", _parse),
    Scene("embed", "Embeddings", _embed),
    Scene("batch", "A batch", _batch),
    Scene("heal", "A stream that is cut, and resumes", _heal),
    Scene("once", "A call that is retried, and billed once", _once),
)
