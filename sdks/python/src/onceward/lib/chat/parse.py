"""Parse answers as the user's own types: the request, the value, and the reason if the answer does not fit.

Terms:
    *form*     the type that the user passes: a Pydantic model, dataclass, TypedDict, other type, or JSON schema.
    *format*   the compiled form: the parameter that is sent to the server, and the parser of the text that comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from ..._core.errors import ParameterError, SDKError
from ..._core.narrow import is_dict, is_mapping
from ..._core.surrogates import replace_unpaired
from ...tools.strict_schema import SchemaError, StrictSchema, to_strict
from ...tools.type_adapters import adapter_of, cached_on, modern, name_of
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
    """An answer does not fit the requested type. ``completion`` is the whole answer, ``reason`` a word for the reason.

    Reasons: ``refusal``, ``length`` (cut at the token limit), ``content_filter``, ``tool_calls``, ``empty``,
    ``truncated``,
    ``invalid``.
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
    """The compiled type of an answer. ``param`` is the `response_format` that is sent to the server."""

    name: str
    param: dict[str, Any]
    form: Any = field(default=None, repr=False)
    """The user's type; None for any JSON."""
    wrapped: bool = False
    json: bool = True
    asked: bool = True
    """True if a value was requested; False for the API's own `response_format`, which is passed on as it is."""

    def read(self, text: str) -> tuple[T | None, str | None]:
        """Return the value in the text, or None and what is wrong with it."""
        if not self.json:
            return cast("T", text), None
        body = replace_unpaired(_unfenced(text))
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
                # A server that does not enforce the schema may answer with the bare value.
                return cast("T", adapter_of(self.form).validate_json(body))
            except ValidationError:
                pass
            raise


def _wrapped_adapter(form: Any) -> Any:
    from pydantic import TypeAdapter
    from typing_extensions import TypedDict

    def make() -> Any:
        adapter_of(form)  # raises for a form that cannot be validated
        members = {"value": _checked(form)}
        return TypeAdapter(cast("Any", TypedDict)("Answer", members))

    return cached_on(form, ("wrapped", repr(form)), make)


def _checked(form: Any) -> Any:
    """Return the form as the member of another type: for an adapter, the type it was made of."""
    from pydantic import TypeAdapter

    if isinstance(form, TypeAdapter):
        return vars(form)["_type"]
    return modern(form)


def _unfenced(text: str) -> str:
    """Return the text without the Markdown fence that models put around JSON when no schema is enforced."""
    body = text.strip()
    if not body.startswith("```"):
        return body
    first, _, rest = body.partition("\n")
    return rest.rstrip().removesuffix("```").rstrip() if first.strip("`").strip().lower() in {"", "json"} else body


def _summary(error: ValueError) -> str:
    """Return what is wrong by place, without the values."""
    faults = getattr(error, "errors", None)
    if faults is None:
        return str(error)
    found = faults(include_url=False, include_input=False, include_context=False)
    faults_by_place = [f"`{'.'.join(str(part) for part in one['loc']) or 'answer'}`: {one['msg']}" for one in found[:5]]
    return "; ".join(faults_by_place) + (f"; and {len(found) - 5} more" if len(found) > 5 else "")


def format_of(form: Any, *, lossy: bool = False, name: str | None = None) -> Format[Any]:
    """Compile a form.

    Raises `SchemaError` for what a strict schema cannot express, unless ``lossy``: then strict is off.
    """
    if isinstance(form, Format):
        return cast("Format[Any]", cast("object", form))
    if is_mapping(form):
        return _format_of_mapping(form, lossy, name)
    return cached_on(form, ("format", repr(form), lossy, name), lambda: _format_of_type(form, lossy, name))


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
    """Move definitions to the root: references in a wrapped schema start there."""
    properties = schema.get("properties")
    value = properties.get("value") if is_mapping(properties) else None
    if not is_mapping(value) or "$defs" not in value:
        return schema
    inner = {key: member for key, member in value.items() if key != "$defs"}
    return {**schema, "properties": {"value": inner}, "$defs": value["$defs"]}


def response_format_of(form: Any) -> Any:
    """Return ``response_format`` as it is sent, from a type or the object of the API."""
    return format_of(form).param


@dataclass(slots=True)
class ParsedChoice(Generic[T]):
    """One choice of an answer. ``parsed`` is None if the answer does not fit; ``error`` then says why."""

    index: int
    message: ChatCompletionMessage
    finish_reason: str | None
    parsed: T | None
    error: ParseError | None

    @property
    def refusal(self) -> str | None:
        """The model's refusal, if it refused."""
        return self.message.refusal


@dataclass(slots=True)
class ParsedChatCompletion(Generic[T]):
    """An answer parsed as the requested type.

    Only `unwrap` raises: the answer was paid for, and is in ``completion``.
    """

    completion: ChatCompletion
    choices: list[ParsedChoice[T]]

    @property
    def parsed(self) -> T | None:
        """The first choice's answer, or None; then `error` says why."""
        return self.choices[0].parsed if self.choices else None

    @property
    def error(self) -> ParseError | None:
        """The reason that the first choice does not fit, or None."""
        if not self.choices:
            return ParseError("The answer has no choice", reason="empty", completion=self.completion)
        return self.choices[0].error

    @property
    def refusal(self) -> str | None:
        """The first choice's refusal, if the model refused."""
        return self.choices[0].refusal if self.choices else None

    @property
    def finish_reason(self) -> str | None:
        """The first choice's finish reason."""
        return self.choices[0].finish_reason if self.choices else None

    @property
    def message(self) -> ChatCompletionMessage | None:
        """The first choice's message."""
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
        """The completion's id."""
        return self.completion.id

    @property
    def model(self) -> str:
        """The model that answered."""
        return self.completion.model

    @property
    def usage(self) -> CompletionUsage | None:
        """The usage of the call."""
        return self.completion.usage

    @property
    def _request_id(self) -> str | None:
        return self.completion._request_id  # pyright: ignore[reportPrivateUsage]

    def unwrap(self) -> T:
        """Return the first choice's answer, or raise `ParseError`, which has the whole answer."""
        error = self.error
        if error is not None:
            raise error
        return cast("T", self.parsed)


def parse_completion(completion: ChatCompletion, form: Any, *, lossy: bool = False) -> ParsedChatCompletion[Any]:
    """Parse an answer that was received before."""
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
    """Return the reason that there is no value: the first thing that explains it."""
    name, message, finish = format.name, choice.message, choice.finish_reason
    if message.refusal:
        return "refusal", f"The model refused to answer as `{name}`: {message.refusal}"
    if finish == "length":
        return (
            "length",
            f"The answer reached the token limit before `{name}` was complete ({fault or 'no text'})"
            "; raise `max_tokens`",
        )
    if finish == "content_filter":
        return (
            "content_filter",
            f"A content filter stopped the answer before `{name}` was complete ({fault or 'no text'})",
        )
    if not fault and message.tool_calls:
        return "tool_calls", f"The model calls tools and has not answered as `{name}` yet; see `.message.tool_calls`"
    if not fault:
        return "empty", f"The answer has no text; expected `{name}` (finish reason {finish!r})"
    if fault.startswith("the JSON is cut short"):
        return "truncated", f"The answer is not a complete `{name}`: {fault} (finish reason {finish!r})"
    return "invalid", f"The answer does not fit `{name}`: {fault}"
