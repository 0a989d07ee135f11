"""The generated models that the chat helpers need, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...types.chat import ChatCompletion

__all__ = ["completion_from"]


def completion_from(value: dict[str, Any]) -> ChatCompletion:
    """Return the model of a completion's JSON object. Deviations from the contract are kept, as in any response."""
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
