"""Chat helpers: streams of typed events, answers as Python types, the request builder, the tool loop.

The classes here are mixed into the generated resource. They contain no logic: they import it when they are called.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from ..._core.partials import register_partial

if TYPE_CHECKING:
    from typing import Unpack

    from pydantic import TypeAdapter

    from ...tools.tool import ToolLike
    from ...types.chat import ChatCompletion
    from ...types.params.chat import ChatCompletionsCreateBaseParams, ResponseFormatParam
    from .builder import AsyncChatBuilder, ChatBuilder
    from .loop import Approval, AsyncApproval, AsyncToolRun, ToolRun
    from .parse import Format, ParsedChatCompletion
    from .stream import AsyncChatStream, AsyncParsedChatStream, ChatStream, ParsedChatStream

__all__ = ["AsyncChatCompletionsHelpers", "ChatCompletionsHelpers"]

T = TypeVar("T")


def _partial(chunks: list[Any]) -> ChatCompletion:
    from .accumulator import accumulate

    return accumulate(chunks)


register_partial("chat.completions.create", _partial)


class ChatCompletionsHelpers:
    """Mixed into the synchronous resource ``client.chat.completions``."""

    @overload
    def stream(
        self,
        *,
        response_format: ResponseFormatParam | None = None,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> ChatStream[ChatCompletion]: ...
    @overload
    def stream(
        self,
        *,
        response_format: type[T] | TypeAdapter[T] | Format[T],
        lossy: bool = False,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> ParsedChatStream[T]: ...
    @overload
    def stream(
        self,
        *,
        response_format: Any,
        lossy: bool = False,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> ParsedChatStream[Any]: ...
    def stream(self, *, response_format: Any = None, lossy: bool = False, tools: Any = None, **params: Any) -> Any:
        """Stream an answer: typed events, the text alone, a running snapshot, and the final object with usage.

        Returns a context manager and iterator. Takes all parameters of `create`. ``tools`` may be functions;
        ``response_format`` may be a type: the JSON so far is then in `.partial`, and the answer as that type in
        `.parsed` at the
        end.
        """
        from .stream import plan, sync_stream

        return sync_stream(cast("Any", self).create, plan(params, response_format, lossy, tools))

    @overload
    def parse(
        self,
        *,
        response_format: type[T] | TypeAdapter[T] | Format[T],
        lossy: bool = False,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> ParsedChatCompletion[T]: ...
    @overload
    def parse(
        self,
        *,
        response_format: Any,
        lossy: bool = False,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> ParsedChatCompletion[Any]: ...
    def parse(self, *, response_format: Any, lossy: bool = False, tools: Any = None, **params: Any) -> Any:
        """Request an answer as a Python type.

        The type is a Pydantic model, a dataclass, a TypedDict, a list or union of them, or a JSON schema. Nothing that
        was paid for is lost: `.parsed` is None if the answer does not fit, `.error` says why, `.completion` is the
        whole answer, and `.unwrap()` returns the value or raises. A type that a strict schema cannot express raises
        `SchemaError` before anything is sent, unless ``lossy``.
        """
        from ._request import prepare
        from .parse import parse_completion

        request, format = prepare(params, response_format=response_format, lossy=lossy, tools=tools)
        return parse_completion(cast("Any", self).create(**request), format)

    def run_tools(
        self,
        *,
        tools: Iterable[ToolLike],
        max_turns: int = 10,
        on_tool_call: Approval | None = None,
        response_format: Any = None,
        lossy: bool = False,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> ToolRun:
        """Let the model call your functions until it answers. Calls of one turn run at the same time.

        Iterate over the result for the events of every turn as they stream, or take `.final()`: the answer, all
        messages, all
        completions, and the usage of all turns together. An exception of a tool goes back to the model as the tool's
        result.
        ``on_tool_call`` is called before each call: True lets it run, False refuses it, a string refuses it with a
        reason.
        """
        from .loop import ToolRun

        return ToolRun(
            self,
            tools,
            dict(params),
            response_format=response_format,
            lossy=lossy,
            max_turns=max_turns,
            on_tool_call=on_tool_call,
        )

    def model(self, model: str) -> ChatBuilder:
        """Begin a request step by step: ``client.chat.completions.model("...").user("...").execute()``."""
        return self.builder().model(model)

    def builder(self) -> ChatBuilder:
        """Return a builder without parameters. Every step returns a new builder."""
        from .builder import ChatBuilder

        return ChatBuilder(self)


class AsyncChatCompletionsHelpers:
    """Mixed into the asynchronous resource ``client.chat.completions``."""

    @overload
    def stream(
        self,
        *,
        response_format: ResponseFormatParam | None = None,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> AsyncChatStream[ChatCompletion]: ...
    @overload
    def stream(
        self,
        *,
        response_format: type[T] | TypeAdapter[T] | Format[T],
        lossy: bool = False,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> AsyncParsedChatStream[T]: ...
    @overload
    def stream(
        self,
        *,
        response_format: Any,
        lossy: bool = False,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> AsyncParsedChatStream[Any]: ...
    def stream(self, *, response_format: Any = None, lossy: bool = False, tools: Any = None, **params: Any) -> Any:
        """Stream an answer: typed events, the text alone, a running snapshot, and the final object with usage.

        Returns an async context manager and iterator: ``async with client.chat.completions.stream(...) as stream``.
        Takes all
        parameters of `create`. ``tools`` may be functions; ``response_format`` may be a type: the JSON so far is then
        in `.partial`, and the answer as that type in `.parsed` at the end.
        """
        from .stream import async_stream, plan

        return async_stream(cast("Any", self).create, plan(params, response_format, lossy, tools))

    @overload
    async def parse(
        self,
        *,
        response_format: type[T] | TypeAdapter[T] | Format[T],
        lossy: bool = False,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> ParsedChatCompletion[T]: ...
    @overload
    async def parse(
        self,
        *,
        response_format: Any,
        lossy: bool = False,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> ParsedChatCompletion[Any]: ...
    async def parse(self, *, response_format: Any, lossy: bool = False, tools: Any = None, **params: Any) -> Any:
        """Request an answer as a Python type.

        The type is a Pydantic model, a dataclass, a TypedDict, a list or union of them, or a JSON schema. Nothing that
        was paid for is lost: `.parsed` is None if the answer does not fit, `.error` says why, `.completion` is the
        whole answer, and `.unwrap()` returns the value or raises. A type that a strict schema cannot express raises
        `SchemaError` before anything is sent, unless ``lossy``.
        """
        from ._request import prepare
        from .parse import parse_completion

        request, format = prepare(params, response_format=response_format, lossy=lossy, tools=tools)
        return parse_completion(await cast("Any", self).create(**request), format)

    def run_tools(
        self,
        *,
        tools: Iterable[ToolLike],
        max_turns: int = 10,
        on_tool_call: AsyncApproval | None = None,
        response_format: Any = None,
        lossy: bool = False,
        **params: Unpack[ChatCompletionsCreateBaseParams],
    ) -> AsyncToolRun:
        """Let the model call your functions, also ``async`` ones, until it answers.

        Calls of one turn run at the same time. Iterate over the result for the events of every turn as they stream, or
        ``await run.final()``: the answer, all messages, all completions, and the usage of all turns together. An
        exception of a tool goes back to the model as the tool's result. ``on_tool_call`` is called before each call:
        True lets it run, False refuses it, a string refuses it with a reason.
        """
        from .loop import AsyncToolRun

        return AsyncToolRun(
            self,
            tools,
            dict(params),
            response_format=response_format,
            lossy=lossy,
            max_turns=max_turns,
            on_tool_call=on_tool_call,
        )

    def model(self, model: str) -> AsyncChatBuilder:
        """Begin a request step by step: ``await client.chat.completions.model("...").user("...").execute()``."""
        return self.builder().model(model)

    def builder(self) -> AsyncChatBuilder:
        """Return a builder without parameters. Every step returns a new builder."""
        from .builder import AsyncChatBuilder

        return AsyncChatBuilder(self)
