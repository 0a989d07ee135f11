"""`/utils/...` and `/health/models`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from ..core import tokenizer
from ..core.effective_body import effective_body
from ..core.errors import (
    ApiError,
    invalid,
    not_found,
)
from ..core.threads import LARGE_BODY, offload
from ..http.request import (
    Access,
    BodyKind,
    Call,
    Response,
    Route,
    json_response,
)
from ..providers import anthropic, openai
from ..routing.circuit_breaker import DeploymentState
from ..routing.deployments import Deployment
from ..routing.lookup import named, place_of
from ..routing.supported_params import heeded_params
from ..routing.targets import OfflineTarget, ProviderTarget
from .health_check import probe

__all__ = ["ROUTES"]

_BYTES_A_TOKEN = 4
_AT_ONCE = 8
_REMEMBERED_SECONDS = 30.0
_CALLS = {
    "completion": ("chat", "/chat/completions"),
    "chat": ("chat", "/chat/completions"),
    "acompletion": ("chat", "/chat/completions"),
    "text_completion": ("completions", "/completions"),
    "atext_completion": ("completions", "/completions"),
    "embedding": ("embeddings", "/embeddings"),
    "aembedding": ("embeddings", "/embeddings"),
    "image_generation": ("images", "/images/generations"),
    "speech": ("speech", "/audio/speech"),
    "transcription": ("transcription", "/audio/transcriptions"),
    "moderation": ("moderation", "/moderations"),
}


async def _count(call: Call) -> Response:
    """Tokens of messages or of a text: exact for offline models, for others by length."""
    model, messages, prompt = call.data["model"], call.data.get("messages"), call.data.get("prompt")
    if (messages is None) == (prompt is None):
        raise invalid("Send either `messages` or `prompt`.", param="messages", code="nothing_to_count")
    target, _ = await place_of(call, model, "chat")
    if isinstance(target, OfflineTarget):
        work = partial(tokenizer.count_messages, messages or []) if prompt is None else partial(tokenizer.count, prompt)
        total = await offload(work) if len(call.raw) > LARGE_BODY else work()
        kind = "onceward"
    else:
        text = prompt.encode() if prompt is not None else msgspec.json.encode(messages)
        total, kind = -(-len(text) // _BYTES_A_TOKEN), "estimate"
    return json_response(
        {"total_tokens": total, "request_model": model, "model_used": named(target), "tokenizer_type": kind}
    )


async def _heeded(call: Call) -> Response:
    model = call.query["model"]
    target, _ = await place_of(call, model, "chat")
    upstream = None if isinstance(target, OfflineTarget) else target.upstream
    return json_response({"model": model, "supported_openai_params": heeded_params(upstream)})


async def _transform(call: Call) -> Response:
    """What a provider would be sent; an error of the request is the answer, not a failure of this one."""
    found = _CALLS.get(call.data["call_type"])
    body = call.data["request_body"]
    if found is None:
        known = ", ".join(name for name in _CALLS if not name.startswith("a"))
        return json_response({"error": f"`call_type` is {call.data['call_type']!r}. It may be: {known}."})
    kind, path = found
    try:
        body, merged, others = effective_body(body)
        model = body.get("model")
        if not isinstance(model, str) or not model:
            return json_response({"error": "`request_body.model` is missing. Name the model."})
        inner = replace(call, data=body, merged=merged, others=others, raw=msgspec.json.encode(body), model=model)
        target, _ = await place_of(inner, model, kind)
        return json_response(_sent(target, inner, kind, path))
    except ApiError as error:
        if error.status in (401, 403):
            raise
        return json_response({"error": error.message})


def _sent(target: OfflineTarget | ProviderTarget, call: Call, kind: str, path: str) -> dict[str, Any]:
    if isinstance(target, OfflineTarget):
        return {"raw_request_api_base": None, "raw_request_body": call.data, "raw_request_headers": {}}
    upstream = target.upstream
    headers = {**upstream.headers, "Content-Type": "application/json"}
    headers = {name: _hidden(name, value) for name, value in headers.items()}
    seen = call.caller.admin or call.caller.viewer
    if upstream.wire == "anthropic":
        if kind != "chat":
            return {"error": f"The provider {target.provider!r} does not serve {kind}. Choose another model."}
        body: Any = anthropic.request(call.data, target.model, upstream.max_output_tokens, call.merged)
        url = upstream.base_url.removesuffix("/v1") + "/v1/messages"
        headers |= {"anthropic-version": "2023-06-01", "x-api-key": "sk-...REDACTED"}
    else:
        body = msgspec.json.decode(openai.prepare(call.raw, target.model, stream=call.data.get("stream") is True))
        url = upstream.base_url + path
        headers |= {"Authorization": "Bearer sk-...REDACTED"}
    return {
        "raw_request_api_base": url if seen else None,
        "raw_request_body": body,
        "raw_request_headers": headers if seen else {},
    }


def _hidden(name: str, value: str) -> str:
    """Headers of the configuration may hold keys under any name."""
    return value if name.lower() in ("content-type", "openai-organization", "openai-beta") else "...REDACTED"


async def _models(call: Call) -> Response:
    """Ask every deployment that the caller may use for a few tokens."""
    router, caller = call.gateway.routing, call.caller
    wanted = call.query.get("model")
    asked = [
        one
        for one in router.deployments()
        if wanted in (None, one.group)
        and (caller.admin or (caller.may_use(one.group) and one.team_id in (None, caller.team_id)))
        and not (call.gateway.settings.offline and one.upstream is not None)
    ]
    if wanted is not None and not asked:
        raise not_found("model", wanted, param="model")
    turn = asyncio.Semaphore(_AT_ONCE)

    async def ask(one: Deployment) -> dict[str, Any]:
        async with turn:
            return await _asked(call, one)

    answers = await asyncio.gather(*(ask(one) for one in asked))
    well = [answer for answer in answers if answer["error"] is None]
    ill = [answer for answer in answers if answer["error"] is not None]
    return json_response(
        {
            "healthy_endpoints": well,
            "unhealthy_endpoints": ill,
            "healthy_count": len(well),
            "unhealthy_count": len(ill),
        }
    )


async def _asked(call: Call, one: Deployment) -> dict[str, Any]:
    """How a deployment answers. What it did a moment ago stands for all but administrators: asking is not billed."""
    clock, state = call.gateway.clock, call.gateway.routing.states.get(one.id) or DeploymentState()
    now = clock.monotonic()
    if call.caller.admin or state.asked_at is None or now - state.asked_at >= _REMEMBERED_SECONDS:
        state.asked_at, state.asked = now, await _answered(call, one, state)
    took, why = state.asked
    return {"model": one.group, "model_id": one.id, "provider": one.provider, "latency_ms": took, "error": why}


async def _answered(call: Call, one: Deployment, state: DeploymentState) -> tuple[float, str | None]:
    """Milliseconds, and why it did not answer."""
    clock, why = call.gateway.clock, None
    started = clock.monotonic()
    try:
        await probe(call, one)
    except ApiError as error:
        why = state.last_error = error.message
    else:
        # A deployment that rested and answers now is taken back at once.
        state.succeed(None, clock.monotonic())
    return round((clock.monotonic() - started) * 1000, 3), why


ROUTES = (
    Route("POST", "/utils/token_counter", "utils.token_counter", _count, body=BodyKind.JSON),
    Route("GET", "/utils/supported_openai_params", "utils.supported_openai_params", _heeded),
    Route(
        "POST",
        "/utils/transform_request",
        "utils.transform_request",
        _transform,
        body=BodyKind.JSON,
        access=Access.PLATFORM,
    ),
    Route("GET", "/health/models", "health.models", _models, access=Access.PLATFORM),
)
