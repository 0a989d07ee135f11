"""What the helpers do to a chat request: types and tools become their wire form, and usage is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..._core.errors import ParameterError
from ..._core.narrow import is_mapping

if TYPE_CHECKING:
    from .parse import Format

__all__ = ["prepare", "streaming"]


def prepare(
    params: Mapping[str, Any], *, response_format: Any = None, lossy: bool = False, tools: Any = None
) -> tuple[dict[str, Any], Format[Any] | None]:
    """The arguments for `create`, and the format of the answer if one was asked for."""
    made = dict(params)
    format: Format[Any] | None = None
    if response_format is not None:
        from .parse import format_of

        format = format_of(response_format, lossy=lossy)
        made["response_format"] = format.param
    if made.get("stream") is not None:
        raise ParameterError(
            ["`stream` is decided by the method here: leave it out, or call `stream(...)` for a stream"]
        )
    if tools is not None:
        # What is no list of tools is told by `create`, with all that is wrong beside it.
        given: Any = tools
        single = isinstance(tools, str | Mapping) or callable(tools) or not isinstance(tools, Iterable)
        made["tools"] = given if single else [tool_param(one) for one in given]
    return made, format


def streaming(params: dict[str, Any]) -> dict[str, Any]:
    """The same request, streamed, with usage at the end unless the caller says otherwise."""
    options: Any = params.get("stream_options") or {}
    asked: Any = {"include_usage": True, **options} if is_mapping(options) else options
    return {**params, "stream": True, "stream_options": asked}


def tool_param(given: Any) -> Any:
    """A tool as it goes over the wire: from a `Tool`, a plain function, or the wire's own object."""
    from ...tools.tool import Tool, tool

    if isinstance(given, Tool):
        made: dict[str, Any] = given.to_dict()
        return made
    return tool(given).to_dict() if callable(given) and not isinstance(given, type) else given
