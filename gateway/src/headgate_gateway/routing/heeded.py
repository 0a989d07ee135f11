"""Which members of a chat request an upstream heeds, so that callers can ask before they send."""

from __future__ import annotations

from ..config import Provider
from ..contract import load_contract

__all__ = ["heeded_params"]

_OWN = frozenset({"tags", "mock_response", "virtual_model_id", "cache", "guardrails", "model", "messages"})
_MESSAGES = (
    "max_completion_tokens",
    "max_tokens",
    "metadata",
    "parallel_tool_calls",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "service_tier",
    "stop",
    "stream",
    "stream_options",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_p",
    "user",
)
_known: list[str] = []


def heeded_params(upstream: Provider | None) -> list[str]:
    """The members, in order. A wire of the same kind takes all that the contract has; another takes what translates."""
    if upstream is not None and upstream.wire == "anthropic":
        return list(_MESSAGES)
    if not _known:
        schemas = load_contract().get("components", {}).get("schemas", {})
        body = schemas.get("ChatCompletionRequest") or schemas.get("ChatCompletionCreateRequest") or {}
        _known.extend(sorted(set(body.get("properties", ())) - _OWN))
    return list(_known)
