"""Supported parameters: the members of a chat request that a provider accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..config.load import Provider
from ..http.contract import Document, load_contract

__all__ = ["supported_params"]

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


def supported_params(upstream: Provider | None) -> list[str]:
    """Return the supported members, sorted.

    A provider with the same API accepts all members of the contract; another one accepts those that translate.
    """
    if upstream is not None and upstream.protocol == "anthropic":
        return list(_MESSAGES)
    if not _known:
        document = load_contract()
        body = document["paths"]["/v1/chat/completions"]["post"]["requestBody"]["content"]["application/json"]
        _known.extend(sorted(_properties(document, body["schema"]) - _OWN))
    return list(_known)


def _properties(document: Document, schema: Mapping[str, Any]) -> set[str]:
    """Return the names of an object's members, with those behind references and `allOf`."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    names = set(schema.get("properties", ()))
    for part in schema.get("allOf", ()):
        names |= _properties(document, part)
    return names
