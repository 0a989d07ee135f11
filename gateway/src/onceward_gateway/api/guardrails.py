"""The guardrail handlers: the list of configured guardrails."""

from __future__ import annotations

import inspect

from ..guardrails.registry import Guard, Guardrails
from ..http.request import (
    Request,
    Response,
    json_response,
)

__all__ = ["GuardrailHandlers"]

_DESCRIPTIONS = {
    "pii": "Masks mail addresses, phone numbers, payment cards, IBANs and IP addresses.",
    "words": "Masks the words of a list, or ends the call at them.",
}


class GuardrailHandlers:
    """Handlers for `/guardrails`."""

    def __init__(self, guardrails: Guardrails) -> None:
        self._guardrails = guardrails

    async def list_guardrails(self, request: Request) -> Response:
        """Return the guardrails that a call can name."""
        return json_response({"guardrails": [_view(guard) for guard in self._guardrails.guards]})


def _view(guard: Guard) -> dict[str, object]:
    """Return a guardrail without its options, which may be confidential, such as the words of a blocklist."""
    settings = guard.settings
    described = _DESCRIPTIONS.get(settings.guardrail) or (inspect.getdoc(guard.guardrail) or "").partition("\n")[0]
    return {
        "guardrail_name": settings.name,
        "litellm_params": {
            "guardrail": settings.guardrail,
            "mode": list(settings.modes),
            "default_on": settings.default_on,
        },
        "guardrail_info": {"description": described or None},
    }
