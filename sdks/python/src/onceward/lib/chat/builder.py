"""Build a chat request step by step.

Every step checks its arguments and returns a new builder; none changes the old one. For example::

    answer = (
        client.chat.completions.model("onceward/echo")
        .system("You are brief.")
        .user("What is in this picture?").image("cat.png")
        .temperature(0)
        .execute()
    )

The last step (`execute`, `stream`, `parse`, `run_tools`) sends the request.
"""

from __future__ import annotations

import base64
import mimetypes
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, cast, overload

from ..._core.errors import ParameterError
from ..._core.narrow import is_mapping
from ..._core.operation import Operation

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from ..._core.options import Timeout
    from ...tools.tool import ToolLike
    from ...types.chat import ChatCompletion
    from .loop import Approval, AsyncApproval, AsyncToolRun, ToolRun
    from .parse import Format, ParsedChatCompletion
    from .stream import AsyncChatStream, AsyncParsedChatStream, ChatStream, ParsedChatStream

__all__ = ["AsyncChatBuilder", "ChatBuilder"]

T = TypeVar("T")

_SIGNATURES = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


class _Steps:
    """All steps but the last one."""

    __slots__ = ("_messages", "_params", "_resource")

    def __init__(self, resource: Any, params: Mapping[str, Any] | None = None, messages: tuple[Any, ...] = ()) -> None:
        self._resource = resource
        self._params: dict[str, Any] = dict(params or {})
        self._messages = messages

    def __repr__(self) -> str:
        given = ", ".join(sorted(self._params)) or "nothing set"
        return f"<{type(self).__name__} of {len(self._messages)} messages, {given}>"

    # --- model and messages

    def model(self, model: str) -> Self:
        """Set the model."""
        return self._with(model=model)

    def system(self, content: str) -> Self:
        """Add instructions with priority over the conversation."""
        return self.message({"role": "system", "content": content})

    def developer(self, content: str) -> Self:
        """Add instructions for newer models."""
        return self.message({"role": "developer", "content": content})

    def user(self, content: str | Sequence[Mapping[str, Any]]) -> Self:
        """Add a message of the user: text, or parts."""
        return self.message({"role": "user", "content": content if isinstance(content, str) else list(content)})

    def assistant(self, content: str | None = None, *, tool_calls: Iterable[Any] | None = None) -> Self:
        """Add an earlier message of the model, or its tool calls."""
        if content is None and tool_calls is None:
            raise ParameterError(["`assistant` has neither `content` nor `tool_calls`; give one of them"])
        message: dict[str, Any] = {"role": "assistant", "content": content}
        return self.message(message if tool_calls is None else {**message, "tool_calls": list(tool_calls)})

    def tool_result(self, call: Any, content: Any) -> Self:
        """Add a tool's result. ``call`` is the tool call, or its id. A result other than text is written as JSON."""
        from ...tools.tool import result_text

        call_id = call if isinstance(call, str) else getattr(call, "id", None)
        if not isinstance(call_id, str):
            raise ParameterError([f"`call` is {call!r}; give the tool call of the answer, or its id"])
        return self.message({"role": "tool", "tool_call_id": call_id, "content": result_text(content)})

    def message(self, message: Any) -> Self:
        """Add one message, as a mapping or as it came in an answer."""
        return self._next(self._params, (*self._messages, message))

    def messages(self, messages: Iterable[Any]) -> Self:
        """Add messages, in order."""
        return self._next(self._params, (*self._messages, *messages))

    def image(
        self, image: str | bytes | os.PathLike[str], *, detail: Literal["auto", "low", "high"] | None = None
    ) -> Self:
        """Add a picture to the latest message of the user: a URL, a path, or the bytes of a file."""
        picture: dict[str, Any] = {"url": _image_url(image)}
        return self._part(
            {"type": "image_url", "image_url": picture if detail is None else {**picture, "detail": detail}}
        )

    def input_audio(self, audio: bytes | os.PathLike[str], *, format: Literal["wav", "mp3"] = "wav") -> Self:
        """Add audio to the latest message of the user: a path, or the bytes of a file."""
        data = audio if isinstance(audio, bytes) else _bytes_of(audio)
        encoded = base64.b64encode(data).decode("ascii")
        return self._part({"type": "input_audio", "input_audio": {"data": encoded, "format": format}})

    def file(self, file_id: str) -> Self:
        """Add an uploaded file to the latest message of the user."""
        return self._part({"type": "file", "file": {"file_id": file_id}})

    # --- the answer

    def temperature(self, temperature: float) -> Self:
        return self._with(temperature=temperature)

    def top_p(self, top_p: float) -> Self:
        return self._with(top_p=top_p)

    def max_tokens(self, max_tokens: int) -> Self:
        return self._with(max_tokens=max_tokens)

    def max_completion_tokens(self, max_completion_tokens: int) -> Self:
        return self._with(max_completion_tokens=max_completion_tokens)

    def n(self, n: int) -> Self:
        """Set the number of answers. Each is billed."""
        return self._with(n=n)

    def stop(self, *stop: str) -> Self:
        """Set texts that end the answer."""
        return self._with(stop=list(stop))

    def seed(self, seed: int) -> Self:
        return self._with(seed=seed)

    def presence_penalty(self, presence_penalty: float) -> Self:
        return self._with(presence_penalty=presence_penalty)

    def frequency_penalty(self, frequency_penalty: float) -> Self:
        return self._with(frequency_penalty=frequency_penalty)

    def logit_bias(self, logit_bias: Mapping[str, float]) -> Self:
        return self._with(logit_bias=dict(logit_bias))

    def logprobs(self, top: int | None = None) -> Self:
        """Request the log probability of each token, and of its ``top`` alternatives."""
        chosen = self._with(logprobs=True)
        return chosen if top is None else chosen._with(top_logprobs=top)

    def tools(self, *tools: ToolLike | Iterable[ToolLike]) -> Self:
        """Add tools that the model may call: functions, tools, or objects of the API, one by one or as a list."""
        given: list[Any] = []
        for one in tools:
            alone = callable(one) or is_mapping(one)
            given.extend([one] if alone else cast("Iterable[Any]", one))
        return self._with(tools=[*self._params.get("tools", ()), *given])

    def tool_choice(self, choice: Literal["auto", "none", "required"] | str | Mapping[str, Any] | ToolLike) -> Self:
        """Set whether the model calls tools, or the one it must call: by name, or the function itself."""
        if isinstance(choice, (str, Mapping)):
            named = choice not in ("auto", "none", "required") and isinstance(choice, str)
            return self._with(tool_choice={"type": "function", "function": {"name": choice}} if named else choice)
        from ...tools.tool import tool

        return self._with(tool_choice={"type": "function", "function": {"name": tool(choice).name}})

    def parallel_tool_calls(self, parallel: bool = True) -> Self:
        return self._with(parallel_tool_calls=parallel)

    def response_format(self, response_format: Any, *, lossy: bool = False) -> Self:
        """Set the format of the answer: a type of yours, a JSON schema, or the object of the API."""
        from .parse import format_of

        return self._with(response_format=format_of(response_format, lossy=lossy))

    def json(self) -> Self:
        """Request any JSON object. A message must ask for JSON too."""
        return self.response_format({"type": "json_object"})

    def reasoning_effort(
        self, effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | str
    ) -> Self:
        return self._with(reasoning_effort=effort)

    def thinking(self, thinking: bool = True) -> Self:
        """Set whether the model returns its reasoning."""
        return self._with(thinking=thinking)

    def verbosity(self, verbosity: Literal["low", "medium", "high"] | str) -> Self:
        return self._with(verbosity=verbosity)

    def speech(self, voice: str, format: str = "wav") -> Self:
        """Request the answer as speech too."""
        return self._with(modalities=["text", "audio"], audio={"voice": voice, "format": format})

    def prediction(self, text: str) -> Self:
        """Set the text that most of the answer is expected to equal."""
        return self._with(prediction={"type": "content", "content": text})

    def metadata(self, **metadata: str) -> Self:
        return self._with(metadata={**self._params.get("metadata", {}), **metadata})

    def tags(self, *tags: str) -> Self:
        """Set labels under which the cost is reported."""
        return self._with(tags=[*self._params.get("tags", ()), *tags])

    def end_user(self, user: str) -> Self:
        """Set your end user, by an id of yours (the parameter ``user``)."""
        return self._with(user=user)

    def provider_params(self, **params: Any) -> Self:
        """Set parameters of one provider."""
        existing = self._params.get("provider_specific_params", {})
        return self._with(provider_specific_params={**existing, **params})

    def mock_response(self, text: str) -> Self:
        """Set the answer, which is then returned without calling a model. For tests."""
        return self._with(mock_response=text)

    # --- sending

    def timeout(self, timeout: float | Timeout | None) -> Self:
        return self._with(timeout=timeout)

    def max_retries(self, max_retries: int) -> Self:
        return self._with(max_retries=max_retries)

    def idempotency_key(self, key: str | None) -> Self:
        return self._with(idempotency_key=key)

    def extra_headers(self, headers: Mapping[str, str | None]) -> Self:
        return self._with(extra_headers={**self._params.get("extra_headers", {}), **headers})

    def set(self, **params: Any) -> Self:
        """Set any other parameter of `create`, by its name."""
        return self._with(**params)

    def build(self) -> dict[str, Any]:
        """Return the arguments for `create`, or raise `ParameterError` that lists all that is missing."""
        faults = [] if "model" in self._params else ['`model` is missing; begin with `.model("...")`']
        faults += [] if self._messages else ['there is no message; add one with `.user("...")`']
        if faults:
            raise ParameterError(faults)
        from ._request import prepare

        made = {**self._params, "messages": list(self._messages)}
        form, tools = made.pop("response_format", None), made.pop("tools", None)
        return prepare(made, response_format=form, tools=tools)[0]

    def _parts(self) -> dict[str, Any]:
        """Return the arguments as the helpers take them: tools and formats not yet converted."""
        self.build()
        return {**self._params, "messages": list(self._messages)}

    def _with(self, **params: Any) -> Self:
        if "messages" in params:
            return self.messages(params.pop("messages"))._with(**params)
        _check(self._resource, params)
        return self._next({**self._params, **params}, self._messages)

    def _next(self, params: Mapping[str, Any], messages: tuple[Any, ...]) -> Self:
        return type(self)(self._resource, params, messages)

    def _part(self, part: dict[str, Any]) -> Self:
        """Add a part to the latest message of the user, or as a new message."""
        last: Any = self._messages[-1] if self._messages else None
        if not is_mapping(last) or last.get("role") != "user":
            return self.message({"role": "user", "content": [part]})
        message: dict[str, Any] = dict(last)
        content: Any = message["content"]
        parts: list[Any] = [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
        return self._next(self._params, (*self._messages[:-1], {**message, "content": [*parts, part]}))


class ChatBuilder(_Steps):
    """A chat request that is being built. The last step is `execute`, `stream`, `parse` or `run_tools`."""

    __slots__ = ()

    def execute(self) -> ChatCompletion:
        """Send the request, and return the whole answer."""
        return cast("ChatCompletion", self._resource.create(**self.build()))

    def stream(self) -> ChatStream[Any]:
        """Send the request, and stream the answer. See `ChatCompletions.stream`."""
        return cast("ChatStream[Any]", self._resource.stream(**self._parts()))

    @overload
    def parse(
        self, form: type[T] | TypeAdapter[T] | Format[T], /, *, lossy: bool = False
    ) -> ParsedChatCompletion[T]: ...
    @overload
    def parse(self, form: Any = None, /, *, lossy: bool = False) -> ParsedChatCompletion[Any]: ...
    def parse(self, form: Any = None, /, *, lossy: bool = False) -> Any:
        """Send the request, and return the answer as a type. See `ChatCompletions.parse`."""
        return self._resource.parse(**_parsing(self._parts(), form), lossy=lossy)

    def stream_as(self, form: type[T] | TypeAdapter[T], /, *, lossy: bool = False) -> ParsedChatStream[T]:
        """Send the request, and stream the answer as a type."""
        return cast("ParsedChatStream[T]", self._resource.stream(**_parsing(self._parts(), form), lossy=lossy))

    def run_tools(self, *, max_turns: int = 10, on_tool_call: Approval | None = None) -> ToolRun:
        """Send the request, and let the model call the tools. See `ChatCompletions.run_tools`."""
        return cast(
            "ToolRun", self._resource.run_tools(**self._parts(), max_turns=max_turns, on_tool_call=on_tool_call)
        )


class AsyncChatBuilder(_Steps):
    """A `ChatBuilder` for async code. The last step is `execute`, `stream`, `parse` or `run_tools`."""

    __slots__ = ()

    async def execute(self) -> ChatCompletion:
        """Send the request, and return the whole answer."""
        return cast("ChatCompletion", await self._resource.create(**self.build()))

    def stream(self) -> AsyncChatStream[Any]:
        """Send the request, and stream the answer. See `AsyncChatCompletions.stream`."""
        return cast("AsyncChatStream[Any]", self._resource.stream(**self._parts()))

    @overload
    async def parse(
        self, form: type[T] | TypeAdapter[T] | Format[T], /, *, lossy: bool = False
    ) -> ParsedChatCompletion[T]: ...
    @overload
    async def parse(self, form: Any = None, /, *, lossy: bool = False) -> ParsedChatCompletion[Any]: ...
    async def parse(self, form: Any = None, /, *, lossy: bool = False) -> Any:
        """Send the request, and return the answer as a type. See `AsyncChatCompletions.parse`."""
        return await self._resource.parse(**_parsing(self._parts(), form), lossy=lossy)

    def stream_as(self, form: type[T] | TypeAdapter[T], /, *, lossy: bool = False) -> AsyncParsedChatStream[T]:
        """Send the request, and stream the answer as a type."""
        return cast("AsyncParsedChatStream[T]", self._resource.stream(**_parsing(self._parts(), form), lossy=lossy))

    def run_tools(self, *, max_turns: int = 10, on_tool_call: AsyncApproval | None = None) -> AsyncToolRun:
        """Send the request, and let the model call the tools. See `AsyncChatCompletions.run_tools`."""
        run = self._resource.run_tools(**self._parts(), max_turns=max_turns, on_tool_call=on_tool_call)
        return cast("AsyncToolRun", run)


def _parsing(parts: dict[str, Any], form: Any) -> dict[str, Any]:
    chosen = form if form is not None else parts.get("response_format")
    if chosen is None:
        raise ParameterError(["`parse` has no type; give one, or set it with `.response_format(...)`"])
    return {**parts, "response_format": chosen}


def _check(resource: Any, params: Mapping[str, Any]) -> None:
    """Raise at this step what `create` would raise later, by the same rules."""
    operation = _operation_of(resource)
    if operation is None:
        return
    from ..._core.params import split

    form = params.get("response_format")
    known = {name: value for name, value in params.items() if name != "response_format" or is_mapping(form)}
    split(operation, known, whole=False)


def _operation_of(resource: Any) -> Operation | None:
    """Return the operation behind ``create``: a constant of the module that defines the resource."""
    module = sys.modules.get(type(resource).__module__)
    for value in vars(module).values() if module is not None else ():
        if isinstance(value, Operation) and value.id == "chat.completions.create":
            return value
    return None


def _image_url(image: str | bytes | os.PathLike[str]) -> str:
    if isinstance(image, str) and image.partition(":")[0].lower() in {"http", "https", "data"}:
        return image
    data = image if isinstance(image, bytes) else _bytes_of(image)
    kind = next((mime for signature, mime in _SIGNATURES if data.startswith(signature)), None)
    if kind is None:
        kind = mimetypes.guess_type(os.fspath(image))[0] if not isinstance(image, bytes) else None
    if kind is None or not kind.startswith("image/"):
        raise ParameterError(["`image` is not a PNG, JPEG, GIF or WebP picture; give a `data:` URL instead"])
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _bytes_of(path: str | os.PathLike[str]) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise ParameterError([f"cannot read {os.fspath(path)!r}: {error.strerror}"]) from error
