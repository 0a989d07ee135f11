"""Where the chat helpers meet the generated models: imported on first use, never when the package is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...types.chat import ChatCompletion

__all__ = ["completion_from"]


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
