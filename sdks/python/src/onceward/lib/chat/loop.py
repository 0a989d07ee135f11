"""The client-side tool loop: call the model, run the tools that it calls, send the results, until it answers.

`Turns` is the loop without I/O: it decides what to send next, which calls are to be run, and when it is over. `ToolRun`
and `AsyncToolRun` send and run.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from ..._core.errors import ParameterError
from ..._core.narrow import is_dict, is_mapping
from ...tools.tool import Tool, ToolArgumentError, result_text, tool
from ._merge import text_of
from .events import ChatStreamEvent
from .stream import async_stream, plan, sync_stream

if TYPE_CHECKING:
    from ...types.chat import ChatCompletion
    from ...types.shared import CompletionUsage
    from .parse import Format, ParsedChatCompletion

__all__ = [
    "Approval", "AsyncApproval", "AsyncToolRun", "ToolCall", "ToolResult", "ToolRun", "ToolRunEvent", "ToolRunResult",
    "TurnDone", "Turns",
]  # fmt: skip

_AT_ONCE = 8


@dataclass(slots=True)
class ToolCall:
    """A tool call of the model. ``arguments`` is the text that it wrote; the loop validates it later."""

    id: str
    name: str
    arguments: str
    turn: int
    custom: bool = False


@dataclass(slots=True)
class ToolResult:
    """The result of a tool call: ``output`` is for the model, ``error`` the exception if the tool raised one."""

    call: ToolCall
    output: str
    value: Any = None
    error: Exception | None = None
    refused: bool = False
    type: Literal["tool.result"] = "tool.result"


@dataclass(slots=True)
class TurnDone:
    """One turn of the model is over."""

    turn: int
    completion: ChatCompletion
    type: Literal["turn.done"] = "turn.done"


ToolRunEvent: TypeAlias = ChatStreamEvent | ToolResult | TurnDone
Verdict: TypeAlias = "bool | str | None"
Approval: TypeAlias = "Callable[[ToolCall], Verdict]"
"""A callback for each tool call: True or None lets it run, False refuses it, a text is the reason for a refusal."""
AsyncApproval: TypeAlias = "Callable[[ToolCall], Verdict | Awaitable[Verdict]]"


@dataclass(slots=True)
class ToolRunResult:
    """A finished run.

    ``completion`` is the last answer, ``usage`` that of all turns, ``messages`` the whole conversation, which can be
    sent
    again as it is.
    """

    completion: ChatCompletion
    completions: list[ChatCompletion]
    messages: list[Any]
    results: list[ToolResult]
    usage: CompletionUsage | None
    stopped: Literal["answered", "max_turns", "unanswered_tools"]
    """The reason of its end: an answer, ``max_turns`` reached, or a call of a tool that has no function here."""
    answer: ParsedChatCompletion[Any] | None = None
    """The last answer parsed, if a ``response_format`` was given."""

    @property
    def text(self) -> str | None:
        """The text of the last answer."""
        return text_of(self.completion.choices[0].message.content) if self.completion.choices else None

    @property
    def parsed(self) -> Any:
        """The last answer as the requested type, or None."""
        return self.answer.parsed if self.answer is not None else None

    @property
    def turns(self) -> int:
        """The number of turns."""
        return len(self.completions)


@dataclass(slots=True)
class Turns:
    """The loop without I/O.

    `request` is to be sent, `take` returns the calls to run, `add_results` takes their results.
    """

    tools: list[Tool[..., Any] | Mapping[str, Any]]
    params: dict[str, Any]
    max_turns: int
    format: Format[Any] | None = None
    messages: list[Any] = field(default_factory=list[Any])
    completions: list[ChatCompletion] = field(default_factory=list["ChatCompletion"])
    results: list[ToolResult] = field(default_factory=list[ToolResult])
    stopped: Literal["answered", "max_turns", "unanswered_tools"] | None = None

    def __post_init__(self) -> None:
        if type(self.max_turns) is not int or self.max_turns < 1:
            raise ParameterError([f"`max_turns` is {self.max_turns!r}; give a whole number from 1"])
        names = [one.name for one in self.tools if isinstance(one, Tool)]
        if doubled := {name for name in names if names.count(name) > 1}:
            raise ParameterError(
                [f"`tools` has several tools with the name {sorted(doubled)[0]!r}; give one of them another `name=`"]
            )
        self.messages = list(self.params.get("messages") or ())

    def request(self) -> dict[str, Any]:
        """Return the arguments of `create` for the next turn."""
        return {**self.params, "messages": list(self.messages)}

    def take(self, completion: ChatCompletion) -> list[ToolCall]:
        """Take an answer. Return the calls that are to be run: none when the run is over."""
        self.completions.append(completion)
        if not completion.choices:
            self.stopped = "answered"
            return []
        message = completion.choices[0].message
        self.messages.append(_as_sent(message))
        calls = [_call_from(one, len(self.completions)) for one in message.tool_calls or ()]
        if not calls:
            self.stopped = "answered"
        elif any(self.is_theirs(call) for call in calls):
            self.stopped = "unanswered_tools"
        elif len(self.completions) >= self.max_turns:
            self.stopped = "max_turns"
        return [] if self.stopped else calls

    def is_theirs(self, call: ToolCall) -> bool:
        """Return whether the call is of a tool given as the object of the API, which cannot be run here."""
        return self.tool_of(call) is None and call.name in {
            _wire_name(one) for one in self.tools if not isinstance(one, Tool)
        }

    def tool_of(self, call: ToolCall) -> Tool[..., Any] | None:
        """Return the tool that a call is of, or None."""
        return next((one for one in self.tools if isinstance(one, Tool) and one.name == call.name), None)

    def add_results(self, results: Iterable[ToolResult]) -> None:
        """Add the results of the calls to the messages, in the order of the calls."""
        for result in results:
            self.results.append(result)
            self.messages.append({"role": "tool", "tool_call_id": result.call.id, "content": result.output})

    def result(self) -> ToolRunResult:
        """Return the result of the finished run."""
        last = self.completions[-1]
        answer = None
        if self.format is not None and self.format.asked:
            from .parse import parse_completion

            answer = parse_completion(last, self.format)
        usage = _sum_usage(self.completions)
        stopped = self.stopped or "answered"
        return ToolRunResult(last, self.completions, self.messages, self.results, usage, stopped, answer)


@dataclass(slots=True)
class Ready:
    """A call to be run, or the result for the model of a call that is not to be run."""

    call: ToolCall
    run: Callable[[], Any] | None = None
    result: ToolResult | None = None


def ready(turns: Turns, call: ToolCall, verdict: Verdict) -> Ready:
    """Check a call: whether it may run, whether the tool exists, whether its arguments fit."""
    if verdict is not True and verdict is not None:
        reason = verdict if isinstance(verdict, str) and verdict else "The user did not allow this call."
        return Ready(call, result=ToolResult(call, reason, refused=True))
    tool = turns.tool_of(call)
    if tool is None:
        known = ", ".join(f"`{one.name}`" for one in turns.tools if isinstance(one, Tool))
        return Ready(call, result=ToolResult(call, f"There is no tool `{call.name}`. There are: {known}."))
    try:
        arguments = tool.arguments(call.arguments)
    except ToolArgumentError as error:
        return Ready(call, result=ToolResult(call, str(error), error=error))
    return Ready(call, run=lambda: tool.function(**arguments))


def succeeded(call: ToolCall, value: Any) -> ToolResult:
    return ToolResult(call, result_text(value), value)


def failed(call: ToolCall, error: Exception) -> ToolResult:
    return ToolResult(call, f"`{call.name}` failed: {type(error).__name__}: {error}", error=error)


class ToolRun:
    """A run of the tool loop. Iterate for events, or take `final`; either starts it, and it runs once."""

    def __init__(
        self,
        resource: Any,
        tools: Iterable[Any],
        params: dict[str, Any],
        *,
        response_format: Any,
        lossy: bool,
        max_turns: int,
        on_tool_call: Approval | None,
    ) -> None:
        self._create = resource.create
        self._turns = _turns(tools, params, response_format, lossy, max_turns)
        self._approve = on_tool_call
        self._iterator: Iterator[ToolRunEvent] | None = None

    @property
    def messages(self) -> list[Any]:
        """The conversation so far."""
        return self._turns.messages

    def __iter__(self) -> Iterator[ToolRunEvent]:
        self._iterator = self._iterator or self._run(streamed=True)
        return self._iterator

    def final(self) -> ToolRunResult:
        """Run to the end. Without iteration before, each turn is one unary request."""
        self._iterator = self._iterator or self._run(streamed=False)
        for _ in self._iterator:
            pass
        return self._turns.result()

    def _run(self, streamed: bool) -> Iterator[ToolRunEvent]:
        turns = self._turns
        while turns.stopped is None:
            completion = (yield from self._ask()) if streamed else self._answer()
            calls = turns.take(completion)
            yield TurnDone(len(turns.completions), completion)
            if calls:
                results = self._run_calls(calls)
                turns.add_results(results)
                yield from results

    def _answer(self) -> ChatCompletion:
        from ._request import prepare

        request, _ = prepare(self._turns.request(), response_format=self._turns.format, tools=self._turns.tools)
        return cast("ChatCompletion", self._create(**request))

    def _ask(self) -> Generator[ToolRunEvent, None, ChatCompletion]:
        turns = self._turns
        with sync_stream(self._create, plan(turns.request(), turns.format, False, turns.tools)) as stream:
            while (event := next(stream, None)) is not None:
                yield event
            stream.final()
            return stream.snapshot

    def _run_calls(self, calls: list[ToolCall]) -> list[ToolResult]:
        asked = [self._approve(call) if self._approve is not None else None for call in calls]
        waiting = [ready(self._turns, call, verdict) for call, verdict in zip(calls, asked, strict=True)]
        if sum(one.run is not None for one in waiting) < 2:
            return [_run_call(one) for one in waiting]
        with ThreadPoolExecutor(max_workers=min(_AT_ONCE, len(waiting)), thread_name_prefix="onceward-tool") as pool:
            futures = [pool.submit(_in_context, contextvars.copy_context(), one) for one in waiting]
            return [future.result() for future in futures]


def _run_call(waiting: Ready) -> ToolResult:
    if waiting.run is None:
        return cast("ToolResult", waiting.result)
    try:
        value = waiting.run()
        return succeeded(waiting.call, _awaited(value) if inspect.iscoroutine(value) else value)
    except Exception as error:  # noqa: BLE001 - the model gets every exception of a tool
        return failed(waiting.call, error)


def _in_context(context: contextvars.Context, waiting: Ready) -> ToolResult:
    return context.run(_run_call, waiting)


def _awaited(value: Coroutine[Any, Any, Any]) -> Any:
    """Run an async tool in a synchronous run: in a loop of its own, in a thread if a loop is running here."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(value)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, value).result()


class AsyncToolRun:
    """A `ToolRun` for async code: ``async for`` over it, or ``await run.final()``."""

    def __init__(
        self,
        resource: Any,
        tools: Iterable[Any],
        params: dict[str, Any],
        *,
        response_format: Any,
        lossy: bool,
        max_turns: int,
        on_tool_call: AsyncApproval | None,
    ) -> None:
        self._create = resource.create
        self._turns = _turns(tools, params, response_format, lossy, max_turns)
        self._approve = on_tool_call
        self._iterator: AsyncIterator[ToolRunEvent] | None = None

    @property
    def messages(self) -> list[Any]:
        """The conversation so far."""
        return self._turns.messages

    def __aiter__(self) -> AsyncIterator[ToolRunEvent]:
        self._iterator = self._iterator or self._run(streamed=True)
        return self._iterator

    async def final(self) -> ToolRunResult:
        """Run to the end. Without iteration before, each turn is one unary request."""
        self._iterator = self._iterator or self._run(streamed=False)
        async for _ in self._iterator:
            pass
        return self._turns.result()

    async def _run(self, streamed: bool) -> AsyncIterator[ToolRunEvent]:
        turns = self._turns
        while turns.stopped is None:
            if streamed:
                async with async_stream(
                    self._create, plan(turns.request(), turns.format, False, turns.tools)
                ) as stream:
                    async for event in stream:
                        yield event
                    await stream.final()
                    completion = stream.snapshot
            else:
                completion = await self._answer()
            calls = turns.take(completion)
            yield TurnDone(len(turns.completions), completion)
            if calls:
                results = await self._run_calls(calls)
                turns.add_results(results)
                for result in results:
                    yield result

    async def _answer(self) -> ChatCompletion:
        from ._request import prepare

        request, _ = prepare(self._turns.request(), response_format=self._turns.format, tools=self._turns.tools)
        return cast("ChatCompletion", await self._create(**request))

    async def _run_calls(self, calls: list[ToolCall]) -> list[ToolResult]:
        waiting: list[Ready] = []
        for call in calls:
            verdict = self._approve(call) if self._approve is not None else None
            waiting.append(ready(self._turns, call, await verdict if inspect.isawaitable(verdict) else verdict))
        return list(await asyncio.gather(*(self._run_call(one) for one in waiting)))

    async def _run_call(self, waiting: Ready) -> ToolResult:
        if waiting.run is None:
            return cast("ToolResult", waiting.result)
        tool = self._turns.tool_of(waiting.call)
        try:
            # A function that is not async may block, so that it runs in a thread of its own.
            blocking = tool is None or not tool.is_async
            value = await asyncio.to_thread(waiting.run) if blocking else waiting.run()
            return succeeded(waiting.call, await value if inspect.isawaitable(value) else value)
        except Exception as error:  # noqa: BLE001 - the model gets every exception of a tool
            return failed(waiting.call, error)


def _turns(tools: Iterable[Any], params: dict[str, Any], response_format: Any, lossy: bool, max_turns: int) -> Turns:
    from .parse import format_of

    format = format_of(response_format, lossy=lossy) if response_format is not None else None
    return Turns([tool(one) if callable(one) else one for one in tools], params, max_turns, format)


def _wire_name(given: Any) -> str | None:
    for kind in ("function", "custom"):
        if is_mapping(named := given.get(kind)):
            return cast("str | None", named.get("name"))
    return None


def _call_from(given: Any, turn: int) -> ToolCall:
    """Return a call of the answer's message, of any kind."""
    wire: dict[str, Any] = given.to_dict() if hasattr(given, "to_dict") else dict(given)
    custom = wire.get("custom")
    if is_dict(custom):
        return ToolCall(wire.get("id", ""), custom.get("name", ""), custom.get("input", ""), turn, custom=True)
    function: dict[str, str] = wire.get("function") or {}
    return ToolCall(wire.get("id", ""), function.get("name", ""), function.get("arguments", ""), turn)


def _as_sent(message: Any) -> dict[str, Any]:
    """Return the model's message as it is sent back: without nulls but the content's, and audio by its id."""
    made = {name: value for name, value in message.to_dict().items() if value is not None or name == "content"}
    if is_dict(audio := made.get("audio")):
        made["audio"] = {"id": audio.get("id")}
    return made


def _sum_usage(completions: list[ChatCompletion]) -> CompletionUsage | None:
    """Return the usage of all turns: the sum of every number, whatever the server counts."""
    usages = [one.usage for one in completions if one.usage is not None]
    if not usages:
        return None
    total: dict[str, Any] = {}
    for usage in usages:
        _add(total, usage.to_dict())
    return type(usages[0]).model_validate(total)


def _add(total: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if is_dict(value):
            existing = total.get(name)
            inner = existing if is_dict(existing) else {}
            _add(inner, value)
            total[name] = inner
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            total[name] = (total.get(name) or 0) + value
        else:
            total.setdefault(name, value)
