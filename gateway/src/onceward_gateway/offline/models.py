"""The offline models as the gateway calls them: names to objects, objects to emissions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ..core import error_codes
from ..core.answer import (
    Answer,
    Delay,
    Emission,
    ModelContext,
)
from ..core.effective_body import member_of
from ..core.errors import invalid
from ..core.tokenizer import (
    LONGEST_TOKEN,
    content_length,
    count,
    count_messages,
    text_length,
)
from .catalog import (
    CHAT_WINDOW,
    EMBED_TOKENS,
    EMBED_WINDOW,
    MODELS,
    default_for,
    entry,
    find,
)
from .echo import (
    Conversation,
    chat_chunks,
    choose,
    completion_chunks,
    reply_to,
)
from .echo.completions import prompts_of
from .echo.refusals import unfillable_schema
from .embed import (
    MOST_DIMENSIONS,
    MOST_INPUTS,
    embeddings,
    inputs_of,
    tokens_of,
)
from .faults import (
    FAULT_PREFIX,
    KINDS,
    Fault,
    fault_in,
    named_fault,
    whole_with_fault,
    with_fault,
)
from .learned import Memory
from .schema.budget import Unfillable, budget
from .unsupported import refuse_chat, refuse_stream_options

__all__ = ["BASE", "BuiltIn", "default_for", "listing", "resolve", "tuned"]

# The model that fine-tuned models are based on.
BASE = MODELS[0].id
_MOST_CHOICES = 2048
# Members that a window holds besides `messages` and `prompt`.
_TEXTS = ("tools", "functions", "tool_choice", "response_format", "prediction", "mock_response", "suffix", "stop")


class BuiltIn:
    """An offline model: a built-in one, a fault model, or a fine-tuned one with what it learned.

    `faults` says whether a request may ask it to fail.
    """

    __slots__ = ("_faults", "id", "memory")

    def __init__(self, id: str, memory: Memory | None = None, *, faults: bool = True) -> None:
        self.id = id
        self.memory = memory
        self._faults = faults

    def can(self, kind: str) -> bool:
        """Return whether the model answers calls of `kind`."""
        if self.memory is not None:
            return kind in ("chat", "completions")
        listed = find(self.id)
        return listed is not None and kind in listed.kinds

    def chat(self, request: dict[str, Any], context: ModelContext) -> Iterator[Emission]:
        """Yield the chunks of a chat completion. Raise `ApiError` if this model does not chat."""
        self._demand("chat")
        return self._faulty(self._chat(request, context), request, context)

    def complete(self, request: dict[str, Any], context: ModelContext) -> Iterator[Emission]:
        """Yield the chunks of a text completion. Raise `ApiError` if this model does not complete texts."""
        self._demand("completions")
        return self._faulty(self._complete(request, context), request, context)

    def embed(self, request: dict[str, Any], context: ModelContext) -> dict[str, Any]:
        """Return an embeddings response of unit vectors.

        Raise `ApiError` for too many or too long inputs, or a wrong `dimensions`.
        """
        self._demand("embeddings")
        size = request.get("dimensions")
        if size is not None and not 1 <= int(size) <= MOST_DIMENSIONS:
            raise invalid(f"`dimensions` must be from 1 to {MOST_DIMENSIONS}, not {size!r}.", param="dimensions")
        inputs = inputs_of(request.get("input"))
        if len(inputs) > MOST_INPUTS:
            raise invalid(
                f"`input` has {len(inputs)} texts; at most {MOST_INPUTS} are taken at once. Send them in parts.",
                param="input",
                code=error_codes.TOO_MANY_INPUTS,
            )
        for item in inputs:
            _refuse_long("input", len(item), partial(tokens_of, item), EMBED_WINDOW)
        _refuse_many_tokens(inputs)
        answer = embeddings(request, context.model)
        self.failing(Answer.json(answer, usage=answer["usage"]), request, context.attempt)
        return answer

    def failing(self, answer: Answer, request: Mapping[str, Any], attempt: int) -> Answer:
        """Return a whole answer, unless the model's name or the request asks for a failure: then that is raised."""
        fault = self._fault(request)
        return answer if fault is None else whole_with_fault(fault, answer, attempt)

    def delay(self, request: Mapping[str, Any]) -> float:
        """Seconds that a whole answer is held back for."""
        fault = self._fault(request)
        return fault.value if fault is not None and fault.kind in ("slow", "drip") else 0.0

    def _fault(self, request: Mapping[str, Any]) -> Fault | None:
        fault = fault_in(request)
        if fault is not None and not self._faults:
            raise invalid(
                f"`provider_specific_params.fault` is {fault.kind!r}, and faults are off here. Start the gateway with "
                "`--offline` or `--fault-models`, or set `server.fault_models = true`.",
                param="provider_specific_params.fault",
                code=error_codes.FAULT_MODELS_OFF,
            )
        return fault or named_fault(self.id)

    def _demand(self, kind: str) -> None:
        if not self.can(kind):
            raise invalid(
                f"The model {self.id!r} does not do {kind}. {default_for(kind)!r} does.",
                param="model",
                code=error_codes.MODEL_NOT_CAPABLE,
            )

    def _faulty(
        self, source: Iterator[Emission], request: Mapping[str, Any], context: ModelContext
    ) -> Iterator[Emission]:
        fault = self._fault(request)
        paced = _paced(source, request)
        return paced if fault is None else with_fault(fault, paced, context.attempt, bool(request.get("stream")))

    def _chat(self, request: dict[str, Any], context: ModelContext) -> Iterator[Emission]:
        refuse_chat(request)
        messages = request["messages"]
        _refuse_long("messages", sum(map(content_length, messages)), partial(count_messages, messages))
        _refuse_long_beside(request)
        conversation = Conversation.read(messages)
        learned = self.memory.recall(conversation.asked) if self.memory is not None else None
        try:
            with budget():
                chosen = choose(request, conversation)
                choices = range(int(request.get("n") or 1))
                replies = [reply_to(request, conversation, at, learned, chosen) for at in choices]
        except Unfillable as error:
            raise unfillable_schema("response_format.json_schema.schema", error) from None
        id = "chatcmpl-" + context.call_id.removeprefix("call_")
        yield from chat_chunks(request, replies, id=id, created=context.created, model=context.model)

    def _complete(self, request: dict[str, Any], context: ModelContext) -> Iterator[Emission]:
        refuse_stream_options(request)
        if request.get("best_of") and int(request["best_of"]) < int(request.get("n") or 1):
            raise invalid("`best_of` must not be less than `n`.", param="best_of")
        prompts = prompts_of(request)
        _refuse_long("prompt", sum(map(len, prompts)), lambda: sum(map(count, prompts)))
        _refuse_long_beside(request)
        choices = len(prompts) * max(int(request.get("n") or 1), int(request.get("best_of") or 1))
        if choices > _MOST_CHOICES:
            raise invalid(
                f"`prompt` asks for {choices} answers, counting `n` and `best_of`; this model gives {_MOST_CHOICES}. "
                "Send fewer prompts at once.",
                param="prompt",
            )
        learned: dict[int, str] = {}
        if self.memory is not None:
            found = {at: self.memory.recall(prompt) for at, prompt in enumerate(prompts)}
            learned = {at: text for at, text in found.items() if text is not None}
        id = "cmpl-" + context.call_id.removeprefix("call_")
        yield from completion_chunks(request, id=id, created=context.created, model=context.model, learned=learned)


def _refuse_long(param: str, characters: int, counting: Callable[[], int], window: int = CHAT_WINDOW) -> None:
    """Refuse what is longer than the model's window. No token is shorter than a character or longer than eight."""
    if characters <= window:
        return
    tokens = characters // LONGEST_TOKEN if characters > LONGEST_TOKEN * window else counting()
    if tokens > window:
        raise invalid(
            f"`{param}` has at least {tokens} tokens; this model holds {window}. Send less.",
            param=param,
            code=error_codes.CONTEXT_LENGTH_EXCEEDED,
        )


def _refuse_many_tokens(inputs: Sequence[str | Sequence[int]]) -> None:
    """Refuse inputs of embeddings that are more together than one request may hold."""
    if sum(map(len, inputs)) <= EMBED_TOKENS:
        return
    tokens = 0
    for item in inputs:
        tokens += tokens_of(item)
        if tokens > EMBED_TOKENS:
            raise invalid(
                f"`input` has more than {EMBED_TOKENS} tokens in all, the most that a request may hold. Send it in "
                "parts.",
                param="input",
                code=error_codes.MAX_TOKENS_PER_REQUEST,
            )


def _refuse_long_beside(request: Mapping[str, Any]) -> None:
    """Refuse tools, schemas and other texts that no model's window holds."""
    for name in _TEXTS:
        length = text_length(request[name]) if name in request else 0
        if length > LONGEST_TOKEN * CHAT_WINDOW:
            _refuse_long(name, length, lambda: 0)


def _paced(source: Iterator[Emission], request: Mapping[str, Any]) -> Iterator[Emission]:
    """The emissions with a wait before each where `pace` in `provider_specific_params` (seconds) asks for one."""
    pace = member_of(request, "pace")
    if isinstance(pace, bool) or not isinstance(pace, int | float) or pace <= 0:
        return source
    return _waiting(source, min(float(pace), 10.0))


def _waiting(source: Iterator[Emission], pace: float) -> Iterator[Emission]:
    for emission in source:
        yield Delay(pace)
        yield emission


def resolve(name: str, *, faults: bool = True) -> BuiltIn | None:
    """Return the built-in model of exactly this name; None when there is none (without `faults`: no fault model)."""
    if find(name) is None or (name.startswith(FAULT_PREFIX) and not faults):
        return None
    return BuiltIn(name, faults=faults)


def tuned(name: str, memory: Memory, *, faults: bool = True) -> BuiltIn:
    """Return a fine-tuned model and what it learned."""
    return BuiltIn(name, memory, faults=faults)


def listing(*, faults: bool = True) -> list[dict[str, Any]]:
    """Return the built-in models as `/v1/models` shows them."""
    out = [entry(listed) for listed in MODELS]
    kinds = KINDS if faults else ()
    return out + [entry(listed) for kind in kinds if (listed := find(FAULT_PREFIX + kind)) is not None]
