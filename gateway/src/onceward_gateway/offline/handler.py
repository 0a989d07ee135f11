"""The handlers of calls to offline models: emissions to events, a whole answer, or the answer of an API handler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import msgspec

from ..core import error_codes
from ..core.accumulate import ChatAccumulator, TextAccumulator
from ..core.answer import (
    Answer,
    CloseConnection,
    Delay,
    Emission,
    Fail,
    Garbage,
    ModelContext,
    OfflineModel,
    Stall,
)
from ..core.clock import Clock
from ..core.errors import ApiError, invalid
from ..core.response_writer import ModelHandler, ResponseWriter
from ..core.threads import offload
from ..core.usage import wants_usage
from ..http.request import Local, Request

__all__ = ["Embeddings", "emissions_of", "offline_answer", "offline_chunks"]

# Above this many bytes the vectors are made beside the loop.
_LONG_BODY = 16_384
_encode = msgspec.json.Encoder().encode
# How many emissions are made before others have their turn on the event loop.
_EMISSIONS_A_TURN = 64
# The sources that take turns now.
_taking_turns: set[Iterator[Emission]] = set()
_MANY_CHOICES = 4
_SLOW_MEMBERS = ("tools", "functions", "response_format", "audio", "best_of")


def emissions_of(model: OfflineModel, kind: str) -> Callable[[dict[str, Any], ModelContext], Iterator[Emission]]:
    """Return the method of a model that makes the emissions of a kind of call."""
    method = getattr(model, "complete" if kind == "completions" else "chat", None)
    if method is None:
        raise _not_capable(model.id, kind)
    return method  # type: ignore[no-any-return]  # the protocol's own method, looked up by name


def _not_capable(name: str, kind: str) -> ApiError:
    return invalid(
        f"The model {name!r} does not serve {kind}. `GET /v1/models` lists what each model can do.",
        param="model",
        code=error_codes.MODEL_NOT_CAPABLE,
    )


def _may_be_slow(request: Request) -> bool:
    """Return whether a model may compute for long: over a large body, a caller's schemas, or many choices."""
    choices, prompt = request.data.get("n"), request.data.get("prompt")
    return (
        len(request.raw) > _LONG_BODY
        or any(name in request.data for name in _SLOW_MEMBERS)
        or (isinstance(choices, int) and choices > _MANY_CHOICES)
        or (isinstance(prompt, list) and len(prompt) > _MANY_CHOICES)
    )


def offline_chunks(
    source: Iterator[Emission], request: Request, kind: str, clock: Clock, *, stream: bool
) -> ModelHandler:
    """Return a handler of a model's emissions: events for a stream, an accumulated answer for a unary call."""
    emissions = _in_turns(source, in_thread=_may_be_slow(request))
    if stream:
        return _EventProducer(emissions, clock, show_usage=wants_usage(request.data))
    return _AnswerProducer(emissions, clock, TextAccumulator() if kind == "completions" else ChatAccumulator())


async def _in_turns(source: Iterator[Emission], *, in_thread: bool) -> AsyncIterator[Emission]:
    """Yield the emissions, with turns for other tasks between them; make them in a thread where that is asked for."""
    if in_thread:
        while batch := await offload(_next_emissions, source):
            for emission in batch:
                yield emission
        return
    _taking_turns.add(source)
    try:
        made = 0
        for emission in source:
            yield emission
            # A directive, unlike a chunk, was waited for.
            made = made + 1 if isinstance(emission, dict) else 0
            # A turn of all sources that are read at the same time is as long as that of one.
            if made * len(_taking_turns) >= _EMISSIONS_A_TURN:
                made = 0
                await asyncio.sleep(0)
    finally:
        _taking_turns.discard(source)


def _next_emissions(source: Iterator[Emission]) -> list[Emission]:
    """Return the next emissions, up to the first directive."""
    batch: list[Emission] = []
    for emission in source:
        batch.append(emission)
        if len(batch) == _EMISSIONS_A_TURN or not isinstance(emission, dict):
            break
    return batch


class _EventProducer:
    """A handler that writes each chunk as an event."""

    def __init__(self, source: AsyncIterator[Emission], clock: Clock, *, show_usage: bool) -> None:
        self._source = source
        self._clock = clock
        self._show_usage = show_usage

    async def __call__(self, writer: ResponseWriter) -> None:
        async for emission in self._source:
            if isinstance(emission, dict):
                usage = emission.get("usage")
                if usage is not None:
                    writer.usage = usage
                    if not self._show_usage:
                        if not emission.get("choices"):
                            continue
                        emission = {name: value for name, value in emission.items() if name != "usage"}
                await writer.emit(_encode(emission))
            else:
                await _follow(emission, writer, self._clock)


class _AnswerProducer:
    """A handler that accumulates the chunks to one answer."""

    def __init__(
        self, source: AsyncIterator[Emission], clock: Clock, accumulator: ChatAccumulator | TextAccumulator
    ) -> None:
        self._source = source
        self._clock = clock
        self._accumulator = accumulator

    async def __call__(self, writer: ResponseWriter) -> None:
        async for emission in self._source:
            if isinstance(emission, dict):
                self._accumulator.add(emission)
            else:
                await _follow(emission, writer, self._clock)
        completion = self._accumulator.result()
        writer.usage = completion.get("usage")
        writer.answer = Answer(_encode(completion))


async def _follow(
    directive: Delay | Fail | CloseConnection | Stall | Garbage, writer: ResponseWriter, clock: Clock
) -> None:
    """Do what a directive says of the delivery."""
    if isinstance(directive, Delay):
        if not writer.catching_up:
            await clock.sleep(directive.seconds)
    elif isinstance(directive, Fail):
        raise directive.error
    else:
        writer.deliver_fault(directive)


def offline_answer(local: Local, model: OfflineModel, request: Request, context: ModelContext) -> ModelHandler:
    """Return a handler for a function that returns the whole answer."""

    async def produce(writer: ResponseWriter) -> None:
        writer.answer = await local(model, request, context)

    return produce


class Embeddings:
    """The embeddings of offline models."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def create(self, model: OfflineModel, request: Request, context: ModelContext) -> Answer:
        """Return the embeddings of the call's input."""
        method = getattr(model, "embed", None)
        if method is None:
            raise _not_capable(model.id, "embeddings")
        delay = getattr(model, "delay", None)
        if delay is not None and (seconds := delay(request.data)):
            await self._clock.sleep(seconds)
        if len(request.raw) > _LONG_BODY:
            return await offload(_embed, method, request.data, context)
        return _embed(method, request.data, context)


def _embed(
    method: Callable[[dict[str, Any], ModelContext], dict[str, Any]], data: dict[str, Any], context: ModelContext
) -> Answer:
    """Return the answer, encoded vector by vector: millions of numbers at once would hold everybody else up."""
    result = method(data, context)
    for item in result["data"]:
        item["embedding"] = msgspec.Raw(_encode(item["embedding"]))
    return Answer.json(result, usage=result.get("usage"))
