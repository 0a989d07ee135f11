# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: utils."""

from __future__ import annotations

from typing import Any

from .._core.models import Model

__all__ = [
    "SupportedParams",
    "TokenCount",
    "TransformedRequest",
]


class SupportedParams(Model):
    """What a model heeds."""

    model: str | None = None
    """The model."""

    supported_openai_params: list[str]
    """Members of a request."""


class TokenCount(Model):
    """How many tokens there are."""

    total_tokens: int
    """The tokens."""

    request_model: str
    """The model that was asked for."""

    model_used: str
    """The model that would serve."""

    tokenizer_type: str
    """What counted; `estimate` is a guess by length."""


class TransformedRequest(Model):
    """What a provider would be sent, or why it cannot be sent."""

    raw_request_api_base: str | None = None
    """The address."""

    raw_request_body: dict[str, Any] | None = None
    """The body in the provider's own form."""

    raw_request_headers: dict[str, str] | None = None
    """The headers without their secrets."""

    error: str | None = None
    """Why it cannot be sent."""
