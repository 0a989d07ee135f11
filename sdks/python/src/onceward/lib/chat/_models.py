"""Where the chat helpers meet the generated models: imported on first use, never when the package is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..._core.meta import Meta
    from ...types.chat import ChatCompletion
    from .stream import ChatEvents

__all__ = ["completion_from", "final_completion"]


def completion_from(value: dict[str, Any]) -> ChatCompletion:
    """The JSON object of a completion as its model. What deviates from the contract is kept, as in any answer."""
    from pydantic import ValidationError

    from ...types.chat import ChatCompletion

    try:
        return ChatCompletion.model_validate(value)
    except ValidationError:
        from ..._core.lenient import construct
        from ..._core.models import Deviation, deviate

        deviations: list[Deviation] = []
        completion: ChatCompletion = construct(ChatCompletion, value, "", deviations)
        deviate(completion, tuple(deviations))
        return completion


def final_completion(events: ChatEvents, meta: Meta | None) -> ChatCompletion:
    """The completion that a stream brought, told which answer it came in: request id, headers, attempts."""
    completion = events.accumulator.completion()
    if meta is not None:
        from ..._core.models import attach

        attach(completion, meta)
    return completion
