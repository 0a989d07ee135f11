"""Prepare chat requests: convert types and tools to the form of the API, and request usage."""

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
    """Return the arguments for `create`, and the format of the answer if one was requested."""
    made = dict(params)
    format: Format[Any] | None = None
    if response_format is not None:
        from .parse import format_of

        format = format_of(response_format, lossy=lossy)
        made["response_format"] = format.param
    if made.get("stream") is not None:
        raise ParameterError(["`stream` is set by this method: leave it out, or call `stream(...)` for a stream"])
    if tools is not None:
        # `create` reports a value that is not a list of tools, along with all other faults.
        given: Any = tools
        single = isinstance(tools, str | Mapping) or callable(tools) or not isinstance(tools, Iterable)
        made["tools"] = given if single else [tool_param(one) for one in given]
    return made, format


def streaming(params: dict[str, Any]) -> dict[str, Any]:
    """Return the request as a streamed one, with usage at the end unless the caller decided otherwise."""
    options: Any = params.get("stream_options") or {}
    asked: Any = {"include_usage": True, **options} if is_mapping(options) else options
    return {**params, "stream": True, "stream_options": asked}


def tool_param(given: Any) -> Any:
    """Return a tool as it is sent, from a `Tool`, a plain function, or the object of the API."""
    from ...tools.tool import Tool, tool

    if isinstance(given, Tool):
        made: dict[str, Any] = given.to_dict()
        return made
    return tool(given).to_dict() if callable(given) and not isinstance(given, type) else given
