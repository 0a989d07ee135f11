"""Answers as the user's own types: what is asked for, what came, and why it does not fit.

Words used here
    *form*     what the user names: a Pydantic model, a dataclass, a TypedDict, any other type form, a JSON schema.
    *format*   the form made ready: the parameter that goes to the server, and the reader of the text that comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from ..._core.errors import ParameterError, SDKError
from ..._core.narrow import is_dict, is_mapping
from ..._core.surrogates import whole
from ...tools.strict_schema import SchemaError, StrictSchema, to_strict
from ...tools.type_adapters import adapter_of, kept_on, modern, name_of
from ._merge import text_of

if TYPE_CHECKING:
    from ...types.chat import ChatCompletion, ChatCompletionMessage
    from ...types.shared import CompletionUsage

__all__ = [
    "Format", "ParseError", "ParsedChatCompletion", "ParsedChoice", "format_of", "parse_completion",
    "response_format_of",
]  # fmt: skip

T = TypeVar("T")

_WIRE_KINDS = frozenset({"text", "json_object", "json_schema", "grammar", "python"})


class ParseError(SDKError):
    """An answer is not what was asked for. ``completion`` is the whole answer, which was paid for; ``reason`` a word
    for why.

    Reasons: ``refusal``, ``length`` (cut at the limit of tokens), ``content_filter``, ``tool_calls``, ``empty``,
    ``truncated``, ``invalid``.
    """

    def __init__(self, message: str, *, reason: str, completion: ChatCompletion, choice: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.completion = completion
        self.choice = choice

    @property
    def text(self) -> str | None:
        """The text that does not fit."""
        return text_of(self.completion.choices[self.choice].message.content) if self.completion.choices else None

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (self.message, self.reason, self.completion, self.choice))


def _rebuild(message: str, reason: str, completion: ChatCompletion, choice: int) -> ParseError:
    return ParseError(message, reason=reason, completion=completion, choice=choice)


@dataclass(frozen=True, slots=True)
class Format(Generic[T]):
    """An answer's type, made ready. ``param`` is the `response_format` that goes to the server."""

    name: str
    param: dict[str, Any]
    form: Any = field(default=None, repr=False)
    """The user's type; None where any JSON will do."""
    wrapped: bool = False
    json: bool = True
    asked: bool = True
    """Whether a value was asked for; False for the wire's own `response_format`, which is passed on as it is."""

    def read(self, text: str) -> tuple[T | None, str | None]:
        """The value in the text, or None and what is wrong with it."""
        if not self.json:
            return cast("T", text), None
        body = whole(_unfenced(text))
        from ...tools.partial_json import truncated

        try:
            return self._value(body), None
        except ValueError as error:
            if truncated(body):
                return None, f"the JSON is cut short after {len(text)} characters"
            return None, _summary(error)

    def _value(self, body: str) -> T:
        if self.form is None:
            from pydantic_core import from_json

            value: Any = from_json(body)
            return cast("T", value["value"] if self.wrapped and is_dict(value) and "value" in value else value)
        if not self.wrapped:
            return cast("T", adapter_of(self.form).validate_json(body))
        from pydantic_core import ValidationError

        try:
            return cast("T", _wrapped_adapter(self.form).validate_json(body)["value"])
        except ValidationError:
            try:
                # A server that does not hold the model to the schema may answer with the bare value.
                return cast("T", adapter_of(self.form).validate_json(body))
            except ValidationError:
                pass
            raise


def _wrapped_adapter(form: Any) -> Any:
    from pydantic import TypeAdapter
    from typing_extensions import TypedDict

    def make() -> Any:
        adapter_of(form)  # a form that cannot be checked says so here
        members = {"value": _checked(form)}
        return TypeAdapter(cast("Any", TypedDict)("Answer", members))

    return kept_on(form, ("wrapped", repr(form)), make)


def _checked(form: Any) -> Any:
    """The form as a member of another type can have it: what an adapter was made of."""
    from pydantic import TypeAdapter

    if isinstance(form, TypeAdapter):
        return vars(form)["_type"]
    return modern(form)


def _unfenced(text: str) -> str:
    """The text without the Markdown fence that models put around JSON when nothing holds them to a schema."""
    body = text.strip()
    if not body.startswith("```"):
        return body
    first, _, rest = body.partition("\n")
    return rest.rstrip().removesuffix("```").rstrip() if first.strip("`").strip().lower() in {"", "json"} else body


def _summary(error: ValueError) -> str:
    """What is wrong, in words that name the places; the values stay out of it."""
    faults = getattr(error, "errors", None)
    if faults is None:
        return str(error)
    found = faults(include_url=False, include_input=False, include_context=False)
    said = [f"`{'.'.join(str(part) for part in one['loc']) or 'answer'}`: {one['msg']}" for one in found[:5]]
    return "; ".join(said) + (f"; and {len(found) - 5} more" if len(found) > 5 else "")


def format_of(form: Any, *, lossy: bool = False, name: str | None = None) -> Format[Any]:
    """Make a form ready. Raises `SchemaError` for what a strict schema cannot say, unless ``lossy``: then strict is
    off.
    """
    if isinstance(form, Format):
        return cast("Format[Any]", cast("object", form))
    if is_mapping(form):
        return _format_of_mapping(form, lossy, name)
    return kept_on(form, ("format", repr(form), lossy, name), lambda: _format_of_type(form, lossy, name))


def _format_of_mapping(form: Mapping[str, Any], lossy: bool, name: str | None) -> Format[Any]:
    if form.get("type") in _WIRE_KINDS:
        kind = form["type"]
        given = form.get("json_schema")
        title = given.get("name") if is_mapping(given) else None
        return Format(str(title or kind), dict(form), json=kind not in {"text", "grammar", "python"}, asked=False)
    return _made(to_strict(form, name), form, lossy, None)


def _format_of_type(form: Any, lossy: bool, name: str | None) -> Format[Any]:
    from pydantic.errors import PydanticUserError

    name = name or name_of(form)
    try:
        schema = adapter_of(form).json_schema(mode="validation")
    except (PydanticUserError, TypeError) as error:
        raise ParameterError(
            [
                f"`response_format` is {form!r}, which cannot be checked: {str(error).splitlines()[0]}. "
                "Give a Pydantic model, a dataclass, a TypedDict, a list or union of them, or a JSON schema"
            ]
        ) from error
    return _made(to_strict(schema, name), schema, lossy, form)


def _made(strict: StrictSchema, source: Mapping[str, Any], lossy: bool, form: Any) -> Format[Any]:
    if strict.losses and not lossy:
        raise SchemaError(strict.name, strict.losses)
    schema: Mapping[str, Any] = strict.schema
    if strict.losses:
        schema = (
            {"type": "object", "properties": {"value": source}, "required": ["value"]} if strict.wrapped else source
        )
        schema = _definitions_up(schema)
    named = {"name": strict.name, "schema": schema, "strict": not strict.losses}
    if description := source.get("description"):
        named["description"] = description
    return Format(strict.name, {"type": "json_schema", "json_schema": named}, form, strict.wrapped)


def _definitions_up(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Definitions belong to the root: references in a wrapped schema are written from there."""
    properties = schema.get("properties")
    value = properties.get("value") if is_mapping(properties) else None
    if not is_mapping(value) or "$defs" not in value:
        return schema
    inner = {key: member for key, member in value.items() if key != "$defs"}
    return {**schema, "properties": {"value": inner}, "$defs": value["$defs"]}


def response_format_of(form: Any) -> Any:
    """``response_format`` as it goes over the wire, whether a type or the wire's own object is given."""
    return format_of(form).param


@dataclass(slots=True)
class ParsedChoice(Generic[T]):
    """One choice of an answer. ``parsed`` is None where the answer does not fit; ``error`` then says why."""

    index: int
    message: ChatCompletionMessage
    finish_reason: str | None
    parsed: T | None
    error: ParseError | None

    @property
    def refusal(self) -> str | None:
        return self.message.refusal


@dataclass(slots=True)
class ParsedChatCompletion(Generic[T]):
    """An answer parsed as the type asked for. Nothing here raises but `unwrap`: the answer was paid for, and is in
    ``completion``.
    """

    completion: ChatCompletion
    choices: list[ParsedChoice[T]]

    @property
    def parsed(self) -> T | None:
        """The first choice's answer, or None; then `error` tells why."""
        return self.choices[0].parsed if self.choices else None

    @property
    def error(self) -> ParseError | None:
        if not self.choices:
            return ParseError("The answer has no choice", reason="empty", completion=self.completion)
        return self.choices[0].error

    @property
    def refusal(self) -> str | None:
        return self.choices[0].refusal if self.choices else None

    @property
    def finish_reason(self) -> str | None:
        return self.choices[0].finish_reason if self.choices else None

    @property
    def message(self) -> ChatCompletionMessage | None:
        return self.choices[0].message if self.choices else None

    @property
    def text(self) -> str | None:
        """The answer's text as it came."""
        return text_of(self.choices[0].message.content) if self.choices else None

    @property
    def raw(self) -> ChatCompletion:
        """The same as ``completion``."""
        return self.completion

    @property
    def id(self) -> str:
        return self.completion.id

    @property
    def model(self) -> str:
        return self.completion.model

    @property
    def usage(self) -> CompletionUsage | None:
        return self.completion.usage

    @property
    def _request_id(self) -> str | None:
        return self.completion._request_id  # pyright: ignore[reportPrivateUsage]

    def unwrap(self) -> T:
        """The first choice's answer; raises `ParseError`, which carries the whole answer, where there is none."""
        error = self.error
        if error is not None:
            raise error
        return cast("T", self.parsed)


def parse_completion(completion: ChatCompletion, form: Any, *, lossy: bool = False) -> ParsedChatCompletion[Any]:
    """Parse an answer that is already there."""
    format = format_of(form, lossy=lossy)
    return ParsedChatCompletion(
        completion, [_parse_choice(completion, place, format) for place in range(len(completion.choices))]
    )


def _parse_choice(completion: ChatCompletion, place: int, format: Format[Any]) -> ParsedChoice[Any]:
    choice = completion.choices[place]
    message, finish = choice.message, choice.finish_reason
    content = text_of(message.content)
    parsed, fault = format.read(content) if content and not message.refusal else (None, "")
    error = None
    if fault is not None:
        reason, text = _why(format, choice, fault)
        error = ParseError(text, reason=reason, completion=completion, choice=place)
    return ParsedChoice(choice.index, message, finish, parsed, error)


def _why(format: Format[Any], choice: Any, fault: str) -> tuple[str, str]:
    """Why there is no value: the first thing that explains it."""
    name, message, finish = format.name, choice.message, choice.finish_reason
    if message.refusal:
        return "refusal", f"The model refused to answer as `{name}`: {message.refusal}"
    if finish == "length":
        return (
            "length",
            f"The answer reached the limit of tokens before `{name}` was whole ({fault or 'no text'})"
            "; raise `max_tokens`",
        )
    if finish == "content_filter":
        return "content_filter", f"A content filter stopped the answer before `{name}` was whole ({fault or 'no text'})"
    if not fault and message.tool_calls:
        return "tool_calls", f"The model asks for tools and has not answered as `{name}` yet; see `.message.tool_calls`"
    if not fault:
        return "empty", f"The answer has no text where `{name}` was asked for (finish reason {finish!r})"
    if fault.startswith("the JSON is cut short"):
        return "truncated", f"The answer is not a whole `{name}`: {fault} (finish reason {finish!r})"
    return "invalid", f"The answer does not fit `{name}`: {fault}"
