"""Chat streams: typed events, the text alone, a running snapshot, and the final completion.

`ChatEvents` turns chunks into events and does no I/O. `ChatStream` and `AsyncChatStream` read the chunks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Self, TypeVar, cast

from ..._core.errors import APIError, SDKError
from ._merge import members, text_of
from ._request import prepare, streaming
from .accumulator import CallState, ChatAccumulator, ChoiceState, Step
from .events import (
    ChatStreamEvent,
    ChunkEvent,
    ContentDelta,
    ContentDone,
    FinishEvent,
    LogprobsDelta,
    ReasoningDelta,
    ReasoningDone,
    RefusalDelta,
    RefusalDone,
    ToolCallDelta,
    ToolCallDone,
    UsageEvent,
)
from .parse import Format, ParsedChatCompletion, parse_completion

if TYPE_CHECKING:
    from ..._core.meta import Meta
    from ..._drivers.stream import AsyncStream, Stream
    from ...types.chat import ChatCompletion, ChatCompletionChunk
    from ...types.shared import CompletionUsage

__all__ = [
    "AsyncChatStream",
    "AsyncParsedChatStream",
    "ChatEvents",
    "ChatStream",
    "ParsedChatStream",
    "Plan",
    "async_stream",
    "plan",
    "sync_stream",
]

T = TypeVar("T")
Final = TypeVar("Final")

_DELTAS: dict[str, type[ContentDelta | ReasoningDelta | RefusalDelta]] = {
    "content": ContentDelta,
    "reasoning_content": ReasoningDelta,
    "reasoning": ReasoningDelta,
    "refusal": RefusalDelta,
}


class ChatEvents:
    """Turns chunks into typed events, without I/O. ``format`` is that of the parsed answer, if one was requested."""

    def __init__(self, format: Format[Any] | None = None) -> None:
        self.accumulator = ChatAccumulator()
        self.format = format
        self.ended = False
        self._done: set[int] = set()
        self._usage: CompletionUsage | None = None

    def feed(self, chunk: ChatCompletionChunk) -> list[ChatStreamEvent]:
        """Return the events of one chunk."""
        events: list[ChatStreamEvent] = [ChunkEvent(chunk)]
        for step in self.accumulator.take(chunk):
            self._deltas(step, events)
            if step.choice.finish_reason is not None and step.choice.index not in self._done:
                self._finish(step.choice, events)
        usage = chunk.usage
        if usage is not None:
            self._usage = usage
            events.append(UsageEvent(usage))
        return events

    def end(self) -> list[ChatStreamEvent]:
        """Return the events of the stream's end: choices that the server never finished are done now."""
        self.ended = True
        events: list[ChatStreamEvent] = []
        for choice in self.accumulator.choices:
            if choice.index not in self._done:
                self._finish(choice, events)
        return events

    @property
    def usage(self) -> CompletionUsage | None:
        """The usage of the call, once the server has sent it."""
        return self._usage

    def _deltas(self, step: Step, events: list[ChatStreamEvent]) -> None:
        choice = step.choice
        for name, value in step.delta.items():
            kind = _DELTAS.get(name)
            if kind is not None and value:
                text = value if isinstance(value, str) else text_of(value)
                if text:
                    pieces = choice.texts[name]
                    events.append(kind(text, choice.index, pieces, len(pieces)))
        for call, fragment, count in step.calls:
            events.append(ToolCallDelta(fragment, choice.index, call.arguments, count, call.place, call.id, call.name))
        logprobs = step.given.get("logprobs")
        if logprobs is not None:
            given = members(logprobs)
            content: list[Any] = given.get("content") or []
            refusal: list[Any] = given.get("refusal") or []
            if content or refusal:
                events.append(LogprobsDelta(content, refusal, choice.index))

    def _finish(self, choice: ChoiceState, events: list[ChatStreamEvent]) -> None:
        self._done.add(choice.index)
        index = choice.index
        if reasoning := choice.text("reasoning_content") or choice.text("reasoning"):
            events.append(ReasoningDone(reasoning, index))
        if content := choice.text("content"):
            parsed = self.format.read(content)[0] if self.format is not None else None
            events.append(ContentDone(content, index, parsed))
        if refusal := choice.text("refusal"):
            events.append(RefusalDone(refusal, index))
        events.extend(_call_done(call, index) for call in choice.ordered_calls())
        events.append(FinishEvent(choice.finish_reason, index))


def _call_done(call: CallState, choice: int) -> ToolCallDone:
    from ...tools.partial_json import object_from

    if call.custom is not None:
        return ToolCallDone(
            call.id, call.custom.get("name", ""), call.custom.get("input", ""), None, None, call.place, choice
        )
    arguments = call.arguments_text
    parsed, error = object_from(arguments)
    return ToolCallDone(call.id, call.name, arguments, parsed, error, call.place, choice)


class _Reading(Generic[Final]):
    """The state of a chat stream, for synchronous and asynchronous ones."""

    _events: ChatEvents
    _final: Callable[[ChatEvents, Meta | None], Final]
    _source: Stream[ChatCompletionChunk] | AsyncStream[ChatCompletionChunk] | None = None
    _answer: Final | None = None
    _closed = False

    def __init__(self, events: ChatEvents, final: Callable[[ChatEvents, Meta | None], Final]) -> None:
        self._events = events
        self._final = final

    @property
    def snapshot(self) -> ChatCompletion:
        """The completion so far. After the last event: the completion."""
        return self._events.accumulator.completion()

    @property
    def text(self) -> str:
        """The text of the first choice so far."""
        return self._events.accumulator.text

    @property
    def usage(self) -> CompletionUsage | None:
        """The usage of the call, once the server has sent it (at the end)."""
        return self._events.usage

    @property
    def partial(self) -> Any:
        """The JSON value so far, for an answer that is JSON; None before it begins."""
        from ...tools.partial_json import partial_json

        return partial_json(self.text)

    @property
    def request_id(self) -> str | None:
        """The id of the request, once the stream is open."""
        return getattr(self._source, "request_id", None)

    @property
    def raw(self) -> Stream[ChatCompletionChunk] | AsyncStream[ChatCompletionChunk] | None:
        """The underlying stream of chunks, once it is open: headers, attempts, the last event's id."""
        return self._source

    def __repr__(self) -> str:
        state = (
            "ended"
            if self._events.ended
            else "closed"
            if self._closed
            else "open"
            if self._source is not None
            else "not begun"
        )
        return f"<{type(self).__name__} {state}, {len(self.text)} characters so far>"

    def _finished(self) -> Final:
        if not self._events.ended:
            if self._closed:
                raise SDKError(
                    "The stream was closed before its end and has no final object; what was received is in `.snapshot`"
                )
            raise SDKError("The stream is not at its end; read it to the end first (`.final()` does)")
        if self._answer is None:
            self._answer = self._final(self._events, getattr(self._source, "meta", None))
        return self._answer

    def _add_partial(self, error: APIError) -> None:
        """Add what was received, and the usage as far as it is known, to an error that ends the stream early."""
        if self._events.accumulator.choices:
            error.partial = self._events.accumulator.completion()
            error.usage = self._events.usage or error.usage


class ChatStream(_Reading[Final]):
    """The events of a streamed chat completion: a context manager and iterator. Opens when entered or first read.

    Example::

        with client.chat.completions.stream(model="onceward/echo", messages=[...]) as stream:
            for event in stream:
                if event.type == "content.delta":
                    print(event.delta, end="")
        print(stream.final().usage)
    """

    def __init__(
        self,
        start: Callable[[], Stream[ChatCompletionChunk]],
        events: ChatEvents,
        final: Callable[[ChatEvents, Meta | None], Final],
    ) -> None:
        super().__init__(events, final)
        self._start = start
        self._iterator = self._run()

    def _run(self) -> Iterator[ChatStreamEvent]:
        if self._closed:
            return
        try:
            for chunk in self._opened():
                yield from self._events.feed(chunk)
                if self._closed:
                    return
        except APIError as error:
            self._add_partial(error)
            raise
        yield from self._events.end()

    def _opened(self) -> Stream[ChatCompletionChunk]:
        if self._source is None:
            self._source = self._start()
        return cast("Stream[ChatCompletionChunk]", self._source)

    def __iter__(self) -> Iterator[ChatStreamEvent]:
        # Leaving a loop early closes the stream, as it does for the underlying chunks; `next(stream)` keeps it open.
        try:
            while (event := next(self._iterator, None)) is not None:
                yield event
        finally:
            if not self._events.ended:
                self.close()

    def __next__(self) -> ChatStreamEvent:
        return next(self._iterator)

    @property
    def text_stream(self) -> Iterator[str]:
        """Iterate over the pieces of the first choice's text."""
        return (event.delta for event in self if event.type == "content.delta" and event.choice == 0)

    def until_done(self) -> Self:
        """Read to the end."""
        for _ in self:
            pass
        return self

    def final(self) -> Final:
        """Read to the end and return the final object, with usage. It equals the result of the unary call."""
        if not self._closed:
            self.until_done()
        return self._finished()

    def get_final_completion(self) -> Final:
        """Return the same as `final`."""
        return self.final()

    def close(self) -> None:
        """Close the connection. Before the end, this cancels the call."""
        self._closed = True
        if self._source is not None:
            cast("Stream[ChatCompletionChunk]", self._source).close()

    def __enter__(self) -> Self:
        self._opened()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncChatStream(_Reading[Final]):
    """A `ChatStream` for async code: ``async with`` and ``async for``."""

    def __init__(
        self,
        start: Callable[[], Awaitable[AsyncStream[ChatCompletionChunk]]],
        events: ChatEvents,
        final: Callable[[ChatEvents, Meta | None], Final],
    ) -> None:
        super().__init__(events, final)
        self._start = start
        self._iterator = self._run()

    async def _run(self) -> AsyncIterator[ChatStreamEvent]:
        if self._closed:
            return
        try:
            async for chunk in await self._opened():
                for event in self._events.feed(chunk):
                    yield event
                if self._closed:
                    return
        except APIError as error:
            self._add_partial(error)
            raise
        for event in self._events.end():
            yield event

    async def _opened(self) -> AsyncStream[ChatCompletionChunk]:
        if self._source is None:
            self._source = await self._start()
        return cast("AsyncStream[ChatCompletionChunk]", self._source)

    async def __aiter__(self) -> AsyncIterator[ChatStreamEvent]:
        try:
            async for event in self._iterator:
                yield event
        finally:
            if not self._events.ended:
                await self.aclose()

    async def __anext__(self) -> ChatStreamEvent:
        return await anext(self._iterator)

    @property
    def text_stream(self) -> AsyncIterator[str]:
        """Iterate over the pieces of the first choice's text."""
        return (event.delta async for event in self if event.type == "content.delta" and event.choice == 0)

    async def until_done(self) -> Self:
        """Read to the end."""
        async for _ in self:
            pass
        return self

    async def final(self) -> Final:
        """Read to the end and return the final object, with usage. It equals the result of the unary call."""
        if not self._closed:
            await self.until_done()
        return self._finished()

    async def get_final_completion(self) -> Final:
        """Return the same as `final`."""
        return await self.final()

    async def aclose(self) -> None:
        """Close the connection. Before the end, this cancels the call."""
        self._closed = True
        if self._source is not None:
            await cast("AsyncStream[ChatCompletionChunk]", self._source).aclose()

    close = aclose

    async def __aenter__(self) -> Self:
        await self._opened()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class ParsedChatStream(ChatStream[ParsedChatCompletion[T]], Generic[T]):
    """A `ChatStream` whose answer is parsed as the requested type. `partial` is the JSON value so far."""

    @property
    def parsed(self) -> T | None:
        """The first choice's answer as the requested type: None before the end, and None if it does not fit."""
        return self._finished().parsed if self._events.ended else None


class AsyncParsedChatStream(AsyncChatStream[ParsedChatCompletion[T]], Generic[T]):
    """A `ParsedChatStream` for async code."""

    @property
    def parsed(self) -> T | None:
        """The first choice's answer as the requested type: None before the end, and None if it does not fit."""
        return self._finished().parsed if self._events.ended else None


class Plan(NamedTuple):
    """A stream to be opened: the arguments of `create`, the events, and the function that makes the final object."""

    request: dict[str, Any]
    events: ChatEvents
    final: Callable[[ChatEvents, Meta | None], Any]


def plan(params: Mapping[str, Any], response_format: Any, lossy: bool, tools: Iterable[Any] | None) -> Plan:
    """Return the plan of a stream for the arguments of a stream helper."""
    request, format = prepare(params, response_format=response_format, lossy=lossy, tools=tools)
    requested = format if format is not None and format.asked else None
    return Plan(streaming(request), ChatEvents(requested), _final_completion if requested is None else _final_parsed)


def _final_completion(events: ChatEvents, meta: Meta | None) -> ChatCompletion:
    """Return the completion at the end of a stream, with its response's request id, headers and attempts."""
    completion = events.accumulator.completion()
    if meta is not None:
        from ..._core.models import attach

        attach(completion, meta)
    return completion


def _final_parsed(events: ChatEvents, meta: Meta | None) -> ParsedChatCompletion[Any]:
    """Parse the completion at the end of a stream."""
    return parse_completion(_final_completion(events, meta), events.format)


def sync_stream(create: Callable[..., Any], planned: Plan) -> ChatStream[Any]:
    """Return the stream of a plan. It opens when it is entered or first read."""
    if planned.events.format is None:
        return ChatStream[Any](lambda: create(**planned.request), planned.events, planned.final)
    return ParsedChatStream[Any](lambda: create(**planned.request), planned.events, planned.final)


def async_stream(create: Callable[..., Any], planned: Plan) -> AsyncChatStream[Any]:
    """Return the asynchronous stream of a plan. It opens when it is entered or first read."""
    if planned.events.format is None:
        return AsyncChatStream[Any](lambda: create(**planned.request), planned.events, planned.final)
    return AsyncParsedChatStream[Any](lambda: create(**planned.request), planned.events, planned.final)
