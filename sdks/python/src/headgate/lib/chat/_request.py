"""What the helpers do to a chat request: types and tools become their wire form, and usage is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .parse import Format

__all__ = ["prepare", "streaming"]


def prepare(
    params: Mapping[str, Any], *, response_format: Any = None, lossy: bool = False, tools: Iterable[Any] | None = None
) -> tuple[dict[str, Any], Format[Any] | None]:
    """The arguments for `create`, and the format of the answer if one was asked for."""
    made = dict(params)
    format: Format[Any] | None = None
    if response_format is not None:
        from .parse import format_of

        format = format_of(response_format, lossy=lossy)
        made["response_format"] = format.param
    if tools is not None:
        made["tools"] = [tool_param(one) for one in tools]
    return made, format


def streaming(params: dict[str, Any]) -> dict[str, Any]:
    """The same request, streamed, with usage at the end unless the caller says otherwise."""
    options: dict[str, Any] = params.get("stream_options") or {}
    return {
        **params,
        "stream": True,
        "stream_options": {"include_usage": True, **options},
    }


def tool_param(given: Any) -> Any:
    """A tool as it goes over the wire: from a `Tool`, a plain function, or the wire's own object."""
    from ..tools import Tool, tool

    if isinstance(given, Tool):
        made: dict[str, Any] = given.to_dict()
        return made
    return tool(given).to_dict() if callable(given) else given
