"""Which members of a chat request an upstream heeds, so that callers can ask before they send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..config.load import Provider
from ..http.contract import Document, load_contract

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
        document = load_contract()
        body = document["paths"]["/v1/chat/completions"]["post"]["requestBody"]["content"]["application/json"]
        _known.extend(sorted(_properties(document, body["schema"]) - _OWN))
    return list(_known)


def _properties(document: Document, schema: Mapping[str, Any]) -> set[str]:
    """The names of an object's members, through references and parts."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    names = set(schema.get("properties", ()))
    for part in schema.get("allOf", ()):
        names |= _properties(document, part)
    return names
