"""Tools from plain Python functions: the definition that the model sees, and the validation of its arguments.

::

    @onceward.tool
    def weather(city: str, unit: Literal["c", "f"] = "c") -> str:
        '''Return the weather now.

        :param city: Name of the city.
        '''

`weather` is still the function, and can be put into ``tools=[...]`` of any call. The schema is made on first use from
the signature, the docstring (Google, NumPy or reST) and `Annotated` descriptions, which override the docstring.
"""

from __future__ import annotations

import functools
import inspect
import json
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeAlias, TypeVar, cast, overload

from .._core.encode import plain
from .._core.errors import ParameterError, SDKError
from .._core.narrow import is_dict, is_list
from .docstring import Docstring, read_docstring

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["Function", "Tool", "ToolArgumentError", "ToolLike", "result_text", "tool"]

P = ParamSpec("P")
R = TypeVar("R")

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class ToolArgumentError(SDKError, ValueError):
    """The model's arguments do not fit the tool. The message is written for the model, so that it can try again."""


class Tool(Generic[P, R]):
    """A function that a model may call. Calling the tool calls the function."""

    __name__: str
    __qualname__: str

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None = None,
        description: str | None = None,
        strict: bool | None = None,
    ) -> None:
        functools.update_wrapper(cast("Callable[P, R]", self), function)
        self.function = function
        self._source = _source_of(function)
        own = _name_of(function)
        self.name = name or "".join(letter if letter in _LETTERS else "_" for letter in own)[:64]
        self._description = description
        self._strict = strict
        self._made: tuple[dict[str, Any], bool] | None = None
        self._model: type[BaseModel] | None = None
        _check_name(self.name)
        _check_signature(self.name, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function."""
        return self.function(*args, **kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> Tool[..., R]:
        """Bind a tool that was made from a method to its object."""
        if instance is None:
            return self
        bound = self.function.__get__(instance)
        return Tool(bound, name=self.name, description=self._description, strict=self._strict)

    def __repr__(self) -> str:
        return f"<Tool {self.name}{inspect.signature(self.function)}>"

    def __reduce__(self) -> str:
        return self.__qualname__

    @property
    def is_async(self) -> bool:
        """True if the function must be awaited."""
        return inspect.iscoroutinefunction(self.function) or inspect.iscoroutinefunction(self._source)

    @property
    def description(self) -> str:
        """The description for the model: the one given, otherwise the docstring up to its first section."""
        return self._description if self._description is not None else self._doc.text

    @property
    def parameters(self) -> dict[str, Any]:
        """The JSON schema of the arguments."""
        return self._schema()[0]

    @property
    def strict(self) -> bool:
        """True if the server must enforce the schema: when requested, and by default if nothing is lost."""
        return self._schema()[1]

    def to_dict(self) -> dict[str, Any]:
        """Return the tool as it is sent."""
        function: dict[str, Any] = {"name": self.name}
        if self.description:
            function["description"] = self.description
        function["parameters"] = self.parameters
        if self.strict:
            function["strict"] = True
        return {"type": "function", "function": function}

    def arguments(self, given: str | Mapping[str, Any]) -> dict[str, Any]:
        """Return the model's arguments as Python values of the annotated types, or raise `ToolArgumentError`."""
        from pydantic import ValidationError

        if isinstance(given, str):
            from .partial_json import object_from

            decoded, fault = object_from(given)
            if decoded is None:
                raise ToolArgumentError(f"Cannot call `{self.name}`: {fault}.")
            given = decoded
        model = self._arguments_model()
        try:
            checked = model.model_validate_json(json.dumps(given))
        except ValidationError as error:
            raise ToolArgumentError(_explain(self.name, error)) from error
        values: dict[str, Any] = {}
        for field, info in model.model_fields.items():
            if field in checked.model_fields_set:
                values[cast("str", info.alias)] = getattr(checked, field)
        return values

    def call(self, given: str | Mapping[str, Any]) -> R:
        """Validate the model's arguments and call the function with them.

        The result of an async function must be awaited.
        """
        return self.function(**self.arguments(given))  # type: ignore[call-arg]  # the names come from the signature

    @functools.cached_property
    def _doc(self) -> Docstring:
        return read_docstring(self._source.__doc__)

    def _arguments_model(self) -> type[BaseModel]:
        if self._model is None:
            self._model = _arguments_model(self.name, self.function, self._doc)
        return self._model

    def _schema(self) -> tuple[dict[str, Any], bool]:
        if self._made is None:
            self._made = self._make_schema()
        return self._made

    def _make_schema(self) -> tuple[dict[str, Any], bool]:
        from .strict_schema import SchemaError, to_strict

        source = _untitled(_json_schema(self.name, self._arguments_model()))
        if self._strict is False:
            return source, False
        compiled = to_strict(source, self.name)
        if compiled.losses:
            if self._strict:
                raise SchemaError(self.name, compiled.losses)
            return source, False
        # A strict schema makes the model send every argument, so that defaults would never be used.
        optional = set(source.get("properties", ())) - set(source.get("required", ()))
        return (source, False) if optional and not self._strict else (compiled.schema, True)


Function: TypeAlias = Callable[..., Any]
"""A typed function, which can be made a tool."""

ToolLike: TypeAlias = "Tool[..., Any] | Callable[..., Any] | Mapping[str, object]"
"""A `Tool`, a plain function, or the tool object of the API."""


@overload
def tool(function: Callable[P, R], /) -> Tool[P, R]: ...
@overload
def tool(
    *, name: str | None = None, description: str | None = None, strict: bool | None = None
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool | None = None,
) -> Any:
    """Make a function a tool that a model may call.

    Works with and without parentheses, on async functions and on methods.

    Args:
        function: The function.
        name: The name for the model; by default that of the function.
        description: The description for the model; by default the docstring.
        strict: True asks the server to enforce the schema, and raises for a type that a strict schema cannot express.
        By
            default, strict is on if nothing is lost by it.
    """
    if function is not None:
        return cast("Any", function) if isinstance(function, Tool) else Tool(function)

    def made(given: Callable[..., Any]) -> Tool[..., Any]:
        return Tool(given, name=name, description=description, strict=strict)

    return made


def result_text(value: Any) -> str:
    """Return a tool's result as text for the model: text as it is, everything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, default=plain, ensure_ascii=False)


def _check_name(name: str) -> None:
    if not name or len(name) > 64 or not _LETTERS.issuperset(name):
        raise ParameterError([f"A tool's name has 1 to 64 letters, digits, `_` and `-`, not {name!r}; pass `name=`"])


def _check_signature(name: str, function: Callable[..., Any]) -> None:
    for parameter in _parameters(name, function):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
            fault = f"`{stars}{parameter.name}`, which a model cannot fill; name the parameters one by one"
        elif parameter.kind is parameter.POSITIONAL_ONLY:
            fault = f"`{parameter.name}` by position only; a model gives arguments by name"
        else:
            continue
        raise ParameterError([f"`{name}` takes {fault}"])


def _parameters(name: str, function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters that a model fills: not those that `functools.partial` has filled."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError) as error:
        raise ParameterError([f"`{name}` has no readable signature ({error}); wrap it in a function"]) from None
    filled = function.keywords if isinstance(function, functools.partial) else {}
    return [parameter for parameter in parameters.values() if parameter.name not in filled]


def _name_of(function: Any) -> str:
    while isinstance(function, functools.partial):
        function = function.func
    owner = getattr(function, "__self__", None) if getattr(function, "__name__", "") == "__call__" else function
    return str(getattr(owner, "__name__", type(owner).__name__))


def _source_of(function: Any) -> Any:
    """Return the function whose annotations and docstring describe a tool.

    This is the function of a partial, and the ``__call__`` of a callable object.
    """
    while isinstance(function, functools.partial):
        function = function.func
    return function if inspect.isroutine(function) or isinstance(function, type) else type(function).__call__


def _hints(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(_source_of(function), include_extras=True)
    except Exception as error:  # annotations are code of the caller
        raise ParameterError(
            [f"`{name}`: its annotations cannot be read ({error}); import the types where the function is defined"]
        ) from error


def _arguments_model(name: str, function: Callable[..., Any], doc: Docstring) -> type[BaseModel]:
    """Make a model of the arguments.

    Its fields have names of their own, so that a parameter's name cannot collide with Pydantic's.
    """
    from pydantic import ConfigDict, Field, PydanticUserError, create_model

    hints = _hints(name, function)
    fields: dict[str, Any] = {}
    for place, parameter in enumerate(_parameters(name, function)):
        form = _form(name, hints.get(parameter.name, Any))
        described = _annotated_description(form) or doc.params.get(parameter.name) or None
        given: Any = Field(..., alias=parameter.name, description=described)
        if parameter.default is not parameter.empty:
            # A default that is not JSON is not shown to the model, and never copied.
            is_plain = isinstance(parameter.default, (str, int, float, type(None)))
            if is_plain:
                given = Field(parameter.default, alias=parameter.name, description=described)
            else:
                given = Field(default_factory=_constant(parameter.default), alias=parameter.name, description=described)
        fields[f"argument_{place}"] = (form, given)
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=False, protected_namespaces=())
    try:
        return create_model(name, __config__=config, **fields)
    except PydanticUserError as error:
        raise _no_json(name, error) from error


def _json_schema(name: str, model: type[BaseModel]) -> dict[str, Any]:
    from pydantic import PydanticUserError

    try:
        return model.model_json_schema(by_alias=True)
    except PydanticUserError as error:
        raise _no_json(name, error) from error


def _no_json(name: str, error: Exception) -> ParameterError:
    reason = str(error).partition("\n")[0].rstrip(".")
    return ParameterError(
        [f"`{name}` has a parameter that a model cannot give as JSON ({reason}); annotate it with a type that JSON has"]
    )


def _form(name: str, hint: Any) -> Any:
    from .type_adapters import modern

    try:
        return modern(hint)
    except TypeError as error:
        raise _no_json(name, error) from error


def _constant(value: Any) -> Callable[[], Any]:
    return lambda: value


def _annotated_description(form: Any) -> str | None:
    """Return the description in ``Annotated[T, "..."]`` or ``Annotated[T, Field(description="...")]``."""
    for one in getattr(form, "__metadata__", ()):
        if isinstance(one, str):
            return one
        description = getattr(one, "description", None)
        if isinstance(description, str):
            return description
        documentation = getattr(one, "documentation", None)
        if isinstance(documentation, str):
            return documentation
    return None


def _explain(name: str, error: Any) -> str:
    """Return what is wrong with the arguments, for the model: the place, the rule, and the value that it sent."""
    faults: list[str] = []
    for one in error.errors(include_url=False, include_context=False)[:8]:
        place = ".".join(str(part) for part in one["loc"]) or "arguments"
        if one["type"] == "missing":
            faults.append(f"`{place}` is missing")
        elif one["type"] == "extra_forbidden":
            faults.append(f"`{place}` is not an argument of this tool")
        else:
            faults.append(f"`{place}`: {one['msg']}, not {json.dumps(one['input'], default=str)[:120]}")
    return f"Cannot call `{name}`: {'; '.join(faults)}. Correct the arguments and call it again."


def _untitled(node: Any, named: bool = False) -> Any:
    """Return the schema without Pydantic's titles; ``named``: the keys are names of members."""
    if is_list(node):
        return [_untitled(item) for item in node]
    if not is_dict(node):
        return node
    return {
        key: _untitled(value, named=not named and key in {"properties", "$defs"})
        for key, value in node.items()
        if named or key != "title" or not isinstance(value, str)
    }
