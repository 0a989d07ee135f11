"""The interface of guardrails. An entry point of the group `onceward.guardrails` names a factory with options.

    # pyproject.toml of your package
    [project.entry-points."onceward.guardrails"]
    shouting = "my_package:make"

    # onceward.toml
    [guardrails.quiet]
    guardrail = "shouting"
    options = { replacement = "." }

Most guardrails need only the texts: derive from `TextGuardrail` and return a `Rewriter`. Raise `refused(...)` to end
the call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..core import error_codes
from ..core.errors import ApiError
from ..core.headers import X_SHOULD_RETRY
from ..core.threads import offload
from .chat import map_texts

__all__ = ["Context", "Factory", "Guardrail", "Rewriter", "TextGuardrail", "refused", "whole_of"]

# The most characters that are searched in one step.
_PIECE = 8_192


@dataclass(frozen=True, slots=True)
class Context:
    """The properties of a call that a guardrail receives besides its texts."""

    operation: str
    model: str
    request_id: str
    key_id: str | None
    team_id: str | None
    organization_id: str | None
    # Whether the request is so large that processing it would delay other calls.
    is_large: bool = False


class Rewriter(Protocol):
    """Rewrites a text that arrives in pieces. Output is final, so undecided text may be held back."""

    def feed(self, text: str) -> str:
        """Return what is decided of the text after its next piece."""

    def close(self) -> str:
        """End the text, and return the rest that was held back."""
        ...


class Guardrail(Protocol):
    """The two hooks: `before` returns the request to send, changed or not; `output` rewrites the answer."""

    async def before(self, request: dict[str, Any], context: Context) -> dict[str, Any]:
        """Return the request to send, changed or not. Raise `ApiError` to end the call."""

    def output(self, context: Context) -> Rewriter | None:
        """Return a rewriter for one text of the answer, whole or streamed; None to leave answers alone."""
        ...


def whole_of(rewriter: Rewriter, text: str) -> str:
    """Return a whole text rewritten, in pieces: a pattern search blocks all other threads."""
    pieces = [rewriter.feed(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE)]
    return "".join(pieces) + rewriter.close()


Factory = Callable[[Mapping[str, Any]], Guardrail]


class TextGuardrail(ABC):
    """A guardrail that rewrites all texts in the same way, of requests and of answers."""

    @abstractmethod
    def rewriter(self) -> Rewriter:
        """Return a rewriter for one text."""

    async def before(self, request: dict[str, Any], context: Context) -> dict[str, Any]:
        """Return the request with all its texts rewritten, large ones in a thread."""
        if context.is_large:
            return await offload(map_texts, request, self._whole)
        return map_texts(request, self._whole)

    def output(self, context: Context) -> Rewriter | None:
        """Return the same rewriter for texts of the answer."""
        return self.rewriter()

    def _whole(self, text: str) -> str:
        return whole_of(self.rewriter(), text)


def refused(guardrail: str, what: str) -> ApiError:
    """Return the error of a guardrail that blocks a call. Clients receive `what`, so it must not contain secrets."""
    return ApiError(
        400,
        f"The guardrail {guardrail!r} stopped this call: {what}. Change the request, or ask the gateway's operator.",
        code=error_codes.CONTENT_BLOCKED,
        headers=((X_SHOULD_RETRY, "false"),),
    )
