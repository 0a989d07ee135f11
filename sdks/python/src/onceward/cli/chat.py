"""`onceward chat`: one question with one answer, or a conversation."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core.errors import ParameterError, SDKError
from .._core.narrow import is_mapping
from ..lib.chat._merge import text_of
from ._client_options import make_client
from ._screen import Screen, clean
from ._streams import json_text, read_input

if TYPE_CHECKING:
    from .._client import Onceward
    from ..lib.chat.builder import ChatBuilder
    from ..lib.chat.events import ChatStreamEvent
    from ..lib.chat.loop import ToolCall
    from ..types.chat import ChatCompletion
    from ..types.shared import CompletionUsage

__all__ = ["command"]

_HELP = """/help            this
/model NAME      switch to another model
/system TEXT     new instructions, from the next question on
/image FILE|URL  add a picture to the next question
/clear           forget the conversation
/save FILE       write the conversation to a file, as JSON
/usage           the usage so far
/exit            leave (so does Ctrl-D)
Ctrl-C stops an answer; text that was not generated is not billed."""


def command(given: argparse.Namespace, screen: Screen) -> int:
    """Run the command and return its exit status."""
    tools = [_tool(name) for name in given.tool]
    prompt = _prompt(given.prompt)
    with make_client(given, screen) as client:
        talk = _Talk(client, given, screen, tools)
        if prompt is not None:
            return talk.once(prompt)
        if given.json or not sys.stdin.isatty():
            what = "`--json` needs a question" if given.json else "there is no question, and no terminal to ask for one"
            screen.fault(what, 'Give it as an argument, or pipe it in: onceward chat "Hello"')
            return 2
        return talk.converse()


def _prompt(words: list[str]) -> str | None:
    """Return the question: the words, the piped input, or both. None if a person is to be asked."""
    piped = "" if sys.stdin.isatty() else read_input()
    argument = " ".join(word for word in words if word != "-")
    parts = [part for part in (argument, piped.strip()) if part]
    return "\n\n".join(parts) if parts else None


def _tool(name: str) -> Any:
    """Return the function for ``module:function``. Modules in the current folder are found."""
    module, _, function = name.partition(":")
    if not function:
        raise ParameterError([f"`--tool` is {name!r}; give MODULE:FUNCTION, such as mytools:weather"])
    sys.path.insert(0, os.getcwd())
    try:
        return getattr(import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise ParameterError([f"`--tool {name}`: {error}"]) from error


class _Talk:
    """A conversation with a model: its messages, its usage, and its output."""

    def __init__(self, client: Onceward, given: argparse.Namespace, screen: Screen, tools: list[Any]) -> None:
        self._client = client
        self._given = given
        self._screen = screen
        self._tools = tools
        self._model: str = given.model
        self._system: str | None = given.system
        self._images: list[str] = list(given.image)
        self._messages: list[Any] = []
        self._tokens = 0

    def once(self, prompt: str) -> int:
        if self._given.json:
            answer = self._builder(prompt).execute()
            self._screen.line(json_text(answer.to_dict(), indent=2))
            return 0
        self._ask(prompt)
        return 0

    def converse(self) -> int:
        screen = self._screen
        _line_editing()
        screen.line(f"Talking to {self._model} at {self._client.base_url}. Type /help for commands.", "dim")
        while True:
            try:
                prompt = input("> ").strip()
            except EOFError:
                screen.line()
                return 0
            except KeyboardInterrupt:
                screen.line()
                continue
            if prompt in {"/exit", "/quit"}:
                return 0
            if prompt.startswith("/"):
                self._instruct(prompt)
            elif prompt:
                self._answer(prompt)

    def _answer(self, prompt: str) -> None:
        """Run one turn. An error ends the turn and not the conversation."""
        before = list(self._messages)
        try:
            self._ask(prompt)
        except KeyboardInterrupt:
            self._messages = before
            self._screen.end_line()
            self._screen.line("stopped", "warn")
        except SDKError as error:
            self._messages = before
            self._screen.end_line()
            self._screen.fault(str(error), None)

    def _builder(self, prompt: str) -> ChatBuilder:
        given = self._given
        builder = self._client.chat.completions.model(self._model)
        builder = builder.system(self._system) if self._system else builder
        builder = builder.messages(self._messages).user(prompt)
        for image in self._images:
            builder = builder.image(image)
        if given.temperature is not None:
            builder = builder.temperature(given.temperature)
        if given.max_tokens is not None:
            builder = builder.max_tokens(given.max_tokens)
        if given.schema is not None:
            builder = builder.response_format(_schema(given.schema), lossy=True)
        return builder.tools(*self._tools) if self._tools else builder

    def _ask(self, prompt: str) -> None:
        builder = self._builder(prompt)
        begun = time.monotonic()
        if self._tools:
            usage = self._run_tools(builder)
        else:
            usage = self._stream(builder)
        self._images = []
        self._screen.end_line()
        if usage is not None:
            self._tokens += usage.total_tokens
        if self._screen.live or self._given.verbose:
            self._foot(usage, time.monotonic() - begun)

    def _stream(self, builder: ChatBuilder) -> CompletionUsage | None:
        if self._given.no_stream:
            completion = builder.execute()
            self._screen.line(text_of(completion.choices[0].message.content) or "" if completion.choices else "")
        else:
            with builder.stream() as stream:
                for event in stream:
                    self._show(event)
                completion = stream.snapshot
        self._remember(builder, completion)
        return completion.usage

    def _run_tools(self, builder: ChatBuilder) -> CompletionUsage | None:
        run = builder.run_tools(on_tool_call=None if self._given.yes else self._allow)
        for event in run:
            if event.type == "tool.result":
                self._screen.end_line()
                self._screen.line(f"{event.call.name}({event.call.arguments}) -> {event.output[:500]}", "accent")
            elif event.type == "turn.done":
                self._screen.end_line()
            else:
                self._show(event)
        result = run.final()
        self._messages = [one for one in result.messages if not _is_system(one)]
        return result.usage

    def _show(self, event: ChatStreamEvent) -> None:
        if event.type == "content.delta" and event.choice == 0:
            self._screen.write(event.delta)
        elif event.type == "reasoning.delta" and event.choice == 0:
            self._screen.write(event.delta, "dim")
        elif event.type == "reasoning.done":
            self._screen.end_line()
        elif event.type == "refusal.delta":
            self._screen.write(event.delta, "warn")

    def _allow(self, call: ToolCall) -> bool | str:
        if not self._screen.live or not sys.stdin.isatty():
            return "Tools may not run here: there is no terminal to ask for confirmation. (The user can pass --yes.)"
        self._screen.end_line()
        question = clean(f"Run {call.name}({call.arguments})? [y/N] ")
        return input(question).strip().lower() in {"y", "yes"}

    def _remember(self, builder: ChatBuilder, completion: ChatCompletion) -> None:
        self._messages = [one for one in builder.build()["messages"] if not _is_system(one)]
        if completion.choices:
            self._messages.append({"role": "assistant", "content": completion.choices[0].message.content})

    def _foot(self, usage: CompletionUsage | None, seconds: float) -> None:
        counts = f"{usage.prompt_tokens} tokens in, {usage.completion_tokens} out, " if usage is not None else ""
        self._screen.line(f"{counts}{seconds:.1f} s", "dim")

    def _instruct(self, line: str) -> None:
        word, _, rest = line[1:].partition(" ")
        rest = rest.strip()
        if word == "model" and rest:
            self._model = rest
        elif word == "system":
            self._system = rest or None
        elif word == "image" and rest:
            self._images.append(rest)
        elif word == "clear":
            self._messages = []
        elif word == "save" and rest:
            if not self._saved(Path(rest).expanduser()):
                return
        elif word == "usage":
            self._screen.line(f"{self._tokens} tokens in {len(self._messages)} messages")
        else:
            self._screen.line(_HELP, "dim")
            return
        if word in {"model", "system", "clear", "save", "image"}:
            self._screen.line("done", "dim")

    def _saved(self, path: Path) -> bool:
        try:
            path.write_text(json.dumps(self._messages, indent=2, default=str), encoding="utf-8")
        except OSError as error:
            self._screen.fault(f"{path} cannot be written: {error.strerror or error}", None)
            return False
        return True


def _is_system(message: Any) -> bool:
    return is_mapping(message) and message.get("role") == "system"


def _schema(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ParameterError([f"`--schema {path}`: {error}"]) from error


def _line_editing() -> None:
    """Enable arrow keys and history in the prompt, if the platform has them."""
    try:
        import_module("readline")
    except ImportError:
        return
