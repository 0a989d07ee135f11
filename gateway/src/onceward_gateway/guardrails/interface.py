"""What a guardrail is. Entry points of the group `onceward.guardrails` name a factory: options to a `Guardrail`.

    # pyproject.toml of your package
    [project.entry-points."onceward.guardrails"]
    shouting = "my_package:make"

    # onceward.toml
    [guardrails.quiet]
    guardrail = "shouting"
    options = { replacement = "." }

Most guardrails look at texts alone: derive from `TextGuardrail` and give a `Rewriter`. Raise `refused(...)` to end the
call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..core.errors import ApiError
from ..core.threads import offload
from .chat import map_texts

__all__ = ["Context", "Factory", "Guardrail", "Rewriter", "TextGuardrail", "refused", "whole_of"]

# Characters that are searched at once.
_PIECE = 8_192


@dataclass(frozen=True, slots=True)
class Context:
    """What a guardrail may know of the call besides its texts."""

    operation: str
    model: str
    request_id: str
    key_id: str | None
    team_id: str | None
    organization_id: str | None
    # Whether the request is so large that looking at it would hold up other calls.
    is_large: bool = False


class Rewriter(Protocol):
    """Rewrites a text that comes in pieces. What is given out is final: it may hold back what is not decided yet."""

    def feed(self, text: str) -> str: ...

    def close(self) -> str:
        """The text is whole: what was held back."""
        ...


class Guardrail(Protocol):
    """The two hooks. `before` gives the request that goes on, the same or another; `output` rewrites the answer."""

    async def before(self, request: dict[str, Any], context: Context) -> dict[str, Any]: ...

    def output(self, context: Context) -> Rewriter | None:
        """A rewriter for one text of the answer, whole or streamed; None where answers are not looked at."""
        ...


def whole_of(rewriter: Rewriter, text: str) -> str:
    """Return a whole text rewritten, a piece at a time: no other thread runs while a pattern is searched for."""
    pieces = [rewriter.feed(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE)]
    return "".join(pieces) + rewriter.close()


Factory = Callable[[Mapping[str, Any]], Guardrail]


class TextGuardrail(ABC):
    """A guardrail that treats every text alike, whoever wrote it."""

    @abstractmethod
    def rewriter(self) -> Rewriter: ...

    async def before(self, request: dict[str, Any], context: Context) -> dict[str, Any]:
        if context.is_large:
            return await offload(map_texts, request, self._whole)
        return map_texts(request, self._whole)

    def output(self, context: Context) -> Rewriter | None:
        return self.rewriter()

    def _whole(self, text: str) -> str:
        return whole_of(self.rewriter(), text)


def refused(guardrail: str, what: str) -> ApiError:
    """The error of a guardrail that ends a call. `what` tells no secret: it is shown to the client."""
    return ApiError(
        400,
        f"The guardrail {guardrail!r} stopped this call: {what}. Change the request, or ask who runs the gateway.",
        code="content_blocked",
        headers=(("x-should-retry", "false"),),
    )
