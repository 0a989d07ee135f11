"""`/guardrails/list`: what calls can be made to pass."""

from __future__ import annotations

import inspect

from ..guardrails.registry import Guard
from ..http.request import (
    Access,
    Call,
    Response,
    Route,
    json_response,
)

__all__ = ["ROUTES"]

_DESCRIPTIONS = {
    "pii": "Masks mail addresses, phone numbers, payment cards, IBANs and IP addresses.",
    "words": "Masks the words of a list, or ends the call at them.",
}


async def _list(call: Call) -> Response:
    return json_response({"guardrails": [_shown(guard) for guard in call.gateway.guardrails.guards]})


def _shown(guard: Guard) -> dict[str, object]:
    """A guardrail without its options: they may hold what is not for callers, such as the words of a list."""
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


ROUTES = (Route("GET", "/guardrails/list", "guardrails.list", _list, access=Access.PLATFORM),)
