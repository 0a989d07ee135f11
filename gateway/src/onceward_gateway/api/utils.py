"""The utility handlers: count tokens, look up parameters, preview provider requests, and check models."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from ..core import error_codes, tokenizer
from ..core.effective_body import effective_body, named_as_sent
from ..core.errors import (
    ApiError,
    invalid,
    not_found,
)
from ..core.threads import LARGE_BODY, offload
from ..http.relayed import ContractFault
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..http.validation import Contract
from ..providers import anthropic, openai
from ..routing.catalog import DeploymentCatalog
from ..routing.deployments import Deployment
from ..routing.selection import DeploymentSelector
from ..routing.supported_params import supported_params
from ..routing.targets import (
    OfflineTarget,
    ProviderTarget,
    full_name,
)
from .health_check import DeploymentChecks

__all__ = ["UtilityHandlers"]

_BYTES_PER_TOKEN = 4
_MAX_CONCURRENT_CHECKS = 8
_OPERATIONS = {
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


class UtilityHandlers:
    """Handlers for `/utils` and `/health/models`."""

    def __init__(
        self,
        contract: Contract,
        selector: DeploymentSelector,
        catalog: DeploymentCatalog,
        checks: DeploymentChecks,
        *,
        offline: bool,
    ) -> None:
        self._contract = contract
        self._selector = selector
        self._catalog = catalog
        self._checks = checks
        self._is_offline = offline

    async def count_tokens(self, request: Request) -> Response:
        """Count the tokens of messages or of a text: exactly for offline models, by length for others."""
        model, messages, prompt = request.data["model"], request.data.get("messages"), request.data.get("prompt")
        if (messages is None) == (prompt is None):
            raise invalid("Send either `messages` or `prompt`.", param="messages", code=error_codes.NOTHING_TO_COUNT)
        target, _ = await self._selector.first_target(request, model, "chat")
        if isinstance(target, OfflineTarget):
            count = (
                partial(tokenizer.count_messages, messages or [])
                if prompt is None
                else partial(tokenizer.count, prompt)
            )
            total = await offload(count) if len(request.raw) > LARGE_BODY else count()
            kind = "onceward"
        else:
            text = prompt.encode() if prompt is not None else msgspec.json.encode(messages)
            total, kind = -(-len(text) // _BYTES_PER_TOKEN), "estimate"
        return json_response(
            {"total_tokens": total, "request_model": model, "model_used": full_name(target), "tokenizer_type": kind}
        )

    async def list_supported_params(self, request: Request) -> Response:
        """List the parameters of a chat request that a model supports."""
        model = request.query["model"]
        target, _ = await self._selector.first_target(request, model, "chat")
        upstream = None if isinstance(target, OfflineTarget) else target.upstream
        return json_response({"model": model, "supported_openai_params": supported_params(upstream)})

    async def preview_request(self, request: Request) -> Response:
        """Return the request that a provider would receive; an error of that request is part of the answer."""
        found = _OPERATIONS.get(request.data["call_type"])
        body = request.data["request_body"]
        if found is None:
            known = ", ".join(name for name in _OPERATIONS if not name.startswith("a"))
            return json_response({"error": f"`call_type` is {request.data['call_type']!r}. It may be: {known}."})
        kind, path = found
        try:
            body, merged, others = effective_body(body)
            model = body.get("model")
            if not isinstance(model, str) or not model:
                return json_response({"error": "`request_body.model` is missing. Name the model."})
            raw = msgspec.json.encode(body)
            inner = replace(request, data=body, merged=merged, others=others, raw=raw, model=model)
            inner.fault = await self._fault(path, inner)
            target, _ = await self._selector.first_target(inner, model, kind)
            return json_response(_preview(target, inner, kind, path))
        except ApiError as error:
            if error.status in (401, 403):
                raise
            return json_response({"error": error.message})

    async def _fault(self, path: str, inner: Request) -> ContractFault | None:
        """Validate the body of a request as an operation does; return a fault that only some targets have to raise."""
        spec = self._contract.find("POST", "/v1" + path)
        if spec is None:
            return None
        is_large = len(inner.raw) > LARGE_BODY
        check = partial(spec.check_json, inner.data, is_large=is_large)
        try:
            fault = await offload(check) if is_large else check()
        except ApiError as error:
            raise named_as_sent(error, inner.merged) from None
        if fault is not None:
            fault.sent_in(inner.merged)
        return fault

    async def check_models(self, request: Request) -> Response:
        """Check every deployment that the caller may use with a call of a few tokens."""
        wanted = request.query.get("model")
        deployments = self._checkable(request, wanted)
        if wanted is not None and not deployments:
            raise not_found("model", wanted, param="model")
        slots = asyncio.Semaphore(_MAX_CONCURRENT_CHECKS)

        async def check(one: Deployment) -> dict[str, Any]:
            async with slots:
                result = await self._checks.check(request, one)
            return {
                "model": one.group,
                "model_id": one.id,
                "provider": one.provider,
                "latency_ms": result.latency_ms,
                "error": result.error,
            }

        self._checks.forget_all_but(set(self._catalog.ids()))
        return _report(await asyncio.gather(*(check(one) for one in deployments)))

    def _checkable(self, request: Request, name: str | None) -> list[Deployment]:
        """Return the deployments that a caller may check: of one name or of (None) all."""
        caller = request.caller
        return [
            one
            for one in self._catalog.deployments()
            if name in (None, one.group)
            and (caller.admin or (caller.may_use(one.group) and one.team_id in (None, caller.team_id)))
            and not (self._is_offline and one.upstream is not None)
        ]


def _report(results: Sequence[dict[str, Any]]) -> Response:
    healthy = [result for result in results if result["error"] is None]
    unhealthy = [result for result in results if result["error"] is not None]
    return json_response(
        {
            "healthy_endpoints": healthy,
            "unhealthy_endpoints": unhealthy,
            "healthy_count": len(healthy),
            "unhealthy_count": len(unhealthy),
        }
    )


def _preview(target: OfflineTarget | ProviderTarget, request: Request, kind: str, path: str) -> dict[str, Any]:
    if isinstance(target, OfflineTarget):
        return {"raw_request_api_base": None, "raw_request_body": request.data, "raw_request_headers": {}}
    upstream = target.upstream
    headers = {**upstream.headers, "Content-Type": "application/json"}
    headers = {name: _masked(name, value) for name, value in headers.items()}
    shows_provider = request.caller.admin or request.caller.viewer
    if upstream.protocol == "anthropic":
        if kind != "chat":
            return {"error": f"The provider {target.provider!r} does not serve {kind}. Choose another model."}
        body: Any = anthropic.request(request.data, target.model, upstream.max_output_tokens, request.merged)
        url = upstream.base_url.removesuffix("/v1") + "/v1/messages"
        headers |= {"anthropic-version": "2023-06-01", "x-api-key": "sk-...REDACTED"}
    else:
        stream = request.data.get("stream") is True
        body = msgspec.json.decode(openai.prepare(request.raw, target.model, stream=stream))
        url = upstream.base_url + path
        headers |= {"Authorization": "Bearer sk-...REDACTED"}
    return {
        "raw_request_api_base": url if shows_provider else None,
        "raw_request_body": body,
        "raw_request_headers": headers if shows_provider else {},
    }


def _masked(name: str, value: str) -> str:
    """Return a configured header; its value is shown only if the header cannot hold a key."""
    return value if name.lower() in ("content-type", "openai-organization", "openai-beta") else "...REDACTED"
