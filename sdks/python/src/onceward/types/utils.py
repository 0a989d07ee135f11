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
    """The parameters that a model supports."""

    model: str | None = None
    """The model."""

    supported_openai_params: list[str]
    """The names of the parameters."""


class TokenCount(Model):
    """A token count."""

    total_tokens: int
    """The number of tokens."""

    request_model: str
    """The requested model."""

    model_used: str
    """The model that would serve the call."""

    tokenizer_type: str
    """The tokenizer; `estimate` is an estimate by length."""


class TransformedRequest(Model):
    """The request to the provider, or the reason why it cannot be sent."""

    raw_request_api_base: str | None = None
    """The URL."""

    raw_request_body: dict[str, Any] | None = None
    """The body in the provider's format."""

    raw_request_headers: dict[str, str] | None = None
    """The headers, without secrets."""

    error: str | None = None
    """The reason why the request cannot be sent."""
